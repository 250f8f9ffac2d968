"""Bad input through the command line and the routes: a clear message, the right code, no traceback, nothing lost."""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys

import pytest
from click.testing import CliRunner
from documents import pdf
from fakes import FakeEmbedding, fake_settings, open_fake, write_article
from fastapi.testclient import TestClient
from places import SUPPORT
from serving import TOKEN, application

from qa.cli.commands import main
from qa.corpus.folder import Corpus
from qa.index.embedding import SentenceEmbedding
from qa.web.guard.middleware import MAX_BODY

BASE = "http://127.0.0.1:7860"


@pytest.fixture
def corpus_home(home, monkeypatch):
    """A library of two, and a command line that uses the fake model."""
    monkeypatch.setenv("QA_MODEL", fake_settings(home).model)
    monkeypatch.setenv("QA_THRESHOLD", "0")
    monkeypatch.setattr(SentenceEmbedding, "load", lambda name: FakeEmbedding())
    write_article(home, "tank", "The tank is green. It holds 12 litres.", outlet="The Gazette", published="2024-05-17")
    write_article(home, "ship", "The ship is blue. It sailed to Odesa.")
    assert run(home, "index").exit_code == 0
    return home


def run(home, *arguments, input=None):
    return CliRunner().invoke(main, ["--home", str(home), *map(str, arguments)], input=input)


def library(home):
    """What must not change: the files of the corpus and what the index says."""
    files = {p.name: p.read_bytes() for p in sorted((home / "corpus").iterdir()) if p.is_file()}
    with open_fake(home) as qa:
        return files, [(a.id, a.version, a.passages) for a in qa.articles()]


def refused(home, *arguments, says, code=2, input=None):
    """Run a command that must fail: its code, what it says, and that nothing changed."""
    before = library(home)
    result = run(home, *arguments, input=input)
    assert result.exit_code == code, (result.output, result.exception)
    assert isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    for words in [says] if isinstance(says, str) else says:
        assert words in result.output
    assert library(home) == before
    return result


# --- questions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("", "holds nothing"),
        ("  \n\t ", "holds nothing"),
        ("?!... —", "only punctuation"),
        ("\x00", "holds nothing"),
        ("tank " * 20_000, "99,999 characters; at most 8,000"),
        ("tank\ud800", "lone surrogate (U+D800)"),
    ],
    ids=["empty", "white space", "punctuation", "NUL", "100,000 characters", "surrogate"],
)
@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_question_that_is_none_is_refused_with_the_reason(corpus_home, command, question, says):
    refused(corpus_home, command, question, says=says)


@pytest.mark.model
@pytest.mark.parametrize(
    "question", ['"', "tank AND", "NEAR(tank", "tank*^:(){}", "'; DROP TABLE articles; --", "-tank"]
)
def test_operators_of_the_full_text_index_are_words_or_nothing(corpus_home, question):
    result = run(corpus_home, "ask", "--", question)
    assert result.exit_code == (2 if question == '"' else 0)
    assert "Traceback" not in result.output


@pytest.mark.model
def test_a_question_with_nul_inside_is_asked_without_it(corpus_home):
    assert "The tank is green." in run(corpus_home, "ask", "ta\x00nk green?").output


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--from", "yesterday"], ["'yesterday'", "2024-05-17"]),
        (["--to", "2024-13-01"], ["'2024-13-01'", "a date such as"]),
        (["--from", "2024-05-02", "--to", "2024-05-01"], ["hold no day"]),
        (["--outlet", "\ud800"], ["'\\ud800'", "not text"]),
        (["--article", "\udcff"], ["'\\udcff'", "not text"]),
    ],
    ids=str,
)
def test_an_impossible_filter_is_refused_with_what_was_expected(corpus_home, options, says):
    refused(corpus_home, "ask", "tank?", *options, says=says)


