"""Files and folders that a person names: which there are, and opening each for reading.

Links are not followed, so that nothing outside is read and no loop is walked; what is no regular file is not opened.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from qa.core.errors import ArticleError
from qa.core.types import Refusal

# What browsers put beside a saved page, in the languages that they speak: its scripts, styles and frames.
_SAVED_BESIDE = re.compile(
    r".(?:[_-](?:files|dateien|fichiers|archivos|arquivos|file|bestanden|filer|pliki|soubory|dosyalar)|\.files|\.fld)$",
    re.IGNORECASE,
)
_SYSTEM_FILES = frozenset(("Icon", "Icon\r", "Thumbs.db", "ehthumbs.db", "desktop.ini"))  # of macOS and Windows


@dataclass(frozen=True, slots=True)
class Listing:
    """The contents of a folder: files to read, what is left out with the reason, and what nobody misses.

    Nobody misses hidden names, what systems leave in every folder, the folders that browsers put beside a saved page,
    and beside such a folder the subtitles of what the page plays.
    """

    files: list[Path] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    hidden: list[Path] = field(default_factory=list)


def walk(folder: Path) -> Listing:
    """List everything below a folder, in the order of names, each folder's files before its folders."""
    listing, todo = Listing(), [folder]
    while todo:
        here = todo.pop()
        try:
            with os.scandir(here) as entries:
                found = sorted(entries, key=lambda e: e.name)
        except OSError as error:
            listing.refused.append(Refusal(str(here), _unreadable(error)))
            continue
        below: list[Path] = []
        pages = any(entry.name.lower().endswith((".html", ".htm")) for entry in found)
        saved = pages and any(_SAVED_BESIDE.search(entry.name) for entry in found)
        for entry in found:
            path = Path(entry.path)
            if entry.name.startswith(".") or entry.name in _SYSTEM_FILES or (saved and _is_subtitles(entry.name)):
                listing.hidden.append(path)
            elif entry.is_symlink():
                listing.refused.append(Refusal(str(path), "It is a link, and links are not followed. Add its target."))
            elif entry.is_dir(follow_symlinks=False):
                (listing.hidden if pages and _SAVED_BESIDE.search(entry.name) else below).append(path)
            elif entry.is_file(follow_symlinks=False):
                listing.files.append(path)
            else:
                listing.refused.append(Refusal(str(path), _no_file()))
        todo += reversed(below)
    return listing


def _is_subtitles(name: str) -> bool:
    return name.lower().endswith((".srt", ".vtt"))


@contextlib.contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file to read. Raises ArticleError, with the reason, for what cannot be read or is no file."""
    try:
        # Not blocking: a pipe without a writer would be waited for before it could be told from a file.
        file = io.open(path, "rb", opener=lambda p, flags: os.open(p, flags | os.O_NONBLOCK))  # noqa: SIM115, UP020
    except OSError as error:
        raise ArticleError(_unreadable(error)) from error
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ArticleError(_no_file())
        try:
            yield file
        except OSError as error:
            raise ArticleError(_unreadable(error)) from error


def _no_file() -> str:
    return "It is no regular file, but a pipe, a socket or a device."


def _unreadable(error: OSError) -> str:
    advice = (
        "Check the name; a web address begins with https://"
        if isinstance(error, FileNotFoundError)
        else "Check the name and permissions."
    )
    return f"It cannot be read: {error.strerror}. {advice}"
