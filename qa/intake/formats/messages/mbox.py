"""Mailboxes (mbox) to drafts: every message an article, one after another, in bounded memory.

A message begins at a line "From ..." after an empty one; lines of a message that begin so are written with a ">" before
them. The messages are qa/intake/formats/messages/mail.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import BinaryIO

from qa.core.errors import ArticleError
from qa.core.types import Draft, Refusal
from qa.intake.drafts import stem_of
from qa.intake.formats.messages.mail import parse as parse_mail

MAX_MESSAGE = 32 * 2**20  # bytes of one message, its attachments and all
FROM = re.compile(rb"From [^\r\n]*(?:\d{4}|\d:\d\d)[^\r\n]*\r?\n?$")  # it ends in a time and a year
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def parse(data: bytes, name: str) -> Iterator[Draft | Refusal]:
    """Yield the messages in their order; what is none is refused by its number."""
    for number, message in enumerate(messages(BytesIO(data)), start=1):
        place = f"message {number}"
        if len(message) > MAX_MESSAGE:
            yield Refusal(place, f"It has more than {MAX_MESSAGE:,} bytes. Save it without its attachments.")
            continue
        try:
            for draft in parse_mail(message, f"{stem_of(name)} {place}.eml"):
                yield replace(draft, name=draft.name or place)
        except ArticleError as error:
            yield Refusal(place, str(error))


def messages(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the messages without their "From " lines; of one that is too long, no more than shows it."""
    lines: list[bytes] = []
    size, blank, begun = 0, True, False
    while line := stream.readline(MAX_MESSAGE):
        if blank and FROM.match(line):
            if begun:
                yield _QUOTED_FROM.sub(rb"\1", b"".join(lines))
            lines, size, begun = [], 0, True
        elif size <= MAX_MESSAGE:
            lines.append(line)
            size += len(line)
        blank = line in (b"\n", b"\r\n")
    if begun or lines:
        yield _QUOTED_FROM.sub(rb"\1", b"".join(lines))


def count(data: bytes, most: int = 2) -> int:
    """Count the messages that begin in the data, up to `most`."""
    found, blank = 0, True
    for line in BytesIO(data):
        found += blank and FROM.match(line) is not None
        if found >= most:
            break
        blank = line in (b"\n", b"\r\n")
    return found
