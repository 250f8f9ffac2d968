"""Sentence spans over canonical text, and which of them are site furniture.

Segmentation is nupunkt's (Bommarito et al. 2025, an implementation of Punkt, Kiss and Strunk 2006) behind one
function; `bench/RESULTS.md` has the table it was chosen from. Three things that Punkt leaves out are
added here: lines that are units of their own, full stops of other scripts, and stops with no space after them.
Offsets come from one cursor moving forward; nothing is ever searched for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.furniture import furniture_lines
from qa.types import Sentence

SEGMENTER = "nupunkt-0.8+groundwire-1"  # in the manifest: another segmenter means another set of spans

# A line this long that does not end like a sentence was wrapped by an editor or mailer, not ended by its author.
WRAP_COLUMNS = range(50, 101)

_CLOSERS = "\"'”’»›)]}」』】）〉》"
_STOP = re.compile(rf"[.!?…。！？؟।॥։።]['\"”’»)\]」』）]*$")
_LINE = re.compile(r"[^\n]+")
# Sentence ends that Punkt does not know: stops of scripts that put no space, or another mark, there; and a stop
# glued to the next sentence ("...more.No space"). The latter wants a lower-case word of two letters or a digit or
# quote before it, and a capitalised word of letters after it, so that "U.S.", "example.Com" or "3.5" are left alone.
_FOREIGN_END = re.compile(rf"[。！？｡॥।؟։።]+[{re.escape(_CLOSERS)}]*")
_GLUED_END = re.compile(
    rf"(?:(?<=[a-z]{{2}})|(?<=[0-9]{{2}})|(?<=[”\"’)]))(?:[.!?]+)[{re.escape(_CLOSERS)}]*(?=[“\"‘(]?[A-Z][a-z]*[\s,’'])"
)
_LIST_ITEM = re.compile(r"(?:[-*•‣▪◦–—]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s")
_OPENING_QUOTE_ALONE = re.compile(r"^[\s\"'”’»)\]]+$")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of the sentences: ordered, disjoint, without outer white space, covering all else."""
    spans: list[tuple[int, int]] = []
    for start, end in _units(text):
        for a, b in _split(text[start:end]):
            spans.append((start + a, start + b))
    return spans


def segment(text: str) -> list[Sentence]:
    """The sentences of an article's canonical text, site furniture marked."""
    furniture = furniture_lines(text)
    return [
        Sentence(start, end, any(a <= start and end <= b for a, b in furniture)) for start, end in sentence_spans(text)
    ]


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Stretches that no sentence crosses: lines, with wrapped lines joined to the next."""
    start: int | None = None
    lines = list(_LINE.finditer(text))
    for i, line in enumerate(lines):
        if start is None:
            start = line.start()
        following = lines[i + 1] if i + 1 < len(lines) else None
        if following and following.start() == line.end() + 1 and _wrapped(line.group(), following.group()):
            continue
        yield start, line.end()
        start = None


def _wrapped(line: str, following: str) -> bool:
    """Whether the line break between two adjacent lines stands inside a sentence."""
    if _LIST_ITEM.match(following.lstrip()):
        return False
    if _STOP.search(line):
        return False
    return following.lstrip()[:1].islower() or len(line) in WRAP_COLUMNS and len(following) <= WRAP_COLUMNS.stop


def _in_address(unit: str, stop: int) -> bool:
    """Whether the stop stands inside a web or e-mail address: what comes before it has a dot, slash or at sign too."""
    word = unit[unit.rfind(" ", 0, stop) + 1 : stop]
    return any(c in word for c in "./@")


def _split(unit: str) -> Iterator[tuple[int, int]]:
    from nupunkt import sent_spans  # here, so that importing this module costs nothing

    ends = {end for _, end in sent_spans(unit.replace("\n", " "))}
    ends.update(match.end() for match in _FOREIGN_END.finditer(unit))
    ends.update(match.end() for match in _GLUED_END.finditer(unit) if not _in_address(unit, match.start()))
    ends.add(len(unit))
    previous: tuple[int, int] | None = None
    cursor = 0
    for end in sorted(ends):
        piece = unit[cursor:end]
        lead = len(piece) - len(piece.lstrip())
        a, b = cursor + lead, cursor + len(piece.rstrip())
        cursor = end
        if a >= b:
            continue
        if previous and _OPENING_QUOTE_ALONE.match(unit[a:b]):
            previous = (previous[0], b)  # a closing quote or bracket belongs to the sentence it closes
            continue
        if previous:
            yield previous
        previous = (a, b)
    if previous:
        yield previous