@pytest.mark.model
def test_json_carries_the_answer_with_exactly_the_documented_keys(corpus_home):
    answer = json.loads(run(corpus_home, "ask", "--json", "Is the tank green?").output)
    assert {"question", "declined", "confidence", "sentences", "nearest", "timings_ms"} <= set(answer)
    citation = answer["sentences"][0]["citations"][0]
    keys = [
        "n",
        "article",
        "version",
        "start",
        "end",
        "quote",
        "title",
        "outlet",
        "published",
        "answer",
        "also_in",
        "page",
    ]
    assert list(citation) == keys
    assert (citation["quote"], citation["outlet"]) == ("The tank is green.", "The Gazette")


@pytest.mark.model
@pytest.mark.process
def test_a_citation_from_a_pdf_says_its_page(corpus_home):
    def sheets(document) -> None:
        for line in ("The mast is tall.", "The keel is red."):
            document.add_page()
            document.multi_cell(0, 5, line)

    (corpus_home / "boat.pdf").write_bytes(pdf(prepare=sheets, pages=0))
    assert run(corpus_home, "add", corpus_home / "boat.pdf").exit_code == 0
    answer = json.loads(run(corpus_home, "ask", "--json", "Is the keel red?").output)
    cited = {c["quote"]: c["page"] for s in answer["sentences"] for c in s["citations"]}
    assert cited["The keel is red."] == 2
    assert "p. 2" in run(corpus_home, "ask", "Is the keel red?").output


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.process
@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.txt", b"", "It is empty"),
        ("blank.txt", b" \n\t\r\n ", "nothing but white space"),
        ("stops.txt", "… — !?".encode(), "no letter or digit"),
        ("binary.txt", b"MZ\x90\x00\x03\x00\x00\x00", "a program"),
        ("nul.txt", b"A tank\x00 is green.", "a binary file"),
        ("half.md", b"\xff\xfeA", ""),
        ("page.pdf", b"%PDF-1.7", "damaged"),
        ("big.txt", b"The tank. " * 1_100_000, ["10,485,76", "Split it"]),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_a_file_that_is_no_article_is_refused_with_the_reason(corpus_home, tmp_path, name, data, says):
    path = tmp_path / name
    path.write_bytes(data)
    refused(corpus_home, "add", path, says=["refused:", name, *([says] if isinstance(says, str) else says)])


def test_a_missing_file_a_folder_and_an_unreadable_one_are_refused_by_name(corpus_home, tmp_path, monkeypatch):
    refused(corpus_home, "add", tmp_path / "nowhere.txt", says=["nowhere.txt", "No such file"])
    (tmp_path / "folder.txt").mkdir()
    refused(corpus_home, "add", tmp_path / "folder.txt", says=["folder.txt", "no file to add"])
    path = tmp_path / "secret.txt"
    path.write_text("The tank.")
    real = io.open

    def denied(file, *args, **kwargs):
        if str(file) == str(path):
            raise PermissionError(13, "Permission denied")
        return real(file, *args, **kwargs)

    monkeypatch.setattr(io, "open", denied)
    refused(corpus_home, "add", path, says=["secret.txt", "Permission denied"])


@pytest.mark.process
@pytest.mark.parametrize("input", ["", " \n", "...", "\x00\x00"], ids=ascii)
def test_standard_input_without_words_is_refused(corpus_home, input):
    refused(corpus_home, "add", "-", says=["refused: standard input"], input=input)


@pytest.mark.process
def test_a_duplicate_is_named_and_not_added(corpus_home, tmp_path):
    path = tmp_path / "again.txt"
    path.write_text("The tank is green. It holds 12 litres.\n")
    before = library(corpus_home)
    result = run(corpus_home, "add", path)
    assert result.exit_code == 0, "it is in: the same command can be run again"
    for words in ("duplicate:", "already in the corpus", "'tank'"):
        assert words in result.output
    assert library(corpus_home) == before


@pytest.mark.model
@pytest.mark.process
@pytest.mark.process
def test_the_good_files_are_added_and_the_bad_ones_named(corpus_home, tmp_path):
    (tmp_path / "good.txt").write_text("A plane is white.")
    (tmp_path / "bad.txt").write_bytes(b"...")
    result = run(corpus_home, "add", tmp_path / "bad.txt", tmp_path / "good.txt")
    assert result.exit_code == 3
    assert f"added: {tmp_path / 'good.txt'} as good" in result.output
    assert "1 of 2 left out" in result.output
    assert "A plane is white." in run(corpus_home, "ask", "Which plane is white?").output


