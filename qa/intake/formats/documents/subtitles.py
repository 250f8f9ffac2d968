"""Subtitles (SubRip, WebVTT) to a draft: what is said, as running text without numbers, times and marks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from qa.core.types import Draft
from qa.intake.drafts import drafted, stem_of
from qa.intake.encodings import decoded

PAUSE = 3.0  # seconds between two cues: after a finished sentence, a paragraph ends
MAX_PARAGRAPH = 700  # characters after which the next finished sentence ends one

_TIMES = re.compile(
    r"^\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})(?:\s|$)"
)
_SUBRIP = re.compile(r"\s*\d{1,6}[ \t]*\r?\n\s*(?:\d{1,3}:)?\d{1,2}:\d{1,2}[.,]\d{1,3}\s*-->")
_VTT = re.compile(r"\s*WEBVTT(?:[ \t\r\n]|$)")
_TAG = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,100}\}")
_ENDED = re.compile(r"[.!?…。？！][\"'”’»)]*$")


def is_subtitles(head: str) -> bool:
    return bool(_VTT.match(head) or _SUBRIP.match(head))


def parse(data: bytes, name: str) -> list[Draft]:
    """Return one draft. Raises ArticleError when nothing is said."""
    read = decoded(data)
    paragraphs: list[str] = []
    last_end, previous = 0.0, ""
    for start, end, lines in _cues(read.text):
        said = " ".join(line for line in lines if line != previous)
        previous = lines[-1] if lines else previous  # live captions show a line again while the next comes
        if not said:
            continue
        ended = not paragraphs or _ENDED.search(paragraphs[-1]) is not None
        if ended and (not paragraphs or start - last_end >= PAUSE or len(paragraphs[-1]) > MAX_PARAGRAPH):
            paragraphs.append(said)
        else:
            paragraphs[-1] += f" {said}"
        last_end = end
    return [drafted("\n\n".join(paragraphs), {}, stem_of(name), read.notes)]


def _cues(text: str) -> Iterator[tuple[float, float, list[str]]]:
    """Yield the beginning, end and lines of what is shown, in order."""
    times: tuple[float, float] | None = None
    lines: list[str] = []
    for line in [*text.replace("\r\n", "\n").split("\n"), ""]:
        if match := _TIMES.match(line):
            times, lines = (_seconds(match, 1), _seconds(match, 5)), []
        elif times and line.strip():
            if words := " ".join(html.unescape(_TAG.sub("", line)).split()).removeprefix("- "):
                lines.append(words)
        elif times:
            yield *times, lines
            times = None


def _seconds(match: re.Match[str], first: int) -> float:
    hours, minutes, seconds, part = (match[first + n] for n in range(4))
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(part) / 1000
