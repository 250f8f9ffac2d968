"""`python -m qa.index.vectors.probe FOLDER CATALOG`: compare a Chroma folder with the catalog, print all its ids.

Runs as a child of `chroma.probe`, which limits its time, and ends when that process does. Every vector and every
filterable field is compared, and some passages must be found by searching for their own vector.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np

from qa.core.errors import IndexDamaged
from qa.index.catalog.catalog import Catalog
from qa.index.catalog.snapshot import Snapshot
from qa.index.vectors.chroma_folder import metadata_of, open_collection, translated

PAGE = 1_000  # passages compared at once
SEARCHED = 16  # passages that must find themselves
NEIGHBOURS = 50  # equal texts have equal vectors: a passage may be found behind its copies
SAME = 1e-3  # Chroma stores float32, the catalog float16


def main() -> int:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        held = compare(Path(sys.argv[1]), Path(sys.argv[2]))
    except IndexDamaged as error:
        print(error, file=sys.stderr)
        return 3
    print(json.dumps(sorted(held)))
    return 0


def compare(folder: Path, catalog: Path) -> set[str]:
    """Return all ids in the folder. Raises IndexDamaged when it holds any passage otherwise than the catalog does."""
    client, collection = open_collection(folder)
    with translated(folder), Catalog.open(catalog, writable=False).snapshot() as snapshot:
        held = set(collection.get(include=[])["ids"])
        pending = set(snapshot.pending())  # these Chroma may hold as they were before
        ids = sorted(id for id in held.intersection(snapshot.passage_ids()) if id not in pending)
        pages = (ids[i : i + PAGE] for i in range(0, len(ids), PAGE))
        problem = next((p for page in pages if (p := _difference(snapshot, collection, page))), "")
        for id, passage in snapshot.passages(ids[:: max(1, len(ids) // SEARCHED)][:SEARCHED]).items():
            found = collection.query(query_embeddings=[passage.vector], n_results=NEIGHBOURS, include=[])["ids"][0]
            if id not in found:
                problem = problem or f"passage {id} is not found by its own vector"
    client.close()
    if problem:
        raise IndexDamaged(problem)
    return held


def _difference(snapshot: Snapshot, collection: Any, ids: list[str]) -> str:
    """Return the first passage that Chroma holds otherwise than the catalog, in words; "" when there is none."""
    got = collection.get(ids=ids, include=["embeddings", "metadatas"])
    stored, details = snapshot.passages(ids), {d[0]: d[1:] for d in snapshot.details(ids)}
    if sorted(got["ids"]) != ids:
        return "Chroma lists passages that it cannot return"
    for id, vector, metadata in zip(got["ids"], got["embeddings"], got["metadatas"], strict=True):
        ours = stored[id].vector
        if len(vector) != len(ours) or not np.abs(np.asarray(vector) - ours).max() < SAME:
            return f"passage {id} has another vector in Chroma"
        known = {k: v for k, v in (metadata or {}).items() if k in ("article", "outlet", "published")}
        if known != metadata_of(*details[id]):
            return f"passage {id} has other metadata in Chroma"
    return ""


def _end_with_parent() -> None:
    os.read(0, 1)  # nothing is ever written: this returns when the other end is closed
    os._exit(4)


if __name__ == "__main__":
    sys.exit(main())
