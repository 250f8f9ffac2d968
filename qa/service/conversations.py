"""Keep what each visitor asked and was answered, in one SQLite file that outlives reloads and restarts.

Answers keep their quotes and offsets, not the passages around them: those are read from the catalog when they are
shown, so a removed article leaves no text here beyond the sentences that were quoted from it.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from qa.core.errors import FilterError, StorageError, UnknownConversation
from qa.core.types import Answer, Filters
from qa.service.codec import answer_from_dict, answer_to_dict, filters_from_dict, filters_to_dict

log = logging.getLogger(__name__)

FILE = "conversations.sqlite"
FORMAT = 2
READ_ANSWERS = 200  # answers that are not read from their rows again
LISTED = 200  # conversations in a visitor's list
LONGEST_TITLE = 200  # characters
KEPT_NS = 400 * 24 * 3600 * 10**9  # how long a guest's conversation is kept untouched
IN_MEMORY = "Their file cannot be written, so conversations are kept until the service ends only."
UNREADABLE = "This answer was kept by another version of Groundwire and cannot be read. Ask again."

_SCHEMA = """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, visitor TEXT NOT NULL, touched INTEGER NOT NULL, title TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX by_visitor ON conversations (visitor, touched);
CREATE TABLE turns (
    conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE, n INTEGER NOT NULL, asked TEXT NOT NULL,
    question TEXT NOT NULL, filters TEXT NOT NULL, state TEXT NOT NULL, answer TEXT, message TEXT NOT NULL,
    PRIMARY KEY (conversation, n)
) WITHOUT ROWID;
"""
_NAMES = "ALTER TABLE conversations ADD COLUMN title TEXT NOT NULL DEFAULT ''"  # format 1 had none


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what became of it: `state` is asked, answered, stopped or failed.

    `answer` is what there is of it, without the text of its passages; `message` says why there is none. `asked` is an
    ISO 8601 date-time in UTC.
    """

    n: int
    asked: str
    question: str
    filters: Filters = field(default_factory=Filters)
    state: str = "asked"
    answer: Answer | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """A line of a visitor's list. `title` is the name that it was given, else the first question.

    `questions` are all that was asked in it, to be searched.
    """

    id: str
    title: str
    turns: int
    asked: str
    questions: str = ""


