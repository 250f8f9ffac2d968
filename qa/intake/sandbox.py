"""The sandbox: every file that somebody else made is parsed in a child process, within limits, never in this one.

Knows processes, limits and what may come back; knows no format. `child.py` is the other side and says what holds a
parser in. One child parses file after file, since importing the parsers takes it longer than most files do; it is
killed with all its descendants and replaced when a limit is hit, when it crashes, and after a number of files.

A file is read to its end, or to its limit, before the first draft is handed on: the child is free for the next file
however long the caller takes over each draft, and a caller that stops half-way leaves nothing behind. What comes back
is counted, and checked like anything a stranger sends: a child that was taken over can say wrong things about its
files, but cannot make this process run code or hold more than the limits say.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import qa
from qa.core.errors import ArticleError, ServiceError
from qa.core.types import METADATA, Draft, Found, Link, Refusal
from qa.intake import child
from qa.intake.child import HEAD, MAX_HEAD, OUT_OF_MEMORY

PARSER = "qa.intake.parsers:parse"
START_SECONDS = 60.0  # to import the parsers: half a second, or much more while the disk is busy
MB = 1024 * 1024
ELSE = "save its text as a .txt file and add that."
STOPPING = "The service is stopping. Add the file again once it has started."


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one file may take."""

    seconds: float = 120.0  # by the clock: twice the computing time, for a machine that is busy with other things
    computing: int = 60  # seconds of CPU; a book of 1,000 pages takes a few
    memory: int = 1024 * MB  # address space, of which the interpreter and the parsers' libraries take 160 MB
    drafts: int = 10_000  # articles in one file
    output: int = 32 * MB  # of text and metadata; the longest novels are 3 MB
    files: int = 500  # that one child reads before a fresh one takes over, which bounds what libraries leak


class Parsers:
    """The parsers, in a child process that starts with the first file. Safe to share between threads."""

    def __init__(self, parser: str = PARSER, limits: Limits | None = None) -> None:
        self._parser, self._limits = parser, limits or Limits()
        self._child: _Child | None = None
        self._turn = threading.Lock()  # one file at a time, each for as long as its limits allow
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def parse(
        self, data: bytes, name: str, address: str | None = None, charset: str | None = None
    ) -> Iterator[Draft | Refusal]:
        """Yield what the parser finds in a file, in its order. `charset` is what the sender of the file said of it.

        Raises ArticleError where it ends early, after what was found until then; ServiceError when no child can start.
        """
        head = {"name": name, "address": address} | ({"charset": charset} if charset else {})
        with self._turn:
            found, problem = self._read(head, data)
        yield from found
        if problem is not None:
            raise problem

    def close(self) -> None:
        """End the child, also while it reads a file for another thread."""
        self._closed = True
        if (current := self._child) is not None:
            current.end()  # whoever waits for it stops waiting
        with self._turn:
            self._drop()

    def _read(self, head: dict[str, Any], data: bytes) -> tuple[list[Draft | Refusal], ArticleError | None]:
        while True:
            current = self._ready()
            fresh = current.files == 0
            found, problem = current.read(head, data)
            if problem is not None and self._closed:
                raise ServiceError(STOPPING)
            if fresh or not current.crashed:
                return found, problem
            # What earlier files left in that child may be to blame: once more, in a child of its own.

    def _ready(self) -> _Child:
        if self._child is not None and (self._child.over or self._child.files >= self._limits.files):
            self._drop()
        if self._closed:
            raise ServiceError(STOPPING)
        if self._child is None:
            self._child = _Child(self._parser, self._limits)
        return self._child

    def _drop(self) -> None:
        if self._child is not None:
            self._child.drop()
            self._child = None


class _TooMuch(Exception):
    """More came back than the limits allow; the message says of what."""


