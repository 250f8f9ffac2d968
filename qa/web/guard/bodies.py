"""A request's body on its way in: bounded in bytes, whole when it must be looked at first."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable

from qa.intake.importer import MAX_FILE
from qa.web.guard.asgi import Headers, Message, Receive, Scope

MAX_BODY = 16 * 1024 * 1024  # bytes; an article may hold 10 MB, in JSON somewhat more
MAX_UPLOAD = MAX_FILE  # bytes; a file and nothing around it
MAX_LOGIN = 16 * 1024  # bytes that somebody unknown may send
MAX_VALUES = 20_000  # of a message; a batch of 1,000 files is 3,000, an article of any length one
MAX_DEPTH = 32  # of a message that the page sends to gradio, which walks it by recursion; a batch of files is 4 deep
UPLOAD = "/upload"
# What makes a value a file or an address for gradio, which then opens, copies or fetches it.
_FILE_KEYS = frozenset({"path", "url", "_type"})
Refusal = tuple[int, str]  # a status and a sentence


class Body:
    """Hands a body on until it breaks a limit; `refusal` is then why, and whoever reads it sees the client leave."""

    def __init__(self, scope: Scope, headers: Headers, receive: Receive) -> None:
        self.refusal: Refusal | None = None
        self._receive = receive
        self._limit = {"/login": MAX_LOGIN, UPLOAD: MAX_UPLOAD}.get(scope["path"], MAX_BODY)
        self._bytes = 0
        self._replayed: list[Message] = []
        length = headers.get("content-length", "0")
        if not re.fullmatch("[0-9]{1,15}", length) or int(length) > self._limit:
            self._refuse(413, f"The request holds {length[:20]} bytes; at most {self._limit:,} are read.")

    async def receive(self) -> Message:
        """Return the next message, as ASGI has it."""
        if self._replayed:
            return self._replayed.pop(0)
        message: Message = {"type": "http.disconnect"} if self.refusal else await self._receive()
        self._count(message.get("body", b""))
        return {"type": "http.disconnect"} if self.refusal else message

    async def whole(self) -> bytes:
        """Return all of it, read ahead: `receive` hands it on as if nobody had. Nothing when it is refused."""
        messages = [await self.receive()]
        while messages[-1].get("more_body"):
            messages.append(await self.receive())
        if self.refusal:
            return b""
        body = b"".join(m.get("body", b"") for m in messages)
        self._replayed = [{**messages[-1], "body": body}]
        return body

    def _count(self, chunk: bytes) -> None:
        """Add a chunk to what has come, and refuse the body beyond its limit."""
        self._bytes += len(chunk)
        if self._bytes > self._limit:
            self._refuse(413, f"The request holds more than {self._limit:,} bytes; no more are read.")

    def _refuse(self, status: int, why: str) -> None:
        """Keep the first reason there is."""
        self.refusal = self.refusal or (status, why)


def find_refusal(message: bytes) -> Refusal | None:
    """Return why nobody may parse a message: it is not in UTF-8, or has too many values.

    Takes up to half a second for 16 MB, so not in the event loop.
    """
    if not json.detect_encoding(message).startswith("utf-8"):  # JSON's readers know others, `_values` does not
        return 400, "The message is not in UTF-8."
    if _values(message) > MAX_VALUES:
        return 413, f"The message holds more than {MAX_VALUES:,} values; no more are read."
    return None


def find_page_refusal(message: bytes, functions: Container[object] | None) -> Refusal | None:
    """Return why a message may not pass from the page to gradio; `functions` are those that it may ask for."""
    if refusal := find_refusal(message):
        return refusal
    try:
        value = json.loads(message)
    except (ValueError, RecursionError):
        return 400, "The message is not JSON in UTF-8."
    if refusal := _refuse_value(value):
        return refusal
    function = value.get("fn_index") if isinstance(value, dict) else None
    if functions is not None and (type(function) is not int or function not in functions):
        return 404, "The page has no such function. It may be older than the service: reload it."
    return None


def _refuse_value(value: object) -> Refusal | None:
    """Return why gradio must not see a message: it would take a value in it for a file, or lose itself in its depth."""
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        if any(isinstance(v, dict) and not _FILE_KEYS.isdisjoint(v) for v in level):
            return 403, "A message names no file and no address: files are uploaded, and known by their ids."
        level = [inner for v in level for inner in _inside(v)]
        if not level:
            return None
    return 400, f"The message is more than {MAX_DEPTH} values deep."


def _inside(value: object) -> Iterable[object]:
    """Return the values in a value."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _values(message: bytes) -> int:
    """Return how many values JSON in UTF-8 holds at most, give or take one; any number over MAX_VALUES when it is over.

    Counted on the bytes outside strings, because a few bytes a value take a hundred times their room when parsed.
    """
    outside = message.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"', 2 * MAX_VALUES)[::2]
    return max(len(outside) - 1, sum(part.count(mark) for part in outside for mark in (b",", b"[", b"{")))
