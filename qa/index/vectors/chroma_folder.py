"""Chroma's files: where they lie, how they are opened, checked and replaced. Knows nothing of llama-index or of text.

Chroma's files do not survive kills (measured on 1.5.9), so they are never trusted: a child process, which may hang or
crash without harm, compares all they hold with the catalog, and a broken folder is replaced by a fresh one that is
named in `current`, swapped in by one rename.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qa.core.errors import IndexDamaged
from qa.core.files import write_file

COLLECTION = "passages"
POINTER = "current"
PROBE_SECONDS = 60.0
PROBED_PER_SECOND = 1_000  # passages that the slowest machine we support compares in a second; lengthens the limit

# The defaults (ef 100, 16 neighbours) find 0.69 of the true first 50 among 100,000 clustered vectors.
HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 400, "max_neighbors": 32}


def open_collection(folder: Path) -> tuple[Any, Any]:
    """Open client and collection of a folder that no other process has open, or make them. Raises IndexDamaged."""
    import chromadb
    from chromadb.config import Settings

    with translated(folder):
        client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        try:
            collection = client.get_or_create_collection(
                COLLECTION, configuration={"hnsw": HNSW}, embedding_function=None
            )
        except BaseException:
            client.close()
            raise
    return client, collection


def metadata_of(article: str, outlet: str | None, day: int | None) -> dict[str, str | int]:
    """Return what Chroma holds of a passage besides its vector. Unknown is absent: None would match a filter, as ""."""
    known: dict[str, str | int] = {"article": article}
    if outlet:
        known["outlet"] = outlet
    if day is not None:
        known["published"] = day
    return known


def current_folder(root: Path) -> Path | None:
    """Return the folder that `current` names, if it is there."""
    try:
        name = (root / POINTER).read_text("utf-8").strip()
        folder = root / name
        return folder if name and Path(name).name == name and folder.is_dir() else None
    except (OSError, ValueError):
        return None


def fresh_folder(root: Path) -> Path:
    """Make a new folder beside the current one, to be filled and then made current."""
    folder = root / f"chroma-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    return folder


def make_current(root: Path, folder: Path) -> None:
    """Swap a filled folder in, by one rename, and sweep all others."""
    write_file(root / POINTER, folder.name + "\n")
    sweep(root)


def forget(root: Path) -> None:
    """Let no folder be current: what Chroma holds belongs to a catalog that is gone."""
    (root / POINTER).unlink(missing_ok=True)


def sweep(root: Path) -> None:
    """Remove folders that nothing names: leftovers of interrupted rebuilds."""
    keep = current_folder(root)
    for path in root.glob("chroma-*"):
        if path != keep:
            shutil.rmtree(path, ignore_errors=True)


def probe(folder: Path, catalog: Path, passages: int, seconds: float | None = None) -> set[str]:
    """Return the ids in a Chroma folder that agrees with the catalog in everything else, as `vectors/probe.py` sees it.

    Raises IndexDamaged, saying what happened.
    """
    # -P: without it the child would import whatever lies in the current folder first.
    limit = seconds or PROBE_SECONDS + passages / PROBED_PER_SECOND
    lifeline, held = os.pipe()  # the child ends when this process does: nobody else may find it in Chroma's files
    try:
        child = subprocess.run(  # noqa: S603
            [sys.executable, "-P", "-m", "qa.index.vectors.probe", str(folder), str(catalog)],
            stdin=lifeline, capture_output=True, text=True, timeout=limit, env={**os.environ, "PYTHONPATH": _path()},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise IndexDamaged(f"Chroma did not open {folder} within {limit:.0f} s.") from None
    finally:
        os.close(lifeline)
        os.close(held)
    if child.returncode != 0:
        last = (child.stderr.strip().splitlines() or ["no message"])[-1]
        raise IndexDamaged(f"Chroma failed on {folder} (exit {child.returncode}): {last}")
    try:
        return set(json.loads(child.stdout.splitlines()[-1]))
    except (ValueError, IndexError):
        raise IndexDamaged(f"Chroma's probe of {folder} said nothing that can be read.") from None


@contextlib.contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Raise whatever Chroma raises, and its Rust panics (BaseException), as ours."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise IndexDamaged(f"Chroma failed on {folder}: {type(error).__name__}: {error}") from error


def _path() -> str:
    return os.pathsep.join(p for p in (str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", "")) if p)
