"""Tells whether two sentences say the same, so that one of them is enough.

Near-identical words are not enough: "12 were killed" and "21 were killed" differ in one word, which is all that counts.
So numbers, names and negations must agree.
"""

from __future__ import annotations

import re
from functools import lru_cache

from qa.answer.evidence.signals import rarity_in_english, term_set
from qa.corpus.words import STOPWORDS, stem, words

SAME = 0.8  # share of distinct terms in common above which two sentences are near-identical

_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")  # 1,200 is 1200; 3,5 and 1:15 stay what they are
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_SPELT = {
    word: str(n)
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90"}
_NEGATIONS = frozenset("no not never none nobody nothing neither nor without denied denies deny".split())
_ORDINARY = 3.0  # rarity in English up to which a capital at the beginning of a sentence makes no name


def is_near(a: str, b: str) -> bool:
    """Return True if two sentences are alike in their words, whatever each of them says."""
    mine, theirs = term_set(a), term_set(b)
    return a == b or len(mine & theirs) >= SAME * max(len(mine), len(theirs), 1)


def says_the_same(a: str, b: str) -> bool:
    """Return True if either sentence can stand for the other."""
    if a == b:
        return True
    agree = is_near(a, b) and _figures(a) == _figures(b)
    return agree and _names(a) <= term_set(b) and _names(b) <= term_set(a)


@lru_cache(maxsize=20_000)
def _figures(sentence: str) -> tuple[str, ...]:
    """Numbers, in digits or spelt out, and negations."""
    said = words(sentence.replace("n't", " not").replace("n’t", " not"))
    numbers = [n.replace(",", "") if _GROUPED.fullmatch(n) else n for n in _NUMBER.findall(sentence)]
    numbers += [_SPELT[word] for word in said if word in _SPELT]
    return tuple(sorted(numbers) + sorted(word for word in said if word in _NEGATIONS))


@lru_cache(maxsize=20_000)
def _names(sentence: str) -> set[str]:
    """Stems of capitalised words. The first word counts only when it is no ordinary one."""
    found = set()
    for i, match in enumerate(_WORD.finditer(sentence)):
        if match.group()[0].isupper():
            named = (w for w in words(match.group()) if w not in STOPWORDS and w not in _SPELT)
            found |= {stem(w) for w in named if i or rarity_in_english(w) > _ORDINARY}
    return found
