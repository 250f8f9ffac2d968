"""What a rule leaves out: asked for, the sentence that says so comes before those that only tell the rule.

"Which flats does the act not cover?" has all words of the act and none of "except those built after 2024".
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

from qa.answer.evidence.preference.ranked import Found, put_first
from qa.answer.evidence.signals import Question, term_set

NEAR = 3.0  # of scores: how far behind the best one a sentence that gives an exception may lie
LOOKED_AT = 8  # best sentences among which it is looked for
TOLD = 0.45  # confidence of one that has the question's words around it
AROUND = 0.4  # of what is rare in the question: what it has of them, with the sentences beside it


@cache
def _pattern(name: str) -> re.Pattern[str]:
    rules = tomllib.loads(Path(__file__).with_name("exceptions.toml").read_text("utf-8"))
    return re.compile(rules[name], re.IGNORECASE)


def asks_exception(text: str) -> bool:
    """Return True if a question asks for what a rule leaves out."""
    return _pattern("asks").search(text) is not None


def exception_first(question: Question, found: Found) -> Found:
    """Put the sentence that gives an exception first where one is asked for."""
    hits, ranking = found
    if not ranking.evidence or not asks_exception(question.text):
        return found
    stems = set(question.stems)
    for e in ranking.evidence[:LOOKED_AT]:
        text = e.candidate.text
        about = stems & term_set(text) and e.candidate.context_coverage >= AROUND
        if about and e.score >= ranking.evidence[0].score - NEAR and _pattern("gives").search(text):
            return hits, replace(put_first(ranking, e), sure=max(ranking.sure, TOLD))
    return found
