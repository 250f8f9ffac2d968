"""The login: it tells whom a request is from, by session cookie or bearer token, and has the routes in and out.

A session is signed, not stored. Its key comes from the service's token and the user's password hash, so a restart keeps
it, a new password or a removed user ends it. Logging in also marks the browser, for a year, as one of that user's: it
opens nothing, but whoever guesses elsewhere does not keep it waiting (`throttle.py`). Knows users and requests,
nothing of articles.
"""

from __future__ import annotations

import base64
import hmac
import logging
import secrets
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlencode

import anyio
import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from qa.core.errors import UsersDamaged
from qa.service.users import COST, PasswordHash, User, Users
from qa.web.errors import GRADIO, error_values
from qa.web.guard.asgi import (
    Headers,
    Scope,
    bearer_of,
    cookie_header,
    cookie_name,
    cookie_of,
    headers_of,
    refused,
)
from qa.web.guard.login_page import login_page
from qa.web.guard.throttle import REMEMBERED, Key, Throttle, network_of, origin_of

log = logging.getLogger(__name__)

SESSION = "groundwire-session-{port}"
SESSION_SECONDS = 14 * 24 * 3600
BROWSER = "groundwire-browser-{port}"
BROWSER_SECONDS = 365 * 24 * 3600
FREE_ATTEMPTS = 5  # wrong passwords for one name from one address before it has to wait
FREE_PER_ADDRESS = 20  # wrong passwords over all names, and wrong tokens, from one address
FREE_IN_NETWORK = 8  # wrong passwords for one name from the larger network around it
FREE_PER_NETWORK = 60  # over all names
FREE_PER_NAME = 50  # from anywhere
OPEN = frozenset({"/login", "/favicon.ico"})
_NOBODY = PasswordHash(bytes(16).hex(), "", **COST)  # checked in place of an unknown user's: it takes as long
_HASHING = 2  # passwords checked at once, 16 MB and a core each
_ENDED = "You are logged out: reload the page to log in again."
_NEEDED = "This needs a login. People: open /login. Programs: send the token of `qa user token NAME`."
_WRONG = "The name or the password is wrong."


