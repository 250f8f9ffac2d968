"""Text whose lines were broken at a width, as mailers and Project Gutenberg do, to text whose lines are paragraphs."""

from __future__ import annotations

import re
from itertools import pairwise

WIDTHS = range(50, 101)  # columns that text is wrapped at; narrower lines are verse, wider ones are paragraphs already
_LIST_ITEM = re.compile(r"\s*(?:[-*•‣▪◦–—+]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s")
_BLOCKS = re.compile(r"(\n[ \t]*\n\s*)")


def unwrapped(text: str) -> str:
    """Return the text with the line breaks of wrapping taken back.

    A break is one of wrapping when the next line's first word would not have fitted: verse, addresses, tables and
    lists break earlier, and keep their lines.
    """
    return "".join(part if part.isspace() else _joined(part) for part in _BLOCKS.split(text))


def _joined(block: str) -> str:
    lines = block.split("\n")
    width = max(len(line.rstrip()) for line in lines)
    if len(lines) < 2 or width not in WIDTHS:
        return block
    out = [lines[0]]
    for before, line in pairwise(lines):
        first_word = (line.split(maxsplit=1) or [""])[0]
        full = len(before.rstrip()) + 1 + len(first_word) > width
        if full and first_word and not _LIST_ITEM.match(line):
            out[-1] = f"{out[-1].rstrip()} {line.lstrip()}"
        else:
            out.append(line)
    return "\n".join(out)
