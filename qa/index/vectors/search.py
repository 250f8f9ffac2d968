"""Dense search: Chroma where it is healthy, exact where it is not, and always with exact scores.

Chroma only proposes ids. Whatever it proposes is scored again with the catalog's vectors, passages it does not hold
yet are searched exactly, and ids that the catalog no longer has are dropped and fetched past. So the
answer is the same whoever proposed, up to what the approximate search misses.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qa.core.errors import IndexDamaged
from qa.core.types import Filters
from qa.index.catalog.snapshot import Snapshot, StoredPassage

if TYPE_CHECKING:
    from qa.index.vectors.chroma_store import ChromaVectors

log = logging.getLogger(__name__)

SLACK = 8  # asked of Chroma beyond k, so that near-ties at the border are decided by the exact scores


@dataclass(frozen=True, slots=True)
class _Matrix:
    generation: int
    ids: list[str]
    articles: NDArray[np.int64]
    vectors: NDArray[np.float32]


class DenseSearch:
    """Nearest passages by cosine. `chroma` is None until it has been opened and after it failed."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.chroma: ChromaVectors | None = None
        self.answered_by_chroma = 0
        self.failures = 0
        self._matrix: _Matrix | None = None
        self._lock = threading.Lock()

    def search(
        self, snapshot: Snapshot, vector: NDArray[np.float32], k: int, filters: Filters
    ) -> list[tuple[str, float]]:
        """Return (passage id, cosine) of the k nearest passages that pass the filters; ties in the order of ids."""
        ids, articles, vectors = snapshot.vectors(self.dimension, pending_only=True)
        pending = set(ids)
        proposed = self._propose(snapshot, vector, k, filters, pending)
        if proposed is None:
            return self._exact(snapshot, vector, k, filters)
        scored = [(id, float(p.vector @ vector)) for id, p in proposed.items()]
        if ids:
            allowed = snapshot.allowed(filters) if filters else None
            scored += [
                (id, float(v @ vector))
                for id, article, v in zip(ids, articles, vectors, strict=True)
                if allowed is None or int(article) in allowed
            ]
        return sorted(scored, key=lambda s: (-s[1], s[0]))[:k]

    def _propose(
        self, snapshot: Snapshot, vector: NDArray[np.float32], k: int, filters: Filters, pending: set[str]
    ) -> dict[str, StoredPassage] | None:
        """Return Chroma's nearest that the catalog has and that are not pending; None when it cannot say."""
        chroma = self.chroma
        if chroma is None:
            return None
        want = k + SLACK
        try:
            while True:
                found = chroma.search(vector, want, filters)
                live = snapshot.passages(id for id in found if id not in pending)
                if len(live) >= k or len(found) < want:
                    self.answered_by_chroma += 1
                    return live
                want = 2 * want + k - len(live)
        except IndexDamaged as error:
            log.warning("dense search goes on without Chroma: %s", error)
            self.failures += 1
            self.chroma = None
            return None

    def _exact(
        self, snapshot: Snapshot, vector: NDArray[np.float32], k: int, filters: Filters
    ) -> list[tuple[str, float]]:
        matrix = self._loaded(snapshot)
        cosines = matrix.vectors @ vector
        if filters:
            allowed = np.fromiter(snapshot.allowed(filters), np.int64)
            rows = np.flatnonzero(np.isin(matrix.articles, allowed))
        else:
            rows = np.arange(len(matrix.ids))
        if len(rows) > k:  # all that tie with the k-th stay in, so that ids decide
            border = np.partition(cosines[rows], len(rows) - k)[len(rows) - k]
            rows = rows[cosines[rows] >= border]
        # Scored one by one, as the proposals of Chroma are: a matrix product rounds differently.
        scored = [(matrix.ids[i], float(matrix.vectors[i] @ vector)) for i in rows]
        return sorted(scored, key=lambda s: (-s[1], s[0]))[:k]

    def _loaded(self, snapshot: Snapshot) -> _Matrix:
        with self._lock:
            generation = snapshot.generation()
            if self._matrix is None or self._matrix.generation != generation:
                self._matrix = _Matrix(generation, *snapshot.vectors(self.dimension))
            return self._matrix
