"""Places in an article's text: read from an address, marked in its lines, and the part of a long text around them."""

from __future__ import annotations

from collections.abc import Mapping

from qa.core.display import read_span
from qa.core.types import Article

CHANGED = "“{}” has changed since this citation was made."
REMOVED = "The article of this citation is not in the library."
NOWHERE = "The address names no place in this article."
UNMARKED = "Nothing is marked."

Span = tuple[int, int]
Line = list[tuple[str, str, str, bool]]  # text, and the mark behind it with its number; whether it is the active one


def place_in(article: Article, at: str, version: str) -> tuple[Span | None, str]:
    """Return the span that an address names, as START-END of a version; or none, and why nothing is marked."""
    if not at:
        return None, ""
    if version and version != article.version:
        return None, f"{CHANGED.format(article.shown_title)} {UNMARKED}"
    span = read_span(at, len(article.text))
    return span, "" if span else f"{NOWHERE} {UNMARKED}"


def part_around(text: str, active: Span, longest: int) -> Span:
    """Return the span of the whole text, or of about `longest` characters around a span, cut at line ends."""
    if len(text) <= longest:
        return 0, len(text)
    first = text.find("\n", max(0, active[0] - longest // 2)) + 1 if active[0] > longest // 2 else 0
    last = text.rfind("\n", active[1], active[1] + longest // 2)
    return min(first, active[0]), last if last > active[1] else min(len(text), active[1] + longest // 2)


def marked_line(text: str, line: Span, marks: Mapping[Span, str], active: Span) -> Line:
    """Return a line of the text, cut at its marks."""
    parts, (at, end) = Line(), line
    for (a, b), number in sorted(marks.items()):
        a, b = max(a, at), min(b, end)
        if a < b:
            parts.append((text[at:a], text[a:b], number, active[0] <= a < active[1]))
            at = b
    return [*parts, (text[at:end], "", "", False)]
