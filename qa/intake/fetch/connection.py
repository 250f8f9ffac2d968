"""The connection below a fetch: only addresses that were vetted are dialled, and nothing outlasts its budget.

Knows sockets and budgets; knows neither pages nor what may be fetched. httpcore takes the certificate's name, SNI and
the Host header from the address that was asked for, while this module dials the IP address that was vetted for it: no
second look at a name's records can lead elsewhere.

Through a proxy (QA_PROXY) the proxy is what is dialled. It resolves names by itself, so where they lead cannot be
vetted here, only how the address is written; certificates are still checked against the name.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx


class OverBudget(Exception):
    """It takes longer, or sends more, than a fetch may."""


class Budget:
    """The rest of the time and of the bytes that one fetch may take, all its redirects together."""

    def __init__(self, seconds: float, bytes: int) -> None:
        self._deadline, self._bytes = time.monotonic() + seconds, bytes

    def seconds(self) -> float:
        """Return the seconds that the next step may take. Raises httpcore.TimeoutException when no time is left."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("no time is left")
        return left

    def spend(self, bytes: int) -> None:
        self._bytes -= bytes
        if self._bytes < 0:
            raise OverBudget


class Stream(httpcore.NetworkStream):
    """A connection on which every step has what is left of the budget, whatever its caller says: a drip ends too."""

    def __init__(self, stream: httpcore.NetworkStream, budget: Budget) -> None:
        self._stream, self._budget = stream, budget

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        data = self._stream.read(max_bytes, self._budget.seconds())
        self._budget.spend(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._budget.seconds())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._budget.seconds())
        return Stream(secure, self._budget)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class Dialler(httpcore.NetworkBackend):
    """Dials what it was told that a host and port lead to, and nothing else."""

    def __init__(self, budget: Budget) -> None:
        self._budget, self._tcp = budget, httpcore.SyncBackend()
        self._known: dict[tuple[str, int], list[str]] = {}

    def lead(self, host: str, port: int, ips: Iterable[object]) -> None:
        """Let a host and port lead to these IP addresses from now on."""
        self._known[host, port] = [str(ip) for ip in ips]

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        ips = self._known.get((host, port), [])
        problem: Exception = httpcore.ConnectError(f"{host} was not vetted")
        for n, ip in enumerate(ips):
            share = self._budget.seconds() / (len(ips) - n)  # one that does not answer leaves time for the next
            try:
                stream = self._tcp.connect_tcp(ip, port, share, local_address, socket_options)
                return Stream(stream, self._budget)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem


class Transport(httpx.BaseTransport):
    """httpx over connections of a Dialler, perhaps through a proxy."""

    def __init__(self, dialler: Dialler, certificates: ssl.SSLContext, proxy: httpx.Proxy | None = None) -> None:
        self._pool: httpcore.ConnectionPool
        if proxy is None:
            self._pool = httpcore.ConnectionPool(ssl_context=certificates, network_backend=dialler)
        else:
            self._pool = httpcore.HTTPProxy(
                _core(proxy.url), proxy.raw_auth, ssl_context=certificates, network_backend=dialler
            )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._pool.handle_request(
            httpcore.Request(request.method, _core(request.url), headers=request.headers.raw, content=b"")
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def _core(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
