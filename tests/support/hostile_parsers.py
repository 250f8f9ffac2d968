"""Parsers that do what no parser should, each named by the first word of its file; `fine` gives a draft for each word.

Runs in the sandbox's child; imports nothing of the tests.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

from qa.core.errors import ArticleError
from qa.core.types import Draft, Found, Refusal

LEFT = []  # what stays in the process after a file


def parse(data, name, address, charset=None):
    what, *words = data.decode().split(" ")
    return globals()[what](words, name, address, charset)


def fine(words, name, address, charset):
    for word in words:
        yield Draft(
            f"{word} is a word.",
            {"title": Found(word[:9], "the text")},
            f"{name}#{word[:9]}",
            (f"{address} {charset}",),
        )


def mixed(*_):
    yield Draft("The first.")
    yield Refusal("second", "It is empty.")
    yield Draft("The third.")


def process(*_):
    yield Draft(str(os.getpid()))


def hang(*_):
    yield Draft("Before it hung.")
    time.sleep(600)


def spin(*_):
    while True:
        pass


def work(words, *_):
    began = time.process_time()
    while time.process_time() - began < float(words[0]):
        pass
    yield Draft(str(os.getpid()))


def eat(*_):
    held = []
    while True:
        held.append(bytearray(16 << 20))


def hoard(*_):
    LEFT.append(bytearray(200 << 20))
    yield Draft("It kept 200 MB.")


def need(*_):
    bytearray(200 << 20)
    yield Draft("It needed 200 MB.")


def leave(*_):
    os._exit(3)


def crash(*_):
    yield Draft("Before it crashed.")
    ctypes.string_at(0)


def haunt(*_):
    """A crash that comes with the next file."""
    global fine
    fine = crash
    yield Draft("It was fine.")


def noise(*_):
    print("{}" * 10_000, flush=True)
    print("noise", file=sys.stderr, flush=True)
    os.write(1, b"\x00" * 100)
    os.write(2, b"\x00" * 100)
    yield Draft("It was loud.")


def nothing(*_):
    return None


def number(*_):
    yield 7


def endless(*_):
    while True:
        yield Draft("And another.")


def huge(*_):
    while True:
        yield Draft("x" * (1 << 20))


def verbose(*_):
    yield Draft("x", {"title": Found("x" * 100_000, "the text")})


def half(*_):
    yield Draft("half \ud800 a character", {"title": Found("\udfff", "\udfff")})


def threads(*_):
    threading.Thread(target=spin, daemon=True).start()
    yield Draft(str(os.getpid()))


def close(*_):
    os.closerange(0, 64)
    yield Draft("Nobody hears it.")
    time.sleep(600)


def refuse(*_):
    raise ArticleError("It is a picture. Add its text.")


def fail(*_):
    raise ValueError("no such box")


def quit(*_):
    sys.exit("enough")


def reach(words, *_):
    """Try one thing that a parser may not do."""
    tries = {
        "socket": socket.socket,
        "resolve": lambda: socket.getaddrinfo("localhost", 80),
        "program": lambda: subprocess.run(["true"]),
        "shell": lambda: os.system("true"),
        "fork": os.fork,
        "kill": lambda: os.kill(os.getppid(), 0),
        "write": lambda: Path(words[1]).write_text("x"),
        "append": lambda: os.open(words[1], os.O_APPEND | os.O_WRONLY | os.O_CREAT),
        "remove": lambda: os.remove(words[1]),
    }
    tries[words[0]]()
    yield Draft("It could.")


def write(words, *_):
    """Write to a file without Python's knowing, as C code might."""
    libc = ctypes.CDLL(None, use_errno=True)
    file = libc.open(words[0].encode(), os.O_WRONLY | os.O_CREAT, 0o600)
    yield Draft(str(libc.write(file, b"text", 4)))


def surroundings(*_):
    seen = {"environment": dict(os.environ), "folder": os.getcwd(), "path": sys.path}
    if sys.platform == "linux":
        seen["limits"] = Path("/proc/self/limits").read_text()
    yield Draft(json.dumps(seen))


def breed(*_):
    """A child of its own, past the audit hook."""
    pid = ctypes.CDLL(None).fork()
    if pid == 0:
        time.sleep(600)
    yield Draft(str(pid))
    time.sleep(600)


def forge(words, *_):
    """Write to the line by itself."""
    frames = {
        "junk": b"\xff" * 1000,
        "claim": struct.pack(">II", 2, 0xFFFFFFFF) + b"{}",
        "head": struct.pack(">II", 0xFFFFFFFF, 0),
        "list": struct.pack(">II", 2, 0) + b"[]",
        "deep": struct.pack(">II", 60_000, 0) + b"[" * 60_000,
        "draft": struct.pack(">II", 16, 0) + b'{"kind":"draft"}',
        "short": struct.pack(">II", 100, 0) + b"{}",
    }
    for number in range(3, 64):
        try:
            os.write(number, frames[words[0]])
        except OSError:
            pass
    os._exit(0)
