"""Markup from templates: the one environment that escapes what articles and people wrote.

Text is only ever a value of a template, never its source. Every value is escaped for HTML; in `NAME.md.jinja`, for the
chat, a text passes `inert` instead: a backslash stands before every ASCII punctuation character of it, so that Markdown
has nothing to act on. Line ends between the tags of an HTML template are for its reader, and left out.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from qa.core.dates import parse_date
from qa.core.display import shown

TEMPLATES = Path(__file__).parent / "templates"
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_BETWEEN_TAGS = re.compile(r"(?:(?<=>)|(?<=[%}#]\}))[ ]*\n\s*(?=<|\{[%{#])")


def render(template: str, /, **values: object) -> str:
    """Return a template's markup with these values in it."""
    return _environment.get_template(f"{template}.jinja").render(values).strip("\n")


def make_inert(text: str) -> Markup:
    """Return text for the chat, on one line, with nothing left that Markdown or HTML could act on."""
    return escape_punctuation(text.strip())


def escape_punctuation(text: str) -> Markup:
    """Return part of a text for the chat: as `make_inert`, with the space at its ends."""
    escaped = _PUNCTUATION.sub(r"\\\1", " ".join(re.split(r"\s+", text)))
    return Markup(escaped)  # noqa: S704  (a backslash stands before whatever could be markup)


@lru_cache(1024)  # the rows of a table have few days
def write_day(stamp: str | None) -> str:
    """Return an ISO date or date-time as people read it; other text as it stands, nothing for None."""
    try:
        d = parse_date(stamp or "")
    except ValueError:
        return stamp or ""
    return f"{d.day} {d:%B} {d.year}"


@lru_cache(1024)
def write_short_day(stamp: str | None) -> str:
    """Return a date with its month in three letters: a table has little room."""
    day = write_day(stamp)
    parts = day.split(" ")
    return f"{parts[0]} {parts[1][:3]} {parts[2]}" if len(parts) == 3 else day


def web_address(url: str | None) -> str:
    """Return an address that a link may lead to; nothing for what is no web address."""
    return url if url and re.match(r"https?://[^\s/]", url, re.IGNORECASE) else ""


class _Tight(Extension):
    """Leaves out the line ends between the tags of an HTML template, where a browser would show a space."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        """Return the source to compile."""
        return _BETWEEN_TAGS.sub("", source) if name and ".html" in name else source


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES), extensions=[_Tight], autoescape=True, undefined=StrictUndefined,
    auto_reload=False, trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
_environment.filters |= {
    "inert": make_inert,
    "escaped": escape_punctuation,
    "day": write_day,
    "short_day": write_short_day,
    "shown": shown,
    "thousands": "{:,}".format,
    "quoted": lambda id: quote(id, safe=""),
}
