"""Chroma, through llama-index's adapter: dense search while it is healthy, made again from the catalog when not.

Chroma holds id, vector, article, outlet and published (an integer day); no text. Its files do not survive kills
(measured on 1.5.9), so nothing here is trusted: the folder is probed in a child process, ids are compared, and a
broken one is replaced by a fresh folder named in `current`, swapped in by one rename.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores.types import VectorStoreQuery
from llama_index.vector_stores.chroma import ChromaVectorStore
from numpy.typing import NDArray

from qa.articles import parse_date
from qa.errors import IndexDamaged
from qa.types import Filters

Row = tuple[str, NDArray[np.float32], str, str | None, int | None]  # id, vector, article, outlet, published day

COLLECTION = "passages"
POINTER = "current"
BATCH = 5_000  # Chroma takes at most 5,461 rows at once
PROBE_SECONDS = 60.0
PROBE_SAMPLE = 16  # stored vectors that must find their own passage

# The defaults (ef 100, 16 neighbours) find 0.69 of the true first 50 among 100,000 clustered vectors.
HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 400, "max_neighbors": 32}


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
        import chromadb
        from chromadb.config import Settings

        with _translated(folder):
            client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
            collection = client.get_or_create_collection(
                COLLECTION,
                configuration={"hnsw": HNSW},
                embedding_function=None,
            )
        return cls(folder, client, collection)

    def put(self, rows: Sequence[Row]) -> None:
        """Store rows; an id that exists is deleted first, since adding it again would keep the old vector."""
        for i in range(0, len(rows), BATCH):
            part = rows[i : i + BATCH]
            with _translated(self.folder):
                self._store.delete_nodes([row[0] for row in part])
                self._store.add([_node(row) for row in part])

    def delete(self, ids: Sequence[str]) -> None:
        for i in range(0, len(ids), BATCH):
            with _translated(self.folder):
                self._store.delete_nodes(list(ids[i : i + BATCH]))

    def search(self, vector: NDArray[np.float32], k: int, filters: Filters) -> list[str]:
        """Ids of about the k nearest passages, nearest first; may name passages that the catalog no longer has."""
        where = _where(filters)
        query = VectorStoreQuery(query_embedding=[float(x) for x in vector], similarity_top_k=k)
        with _translated(self.folder):
            found = self._store.query(query, **({"where": where} if where else {}))
        return list(found.ids or [])

    def ids(self) -> set[str]:
        with _translated(self.folder):
            return set(self._collection.get(include=[])["ids"])

    def count(self) -> int:
        with _translated(self.folder):
            return int(self._collection.count())

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._client.close()


def current_folder(root: Path) -> Path | None:
    """The folder that `current` names, if it is there."""
    try:
        name = (root / POINTER).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    folder = root / name
    return folder if name and Path(name).name == name and folder.is_dir() else None


def fresh_folder(root: Path) -> Path:
    """A new folder beside the current one, to be filled and then made current."""
    folder = root / f"chroma-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    return folder


def make_current(root: Path, folder: Path) -> None:
    """Swap a filled folder in, by one rename, and sweep all others."""
    aside = root / f"{POINTER}.new"
    aside.write_text(folder.name + "\n", "utf-8")
    os.replace(aside, root / POINTER)
    sweep(root)


def sweep(root: Path) -> None:
    """Remove folders that nothing names: leftovers of interrupted rebuilds."""
    keep = current_folder(root)
    for path in root.glob("chroma-*"):
        if path != keep:
            shutil.rmtree(path, ignore_errors=True)


def probe(folder: Path, sample: Sequence[tuple[str, NDArray[np.float32]]], seconds: float = PROBE_SECONDS) -> set[str]:
    """The ids in a Chroma folder, read by a child process that may hang or crash without harm to this one.

    Each sampled passage must be found by its own vector. Raises IndexDamaged, saying what happened.
    """
    asked = json.dumps([[id, [float(x) for x in vector]] for id, vector in sample])
    try:
        child = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "qa.probe", str(folder)],
            input=asked, capture_output=True, text=True, timeout=seconds, env={**os.environ, "PYTHONPATH": _root()},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise IndexDamaged(f"Chroma did not open {folder} within {seconds:.0f} s.") from None
    if child.returncode != 0:
        last = (child.stderr.strip().splitlines() or ["no message"])[-1]
        raise IndexDamaged(f"Chroma failed on {folder} (exit {child.returncode}): {last}")
    return set(json.loads(child.stdout.splitlines()[-1]))


def _root() -> str:
    return os.pathsep.join(p for p in (str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")) if p)


def _node(row: Row) -> TextNode:
    id, vector, article, outlet, day = row
    metadata: dict[str, str | int] = {"article": article}
    if outlet:  # None would become "" and then match a filter
        metadata["outlet"] = outlet
    if day is not None:
        metadata["published"] = day
    return TextNode(id_=id, text="", embedding=[float(x) for x in vector], metadata=metadata)


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


@contextlib.contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """Whatever Chroma raises, and its Rust panics (BaseException), as ours."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise IndexDamaged(f"Chroma failed on {folder}: {type(error).__name__}: {error}") from error
