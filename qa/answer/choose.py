"""Which of the ranked sentences an answer cites, and in which order."""

from __future__ import annotations

import math
from collections.abc import Sequence

from qa.answer.evidence.evidence import Evidence
from qa.answer.evidence.sameness import says_the_same

MAX_SENTENCES = 5
# A further sentence joins when the selector holds it at least this likely, relative to the best one. Lower finds more
# of answers that need several sentences and cites more that is not needed (citation figures in bench/RESULTS.md).
KEEP = 0.25


def choose(evidence: Sequence[Evidence]) -> list[list[Evidence]]:
    """Choose one to five sentences, the likeliest first, the others in reading order.

    Behind each stand those of other articles that say the same.
    """
    groups: list[list[Evidence]] = []
    for e in evidence:
        twin = next((g for g in groups if says_the_same(g[0].candidate.text, e.candidate.text)), None)
        likely = math.exp(e.score - evidence[0].score) >= KEEP
        if twin is not None:
            if all(e.candidate.article.id != other.candidate.article.id for other in twin):
                twin.append(e)
        elif likely and len(groups) < MAX_SENTENCES:
            groups.append([e])
        if not likely:
            break
    order: dict[str, int] = {}
    for group in groups:
        order.setdefault(group[0].candidate.article.id, len(order))
    return groups[:1] + sorted(groups[1:], key=lambda g: (order[g[0].candidate.article.id], g[0].candidate.sentence.n))
