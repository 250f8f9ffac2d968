"""The catalog's file as SQLite holds it open: one connection that writes, others that read, errors as ours.

Knows SQLite. Does not know the tables.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from qa.core.errors import IndexDamaged, NotReady, StorageError
from qa.index.catalog.filters import folded

BUSY_MS = 30_000
IDLE = 4  # reading connections kept open, each with its page cache; more were used at once, fewer are kept


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise SQLite's errors as ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "full" in text or "I/O" in text or "readonly" in text or "read-only" in text or "unable to open" in text:
            raise StorageError(
                f"The index at {path} refused a write or could not be opened ({text}). What was there before is "
                "intact; make room or mend the permissions, then run: qa index"
            ) from error
        if "locked" in text:
            raise StorageError(f"The index at {path} stayed locked for {BUSY_MS // 1000} s. Try again.") from error
        raise IndexDamaged(f"The index at {path} is damaged ({text}). Run: qa index --rebuild") from error
    except sqlite3.ProgrammingError as error:  # the only one we do not rule out: used after, or while, it was closed
        raise NotReady(f"The index at {path} has been closed ({error}). Open it again.") from error
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(f"The index at {path} is damaged ({error}). Run: qa index --rebuild") from error


class Database:
    """An open file. One connection writes, under a lock; each reading has a connection of its own."""

    def __init__(self, path: Path, *, writable: bool) -> None:
        self.path = path
        self.writable = writable
        self._write = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        with translated(path):
            self._db = self._connect(writable)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that sees one consistent state for as long as the block runs."""
        with translated(self.path):
            try:
                db = self._idle.pop()
            except IndexError:
                db = self._connect(writable=False)
            try:
                db.execute("BEGIN")
                yield db
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                if self._closed or len(self._idle) >= IDLE:
                    db.close()
                else:
                    self._idle.append(db)

    @contextlib.contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """Lend the writing connection, outside any transaction. SQLite's own errors come through."""
        with self._write:
            yield self._db

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Lend the writing connection; what the block did is committed at its end, or undone when it raises."""
        with self._write, translated(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    with contextlib.suppress(sqlite3.Error):
                        self._db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close every connection; those that are read from now close when they are given back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
        with contextlib.suppress(sqlite3.Error), self._write:
            self._db.close()

    def _connect(self, writable: bool) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode=rwc" if writable else reading_uri(self.path)
        db = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None, cached_statements=256)
        db.create_function("fold", 1, folded, deterministic=True)
        db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        if writable:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA cache_size = -32000")
        return db


def reading_uri(path: Path) -> str:
    """Return how SQLite is told to open a catalog for reading.

    It keeps its log beside the file, unless it is told that nobody writes there: where nobody can and the last writer
    has closed it.
    """
    log = Path(f"{path}-wal")
    frozen = not os.access(path.parent, os.W_OK) and not (log.exists() and log.stat().st_size)
    return f"{path.absolute().as_uri()}?{'immutable=1' if frozen else 'mode=ro'}"
