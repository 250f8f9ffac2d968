"""Mails that pass another on: the one that was meant to be read, with what the mail around it says of it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAX_HEADERS = 12  # lines of repeated headers, blank ones among them
MAX_NAME = 200  # characters of a sender

DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_name("mail.toml").read_text("utf-8"))


def alternatives(name: str) -> str:
    """Join a list of phrases as alternatives of a regular expression."""
    return str(DATA[name]).replace("\n", "").strip()


_MARK = re.compile(rf"^[ >*_-]*(?:{alternatives('forwarded')})\b[ :*_-]*$", re.IGNORECASE)
_ORIGINAL = re.compile(rf"^[ >*_-]*(?:{alternatives('original')})\b[ :*_-]*$", re.IGNORECASE)
_FIELDS = {
    name: re.compile(rf"^[ >*]*(?:{alternatives(name)})\s?[:：]\*?\s*(.*)$", re.IGNORECASE)
    for name in ("from", "date", "subject", "to")
}
_PREFIX = re.compile(rf"^(?:(?:{DATA['forwards']}|{DATA['replies']})(?:\[\d+\])?\s?[:：]\s*)+", re.IGNORECASE)
_IS_FORWARD = re.compile(rf"^\s*(?:{DATA['forwards']})\s?[:：]|\(fwd\)\s*$", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:(?<!\s)\s++)?[<(\[]?(?:mailto:)?(?<![\w.+%-])[\w.+%-]++@[\w.-]++[>)\]]*+\s*+")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A mail inside a mail: what its repeated headers say, the words before it, and its own."""

    remark: str
    text: str
    said: dict[str, str] = field(default_factory=dict)


def forwarded(text: str, subject: str) -> Forwarded | None:
    """Return the mail that a text passes on: below a line that says so, or below headers where the subject says so."""
    lines = text.split("\n")
    for n, line in enumerate(lines):
        short, passes_on = len(line) < MAX_NAME, _IS_FORWARD.search(subject) is not None
        original = short and passes_on and _ORIGINAL.match(line) is not None
        marked = original or (short and _MARK.match(line) is not None)
        if marked or (passes_on and _FIELDS["from"].match(line)):
            said, end = _headers(lines, n + marked)
            if len(said) >= 2 or (marked and said):
                return Forwarded("\n".join(lines[:n]).strip(), "\n".join(lines[end:]).strip(), said)
    return None


def bare_subject(subject: str) -> str:
    """Return a subject without the marks of replies and forwards."""
    return _PREFIX.sub("", subject.strip())


def sender(value: str) -> str:
    """Return a sender's name without the address, or the address where there is no name."""
    name = _ADDRESS.sub(" ", value).strip(" \"'*<>[]")
    return name or value.strip(" <>")


def _headers(lines: list[str], start: int) -> tuple[dict[str, str], int]:
    """Return the repeated headers from a line on, and the line after them."""
    said: dict[str, str] = {}
    end = start
    for n in range(start, min(start + MAX_HEADERS, len(lines))):
        line = lines[n].strip()
        name, match = next(((k, m) for k, p in _FIELDS.items() if (m := p.match(line))), ("", None))
        if match is not None and len(line) <= 2 * MAX_NAME:
            said.setdefault(name, match[1].strip(" *"))
            end = n + 1
        elif line and said:
            break
        elif line:
            return {}, start
    return said, end
