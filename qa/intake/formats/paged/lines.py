"""Lines of text and the pages that they stand on, whatever format they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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
