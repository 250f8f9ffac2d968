"""Connections to the service: how many there may be, and how long a request may take to arrive.

uvicorn waits for ever for the rest of a request. Here its head has a deadline, and its body has to go on coming; an
answer may take as long as it likes. A client that is too slow is told so (408), one too many is too (503), and so is
whoever speaks no HTTP (400): as JSON and with the headers that every answer has.
"""

from __future__ import annotations

import asyncio
import json
import resource
from collections import Counter
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from qa.web.guard.asgi import HEADERS
from qa.web.guard.throttle import origin_of

HEAD_SECONDS = 15.0  # for a head, from its first byte, or from the opening of the connection
BODY_SECONDS = 30.0  # within which at least BODY_BYTES of a body have to come
BODY_BYTES = 4096  # a modem is ten times as fast
PER_PLACE = 512  # connections from one address: fifty people behind one router, each with a few windows
MOST = 4096  # connections in all
OWN = 256  # descriptors that are kept for files, the index and what it asks
_SLOW = "The request took too long to arrive. Send it again."
_FULL = "The service has as many connections as it can hold. Try again in a minute."


def raise_limit() -> int:
    """Let this process have as many descriptors as it may; return how many of them connections may take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = hard if hard != resource.RLIM_INFINITY else max(soft, MOST + OWN)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (OSError, ValueError):
        most = soft
    return max(most // 4, min(MOST, most - OWN))


class Connections:
    """Counts them. `proxy` is an address behind which everybody is, so that only the number in all counts there."""

    def __init__(self, most: int = MOST, per_place: int = PER_PLACE, proxy: str = "") -> None:
        self._most, self._per_place, self._proxy = most, per_place, origin_of(proxy)
        self._open: Counter[str] = Counter()

    def enter(self, place: str) -> bool:
        """Return True if there was room for one more from this place; whoever got in leaves later."""
        full = self._open.total() >= self._most or (self._open[place] >= self._per_place and place != self._proxy)
        if not full:
            self._open[place] += 1
        return not full

    def leave(self, place: str) -> None:
        """Forget a connection from this place."""
        self._open[place] -= 1
        self._open += Counter()  # forgets those that are at nought

    def protocol(self, head: float = HEAD_SECONDS, body: float = BODY_SECONDS) -> type[asyncio.Protocol]:
        """Return the class that uvicorn makes one of for each connection, with these seconds for heads and bodies."""
        return type("Limited", (_Limited,), {"among": self, "head_seconds": head, "body_seconds": body})


class _Limited(H11Protocol):
    """A connection with deadlines. What it waits for is `_phase`: a head, a body, or nothing from the client."""

    among: Connections
    head_seconds: float
    body_seconds: float

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._place: str | None = None
        self._phase: tuple[str, int] = ("", 0)
        self._timer: asyncio.TimerHandle | None = None
        self._bytes = self._counted = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        place = origin_of(str((self.client or ("",))[0]))
        if not self.among.enter(place):
            self._end(503, _FULL)
            return
        self._place = place
        self._wait_for("head", 0)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._wait_for("", 0)
        if self._place is not None:
            self.among.leave(self._place)
            self._place = None

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._bytes += len(data)
        super().data_received(data)
        self._look(idle="head")

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look(idle="")  # nothing of the next request is there yet: uvicorn closes what stays idle

    def send_400_response(self, msg: str) -> None:
        self._end(400, msg)

    def _look(self, idle: str) -> None:
        """Set the clock for what is waited for now; it goes on while that is the same."""
        cycle = self.cycle
        if cycle is not None and cycle.more_body:
            self._wait_for("body", id(cycle))
        elif cycle is None or cycle.response_complete:
            self._wait_for(idle, id(cycle))
        else:
            self._wait_for("", 0)

    def _wait_for(self, what: str, which: int) -> None:
        if (what, which) == self._phase:
            return
        self._phase, self._counted = (what, which), self._bytes
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if what and not self.transport.is_closing():
            self._timer = self.loop.call_later(self.head_seconds if what == "head" else self.body_seconds, self._late)

    def _late(self) -> None:
        came, self._counted = self._bytes - self._counted, self._bytes
        if self._phase[0] == "body" and (came >= BODY_BYTES or self.flow.read_paused):  # paused: we keep it waiting
            self._timer = self.loop.call_later(self.body_seconds, self._late)
        else:
            self._end(408, _SLOW)

    def _end(self, status: int, message: str) -> None:
        """Close it, with a word on why when no answer has begun."""
        if self.transport.is_closing():
            return
        cycle = self.cycle
        under_way = cycle is not None and (cycle.more_body or not cycle.response_complete)
        if not (under_way and cycle.response_started):
            self.transport.write(_answer(status, message))
        if under_way:  # whoever reads it sees the client leave
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.close()


def _answer(status: int, message: str) -> bytes:
    body = json.dumps({"error": "Refused", "message": message}).encode()
    fixed = {"content-type": "application/json", "content-length": str(len(body)), "connection": "close"}
    lines = [f"{name}: {value}" for name, value in {**fixed, "cache-control": "no-store", **HEADERS}.items()]
    head = "\r\n".join([f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *lines, "", ""])
    return head.encode("latin-1") + body
