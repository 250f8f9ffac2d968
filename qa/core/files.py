"""The one way to write a small file whole: written aside, flushed to the disk, renamed, the folder flushed.

Knows nothing of what stands in a file. A reader sees the old contents or the new, never half; so does a start after a
power cut. Raises what the system raises: each caller says in its own words what the failure means.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

PRIVATE = 0o600  # for secrets: readable by this user only
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW  # nobody else's file, and nowhere that a link leads


def write_file(
    path: Path, contents: bytes | str, *, mode: int | None = None, prefix: str | None = None, settle: bool = True
) -> None:
    """Put a file in place, whole or not at all, replacing an older one. Text is stored as UTF-8. Raises OSError.

    `mode` is the file's; without one the mode of the file it replaces is kept. The name under which it is written
    aside begins with `prefix`. Without `settle` a power cut may bring the old file back: who writes many files into a
    folder settles it once, at the end.
    """
    data = contents.encode("utf-8") if isinstance(contents, str) else contents
    wanted = _mode_of(path) if mode is None else mode
    aside = path.with_name(f"{prefix or f'.{path.name}.'}{secrets.token_hex(8)}")
    descriptor = os.open(
        aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666 if wanted is None else wanted
    )
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if wanted is not None:
            os.chmod(aside, wanted)  # whatever this process's mask takes from new files
        os.replace(aside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        raise
    if settle:
        settle_folder(path.parent)


def settle_folder(folder: Path) -> None:
    """Make sure that what was renamed into a folder survives a power cut. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mode_of(path: Path) -> int | None:
    """Return the mode of a file; None when there is no such file."""
    try:
        return path.stat(follow_symlinks=False).st_mode & 0o777
    except FileNotFoundError:
        return None
