"""Watching the corpus folder: a real service, real files, whatever people and programs do to them."""

from __future__ import annotations

import os
import threading
import time

import pytest
from fakes import FakeEmbedding, open_fake, write_article

from qa.core.errors import StorageError
from qa.corpus import watch
from qa.corpus.watch import Watcher, is_on_network
from qa.quality.doctor import examine
from qa.web.running import RunningService

SECONDS = 150  # the machine may be busy; on an idle one each takes about one


def until(true, what: str = "") -> None:
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, what or "it did not happen"
        time.sleep(0.05)


class Watched:
    """A host as `qa serve` has it, over a home, with the fake model."""

    def __init__(self, home) -> None:
        self.home = home
        self.fake = FakeEmbedding()
        self.host = RunningService(lambda: open_fake(home, self.fake))
        self.host.start()
        until(lambda: self.host.state in ("ready", "failed"), "not ready")
        assert self.host.state == "ready", self.host.detail
        until(lambda: self.host.watching not in ("", "not watched yet"))

    @property
    def qa(self):
        return self.host.qa

    def ids(self) -> list[str]:
        return [a.id for a in self.qa.articles()]

    def text(self, id: str) -> str:
        return self.qa.article(id)[0].text


@pytest.fixture(params=["notified", "polled"])
def watched(home, request, monkeypatch, quick_probe):
    if request.param == "polled":
        monkeypatch.setattr(watch, "is_on_network", lambda folder: True)
        monkeypatch.setattr(watch, "POLL_SECONDS", 0.5)
    write_article(home, "tank", "The tank is green.")
    watched = Watched(home)
    expected = {"notified": "watched for changes", "polled": "looked at every few seconds"}[request.param]
    until(lambda: watched.host.watching == expected)
    yield watched
    watched.host.close()


def test_a_name_that_is_not_utf_8_costs_that_file_and_not_the_watching(watched, home):
    how, strange = watched.host.watching, os.fsencode(home / "corpus") + b"/caf\xe9.md"
    try:
        os.close(os.open(strange, os.O_CREAT))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    write_article(home, "ship", "The ship is blue.")
    until(lambda: watched.ids() == ["ship", "tank"])
    until(lambda: "caf\\udce9.md" in watched.qa.refusals(), "it is listed")
    os.utime(strange)
    write_article(home, "bus", "The bus is red.")
    until(lambda: watched.ids() == ["bus", "ship", "tank"])
    assert watched.host.watching == how
    os.unlink(strange)
    until(lambda: watched.qa.refusals() == {}, "it is no longer listed")
    assert watched.host.watching == how


def test_a_file_that_appears_changes_moves_and_disappears_is_indexed_accordingly(watched, home):
    corpus = home / "corpus"
    (corpus / "ship.txt").write_text("The ship is blue.")
    until(lambda: watched.ids() == ["ship", "tank"])
    assert watched.qa.ask("Is the ship blue?").sentences[0].text == "The ship is blue."
    (corpus / "ship.txt").write_text("The ship is red and new.")
    until(lambda: watched.text("ship") == "The ship is red and new.")
    (corpus / "ship.txt").rename(corpus / "boat.txt")
    until(lambda: watched.ids() == ["boat", "tank"])
    (corpus / "boat.txt").unlink()
    until(lambda: watched.ids() == ["tank"])
    (corpus / "bad.txt").write_bytes(b"\xe4")
    until(lambda: "bad.txt" in watched.qa.refusals())
    (corpus / "bad.txt").write_text("Good after all.")
    until(lambda: watched.ids() == ["bad", "tank"])
    assert watched.qa.refusals() == {}
    assert all(f.sound for f in examine(watched.qa))


def test_two_hundred_files_at_once_are_all_indexed_and_none_twice(watched, home):
    for n in range(200):
        write_article(home, f"story-{n}", f"Story {n} is about tank {n}.")
    until(lambda: watched.qa.article_count() == 201)
    assert watched.fake.embedded == 201
    for n in range(200):
        (home / "corpus" / f"story-{n}.md").unlink()
    until(lambda: watched.ids() == ["tank"])


def test_a_file_being_written_is_read_once_it_is_whole(watched, home):
    seen = set()
    with (home / "corpus" / "long.txt").open("w") as file:
        for n in range(15):
            file.write(f"Sentence {n} stands here. ")
            file.flush()
            time.sleep(0.1)
            seen |= {watched.text("long") for id in watched.ids() if id == "long"}
    whole = " ".join(f"Sentence {n} stands here." for n in range(15))
    until(lambda: "long" in watched.ids() and watched.text("long") == whole)
    assert seen <= {whole}


def test_what_the_service_writes_itself_is_embedded_once(watched):
    for n in range(5):
        watched.qa.add(f"Story {n} is about tank {n}.", id=f"story-{n}")
    watched.qa.remove("story-0")
    time.sleep(3 * watch.QUIET_SECONDS + 1)
    assert watched.fake.embedded == 6
    assert watched.ids() == ["story-1", "story-2", "story-3", "story-4", "tank"]


