"""Whatever fails, and wherever: the answer is JSON with a sentence and every header, and names no place on the disk."""

from __future__ import annotations

import ast
import logging
from collections.abc import Iterator

import httpx
import pytest
from fakes import open_fake, write_article
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse
from fastapi.testclient import TestClient
from places import ROOT
from serving import TOKEN, application, serving
from starlette.exceptions import HTTPException

from qa.core.errors import IndexDamaged, StorageError
from qa.service.service import QA
from qa.web.guard.middleware import Guard
from qa.web.wording import in_words

BASE = "http://127.0.0.1:7860"
OWN = {"authorization": f"Bearer {TOKEN}"}
SECURITY = {
    "content-security-policy", "x-content-type-options", "referrer-policy", "cross-origin-resource-policy",
    "cross-origin-opener-policy",
}  # fmt: skip


@pytest.fixture
def qa(home) -> Iterator[QA]:
    write_article(home, "tank", "The tank is green.")
    with open_fake(home) as made:
        made.sync()
        yield made


@pytest.fixture
def client(qa) -> Iterator[TestClient]:
    with TestClient(application(qa), base_url=BASE, headers=OWN, raise_server_exceptions=False) as http:
        yield http


def is_whole(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert set(answer.headers) >= SECURITY
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("application/json")
    assert {"error", "message"} <= set(answer.json())
    assert answer.json()["message"]
    assert "Traceback" not in answer.text


HUGE = [2**63, 2**64, 10**30, "9" * 5000, -(2**63) - 1]


@pytest.mark.parametrize("number", HUGE, ids=lambda n: str(n)[:9])
@pytest.mark.parametrize("name", ["limit", "offset"])
def test_a_number_that_no_index_counts_to_is_refused(client, name, number):
    is_whole(client.get(f"/api/articles?{name}={number}"), 400)


def test_the_largest_number_that_there_is_is_a_number_like_any_other(client):
    assert len(client.get(f"/api/articles?limit={2**63 - 1}").json()) == 1
    assert client.get(f"/api/articles?offset={2**63 - 1}&limit={2**63 - 1}").json() == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404), ("GET", "/api/nowhere", 404), ("GET", "/api/articles/none", 404),
        ("PUT", "/api/articles", 405), ("TRACE", "/api/health", 405), ("GET", "/mcp", 405), ("GET", "/api/ask", 405),
        ("POST", "/api/ask", 400), ("GET", "/gradio_api/file=/etc/passwd", 403), ("POST", "/api/articles", 400),
        ("GET", "/api/articles?limit=x", 400),
    ],
)  # fmt: skip
def test_every_refusal_is_json_with_every_header(client, method, path, status):
    is_whole(client.request(method, path), status)


def test_a_method_that_is_not_allowed_is_told_which_is(client):
    assert client.put("/api/articles").headers["allow"]
    assert client.get("/mcp").headers["allow"] == "POST"


def failing() -> TestClient:
    """An application whose parts fail as frameworks do, behind the guard."""
    app, beneath = FastAPI(), FastAPI()

    @app.get("/api/crash")
    def crash() -> None:
        raise OSError(5, "Input/output error", "/srv/secret/place")

    @app.get("/api/crash-while-failing")
    def crash_while_failing() -> StreamingResponse:
        def body() -> Iterator[bytes]:
            yield b"half"
            raise RuntimeError("/srv/secret/place")

        return StreamingResponse(body(), 503)

    @app.get("/api/plain/{status}")
    def plain(status: int) -> PlainTextResponse:
        return PlainTextResponse("Traceback /srv/secret/place", status)

    @app.get("/api/html")
    def html() -> HTMLResponse:
        return HTMLResponse("<p>/srv/secret/place", 500)

    @app.get("/api/list")
    def a_list() -> JSONResponse:
        return JSONResponse(["/srv/secret/place"], 404)

    @app.get("/api/kept")
    def kept() -> JSONResponse:
        return JSONResponse({"error": "Mine", "message": "It is mine.", "more": 1}, 418, {"retry-after": "7"})

    @beneath.get("/heartbeat/fails")
    def fails() -> None:
        raise HTTPException(404, "No session at /srv/secret/place")

    @beneath.get("/heartbeat/breaks")
    def breaks(request: Request) -> None:
        raise ValueError("/srv/secret/place")

    @beneath.get("/heartbeat/typed")
    def typed(n: int) -> None: ...

    app.mount("/gradio_api", beneath)
    app.add_middleware(Guard, token=TOKEN)
    return TestClient(app, base_url=BASE, headers=OWN, raise_server_exceptions=False)


FAILURES = [
    ("/api/crash", 500), ("/api/crash-while-failing", 503), ("/api/plain/400", 400), ("/api/plain/500", 500),
    ("/api/plain/429", 429), ("/api/html", 500), ("/api/list", 404), ("/gradio_api/heartbeat/fails", 404),
    ("/gradio_api/heartbeat/breaks", 500), ("/gradio_api/heartbeat/typed", 422),
    ("/gradio_api/heartbeat/nowhere", 404), ("/gradio_api/heartbeat/fails?" + "x" * 900, 404),
]  # fmt: skip


@pytest.mark.parametrize(("path", "status"), FAILURES)
def test_what_fails_beneath_is_json_with_every_header_and_no_place(path, status):
    answer = failing().get(path)
    is_whole(answer, 500 if path == "/api/crash-while-failing" else status)
    assert "/srv" not in answer.text
    assert "secret" not in answer.text
    if path.startswith("/gradio_api"):
        assert answer.json()["detail"] == answer.json()["message"], "where the page's script looks"


def test_an_answer_that_is_as_it_should_be_stays(caplog):
    answer = failing().get("/api/kept")
    assert answer.json() == {"error": "Mine", "message": "It is mine.", "more": 1}
    assert (answer.status_code, answer.headers["retry-after"]) == (418, "7")


