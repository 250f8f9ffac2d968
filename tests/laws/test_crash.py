"""Kills, torn files and full disks: what was acknowledged is there once and whole, and comes back by itself.

CRASH_KILLS (default 10) and CRASH_SEED choose how often and when processes are killed: CRASH_KILLS=100 by hand.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import time
from multiprocessing import forkserver
from pathlib import Path

import crash_worker
import pytest
from fakes import FakeEmbedding, exact, open_fake, write_article
from places import SUPPORT

from qa.core.errors import IndexHeld, StorageError
from qa.index.vectors.chroma_folder import current_folder
from qa.quality.doctor import examine

KILLS = int(os.environ.get("CRASH_KILLS", "10"))
pytestmark = pytest.mark.process
SEED = int(os.environ.get("CRASH_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
RECOVERY_SECONDS = 120

processes = multiprocessing.get_context("forkserver")


@pytest.fixture(scope="module", autouse=True)
def fork_server():
    """Has imported the libraries and opened nothing: each child is a fresh process in a tenth of a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(SUPPORT))  # the server does not take it from sys.path
        processes.set_forkserver_preload(["crash_worker"])
        forkserver.ensure_running()


def started(work, *args):
    process = processes.Process(target=work, args=args)
    process.start()
    return process


def lines(log: Path):
    """What a child has said so far; a line torn by the kill was not said."""
    whole = log.read_text().rpartition("\n")[0] if log.exists() else ""
    return [json.loads(line) for line in whole.splitlines()]


def wait_for_state(process, log: Path):
    deadline = time.monotonic() + RECOVERY_SECONDS
    while time.monotonic() < deadline:
        said = [line for line in lines(log) if "state" in line]
        if said:
            return said[0]
        assert process.is_alive(), f"the process ended with {process.exitcode} before it said what is there"
        time.sleep(0.02)
    raise AssertionError(f"not ready after {RECOVERY_SECONDS} s")


def possible(truth, op):
    """What the library may be when `op` was begun and not acknowledged: undone or done."""
    done = dict(truth)
    if op["op"] == "remove":
        done.pop(op["id"], None)
    else:
        outlet = op.get("outlet") or (truth.get(op["id"]) or (None, None))[1]
        done[op["id"]] = (op["text"], outlet)
    return [truth, done]


class Ledger:
    """What was acknowledged, followed over lives and deaths."""

    def __init__(self, truth=None):
        self.truth = truth or {}
        self.open = None

    def follow(self, said):
        for line in said:
            if "try" in line:
                self.open = line["try"]
            elif "ack" in line:
                self.truth = possible(self.truth, line["ack"])[1]
                self.open = None

    def compare(self, state):
        ids = [id for id, _, _ in state["state"]]
        assert len(set(ids)) == len(ids), "an article twice"
        there = {id: (text, outlet) for id, text, outlet in state["state"]}
        allowed = possible(self.truth, self.open) if self.open else [self.truth]
        assert there in allowed, f"acknowledged {sorted(self.truth)}, open {self.open}, there {sorted(there)}"
        assert state["wrong"] == []
        assert state["embedded_for_chroma"] == 0
        assert state["embedded"] == 0 or self.open  # at most the one article that was under way
        self.truth, self.open = there, None


