"""What a hostile client sends, and a service that is looked at while it is sent.

spoiled({"question": "Who?", "k": 3})   # the value with one part of it, whichever, replaced by something hostile
Watched(folder).ask("POST", "/api/ask", b"...")   # the answer, once it kept the laws that every answer must keep
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import fuzz_worker
from conftest import ROOT
from fakes import write_article
from hypothesis import strategies as st

BOUND = 10  # seconds: a hang, whatever the machine is doing besides
HEADERS = ("content-security-policy", "x-content-type-options")
SECRET = "the canary that nobody may read"
ARTICLE = "The ferry Aurora sank near Bergen on Monday. All 84 passengers were rescued by fishermen."
QUEUE = "/gradio_api/queue"
SESSION = "session"

# --- values -------------------------------------------------------------------------------------------------------

# JSON that no Python value is written as; `encoded` puts it where its name stands.
RAW = {
    "@huge float@": "1e400",
    "@not a number@": "NaN",
    "@minus infinity@": "-Infinity",
    "@long number@": "9" * 400,
    "@longer number@": "9" * 5_000,
    "@deep list@": "[" * 10_000 + "]" * 10_000,
    "@deep object@": '{"a":' * 9_000 + "1" + "}" * 9_000,
}
NUMBERS = (None, True, 0, -1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**30, 1.5, -0.0, 1e308)
SHAPES = ([], {}, [[]], [None] * 1_000, {"": None}, {"__proto__": {"a": 1}}, [{"a": [{"b": {}}]}])
TEXTS = (
    "", " ", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202eevil", "\ufeff", "\x1b[31m", "\U000e0041",
    "\r\nset-cookie: a=b", "%00", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "' OR 1=1 --", '"*', "${7*7}", "{{7*7}}",
    "<script>alert(1)</script>", "-1", "9" * 30, "1e400", "NaN", "2024-13-45", "0000-00-00", "9999-12-31T25:00",
    "---\na: &a [*a]\n---\n", "a" * 300, "x" * 1_000_000, "!?" * 5_000, "\n" * 5_000, "a.md", "con", ".", "..",
)  # fmt: skip
PLAIN = ("Which ship sank near Bergen?", "ferry", "2024-05-17", "Gazette")


def places(secret: Path, pipe: Path, port: int, home: Path) -> tuple[str, ...]:
    """Names of what is not the client's: files, devices, addresses."""
    return (
        "/etc/passwd", "../../../../../../etc/passwd", "file:///etc/passwd", "~/.ssh/id_rsa", "/proc/self/environ",
        "/dev/zero", str(pipe), str(secret), f"file://{secret}", f"{home}/../{secret.name}", str(home / "index/token"),
        f"http://127.0.0.1:{port}/", f"http://localhost:{port}/a.txt", f"//127.0.0.1:{port}/", f"http://[::1]:{port}/",
        "http://169.254.169.254/latest/meta-data", "ftp://127.0.0.1/x", "http://[::1", "data:text/plain,x",
    )  # fmt: skip


def as_file(path: str) -> tuple[Any, ...]:
    """The ways in which gradio's clients name a file."""
    kind = {"meta": {"_type": "gradio.FileData"}}
    whole = {"path": path, "url": path, "orig_name": "a.txt", "size": 1, "mime_type": "text/plain", "is_stream": False}
    return ({"path": path, **kind}, {**whole, **kind}, {"url": path, **kind}, {"path": path}, {"files": [{"path": path}]})