@pytest.mark.process
def test_text_whose_encoding_is_not_stated_is_added_and_the_guess_is_said(corpus_home, tmp_path):
    (tmp_path / "latin.txt").write_bytes("Käse und Brötchen".encode("cp1252"))
    result = run(corpus_home, "add", tmp_path / "latin.txt")
    assert result.exit_code == 0
    assert "Read as windows-1252" in result.output
    assert "Käse und Brötchen" in run(corpus_home, "show", "latin").output


@pytest.mark.model
@pytest.mark.process
@pytest.mark.process
def test_a_hundred_thousand_characters_are_an_article_like_any_other(corpus_home, tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("The plane is white. " * 2_500 + "\n\nThe kiwi is round.\n\n" + "x" * 50_000)
    assert run(corpus_home, "add", path).exit_code == 0
    assert "The kiwi is round." in run(corpus_home, "ask", "Is the kiwi round?").output
    with open_fake(corpus_home) as qa:
        assert max(p.end - p.start for p in qa.search("kiwi plane", k=50)) <= 60_000


NAMES = [
    "../escape",
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "",
    "a/b",
    "README",
    "tank\x00",
    "x" * 300,
    "\udcff",
    "tank.md",
]


@pytest.mark.parametrize("id", NAMES, ids=ascii)
@pytest.mark.parametrize("command", [["show"], ["remove"]], ids=str)
def test_an_id_that_names_no_article_is_refused_and_reaches_no_file(corpus_home, id, command):
    (corpus_home / "escape.md").write_text("Not in the corpus.")
    (corpus_home / "corpus" / "README.md").write_text("Not an article.")
    refused(corpus_home, *command, "--", id, says=["There is no article", "qa list"])
    assert (corpus_home / "escape.md").exists()


@pytest.mark.process
@pytest.mark.parametrize("id", [n for n in NAMES if n], ids=ascii)
def test_no_id_leads_a_replacement_out_of_the_corpus(corpus_home, tmp_path, id):
    (tmp_path / "new.txt").write_text("A plane is white.")
    before = sorted(p for p in corpus_home.rglob("*") if "index" not in p.parts)
    refused(corpus_home, "add", "--replace", id, tmp_path / "new.txt", says="refused")
    assert sorted(p for p in corpus_home.rglob("*") if "index" not in p.parts) == before


@pytest.mark.parametrize("at", ["", "5", "9-3", "0-99999", "a-b", "-1-4"])
def test_a_place_outside_the_text_is_refused(corpus_home, at):
    refused(corpus_home, "show", "tank", f"--at={at}", says="expected START-END")


# --- settings and disk --------------------------------------------------------------------------------------------


def test_settings_that_cannot_be_are_refused_by_name(corpus_home, monkeypatch):
    assert "does not exist" in run(corpus_home / "nowhere", "list").output
    assert run(corpus_home / "nowhere", "list").exit_code == 2
    monkeypatch.setenv("QA_THRESHOLD", "often")
    result = run(corpus_home, "ask", "tank?")
    assert (result.exit_code, "QA_THRESHOLD is 'often'; expected a number" in result.output) == (2, True)
    monkeypatch.delenv("QA_THRESHOLD")
    monkeypatch.setenv("QA_MODEL", "sentence-transformers/all-MiniLM-L6-v2")
    result = run(corpus_home, "ask", "tank?")
    assert result.exit_code == 1
    assert "Nothing is downloaded" in result.output


@pytest.mark.process
def test_a_full_disk_is_our_error_and_nothing_is_lost(corpus_home, tmp_path, monkeypatch):
    (tmp_path / "new.txt").write_text("A plane is white.")

    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        before = {p.name: p.read_bytes() for p in (corpus_home / "corpus").iterdir()}
        result = run(corpus_home, "add", tmp_path / "new.txt")
        assert result.exit_code == 1
        assert "No space left on device" in result.output
        assert "make room" in result.output
        assert "Traceback" not in result.output
        assert {p.name: p.read_bytes() for p in (corpus_home / "corpus").iterdir()} == before
    assert run(corpus_home, "add", tmp_path / "new.txt").exit_code == 0


def test_a_disk_too_full_for_the_index_is_our_error_and_the_article_is_kept(corpus_home, tmp_path):
    """A whole process under a limit on file sizes: the command line ends with one line, not with a traceback."""
    (tmp_path / "new.txt").write_text("The plane came. " + "It brought many words with it. " * 3000)
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from fakes import FakeEmbedding;"
        "from qa.index.embedding import SentenceEmbedding;"
        "SentenceEmbedding.load = lambda name: FakeEmbedding(); from qa.cli.commands import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, SUPPORT, "--home", corpus_home, "add", tmp_path / "new.txt"],
        capture_output=True, text=True, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)),
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("qa: ")
    assert "make room" in done.stderr
    assert "Traceback" not in done.stderr
    assert Corpus(corpus_home / "corpus").path_of("new")
    assert "1 added" in run(corpus_home, "index").output


