"""Boilerplate: disclaimers, terms, subscription and "read also" lines at an article's edges.

Such lines stay in the text and can be shown, but they are not the story and never answer a question about it.
The rules know kinds of boilerplate, no outlet. A line at the start or end of an article (in an unbroken run from
that edge) is boilerplate when it is a formula of pages, when the page speaks of itself in it, or when it has at least
two voices of a disclaimer. One voice is not enough: a story may end on "legal action will be taken" or "the
views of the author". A line that reports what somebody said or what a court or parliament did is story
whatever else it holds. JusText and boilerpipe (Kohlschütter et al. 2010) look at links and line lengths,
which plain text no longer has. The phrases stand in `boilerplate.toml`, a table a language; so far English has one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from typing import Any, NamedTuple

MAX_EDGE_LINES = 12  # an edge longer than this is not a footer but an article about terms and conditions
MAX_LINE = 1200  # characters; boilerplate longer than this is not one paragraph
MAX_PAGE_LINE = 400  # in a longer one, one phrase in which the page speaks of itself proves nothing
VOICES_NEEDED = 2

_LINE = re.compile(r"[^\n]+")


class Rules(NamedTuple):
    """One language's rules, as `boilerplate.toml` has them, put together into patterns."""

    alone: re.Pattern[str]
    menu: re.Pattern[str]
    story: re.Pattern[str]
    page: re.Pattern[str]
    voices: tuple[re.Pattern[str], ...]


def _rules(table: dict[str, Any]) -> Rules:
    """Put a language's phrases together."""
    labels, lines, menu, menu_alone = ("|".join(table[n]) for n in ("labels", "lines", "menu", "menu_alone"))
    return Rules(
        alone=_pattern(rf"^\W*(?:(?:{labels})\W*(?:$|(?:[:|]|[–-] )\s*\S.*$)|(?:{lines})$)"),
        menu=_pattern(rf"^\W*(?:{menu})(?:\s*[|·•,/>–-]\s*(?:{menu}))+\W*$|^\W*(?:{menu_alone})\W*$"),
        story=_phrases(table["story"]),
        page=_phrases(table["page"]),
        voices=tuple(_phrases(voice["phrases"]) for voice in table["voices"]),
    )


def _phrases(phrases: Iterable[str]) -> re.Pattern[str]:
    """Match any of the phrases at the start of a word."""
    return _pattern(rf"(?<!\w)(?:{'|'.join(phrases)})")


def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


_LANGUAGES = tuple(
    _rules(table) for table in tomllib.loads((files(__package__) / "boilerplate.toml").read_text("utf-8")).values()
)


def boilerplate_lines(text: str) -> list[tuple[int, int]]:
    """Return the spans of the lines that are boilerplate, in order.

    An article that would be boilerplate from end to end is an article about such things: nothing in it is marked.
    """
    lines = [m.span() for m in _LINE.finditer(text)]
    head = _count_from_edge(text, lines)
    if head == len(lines):
        return []
    tail = _count_from_edge(text, lines[::-1])
    kept = (0 if head > MAX_EDGE_LINES else head, 0 if tail > MAX_EDGE_LINES else tail)
    return lines[: kept[0]] + lines[len(lines) - kept[1] :]


def _count_from_edge(text: str, lines: list[tuple[int, int]]) -> int:
    """Count the boilerplate lines from the first on; stop once they are too many for an edge."""
    first = lines[: MAX_EDGE_LINES + 1]
    return next((i for i, (a, b) in enumerate(first) if not is_boilerplate(text[a:b])), len(first))


def is_boilerplate(line: str) -> bool:
    """Return True if a line, wherever it stands, is a formula of pages, the page's word of itself, or a disclaimer."""
    return len(line) <= MAX_LINE and any(_follows(line, rules) for rules in _LANGUAGES)


def _follows(line: str, rules: Rules) -> bool:
    """Return True if a line is boilerplate by one language's rules."""
    if rules.alone.match(line) or rules.menu.match(line):
        return True
    if rules.story.search(line):
        return False
    if len(line) <= MAX_PAGE_LINE and rules.page.search(line):
        return True
    return sum(voice.search(line) is not None for voice in rules.voices) >= VOICES_NEEDED
