"""Fetching one web address: `Fetcher.fetch` gives its bytes and what the server said of them, or a FetchError.

Knows HTTP: redirects, conditions, encodings, limits, and what each refusal means to a person. Which addresses may be
dialled is `addresses.py`'s, the connection `dial.py`'s, what the bytes say a parser's.

Every redirect is vetted like the first address, and none leads from https to http. Certificates are always checked,
against the authorities of certifi or of SSL_CERT_FILE; a failure is final, nothing is tried again without. Variables
such as HTTPS_PROXY and the file ~/.netrc are not looked at. Only gzip is asked for: every server that compresses knows
it, and it can be unpacked up to a limit.
"""

from __future__ import annotations

import contextlib
import ssl
import threading
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property

import httpcore
import httpx

import qa
from qa.core.errors import FetchError, UserError
from qa.core.settings import Settings
from qa.intake.fetch.addresses import Address, Allowed, Resolver, ip_of, parse_address, say_why, system_resolver, vet
from qa.intake.fetch.connection import Budget, Dialler, OverBudget, Transport

MAX_REDIRECTS = 5
MAX_TOKEN = 1_000  # characters of an entity tag or a date
HEAD_BYTES = 1024 * 1024  # for the heads, handshakes and chunk sizes of all redirects together
NO_ARTICLE = ("image", "audio", "video", "font", "model")  # media types that no parser reads
BAD_REDIRECT = (httpx.RemoteProtocolError, httpx.InvalidURL)
BY_HAND = "Open it in a browser, save the page and add the file: qa add FILE"

HEADERS = {
    "user-agent": f"Groundwire/{qa.__version__} (fetches one article when a person asks for it)",
    "accept": "text/html, application/xhtml+xml, text/plain;q=0.9, application/pdf;q=0.9, */*;q=0.5",
    "accept-encoding": "gzip",
}

_REFUSALS = {
    401: "wants a login",
    402: "wants to be paid",
    403: "is not shown to programs, or to nobody without a login",
    404: "is not there; check how the address is written",
    410: "has been taken away",
    451: "may not be shown, for legal reasons",
}


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """The most that one fetch may take, redirects and all."""

    seconds: float = 30.0  # somebody waits for it
    bytes: int = 32 * 1024 * 1024  # as sent and as unpacked; a long report with pictures is 20 MB


@dataclass(frozen=True, slots=True)
class Fetched:
    """The answer of an address. `url` is where the redirects ended; what the server did not say is None or empty."""

    url: str
    content: bytes
    content_type: str = ""  # the media type, in lower case and without parameters
    charset: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    not_modified: bool = False  # nothing changed since the conditions that were sent: `content` is empty
    redirects: tuple[str, ...] = ()  # the addresses that were left, in their order


class Fetcher:
    """Fetches web addresses that are public, or allowed by name. Safe to share between threads."""

    def __init__(
        self,
        allowed: Allowed | None = None,
        proxy: str | None = None,
        limits: FetchLimits | None = None,
        resolve: Resolver = system_resolver,
    ) -> None:
        self._allowed, self._limits, self._resolve = allowed or Allowed(), limits or FetchLimits(), resolve
        self._proxy = _proxy(proxy) if proxy else None

    @classmethod
    def from_settings(cls, settings: Settings) -> Fetcher:
        """Make one as QA_ALLOW_PRIVATE and QA_PROXY say. Raises UserError."""
        return cls(Allowed.read(settings.allow_private), settings.proxy)

    def fetch(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Fetched:
        """Fetch what is at an address now; `etag` and `modified` are what an earlier fetch told. Raises FetchError."""
        address, left = parse_address(url), list[str]()
        budget = Budget(self._limits.seconds, self._limits.bytes + HEAD_BYTES)
        dialler = Dialler(budget)
        transport = Transport(dialler, self._certificates, self._proxy)
        conditions = _conditions(etag, modified)
        try:
            with httpx.Client(transport=transport, headers=HEADERS, trust_env=False) as client:
                while True:
                    with self._explained(address):
                        self._lead(dialler, address, budget)
                        request = client.build_request("GET", address.url, headers=conditions)
                        with contextlib.closing(client.send(request, stream=True)) as response:
                            if response.next_request is None:
                                return self._taken(address, response, tuple(left), bool(conditions))
                    left.append(str(address.url))
                    address = _next(address, response.next_request.url, len(left))
        except FetchError as error:
            if not left:
                raise
            raise FetchError(f"{parse_address(url)} redirects. {error}") from error

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        return httpx.create_ssl_context()

    def _lead(self, dialler: Dialler, address: Address, budget: Budget) -> None:
        """Tell the dialler where an address leads, once that is vetted."""

        def resolve(host: str, port: int) -> list[str]:
            return _in_time(self._resolve, host, port, budget)

        if self._proxy is None:
            dialler.lead(address.host, address.port, vet(address, self._allowed, resolve))
            return
        if address.ip:
            vet(address, self._allowed, resolve)
        host, port = self._proxy.url.raw_host.decode("ascii"), self._proxy.url.port or 80
        try:
            dialler.lead(host, port, [host] if ip_of(host) else resolve(host, port))
        except OSError as error:
            raise FetchError(f"The proxy {host} is not known ({say_why(error)}). Look at QA_PROXY.") from error

    def _taken(self, address: Address, response: httpx.Response, left: tuple[str, ...], conditional: bool) -> Fetched:
        """Take the content of an answer that is no redirect. Raises FetchError where it holds no article."""
        tags = _token(response.headers.get("etag")), _token(response.headers.get("last-modified"))
        if response.status_code == 304 and conditional:
            return Fetched(str(address.url), b"", "", None, *tags, True, left)
        if response.status_code not in (200, 203):
            raise FetchError(f"{address} {_refusal(response)}")
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind.partition("/")[0] in NO_ARTICLE:
            raise FetchError(f"{address} is {kind}, which holds no text. Give the address of the page it stands on.")
        content = self._body(address, response)
        if not content or content.isspace():
            raise FetchError(f"{address} is empty. {BY_HAND}")
        return Fetched(str(address.url), content, kind, _token(response.charset_encoding), *tags, False, left)

    def _body(self, address: Address, response: httpx.Response) -> bytes:
        limit, length = self._limits.bytes, response.headers.get("content-length", "")
        if length.isdecimal() and int(length) > limit:
            raise OverBudget
        packed = response.headers.get("content-encoding", "").strip().lower()
        if packed in ("", "identity"):
            parts = response.iter_raw()
        elif packed in ("gzip", "x-gzip"):
            parts = _unpacked(response.iter_raw(), limit)
        else:
            raise FetchError(f"{address} is packed as {packed[:50]!r}, though only gzip was asked for. {BY_HAND}")
        content = bytearray()
        for part in parts:
            content += part
            if len(content) > limit:
                raise OverBudget
        return bytes(content)

    @contextlib.contextmanager
    def _explained(self, address: Address) -> Iterator[None]:
        """Turn whatever the connection raises into a sentence about the address."""
        try:
            yield
        except httpcore.TimeoutException as error:
            raise FetchError(
                f"{address} did not come whole within {self._limits.seconds:g} s. Try again later. {BY_HAND}"
            ) from error
        except OverBudget as error:
            raise FetchError(
                f"{address} holds more than {self._limits.bytes // 2**20} MB, the most that is fetched. {BY_HAND}"
            ) from error
        except httpcore.ProxyError as error:
            raise FetchError(f"The proxy does not fetch {address} ({error}). Look at QA_PROXY.") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, zlib.error, *BAD_REDIRECT) as error:
            raise FetchError(f"{address} {_failure(error)}") from error


