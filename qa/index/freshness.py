"""Find out, without loading anything heavy, if the index says what the corpus says and was left whole."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from qa.core.files import write_file
from qa.core.settings import Settings
from qa.corpus.folder import Corpus, CorpusFile
from qa.index.catalog.catalog import FILE
from qa.index.catalog.database import reading_uri

WHOLE = "whole"  # names the state in which the last writer left the catalog; absent while one works and after a kill


def is_fresh(settings: Settings) -> bool:
    """Return True if the last writer left the index whole and it knows the files of the corpus as they are now."""
    path = settings.index / FILE
    if not path.is_file() or _read_mark(settings) != _state(path):
        return False
    try:
        with closing(sqlite3.connect(reading_uri(path), uri=True)) as db:
            known = dict(db.execute("SELECT id, stamp FROM articles"))
            refused = dict(db.execute("SELECT name, stamp FROM refused"))
    except sqlite3.Error:
        return False
    files, _ = select_files(Corpus(settings.corpus).files())
    stale = [f for f in files if known.get(f.id) != f.stamp and refused.get(f.path.name) != f.stamp]
    return not stale and set(known) <= {f.id for f in files}


def select_files(files: Iterable[CorpusFile]) -> tuple[list[CorpusFile], dict[str, str]]:
    """Return one file an id, and by name why the others are left out."""
    kept: dict[str, CorpusFile] = {}
    refused: dict[str, str] = {}
    for file in files:
        if file.id in kept:
            refused[file.path.name] = f"{kept[file.id].path.name} has the same id; rename one of them."
        else:
            kept[file.id] = file
    return list(kept.values()), refused


def mark_whole(settings: Settings) -> None:
    """Remember the catalog as it is now, closed by its writer. Raises OSError."""
    write_file(settings.index / WHOLE, _state(settings.index / FILE), settle=False)


def was_left_whole(settings: Settings) -> bool:
    """Return True if the catalog is as its last writer left it. Takes the mark away: a writer works on it now."""
    whole = _read_mark(settings) == _state(settings.index / FILE)
    with contextlib.suppress(FileNotFoundError):
        (settings.index / WHOLE).unlink()
    return whole


def _read_mark(settings: Settings) -> str:
    try:
        return (settings.index / WHOLE).read_text("ascii")
    except (OSError, ValueError):
        return "none"


def _state(path: Path) -> str:
    try:
        states = [os.stat(p) for p in (path, Path(f"{path}-wal")) if p.exists()]
    except OSError:
        return "unknown"
    # A reader leaves an empty log behind: that says nothing.
    return " ".join(f"{s.st_size}:{s.st_mtime_ns}:{s.st_ino}" for s in states if s.st_size)
