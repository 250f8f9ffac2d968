"""What a sentence has to do with a question: named numbers, each between 0 and 1 or a cosine.

`corpus signals` use how rare a word is in this corpus and rank sentences. `own signals` see only the question, the
sentence and its neighbourhood, with rarity in English at large (wordfreq, Speer 2022), so that they mean the
same in a corpus of one article and of 10,000; the confidence is made of these, and of what `premises.py` misses.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from wordfreq import zipf_frequency

from qa.answer.question.premises import Premises
from qa.corpus.words import STOPWORDS, acronyms, question_words, stem, terms, words

COMMONEST = 7.5  # Zipf frequency of "the"; rarity counts down from here

_NUMBER = r"\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|"
_NUMBER += r"millions?|billions?|half|quarter|third|once|twice|several|percent|no"
_MONTHS = r"january|february|march|april|(?-i:May)|june|july|august|september|october|november|december"
_DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
DAY_NAMES = re.compile(rf"(?:{_MONTHS}|{_DAYS})\b", re.IGNORECASE)  # of a month or of a day of the week
_ASKS = (
    # (what the question looks like, what an answer to it looks like)
    (
        re.compile(r"\bhow (?:many|much|old|long(?! ago)|far|tall|big|large|high|fast|often)\b|"
                   r"\bwhat (?:percentage|percent|share|proportion|number|fraction|size|age)\b", re.I),
        re.compile(rf"\b(?:{_NUMBER})\b|%", re.I),
    ),
    (
        re.compile(r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade|time)\b|\bhow long ago\b", re.I),
        re.compile(rf"\b(?:1\d{{3}}|20\d{{2}})s?\b|\b(?:{_MONTHS}|{_DAYS})\b|\bcentur(?:y|ies)\b|\b\d{{1,2}}(?::\d\d)?"
                   r" ?[ap]\.?m\b|\b(?:yesterday|today|tomorrow|morning|evening|night)\b", re.I),
    ),
)  # fmt: skip
_NAME = re.compile(r"\b[^\W\d_a-zß-öø-ÿ][\w’'-]+")
_ASKS_NAME = re.compile(r"\b(?:who|whom|whose|where)\b|\b(?:what|which) (?:country|city|company|person|name)\b", re.I)
_WORD = re.compile(r"[^\W_]+")


class Question:
    """A question's words, prepared once.

    `names` are its proper nouns and numbers, as stems; `premises` its years and countries.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        content = question_words(text)
        self.stems = list(dict.fromkeys(stem(w) for w in content))
        self.english_rarity: dict[str, float] = {}
        for word in content:
            self.english_rarity.setdefault(stem(word), rarity_in_english(word))
        self.names = _names(text) & set(self.stems)
        self.premises = Premises(text)
        self.answer_pattern = next((answer for asks, answer in _ASKS if asks.search(text)), None)
        self.asks_name = self.answer_pattern is None and _ASKS_NAME.search(text) is not None
        self._said = frozenset(words(text))

    def answered_in_kind(self, sentence: str) -> float:
        """1 when the sentence has what is asked for (a number, a date, a name) beyond the question's own words."""
        if self.answer_pattern is not None:
            found = (words(m.group()) or [m.group()] for m in self.answer_pattern.finditer(sentence))
            return float(any(word not in self._said for said in found for word in said))
        if self.asks_name:
            names = (w for m in _NAME.finditer(sentence) for w in words(m.group()))
            return float(any(w not in self._said and w not in STOPWORDS for w in names))
        return 1.0


@lru_cache(maxsize=50_000)
def rarity_in_english(word: str) -> float:
    """0.5 for the commonest words to 7.5 for words no list has; numbers count as middling."""
    if word.isdigit():
        return 3.5
    return max(0.5, COMMONEST - float(zipf_frequency(word, "en", wordlist="small")))


def smoothed_rarity(passages: int, passages_with: Mapping[str, int]) -> Callable[[str], float]:
    """Inverse document frequency as log(1 + ...): positive even for a term in every passage of a one-article corpus."""
    return lambda term: math.log(1 + (passages - passages_with.get(term, 0) + 0.5) / (passages_with.get(term, 0) + 0.5))


def coverage(stems: Iterable[str], present: frozenset[str], rarity: Callable[[str], float]) -> float:
    """Share of the question's rarity that the present terms account for, 0 to 1."""
    total = found = 0.0
    for term in stems:
        weight = rarity(term)
        total += weight
        found += weight if term in present else 0.0
    return found / total if total else 0.0


@lru_cache(maxsize=20_000)
def term_set(text: str) -> frozenset[str]:
    """Return the distinct terms of a text."""
    return frozenset(terms(text))


def _names(text: str) -> set[str]:
    """Stems of capitalised words and numbers. The first word counts only when it is no ordinary word.

    Where all is in capitals, only numbers are told from other words.
    """
    found, named, shouted = set[str](), acronyms(text), text.isupper()
    for i, match in enumerate(_WORD.finditer(text)):
        word = match.group()
        folded = words(word)
        if not folded or (folded[0] in STOPWORDS and folded[0] not in named):
            continue
        capital = word[0].isupper() and not shouted
        if word[0].isdigit() or (capital and (i or folded[0] in named or rarity_in_english(folded[0]) > 3.0)):
            found.add(stem(folded[0]))
    return found
