"""Dense search by Chroma through llama-index's adapter. Holds id, vector, article, outlet, published day; no text."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores.types import VectorStoreQuery
from llama_index.vector_stores.chroma import ChromaVectorStore
from numpy.typing import NDArray

from qa.core.dates import parse_date
from qa.core.types import Filters
from qa.index.vectors.chroma_folder import metadata_of, open_collection, translated

Row = tuple[str, NDArray[np.float32], str, str | None, int | None]  # id, vector, article, outlet, published day

BATCH = 5_000  # Chroma takes at most 5,461 rows at once


class ChromaVectors:
    """An open Chroma collection. Every method may raise IndexDamaged."""

    def __init__(self, folder: Path, client: Any, collection: Any) -> None:
        self.folder = folder
        self._client = client
        self._collection = collection
        self._store = ChromaVectorStore(chroma_collection=collection)

    @classmethod
    def open(cls, folder: Path) -> ChromaVectors:
        """Open or create the collection in a folder that no other process has open."""
        return cls(folder, *open_collection(folder))

    def put(self, rows: Sequence[Row]) -> None:
        """Store rows; an id that exists is deleted first, since adding it again would keep the old vector."""
        for i in range(0, len(rows), BATCH):
            part = rows[i : i + BATCH]
            with translated(self.folder):
                self._store.delete_nodes([row[0] for row in part])
                self._store.add([_node(row) for row in part])

    def delete(self, ids: Sequence[str]) -> None:
        for i in range(0, len(ids), BATCH):
            with translated(self.folder):
                self._store.delete_nodes(list(ids[i : i + BATCH]))

    def search(self, vector: NDArray[np.float32], k: int, filters: Filters) -> list[str]:
        """Return ids of about the k nearest passages, nearest first; some may be gone from the catalog."""
        where = _where(filters)
        query = VectorStoreQuery(query_embedding=[float(x) for x in vector], similarity_top_k=k)
        with translated(self.folder):
            found = self._store.query(query, **({"where": where} if where else {}))
        return list(found.ids or [])

    def ids(self) -> set[str]:
        with translated(self.folder):
            return set(self._collection.get(include=[])["ids"])

    def count(self) -> int:
        with translated(self.folder):
            return int(self._collection.count())

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._client.close()


def _node(row: Row) -> TextNode:
    id, vector, article, outlet, day = row
    return TextNode(id_=id, text="", embedding=[float(x) for x in vector], metadata=metadata_of(article, outlet, day))


def _where(filters: Filters) -> dict[str, Any] | None:
    parts: list[dict[str, Any]] = []
    if filters.outlets:
        parts.append({"outlet": {"$in": list(filters.outlets)}})
    if filters.articles:
        parts.append({"article": {"$in": list(filters.articles)}})
    if filters.published_from is not None:
        parts.append({"published": {"$gte": parse_date(filters.published_from).toordinal()}})
    if filters.published_to is not None:
        parts.append({"published": {"$lte": parse_date(filters.published_to).toordinal()}})
    return {"$and": parts} if len(parts) > 1 else (parts[0] if parts else None)