@pytest.mark.timeout(300 + 15 * KILLS)
def test_whatever_was_acknowledged_survives_kills_at_random_times(home, tmp_path):
    print(f"CRASH_SEED={SEED}")
    rng, ledger, rebuilt = random.Random(SEED), Ledger(), 0
    for kill in range(KILLS):
        log = tmp_path / f"log{kill}"
        process = started(crash_worker.live, home, log, SEED + kill)
        if kill and rng.random() < 0.3:
            time.sleep(rng.uniform(0.05, 2.5))  # while it still recovers from the last one
        else:
            wait_for_state(process, log)
            time.sleep(rng.uniform(0.05, 1.5))
        process.kill()
        process.join()
        said = lines(log)
        for line in said:
            if "state" in line:
                ledger.compare(line)
                rebuilt += "made again" in line["chroma"]
        ledger.follow(said)
    log = tmp_path / "last"
    process = started(crash_worker.look, home, log)
    ledger.compare(wait_for_state(process, log))
    process.join()
    assert process.exitcode == 0
    assert ledger.truth, f"nothing was ever acknowledged (CRASH_SEED={SEED})"
    print(f"{KILLS} kills, {len(ledger.truth)} articles at the end, Chroma was made again {rebuilt} times")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A closed index of five articles with Chroma."""
    home = tmp_path_factory.mktemp("library")
    for i in range(5):
        write_article(home, f"a{i}", f"The own{i}word came. " + "It stayed and stayed for long. " * (20 * i + 1))
    with open_fake(home) as qa:
        qa.sync()
        qa.attach_chroma()
    return home


def copy_of(library: Path, to: Path) -> Path:
    return Path(shutil.copytree(library, to))


def contents(home: Path):
    with open_fake(home) as qa:
        return {a.id: (qa.article(a.id)[0].text, a.outlet) for a in qa.articles()}


@pytest.mark.timeout(1200)
def test_a_kill_at_any_step_leaves_the_operation_done_or_undone(library, tmp_path):
    """Every other boundary, the odd ones in one run and the even ones in the next, or all by hand."""
    all_steps = KILLS >= 100
    truth, reached = contents(library), []
    for step in range(1 if all_steps else 1 + SEED % 3, 200, 1 if all_steps else 3):
        home = copy_of(library, tmp_path / f"step{step}")
        dying, after = tmp_path / f"dying{step}", tmp_path / f"after{step}"
        process = started(crash_worker.die_at, home, dying, step)
        process.join(RECOVERY_SECONDS)
        ledger = Ledger(dict(truth))
        said = lines(dying)
        ledger.follow(said)
        reached.append(said[-1].get("step"))
        process = started(crash_worker.look, home, after, True)
        state = wait_for_state(process, after)
        process.join()
        ledger.compare(state)
        shutil.rmtree(home)
        if reached[-1] == "end":
            break
    assert reached[-1] == "end", reached
    steps = {f"{side} {name}" for _, name in crash_worker.STEPS for side in ("before", "after")}
    assert steps <= set(reached) if all_steps else len(set(reached)) > 5, steps - set(reached)


def test_a_second_process_refuses_naming_the_first_and_a_third_succeeds_after_its_kill(library, tmp_path):
    home, log = copy_of(library, tmp_path / "home"), tmp_path / "log"
    process = started(crash_worker.live, home, log, 1)
    wait_for_state(process, log)
    with pytest.raises(IndexHeld, match=rf"process {process.pid} \(test\).*try again"):
        open_fake(home)
    process.kill()
    process.join()
    fake = FakeEmbedding()
    with open_fake(home, fake) as third:
        third.sync()
        third.attach_chroma()
        assert [f for f in examine(third) if not f.sound] == []


# --- torn files -----------------------------------------------------------------------------------------------------


def each_file(folder: Path):
    return [p for p in sorted(folder.rglob("*")) if p.is_file()]


def truncate(root: Path) -> None:
    for path in each_file(current_folder(root)):
        os.truncate(path, path.stat().st_size // 2)


def flip(root: Path) -> None:
    rng = random.Random(3)
    for path in each_file(current_folder(root)):
        data = bytearray(path.read_bytes())
        for _ in range(min(200, len(data))):
            data[rng.randrange(len(data))] ^= 0xFF
        path.write_bytes(data)


def flip_vectors_only(root: Path) -> None:
    """The files stay well-formed: a byte here and there in the index of vectors."""
    for path in (current_folder(root)).rglob("data_level0.bin"):
        data = bytearray(path.read_bytes())
        for i in range(len(data) // 3, len(data), 97):
            data[i] ^= 0x55
        path.write_bytes(data)


def lose_segments(root: Path) -> None:
    for path in current_folder(root).iterdir():
        if path.is_dir():
            shutil.rmtree(path)


def lose_sqlite(root: Path) -> None:
    (current_folder(root) / "chroma.sqlite3").unlink()


def lose_folder(root: Path) -> None:
    shutil.rmtree(current_folder(root))


def empty_files(root: Path) -> None:
    for path in each_file(current_folder(root)):
        path.write_bytes(b"")


def garbage_sqlite(root: Path) -> None:
    (current_folder(root) / "chroma.sqlite3").write_bytes(random.Random(1).randbytes(100_000))


def huge_file(root: Path) -> None:
    """Sparse: 4 GB that were never written."""
    os.truncate(current_folder(root) / "chroma.sqlite3", 4 << 30)
    for path in current_folder(root).rglob("*.bin"):
        os.truncate(path, 4 << 30)


def a_folder_for_a_file(root: Path) -> None:
    lose_sqlite(root)
    (current_folder(root) / "chroma.sqlite3").mkdir()


def torn_pointer(root: Path) -> None:
    (root / "current").write_bytes(b"\x00\xff")


def lost_rows(root: Path) -> None:
    """Well-formed, but half of it is gone: another process wrote, or a log was not applied."""
    from qa.index.vectors.chroma_store import ChromaVectors

    vectors = ChromaVectors.open(current_folder(root))
    vectors.delete(sorted(vectors.ids())[::2])
    vectors.close()


TEARS = (
    truncate, flip, flip_vectors_only, lose_segments, lose_sqlite, lose_folder, empty_files, garbage_sqlite, huge_file,
    a_folder_for_a_file, torn_pointer, lost_rows,
)  # fmt: skip


@pytest.mark.parametrize("tear", TEARS, ids=lambda t: t.__name__)
def test_torn_chroma_is_mended_at_the_start_and_nothing_is_embedded_again(library, tmp_path, tear):
    home = copy_of(library, tmp_path / "home")
    questions = [f"What of own{i}word?" for i in range(5)]
    with open_fake(home) as qa:  # exact: Chroma is not attached
        before = [qa.ask(q) for q in questions]
    tear(home / "index")
    fake = FakeEmbedding()
    with open_fake(home, fake) as qa:
        qa.sync()
        qa.attach_chroma()
        assert fake.embedded == 0
        assert qa.dense.chroma is not None
        after = [qa.ask(q) for q in questions]
        assert [(a.sentences, a.nearest) for a in after] == [(b.sentences, b.nearest) for b in before]
        assert qa.dense.answered_by_chroma == len(questions)
        assert [f for f in examine(qa) if not f.sound] == []
        for answer in after:
            exact(qa, answer)
        assert len(list((home / "index").glob("chroma-*"))) == 1


def flip_pages(path: Path, pages) -> None:
    data = bytearray(path.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    for page in pages:
        at = page * size % len(data)
        data[at : at + size] = bytes(b ^ 0xA5 for b in data[at : at + size])
    path.write_bytes(data)


@pytest.mark.parametrize("pages", [[0], [1], [2, 3], [5, 9, 14], range(3, 200, 7)], ids=str)
def test_a_catalog_with_flipped_pages_is_made_again_from_the_corpus_and_says_so(library, tmp_path, pages, quick_probe):
    home = copy_of(library, tmp_path / "home")
    before = contents(home)
    flip_pages(home / "index" / "catalog.sqlite3", pages)
    with open_fake(home) as qa:
        report = qa.sync()
        assert len(report.notes) == 1
        assert "made anew from the corpus" in report.notes[0]
        assert sorted(report.added) == sorted(before)
        qa.attach_chroma()
        assert {a.id: (qa.article(a.id)[0].text, a.outlet) for a in qa.articles()} == before
        assert [f for f in examine(qa) if not f.sound] == []


def test_a_changed_letter_in_a_stored_text_is_noticed(library, tmp_path):
    """Well-formed as a database, but a citation would no longer say what the article says."""
    home = copy_of(library, tmp_path / "home")
    path = home / "index" / "catalog.sqlite3"
    data = path.read_bytes()
    assert b"The own0word" in data
    path.write_bytes(data.replace(b"The own0word", b"The own0ward"))
    with open_fake(home) as qa:
        assert "not the text of version" in qa.sync().notes[0]
        assert qa.article("a0")[0].text.startswith("The own0word")


@pytest.mark.parametrize("content", [b"", b"not a database at all " * 500, b"SQLite format 3\x00"], ids=len)
def test_a_file_that_is_no_catalog_is_replaced_by_one(library, tmp_path, content):
    home = copy_of(library, tmp_path / "home")
    (home / "index" / "catalog.sqlite3").write_bytes(content)
    with open_fake(home) as qa:
        assert "made anew from the corpus" in qa.sync().notes[0]
        assert len(qa.articles()) == 5


def test_deleting_the_index_loses_nothing(library, tmp_path):
    home = copy_of(library, tmp_path / "home")
    before = contents(home)
    shutil.rmtree(home / "index")
    with open_fake(home) as qa:
        qa.sync()
    assert contents(home) == before


def test_the_index_folder_deleted_under_a_running_service_stops_no_answer_and_loses_no_article(library, tmp_path):
    home = copy_of(library, tmp_path / "home")
    with open_fake(home) as old:
        old.sync()
        shutil.rmtree(home / "index")
        assert old.ask("What of own3word?").sentences
        added = old.add("A latecomer came.", id="late")
        assert added.status == "added"
        with open_fake(home) as new:
            assert "late" in new.sync().added
            assert len(new.articles()) == 6


# --- a full disk ----------------------------------------------------------------------------------------------------

FULL = """
import resource, sys
from pathlib import Path
from fakes import open_fake
from qa.core.errors import StorageError
home = Path(sys.argv[1])
with open_fake(home) as qa:
    qa.sync()
    before = [a.id for a in qa.articles()]
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    try:
        qa.add("The latecomer came. " + "It brought many words with it. " * 2000, id="late")
        print("added")
    except StorageError as error:
        print("refused:", error)
    assert qa.ask("What of own3word?").sentences, "reading must go on"
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert [a.id for a in qa.articles()] == before, "half an article"
    print(qa.sync().added)
