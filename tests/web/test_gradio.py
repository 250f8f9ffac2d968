"""Gradio behind our guard: it opens nothing that a client names, serves what the page needs, and idles.

What is sent here is what was sent by somebody who attacked the service, and the kind behind it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from browser import served
from fakes import open_fake
from guarding import JOIN, Served, home_of
from places import ROOT

from qa.core.settings import Settings
from qa.service.conversations import Conversations
from qa.web import server
from qa.web.guard.bodies import MAX_DEPTH, UPLOAD, find_page_refusal
from qa.web.guard.middleware import HEADERS
from qa.web.page import prompt_queue
from qa.web.running import RunningService

SECRET = "The service's own token is nobody else's."
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator[Served]:
    home = home_of(tmp_path_factory, "gradio")
    (home / "secret.txt").write_text(SECRET)
    os.mkfifo(home / "pipe")
    running = Served(home)
    yield running
    running.stop()


@pytest.fixture
def mounted(home) -> Iterator[SimpleNamespace]:
    """The page in this process, and the application of gradio's in it."""
    from ui import build_app

    with open_fake(home) as qa:
        host = RunningService(lambda: qa)
        host._qa, host.state = qa, "ready"
        app = build_app(host, Conversations(None), "secret")
        yield next(r.app for r in app.routes if hasattr(getattr(r, "app", None), "state_holder"))


def join(service: Served, body: str | dict, path: str = JOIN) -> httpx.Response:
    content = body if isinstance(body, str) else json.dumps(body)
    return service.post(path, headers=service.own | JSON, content=content)


def refused(answer: httpx.Response, *statuses: int) -> bool:
    """Whether it is a refusal as all are: JSON with a sentence, behind the security headers."""
    assert answer.status_code in statuses, (answer.status_code, answer.text)
    assert answer.json()["message"]
    return all(answer.headers.get(name) == value for name, value in HEADERS.items())


# --- files that a message names -----------------------------------------------------------------------------------

PLACES = {
    "a text": lambda file: {"data": [file, None]},
    "a list in a list": lambda file: {"data": [[[file]], "x"]},
    "the event": lambda file: {"data": [], "event_data": {"files": [{"name": "a.txt", "id": file}]}},
    "a field of its own": lambda file: {"data": [], "else": {"a": file}},
    "the message": lambda file: {"data": [], **file},
}


def kept(service: Served) -> dict[str, int]:
    """Every file of the home, the log apart, and its size."""
    return {str(p): p.lstat().st_size for p in service.home.rglob("*") if p.name != "serve.log" and not p.is_dir()}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("path", ["secret.txt", "index/token", "pipe", "/dev/zero", "http://a.example"])
def test_a_file_value_anywhere_in_a_message_is_refused_and_nothing_is_opened_or_copied(service, place, path):
    before = kept(service)
    named = path if ":" in path else str(service.home / path)
    file = {"path": named, "meta": {"_type": "gradio.FileData"}}
    functions = [d["id"] for d in service.get("/config", headers=service.own).json()["dependencies"]]
    for function in functions:
        body = {**PLACES[place](file), "fn_index": function, "session_hash": "attack"}
        assert refused(join(service, body), 403)
    assert kept(service) == before
    assert service.get("/api/health", headers=service.own).status_code == 200


@pytest.mark.parametrize(
    "file",
    ['{"path": null}', '{"url": "http://a.example"}', '{"meta": {"_type": "gradio.FileData"}}', '{"_type": 1}',
     '{"p\\u0061th": "/etc/passwd"}', '{"\\u0070\\u0061\\u0074\\u0068": "/"}', '{"path": 1, "path": "/etc/passwd"}'],
)  # fmt: skip
@pytest.mark.parametrize("path", [JOIN, "/gradio_api/cancel", "/gradio_api/reset"])
def test_a_file_value_is_seen_however_it_is_written_and_however_long_the_article_beside_it(service, path, file):
    article = '\\\\ \\"He said, [once]\\" ' * 100_000
    for body in (file, f"[{file}]", f'{{"data": ["{article}", [{file}]], "fn_index": 0}}'):
        assert refused(join(service, body, path), 403)


