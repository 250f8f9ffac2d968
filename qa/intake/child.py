"""The inside of the sandbox: a process that parses the files it is sent, one after another, within its limits.

`sandbox.py` runs this file as a script, with `-I` and an empty environment, and talks to it over one socket in frames:
two lengths, a head in JSON and a body of bytes. Nothing it prints and nobody's current folder matters here.

The wall is what the kernel keeps: limits of memory, computing time, files and processes, set before the first byte of
a file is read. The audit hook is a belt: it stops a parser that opens a socket or starts a program in Python, and knows
nothing of what C code does by itself. Files may be read, as everything that runs as this user may read them. A file
that takes a parser over could falsify those read after it by the same process.

Where the system keeps no limit of memory (macOS), a thread looks at the peak instead: it comes late when C code holds
the interpreter.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import resource
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from typing import Any, BinaryIO, NoReturn

HEAD = struct.Struct(">II")  # the lengths of a frame's head and body
MAX_HEAD = 64 * 1024  # bytes; a draft's fields are a few lines, its text is the body
MAX_REASON = 1_000  # characters
OUT_OF_MEMORY, ORPHANED = 70, 71  # exit codes
OPEN_FILES = 64  # libraries and their data; a parser opens none itself
PEAK_SECONDS = 0.05  # between two looks at the memory, where nothing else limits it

DENIED = frozenset(
    "socket.__new__ socket.connect socket.bind socket.getaddrinfo socket.gethostbyname socket.sendto "
    "subprocess.Popen os.system os.exec os.fork os.forkpty os.posix_spawn os.kill os.killpg os.remove os.rename "
    "os.rmdir os.mkdir os.link os.symlink os.truncate os.chmod os.chown sqlite3.connect".split()
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

Parse = Callable[..., Iterable[Any]]
Frame = tuple[dict[str, Any], bytes]


def main() -> None:
    task = json.loads(sys.argv[1])
    line = socket.socket(fileno=task["line"])
    requests: SimpleQueue[Frame] = SimpleQueue()
    threading.Thread(target=_listen, args=(line.makefile("rb"), requests), daemon=True).start()
    try:
        for name, origin in task["modules"].items():
            _take(name, origin)
        module, _, function = task["parser"].partition(":")
        parse = getattr(importlib.import_module(module), function)
        confine(task["memory"])
    except Exception as error:
        send(line, {"kind": "failed", "reason": _reason(error)})
        os._exit(1)
    send(line, {"kind": "ready"})
    serve(line, requests, parse, task["cpu"])


def serve(line: socket.socket, requests: SimpleQueue[Frame], parse: Parse, cpu: int) -> NoReturn:
    """Answer each request with what the parser makes of it, then with how it ended."""
    threads = threading.active_count()
    while True:
        head, data = requests.get()
        _allow_computing(cpu)
        end = _parse(line, parse, head, data)
        # A thread left behind would spend the next file's time.
        send(line, {**end, "reusable": threading.active_count() == threads})


def _parse(line: socket.socket, parse: Parse, head: dict[str, Any], data: bytes) -> dict[str, Any]:
    from qa.core.errors import ArticleError

    try:
        for item in parse(data, **head):
            send(line, *_frame(item))
    except ArticleError as error:
        return {"kind": "refused", "reason": str(error)[:MAX_REASON]}
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException as error:  # a parser that exits has failed too
        return {"kind": "failed", "reason": _reason(error)}
    return {"kind": "done"}


def _frame(item: Any) -> Frame:
    from qa.core.types import Draft, Link, Refusal

    if isinstance(item, Link):
        return {"kind": "link", "name": item.name, "reason": item.reason, "address": item.address}, b""
    if isinstance(item, Refusal):
        return {"kind": "refusal", "name": item.name, "reason": item.reason}, b""
    if not isinstance(item, Draft):
        raise TypeError(f"the parser gave a {type(item).__name__}, not a draft")
    fields = {name: [found.value, found.origin] for name, found in item.metadata.items()}
    head: dict[str, Any] = {"kind": "draft", "metadata": fields, "name": item.name, "notes": item.notes, "id": item.id}
    head |= {"pages": item.pages} if item.pages else {}
    return head, item.text.encode("utf-8", "replace")


def send(line: socket.socket, head: dict[str, Any], body: bytes = b"") -> None:
    """Write one frame, whole."""
    encoded = json.dumps(head).encode()
    if len(encoded) > MAX_HEAD:
        raise ValueError(f"its metadata take {len(encoded):,} bytes; at most {MAX_HEAD:,} are taken")
    line.sendall(HEAD.pack(len(encoded), len(body)) + encoded)
    line.sendall(body)


def _listen(stream: BinaryIO, requests: SimpleQueue[Frame]) -> None:
    """Pass requests on; end the process, whatever it is doing, when the other end is closed.

    Linux could send a signal (PR_SET_PDEATHSIG), but does so when the thread ends that started this process.
    """
    try:
        while len(lengths := stream.read(HEAD.size)) == HEAD.size:
            head, body = HEAD.unpack(lengths)
            requests.put((json.loads(stream.read(head)), stream.read(body)))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except OSError:
        pass
    os._exit(ORPHANED)


def _take(name: str, origin: str) -> None:
    """Import `name` from the file `origin`, without putting the folder it lies in on the path."""
    spec = importlib.util.spec_from_file_location(name, origin)
    if spec is None or spec.loader is None:
        raise ImportError(f"{origin} is no Python file")
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])


def confine(memory: int) -> None:
    """Give up what a parser does not need, for good. Limits that the system does not know are left out."""
    limits = {"CORE": 0, "FSIZE": 0, "NOFILE": OPEN_FILES, "AS": memory, "NPROC": 0}  # the superuser may start more
    for name, value in limits.items():
        try:
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
        except (AttributeError, ValueError, OSError):
            if name == "AS":
                threading.Thread(target=watch_memory, args=(memory,), daemon=True).start()
    sys.addaudithook(_refuse)


def watch_memory(memory: int, leave: Callable[[int], object] = os._exit) -> None:
    """Leave once this process has held more than `memory` bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit <= memory:
        time.sleep(PEAK_SECONDS)
    leave(OUT_OF_MEMORY)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in DENIED or (event == "open" and arguments[2] & WRITING):
        raise PermissionError(f"a parser may not do this: {event}")


def _allow_computing(seconds: int) -> None:
    """Let this file compute for so long; the kernel ends the process (SIGXCPU) when it goes on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime) + 1 + seconds
    with contextlib.suppress(ValueError, OSError):  # a lower limit was there before: it holds
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".removesuffix(": ")[:MAX_REASON]


if __name__ == "__main__":
    main()
