"""Files and web addresses to drafts: a file's bytes go through the sandbox, an address through the fetcher first.

What cannot be read is a refusal that names it and says why, never an exception, so that the others go on. Knows neither
the corpus nor formats.
"""

from __future__ import annotations

import posixpath
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Self
from urllib.parse import unquote, urlsplit

from qa.core.errors import ArticleError, FetchError
from qa.core.settings import Settings
from qa.core.types import Draft, Found, Refusal
from qa.intake.fetch.fetcher import Fetched, Fetcher
from qa.intake.fetch.following import Following
from qa.intake.formats.records import pieces
from qa.intake.sandbox import Parsers

MAX_FILE = 32 * 1024 * 1024  # bytes; a long report with pictures is 20 MB. What is read in pieces may be longer
FETCHED = "fetched"  # how the origin of an address begins that was fetched: `qa refetch` fetches it again
_NUMBERED = re.compile(r"\b(line|record|row|message|entry) (\d+)$")


@dataclass(frozen=True, slots=True)
class Arrival:
    """The contents of a web address. `fetched` is None when it could not be fetched; `found` is then the refusal."""

    found: tuple[Draft | Refusal, ...]
    fetched: Fetched | None = None


class Importer:
    """The way in for everything that somebody else made. Safe to share between threads; starts nothing before use."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._parsers = settings, Parsers()
        self._fetcher: Fetcher | None = None
        self._making = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._parsers.close()

    def read(self, data: bytes, name: str) -> Iterator[Draft | Refusal]:
        """Yield what a file holds, at least a refusal. Raises ServiceError when no parser can be started."""
        if len(data) > MAX_FILE:
            yield Refusal(
                name, f"It has more than {MAX_FILE // 2**20} MB, the most that is read of one file. Split it."
            )
            return
        following = Following(name, self._fetched)
        yield from following.follow(self._parsed(data, name))
        yield from following.left()

    def stream(self, file: BinaryIO, name: str) -> Iterator[Draft | Refusal]:
        """Read as `read` does, from an open file. One of many records is read piece by piece, however long."""
        first = file.read(pieces.PIECE)
        parts = pieces.cut(first, file, name)
        if parts is None:
            yield from self.read(first + file.read(MAX_FILE + 1 - len(first)), name)
            return
        following = Following(name, self._fetched)
        for part in parts:
            if isinstance(part, Refusal):
                yield replace(part, name=f"{name}: {part.name}")
            else:
                yield from following.follow(_counted(found, part.before) for found in self._parsed(part.data, name))
        yield from following.left()

    def fetch(self, url: str, etag: str | None = None, modified: str | None = None) -> Arrival:
        """Fetch what is at a web address; `etag` and `modified` are what was told when it was fetched before.

        Raises UserError for a setting that cannot be, ServiceError.
        """
        try:
            fetched = self._web().fetch(url, etag=etag, modified=modified)
        except FetchError as error:
            return Arrival((Refusal(url, str(error).removeprefix(f"{url} ")),))
        if fetched.not_modified:
            return Arrival((), fetched)
        found = tuple(self._parsed(fetched.content, _name_in(fetched.url), fetched.url, fetched.charset))
        if len(found) == 1 and isinstance(found[0], Draft):  # a feed's entries have addresses of their own
            found = (_marked(found[0], fetched.url),)
        return Arrival(tuple(replace(f, name=url) if isinstance(f, Refusal) else f for f in found), fetched)

    def _fetched(self, address: str) -> tuple[bool, tuple[Draft | Refusal, ...]]:
        arrival = self.fetch(address)
        return arrival.fetched is not None, arrival.found

    def _parsed(
        self, data: bytes, name: str, address: str | None = None, charset: str | None = None
    ) -> Iterator[Draft | Refusal]:
        empty = True
        try:
            for found in self._parsers.parse(data, name, address, charset):
                empty = False
                yield replace(found, name=f"{name}: {found.name}") if isinstance(found, Refusal) else found
        except ArticleError as error:
            yield Refusal(name, str(error))
        else:
            if empty:
                yield Refusal(name, "It holds no article.")

    def _web(self) -> Fetcher:
        with self._making:
            if self._fetcher is None:
                self._fetcher = Fetcher.from_settings(self._settings)
            return self._fetcher


def is_address(text: str) -> bool:
    """Return True if a person means a web address and no file."""
    return re.match(r"\w[\w+.-]*://", text) is not None


def _marked(draft: Draft, address: str) -> Draft:
    known = draft.metadata.get("url")
    url = Found(address, FETCHED) if known is None else Found(known.value, f"{FETCHED}, {known.origin}")
    return replace(draft, metadata={**draft.metadata, "url": url})


def _name_in(url: str) -> str:
    """Name the file behind an address: the end of its path, or its host."""
    parts = urlsplit(url)
    return unquote(posixpath.basename(parts.path.rstrip("/"))) or parts.hostname or ""


def _counted(found: Draft | Refusal, before: int) -> Draft | Refusal:
    """Name what was called by its number in a piece by its number in the file."""
    return replace(found, name=_NUMBERED.sub(lambda m: f"{m[1]} {int(m[2]) + before}", found.name))
