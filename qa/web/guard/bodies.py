"""A request's body on its way in: bounded in bytes and parts, whole when it must be looked at first."""

from __future__ import annotations

import json
import re

from python_multipart.multipart import parse_options_header  # as gradio reads it
from starlette.formparsers import MultiPartException

from qa.intake.importer import MAX_FILE
from qa.web.guard.asgi import Headers, Message, Receive, Scope

MAX_BODY = 16 * 1024 * 1024  # bytes; an article may hold 10 MB, in JSON somewhat more
MAX_UPLOAD = MAX_FILE + 1024 * 1024  # bytes; a file and the form around it
MAX_LOGIN = 16 * 1024  # bytes that somebody unknown may send
MAX_PARTS = 100  # of a form; the page sends its files one by one
MAX_VALUES = 20_000  # of a message; a batch of 1,000 files is 3,000, an article of any length one
UPLOAD = "/gradio_api/upload"
_NAMED = re.compile(r"boundary[ \t]*=", re.IGNORECASE)
_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,./:=?-]{1,70}")  # RFC 2046, without spaces
Problem = tuple[int, str]  # a status and a sentence


class Body:
    """Hands a body on until it breaks a limit; `refusal` is then why, and whoever reads it sees the client leave.

    An upload that ends early raises what makes gradio delete the files that it began: a client that leaves does not.
    """

    def __init__(self, scope: Scope, headers: Headers, receive: Receive) -> None:
        self.refusal: Problem | None = None
        self._receive = receive
        self._upload = scope["path"] == UPLOAD
        self._limit = {"/login": MAX_LOGIN, UPLOAD: MAX_UPLOAD}.get(scope["path"], MAX_BODY)
        self._boundary = self._read_boundary(headers.get("content-type", ""))
        self._bytes = self._parts = 0
        self._tail = b""
        self._replayed: list[Message] = []
        length = headers.get("content-length", "0")
        if not re.fullmatch("[0-9]{1,15}", length) or int(length) > self._limit:
            self._refuse(413, f"The request holds {length[:20]} bytes; at most {self._limit:,} are read.")

    async def receive(self) -> Message:
        """The next message, as ASGI has it. Raises MultiPartException when an upload breaks off."""
        if self._replayed:
            return self._replayed.pop(0)
        message: Message = {"type": "http.disconnect"} if self.refusal else await self._receive()
        self._count(message.get("body", b""))
        if not self.refusal and message["type"] != "http.disconnect":
            return message
        if self._upload:
            raise MultiPartException(self.refusal[1] if self.refusal else "The upload broke off.")
        return {"type": "http.disconnect"}

    async def whole(self) -> bytes:
        """All of it, read ahead: `receive` hands it on as if nobody had. Nothing when it is refused."""
        messages = [await self.receive()]
        while messages[-1].get("more_body"):
            messages.append(await self.receive())
        if self.refusal:
            return b""
        body = b"".join(m.get("body", b"") for m in messages)
        self._replayed = [{**messages[-1], "body": body}]
        return body

    def _count(self, chunk: bytes) -> None:
        self._bytes += len(chunk)
        if self._bytes > self._limit:
            self._refuse(413, f"The request holds more than {self._limit:,} bytes; no more are read.")
        if self._boundary:
            seen = self._tail + chunk
            self._parts += seen.count(self._boundary)
            self._tail = seen[max(0, len(seen) - len(self._boundary) + 1) :]
            if self._parts > MAX_PARTS + 1:  # the boundary stands at the end too
                self._refuse(413, f"The form has more than {MAX_PARTS} parts; send files one by one.")

    def _read_boundary(self, content_type: str) -> bytes:
        """What parts begin with, nothing when there are none. What two readers could take differently is refused."""
        kind, options = parse_options_header(content_type)
        if not kind.startswith(b"multipart/"):
            return b""
        boundary = options.get(b"boundary", b"")
        if len(_NAMED.findall(content_type)) != 1 or not _BOUNDARY.fullmatch(boundary):
            self._refuse(400, f"The content type {content_type[:100]!r} does not name one boundary, as a form's must.")
        return b"--" + boundary

    def _refuse(self, status: int, why: str) -> None:
        self.refusal = self.refusal or (status, why)


def problem_of(message: bytes, from_page: bool) -> Problem | None:
    """Why nobody may parse a message: it is not in UTF-8, or has too many values; one that the page sends to gradio
    also when it is no JSON, or when a file in it is a web address, which gradio would go and fetch.

    Takes up to half a second for 16 MB, so not in the event loop.
    """
    if not json.detect_encoding(message).startswith("utf-8"):  # JSON's readers know others, `_values` does not
        return 400, "The message is not in UTF-8."
    if _values(message) > MAX_VALUES:
        return 413, f"The message holds more than {MAX_VALUES:,} values; no more are read."
    if not from_page:
        return None
    try:
        values = [json.loads(message)]
    except (ValueError, RecursionError):
        return 400, "The message is not JSON in UTF-8."
    while values:
        value = values.pop()
        if isinstance(value, list):
            values += value
        elif isinstance(value, dict):
            path = value.get("path")
            if isinstance(path, str) and "://" in path[:20]:
                return 403, "A file is uploaded, never fetched: its path was an address."
            values += value.values()
    return None


def _values(message: bytes) -> int:
    """How many values JSON in UTF-8 holds at most, give or take one; when over MAX_VALUES, just that it is over.

    Counted on the bytes outside strings, because a few bytes a value take a hundred times their room when parsed.
    """
    outside = message.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"', 2 * MAX_VALUES)[::2]
    return max(len(outside) - 1, sum(part.count(mark) for part in outside for mark in (b",", b"[", b"{")))