def test_gradios_own_check_refuses_a_file_that_is_not_of_its_folder(mounted, tmp_path):
    """The second lock: what our guard would let through."""
    from gradio.context import LocalContext
    from gradio.exceptions import InvalidPathError
    from gradio.processing_utils import async_move_files_to_cache

    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    page = mounted.get_blocks()
    file = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}

    async def moved() -> None:
        LocalContext.blocks.set(page)
        box = next(block for block in page.blocks.values() if getattr(block, "elem_id", "") == "question")
        await async_move_files_to_cache([file], box, check_in_upload_folder=True)

    with pytest.raises(InvalidPathError):
        asyncio.run(moved())


def test_gradios_folder_is_in_the_services_private_one_and_not_the_systems(home, monkeypatch):
    from gradio.utils import get_upload_folder

    monkeypatch.setenv("GRADIO_TEMP_DIR", "/tmp/gradio")
    monkeypatch.setattr(server._Server, "run", lambda self, sockets: None)
    monkeypatch.setattr(server.RunningService, "start", lambda self, progress, then: None)
    server.serve(Settings(home), "127.0.0.1", 0)
    assert Path(get_upload_folder()).parent == home / "index" / "uploads"


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 900, 100_000], ids=str)
def test_a_message_that_is_deeper_than_any_of_the_page_is_refused(service, depth):
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        inner = opening * depth + "0" + closing * depth
        got = join(service, f'{{"data": [{inner}], "fn_index": 0, "session_hash": "deep"}}')
        assert refused(got, 400, 413)
    assert service.get("/api/health", headers=service.own).status_code == 200


def test_what_a_message_may_hold_is_told_apart_by_its_keys_and_its_depth_only():
    nested: object = ["path", "url", "_type", {"files": [{"name": "path", "id": "_type"}]}]
    for _ in range(MAX_DEPTH - 5):
        nested = [nested]
    assert find_page_refusal(json.dumps(nested).encode(), None) is None


# --- what gradio serves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    ['{"fn_index": 9999}', '{"fn_index": null}', '{"fn_index": "1"}', '{"fn_index": true}', '{"fn_index": 1.0}',
     '{"fn_index": -1}', f'{{"fn_index": {10**30}}}', "{}", "[]", "3"],
)  # fmt: skip
def test_a_function_that_the_page_does_not_have_is_not_found(service, message):
    body = message[:-1] + ', "data": [], "session_hash": "x"}' if message.startswith('{"') else message
    assert refused(join(service, body), 404)


UNKNOWN = [
    "/?page=nothing", "/?page=library", "/config?page=nothing", "/?deep_link=x", "/config?deep_link=../../x",
    "/nothing", "/library", "/svelte/x", "/svelte/..%2f..%2fetc%2fpasswd", "/pwa_icon", "/pwa_icon/99999",
    "/monitoring", "/monitoring/summary", "/user", "/token", "/dev/reload", "/info", "/docs", "//etc/passwd",
    "/static/" + "a" * 400, "/assets/" + "a" * 400, "/assets/%E2%88%80", "/custom_component/a/client/component/x",
]  # fmt: skip
CLOSED = [
    "file=/etc/passwd", "file%3D/etc/passwd", "file/etc/passwd", "proxy=http://a.example", "stream/a/b/1/playlist.m3u8",
    "custom_component/a/client/component/x", "upload_progress?upload_id=x", "startup-events",
    "deep_link?session_hash=x",
    "call/a/b", "runs", "vibe-code/", "queue/status", "dev/reload", "openapi.json", "heartbeat/" + "a" * 400,
]  # fmt: skip
TRAVERSING = ["..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/x", "%2fetc%2fpasswd", "x%00y", "..%5c..%5cx"]


def test_what_is_not_the_pages_is_not_found_with_the_security_headers(service):
    for path in UNKNOWN:
        assert refused(service.get(path, headers=service.own), 404), path