class Login:
    """Says whom a request is from. There is a login while there are users; `required`: even when the last one goes."""

    def __init__(
        self,
        users: Users,
        token: str,
        *,
        required: bool = False,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._users = users
        self._token = token
        self._required = required
        self._clock = clock  # the time of day: a session ends on a date that outlives a restart
        self._throttle = Throttle(ticks)
        self._been_here: OrderedDict[Key, None] = OrderedDict()  # places and names that have logged in
        self._hashing = anyio.CapacityLimiter(_HASHING)

    @property
    def on(self) -> bool:
        """Return True if one has to log in. Raises UsersDamaged."""
        return bool(self._users.all()) or self._required

    def admit(self, scope: Scope, headers: Headers) -> str | Response | None:
        """Return the visitor: "user:" and whose account it is, or "" for the service's own token.

        Whoever else comes gets the answer that is returned in its place. None while there is no login.
        """
        try:
            if not self.on:
                return None
            return self._visitor(scope, headers)
        except UsersDamaged as error:
            log.error("%s", error)
            message = "The file of users cannot be read, so nobody is let in. Where the service runs, see: qa user list"
            return JSONResponse(error_values(scope["path"], 503, "UsersDamaged", message), 503)

    async def enter(self, name: str, password: str, address: str, browser: str = "") -> str | int:
        """Return the session of whoever logs in, or "" when name or password is wrong, or the seconds to wait first.

        `browser` is what a login before has left there.
        """
        name, place = unicodedata.normalize("NFC", name), origin_of(address)
        user = self._users.all().get(name)
        limits = self._limits(user, name[:64], place, browser)
        key = next(iter(limits))
        if wait := self._throttle.attempt(limits):
            return wait
        stored = user.password if user else _NOBODY
        right = await anyio.to_thread.run_sync(stored.matches, password, limiter=self._hashing)
        if user is None or not right:
            return ""
        self._throttle.succeeded(limits, key)
        self._been_here[place, name] = None
        self._been_here.move_to_end((place, name))
        if len(self._been_here) > REMEMBERED:
            self._been_here.popitem(last=False)
        return self._session(user, int(self._clock()) + SESSION_SECONDS)

    def mark(self, name: str, browser: str = "") -> str:
        """Return what a browser keeps from which this user has logged in: what it has, when that is sound."""
        user = self._users.all().get(unicodedata.normalize("NFC", name))
        return browser if user is None or self._is_of(user, browser) else self._marked(user, secrets.token_hex(8))

    def _limits(self, user: User | None, name: str, place: str, browser: str) -> dict[Key, int]:
        """Return how many failures are free for whoever tries this name, the narrowest first."""
        if user is not None and self._is_of(user, browser):
            return {("browser", browser): FREE_ATTEMPTS}
        limits: dict[Key, int] = {(place, name): FREE_ATTEMPTS, (place,): FREE_PER_ADDRESS}
        if (place, name) in self._been_here:
            return limits
        network = network_of(place)
        wider: dict[Key, int] = {("in", network, name): FREE_IN_NETWORK, ("in", network): FREE_PER_NETWORK}
        return {**limits, **wider, ("name", name, ""): FREE_PER_NAME}

    def _is_of(self, user: User, browser: str) -> bool:
        return hmac.compare_digest(browser.encode(), self._marked(user, browser.partition(".")[0]).encode())

    def _marked(self, user: User, browser: str) -> str:
        key = hmac.digest(self._token.encode(), f"browser {user.owner}".encode(), "sha256")
        return f"{browser}.{hmac.digest(key, browser.encode(), 'sha256').hex()}"

    def _visitor(self, scope: Scope, headers: Headers) -> str | Response:
        path, method = scope["path"], scope["method"]
        bearer, user = bearer_of(headers), self._user_of(cookie_of(SESSION, headers))
        if path in OPEN:
            return f"user:{user.owner}" if user else ""
        if bearer:
            if hmac.compare_digest(bearer.encode(), self._token.encode()):
                return ""
            user = self._users.by_token(bearer)
        if user:
            return f"user:{user.owner}"
        if bearer and (wait := self._throttle.attempt({("token", _address(scope)): FREE_PER_ADDRESS})):
            again = {"www-authenticate": "Bearer", "retry-after": str(wait)}
            return refused(path, 429, f"Too many wrong tokens. Wait {wait} seconds.", again)
        if path == "/logout":
            return RedirectResponse("/login", 303)
        if method == "GET" and "text/html" in headers.get("accept", ""):
            query = scope["query_string"].decode("latin-1")
            target = quote(path) + (f"?{query}" if query else "")
            return RedirectResponse("/login?" + urlencode({"next": target}), 303)
        return refused(path, 401, _ENDED if path.startswith(GRADIO) else _NEEDED, {"www-authenticate": "Bearer"})

    def _session(self, user: User, expiry: int) -> str:
        said = f"{base64.urlsafe_b64encode(user.name.encode()).decode()}.{expiry}"
        key = hmac.digest(self._token.encode(), f"session {user.password.salt} {user.password.key}".encode(), "sha256")
        return f"{said}.{hmac.digest(key, said.encode(), 'sha256').hex()}"

    def _user_of(self, session: str) -> User | None:
        """Return the user whose session this is, when it is one and has not ended."""
        said = session.split(".")
        try:
            name, expiry = base64.b64decode(said[0], b"-_", validate=True).decode(), int(said[1])
        except (ValueError, IndexError):
            return None
        user = self._users.all().get(name)
        if user is None or expiry <= self._clock():
            return None
        return user if hmac.compare_digest(session.encode(), self._session(user, expiry).encode()) else None


def login_routes(login: Login) -> APIRouter:
    """Return GET and POST /login and POST /logout.

    The guard in front refuses foreign hosts, foreign origins and long bodies.
    """
    routes = APIRouter(include_in_schema=False)

    @routes.get("/login")
    def page(request: Request, next: str = "/") -> Response:
        if not login.on or request.state.visitor.startswith("user:"):
            return RedirectResponse(local(next), 303)
        return _page(200, next)

    @routes.post("/login")
    async def enter(request: Request) -> Response:
        try:
            fields = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
        except ValueError:
            fields = {}
        name, password, next = (fields.get(key, [""])[0] for key in ("name", "password", "next"))
        browser = cookie_of(BROWSER, headers_of(request.scope))
        entered = await login.enter(name, password, _address(request.scope), browser)
        if isinstance(entered, int):
            wait = f"Too many wrong attempts. Wait {entered} seconds, then try again."
            return _page(429, next, name, wait, {"retry-after": str(entered)})
        if not entered:
            return _page(401, next, name, _WRONG, {"www-authenticate": "Bearer"})
        answer = _leading_to(local(next), request.scope, entered, SESSION_SECONDS)
        kept = cookie_name(BROWSER, headers_of(request.scope))
        mark = cookie_header(kept, login.mark(name, browser), request.scope, BROWSER_SECONDS, "Strict")
        answer.headers.append("set-cookie", mark)
        return answer

    @routes.post("/logout")
    def leave(request: Request) -> Response:
        return _leading_to("/login", request.scope, "", 0)

    return routes


def local(path: str) -> str:
    """Return the path when it leads to this service, else the page.

    Browsers read `\\` as `/` and skip control characters.
    """
    elsewhere = not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable()
    return "/" if elsewhere or path.startswith(("/login", "/logout")) else path


def _page(
    status: int, next: str, name: str = "", problem: str = "", headers: dict[str, str] | None = None
) -> HTMLResponse:
    return HTMLResponse(
        login_page(local(next), name[:64], problem), status, {"cache-control": "no-store", **(headers or {})}
    )


def _leading_to(path: str, scope: Scope, session: str, seconds: int) -> RedirectResponse:
    name = cookie_name(SESSION, headers_of(scope))
    cookie = cookie_header(name, session, scope, seconds)
    return RedirectResponse(path, 303, {"set-cookie": cookie, "cache-control": "no-store"})


def _address(scope: Scope) -> str:
    return origin_of(str((scope.get("client") or [""])[0]))