class Conversations:
    """The conversations of all visitors; each call names the visitor, who sees only their own. Safe in many threads.

    `problem` says why they are not kept, when they are not.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._began = datetime.now(UTC).isoformat()
        self._db, self.problem = _opened(path)

    def tidy(self) -> None:
        """Stop what an earlier service left unanswered, forget what nobody can see; for the holder of the index."""
        with self._open() as db:
            db.execute("UPDATE turns SET state = 'stopped' WHERE state = 'asked' AND asked < ?", (self._began,))
            old = "visitor LIKE 'page:%' OR visitor LIKE 'guest:%' AND touched < ?"  # a guest's cookie lasts a year
            unseen = "SELECT n FROM turns WHERE conversation = id AND asked >= ?"
            sql = f"DELETE FROM conversations WHERE ({old}) AND NOT EXISTS ({unseen})"
            db.execute(sql, (time.time_ns() - KEPT_NS, self._began))

    def latest(self, visitor: str) -> str | None:
        """Return the conversation that the visitor used last."""
        sql = "SELECT id FROM conversations WHERE visitor = ? ORDER BY touched DESC LIMIT 1"
        with self._open() as db:
            row = db.execute(sql, (visitor,)).fetchone()
        return row[0] if row else None

    def start(self, visitor: str) -> str:
        """Begin a conversation and return its id; the latest one's when nothing was asked in it yet."""
        latest = self.latest(visitor)
        if latest is not None and not self.turns(visitor, latest):
            return latest
        id = secrets.token_urlsafe(12)
        with self._open() as db:
            db.execute("INSERT INTO conversations VALUES (?, ?, ?, '')", (id, visitor, time.time_ns()))
        return id

    def listed(self, visitor: str) -> list[ConversationSummary]:
        """Return the visitor's conversations in which something was asked, the last used first."""
        sql = (
            "SELECT c.id, coalesce(nullif(c.title, ''), t.question),"
            " (SELECT count(*) FROM turns WHERE conversation = c.id), t.asked,"
            " (SELECT group_concat(question, ' ') FROM turns WHERE conversation = c.id)"
            " FROM conversations c JOIN turns t ON t.conversation = c.id AND t.n ="
            " (SELECT min(n) FROM turns WHERE conversation = c.id) WHERE c.visitor = ? ORDER BY c.touched DESC LIMIT ?"
        )
        with self._open() as db:
            return [ConversationSummary(*row) for row in db.execute(sql, (visitor, LISTED))]

    def title(self, visitor: str, id: str) -> str:
        """Return the name of a conversation: the given one, else its first question. Raises UnknownConversation."""
        sql = "SELECT question FROM turns WHERE conversation = ? ORDER BY n LIMIT 1"
        with self._open() as db:
            _check(db, visitor, id)
            given = db.execute("SELECT title FROM conversations WHERE id = ?", (id,)).fetchone()[0]
            first = db.execute(sql, (id,)).fetchone()
        return str(given or (first[0] if first else ""))

    def rename(self, visitor: str, id: str, title: str) -> None:
        """Give a conversation a name; "" gives it its first question's again. Raises UnknownConversation."""
        title = " ".join(title.split())[:LONGEST_TITLE]
        with self._open() as db:
            _check(db, visitor, id)
            db.execute("UPDATE conversations SET title = ? WHERE id = ?", (title, id))

    def turns(self, visitor: str, id: str, known: Turn | None = None) -> tuple[Turn, ...]:
        """Return the turns, oldest first. Raises UnknownConversation.

        A turn that is `known` to whoever asks, and was kept as it is, comes back itself: what was composed is shown,
        not what was written of it.
        """
        sql = "SELECT n, asked, question, filters, state, answer, message FROM turns WHERE conversation = ? ORDER BY n"
        with self._open() as db:
            _check(db, visitor, id)
            return tuple(_turn(row, known) for row in db.execute(sql, (id,)))

    def ask(self, visitor: str, id: str, question: str, filters: Filters, again: int | None = None) -> Turn:
        """Begin a new turn, or turn `again` anew; it is `asked` until `finish`. Raises UnknownConversation."""
        asked = datetime.now(UTC).isoformat()
        with self._open() as db:
            _check(db, visitor, id)
            last = db.execute("SELECT coalesce(max(n), 0) FROM turns WHERE conversation = ?", (id,)).fetchone()[0]
            turn = Turn(again or last + 1, asked, question, filters)
            row = (id, turn.n, asked, question, json.dumps(filters_to_dict(filters)), turn.state, None, "")
            db.execute("INSERT OR REPLACE INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            db.execute("UPDATE conversations SET touched = ? WHERE id = ?", (time.time_ns(), id))
        return turn

    def finish(self, id: str, turn: Turn) -> None:
        """Keep what became of a turn, unless it was asked again since, or something else became of it before."""
        answer = json.dumps(answer_to_dict(_without_passages(turn.answer))) if turn.answer else None
        sql = "UPDATE turns SET state = ?, answer = ?, message = ? WHERE conversation = ? AND n = ? AND asked = ?"
        sql += " AND state = 'asked'"
        with self._open() as db:
            db.execute(sql, (turn.state, answer, turn.message, id, turn.n, turn.asked))

    def touch(self, visitor: str, id: str) -> None:
        """Make it the latest, as opening it does. Raises UnknownConversation."""
        with self._open() as db:
            _check(db, visitor, id)
            db.execute("UPDATE conversations SET touched = ? WHERE id = ?", (time.time_ns(), id))

    def remove(self, visitor: str, id: str) -> None:
        """Forget a conversation for good. Raises UnknownConversation."""
        with self._open() as db:
            _check(db, visitor, id)
            db.execute("DELETE FROM conversations WHERE id = ?", (id,))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Hold the database for one transaction. Raises StorageError."""
        try:
            with self._lock, self._db:
                yield self._db
        except sqlite3.Error as error:
            raise StorageError(
                f"The conversation cannot be kept: {error}. Free some disk space, then reload."
            ) from error


def _opened(path: Path | None) -> tuple[sqlite3.Connection, str]:
    """Open the database, and say why it is one in memory where no file can be written. A damaged one is put aside."""
    try:
        return _connected(path), ""
    except (sqlite3.DatabaseError, OSError) as error:
        if path is None or isinstance(error, (sqlite3.OperationalError, OSError)):
            log.warning("conversations are kept until the service ends only: %s: %s", path, error)
            return _connected(None), IN_MEMORY
        aside = path.with_name(f"{path.name}.damaged-{time.time_ns()}")
        path.replace(aside)
        log.warning("%s was damaged (%s); it is kept as %s and a new one was begun", path, error, aside.name)
        return _connected(path), ""


def _connected(path: Path | None) -> sqlite3.Connection:
    """Connect to the file, or to memory. Raises sqlite3.Error, OSError."""
    if path is not None and not path.exists():  # readable by this user only; SQLite's other files follow it
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db = sqlite3.connect(path or ":memory:", check_same_thread=False, timeout=10)
    try:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            db.execute(f"PRAGMA {pragma}")
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found > FORMAT:
            raise sqlite3.OperationalError(f"it was made by a newer version (format {found}, this one reads {FORMAT})")
        if found == 0:
            db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT;")
        if found == 1:
            db.executescript(f"BEGIN; {_NAMES}; PRAGMA user_version = {FORMAT}; COMMIT;")
        db.execute(f"PRAGMA user_version = {FORMAT}")  # whether it can be written is known only when it is
    except sqlite3.Error:
        db.close()
        raise
    return db


def _check(db: sqlite3.Connection, visitor: str, id: str) -> None:
    """Raise UnknownConversation unless it is the visitor's own."""
    owner = db.execute("SELECT visitor FROM conversations WHERE id = ?", (id,)).fetchone()
    if not visitor or owner is None or owner[0] != visitor:
        raise UnknownConversation("There is no such conversation of yours. Reload the page to see those there are.")


def _turn(row: tuple[int, str, str, str, str, str | None, str], known: Turn | None) -> Turn:
    """Return the turn of a row, which is the known one if that was kept here."""
    n, asked, question, filters, state, answer, message = row
    if known is not None and (n, asked, state) == (known.n, known.asked, known.state):
        return known
    try:
        found = _read_answer(answer) if answer else None
        return Turn(n, asked, question, filters_from_dict(json.loads(filters)), state, found, message)
    except (KeyError, TypeError, ValueError, FilterError):
        log.exception("turn %s of a conversation cannot be read", n)
        return Turn(n, asked, question, state="failed", message=UNREADABLE)


@lru_cache(READ_ANSWERS)
def _read_answer(text: str) -> Answer:
    """Return the answer that was written; whoever opens one source after the other needs the same one each time."""
    return answer_from_dict(json.loads(text))


def _without_passages(answer: Answer) -> Answer:
    """Return the answer with the places of its passages, without their text."""
    return replace(
        answer,
        passages=tuple(replace(p, text="") for p in answer.passages),
        nearest=tuple(replace(p, text="") for p in answer.nearest),
    )