def test_a_folder_that_goes_and_comes_back_is_watched_again_and_loses_nothing_meanwhile(watched, home):
    (home / "corpus").rename(home / "aside")
    until(lambda: watched.host.watching.startswith("missing"))
    assert watched.ids() == ["tank"]
    (home / "aside").rename(home / "corpus")
    until(lambda: not watched.host.watching.startswith("missing"))
    write_article(home, "ship", "The ship is blue.")
    until(lambda: watched.ids() == ["ship", "tank"])
    (home / "corpus").rename(home / "aside")
    write_article(home, "boat", "The boat is red.")  # into a new folder
    until(lambda: watched.ids() == ["boat"])
    assert watched.fake.embedded == 3


def test_it_stops_promptly(watched):
    started = time.monotonic()
    watched.host.close()
    assert time.monotonic() - started < SECONDS
    assert watched.host.watching == "not watched"


def test_an_error_is_told_in_the_state_of_the_index_and_the_change_is_made_up_for(home, monkeypatch, quick_probe):
    monkeypatch.setattr(watch, "RETRY_SECONDS", 0.2)
    watched = Watched(home)
    real, full = type(watched.qa).sync, threading.Event()
    full.set()

    def sync(self, progress=None, only=None):
        if full.is_set() and progress is None:  # the watcher's, not the one at the start
            raise StorageError("The disk is full. Make room.")
        return real(self, progress, only)

    monkeypatch.setattr(type(watched.qa), "sync", sync)
    write_article(home, "ship", "The ship is blue.")
    until(lambda: watched.host.watching == "The disk is full. Make room.")
    assert watched.host.state == "ready"
    full.clear()
    until(lambda: watched.ids() == ["ship"])
    until(lambda: watched.host.watching == "watched for changes")
    watched.host.close()


def test_without_a_watch_left_to_give_the_folder_is_looked_at(home, monkeypatch, quick_probe):
    import watchfiles

    def exhausted(*_, **__):
        raise OSError("OS file watch limit reached. about [...]")
        yield

    monkeypatch.setattr(watchfiles, "watch", exhausted)
    monkeypatch.setattr(watch, "POLL_SECONDS", 0.5)
    watched = Watched(home)
    until(lambda: watched.host.watching == "looked at every few seconds")
    write_article(home, "ship", "The ship is blue.")
    until(lambda: watched.ids() == ["ship"])
    assert watched.host.watching == "looked at every few seconds"
    watched.host.close()


def test_a_lost_notification_is_made_up_for(home, monkeypatch):
    import watchfiles

    def deaf(*_, stop_event, **__):
        while not stop_event.wait(0.05):
            yield set()

    monkeypatch.setattr(watchfiles, "watch", deaf)
    monkeypatch.setattr(watch, "NET_SECONDS", 0.3)
    told = []
    watcher = Watcher(home / "corpus", told.append)
    watcher.start()
    until(lambda: told.count(None) >= 3)
    watcher.close()
    assert set(told) == {None}, "all of the folder, as nothing was told of a file"


def test_changes_before_anybody_watched_are_looked_at_first(home):
    told = []
    watcher = Watcher(home / "corpus", told.append)
    watcher.start()
    until(lambda: told)
    watcher.close()
    assert told[0] is None


def test_files_that_are_no_articles_are_nobodys_business(home):
    told = []
    watcher = Watcher(home / "corpus", told.append)
    watcher.start()
    until(lambda: told == [None])
    (home / "corpus" / ".incoming-abc").write_text("half")
    (home / "corpus" / "picture.png").write_bytes(b"x")
    (home / "corpus" / "folder").mkdir()
    (home / "corpus" / "folder" / "deep.txt").write_text("Deep.")
    (home / "corpus" / "ship.txt").write_text("Words.")
    until(lambda: len(told) > 1)
    watcher.close()
    assert [sorted(ids) for ids in told[1:]] == [["ship"]]


@pytest.mark.parametrize(
    ("mounts", "network"),
    [
        ("1 0 8:1 / / rw - ext4 /dev/sda1 rw", False),
        ("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:1 / /home rw - nfs4 box:/home rw", True),
        ("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:1 / /home/a rw - ext4 /dev/sdb rw", False),
        ("1 0 0:1 / / rw shared:1 - fuse.sshfs box: rw", True),
        ("nonsense\n\n1 0", False),
    ],
)
def test_network_file_systems_are_known_by_their_mount(mounts, network, monkeypatch, tmp_path):
    real = watch.Path

    class Known(type(tmp_path)):
        def read_text(self, *args, **kwargs):
            return mounts if str(self) == "/proc/self/mountinfo" else super().read_text(*args, **kwargs)

    monkeypatch.setattr(watch, "Path", Known)
    assert is_on_network(real("/home/ann/corpus")) is network
    assert os.path.exists("/")