def test_what_nobody_foresaw_is_in_the_log(caplog):
    with caplog.at_level(logging.ERROR):
        failing().get("/api/crash")
    assert "/srv/secret/place" in caplog.text
    assert "Traceback" in caplog.text


def test_what_is_somebodys_is_kept_nowhere_and_what_is_everybodys_may_be(client):
    for path in ("/api/articles", "/api/health", "/api/files/tank", "/api/articles/tank", "/api/openapi.json"):
        assert client.get(path).headers.get_list("cache-control") == ["no-store"], path
    app = FastAPI()

    @app.get("/{path:path}")
    def anything(path: str) -> PlainTextResponse:
        return PlainTextResponse("x", headers={"cache-control": "public, max-age=9"})

    app.add_middleware(Guard, token=TOKEN)
    http = TestClient(app, base_url=BASE)
    for path in ("/", "/config", "/api/conversations/x/export.md", "/gradio_api/queue/data"):
        assert http.get(path).headers.get_list("cache-control") == ["no-store"], path
    for path in ("/assets/index.js", "/static/x.css", "/theme.css", "/favicon.ico"):
        answer = http.get(path)
        assert answer.headers["cache-control"] == "public, max-age=9", path
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


# --- hosts --------------------------------------------------------------------------------------------------------

STRANGE = [
    "[::1].evil.example", "[::1]evil.example", "[::1]:80:90", "[::1]:80@evil.example", "[::1", "::1", "[::1%25lo]",
    "[]", "[127.0.0.1]", "[::1]x:80", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "evil.example@127.0.0.1",
    "user:word@127.0.0.1:80", "127.0.0.1, evil.example", "127.0.0.1 evil.example", "127.0.0.1.", "localhost.",
    "localhost:0", "localhost:65536", "localhost:99999999", "localhost:", "localhost:80x", "localhost:-1",
    "localhost:+80", "localhost/evil", "localhost#evil", "localhost?evil", "localhost\\evil", "127.0.0.1\tevil", "",
    ".localhost", "-localhost", "loc\u00e1lhost", "localhost:\u0661", "http://localhost",
]  # fmt: skip


@pytest.mark.parametrize("host", STRANGE, ids=ascii)
def test_a_host_that_is_more_than_a_host_and_a_port_is_refused(client, host):
    is_whole(client.get("/api/health", headers={"host": host.encode()}), 403)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:7860", "LOCALHOST", "[::1]", "[::1]:65535", "127.0.0.1:1"])
def test_a_host_that_is_one_is_answered(client, host):
    assert client.get("/api/health", headers={"host": host}).status_code == 200


# --- places -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Could not write a.md into {}/corpus: No space left.", "Could not write a.md into corpus: No space left."),
        ("The index at {}/index/catalog.sqlite3 refused (full). See:", "The index at catalog.sqlite3 refused (full"),
        ("There is no index in {}/none/such. Run: qa index", "There is no index in such. Run: qa index"),
        ("[Errno 13] Permission denied: '{}/index/token'", "[Errno 13] Permission denied: 'token'"),
        ("{}", "my home"),
        ("/gone/for/ever.md cannot be read", "ever.md cannot be read"),
        ("https://a.example/x/y: 5/6. See /api/openapi.json", "https://a.example/x/y: 5/6. See /api/openapi.json"),
    ],
)  # fmt: skip
def test_of_a_path_clients_are_told_the_last_name(tmp_path, said, told):
    home = tmp_path / "my home"
    (home / "index").mkdir(parents=True)
    words = in_words(said.format(home))
    assert words.startswith(told)
    assert str(tmp_path) not in words


@pytest.mark.parametrize("error", [StorageError, IndexDamaged])
def test_no_client_is_told_where_things_lie(qa, monkeypatch, error):
    where = f"{qa.settings.index}/catalog.sqlite3"

    def fails(*_args, **_options):
        raise error(f"The index at {where} refused a write (disk full). Make room.")

    for name in ("ask", "search", "articles", "article", "article_count", "add", "remove", "edit", "sync", "file"):
        monkeypatch.setattr(QA, name, fails)
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "ask", "arguments": {"question": "x"}},
    }
    kinds = {"accept": "application/json, text/event-stream"}
    with serving(qa) as url, httpx.Client(base_url=url, headers=OWN, trust_env=False, timeout=60) as http:
        answers = [
            http.post("/api/ask", json={"question": "Is it?"}),
            http.post("/api/search", json={"question": "Is it?"}),
            http.get("/api/articles"),
            http.get("/api/articles/tank"),
            http.get("/api/files/tank"),
            http.delete("/api/articles/tank"),
            http.post("/api/articles", json={"text": "A tank."}),
            http.post("/api/index"),
            http.post("/mcp", json=call, headers=kinds),
        ]
    for answer in answers:
        assert "catalog.sqlite3" in answer.text, answer.request.url
        assert str(qa.settings.home) not in answer.text, answer.request.url


def test_errors_become_words_in_one_place():
    """`str(error)` and `{error}` anywhere in what speaks to clients would bring their paths along."""
    found = []
    for path in sorted((ROOT / "qa" / "web").rglob("*.py")):
        if path.name in ("wording.py", "server.py"):  # the one place; and what prints to whoever started the service
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            shown = (
                node.args[0] if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "str" and node.args
                else node.value if isinstance(node, ast.FormattedValue) else None
            )  # fmt: skip
            if isinstance(shown, ast.Name) and shown.id == "error":
                found.append(f"{path.name}:{node.lineno}")
    assert [place for place in found if not place.startswith("running.py")] == []
    assert len(found) <= 1, "running.py keeps the whole sentence for whoever started the service"