def _next(address: Address, url: httpx.URL, redirects: int) -> Address:
    """Return the address that a redirect leads to, if it may be followed."""
    if redirects > MAX_REDIRECTS:
        raise FetchError(f"{address} leads on after {MAX_REDIRECTS} redirects, the most that are followed. {BY_HAND}")
    new = parse_address(str(url))
    if address.url.scheme == "https" and new.url.scheme == "http":
        raise FetchError(
            f"{address} leads to {new}, where anybody on the way could change the text. To have it all the same, give "
            "that address itself."
        )
    return new


def _unpacked(parts: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Return the content of gzip, never more than `limit` bytes and one at a time, so that a bomb does not go off."""
    engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for part in parts:
        yield engine.decompress(part, limit + 1)
        if engine.unconsumed_tail:
            raise OverBudget
        if engine.eof:
            return
    raise zlib.error("it ends too early")


def _refusal(response: httpx.Response) -> str:
    """Explain a status to whoever wants the page."""
    status = response.status_code
    if status in _REFUSALS:
        return f"{_REFUSALS[status]} ({status}). {BY_HAND}"
    if status in (408, 425, 429) or status >= 500:
        said = _token(response.headers.get("retry-after")) or ""
        when = f"in {said} s" if said.isdecimal() else f"after {said}" if said else "later"
        trouble = "has had too many requests" if status == 429 else "cannot be given by its server now"
        return f"{trouble} ({status}). Try again {when}."
    if status in (204, 205):
        return f"is empty ({status}). {BY_HAND}"
    return f"is not given: its server answered {status}, expected 200. {BY_HAND}"


def _failure(error: Exception) -> str:
    """Name what went wrong on the way, as the end of a sentence."""
    inner = error.args[0] if error.args else None  # httpcore wraps what the socket raised
    if isinstance(inner, ssl.SSLCertVerificationError):
        return (
            f"cannot be trusted: {inner.verify_message}. Check how the address is written. If it is an intranet's, "
            "name the file of its authority: SSL_CERT_FILE=FILE"
        )
    if isinstance(inner, ssl.SSLError):
        return f"offers no secure connection ({inner.reason}). Check how the address is written. {BY_HAND}"
    if isinstance(error, httpcore.ConnectError):
        return (
            f"does not answer ({say_why(error)}). Check how the address is written, the connection, and QA_PROXY if "
            "it is set."
        )
    return f"broke off, or is no page ({say_why(error)}). Try again later. {BY_HAND}"


def _in_time(resolve: Resolver, host: str, port: int, budget: Budget) -> list[str]:
    """Resolve a name or raise a timeout: the system's resolver cannot be told how long it may take."""
    answer: Future[list[str]] = Future()

    def ask() -> None:
        try:
            answer.set_result(list(resolve(host, port)))
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        return answer.result(budget.seconds())
    except TimeoutError as error:
        if answer.done():  # the resolver's own
            raise
        raise httpcore.ConnectTimeout(f"{host} was not found in time") from error


def _conditions(etag: str | None, modified: str | None) -> dict[str, str]:
    told = {"if-none-match": _token(etag), "if-modified-since": _token(modified)}
    return {name: value for name, value in told.items() if value}


def _token(value: str | None) -> str | None:
    """Return a header's value that can be sent back and shown."""
    return value if value and len(value) <= MAX_TOKEN and value.isascii() and value.isprintable() else None


def _proxy(address: str) -> httpx.Proxy:
    try:
        proxy = httpx.Proxy(address)
    except (ValueError, httpx.InvalidURL):
        proxy = None
    if proxy is None or proxy.url.scheme != "http" or not proxy.url.host:
        raise UserError("QA_PROXY names no proxy; expected something like http://proxy.example:3128")
    return proxy
