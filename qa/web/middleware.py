"""What every request passes: who it was sent to, where it comes from, how large it is, and what the page may load.

Guards against DNS rebinding (unknown Host), cross-site requests (foreign Origin, missing token on a write)
and floods (bodies beyond the limit). Pure ASGI, so that streams stay streams.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from starlette.requests import cookie_parser

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 16 * 1024 * 1024  # bytes; an article may hold 10 MB, in JSON somewhat more
COOKIE = "groundwire-{port}"  # cookies know no ports, and two services may run beside each other
VISITOR = "groundwire-visitor-{port}"
VISITOR_SECONDS = 365 * 24 * 3600
CSP = (
    "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; object-src 'none'; base-uri 'self'; "
    "frame-ancestors 'none'; form-action 'self'"
)
_READS = {"GET", "HEAD", "OPTIONS"}
_OPEN_POSTS = {"/api/ask", "/api/search", "/mcp"}  # they change nothing, so programs need no token for them
_LOCAL = {"127.0.0.1", "localhost", "::1"}
# Of gradio's own endpoints the page needs these. The others run handlers around the queue, or serve and fetch files:
# `file=` and `proxy=` with an address make the server fetch it.
_PAGE_POSTS = {f"/gradio_api/{name}" for name in ("queue/join", "upload", "cancel", "reset", "reset/")}
_CLOSED = ("/gradio_api/file", "/gradio_api/proxy", "/gradio_api/deep_link", "/monitoring")
_JOIN = "/gradio_api/queue/join"
_GUEST = re.compile(r"[0-9a-f]{32}")  # 128 random bits


class Guard:
    """Refuses what must not come in with 403 or 413, and puts the security headers on what goes out."""

    def __init__(self, app: App, token: str, hosts: Iterable[str] = ()) -> None:
        self._app = app
        self._token = token
        self._hosts = _LOCAL | {h for h in hosts if h not in ("0.0.0.0", "::")}  # noqa: S104

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":  # nothing here speaks it
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        refusal = self._refusal(scope, headers)
        if refusal:
            await _answer(send, *refusal)
            return
        guest, minted = _guest(scope, headers)
        scope.setdefault("state", {})["visitor"] = f"guest:{guest}" if guest else ""
        receive = _bounded(receive)
        if scope["path"] == _JOIN and scope["method"] == "POST":
            body, receive = await _read(receive)
            if _names_an_address(body):
                await _answer(send, 403, "A file is uploaded, never fetched: its path was an address.")
                return
        await self._app(scope, receive, self._with_headers(scope, headers, send, guest if minted else ""))

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        if _split(f"//{headers.get('host', '')}").hostname not in self._hosts:
            return 403, f"This service does not answer to the host {headers.get('host', '')!r}; use 127.0.0.1."
        origin = headers.get("origin")
        if origin is not None and _split(origin).netloc != headers.get("host"):
            return 403, f"Requests from {origin!r} are refused: they come from another site."
        if headers.get("sec-fetch-site") == "cross-site" and scope["method"] not in _READS:
            return 403, "Requests from another site are refused."
        if scope["method"] not in _READS and scope["path"] not in _OPEN_POSTS and not self._authorised(headers):
            return 403, "This request changes something and needs the service's token; reload the page."
        path = scope["path"]
        gradio_post = scope["method"] not in _READS and path.startswith("/gradio_api/")
        if path.startswith(_CLOSED) or (gradio_post and path not in _PAGE_POSTS):
            return 403, f"{path} is closed: the page does not need it. Programs use the routes under /api."
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MAX_BODY:
            return 413, f"The request holds {length} bytes; at most {MAX_BODY:,} are read."
        return None

    def _authorised(self, headers: dict[str, str]) -> bool:
        given = headers.get("authorization", "").removeprefix("Bearer ")
        cookie = cookie_parser(headers.get("cookie", "")).get(_named(COOKIE, headers), "")
        return any(hmac.compare_digest(t.encode(), self._token.encode()) for t in (given, cookie))

    def _with_headers(self, scope: Scope, headers: dict[str, str], send: Send, guest: str) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [
                    (b"content-security-policy", CSP.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                ]
                if scope["path"] == "/" and scope["method"] == "GET":
                    cookie = f"{_named(COOKIE, headers)}={self._token}; Path=/; HttpOnly; SameSite=Strict"
                    extra.append((b"set-cookie", cookie.encode()))
                if guest:
                    kept = f"Max-Age={VISITOR_SECONDS}; Path=/; HttpOnly; SameSite=Lax"
                    extra.append((b"set-cookie", f"{_named(VISITOR, headers)}={guest}; {kept}".encode()))
                message = {**message, "headers": [*message.get("headers", []), *extra]}
            await send(message)

        return sending


def _split(address: str) -> SplitResult:
    """The parts of an address; none when it is malformed."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # read late, and refused late, otherwise
        return parts
    except ValueError:
        return urlsplit("")


def _named(cookie: str, headers: dict[str, str]) -> str:
    return cookie.format(port=_split(f"//{headers.get('host', '')}").port or 80)


def _guest(scope: Scope, headers: dict[str, str]) -> tuple[str, bool]:
    """The visitor that the cookie names, or a new one for whoever opens the page; and whether they are new."""
    known = cookie_parser(headers.get("cookie", "")).get(_named(VISITOR, headers), "")
    if _GUEST.fullmatch(known):
        return known, False
    opening = scope["path"] == "/" and scope["method"] == "GET"
    return (secrets.token_hex(16), True) if opening else ("", False)


def _bounded(receive: Receive) -> Receive:
    """Stop reading a body that is longer than it may be, whatever length it announced."""
    read = 0

    async def receiving() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > MAX_BODY:
            return {"type": "http.disconnect"}
        return message

    return receiving


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """A whole body, and a `receive` that hands it on as if nobody had read it."""
    messages: list[Message] = []
    while not messages or messages[-1].get("more_body"):
        messages.append(await receive())
    waiting = iter(messages)

    async def replaying() -> Message:
        return next(waiting, None) or await receive()

    return b"".join(m.get("body", b"") for m in messages), replaying


def _names_an_address(body: bytes) -> bool:
    """Whether a file in the page's message is a web address, which gradio would go and fetch."""
    try:
        values = [json.loads(body)]
    except (ValueError, RecursionError):
        return False  # gradio refuses it by itself
    while values:
        value = values.pop()
        if isinstance(value, list):
            values += value
        elif isinstance(value, dict):
            path = value.get("path")
            if isinstance(path, str) and "://" in path[:20]:
                return True
            values += value.values()
    return False


async def _answer(send: Send, status: int, message: str) -> None:
    body = json.dumps({"error": "Refused", "message": message}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
