"""Whether a word that is broken at a line's end has a hyphen of its own: "long-term", and not "north-ern".

Only English writes compounds so often with a hyphen that both ways must be weighed; German and its kin write them as
one word, so that a text in another language keeps what its own other words say.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

COMMON = 3.3  # on Zipf's scale of a thousand millionth: a word that readers know
RARE = 3.0  # a word that is hardly ever written as one
ENGLISH = 0.03  # of a text's words
_MARKS = ("the", "of", "and", "to")
_LEAST = 3  # letters of the second part: "-ed" and "-ly" are endings


def is_compound(before: str, after: str, words: Mapping[str, int]) -> bool:
    """Return True if both parts are words, and together are none; `words` are those of the text."""
    if not _is_english(words):
        return False
    first, last = before.rsplit("-", 1)[-1].lower(), after.split("-", 1)[0].lower()
    return len(last) >= _LEAST and _zipf(first) >= COMMON and _zipf(last) >= COMMON and _zipf(first + last) < RARE


def _is_english(words: Mapping[str, int]) -> bool:
    total = sum(words.values())
    return sum(words.get(mark, 0) for mark in _MARKS) >= ENGLISH * total > 0


@cache
def _zipf(word: str) -> float:
    from wordfreq import zipf_frequency  # here, since most files break no word

    return float(zipf_frequency(word, "en", wordlist="small"))