class Hostile:
    """Values of all kinds, those among them that name what is not the client's."""

    def __init__(self, named: tuple[str, ...]) -> None:
        files = [value for path in named for value in as_file(path)]
        self.texts = st.sampled_from((*named, *TEXTS)) | st.text(max_size=20)
        self.files = st.sampled_from(files)
        self.values = (
            self.files | self.texts | st.sampled_from((*NUMBERS, *SHAPES, *RAW)) | self.files.map(lambda f: [[{"a": f}]])
        )

    def spoiled(self, value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        """Such a value as drawn, or with one part of it replaced by something hostile."""

        @st.composite
        def drawn(draw: st.DrawFn) -> Any:
            whole = draw(value)
            return put(whole, draw(st.sampled_from(list(parts(whole)))), draw(self.values))

        return value | drawn() | drawn() | drawn()

    def address(self, path: str, query: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[str]:
        """A route's address, its `{parts}` and some of its query filled in."""
        pieces = path.replace(":path}", "}").split("{")

        @st.composite
        def drawn(draw: st.DrawFn) -> str:
            filled = pieces[0]
            for piece in pieces[1:]:
                filled += _quoted(draw(self.texts), draw(st.sampled_from(["", "/"]))) + piece.partition("}")[2]
            asked = draw(st.fixed_dictionaries({}, optional={n: v | self.texts for n, v in query.items()}))
            text = {n: v if isinstance(v, str) else json.dumps(v) for n, v in asked.items()}
            return filled + ("?" + urlencode(text, errors="surrogatepass") if text else "")

        return drawn()


def like(schema: dict[str, Any], document: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values as a JSON schema describes them, as far as ours need it."""
    if reference := schema.get("$ref"):
        found: Any = document
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
        return st.deferred(lambda: like(found, document))
    if choices := schema.get("anyOf") or schema.get("allOf"):
        return st.one_of([like(choice, document) for choice in choices])
    match schema.get("type"):
        case "object":
            wanted = schema.get("required", [])
            fields = {name: like(field, document) for name, field in schema.get("properties", {}).items()}
            given = {name: fields.pop(name) for name in wanted}
            return st.fixed_dictionaries(given, optional=fields)
        case "array":
            return st.lists(like(schema.get("items", {}), document), max_size=2)
        case "integer" | "number":
            return st.integers(schema.get("minimum", 0), schema.get("maximum", 1_000))
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
    return st.sampled_from(PLAIN)


def parts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each part of a value, the whole first."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from parts(part, (*path, key))


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The value with what is at `path` replaced."""
    if not path:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


def encoded(value: Any) -> bytes:
    """JSON, also such as Python would not write."""
    text = json.dumps(value)
    for name, raw in RAW.items():
        text = text.replace(f'"{name}"', raw)
    return text.encode()


def form(name: str, data: bytes = b"A file.") -> bytes:
    """A form with one file; its boundary is `b`."""
    head = f'--b\r\ncontent-disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    return head.encode("utf-8", "surrogatepass") + data + b"\r\n--b--\r\n"


def _of_session(message: Any) -> str:
    """The session of a message of the queue, where it has one that an address can name."""
    name = message.get("session_hash") if isinstance(message, dict) else None
    return name if isinstance(name, str) and name.isprintable() and len(name) < 1_000 else ""


def _quoted(text: str, safe: str) -> str:
    return quote(text[:5_000], safe=safe, errors="surrogatepass")


# --- the service --------------------------------------------------------------------------------------------------


class Watched:
    """A service in a process of its own, its record, and the laws that every answer must keep."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        for n in range(3):
            write_article(self.home, f"ferry{n}", f"{ARTICLE} It was ship {n}.", title="Ferry sinks", outlet="Gazette")
        (folder / fuzz_worker.CANARY).write_text(SECRET)
        os.mkfifo(folder / "pipe")
        self.stranger = socket.create_server(("127.0.0.1", 0))  # whom nobody may call
        self.stranger.setblocking(False)
        port = self.stranger.getsockname()[1]
        self.hostile = Hostile(places(folder / fuzz_worker.CANARY, folder / "pipe", port, self.home))
        self._folder, self._hung, self._numbers = folder, False, itertools.count()
        self._start()

    def _start(self) -> None:
        with (self._folder / "serve.log").open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, Path(fuzz_worker.__file__), self.home], stdout=log, stderr=subprocess.STDOUT,
                cwd=self.home, env=self._environment(),
            )  # fmt: skip
        self.until(lambda: "Ready: " in self.log(), 120)
        self.port = int(self.log().partition("Groundwire: ")[2].split()[0].rpartition(":")[2])
        self.token = (self.home / "index" / "token").read_text("ascii")
        self.routes = json.loads((self._folder / fuzz_worker.ROUTES).read_text())
        self.document = json.loads(self.ask("GET", "/api/openapi.json")[1])
        self.config = json.loads(self.ask("GET", "/config")[1])
        self.played([self.message(event) for event in self.events()])  # what is imported late, is now
        self._read = len(self._record())

    def _environment(self) -> dict[str, str]:
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("QA_", "GRADIO_"))}
        return {**kept, "PYTHONPATH": str(ROOT), "HOME": str(self.home), "HF_HUB_OFFLINE": "1"}

    def events(self) -> list[dict[str, Any]]:
        """The events of gradio's configuration that the server handles."""
        return [event for event in self.config["dependencies"] if event["backend_fn"]]

    def message(self, event: dict[str, Any]) -> dict[str, Any]:
        """What the page sends for an event."""
        kinds = {c["id"]: c["type"] for c in self.config["components"]}
        data = ["ferry" if kinds[id] == "textbox" else None for id in event["inputs"]]
        trigger = event["targets"][0][0] if event["targets"] else None
        said = {"token": "x", "act": "article", "value": "x", "id": "ferry", "files": [{"name": "a.md", "path": "a.md"}]}
        return {"data": data, "event_data": said, "fn_index": event["id"], "trigger_id": trigger, "session_hash": SESSION}

    def log(self) -> str:
        return (self._folder / "serve.log").read_text()

    def trespasses(self) -> list[tuple[str, str]]:
        """What was opened outside the home, and whom the service called, since this was asked last."""
        found, self._read = self._record()[self._read :], len(self._record())
        return [tuple(json.loads(line)) for line in found]

    def descriptors(self) -> list[str]:
        """What the process holds open."""
        folder = f"/proc/{self.process.pid}/fd"
        return sorted(os.readlink(f"{folder}/{n}") for n in os.listdir(folder))

    def trespass(self) -> None:
        """Make the process open a file outside its home and call somebody."""
        self.process.send_signal(signal.SIGUSR1)

    def called(self) -> bool:
        """Whether somebody called the stranger."""
        try:
            self.stranger.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """Status and body of an answer that kept the laws; of one that never ends, nothing of the body."""
        assert not self._hung, "the service hung before this"
        try:
            answer, data = self._asked(method, path, body, headers)
        except TimeoutError:
            self._hung = True
            raise AssertionError(f"no answer within {BOUND} s: {method} {path[:200]} {(body or b'')[:300]!r}") from None
        said = f"{method} {path[:200]} {(body or b'')[:300]!r}: {answer.status} {data[:300]!r}"
        assert answer.status < 500, said
        assert all(answer.headers.get(name) for name in HEADERS), f"no {HEADERS}: {said}"
        assert self.token.encode() not in data, said
        assert SECRET.encode() not in data, said
        return answer.status, data

    def lives(self) -> None:
        """Its health is told at once, it opened nothing and called nobody."""
        assert self.ask("GET", "/api/health")[0] == 200
        assert not (found := self.trespasses()), found
        assert not self.called()

    def played(self, messages: list[Any]) -> None:
        """Put messages into gradio's queue, those of SESSION under a new one, and wait until all have been dealt with."""
        waiting, session = set(), f"session{next(self._numbers)}"
        for message in messages:
            said = {**message, "session_hash": session} if _of_session(message) == SESSION else message
            if self.ask("POST", f"{QUEUE}/join", encoded(said))[0] == 200:
                waiting.add(_of_session(said))
        for name in sorted(waiting - {""}):
            self._drained(name)

    def until(self, true: Callable[[], object], seconds: float = BOUND) -> bool:
        """Wait for something; whether it came."""
        deadline = time.monotonic() + seconds
        while not true():
            assert self.process.poll() is None, f"the service ended: {self.log()}"
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def stop(self) -> None:
        self.stranger.close()
        self.process.terminate()
        try:
            self.process.wait(1 if self._hung else 15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _record(self) -> list[str]:
        return (self._folder / fuzz_worker.RECORD).read_text().splitlines()

    def _connected(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=BOUND)
        own = {"authorization": f"Bearer {self.token}"} if hasattr(self, "token") else {}
        kind = {} if body is None else {"content-type": "application/json"}
        connection.request(method, path, body, {**own, **kind, **{k.replace("_", "-"): v for k, v in headers.items()}})
        return connection

    def _asked(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[Any, bytes]:
        connection = self._connected(method, path, body, headers)
        try:
            answer = connection.getresponse()
            endless = answer.headers.get("content-length") is None and method == "GET"
            return answer, b"" if endless else answer.read()
        finally:
            connection.close()

    def _drained(self, session: str) -> None:
        """Read what the queue tells a page until it has nothing more to tell."""
        address = f"{QUEUE}/data?" + urlencode({"session_hash": session}, errors="surrogatepass")
        connection = self._connected("GET", address, None, {})
        try:
            for line in connection.getresponse():
                assert SECRET.encode() not in line, line
                if b'"close_stream"' in line:
                    return
        except TimeoutError:
            self._hung = True
            raise AssertionError(f"an event was not dealt with within {BOUND} s") from None
        finally:
            connection.close()
