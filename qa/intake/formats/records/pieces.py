"""Cuts a file of many records into pieces, each a file of the same kind, so that memory holds no more than a piece.

JSON lines are cut after lines, JSON lists after records, tables after rows, mailboxes after messages, feeds after
items. It knows where records end and nothing of what is in them; what is longer than any article may be is left out
by name.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from qa.core.types import Refusal
from qa.intake.formats.messages.mbox import FROM, MAX_MESSAGE
from qa.intake.formats.records.jsonl import JSON_LINES, MAX_LINE
from qa.intake.formats.records.table import SUFFIXES, is_table

PIECE = 4 * 1024 * 1024  # bytes that are parsed at once
RECORDS = 5_000  # of those, fewer than the sandbox takes articles from one file
MAX_HEAD = 4_000  # bytes in which a feed says that it is one
_WHOLE = (b"\x1f\x8b", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # what cannot be cut between bytes of text
_JSON_LIST = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*\{")
_ITEM, _ITEM_END = b"<item>", b"</item>"
_IN_STRING, _IN_VALUE = re.compile(rb'["\\]'), re.compile(rb'["\[\]{}]')


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file that can be read as one, and how many records stood before it."""

    data: bytes
    before: int


Record = bytes | None  # None is one that is too long
Cutter = Callable[[BinaryIO], Iterator[Piece | Refusal]]


def cut(first: bytes, file: BinaryIO, name: str) -> Iterator[Piece | Refusal] | None:
    """Return the pieces of a file of which `first` is read already; None for one that must be read whole."""
    cutter = _cutter(first, name.lower())
    return cutter(io.BufferedReader(_Joined(first, file))) if cutter else None


def _cutter(first: bytes, name: str) -> Cutter | None:
    if not first or first.startswith(_WHOLE):
        return None
    if name.endswith(JSON_LINES):
        return _lines
    if len(first) < PIECE:
        return None
    if _JSON_LIST.match(first):
        return _json_list
    if first.startswith(b"From "):
        return _mailbox
    if _ITEM in first and b"<rss" in first[:MAX_HEAD]:
        return _feed
    head = first.partition(b"\n")[0].decode("utf-8", "replace")
    return _table if name.endswith(SUFFIXES) or is_table(head) else None


class _Joined(io.RawIOBase):
    """A file from its beginning, some of which is read already."""

    def __init__(self, first: bytes, file: BinaryIO) -> None:
        super().__init__()
        self._first, self._file = io.BytesIO(first), file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._first.read(len(buffer)) or self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _pieces(
    records: Iterable[Record], called: str, around: tuple[bytes, bytes, bytes], first: int = 1
) -> Iterator[Piece | Refusal]:
    """Yield the records together, a piece at a time, with what makes them a file before, between and after.

    `first` is the number by which the first is called.
    """
    before, between, after = around
    batch, size, done = list[bytes](), 0, 0
    for record in records:
        if batch and (record is None or size + len(record) > PIECE or len(batch) == RECORDS):
            yield Piece(before + between.join(batch) + after, done)
            done += len(batch)
            batch, size = [], 0
        if record is None:
            reason = f"It has more than {MAX_LINE:,} bytes, the most that an article may."
            yield Refusal(f"{called} {first + done}", reason)
            done += 1
        else:
            batch.append(record)
            size += len(record)
    if batch:
        yield Piece(before + between.join(batch) + after, done)


def _lines(stream: BinaryIO) -> Iterator[Piece | Refusal]:
    yield from _pieces(iter(lambda: _line(stream), b""), "line", (b"", b"", b""))


def _line(stream: BinaryIO) -> bytes:
    """Return the next line; of one longer than any may be, no more than shows it."""
    line = more = stream.readline(MAX_LINE + 1)
    while len(more) > MAX_LINE and not more.endswith(b"\n"):
        more = stream.readline(MAX_LINE + 1)
    return line if line.endswith(b"\n") or more is line else line + b"\n"


def _table(stream: BinaryIO) -> Iterator[Piece | Refusal]:
    yield from _pieces(_rows(stream), "row", (_line(stream), b"", b""), first=2)


def _rows(stream: BinaryIO) -> Iterator[Record]:
    """Yield the rows of a table: a line ends one where its quotes are closed."""
    lines, size, quotes = list[bytes](), 0, 0
    while line := _line(stream):
        lines.append(line if size <= MAX_LINE else b"")
        size, quotes = size + len(line), quotes + line.count(b'"')
        if quotes % 2 == 0 or size > 2 * MAX_LINE:
            yield b"".join(lines) if size <= MAX_LINE else None
            lines, size, quotes = [], 0, 0
    if lines:
        yield b"".join(lines)


def _mailbox(stream: BinaryIO) -> Iterator[Piece | Refusal]:
    yield from _pieces(_messages(stream), "message", (b"", b"", b""))


def _messages(stream: BinaryIO) -> Iterator[Record]:
    lines, size, blank = list[bytes](), 0, True
    while line := _line(stream):
        if blank and lines and FROM.match(line):
            yield b"".join(lines) if size <= MAX_MESSAGE else None
            lines, size = [], 0
        lines.append(line if size <= MAX_MESSAGE else b"")
        size += len(line)
        blank = line in (b"\n", b"\r\n")
    yield b"".join(lines) if size <= MAX_MESSAGE else None


def _feed(stream: BinaryIO) -> Iterator[Piece | Refusal]:
    read = iter(lambda: stream.read(PIECE), b"")
    begun = bytearray()
    while (at := begun.find(_ITEM)) < 0:
        begun += next(read)
    head = bytes(begun[:at])
    yield from _pieces(_items(begun[at:], read), "entry", (head, b"\n", b"</channel></rss>"))


def _items(begun: bytearray, read: Iterator[bytes]) -> Iterator[Record]:
    """Yield what stands between the marks of items; of one that never ends, nothing is kept."""
    too_long = False
    while True:
        end = begun.find(_ITEM_END)
        if end >= 0:
            start = begun.find(_ITEM, 0, end)
            if too_long or start >= 0:
                yield None if too_long else bytes(begun[start : end + len(_ITEM_END)])
            del begun[: end + len(_ITEM_END)]
            too_long = False
            continue
        if len(begun) > MAX_LINE + PIECE:
            too_long = True
            del begun[: -len(_ITEM_END)]
        block = next(read, b"")
        if not block:
            return
        begun += block


def _json_list(stream: BinaryIO) -> Iterator[Piece | Refusal]:
    yield from _pieces(_json_records(stream), "record", (b"[", b",\n", b"]"))


def _json_records(stream: BinaryIO) -> Iterator[Record]:
    """Yield the objects of a list as they stand, told by brackets outside strings."""
    depth, skipped, in_string = 0, 0, False
    record = bytearray()
    for block in iter(lambda: stream.read(PIECE), b""):
        at, start = skipped, 0
        while found := (_IN_STRING if in_string else _IN_VALUE).search(block, at):
            at = found.end()
            match found[0]:
                case b"\\":
                    at += 1
                case b'"':
                    in_string = not in_string
                case b"[" | b"{":
                    depth += 1
                    start = found.start() if depth == 2 else start
                case _:
                    depth -= 1
                    if depth == 1:
                        record += block[start:at]
                        yield bytes(record) if len(record) <= MAX_LINE else None
                        record.clear()
        skipped = max(0, at - len(block))
        if depth > 1 and len(record) <= MAX_LINE:
            record += block[start:]
    if depth > 1:  # the file ends in the middle of it: the parser says so
        yield bytes(record)
