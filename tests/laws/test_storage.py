"""Disks that are full or read-only, names and files that are not as they should be: what was there stays."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from fakes import open_fake, write_article
from places import ROOT

from qa.core.errors import ReadOnly, StorageError
from qa.core.types import Filters
from qa.index.catalog.catalog import Catalog
from qa.index.lock import IndexLock
from qa.quality.doctor import examine
from qa.service.conversations import IN_MEMORY, Conversations
from qa.web.page.chat.bar import bar
from qa.web.server import TOKEN_FILE, service_token

# --- a delete that cannot be carried out --------------------------------------------------------------------------


@pytest.fixture
def service(home):
    for name in ("tank", "ship"):
        write_article(home, name, f"The {name} is green.")
    with open_fake(home) as qa:
        qa.sync()
        yield qa


def state(qa) -> tuple[object, ...]:
    corpus = {p.name: (p.read_bytes(), p.stat().st_mtime_ns, p.stat().st_ino) for p in qa.settings.corpus.iterdir()}
    return corpus, [(a.id, a.version) for a in qa.articles()]


@pytest.mark.parametrize("fault", ["full", "full at the end", "I/O"])
def test_a_delete_that_the_catalog_cannot_write_leaves_file_and_index_as_they_were(service, monkeypatch, fault):
    before = state(service)
    real = Catalog._erase

    def fails(self, db, id):
        if fault == "full at the end":
            real(self, db, id)
        raise sqlite3.OperationalError("disk I/O error" if fault == "I/O" else "database or disk is full")

    monkeypatch.setattr(Catalog, "_erase", fails)
    with pytest.raises(StorageError):
        service.remove("tank")
    monkeypatch.undo()
    assert state(service) == before
    assert service.ask("Is the tank green?").sentences[0].text == "The tank is green."
    assert not service.sync().changed
    assert not [f for f in examine(service) if f.problems]
    service.remove("tank")
    assert [p.name for p in service.settings.corpus.iterdir()] == ["ship.md"]


def test_a_delete_whose_file_cannot_be_moved_leaves_everything_as_it_was(service, monkeypatch):
    before = state(service)

    def refuses(*_):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("os.replace", refuses)
    with pytest.raises(StorageError, match="Could not remove tank"):
        service.remove("tank")
    monkeypatch.undo()
    assert state(service) == before


# --- the service's token ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", ["link", "dangling link", "readable", "another's", "hard link", "empty", "short", "pipe"]
)
def test_a_token_that_others_could_know_is_replaced(tmp_path, wrong):
    index = tmp_path / "index"
    token, path, other = service_token(index), index / TOKEN_FILE, tmp_path / "elsewhere"
    assert service_token(index) == token, "it is kept"
    if wrong in ("link", "dangling link"):
        path.unlink()
        path.symlink_to(other)
        if wrong == "link":
            other.write_text(token)
            other.chmod(0o600)
    elif wrong == "hard link":
        os.link(path, other)
    elif wrong == "readable":
        path.chmod(0o640)
    elif wrong == "another's":
        if os.geteuid() != 0:
            pytest.skip("only root gives files away")
        os.chown(path, 65534, 65534)
    elif wrong == "pipe":
        path.unlink()
        os.mkfifo(path)
    else:
        path.write_text("" if wrong == "empty" else "short")
    made = service_token(index)
    assert made != token
    assert len(made) >= 24
    info = path.lstat()
    assert stat.S_ISREG(info.st_mode)
    assert (stat.S_IMODE(info.st_mode), info.st_uid, info.st_nlink) == (0o600, os.geteuid(), 1)
    if wrong in ("link", "hard link"):
        assert other.read_text() == token, "what it led to is left alone"
    assert wrong != "dangling link" or not other.exists()
    assert [p.name for p in index.iterdir()] == [TOKEN_FILE]
    assert service_token(index) == made


# --- a name that is not UTF-8 -------------------------------------------------------------------------------------


def test_a_name_that_is_not_utf_8_costs_that_file_and_is_listed(service):
    with contextlib.suppress(OSError):
        Path(os.fsdecode(os.fsencode(service.settings.corpus) + b"/caf\xe9.md")).write_text("The cafe is red.")
    if len(list(service.settings.corpus.iterdir())) == 2:
        pytest.skip("this file system takes UTF-8 names only")
    write_article(service.settings.home, "bus", "The bus is blue.")
    report = service.sync()
    assert report.added == ["bus"]
    assert "not UTF-8" in report.refused["caf\\udce9.md"]
    for said in (service.refusals(), service.sync().refused, service.sync(only=["bus"]).refused or service.refusals()):
        assert "not UTF-8" in said["caf\\udce9.md"]
        json.dumps(said).encode("utf-8")
    os.unlink(os.fsencode(service.settings.corpus) + b"/caf\xe9.md")
    service.sync()
    assert service.refusals() == {}


# --- a home that cannot be written --------------------------------------------------------------------------------

UNDER = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")


def read_only(home: Path, command: str) -> list[str]:
    """A shell command that runs where `home` is mounted read-only: permissions mean nothing to root."""
    return [*UNDER, f"mount --bind {home} {home} && mount -o remount,bind,ro {home} && exec {command}"]


@pytest.fixture(scope="module")
def shut(tmp_path_factory) -> Path:
    """A home with an index of the real model, which can only be read where `read_only` runs."""
    home = tmp_path_factory.mktemp("shut")
    if subprocess.run(read_only(home, "true"), capture_output=True).returncode != 0:
        pytest.skip("no mount can be made read-only here")
    write_article(home, "tank", "The tank in the yard is green. It holds 12 litres of water.")
    subprocess.run([*QA, "--home", home, "index"], cwd=ROOT, check=True, capture_output=True)
    return home


QA = [sys.executable, "-c", "from qa.cli import main; main()"]


def shell(*words: object) -> str:
    return " ".join("'" + str(word).replace("'", "'\\''") + "'" for word in words)


def test_a_read_only_home_answers_from_the_index_that_is_there(shut):
    before = sorted(p.name for p in shut.rglob("*"))
    for changed in (False, True):
        if changed:
            write_article(shut, "ship", "The ship is blue.")
        asked = read_only(shut, shell(*QA, "--home", shut, "ask", "What colour is the tank?"))
        done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "The tank in the yard is green." in done.stdout
        assert not changed or "cannot be written" in done.stderr, "whoever misses the new one is told why"
    (shut / "corpus" / "ship.md").unlink()
    assert sorted(p.name for p in shut.rglob("*")) == before


def test_a_read_only_home_is_served_and_says_so(shut):
    command = read_only(shut, shell(*QA, "--home", shut, "serve", "--port", "0"))
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            seen = []
            while not seen or not seen[-1].startswith("Groundwire: "):
                seen.append(process.stdout.readline())
                assert seen[-1], seen
            threading.Thread(target=process.stdout.read, daemon=True).start()
            with httpx.Client(base_url=seen[-1].split()[1], trust_env=False, timeout=60) as http:
                deadline = time.monotonic() + 300
                while not (health := http.get("/api/health").json()).get("articles"):
                    assert time.monotonic() < deadline, health
                    time.sleep(0.2)
                assert health["state"] in ("reading", "starting")
                answer = http.post("/api/ask", json={"question": "What colour is the tank?"}).json()
                assert answer["sentences"][0]["text"] == "The tank in the yard is green."
                health = http.get("/api/health").json()
                assert health["state"] == "reading"
                assert "cannot be written" in health["detail"]
                assert str(shut) not in health["detail"]
                http.get("/")  # the page's cookie
                refused = http.post("/api/articles", json={"text": "New."}, headers={"origin": str(http.base_url)})
                assert refused.status_code == 500
                assert "reading only" in refused.json()["message"]
        finally:
            process.terminate()
            process.wait(120)


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_a_lock_that_cannot_be_made_says_that_the_folder_is_read_only(home, monkeypatch, code):
    def refuses(*_args, **_options):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(IndexLock, "announce", refuses)
    with pytest.raises(ReadOnly, match="cannot be written"):
        open_fake(home)


def test_conversations_that_cannot_be_written_are_kept_in_memory_and_it_is_said(home, monkeypatch):
    path = home / "conversations.sqlite"
    Conversations(path).close()
    real = sqlite3.connect
    monkeypatch.setattr(
        "qa.service.conversations.sqlite3.connect",
        lambda p, **o: real(p, **o) if p == ":memory:" else real(f"{path.as_uri()}?mode=ro", uri=True, **o),
    )
    kept = Conversations(path)
    id = kept.start("guest:a")
    kept.ask("guest:a", id, "What?", Filters())
    assert [c.title for c in kept.listed("guest:a")] == ["What?"]
    assert kept.problem == IN_MEMORY
    assert IN_MEMORY in bar(id, True, (), kept.problem)
    kept.close()
    monkeypatch.undo()
    fine = Conversations(path)
    assert fine.problem == ""
    assert fine.listed("guest:a") == []
    fine.close()
