"""One writer: the second refuses and names the first; a dead one holds nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys

import pytest

from qa.core.errors import IndexHeld, StorageError
from qa.index.lock import HOLDER, LOCK, Holder, IndexLock, read_holder

HOLD = (
    "import sys, time; from pathlib import Path; from qa.index.lock import IndexLock;"
    "IndexLock(Path(sys.argv[1])).acquire('qa add'); print('held', flush=True); time.sleep(60)"
)


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock."""
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "held\n"
    yield child
    child.kill()
    child.wait()


def test_a_second_process_is_refused_by_name_and_a_third_succeeds_once_the_first_is_killed(tmp_path, holder):
    with pytest.raises(IndexHeld, match=rf"process {holder.pid} \(qa add\).*try again"):
        IndexLock(tmp_path).acquire("second")
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    third = IndexLock(tmp_path)
    third.acquire("third")
    assert read_holder(tmp_path) == Holder(os.getpid(), "third")
    third.release()


def test_a_second_lock_in_the_same_process_is_refused_too(tmp_path):
    first = IndexLock(tmp_path)
    first.acquire("first")
    with pytest.raises(IndexHeld):
        IndexLock(tmp_path).acquire("second")
    first.release()
    second = IndexLock(tmp_path)
    second.acquire("second")
    second.release()


def test_the_holder_file_is_for_its_owner_only(tmp_path):
    old = os.umask(0)
    try:
        lock = IndexLock(tmp_path)
        lock.acquire("qa serve")
        lock.announce(Holder(os.getpid(), "qa serve", "http://127.0.0.1:7860", "secret"))
    finally:
        os.umask(old)
    for name in (HOLDER, LOCK):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert read_holder(tmp_path).token == "secret"
    assert sorted(p.name for p in tmp_path.iterdir()) == [HOLDER, LOCK]
    lock.release()
    assert read_holder(tmp_path) is None


def test_releasing_after_the_folder_was_deleted_leaves_the_new_holder_alone(tmp_path):
    """The index may be deleted under a running service; whoever makes it anew holds the new one."""
    index = tmp_path / "index"
    first = IndexLock(index)
    first.acquire("first")
    shutil.rmtree(index)
    new = subprocess.Popen([sys.executable, "-c", HOLD, str(index)], stdout=subprocess.PIPE, text=True)
    try:
        assert new.stdout.readline() == "held\n"
        first.release()
        assert read_holder(index).pid == new.pid
        with pytest.raises(IndexHeld, match=str(new.pid)):
            IndexLock(index).acquire("third")
    finally:
        new.kill()
        new.wait()


def test_a_lock_on_a_folder_replaced_while_waiting_is_not_taken_for_the_real_one(tmp_path, monkeypatch):
    index = tmp_path / "index"
    real = IndexLock._remember

    def swapped(self, descriptor):
        real(self, descriptor)
        (index / LOCK).rename(index / "old")
        (index / LOCK).write_text("")

    monkeypatch.setattr(IndexLock, "_remember", swapped)
    lock = IndexLock(index)
    with pytest.raises(IndexHeld, match="was replaced just now"):
        lock.acquire("second")
    monkeypatch.undo()
    again = IndexLock(index)
    again.acquire("third")
    again.release()


@pytest.mark.parametrize("content", ["", "{", "[]", "7", '{"pid": 1}', '{"pid":1,"command":"x","more":2}', "\x00"])
def test_a_torn_holder_file_names_nobody(tmp_path, content):
    (tmp_path / HOLDER).write_text(content)
    assert read_holder(tmp_path) is None


def test_a_child_does_not_inherit_the_lock(tmp_path):
    """A forked child that outlives its parent would hold the index for ever."""
    code = (
        "import sys, subprocess; from pathlib import Path; from qa.index.lock import IndexLock;"
        "IndexLock(Path(sys.argv[1])).acquire('parent');"
        "null = subprocess.DEVNULL;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], stdout=null, stderr=null);"
        "print(child.pid, flush=True)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60)
    orphan = int(done.stdout)
    try:
        os.kill(orphan, 0)
        lock = IndexLock(tmp_path)
        lock.acquire("next")
        lock.release()
    finally:
        os.kill(orphan, signal.SIGKILL)


def test_a_folder_that_cannot_be_made_is_our_error_with_the_next_step(tmp_path):
    (tmp_path / "index").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match=r"cannot be written.*--home"):
        IndexLock(tmp_path / "index").acquire("qa index")


def test_the_side_file_is_replaced_whole(tmp_path):
    lock = IndexLock(tmp_path)
    lock.acquire("qa serve")
    for n in range(20):
        lock.announce(Holder(os.getpid(), "qa serve", f"http://127.0.0.1:{n}", "t" * n))
        assert json.loads((tmp_path / HOLDER).read_text())["token"] == "t" * n
    lock.release()
