"""Lines of a page as columns, told from the white between them.

The order of lines that a file gives is trusted, except on pages whose lines run across columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from qa.intake.formats.paged.lines import Line, Page

COLUMN = 0.15  # share of a page's width: narrower columns are a table's, not a text's
INTERLEAVED = 0.25  # share of a page's lines that stand in another column than the one before: its order is bad
STRIPS = 600  # of a page's width: about a point each on paper
GUTTER = 8.0  # points of white between two columns
CROSSING = 0.1  # share of a page's lines that may cross a gutter: headings and pictures' captions

_LEADERS = re.compile(r"(?<!\.)(?<!\. )(?:\. ?){5,}\s*[\divxlc]+$")  # a line of a table of contents


def columns(page: Page) -> list[list[Line]]:
    """Return the page's lines as columns to be read one after the other; one where the file's order is good."""
    gutters = _gutters(page.lines, page.width)
    if _is_interleaved(page, gutters):
        return _by_gutters(sorted(page.lines, key=lambda line: (-line.bottom, line.left)), gutters)
    merged = [line for row in _rows(page.lines) if not _LEADERS.search((line := _merged(row)).text)]
    return [merged] if merged else []


def _is_interleaved(page: Page, gutters: list[float]) -> bool:
    """Return True if the file goes from column to column line by line, and the columns are of text, not a table's."""
    sides = [sum(line.left > gutter for gutter in gutters) for line in page.lines]
    if sum(a != b for a, b in pairwise(sides)) <= INTERLEAVED * len(sides):
        return False
    widths = [
        [line.right - line.left for line, s in zip(page.lines, sides, strict=True) if s == side] for side in set(sides)
    ]
    return all(median(column) > COLUMN * page.width for column in widths)


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Join consecutive pieces side by side, going on to the right; a raised mark of a note is one."""
    rows: list[list[Line]] = []
    for line in lines:
        last = rows[-1][-1] if rows else None
        middle = line.bottom + line.size / 2
        if last and last.bottom < middle < last.top and line.left > last.left and not last.hyphen:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _merged(row: list[Line]) -> Line:
    largest = max(row, key=lambda line: line.size)
    return Line(
        text=" ".join(line.text for line in row),
        left=row[0].left,
        bottom=largest.bottom,
        right=max(line.right for line in row),
        size=largest.size,
        hyphen=row[-1].hyphen,
    )


def _by_gutters(lines: list[Line], gutters: list[float]) -> list[list[Line]]:
    """Gather lines from the top down by column; one that crosses a gutter ends the columns above it."""
    done: list[list[Line]] = []
    open_columns: list[list[Line]] = [[] for _ in range(len(gutters) + 1)]
    for line in lines:
        if any(line.left < gutter < line.right for gutter in gutters):
            done += [*open_columns, [line]]
            open_columns = [[] for _ in range(len(gutters) + 1)]
        else:
            open_columns[sum(line.left > gutter for gutter in gutters)].append(line)
    done += open_columns
    return [[_merged(row) for row in _rows(column)] for column in done if column]


def _gutters(lines: Sequence[Line], width: float) -> list[float]:
    """Return the middles of the vertical strips of white between columns."""
    if not lines or width <= 0:
        return []
    unit = width / STRIPS

    def strip(x: float) -> int:
        return int(min(max(x / unit, 0), STRIPS))

    covered = [0] * (STRIPS + 1)
    for line in lines:
        for n in range(strip(line.left), strip(line.right) + 1):
            covered[n] += 1
    gutters: list[float] = []
    begun: int | None = None
    left, right = strip(min(line.left for line in lines)), strip(max(line.right for line in lines))
    for n in range(left, right):
        white = covered[n] <= CROSSING * len(lines)
        if white and begun is None:
            begun = n
        elif not white and begun is not None:
            if (n - begun) * unit >= GUTTER and begun > left:
                gutters.append((begun + n) / 2 * unit)
            begun = None
    return gutters