def test_what_gradio_would_open_draw_or_fetch_by_name_is_closed(service):
    for path in CLOSED:
        assert refused(service.get(f"/gradio_api/{path}", headers=service.own), 403), path


def test_no_path_leads_out_of_gradios_folders(service):
    for folder in ("static", "assets"):
        for path in TRAVERSING:
            answer = service.get(f"/{folder}/{path}", headers=service.own)
            assert answer.status_code in (403, 404)
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_where_a_request_was_sent_is_taken_from_nobody_but_the_request(service):
    names = ("x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix", "x-gradio-server", "forwarded",
             "x-original-host", "x-direct-url")  # fmt: skip
    for name in names:
        for value in ("evil.example", "http://evil.example", "https", "host=evil.example"):
            for path in ("/config", "/"):
                answer = service.get(path, headers={**service.own, name: value})
                assert "evil.example" not in answer.text
                assert f"https://127.0.0.1:{service.port}" not in answer.text


# --- idle, and at an end ------------------------------------------------------------------------------------------


def test_an_idle_service_does_not_look_for_events_a_thousand_times_a_second(home, monkeypatch):
    from gradio.queueing import Queue

    looks: list[float] = []
    events = Queue.get_events

    def counted(queue: Queue) -> Any:
        looks.append(time.monotonic())
        return events(queue)

    monkeypatch.setattr(Queue, "get_events", counted)
    with open_fake(home) as qa, served(qa):
        while len(looks) < 4:
            time.sleep(0.01)
    assert looks[-1] - looks[0] > 1.5


@pytest.mark.process  # what gradio calls looks for fonts
@pytest.mark.parametrize("event", ["state", "paste"])  # of the second one begins when another has ended
def test_an_event_begins_at_once_however_seldom_the_queue_looks_for_one(home, monkeypatch, event):
    monkeypatch.setattr(prompt_queue, "LOOKS_SECONDS", 1000)
    with open_fake(home) as qa, served(qa) as service, httpx.Client(base_url=service.url, trust_env=False) as http:
        http.get("/")  # the cookie
        config = http.get("/config").json()
        function = next(d for d in config["dependencies"] if d["api_name"] == event)
        data = ["A ferry is blue." if n == 0 else None for n in range(len(function["inputs"]))]
        for _ in range(2):
            body = {"data": data, "fn_index": function["id"], "session_hash": "one"}
            assert http.post(JOIN, json=body).status_code == 200
        with http.stream("GET", "/gradio_api/queue/data?session_hash=one", timeout=60) as stream:
            done = [line for line in stream.iter_lines() if "process_completed" in line]
        assert [json.loads(line.removeprefix("data: "))["success"] for line in done] == [True, True]


HANGING = """
    import time
    import uvicorn
    from qa.web import server
    server.GRACE_SECONDS, server.CLOSE_SECONDS, server.HUNG_SECONDS = 0.2, 0.2, 0.6

    async def app(scope, receive, send):
        if scope["type"] == "http":
            print("hangs", flush=True)
            time.sleep(600)

    config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    listener, port = server.bind("127.0.0.1", 0)
    print(port, flush=True)
    server._Server(config, lambda: print("closed", flush=True)).run(sockets=[listener])
"""


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT], ids=str)
def test_it_ends_within_its_grace_although_the_event_loop_hangs(sig):
    script = textwrap.dedent(HANGING)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            port = int(process.stdout.readline())
            with httpx.Client(trust_env=False) as client, pytest.raises(httpx.TransportError):
                client.get(f"http://127.0.0.1:{port}/", timeout=httpx.Timeout(30, read=1))
            assert process.stdout.readline() == "hangs\n"
            process.send_signal(sig)
            assert process.wait(120) == 128 + sig
            assert process.stdout.read() == "closed\n"
        finally:
            process.kill()


def test_an_upload_needs_what_every_write_needs(service):
    assert service.post(UPLOAD, content=b"A tank.").status_code == 403
    assert service.get(UPLOAD, headers=service.own).status_code in (404, 405)
    assert refused(service.post(UPLOAD, headers={**service.own, "origin": "http://evil.example"}), 403)
