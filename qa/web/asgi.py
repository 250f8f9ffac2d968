"""What a request says in its head: host, cookies, bearer token. The words that pure ASGI code here shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from starlette.requests import cookie_parser
from starlette.responses import JSONResponse

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = dict[str, str]

GRADIO = "/gradio_api/"  # what the page's own script speaks to
_FORWARDING = (b"forwarded", b"x-forwarded", b"x-gradio", b"x-original", b"x-rewrite", b"x-direct")
READS = frozenset({"GET", "HEAD", "OPTIONS"})


def headers_of(scope: Scope) -> Headers:
    """The request's headers, their names in small letters."""
    return {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}


def without_forwarding(scope: Scope) -> Scope:
    """The request without what others say about where it was sent: gradio would believe it, whoever says it.

    What the named proxy says about who asks, and whether by TLS, is in the scope already.
    """
    kept = [(k, v) for k, v in scope["headers"] if not k.lower().startswith(_FORWARDING)]
    return {**scope, "headers": kept}


def repeated(scope: Scope, names: frozenset[str]) -> str:
    """Which of these headers the request has twice, or nothing."""
    counts = Counter(k.decode("latin-1").lower() for k, _ in scope["headers"])
    return next((name for name in sorted(names) if counts[name] > 1), "")


def split(address: str) -> SplitResult:
    """The parts of an address; none when it is malformed."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # read late, and refused late, otherwise
        return parts
    except ValueError:
        return urlsplit("")


def host_of(headers: Headers) -> SplitResult:
    """The host and port that the request was sent to, as it says itself."""
    return split(f"//{headers.get('host', '')}")


def cookie_name(template: str, headers: Headers) -> str:
    """The name of a cookie of ours: cookies know no ports, and two services may run beside each other."""
    return template.format(port=host_of(headers).port or 80)


def cookie_of(template: str, headers: Headers) -> str:
    """The value of a cookie of ours, or nothing."""
    return cookie_parser(headers.get("cookie", "")).get(cookie_name(template, headers), "")


def bearer_of(headers: Headers) -> str:
    """The token of `Authorization: Bearer`, or nothing."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def cookie_header(name: str, value: str, scope: Scope, seconds: int | None = None, site: str = "Lax") -> str:
    """A cookie that scripts cannot read; kept for so many seconds, or as long as the browser runs."""
    kept = "" if seconds is None else f"; Max-Age={seconds}"
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    return f"{name}={value}{kept}; Path=/; HttpOnly; SameSite={site}{secure}"


def refused(path: str, status: int, message: str, headers: Headers | None = None) -> JSONResponse:
    """A refusal in words: for programs as every error has them, for gradio's script where it looks for what to show."""
    shown = {"detail": message} if path.startswith(GRADIO) else {}
    return JSONResponse({"error": "Refused", "message": message, **shown}, status, headers)