# --- routes -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    home = tmp_path_factory.mktemp("served")
    write_article(home, "tank", "The tank is green.")
    qa = open_fake(home)
    qa.sync()
    with TestClient(application(qa), base_url=BASE, raise_server_exceptions=False) as served:
        yield served
    qa.close()


WRITES = [("POST", "/api/articles"), ("DELETE", "/api/articles/tank"), ("POST", "/api/index"), ("POST", "/api/doctor")]
OWN = {"authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "", "[", "a:b:c", "169.254.169.254"]
)
@pytest.mark.parametrize("path", ["/api/health", "/api/articles", "/api/ask"])
def test_an_unknown_host_is_refused_even_with_the_token(client, host, path):
    method = "POST" if path == "/api/ask" else "GET"
    answer = client.request(
        method, path, headers={**OWN, "host": host}, json={"question": "tank?"} if method == "POST" else None
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "https://localhost:7860", "http://["]
)
@pytest.mark.parametrize(("method", "path"), [*WRITES, ("POST", "/api/ask")])
def test_a_foreign_origin_is_refused_even_with_the_token(client, origin, method, path):
    assert (
        client.request(method, path, headers={**OWN, "origin": origin}, json={"question": "tank?"}).status_code == 403
    )


@pytest.mark.parametrize(
    "token", [{}, {"authorization": "Bearer wrong"}, {"authorization": ""}, {"cookie": "groundwire-7860=no"}], ids=str
)
@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_write_without_the_token_is_refused_and_changes_nothing(client, method, path, token):
    answer = client.request(method, path, headers=token, json={"text": "New."})
    assert answer.status_code == 403
    assert "token" in answer.json()["message"]
    assert [a["id"] for a in client.get("/api/articles").json()] == ["tank"]


def test_a_cross_site_form_is_refused_even_for_asking(client):
    answer = client.post("/api/ask", headers={"sec-fetch-site": "cross-site"}, json={"question": "tank?"})
    assert answer.status_code == 403


def test_the_token_opens_the_writes_and_asking_needs_none(client):
    assert client.post("/api/ask", json={"question": "Is the tank green?"}).json()["sentences"]
    added = client.post("/api/articles", headers=OWN, json={"text": "The ship is blue."}).json()
    assert added["status"] == "added"
    assert client.post("/api/articles", headers=OWN, json={"text": "The ship is blue."}).status_code == 409
    with TestClient(client.app, base_url=BASE) as page:
        page.get("/")  # its cookie comes with it
        assert page.delete(f"/api/articles/{added['article']}", headers={"origin": BASE}).status_code == 200
    assert client.delete(f"/api/articles/{added['article']}", headers=OWN).status_code == 404


def test_a_body_over_the_limit_is_refused_before_it_is_read(client):
    assert client.post("/api/ask", content=b"", headers={"content-length": str(MAX_BODY + 1)}).status_code == 413
    endless = client.post("/api/ask", content=(b"x" * (1 << 20) for _ in range(40)))  # no length announced
    assert endless.status_code >= 400


