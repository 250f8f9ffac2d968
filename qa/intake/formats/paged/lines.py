"""Lines of text and the pages that they stand on, whatever format they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from qa.corpus.canonical import canonical_text

_WIDE = "\u2e80"  # from here on scripts put no space between words


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of text on one baseline, in points from the page's lower left corner.

    `hyphen` says that its last word is broken; the text is without the mark. `size` is the height of its letters.
    """

    text: str
    left: float
    bottom: float
    right: float
    size: float
    hyphen: bool = False

    @property
    def top(self) -> float:
        return self.bottom + self.size


@dataclass(frozen=True, slots=True)
class Page:
    """Lines in the order in which the file has them."""

    lines: Sequence[Line]
    width: float
    height: float


def first_offsets(pages: Sequence[str], text: str) -> tuple[int, ...]:
    """Return where each page's first whole word stands in the canonical text that the pages' texts have become.

    A page without words begins where the next one does. Letters are counted, which canonical form leaves in place.
    """
    letters = (at for at, c in enumerate(text) if c.isalnum())
    starts: list[int] = []
    empty = 0
    for page in pages:
        count = sum(c.isalnum() for c in canonical_text(page))
        empty += 1
        if count:
            starts += [_whole_word(text, next(letters, len(text)))] * empty
            next(islice(letters, count - 1, count - 1), None)
            empty = 0
    return (*starts, *[len(text)] * empty)


def _whole_word(text: str, at: int) -> int:
    """Return where the word that begins at a letter stands, signs before it included; the next one, inside a word."""
    start = at
    while start > 0 and not text[start - 1].isspace():
        if text[start - 1].isalnum():
            return at if text[at : at + 1] > _WIDE else _next_word(text, at)
        start -= 1
    return start


def _next_word(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace():
        at += 1
    while at < len(text) and text[at].isspace():
        at += 1
    return at
