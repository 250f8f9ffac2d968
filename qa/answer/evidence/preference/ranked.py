"""Rankings as the steps of preference hand them on, and the few things that all of them do with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from qa.answer.evidence.evidence import Evidence, Ranking
from qa.core.types import Filters, Hit

AHEAD = 0.01  # of scores: what is put first is ahead of what was

Found = tuple[list[Hit], Ranking]


class Search(Protocol):
    """Rank a text, the question as it is searched where none is given, within some of the articles."""

    def __call__(self, filters: Filters, text: str = "", /) -> Found: ...


def put_first(ranking: Ranking, first: Evidence) -> Ranking:
    """Return the ranking with this sentence before all others."""
    rest = [e for e in ranking.evidence if e.place != first.place]
    top = ranking.evidence[0].score if ranking.evidence else first.score
    return replace(ranking, evidence=[replace(first, score=top + AHEAD), *rest])


def in_order(ranking: Ranking) -> Ranking:
    """Return the ranking with its evidence sorted, best first."""
    order = sorted(ranking.evidence, key=lambda e: (-e.score, e.candidate.article.id, e.candidate.sentence.n))
    return replace(ranking, evidence=order)


def merged(first: Sequence[Hit], second: Sequence[Hit]) -> list[Hit]:
    """Return the hits of two searches, those of the first before the others."""
    seen = {h.passage for h in first}
    return [*first, *(h for h in second if h.passage not in seen)]