@pytest.mark.parametrize("length", ["-1", "many", "1e9"])
def test_a_length_that_is_no_number_is_refused(client, length):
    assert client.post("/api/ask", content=b"", headers={"content-length": length}).status_code == 413


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/api/ask", {"question": ""}, "holds nothing"),
        ("/api/ask", {}, "question"),
        ("/api/ask", {"question": "tank?", "filters": {"colour": "green"}}, "Unknown filter 'colour'"),
        ("/api/ask", {"question": "tank?", "filters": {"outlets": "Gazette"}}, "expected a list of texts"),
        ("/api/ask", {"question": "tank?", "filters": {"published_from": 7}}, "a date such as"),
        ("/api/ask", {"question": "tank?", "filters": {"outlets": ["\ud800"]}}, "not text"),
        ("/api/ask", {"question": "tank\ud800"}, "lone surrogate"),
        ("/api/search", {"question": "tank?", "k": 0}, "k"),
        ("/api/articles", {"text": ""}, "nothing but white space"),
        ("/api/articles", {"text": "A tank \ud800."}, "lone surrogate"),
        ("/api/articles", {"text": "A tank.", "published": "soon"}, "a date such as"),
        ("/api/articles", {"text": "A tank.", "id": "../escape"}, "cannot be an article's id"),
        ("/api/articles", {"text": "A tank.", "id": "\ud800"}, "cannot be an article's id"),
    ],
    ids=str,
)
def test_a_body_that_cannot_be_is_the_callers_mistake_with_a_message(client, path, body, says):
    content = json.dumps(body).encode()
    answer = client.post(path, headers={**OWN, "content-type": "application/json"}, content=content)
    assert answer.status_code == 400, answer.text
    assert says in answer.json()["message"]


def test_a_name_that_is_half_a_character_is_answered_with_what_is_left_of_it(client):
    """JSON may carry it, and no answer can: the article was added, and the client told that the service had failed."""
    own = {**OWN, "content-type": "application/json"}
    one = {"text": "A ship with half a name.", "name": "ship \ud800"}
    answer = client.post("/api/articles", headers=own, content=json.dumps(one).encode())
    assert (answer.status_code, answer.json()["name"]) == (200, "ship ?")
    many = {"items": [{"draft": {"text": "", "name": "\udfff"}}, {"draft": {"text": "A boat.", "name": "boat \udfff"}}]}
    answer = client.post("/api/batches", headers=own, content=json.dumps(many).encode())
    assert [outcome["name"] for outcome in answer.json()] == ["?", "boat ?"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b'{"question": 7}'], ids=ascii)
def test_a_body_that_is_no_json_is_the_callers_mistake(client, content):
    answer = client.post("/api/ask", headers={"content-type": "application/json"}, content=content)
    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize("id", ["nothing", "..%2Fescape", "%2Fetc%2Fpasswd", "tank%00", "x" * 300, "%ED%A0%80"])
def test_an_unknown_article_is_not_found(client, id):
    for method in ("GET", "DELETE"):
        assert client.request(method, f"/api/articles/{id}", headers=OWN).status_code == 404


@pytest.mark.model
def test_a_terminal_asks_for_questions_and_keeps_the_conversation(corpus_home, monkeypatch):
    asked = []
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    from qa.service.service import QA

    ask = QA.ask

    def noted(self, question, *given, **named):
        asked.append((question, tuple(named["history"])))
        return ask(self, question, *given, **named)

    monkeypatch.setattr(QA, "ask", noted)
    result = run(corpus_home, "ask", input="Is the tank green?\n...\nAnd why?\n\n")
    assert result.exit_code == 0
    assert "The tank is green." in result.output
    first = "Is the tank green?"
    assert asked == [(first, ()), ("...", (first,)), ("And why?", (first,))]


def test_without_a_question_and_without_a_terminal_the_question_is_missed(corpus_home):
    refused(corpus_home, "ask", says="Missing argument")


@pytest.mark.model
def test_a_part_of_what_is_understood_is_left_out_on_the_command_line(corpus_home):
    answer = json.loads(run(corpus_home, "ask", "--json", "--without", "newest", "Is the tank green now?").output)
    assert answer["understood"]["without"] == ["newest"]
    refused(corpus_home, "ask", "--without", "weather", "Is the tank green?", says="weather")