"""


@pytest.mark.parametrize(("limit", "what"), [(4_096, "Nothing was added"), (100_000, "is intact")])
def test_a_full_disk_refuses_clearly_reading_goes_on_and_the_rest_is_done_later(library, tmp_path, limit, what):
    """A file may grow to `limit` bytes: too few for the article, or enough for it and too few for the catalog."""
    home = copy_of(library, tmp_path / "home")
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(home), str(limit)],
        capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": str(SUPPORT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    refused, resumed = done.stdout.splitlines()
    assert refused.startswith("refused:")
    assert what in refused
    assert resumed == ("[]" if "Nothing" in what else "['late']")
    with open_fake(home) as qa:
        assert [f for f in examine(qa) if not f.sound] == []
        assert not list((home / "corpus").glob(".*"))


@pytest.mark.parametrize("nth", [1, 2])
def test_a_write_that_fails_is_told_and_leaves_the_library_sound(library, tmp_path, monkeypatch, nth):
    """EIO from the n-th fsync, as from a dying disk: the file's own, then its folder's."""
    home, calls, real = copy_of(library, tmp_path / "home"), 0, os.fsync

    def failing(descriptor):
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(5, "Input/output error")
        real(descriptor)

    with open_fake(home) as qa:
        qa.sync()
        monkeypatch.setattr(os, "fsync", failing)
        with pytest.raises(StorageError, match="Input/output error"):
            qa.add("The latecomer came.", id="late")
        monkeypatch.undo()
        qa.sync()
        assert [f for f in examine(qa) if not f.sound] == []
        assert {a.id for a in qa.articles()} - {"late"} == {f"a{i}" for i in range(5)}
