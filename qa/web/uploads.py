"""Files that visitors' browsers have sent: where they wait to be added, by ids that are no paths, within quotas.

A message is data that a client can forge: it can name only what its own visitor has sent, and only by an id.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import threading
from collections.abc import AsyncIterable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from qa.core.errors import ArticleError, QuotaExceeded, StorageError

MOST = 1_000  # files of one batch
KEPT_SECONDS = 600.0  # after a visitor's last upload; what is being added is kept until it is
_LONGEST = 300  # characters of a name or of what the browser says
_ID = re.compile("[0-9a-f]{32}")
_GONE = "its upload is no longer there. Upload it again."


@dataclass(frozen=True, slots=True)
class Quota:
    """The most that may wait at a time: of one visitor, and of all of them."""

    bytes: int
    files: int


VISITORS = Quota(2**30, 2_000)
EVERYBODYS = Quota(4 * 2**30, 10_000)


@dataclass(eq=False, slots=True)
class _Shelf:
    """The uploads of one visitor that wait, in bytes by id; the ids that are whole, and those that are being added."""

    sizes: dict[str, int] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    claimed: set[str] = field(default_factory=set)
    bytes: int = 0
    timer: asyncio.TimerHandle | None = None


class Uploads:
    """The service's own folder of uploads, which nobody else can look into. Empty when the service starts and ends."""

    def __init__(
        self, folder: Path, mine: Quota = VISITORS, all: Quota = EVERYBODYS, kept_seconds: float = KEPT_SECONDS
    ) -> None:
        self._folder, self._mine, self._all, self._kept_seconds = folder, mine, all, kept_seconds
        self._shelves: dict[str, _Shelf] = {}
        self._bytes = self._files = 0
        self._lock = threading.RLock()
        self.close()
        with suppress(OSError):
            self._make()

    async def receive(self, visitor: str, chunks: AsyncIterable[bytes]) -> str:
        """Keep what comes; return its id. Raises QuotaExceeded, StorageError, and whatever breaks the chunks off."""
        id = self._begun(visitor)
        try:
            self._make()
            async with await anyio.open_file(self._folder / id, "xb") as file:
                async for chunk in chunks:
                    self._grow(visitor, id, len(chunk))
                    await file.write(chunk)
            self._done(visitor, id)
        except OSError as error:
            self.drop(visitor, id)
            raise StorageError(f"the service cannot keep it: {error.strerror}.") from error
        except BaseException:
            self.drop(visitor, id)
            raise
        return id

    @contextmanager
    def claimed(self, visitor: str, ids: Iterable[str]) -> Iterator[None]:
        """Keep them from expiring while they are being added; drop them afterwards."""
        with self._lock:
            shelf = self._shelves.get(visitor, _Shelf())
            mine = {id for id in ids if id in shelf.whole} - shelf.claimed
            shelf.claimed |= mine
        try:
            yield
        finally:
            for id in mine:
                self.drop(visitor, id)

    def read(self, visitor: str, id: str) -> bytes:
        """Return what the visitor has sent under this id. Raises ArticleError."""
        with self._lock:
            there = id in self._shelves.get(visitor, _Shelf()).whole
        try:
            if there:
                return (self._folder / id).read_bytes()
        except OSError as error:
            raise ArticleError(_GONE) from error
        raise ArticleError(_GONE)

    def drop(self, visitor: str, id: str) -> None:
        """Forget an upload: it has served, or nobody came for it."""
        with self._lock:
            shelf = self._shelves.get(visitor)
            if shelf is None or id not in shelf.sizes:
                return
            size = shelf.sizes.pop(id)
            shelf.bytes, self._bytes, self._files = shelf.bytes - size, self._bytes - size, self._files - 1
            shelf.whole.discard(id)
            shelf.claimed.discard(id)
            if not shelf.sizes:
                del self._shelves[visitor]
        with suppress(OSError):
            (self._folder / id).unlink()

    def close(self) -> None:
        """Forget everything, also what a service that was killed has left."""
        with self._lock:
            self._shelves.clear()
            self._bytes = self._files = 0
        with suppress(OSError):
            for path in self._folder.iterdir():
                if _ID.fullmatch(path.name):
                    path.unlink()

    def _make(self) -> None:
        self._folder.mkdir(0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)  # it may have been there already

    def _begun(self, visitor: str) -> str:
        with self._lock:
            shelf = self._shelves.get(visitor, _Shelf())
            if (mine := len(shelf.sizes) >= self._mine.files) or self._files >= self._all.files:
                raise self._exceeded(mine)
            self._shelves[visitor] = shelf
            id = secrets.token_hex(16)
            shelf.sizes[id] = 0
            self._files += 1
            return id

    def _grow(self, visitor: str, id: str, size: int) -> None:
        with self._lock:
            shelf = self._shelf_of(visitor, id)
            shelf.sizes[id] += size
            shelf.bytes, self._bytes = shelf.bytes + size, self._bytes + size
            if (mine := shelf.bytes > self._mine.bytes) or self._bytes > self._all.bytes:
                raise self._exceeded(mine)

    def _done(self, visitor: str, id: str) -> None:
        """Keep an upload, and what was sent before, for a while. In the event loop, whose clock never jumps."""
        with self._lock:
            shelf = self._shelf_of(visitor, id)
            shelf.whole.add(id)
            if shelf.timer:
                shelf.timer.cancel()
            loop = asyncio.get_running_loop()
            shelf.timer = loop.call_later(self._kept_seconds, self._expire, visitor, shelf)

    def _expire(self, visitor: str, shelf: _Shelf) -> None:
        with self._lock:
            there = self._shelves.get(visitor) is shelf
            for id in shelf.whole - shelf.claimed if there else ():
                self.drop(visitor, id)

    def _shelf_of(self, visitor: str, id: str) -> _Shelf:
        shelf = self._shelves.get(visitor)
        if shelf is None or id not in shelf.sizes:
            raise StorageError("the service is being stopped.")
        return shelf

    def _exceeded(self, mine: bool) -> QuotaExceeded:
        quota, whose = (self._mine, "of yours ") if mine else (self._all, "")
        return QuotaExceeded(
            f"too much {whose}waits to be added: at most {quota.files:,} files and {quota.bytes / 2**20:,.0f} MB may. "
            "Send it again when these are added."
        )


@dataclass(frozen=True, slots=True)
class Upload:
    """A file by the name that its visitor knows: its id, or why it could not be sent."""

    name: str
    id: str = ""
    problem: str = ""


def batch(data: object) -> list[Upload]:
    """Return the files that a page's message names; nothing for what is no such message."""
    files = data.get("files") if isinstance(data, dict) else None
    given = [f for f in files if isinstance(f, dict)] if isinstance(files, list) else []
    return [
        Upload(_line(f.get("name")) or "A file", str(f.get("id") or ""), _line(f.get("problem"))) for f in given[:MOST]
    ]


def _line(value: object) -> str:
    return " ".join(str(value or "").split())[:_LONGEST]
