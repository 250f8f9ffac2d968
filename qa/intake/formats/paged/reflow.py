"""From lines on pages to running text: headers and footers out, columns in order, lines joined to paragraphs.

Knows where lines stand and how high their letters are, not which format they come from. The order of lines that a file
gives is trusted, except on pages whose lines run across columns. A line break is undone where the next word would not
have fitted, which is the law by which typesetters break lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, zip_longest
from statistics import median

from qa.intake.formats.paged.columns import columns
from qa.intake.formats.paged.compounds import is_compound
from qa.intake.formats.paged.lines import Line, Page

MIN_PEERS = 3  # lines that begin alike: fewer may be a heading, which is as full as it is long
EDGE = 0.15  # share of a page's height at its top and bottom where headers and footers stand
SAME_PLACE = 4.0  # points; the same header on another page
NEIGHBOURS = (-2, -1, 1, 2)  # pages: left and right ones often have different headers
SAME_SIZE = 0.15  # of the larger: letters of one paragraph; headings differ by more
LEADING = 1.35  # times the usual distance of lines: from here on a gap is a gap between blocks
INDENT = 0.8  # times the letters' height: a line that begins further right begins a paragraph
SAME_EDGE = 1.5  # times the letters' height: lines that begin so near each other belong to one column, indented or not

LONGEST_NUMBER = 200  # characters of a line that is the number of its page, dressed up

_NUMBER = re.compile(r"\d+")
_ROMAN = re.compile(r"[ivxlcdm]+", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"\W*(?:page|p\.?)?\s*(\d{1,4})(?:\s*(?:of|/)\s*\d{1,4})?\W*", re.IGNORECASE)
_STOP = re.compile(r"[.!?:…。！？؟।]['\"”’»)\]」』]*$")
_LIST_ITEM = re.compile(r"(?:[-*•‣▪◦–—·●○■□➢✓]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\[\d{1,3}\])(?:\s|$)")
_WORD = re.compile(r"\w+(?:-\w+)*")


_Placed = tuple[float, Line]


def running_text(pages: Sequence[Page]) -> list[str]:
    """Return the text of each page, which goes on in the next: joined, they are the whole.

    Blocks have an empty line between them, a list's items and a table's rows are on lines of their own.
    """
    cleaned = [replace(page, lines=lines) for page, lines in zip(pages, _without_running_lines(pages), strict=True)]
    if not any(page.lines for page in cleaned):  # nothing but what is on every page: that is the text then
        cleaned = list(pages)
    on_pages = [[_Shape(column) for column in columns(page)] for page in cleaned]
    shapes = [shape for page in on_pages for shape in page]
    words = Counter(word.lower() for shape in shapes for line in shape.lines for word in _WORD.findall(line.text))
    texts: list[str] = []
    previous: Line | None = None
    before: _Shape | None = None  # of the column in which the previous line stands
    for page in on_pages:
        parts: list[str] = []
        for shape in page:
            for line, following in zip_longest(shape.lines, shape.lines[1:]):
                if previous and before:
                    gap = shape.gap(previous, line, following) if before is shape else _jump(previous, line, before)
                    parts.append(_glued(previous, line, words) if gap == " " else gap + line.text)
                else:
                    parts.append(line.text)
                previous, before = line, shape
        texts.append("".join(parts))
    return texts


# Headers and footers


def _without_running_lines(pages: Sequence[Page]) -> Iterator[list[Line]]:
    """Yield each page's lines but those, from its upper and lower edge inwards, that a page nearby has there too."""
    edges = [(_edge(page, top=True), _edge(page, top=False)) for page in pages]
    for n, page in enumerate(pages):
        running: set[Line] = set()
        for side in (0, 1):
            near = [(d, edges[n + d][side]) for d in NEIGHBOURS if 0 <= n + d < len(pages)]
            within = float("inf")
            for place, line in edges[n][side]:
                if place > within:
                    break
                if _is_running_line(place, line, n, near):
                    running.add(line)
                else:
                    within = min(within, place + line.size / 2)  # the rest of its row, and the text begins
        yield [line for line in page.lines if line not in running]


def _edge(page: Page, *, top: bool) -> list[_Placed]:
    """Return lines near an edge of the page with their distance from it, the outermost first."""
    placed = [(page.height - line.top if top else line.bottom, line) for line in page.lines]
    return sorted((p for p in placed if p[0] < EDGE * page.height), key=lambda p: p[0])


