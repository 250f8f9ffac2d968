"""What people are shown while they wait, names as they can be shown, and what is said beside an answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from qa.core.types import DECLINED, Answer, Citation

COPIES = 8  # of a story that are named; of more, how many
UNSURE = "The closest passages were read, and no sentence of theirs says it surely enough. Other words may find one."
DIGITS = 20  # of an offset; no text is as long
CLOSEST = "Closest, but not an answer"


def shown(name: str) -> str:
    """Return a name as a terminal can show it: what is invisible or moves the cursor is spelled out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """Yield a bar on standard error, drawn only once there is something to do and somebody to look."""
    from tqdm import tqdm

    bars: list[Any] = []

    def update(done: int, of: int, name: str) -> None:
        if not bars:
            bars.append(tqdm(total=of, desc=what, unit="article", file=sys.stderr, disable=None))
        bars[0].total = of
        bars[0].set_postfix_str(shown(name[-30:]), refresh=False)
        bars[0].update(done - bars[0].n)

    try:
        yield update
    finally:
        for bar in bars:
            bar.close()


def page_of(citation: Citation) -> str:
    """Return the page of a PDF that a citation begins on, as people write it; empty where there are no pages."""
    return f"p. {citation.page}" if citation.page else ""


def also_in(citation: Citation) -> str:
    """Return the other articles of the story that have the sentence, as people name them."""
    named = [", ".join(x for x in (c.outlet or c.title, c.published) if x) for c in citation.also_in[:COPIES]]
    more = len(citation.also_in) - len(named)
    return "; ".join(named + ([f"{more} more"] if more else []))


def refusal_of(answer: Answer) -> str:
    """Return the sentence that says that a question is declined; nothing where a list or a question back says it."""
    return DECLINED if answer.declined and answer.behaviour not in ("clarify", "results") else ""


def said_of(answer: Answer) -> str:
    """Return what is said without a citation, so also why there is none."""
    unsure = answer.nearest and answer.declined and not (answer.text or answer.notes)
    return UNSURE if unsure else answer.text


def left_out(answer: Answer) -> str:
    """Return how many articles a filter of dates left out for want of a date; nothing where it left out none."""
    n = answer.undated_left_out
    return (
        f"{n} article{'s' * (n != 1)} without a date {'was' if n == 1 else 'were'} left out by the date filter."
        if n
        else ""
    )


def read_span(text: str, length: int) -> tuple[int, int] | None:
    """Return START-END as a citation names a place in a text of this length; None for what names none."""
    start, _, end = text.partition("-")
    known = all(number.isascii() and number.isdigit() and len(number) < DIGITS for number in (start, end))
    return (int(start), int(end)) if known and int(start) < int(end) <= length else None
