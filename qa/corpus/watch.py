"""Watches `corpus/` while a service runs, and says which articles' files appeared, changed or disappeared.

By the system's notifications (watchfiles), and by looking every few seconds where there are none: on network file
systems, and when the system has no watch left to give. A file is told once it has been left alone for a moment, so one
that is being written is not read half, and one that an editor replaces is not missing in between. While the folder
itself is missing nothing is told: a disk that is not mounted is no reason to forget 10,000 articles.

Knows the folder, not what is done about a change, nor which changes are the service's own: whoever is told compares
with what is indexed.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from qa.core.errors import GroundwireError, NotReady
from qa.corpus.folder import SUFFIXES, Corpus

log = logging.getLogger(__name__)

Changed = Callable[[Collection[str] | None], object]  # ids whose files changed; None: any may have

TICK_MS = 500  # how often the thread wakes up; it then stops if it shall
QUIET_SECONDS = 0.5  # without a change before a file is read
POLL_SECONDS = 2.0  # between two looks at the whole folder where nothing notifies
POLL_SHARE = 20  # a look may take this part of the time between two: a folder of 100,000 files is looked at less often
NET_SECONDS = 60.0  # between two looks at everything all the same, in case a notification was lost
RETRY_SECONDS = 5.0  # after a change could not be dealt with, such as for want of room on the disk
_UNDECODED = "Unable to decode path"  # what watchfiles says of a name that is not UTF-8
_NETWORK = ("nfs", "cifs", "smb", "9p", "fuse.", "vboxsf", "ceph", "glusterfs", "afs", "drvfs", "virtiofs", "prl_fs")


@dataclass(slots=True)
class _Waiting:
    """A file that changed: its stamps when last looked at, and since when they are so."""

    stamps: tuple[str, ...]
    since: float


class Watcher:
    """A thread from `start` to `close`. `state` and `problem` say in words how it is."""

    def __init__(self, folder: Path, changed: Changed) -> None:
        self._corpus = Corpus(folder)
        self._changed = changed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="groundwire-watch", daemon=True)
        self._waiting: dict[str, _Waiting] = {}
        self._all_at = 0.0  # when everything is to be looked at
        self._polling = False
        self._how = ""
        self.state = "not watched yet"
        self.problem = ""

    def start(self) -> None:
        """Begin with a look at everything, for what changed before anybody watched."""
        self._thread.start()

    def close(self) -> None:
        """Stop; a change that is being dealt with is finished by whoever deals with it."""
        self._stop.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(TICK_MS * 4 / 1000)
        self.state = "not watched"

    def _run(self) -> None:
        self._polling = is_on_network(self._corpus.folder)
        while not self._stop.is_set():
            self._all_at = 0.0
            try:
                for ids in self._polled() if self._polling else self._notified():
                    self._deal_with(ids)
            except Exception as error:
                log.warning("Notifications about %s end (%s); it is looked at instead.", self._corpus.folder, error)
                self._polling = True

    def _notified(self) -> Iterator[set[str]]:
        """Yield what the system says has changed, at least an empty set every tick, until the folder is another one."""
        from watchfiles import watch

        folder = self._corpus.folder
        inode = _inode(folder)
        if inode is None:
            yield from self._missing()
            return
        self._how = "watched for changes"
        watching = watch(
            folder, watch_filter=None, step=50, debounce=TICK_MS, rust_timeout=TICK_MS, yield_on_timeout=True,
            stop_event=self._stop, raise_interrupt=False, recursive=False, force_polling=False,
        )  # fmt: skip
        while True:
            try:
                changes = next(watching, None)
            except RuntimeError as error:
                if _UNDECODED not in str(error):
                    raise
                return  # what else was notified with a name that is not UTF-8 is lost: look at everything, watch anew
            if changes is None or _inode(folder) != inode:
                return
            yield {Path(path).stem for _, path in changes if path.endswith(SUFFIXES)}

    def _polled(self) -> Iterator[set[str]]:
        """Yield what differs from the last look, and an empty set every tick in between."""
        before = self._stamps()
        while not self._stop.is_set():
            if _inode(self._corpus.folder) is None:
                yield from self._missing()
            self._how = "looked at every few seconds"
            started = time.monotonic()
            now = self._stamps()
            names = {name for name, _ in before.items() ^ now.items()}
            before = now
            yield {os.path.splitext(name)[0] for name in names}
            pause = max(POLL_SECONDS, POLL_SHARE * (time.monotonic() - started))
            while pause > 0 and not self._stop.wait(TICK_MS / 1000):
                pause -= TICK_MS / 1000
                yield set()

    def _missing(self) -> Iterator[set[str]]:
        self.state = "missing; what was in it is still answered from"
        while _inode(self._corpus.folder) is None and not self._stop.wait(TICK_MS / 1000):
            yield set()
        self._all_at = 0.0

    def _deal_with(self, ids: set[str]) -> None:
        now = time.monotonic()
        for id in ids:
            self._waiting[id] = _Waiting(self._stamps_of(id), now)
        if _inode(self._corpus.folder) is None or self._stop.is_set():
            return
        if now >= self._all_at:
            if self._tell(None):
                self._waiting.clear()
                self.state = self._how
                self._all_at = time.monotonic() + max(NET_SECONDS, POLL_SHARE * (time.monotonic() - now))
            return
        quiet = [id for id, waiting in self._waiting.items() if self._is_quiet(id, waiting, now)]
        if quiet and self._tell(quiet):
            for id in quiet:
                self._waiting.pop(id, None)

    def _is_quiet(self, id: str, waiting: _Waiting, now: float) -> bool:
        stamps = self._stamps_of(id)
        if stamps != waiting.stamps:
            waiting.stamps, waiting.since = stamps, now
        return now - waiting.since >= QUIET_SECONDS

    def _tell(self, ids: Collection[str] | None) -> bool:
        """Tell of a change; return True if it was dealt with, or it is told again. No error ends a watcher."""
        try:
            self._changed(ids)
        except NotReady:  # the index was closed
            self._stop.set()
            return False
        except GroundwireError as error:
            self.problem = str(error)
        except Exception as error:
            log.exception("a change in the corpus folder could not be indexed")
            self.problem = f"A change could not be indexed: {error}. The log has the details."
        else:
            self.problem = ""
            return True
        self._stop.wait(RETRY_SECONDS)
        return False

    def _stamps(self) -> dict[str, str]:
        return {file.path.name: file.stamp for file in self._corpus.files()}

    def _stamps_of(self, id: str) -> tuple[str, ...]:
        return tuple(file.stamp for file in self._corpus.files_of([id]))


def is_on_network(folder: Path) -> bool:
    """Return True if other machines, whose changes nobody notifies, can write a folder. Known on Linux."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return False
    place, deepest, kind = str(folder.resolve()), "", ""
    for line in mounts:
        left, _, right = line.partition(" - ")
        fields = left.split()
        if len(fields) < 5 or not right:
            continue
        mount = fields[4].replace("\\040", " ")
        if (place == mount or place.startswith(mount.rstrip("/") + "/")) and len(mount) >= len(deepest):
            deepest, kind = mount, right.split()[0]
    return kind.startswith(_NETWORK)


def _inode(folder: Path) -> tuple[int, int] | None:
    try:
        info = folder.stat()
    except OSError:
        return None
    return info.st_dev, info.st_ino
