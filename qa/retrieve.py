"""Retrieval: dense and lexical rankings of passages, fused by reciprocal rank (Cormack et al. 2009).

A llama-index retriever over one snapshot of the catalog. Equal inputs give equal outputs: ties are broken by id.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from numpy.typing import NDArray

from qa.dense import DenseSearch
from qa.lexical import match_expression, question_words
from qa.snapshot import Snapshot
from qa.types import Filters, Hit

DEPTH = 50  # passages taken from each ranking
TOP = 20  # fused passages handed on; their sentences are all scored, so this bounds the time of an answer
RRF_K = 60  # the constant of the paper
RANKINGS = ("dense", "lexical")


class HybridRetriever(BaseRetriever):
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
        super().__init__()
        self._snapshot = snapshot
        self._dense = dense
        self._filters = filters or Filters()
        self._top = top
        self._rankings = rankings

    def hits(self, question: str, vector: NDArray[np.float32]) -> list[Hit]:
        """The best passages for a question whose embedding is `vector`, shape (dimension,)."""
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
        best = sorted(fused, key=lambda id: (-fused[id], id))[: self._top]
        stored = self._snapshot.passages(best)
        names = {d[0]: d[1] for d in self._snapshot.details(best)}
        return [Hit(id, names[id], fused[id], float(stored[id].vector @ vector)) for id in best]

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        if query_bundle.embedding is None:
            raise ValueError("HybridRetriever needs QueryBundle(query_str, embedding=...): it holds no model.")
        hits = self.hits(query_bundle.query_str, np.array(query_bundle.embedding, np.float32))
        stored = self._snapshot.passages([hit.passage for hit in hits])
        nodes = []
        for hit in hits:
            passage = stored[hit.passage]
            text = self._snapshot.article_by_key(passage.article).text[passage.start : passage.end]
            metadata = {"article": hit.article, "cosine": hit.cosine}
            node = TextNode(id_=hit.passage, text=text, metadata=metadata)
            node.start_char_idx, node.end_char_idx = passage.start, passage.end
            nodes.append(NodeWithScore(node=node, score=hit.score))
        return nodes


def reciprocal_rank_fusion(rankings: Sequence[Sequence[str]]) -> dict[str, float]:
    """Sum of 1 / (RRF_K + rank), ranks from 1, over the rankings an id is in."""
    fused: dict[str, float] = {}
    for ranking in rankings:
        for rank, id in enumerate(ranking, start=1):
            fused[id] = fused.get(id, 0.0) + 1.0 / (RRF_K + rank)
    return fused
