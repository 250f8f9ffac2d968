"""Retrieval: dense and lexical rankings of passages, fused by reciprocal rank (Cormack et al. 2009).

Over one snapshot of the catalog. Equal inputs give equal outputs: ties are broken by id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qa.answer.evidence.sameness import is_near, says_the_same
from qa.answer.evidence.signals import term_set
from qa.core.types import Filters, Hit
from qa.corpus.words import match_expression, question_words
from qa.index.catalog.snapshot import Snapshot, StoredPassage
from qa.index.vectors.search import DenseSearch

DEPTH = 50  # passages taken from each ranking
TOP = 20  # fused passages handed on; their sentences are all scored, so this bounds the time of an answer
FEW_NEW = 1 / 3  # of a passage's sentences that are new, up to which it is a copy with another headline or byline
FULL = 6  # terms of a sentence that can disagree with another one; "Printed by the Gazette." is a byline
RRF_K = 60  # the constant of the paper
RANKINGS = ("dense", "lexical")


class HybridRetriever:
    """Fuses dense and lexical search. `rankings` leaves one out for ablations."""

    def __init__(
        self,
        snapshot: Snapshot,
        dense: DenseSearch,
        filters: Filters | None = None,
        *,
        top: int = TOP,
        rankings: Sequence[str] = RANKINGS,
    ) -> None:
        self._snapshot = snapshot
        self._dense = dense
        self._filters = filters or Filters()
        self._top = top
        self._rankings = rankings

    def hits(self, question: str, vector: NDArray[np.float32]) -> list[Hit]:
        """Return the best passages for a question whose embedding is `vector`, shape (dimension,)."""
        dense = (
            self._dense.search(self._snapshot, vector, max(DEPTH, self._top), self._filters)
            if "dense" in self._rankings
            else []
        )
        words = question_words(question)
        lexical = (
            self._snapshot.lexical(match_expression(words), self._filters, max(DEPTH, self._top))
            if "lexical" in self._rankings and words
            else []
        )
        fused = reciprocal_rank_fusion([[id for id, _ in dense], lexical])
        best = distinct(self._snapshot, sorted(fused, key=lambda id: (-fused[id], id)), self._top)
        stored = self._snapshot.passages(best)
        names = {d[0]: d[1] for d in self._snapshot.details(best)}
        return [Hit(id, names[id], fused[id], float(stored[id].vector @ vector)) for id in best]


def reciprocal_rank_fusion(rankings: Sequence[Sequence[str]]) -> dict[str, float]:
    """Sum of 1 / (RRF_K + rank), ranks from 1, over the rankings an id is in."""
    fused: dict[str, float] = {}
    for ranking in rankings:
        for rank, id in enumerate(ranking, start=1):
            fused[id] = fused.get(id, 0.0) + 1.0 / (RRF_K + rank)
    return fused


def distinct(snapshot: Snapshot, ranked: Sequence[str], top: int) -> list[str]:
    """Return the first `top` of the ranked passages without those that only repeat better ones of near duplicates.

    One that repeats them but for a sentence or two, such as another headline, comes after all the others. One that has
    a sentence of theirs with another figure in it stays where it is: it disagrees.
    """
    details = {id: article for id, article, *_ in snapshot.details(ranked)}
    stories = snapshot.near_duplicate_groups(sorted(set(details.values())))
    articles = Counter(stories.values())
    told: dict[int, list[str]] = {story: [] for story, count in articles.items() if count > 1}
    if not told:
        return list(ranked[:top])
    stored = snapshot.passages(ranked)
    kept, later = list[str](), list[str]()
    for id in ranked:
        story = stories.get(details[id])
        if story in told:
            said, earlier = _said(snapshot, stored[id]), told[story]
            new = [s for s in said if not any(says_the_same(s, other) for other in earlier)]
            full = [s for s in new if len(term_set(s)) >= FULL]
            disagrees = any(is_near(s, other) for s in full for other in earlier)
            if earlier and not disagrees and len(new) <= FEW_NEW * len(said):
                later += [id] if new else []
                continue
            earlier += new
        kept.append(id)
        if len(kept) == top:
            break
    return (kept + later)[:top]


def _said(snapshot: Snapshot, passage: StoredPassage) -> list[str]:
    article = snapshot.article_by_key(passage.article)
    spans = [s.span for s in snapshot.sentences(passage.article, passage.first, passage.last) if not s.span.boilerplate]
    said = (article.text[max(s.start, passage.start) : min(s.end, passage.end)] for s in spans)
    return [sentence for sentence in said if term_set(sentence)]
