"""One writer: the lock on `index/`, and the side file by which others find the service that holds it."""

from __future__ import annotations

import contextlib
import errno
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from qa.core.errors import IndexHeld, ReadOnly, StorageError
from qa.core.files import PRIVATE, write_file

LOCK = "lock"
HOLDER = "holder.json"  # mode 0600: it names the token that opens the service's writing routes
_REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the index. `address` and `token` are empty when it serves nobody."""

    pid: int
    command: str
    address: str = ""
    token: str = ""


class IndexLock:
    """Holds `index/` for writing until released or until the process dies. Never inherited: children are spawned."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._inode = (0, 0)
        self._lock = FileLock(
            str(folder / LOCK), timeout=0, mode=0o600, thread_local=False, preserve_lock_file=True,
            on_acquired=self._remember,
        )  # fmt: skip

    def acquire(self, command: str) -> None:
        """Take the lock. Raises IndexHeld naming the holder, ReadOnly or StorageError when nothing can be written."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
            # The folder may have been deleted and made anew while we waited: then we hold a lock nobody sees.
            there = os.stat(self._folder / LOCK)
            if self._inode != (there.st_ino, there.st_dev):
                self._lock.release()
                raise IndexHeld(f"The index folder {self._folder} was replaced just now. Run the command again.")
            self.announce(Holder(os.getpid(), command))
        except Timeout:
            raise IndexHeld(held_message(self._folder)) from None
        except OSError as error:
            self.release()
            kind = ReadOnly if error.errno in _REFUSED else StorageError
            raise kind(
                f"The index folder {self._folder} cannot be written: {error.strerror or error}. "
                "Mend its permissions or make room, or name another home with --home."
            ) from error

    def announce(self, holder: Holder) -> None:
        """Write the side file, readable by this user only, in one rename."""
        write_file(self._folder / HOLDER, json.dumps(asdict(holder)), mode=PRIVATE, settle=False)

    def release(self) -> None:
        if self._lock.is_locked:
            holder = read_holder(self._folder)  # another's, when the folder was deleted and made anew meanwhile
            if holder is not None and holder.pid == os.getpid():
                with contextlib.suppress(OSError):
                    (self._folder / HOLDER).unlink()
            self._lock.release()

    def _remember(self, descriptor: int) -> None:
        held = os.fstat(descriptor)
        self._inode = (held.st_ino, held.st_dev)


def read_holder(folder: Path) -> Holder | None:
    """Return who said last that it holds the index; it may be gone since."""
    try:
        return Holder(**json.loads((folder / HOLDER).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def held_message(folder: Path) -> str:
    holder = read_holder(folder)
    who = f"process {holder.pid} ({holder.command})" if holder else "another process"
    return f"The index in {folder} is being written by {who}. Wait for it to end or stop it, then try again."
