"""A figure that a later sentence takes back: "602 were registered and not 620", "lowered from 24 to 23".

Where the best sentence has the figure that is taken back, the one of a later article that gives the right one comes
first; the next sentence that says "that was wrong" of it is shown with it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

from qa.answer.evidence.evidence import Evidence
from qa.answer.evidence.preference.ranked import Found, put_first
from qa.answer.evidence.signals import Question
from qa.answer.evidence.story import day_of

NEAR = 3.5  # of scores: how far behind the best one the sentence that corrects it may lie
BESIDE = 0.5  # of scores: where the sentence behind the best one is put that says it was wrong
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


def correction_beside(found: Found) -> Found:
    """Put the sentence behind the best one that says it was wrong right after it."""
    hits, ranking = found
    if not ranking.evidence:
        return found
    best = ranking.evidence[0]
    article, n = best.place
    behind = next((e for e in ranking.evidence[1:] if e.place == (article, n + 1)), None)
    if behind is None or not _puts_right(behind.candidate.text, _figures(best)):
        return found
    rest = [e for e in ranking.evidence[1:] if e.place != behind.place]
    return hits, replace(ranking, evidence=[best, replace(behind, score=best.score - BESIDE), *rest])


def _puts_right(text: str, figures: list[str]) -> bool:
    """Return True if a sentence says of the one before it that it was wrong, or gives another figure in its place."""
    told, other = _patterns()
    if any(pattern.search(text) for pattern in told) or _takes_back(text, figures):
        return True
    return bool(figures) and other.match(text) is not None and bool(set(_FIGURE.findall(text)) - set(figures))


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], ...], re.Pattern[str]]:
    raw = tomllib.loads(Path(__file__).with_name("corrected.toml").read_text("utf-8"))
    told = tuple(re.compile(pattern, re.IGNORECASE) for pattern in raw["puts_right"])
    return told, re.compile(raw["other_figure"], re.IGNORECASE)


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
