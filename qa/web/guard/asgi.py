"""The head of a request: host, cookies, bearer token. The words that pure ASGI code here shares."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from starlette.requests import cookie_parser
from starlette.responses import JSONResponse

from qa.web.errors import error_values

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = dict[str, str]

_FORWARDING = (b"forwarded", b"x-forwarded", b"x-gradio", b"x-original", b"x-rewrite", b"x-direct")
READS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {  # of every answer
    "content-security-policy": "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; object-src 'none'; "
    "base-uri 'self'; frame-ancestors 'none'; form-action 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with no-referrer browsers send a form from our own page with Origin: null
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
_NAME = "[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?"
_HOST = re.compile(rf"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|{_NAME})(?::(?P<port>[0-9]{{1,5}}))?", re.ASCII)


def headers_of(scope: Scope) -> Headers:
    """Return the request's headers, their names in small letters."""
    return {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}


def without_forwarding(scope: Scope) -> Scope:
    """Return the request without what others say about where it was sent: gradio would believe it, whoever says it.

    What the named proxy says about who asks, and whether by TLS, is in the scope already.
    """
    kept = [(k, v) for k, v in scope["headers"] if not k.lower().startswith(_FORWARDING)]
    return {**scope, "headers": kept}


def repeated(scope: Scope, names: frozenset[str]) -> str:
    """Return the first of these headers that the request has twice, or nothing."""
    counts = Counter(k.decode("latin-1").lower() for k, _ in scope["headers"])
    return next((name for name in sorted(names) if counts[name] > 1), "")


def split(address: str) -> SplitResult:
    """Return the parts of an address; none when it is malformed."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # read late, and refused late, otherwise
        return parts
    except ValueError:
        return urlsplit("")


def host_of(headers: Headers) -> SplitResult:
    """Return the host and port that the request was sent to, as it says itself.

    Return none unless it is just that, since readers differ in what else they make of it: no user, no list, no dot at
    the end, nothing behind an address in brackets.
    """
    said = _HOST.fullmatch(headers.get("host", ""))
    if said is None or int(said["port"] or 80) not in range(1, 65536):
        return urlsplit("")
    try:
        ipaddress.IPv6Address(said["v6"] or "::1")
    except ValueError:
        return urlsplit("")
    return split(f"//{said[0]}")


def cookie_name(template: str, headers: Headers) -> str:
    """Return the name of a cookie of ours: cookies know no ports, and two services may run beside each other."""
    return template.format(port=host_of(headers).port or 80)


def cookie_of(template: str, headers: Headers) -> str:
    """Return the value of a cookie of ours, or nothing."""
    return cookie_parser(headers.get("cookie", "")).get(cookie_name(template, headers), "")


def bearer_of(headers: Headers) -> str:
    """Return the token of `Authorization: Bearer`, or nothing."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def cookie_header(name: str, value: str, scope: Scope, seconds: int | None = None, site: str = "Lax") -> str:
    """Return a cookie that scripts cannot read; kept for so many seconds, or as long as the browser runs."""
    kept = "" if seconds is None else f"; Max-Age={seconds}"
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    return f"{name}={value}{kept}; Path=/; HttpOnly; SameSite={site}{secure}"


def refused(path: str, status: int, message: str, headers: Headers | None = None) -> JSONResponse:
    """Return a refusal in words, where whoever asked at this path looks for them."""
    return JSONResponse(error_values(path, status, "Refused", message), status, headers)
