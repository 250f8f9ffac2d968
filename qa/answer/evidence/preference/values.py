"""The kind of value that a question asks for: an amount of money, a length, a share, a name.

A sentence without one does not answer, however like the question it is: one that has one comes first where it is about
as good, and where none has the answer is less sure.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

from qa.answer.evidence.preference.ranked import Found, put_first
from qa.answer.evidence.signals import Question
from qa.corpus.words import STOPWORDS, words

NEAR = 2.5  # of scores: how far behind the best a sentence with the value may lie
LOOKED_AT = 6  # best sentences in which it is looked for
FALLS = 0.45  # what is left of the confidence where none of them has it

_NAMED = re.compile(r"(?<![.!?“\"] )(?<!^)\b[^\W\d_a-z][\w’'-]*|[“\"‘][^”\"’]{2,60}[”\"’]")


@cache
def _kinds() -> dict[str, tuple[re.Pattern[str], re.Pattern[str] | None]]:
    raw = tomllib.loads(Path(__file__).with_name("values.toml").read_text("utf-8"))
    found = {}
    for name, kind in raw.items():
        looks = re.compile(kind["is"], re.IGNORECASE) if "is" in kind else None
        found[name] = (re.compile(kind["asks"], re.IGNORECASE), looks)
    return found


def value_asked(text: str) -> str:
    """Return the kind of value that a question asks for; "" for none that is known."""
    return next((name for name, (asks, _) in _kinds().items() if asks.search(text)), "")


def has_value(kind: str, question: Question, text: str) -> bool:
    """Return True if a sentence has a value of this kind."""
    looks = _kinds()[kind][1]
    if looks is not None:
        return looks.search(text) is not None
    said = set(words(question.text))
    named = (w for m in _NAMED.finditer(text) for w in words(m.group()))
    return any(w not in said and w not in STOPWORDS for w in named)


def value_first(question: Question, found: Found) -> Found:
    """Put a sentence that has the value asked for first; be less sure where there is none."""
    hits, ranking = found
    kind = value_asked(question.text)
    if not kind or not ranking.evidence or has_value(kind, question, ranking.evidence[0].candidate.text):
        return found
    best = ranking.evidence[0].score
    near = [e for e in ranking.evidence[:LOOKED_AT] if e.score >= best - NEAR]
    with_it = next((e for e in near if has_value(kind, question, e.candidate.text)), None)
    if with_it is None:
        return hits, replace(ranking, sure=ranking.sure * FALLS)
    sure = min(ranking.sure, max(with_it.confidence(question), ranking.sure * FALLS))
    return hits, replace(put_first(ranking, with_it), sure=sure)
