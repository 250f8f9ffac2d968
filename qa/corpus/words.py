"""Words as the full-text index sees them: folded, stripped of diacritics, stemmed (Porter 1980).

Used wherever question and text are compared word by word, so that the sentence scores and FTS5
(`porter unicode61 remove_diacritics 2`) agree on what a term is: a term that FTS5 does not know counts as rare.
They agree on all but a handful of English's commonest 330,000 words. English first: the stemmer knows no other
language, only Latin letters lose their diacritics, and emoji, which FTS5 may index, are no words here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import snowballstemmer

MAX_TERMS = 64  # distinct terms of a question; more do not find better and cost time
LONGEST_STEMMED = 64  # bytes; FTS5 leaves longer words whole

_WORD = re.compile(r"[^\W_]+")
_ACRONYM = re.compile(r"\b[A-Z]{2,}\b")
_DIACRITICS = re.compile("(?<=[A-Za-z])[\u0300-\u036f]+")  # other letters keep theirs in FTS5
_FOLDED = str.maketrans("ςſ", "σs")
_VOWEL_CONSONANT = re.compile("[aeiouy][^aeiou]")  # Porter's "m > 0": his algorithm changes no shorter word
_DOUBLED = {c * 2 for c in "chjkqvwx"}  # Snowball's Porter undoubles common letters only
_PORTER = snowballstemmer.stemmer("porter")

# Words that carry a question's grammar, not its subject.
STOPWORDS = frozenset(
    "a about after all also am an and any are as at be because been before being but by can could did do does doing"
    " during each for from had has have having he her here hers him his how i if in into is it its itself just me"
    " might more most must my no nor not of off on once only or other our out over own s same shall she should so"
    " some such t than that the their them then there these they this those through to too under until up upon us"
    " very was we were what when where which while who whom whose why will with would you your".split()
)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the stem of a folded word, as FTS5 makes it: Porter's algorithm with his later changes."""
    if not 3 <= len(word.encode()) <= LONGEST_STEMMED:
        return word
    found = str(_PORTER.stemWord(word))
    if word.endswith(("bly", "blies", "bli")) and found.endswith("bli") and _VOWEL_CONSONANT.search(found[:-3]):
        return str(_PORTER.stemWord(found[:-1] + "e"))  # "possibly" as "possible"
    if word.endswith(("logy", "logies", "logi")) and found.endswith("logi") and _VOWEL_CONSONANT.search(found[:-4]):
        return found[:-1]  # "technology" as "technological"
    doubled = found[-2:] in _DOUBLED and found + "ing" == word.removesuffix("s")
    doubled = doubled or (found[-2:] in _DOUBLED and found + "ed" == word)
    return found[:-1] if doubled else found  # "trekking" as "trek"


def words(text: str) -> list[str]:
    """Return folded words in order, stop words included."""
    if text.isascii():
        return _WORD.findall(text.lower())
    plain = _DIACRITICS.sub("", unicodedata.normalize("NFD", text))
    return _WORD.findall(unicodedata.normalize("NFC", plain).lower().translate(_FOLDED))


def terms(text: str) -> list[str]:
    """Return stems of all words in order, stop words included."""
    return [stem(word) for word in words(text)]


def question_words(question: str) -> list[str]:
    """Return the question's distinct content words, at most MAX_TERMS; all its words when it has no other."""
    distinct = list(dict.fromkeys(words(question)))
    named = acronyms(question)
    return ([w for w in distinct if w not in STOPWORDS or w in named] or distinct)[:MAX_TERMS]


def acronyms(question: str) -> set[str]:
    """Return the words in capitals, folded: WHO, US and IT are no stop words. None where all of it is in capitals."""
    return set() if question.isupper() else {word for m in _ACRONYM.finditer(question) for word in words(m.group())}


def match_expression(question_words: Sequence[str]) -> str:
    """Return an FTS5 expression that matches any of the words. Quoted, so that no word can be an operator."""
    return " OR ".join('"' + word.replace('"', '""') + '"' for word in question_words)
