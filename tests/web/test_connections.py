"""Connections that are slow on purpose, or too many: they end, and everybody else is answered meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import json
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from places import ROOT
from serving import listening

from qa.web.guard.connections import BODY_BYTES, MOST, Connections
from qa.web.guard.middleware import Guard

WINDOW = 0.5  # seconds that a head or a body has here
PLACES = 40  # connections that one place has here
PATIENCE = 60  # seconds until a test gives up; the machine may be busy


@contextmanager
def serving(most: int = MOST, per_place: int = PLACES, proxy: str = "") -> Iterator[tuple[int, Connections]]:
    """A port on which an application answers at once, late, slowly, and says how much it was sent."""
    app, limits = FastAPI(), Connections(most, per_place, proxy)

    @app.get("/api/now")
    def now() -> str:
        return "now"

    @app.get("/api/late")
    async def late() -> str:
        await asyncio.sleep(4 * WINDOW)
        return "late"

    @app.get("/api/stream")
    async def stream() -> StreamingResponse:
        async def pieces():
            for n in range(8):
                yield f"data: {n}\n\n"
                await asyncio.sleep(WINDOW / 2)

        return StreamingResponse(pieces(), media_type="text/event-stream")

    @app.post("/api/size")
    async def size(request: Request) -> int:
        return len(await request.body())

    @app.post("/api/size-later")
    async def size_later(request: Request) -> int:
        await asyncio.sleep(4 * WINDOW)
        return len(await request.body())

    @app.post("/api/unread")
    def unread() -> str:
        return "unread"

    app.add_middleware(Guard, token="secret")
    protocol = limits.protocol(WINDOW, WINDOW)
    with listening(app, "critical", http=protocol) as port:
        yield port, limits


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as (port, _):
        yield port


def opened(port: int, place: str = "127.0.0.1") -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE, source_address=(place, 0))
    line.settimeout(PATIENCE)
    return line


def head(method: str, path: str, *more: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", "authorization: Bearer secret", *more, "", ""]
    return "\r\n".join(lines).encode()


def rest(line: socket.socket) -> bytes:
    """What comes until the other side closes."""
    found = b""
    with contextlib.suppress(ConnectionError):
        while more := line.recv(65_536):
            found += more
    return found


def get(port: int, path: str, place: str = "127.0.0.1") -> bytes:
    with opened(port, place) as line:
        line.sendall(head("GET", path, "connection: close"))
        return rest(line)


def trickled(line: socket.socket, data: bytes, pause: float) -> bytes:
    """Send byte by byte until there is an answer or nothing more to send; the answer."""
    for n in range(len(data)):
        if select.select([line], [], [], pause)[0]:
            break
        try:
            line.sendall(data[n : n + 1])
        except ConnectionError:
            break
    return rest(line)


def is_refused(answer: bytes, status: int) -> None:
    top, _, body = answer.partition(b"\r\n\r\n")
    assert top.startswith(f"HTTP/1.1 {status} ".encode()), answer
    for name in (b"content-security-policy", b"cross-origin-opener-policy", b"cache-control: no-store"):
        assert name in top
    assert set(json.loads(body)) == {"error", "message"}


@pytest.mark.parametrize("sent", [b"", b"G", b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n"], ids=ascii)
def test_a_head_that_does_not_come_ends_the_connection(port, sent):
    with opened(port) as line:
        line.sendall(sent)
        is_refused(rest(line), 408)


def test_a_head_that_trickles_has_the_same_deadline(port):
    with opened(port) as line:
        is_refused(trickled(line, head("GET", "/api/now", "x: " + "y" * 5000), WINDOW / 20), 408)


def test_the_second_head_on_a_connection_has_a_deadline_too(port):
    with opened(port) as line:
        line.sendall(head("GET", "/api/now"))
        while b'"now"' not in line.recv(65_536):
            pass
        is_refused(trickled(line, head("GET", "/api/now", "x: " + "y" * 5000), WINDOW / 20), 408)


@pytest.mark.parametrize("path", ["/api/size", "/api/ask"])
@pytest.mark.parametrize("kind", ["content-length: 5000", "transfer-encoding: chunked"])
def test_a_body_that_stops_coming_ends_the_connection(port, path, kind):
    with opened(port) as line:
        line.sendall(head("POST", path, kind) + (b"5\r\nhello\r\n" if "chunked" in kind else b"hello"))
        is_refused(rest(line), 408)


def test_a_body_that_trickles_ends_the_connection(port):
    with opened(port) as line:
        line.sendall(head("POST", "/api/size", "content-length: 5000"))
        is_refused(trickled(line, b"x" * 5000, WINDOW / 20), 408)


def test_a_body_that_nobody_wants_any_more_does_not_hold_the_connection(port):
    sent = 0
    with opened(port) as line:
        line.sendall(head("POST", "/api/size", "origin: http://evil.example", "content-length: 5000"))
        with contextlib.suppress(ConnectionError):
            while sent < 500:
                line.sendall(b"x")
                sent += 1
                threading.Event().wait(WINDOW / 20)
    assert sent < 500, "closed, though a byte came every now and then"


def test_a_slow_upload_that_makes_progress_goes_on(port):
    block, blocks = b"x" * BODY_BYTES, 12
    with opened(port) as line:
        line.sendall(head("POST", "/api/size", f"content-length: {len(block) * blocks}", "connection: close"))
        for _ in range(blocks):
            line.sendall(block)
            threading.Event().wait(WINDOW / 3)
        assert rest(line).endswith(str(len(block) * blocks).encode())


def test_a_body_that_is_kept_waiting_by_the_service_is_waited_for(port):
    size = 4_000_000
    with opened(port) as line:
        line.sendall(head("POST", "/api/size-later", f"content-length: {size}", "connection: close") + b"x" * size)
        assert rest(line).endswith(str(size).encode())


@pytest.mark.parametrize(("path", "ends"), [("/api/late", b'"late"'), ("/api/stream", b"data: 7")])
def test_an_answer_may_take_as_long_as_it_likes(port, path, ends):
    assert ends in get(port, path)


def test_requests_behind_one_another_are_all_answered(port):
    with opened(port) as line:
        line.sendall(head("GET", "/api/now") * 4 + head("GET", "/api/now", "connection: close"))
        assert rest(line).count(b'"now"') == 5


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00", b"hello\r\n\r\n", b"GET / HTTP/9\r\n\r\n"], ids=ascii)
def test_whoever_speaks_no_http_is_told_so_as_everybody_is(port, sent):
    with opened(port) as line:
        line.sendall(sent)
        is_refused(rest(line), 400)


def test_one_place_cannot_take_all_connections():
    with serving() as (port, limits), ExitStack() as held:
        for _ in range(3 * PLACES):
            held.enter_context(opened(port)).sendall(b"GET /")
        is_refused(get(port, "/api/now"), 503)
        assert get(port, "/api/now", "127.0.0.2").endswith(b'"now"')
        held.close()
        while limits._open:
            threading.Event().wait(0.01)
        assert get(port, "/api/now").endswith(b'"now"'), "and it comes back when they are gone"


def test_all_together_have_so_many_and_no_more():
    with serving(most=10) as (port, _), ExitStack() as held:
        for n in range(20):
            held.enter_context(opened(port, f"127.0.1.{n + 1}")).sendall(b"GET /")
        is_refused(get(port, "/api/now"), 503)


def test_behind_a_proxy_everybody_has_one_address_and_may():
    with serving(proxy="127.0.0.1") as (port, _), ExitStack() as held:
        for _ in range(2 * PLACES):
            held.enter_context(opened(port))
        assert get(port, "/api/now").endswith(b'"now"')


@pytest.mark.parametrize(("soft", "hard"), [(64, 1024), (256, 8192), (100, 300)])
def test_the_service_has_as_many_descriptors_as_it_may_and_keeps_some_for_itself(soft, hard):
    code = (
        "import resource; from qa.web.guard.connections import raise_limit; "
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard})); "
        "print(raise_limit(), *resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    most, now, _ = map(int, done.stdout.split())
    assert now == hard
    assert hard // 4 <= most <= min(MOST, hard - 64)
