"""Words as the full-text index sees them: folded, stripped of diacritics, stemmed (Porter 1980).

Used wherever question and text are compared word by word, so that the sentence scores and FTS5
(`porter unicode61 remove_diacritics 2`) agree on what a term is. English first: the stemmer knows no other language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import snowballstemmer

MAX_TERMS = 64  # distinct terms of a question; more do not find better and cost time

_WORD = re.compile(r"[^\W_]+")
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
    """The stem of a folded word; words with letters beyond ASCII stay whole, as in FTS5."""
    return str(_PORTER.stemWord(word)) if word.isascii() and len(word) > 2 else word


def words(text: str) -> list[str]:
    """Folded words in order, stop words included."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _WORD.findall(text.lower())


def terms(text: str) -> list[str]:
    """Stems of all words in order, stop words included."""
    return [stem(word) for word in words(text)]


def question_words(question: str) -> list[str]:
    """The question's distinct content words, at most MAX_TERMS; all its words when it has no other."""
    distinct = list(dict.fromkeys(words(question)))
    return ([w for w in distinct if w not in STOPWORDS] or distinct)[:MAX_TERMS]


def match_expression(question_words: Sequence[str]) -> str:
    """An FTS5 expression that matches any of the words. Quoted, so that no word can be an operator."""
    return " OR ".join('"' + word.replace('"', '""') + '"' for word in question_words)