class _Child:
    """One process and the line to it."""

    def __init__(self, parser: str, limits: Limits) -> None:
        self._limits = limits
        self.files = 0  # it has been given
        self.over = False  # it must not be used again
        self.crashed = False  # or filled its memory
        self._ending = threading.Lock()
        self._line, theirs = socket.socketpair()
        with theirs:
            self._process = _start(parser, limits, theirs.fileno())
        self._await_ready()

    def read(self, head: dict[str, Any], data: bytes) -> tuple[list[Draft | Refusal], ArticleError | None]:
        """Yield what the parser finds, then raise the reason if it ended early."""
        self.files += 1
        self.over = True  # until it has answered to the end
        deadline, left = time.monotonic() + self._limits.seconds, self._limits.output
        found: list[Draft | Refusal] = []
        try:
            self._send(head, data, deadline)
            while True:
                answer, body, left = self._receive(deadline, left)
                if answer.get("kind") not in ("draft", "refusal", "link"):
                    return found, self._ended(answer)
                if len(found) == self._limits.drafts:
                    raise _TooMuch(f"more than {self._limits.drafts:,} articles")
                found.append(_item(answer, body))
        except (_TooMuch, EOFError, OSError, ValueError) as error:
            return found, self._explained(error)

    def end(self) -> None:
        """Kill the process and whatever it has started."""
        with self._ending:
            if self._process.returncode is None:  # it is not reaped yet, so its number is still its own
                with contextlib.suppress(OSError):  # it has just ended by itself, and macOS minds
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def drop(self) -> None:
        """Kill it and close the line; only for the thread whose turn it is."""
        self.end()
        self._line.close()

    def _await_ready(self) -> None:
        try:
            answer, _, _ = self._receive(time.monotonic() + START_SECONDS, MAX_HEAD)
        except (_TooMuch, EOFError, OSError, ValueError) as error:
            answer = {"reason": type(error).__name__}
        if answer.get("kind") != "ready":
            self.drop()
            raise ServiceError(
                f"The parsers cannot be started ({answer.get('reason')}; exit {self._process.returncode}). "
                "Install Groundwire anew, with all it needs: pip install -e ."
            )

    def _ended(self, answer: dict[str, Any]) -> ArticleError | None:
        """Return the reason why the parser ended, in its own words; None when it came to the end of the file."""
        kind, reason = answer.get("kind"), answer.get("reason")
        if kind == "done":
            problem = None
        elif kind == "refused":
            problem = ArticleError(_text(reason))
        elif kind == "failed":
            problem = ArticleError(f"The parser failed on it ({_text(reason)}). Save it anew, or {ELSE}")
        else:
            raise ValueError("an unknown frame")
        self.over = answer.get("reusable") is not True
        return problem

    def _explained(self, error: Exception) -> ArticleError:
        """Explain what ended it, seen from outside. The process is killed first."""
        self.end()
        code, limits = self._process.returncode, self._limits
        if isinstance(error, TimeoutError):
            return ArticleError(f"Reading it took longer than {limits.seconds:g} s. Split it, or {ELSE}")
        if isinstance(error, _TooMuch):
            return ArticleError(f"It holds {error}; no more are taken from one file. Split it.")
        if code == -signal.SIGXCPU:
            return ArticleError(f"Reading it took more than {limits.computing} s of computing. Split it, or {ELSE}")
        self.crashed = True
        if code == OUT_OF_MEMORY:
            return ArticleError(
                f"Reading it needed more than {limits.memory // MB:,} MB of memory. Split it, or {ELSE}"
            )
        how = signal.strsignal(-code) if code < 0 else f"exit {code}"
        return ArticleError(f"The parser crashed on it ({how}). It may be damaged: save it anew, or {ELSE}")

    def _send(self, head: dict[str, Any], data: bytes, deadline: float) -> None:
        encoded = json.dumps(head).encode()
        for part in (HEAD.pack(len(encoded), len(data)), encoded, data):
            self._line.settimeout(_remaining(deadline))
            self._line.sendall(part)

    def _receive(self, deadline: float, left: int) -> tuple[dict[str, Any], bytes, int]:
        """Receive one frame; return it and the bytes of `left` that are left after it."""
        head, body = HEAD.unpack(self._exactly(HEAD.size, deadline))
        if head > MAX_HEAD:
            raise ValueError("a head too long")
        if (left := left - head - body) < 0:
            raise _TooMuch(f"more than {self._limits.output // MB:,} MB of text")
        try:
            answer = json.loads(self._exactly(head, deadline))
        except RecursionError as error:
            raise ValueError("a head nested too deep") from error
        if not isinstance(answer, dict):
            raise ValueError("a head that is no object")
        return answer, self._exactly(body, deadline), left

    def _exactly(self, size: int, deadline: float) -> bytes:
        got = bytearray()
        while len(got) < size:
            self._line.settimeout(_remaining(deadline))
            part = self._line.recv(min(size - len(got), MB))
            if not part:
                raise EOFError
            got += part
        return bytes(got)


def _item(head: dict[str, Any], body: bytes) -> Draft | Refusal:
    """Return a draft or a refusal as a child sent it. Raises ValueError when it is none."""
    try:
        if head["kind"] == "link":
            return Link(_text(head["name"]), _text(head["reason"]), _text(head["address"]))
        if head["kind"] == "refusal":
            return Refusal(_text(head["name"]), _text(head["reason"]))
        metadata = {str(k): Found(_text(value), _text(origin)) for k, (value, origin) in head["metadata"].items()}
        notes = tuple(_text(note) for note in head["notes"])
        pages = tuple(head.get("pages", ()))
        draft = Draft(body.decode(), metadata, _text(head["name"]), notes, _text(head["id"]), pages)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no draft") from error
    if not metadata.keys() <= set(METADATA):
        raise ValueError("an unknown field")
    if any(type(offset) is not int for offset in pages):
        raise ValueError("an offset that is no number")
    return draft


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"a {type(value).__name__} where text belongs")
    return value.encode("utf-8", "replace").decode()  # half a character could not be printed


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _start(parser: str, limits: Limits, line: int) -> subprocess.Popen[bytes]:
    """Return the process, which may have ended by itself when this returns. Raises ServiceError."""
    task = {
        "line": line, "parser": parser, "modules": _modules(parser), "memory": limits.memory, "cpu": limits.computing
    }  # fmt: skip
    try:
        return subprocess.Popen(  # noqa: S603
            # -I: nothing is imported from the current folder, or because a variable says so.
            [sys.executable, "-I", "-B", "-X", "utf8", child.__file__, json.dumps(task)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
            env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}, pass_fds=[line], start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise ServiceError(
            f"No process can be started to read files in ({error}). Close something and add them again."
        ) from error


def _modules(parser: str) -> dict[str, str]:
    """Return the places of our package, and of the parsers' if they are in another: exactly there, by no path."""
    top = parser.partition(":")[0].partition(".")[0]
    spec = importlib.util.find_spec(top)
    if spec is None or spec.origin is None:
        raise ServiceError(f"There is no module {top!r} to parse files with.")
    return {"qa": str(qa.__file__), top: spec.origin}
