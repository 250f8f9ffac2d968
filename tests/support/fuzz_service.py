"""A real `qa serve` that is looked at while hostile things are sent to it: see `fuzz_worker` for what is recorded.

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
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import fuzz_worker
from fakes import write_article
from fuzz_values import Hostile, encoded, places
from places import ROOT

BOUND = 10  # seconds: a hang, whatever the machine is doing besides
HEADERS = ("content-security-policy", "x-content-type-options")
SECRET = "the canary that nobody may read"
ARTICLE = "The ferry Aurora sank near Bergen on Monday. All 84 passengers were rescued by fishermen."
QUEUE = "/gradio_api/queue"
SESSION = "session"


class Watched:
    """A service in a process of its own, its record, and the laws that every answer must keep."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        for n in range(3):
            write_article(self.home, f"ferry{n}", f"{ARTICLE} It was ship {n}.", title="Ferry sinks", outlet="Gazette")
        self.canary = folder / fuzz_worker.CANARY
        self.canary.write_text(SECRET)
        os.mkfifo(folder / "pipe")
        self.stranger = socket.create_server(("127.0.0.1", 0))  # whom nobody may call
        self.stranger.setblocking(False)
        port = self.stranger.getsockname()[1]
        self.hostile = Hostile(places(self.canary, folder / "pipe", port, self.home))
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
        taken = self.played([self.message(event) for event in self.events()])  # what is imported late, is now
        assert set(taken) == {200}, taken  # what is hostile below is so by its one part alone
        self._read, self._open = len(self._record()), Counter(self._descriptors())

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
        said = {"token": "x", "act": "article", "value": "x", "id": "ferry", "files": [{"name": "a.md", "id": "x"}]}
        return {
            "data": data,
            "event_data": said,
            "fn_index": event["id"],
            "trigger_id": trigger,
            "session_hash": SESSION,
        }

    def log(self) -> str:
        return (self._folder / "serve.log").read_text()

    def trespasses(self) -> list[tuple[str, str]]:
        """What was opened outside the home, and whom the service called, since this was asked last."""
        record = self._record()
        found, self._read = record[self._read :], len(record)
        return [tuple(json.loads(line)) for line in found]

    def left_open(self) -> Counter[str]:
        """What the process holds open that it did not hold when it was ready."""
        return self._descriptors() - self._open

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

    def played(self, messages: Sequence[Any]) -> list[int]:
        """Put messages into gradio's queue, those of SESSION under a new one, and wait until all that it took have been
        dealt with; the statuses.
        """
        session, waiting, statuses = f"session{next(self._numbers)}", set[str](), list[int]()
        for message in messages:
            said = {**message, "session_hash": session} if _of_session(message) == SESSION else message
            statuses.append(self.ask("POST", f"{QUEUE}/join", encoded(said))[0])
            waiting |= {_of_session(said)} if statuses[-1] == 200 else set()
        for name in sorted(waiting - {""}):
            self._drained(name)
        return statuses

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

    def _descriptors(self) -> Counter[str]:
        """What the process holds open: files by name, the rest by kind."""
        folder, found = f"/proc/{self.process.pid}/fd", Counter[str]()
        for number in os.listdir(folder):
            with suppress(FileNotFoundError):
                name = os.readlink(f"{folder}/{number}")
                if not name.startswith(str(self.home / "index")):  # each thread has its own connection to a database
                    found[name.partition(":[")[0] if ":[" in name else name] += 1
        return found

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


def _of_session(message: Any) -> str:
    """The session of a message of the queue, where it has one that an address can name."""
    name = message.get("session_hash") if isinstance(message, dict) else None
    return name if isinstance(name, str) and name.isprintable() and len(name) < 1_000 else ""
