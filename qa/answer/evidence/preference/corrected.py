"""A figure that a later sentence takes back: "602 were registered and not 620", "lowered from 24 to 23".

Where the best sentence has the figure that is taken back, the one that gives the right one comes first.
"""

from __future__ import annotations

import re

from qa.answer.evidence.evidence import Evidence
from qa.answer.evidence.preference.ranked import Found, put_first
from qa.answer.evidence.signals import Question
from qa.answer.evidence.story import day_of

NEAR = 3.5  # of scores: how far behind the best one the sentence that corrects it may lie
LOOKED_AT = 12  # best sentences among which it is looked for
FIGURE = r"\d[\d.,]*\d|\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"

_FIGURE = re.compile(FIGURE, re.IGNORECASE)
_TAKEN_BACK = (
    r"\b(?:not|nor|instead of|rather than|from|previously|initially|originally|wrongly)\s+"
    r"(?:(?:the|about|some|as|at|first|earlier|reported|put)\s+){{0,3}}{figure}(?![\w,.]*\d)"
)


def correction_first(question: Question, found: Found) -> Found:
    """Put the sentence that takes back the best one's figure, and gives another, before it."""
    hits, ranking = found
    if not ranking.evidence or question.answer_pattern is None:
        return found
    best = ranking.evidence[0]
    figures = _figures(best)
    for e in ranking.evidence[1:LOOKED_AT] if figures else ():
        if e.score >= best.score - NEAR and _later(e, best) and _takes_back(e.candidate.text, figures):
            return hits, put_first(ranking, e)
    return found


def _figures(evidence: Evidence) -> list[str]:
    """Return the figures among the words that answer."""
    if evidence.reading is None:
        return []
    return _FIGURE.findall(evidence.candidate.article.text[slice(*evidence.reading.answer)])


def _later(evidence: Evidence, than: Evidence) -> bool:
    day, before = day_of(evidence.candidate.article), day_of(than.candidate.article)
    return day is not None and before is not None and day >= before


def _takes_back(text: str, figures: list[str]) -> bool:
    for figure in figures:
        if re.search(_TAKEN_BACK.format(figure=re.escape(figure)), text, re.IGNORECASE):
            return any(other.lower() != figure.lower() for other in _FIGURE.findall(text))
    return False
