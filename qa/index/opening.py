"""Opens the catalog: as it is, led on to today's format, or made anew where it cannot go on being used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

from qa.core.errors import IndexDamaged, IndexIncompatible
from qa.core.settings import Settings
from qa.index.catalog.catalog import FILE, Catalog
from qa.index.catalog.migrations import OLDEST
from qa.index.catalog.schema import Manifest
from qa.index.embedding import SentenceEmbedding
from qa.index.freshness import was_left_whole
from qa.index.prepare import make_manifest
from qa.index.vectors import chroma_folder as chroma


def open_catalog(
    settings: Settings, load: Callable[[], SentenceEmbedding], rebuild: bool
) -> tuple[Catalog, int, list[str]]:
    """Open the catalog, or make it anew where that must be; return it, its vectors' dimension, and why it was made."""
    path, expected, notes = settings.index / FILE, make_manifest(settings.model, 0), list[str]()
    whole = was_left_whole(settings)
    if path.exists() and not rebuild:
        try:
            if (kept := _kept_catalog(path, expected, whole)) is not None:
                return kept, kept.manifest().dimension, notes
            notes.append("The index was made by an older version and is made anew.")
        except IndexDamaged as error:
            notes.append(f"The catalog was damaged and is made anew from the corpus ({error}).")
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    chroma.forget(settings.index)
    dimension = load().dimension
    return Catalog.create(path, replace(expected, dimension=dimension)), dimension, notes


def _kept_catalog(path: Path, expected: Manifest, whole: bool) -> Catalog | None:
    """Open a catalog that may go on being used, led on to today's format; None for one that cannot be.

    Raises IndexDamaged and its kin.
    """
    catalog = Catalog.open(path, writable=True)
    try:
        if check_manifest(catalog.manifest(), expected):
            if not whole:  # after a kill, or when another hand was at the file
                catalog.check()
            catalog.migrate()
            return catalog
    except BaseException:
        catalog.close()  # before its files go: SQLite removes the log by name
        raise
    catalog.close()
    return None


def check_manifest(found: Manifest, expected: Manifest) -> bool:
    """Return True when the index fits, or can be led on; False when it is too old and may be made anew.

    Raises IndexIncompatible when it was made with another model: making it anew would embed everything.
    """
    if found.format < OLDEST:
        return False
    if (found.model_digest, found.precision) != (expected.model_digest, expected.precision):
        raise IndexIncompatible(
            f"The index was made with the model {found.model} ({found.model_digest}, {found.precision}); this one is "
            f"{expected.model} ({expected.model_digest}, {expected.precision}). To keep the index set QA_MODEL="
            f"{found.model}; to embed everything with the new model run: qa index --rebuild"
        )
    kept = [f.name for f in fields(Manifest) if f.name not in ("format", "dimension", "model")]
    return all(getattr(found, name) == getattr(expected, name) for name in kept)
