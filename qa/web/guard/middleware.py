"""The guard that every request passes.

It looks at whom a request was sent to, where it comes from, whom it is from, how large it is; it says what may load.

Guards against DNS rebinding (unknown Host), cross-site requests (foreign Origin, missing token on a write), strangers
(with a login) and floods (bodies beyond the limit). Pure ASGI, so that streams stay streams.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import re
import secrets
from collections.abc import Container, Iterable
from functools import partial
from urllib.parse import parse_qs

import anyio
import anyio.to_thread
from starlette.responses import Response

from qa.web.errors import GRADIO, OPENAI
from qa.web.guard.asgi import (
    HEADERS,
    READS,
    App,
    Headers,
    Message,
    Receive,
    Scope,
    Send,
    bearer_of,
    cookie_header,
    cookie_name,
    cookie_of,
    headers_of,
    host_of,
    refused,
    repeated,
    split,
    without_forwarding,
)
from qa.web.guard.bodies import MAX_BODY, UPLOAD, Body, Refusal, find_page_refusal, find_refusal
from qa.web.guard.failures import Failure
from qa.web.guard.login import Login

log = logging.getLogger(__name__)

__all__ = ["MAX_BODY", "Guard"]

COOKIE = "groundwire-{port}"  # opens the writes for the page, while there is no login
VISITOR = "groundwire-visitor-{port}"
VISITOR_SECONDS = 365 * 24 * 3600
# What is the same for everybody may be kept by browsers; everything else is somebody's.
_CACHEABLE = ("/assets/", "/static/", "/svelte/", "/theme.css", "/favicon.ico", "/manifest.json", "/pwa_icon")
_OPEN_POSTS = ("/api/ask", "/api/search", "/mcp", OPENAI)  # they change nothing, so programs need no token for them
_SAID_ONCE = frozenset({"host", "origin", "content-type", "content-length", "authorization", "cookie"})
_LOCAL = {"127.0.0.1", "localhost", "::1"}
# Of gradio's own endpoints the page needs these. The others run handlers around the queue, serve, fetch and draw files
# (`pwa_icon/99999` takes 40 GB): whatever a new version of it brings stays closed.
_JOIN = "/gradio_api/queue/join"
_PAGE_POSTS = {_JOIN} | {f"/gradio_api/{name}" for name in ("cancel", "reset", "reset/")}
# Without `app_id`, which says whether the service is another now, an open page never finds its way back to it.
_PAGE_READS = {f"/gradio_api/{name}" for name in ("queue/data", "info", "theme.css", "app_id", "app_id/")}
_PAGE_READS |= {"/", "/config", "/theme.css", "/manifest.json", "/robots.txt", "/favicon.ico"}
_OWN = {"/mcp", "/login", "/logout", UPLOAD, "/v1/chat/completions", "/v1/models"}
_UNDER = (GRADIO, "/api/", "/v1/models/", "/article/")
_FOLDERS = ("/assets/", "/static/", "/gradio_api/heartbeat/")
_LONGEST_PATH = 200  # in these folders; the file system knows no long names, and gradio fails on them
_ONE_PAGE = ("page", "deep_link")  # of the query: gradio would look for others
_OUTDATED = "This page is older than the service: reload it."
_NO_TOKEN = "This request changes something and needs the service's token; reload the page."  # noqa: S105
_LOOKING = 2  # messages looked through at once, each in memory a few times over
_GUEST = re.compile(r"[0-9a-f]{32}")  # 128 random bits


class Guard:
    """Refuses what must not come in with 400, 401, 403 or 413, and puts the security headers on what goes out.

    Answers to this machine's loopback names and to `hosts`; with `any_address` to every IP address too, which no DNS
    rebinding can pretend to be: that takes a name.
    """

    def __init__(
        self,
        app: App,
        token: str,
        hosts: Iterable[str] = (),
        *,
        any_address: bool = False,
        login: Login | None = None,
        functions: Container[object] = (),
    ) -> None:
        self._app = app
        self._token = token
        # The page's cookie is made from the token and is not the token, which goes on opening everything with a login.
        self._page_token = hmac.digest(token.encode(), b"page", "sha256").hex()
        self._hosts = _LOCAL | {host.lower() for host in hosts}
        self._any_address = any_address
        self._login = login
        self._functions = functions  # that the page may ask gradio for
        self._looking = anyio.CapacityLimiter(_LOOKING)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":  # nothing here speaks it
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return
        scope = without_forwarding(scope)
        headers = headers_of(scope)
        cookies: list[str] = []
        body = Body(scope, headers, receive)
        answering = _Answering(send, body, cookies, scope)
        refusal = self._refuse_anybody(scope, headers)
        turned_away = None if refusal else self._admit(scope, headers, cookies)
        if refusal is None and turned_away is None:
            refusal = _refuse_unknown(scope) or await self._refuse_carried(scope, body)
        if refusal:
            turned_away = refused(scope["path"], *refusal)
        if turned_away is not None:
            await turned_away(scope, receive, answering.send)
            return
        await answering.run(self._app)

    def _refuse_anybody(self, scope: Scope, headers: Headers) -> Refusal | None:
        """Return why a request may not come in, whoever sends it."""
        path, writes, origin = scope["path"], scope["method"] not in READS, headers.get("origin")
        if twice := repeated(scope, _SAID_ONCE):
            return 400, f"The request has two headers {twice!r}, and readers differ in which one counts."
        if not self._answers_to(host_of(headers).hostname or ""):
            known = ", ".join(sorted(self._hosts - _LOCAL | {"127.0.0.1"}))
            return 403, f"This service does not answer to the host {headers.get('host', '')!r}; use {known}."
        if origin is not None and split(origin).netloc != headers.get("host"):
            return 403, f"Requests from {origin!r} are refused: they come from another site."
        if headers.get("sec-fetch-site") == "cross-site" and writes:
            return 403, "Requests from another site are refused."
        if path.startswith(GRADIO) and not (writes and path in _PAGE_POSTS) and not _readable(path, writes):
            return 403, f"{path} is closed: the page does not need it. Programs use the routes under /api."
        return None

    def _admit(self, scope: Scope, headers: Headers, cookies: list[str]) -> Response | None:
        """Note who asks as `request.state.visitor`, or return the answer that says why they may not."""
        path, method = scope["path"], scope["method"]
        visitor = self._login.admit(scope, headers) if self._login else None
        if isinstance(visitor, Response):
            return visitor
        if visitor is None:
            if method not in READS and not _is_open(path) and not self._may_write(headers):
                return refused(path, 403, _OUTDATED if path.startswith(GRADIO) else _NO_TOKEN)
            guest = cookie_of(VISITOR, headers)
            guest = guest if _GUEST.fullmatch(guest) else ""
            if path == "/" and method == "GET":
                if not guest:
                    guest = secrets.token_hex(16)
                    cookies.append(cookie_header(cookie_name(VISITOR, headers), guest, scope, VISITOR_SECONDS))
                cookies.append(cookie_header(cookie_name(COOKIE, headers), self._page_token, scope, site="Strict"))
            visitor = f"guest:{guest}" if guest else ""
        scope.setdefault("state", {})["visitor"] = visitor
        return None

    async def _refuse_carried(self, scope: Scope, body: Body) -> Refusal | None:
        """Return what is wrong with what a request carries.

        Forms are read on the way, messages before anybody parses them.
        """
        path = scope["path"]
        if body.refusal or scope["method"] in READS or path in (UPLOAD, "/login"):
            return body.refusal
        look, message = find_refusal, await body.whole()
        if path.startswith(GRADIO):
            look = partial(find_page_refusal, functions=self._functions if path == _JOIN else None)
        return body.refusal or await anyio.to_thread.run_sync(look, message, limiter=self._looking)

    def _answers_to(self, host: str) -> bool:
        """Return True if this is a name or an address of this service."""
        if host in self._hosts:
            return True
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return False
        return self._any_address

    def _may_write(self, headers: Headers) -> bool:
        """Return True if the request has the service's token, or the page's cookie."""
        given = ((bearer_of(headers), self._token), (cookie_of(COOKIE, headers), self._page_token))
        return any(hmac.compare_digest(g.encode(), wanted.encode()) for g, wanted in given)


def _is_open(path: str) -> bool:
    """Return True if nothing at this address, or under it where it is a folder, changes anything."""
    return any(path.startswith(open) if open.endswith("/") else path == open for open in _OPEN_POSTS)


def _readable(path: str, writes: bool) -> bool:
    """Return True if the page reads this of gradio."""
    in_folder = path.startswith(_FOLDERS) and path.isascii() and len(path) <= _LONGEST_PATH
    return not writes and (path in _PAGE_READS or in_folder)


def _refuse_unknown(scope: Scope) -> Refusal | None:
    """Return why nothing answers at an address, which gradio must not be asked about."""
    path, writes = scope["path"], scope["method"] not in READS
    if path not in _OWN and not path.startswith(_UNDER) and not _readable(path, writes):
        known = "; chat clients find /v1/models and /v1/chat/completions" if path.startswith(OPENAI) else ""
        return 404, f"There is nothing at {path[:200]!r}{known}."
    asked = parse_qs(scope["query_string"].decode("latin-1")) if path in ("/", "/config") else {}
    if any(name in asked for name in _ONE_PAGE):
        return 404, "There is one page, at /."
    return None


class _Answering:
    """An answer on its way out, with our headers and cookies.

    In its place a refusal, when the body broke a limit meanwhile, or, when something failed, what every failure looks
    like.
    """

    def __init__(self, send: Send, body: Body, cookies: list[str], scope: Scope) -> None:
        self._send, self._body, self._cookies, self._scope = send, body, cookies, scope
        self._started = False
        self._failure: Failure | None = None

    async def run(self, app: App) -> None:
        """Let the application answer, and answer in its place where it failed or read too much."""
        answer: Response | None = None
        path = self._scope["path"]
        try:
            await app(self._scope, self._body.receive, self._unless_replaced)
        except Exception:
            if self._started:
                raise
            if not self._body.refusal:
                log.exception("%s %a failed", self._scope["method"], path)
                answer = Failure.unexpected(path)
        if self._failure and not self._started and answer is None:  # it began to fail and said no more
            answer = self._failure.answer()
        if self._body.refusal and not self._started:
            answer = refused(path, *self._body.refusal)
        if answer is not None:
            await answer(self._scope, self._body.receive, self.send)

    async def send(self, message: Message) -> None:
        """Send a message of the answer, its head with our headers and cookies."""
        if message["type"] == "http.response.start":
            self._started = True
            path = self._scope["path"]
            ours = HEADERS if path.startswith(_CACHEABLE) else {**HEADERS, "cache-control": "no-store"}
            kept = [(k, v) for k, v in message.get("headers", []) if k.decode("latin-1").lower() not in ours]
            kept += [(k.encode(), v.encode()) for k, v in ours.items()]
            kept += [(b"set-cookie", cookie.encode()) for cookie in self._cookies]
            message = {**message, "headers": kept}
        await self._send(message)

    async def _unless_replaced(self, message: Message) -> None:
        """Send a message of the application's answer, unless another answer takes its place."""
        if not self._started and self._body.refusal:
            return
        if message["type"] == "http.response.start" and message["status"] >= 400 and self._scope["path"] != "/login":
            self._failure = Failure(self._scope["path"], message)
        elif self._failure is None:
            await self.send(message)
        elif self._failure.complete(message):
            await self._failure.answer()(self._scope, self._body.receive, self.send)
