"""Chroma as the catalog's mirror: kept equal while it works, left alone when it fails, made again at the next start.

Nothing here embeds anything: all vectors come from the catalog. Used by the one writer only, under its mutex.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

from qa.core.errors import IndexDamaged
from qa.index.catalog.catalog import Catalog
from qa.index.vectors import chroma_folder as chroma
from qa.index.vectors.search import DenseSearch

if TYPE_CHECKING:
    from qa.index.vectors.chroma_store import ChromaVectors

log = logging.getLogger(__name__)


class Mirror:
    """What the writer does to Chroma. Until `attach`, and after a failure, search is exact."""

    def __init__(self, root: Path, catalog: Catalog, dense: DenseSearch) -> None:
        self._root = root
        self._catalog = catalog
        self.dense = dense
        self._open: ChromaVectors | None = None

    def attach(self) -> str:
        """Open Chroma if it is sound, or make it again from the catalog's vectors. Returns what was done, in words."""
        self.detach()
        folder, reason = chroma.current_folder(self._root), ""
        if folder is not None:
            try:
                self._adopt(folder)
                return "Chroma is sound"
            except IndexDamaged as error:
                reason = str(error)
                log.warning("Chroma is made again from the catalog: %s", reason)
                self.detach()
        try:
            self._rebuild()
        except (IndexDamaged, OSError) as error:
            self.detach()
            log.warning("Chroma cannot be made again: %s", error)
            return f"Chroma cannot be made again and search is exact ({error}). Try again with: qa index"
        if not reason:
            return "Chroma was filled from the catalog's vectors"
        return f"Chroma was made again from the catalog's vectors, nothing was embedded ({reason})"

    def detach(self) -> None:
        """Let search be exact, and close Chroma even when the search gave it up by itself."""
        opened, self._open, self.dense.chroma = self._open, None, None
        if opened is not None:
            opened.close()

    def drop(self, ids: list[str]) -> None:
        """Take ids out of Chroma. If that fails they are stale there: dropped on reading, deleted at the next start."""
        if self.dense.chroma is not None and ids:
            try:
                self.dense.chroma.delete(ids)
            except IndexDamaged as error:
                self._lost(error)

    def flush(self) -> None:
        """Give Chroma what it does not hold yet. If that fails the rows stay pending and are searched exactly."""
        if self.dense.chroma is not None:
            try:
                self._fill(self.dense.chroma, pending_only=True)
            except IndexDamaged as error:
                self._lost(error)

    def _adopt(self, folder: Path) -> None:
        from qa.index.vectors.chroma_store import ChromaVectors

        with self._catalog.snapshot() as snapshot:
            ours = set(snapshot.passage_ids())
        held = chroma.probe(folder, self._catalog.path, len(ours))
        self._open = ChromaVectors.open(folder)
        chroma.sweep(self._root)
        self._open.delete(sorted(held - ours))
        self._catalog.mark_pending(sorted(ours - held))
        self._fill(self._open, pending_only=True)
        self.dense.chroma = self._open

    def _rebuild(self) -> None:
        from qa.index.vectors.chroma_store import ChromaVectors

        started = time.monotonic()
        folder = chroma.fresh_folder(self._root)
        self._open = ChromaVectors.open(folder)
        count = self._fill(self._open, pending_only=False)
        chroma.make_current(self._root, folder)
        self.dense.chroma = self._open
        log.info("Chroma holds %d passages after %.1f s", count, time.monotonic() - started)

    def _fill(self, target: ChromaVectors, *, pending_only: bool) -> int:
        with self._catalog.snapshot() as snapshot:
            ids, _, matrix = snapshot.vectors(self.dense.dimension, pending_only=pending_only)
            details = {d[0]: d[1:] for d in snapshot.details(ids)}
        if ids:
            target.put([(id, v, *details[id]) for id, v in zip(ids, matrix, strict=True)])
            self._catalog.settle(ids)
        return len(ids)

    def _lost(self, error: IndexDamaged) -> None:
        log.warning("Chroma is left alone until the next start, search is exact: %s", error)
        self.detach()
