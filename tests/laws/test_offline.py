"""Nothing leaves the machine: from an empty index to an answer, with stray keys about, no socket leads off loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap

import pytest
from browser import Service

# Runs in the process under test before anything else, and in every child of it: denies and records.
WATCH = """
import os, socket
LOCAL = {"127.0.0.1", "::1", "localhost"}

def record(what, target):
    with open(os.environ["GW_RECORD"], "a") as file:
        file.write(f"{what} {target!r}\\n")
    raise OSError(101, "denied by the test")

def watched(name):
    real = getattr(socket.socket, name)
    def call(self, address, *rest):
        if self.family != socket.AF_UNIX and not (isinstance(address, tuple) and address[0] in LOCAL):
            record(name, address)
        return real(self, address, *rest)
    return call

for name in ("connect", "connect_ex"):
    setattr(socket.socket, name, watched(name))

def resolving(name):
    real = getattr(socket, name)
    def call(host, *rest, **more):
        if host not in LOCAL and host is not None:
            record(name, host)
        return real(host, *rest, **more)
    return call

for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
    setattr(socket, name, resolving(name))
open(os.environ["GW_RECORD"] + ".started", "a").write("x")
"""


@pytest.fixture
def denied(tmp_path):
    """Environment in which a process may not leave loopback, and the record of its attempts."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(WATCH)
    record = tmp_path / "record"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "TRANSFORMERS_", "ANONYMIZED"))}
    environment |= {
        "PYTHONPATH": str(site), "GW_RECORD": str(record), "OPENAI_API_KEY": "sk-stray", "ANTHROPIC_API_KEY": "stray",
        "HOME": str(tmp_path), "HF_HOME": str(tmp_path / "cold-cache"),
    }  # fmt: skip
    return environment, record


def qa(environment, home, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", "from qa.cli.commands import main; main()", *arguments],
        env={**environment, "QA_HOME": str(home)}, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_watch_works(denied):
    """The test of the test: a process that tries is denied and recorded."""
    environment, record = denied
    code = textwrap.dedent("""
        import socket, urllib.request
        for reach in (
            lambda: urllib.request.urlopen("http://example.org"),
            lambda: socket.create_connection(("192.0.2.1", 9)),
        ):
            try: reach()
            except OSError: pass
    """)
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)
    assert "getaddrinfo 'example.org'" in record.read_text()
    assert "192.0.2.1" in record.read_text()


def test_from_an_empty_index_to_an_answer_no_socket_leaves_the_machine(starter_home, denied):
    """Cold cache, stray keys, the real model: index, heal Chroma, ask, check."""
    environment, record = denied
    assert "1 added" in qa(environment, starter_home, "index")
    answer = json.loads(
        qa(environment, starter_home, "ask", "--json", "How many civilians were killed in the missile strike on Kyiv?")
    )
    assert not answer["declined"]
    quotes = [c["quote"] for s in answer["sentences"] for c in s["citations"]]
    assert any("killed 12 civilians" in quote for quote in quotes)
    assert (record.parent / "record.started").exists()
    assert not record.exists(), record.read_text()


def test_a_service_that_is_asked_by_page_route_and_tool_reaches_for_nothing_outside(starter_home, denied, monkeypatch):
    environment, record = denied
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    service = Service(starter_home)
    try:
        service.wait_until_ready()
        assert service.get("/").status_code == 200
        assert service.get("/config").status_code == 200
        answer = service.http.post(f"{service.url}/api/ask", json={"question": "Who is Hugh Griffiths?"}).json()
        assert not answer["declined"]
        listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        accept = {"accept": "application/json, text/event-stream"}
        assert service.http.post(f"{service.url}/mcp", json=listing, headers=accept).status_code == 200
    finally:
        service.stop()
    assert (record.parent / "record.started").exists()
    assert not record.exists(), record.read_text()
