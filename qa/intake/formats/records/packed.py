"""Packed files: a .zip whose members are articles, a .gz that holds one file. Each goes through the door, one level.

What is packed inside what is packed is refused by name; sizes and counts hold over the whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from qa.core.errors import ArticleError
from qa.core.types import Draft, Refusal
from qa.intake.formats.records.archive import MAX_MEMBER, MAX_RATIO, RATIO_COUNTS, Archive

MAX_FILES = 2_000  # members that are read; a folder of more is better added unpacked
_BESIDE = ("__MACOSX/", "Thumbs.db", "desktop.ini")

Read = Callable[[bytes, str], Iterable[Draft | Refusal]]


def members(data: bytes, read: Read) -> Iterator[Draft | Refusal]:
    """Yield what the members of a .zip hold, in its order, each called by its name."""
    archive = Archive(data)
    names = [name for name in archive.names if not name.endswith("/") and not _is_beside(name)]
    for name in names[:MAX_FILES]:
        last = name.replace("\\", "/").rsplit("/", 1)[-1]
        try:
            content = archive.read(name)
            if is_packed(content):
                raise ArticleError("It is packed inside what is packed. Unpack it and add the files in it.")
            for found in read(content, last):
                yield replace(found, name=f"{last}: {found.name}") if isinstance(found, Refusal) else found
        except ArticleError as error:
            yield Refusal(last, str(error))
    if len(names) > MAX_FILES:
        yield Refusal(
            "members", f"It holds {len(names):,} files; the first {MAX_FILES:,} were read. Unpack it, add the folder."
        )


def unpacked(data: bytes) -> bytes:
    """Return what a .gz holds. Raises ArticleError when it is damaged, too large, or packed once more."""
    worker = zlib.decompressobj(31)
    try:
        content = worker.decompress(data, MAX_MEMBER + 1)
    except zlib.error as error:
        raise ArticleError(f"The packed file is damaged ({error}). Download it again.") from error
    if len(content) > MAX_MEMBER or (len(content) > RATIO_COUNTS and len(content) > MAX_RATIO * len(data)):
        raise ArticleError(f"It unpacks to more than {MAX_MEMBER:,} bytes, or as no text does. Unpack and split it.")
    if is_packed(content):
        raise ArticleError("It is packed inside what is packed. Unpack it and add the files in it.")
    return content


def is_packed(content: bytes) -> bool:
    """Return True if it is an archive of files and no document."""
    if content.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!")):
        return True
    if not content.startswith(b"PK\x03\x04"):
        return False
    names = Archive(content).names
    return not any(n in ("[Content_Types].xml", "mimetype", "META-INF/container.xml", "content.xml") for n in names)


def _is_beside(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(_BESIDE) or any(p.startswith(".") and p.strip(".") for p in parts) or parts[-1] in _BESIDE