def _is_running_line(place: float, line: Line, number: int, near: list[tuple[int, list[_Placed]]]) -> bool:
    alone = _PAGE_NUMBER.fullmatch(line.text) if len(line.text) <= LONGEST_NUMBER else None
    if alone and int(alone.group(1)) == number + 1:
        return True
    masked, numbers = _masked(line.text), _numbers(line.text)
    return any(
        abs(place - there) <= SAME_PLACE
        and _masked(other.text) == masked
        and len(numbers) == len(others := _numbers(other.text))
        and all(b - a in (0, distance) for a, b in zip(numbers, others, strict=True))
        for distance, edge in near
        for there, other in edge
    )


def _masked(text: str) -> str:
    return "#" if _ROMAN.fullmatch(text) else _NUMBER.sub("#", text)


def _numbers(text: str) -> list[int]:
    return [] if _ROMAN.fullmatch(text) else [int(n[:18]) for n in _NUMBER.findall(text)]


# Paragraphs


class _Shape:
    """The usual of a column: the distance of its lines, and how far to the right they go."""

    def __init__(self, column: list[Line]) -> None:
        steps = [a.bottom - b.bottom for a, b in pairwise(column) if 0 < a.bottom - b.bottom < 3 * a.size]
        self._leading = median(steps) if steps else 0.0
        self.lines = column

    def peers(self, line: Line) -> list[Line]:
        """Return the lines of the column that begin where this one does, itself included."""
        near = SAME_EDGE * line.size
        return [other for other in self.lines if abs(other.left - line.left) <= near and _same_size(other, line)]

    def is_full(self, line: Line, following: Line) -> bool:
        """Return True if the first word of the following line would not have fitted into the line."""
        width = (following.right - following.left) / len(following.text)
        word = following.text.split(maxsplit=1)[0]
        return line.right + (len(word) + 1) * width > max(other.right for other in self.peers(line))

    def gap(self, previous: Line, line: Line, following: Line | None) -> str:
        """Return what stands between two lines of the column: a space, a line break or an empty line."""
        step = previous.bottom - line.bottom
        if step <= 0 or min(previous.right, line.right) <= max(previous.left, line.left):
            return _jump(previous, line, self)
        if not _same_size(previous, line) or step > LEADING * max(self._usual(line), line.size):
            return "\n\n"
        if previous.hyphen or _goes_on(previous, line):
            return " "
        if _LIST_ITEM.match(line.text):
            return "\n"
        if self._is_indented(previous, line, following):
            return "\n\n"
        if self.is_full(previous, line):
            return " "
        return "\n\n" if _STOP.search(previous.text) else "\n"

    def _usual(self, line: Line) -> float:
        return min(self._leading, 1.6 * line.size) if self._leading else 1.3 * line.size

    def _is_indented(self, previous: Line, line: Line, following: Line | None) -> bool:
        """Return True if it begins a paragraph by standing further right than its neighbours, and is not centred."""
        by = INDENT * line.size
        centred = abs((previous.left + previous.right) - (line.left + line.right)) < line.size
        if centred or line.left - previous.left < by or line.text[:1].islower() or _LIST_ITEM.match(previous.text):
            return False
        return following is None or line.left - following.left >= by or not _same_size(line, following)


def _jump(previous: Line, line: Line, shape: _Shape) -> str:
    """Return what stands between the end of a column or page and the beginning of the next."""
    if not _same_size(previous, line) or _LIST_ITEM.match(line.text):
        return "\n\n"
    if previous.hyphen:
        return " "
    if len(shape.peers(previous)) >= MIN_PEERS and shape.is_full(previous, line):
        return " "
    return " " if line.text[:1].islower() and not _STOP.search(previous.text) else "\n\n"


def _same_size(a: Line, b: Line) -> bool:
    return abs(a.size - b.size) <= SAME_SIZE * max(a.size, b.size)


def _goes_on(previous: Line, line: Line) -> bool:
    """Return True if a range of numbers is broken after its hyphen: "1934-" and "35"."""
    return re.search(r"\d[-‐‑–]$", previous.text) is not None and line.text[0].isdigit()


def _glued(previous: Line, line: Line, words: Counter[str]) -> str:
    """Return the line as it goes on: after a broken word without a space, with its hyphen where the text has it so."""
    if not previous.hyphen:
        return line.text if _goes_on(previous, line) else f" {line.text}"
    before, after = _WORD.findall(previous.text)[-1:], _WORD.findall(line.text)[:1]
    if not before or not after or not line.text[0].isalnum():
        return f"-{line.text}"
    whole, hyphenated = f"{before[0]}{after[0]}".lower(), f"{before[0]}-{after[0]}".lower()
    keeps = (
        words[hyphenated] > words[whole]
        or line.text[0].isupper()
        or before[0][-1:].isdigit()
        or line.text[0].isdigit()
        or (not words[whole] and is_compound(before[0], after[0], words))
    )
    return f"-{line.text}" if keeps else line.text
