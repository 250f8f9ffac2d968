"""The library as HTML: a page of its table, and an article opened in it. Pure functions, no gradio.

A button says in `data-act` and `value` what it does. `View.after` reads both as what a client may have made up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from qa.core.errors import FilterError
from qa.core.reports import ArticleSummary, Holdings
from qa.core.types import METADATA, Article, Filters
from qa.web.page.marks import marked_line, part_around, place_in
from qa.web.page.markup import render, web_address, write_day

ROWS = 50  # of the library on a page
SHOWN = 20_000  # characters of an opened article; its file has the rest
OPENING = '<p class="empty opening">Opening the library…</p>'
COLUMNS = {
    "title": "Title",
    "outlet": "Outlet",
    "published": "Published",
    "sentences": "Sentences",
    "added": "Added",
}
KNOWN = {
    "title": "Title",
    "outlet": "Outlet",
    "url": "Address",
    "author": "Author",
    "published": "Published",
    "language": "Language",
}
EDITED = ("title", "outlet", "author", "published")
UNDATED = "undated"  # in place of a year
_MOST_PAGES = 10_000_000
_ACTS = {"open", "edit", "unedit", "close", "confirm", "keep"}


@dataclass(frozen=True, slots=True)
class View:
    """The part of the library that a visitor looks at: `opened` and `confirming` are ids, pages count from 1.

    `outlet` and `year` narrow it; a year can be UNDATED. The opened article is `editing` while its form is shown;
    `at` and `version` are a place in it, as the page's address names one.
    """

    search: str = ""
    order: str = "published"
    descending: bool = True
    page: int = 1
    opened: str = ""
    confirming: str = ""
    editing: bool = False
    outlet: str = ""
    year: str = ""
    at: str = ""
    version: str = ""

    @property
    def offset(self) -> int:
        """Return how many rows come before the page."""
        return (self.page - 1) * ROWS

    @property
    def undated(self) -> bool:
        """Return True if only articles without a date are looked at."""
        return self.year == UNDATED

    @property
    def among(self) -> Filters:
        """Return the outlet and the year as filters. Raises FilterError."""
        first, last = (f"{self.year}-01-01", f"{self.year}-12-31") if self.year and not self.undated else (None, None)
        return Filters((self.outlet,) if self.outlet else (), published_from=first, published_to=last)

    def searching(self, search: str) -> View:
        """Return the first page of what a search finds; the same view when the search is the same."""
        return self if search == self.search else replace(self._closed(), search=search, page=1)

    def within(self, total: int) -> View:
        """Return the view with the nearest page that there is."""
        return replace(self, page=max(1, min(self.page, pages(total))))

    def after(self, act: object, value: object) -> View:
        """Return the view after a button; the same view for anything that no button of ours sends."""
        if not isinstance(act, str) or not isinstance(value, str):
            return self
        if act == "sort" and value.removeprefix("-") in COLUMNS:
            return replace(self._closed(), order=value.removeprefix("-"), descending=value[0] == "-", page=1)
        if act == "page" and value.isascii() and value.isdigit() and len(value) < len(str(_MOST_PAGES)):
            return replace(self._closed(), page=max(1, int(value)))
        if act in ("outlet", "year", "all"):
            return self._narrowed(act, value)
        return self._opened(act, value) if act in _ACTS else self

    def _narrowed(self, act: str, value: str) -> View:
        if act == "all":
            return replace(self._closed(), outlet="", year="", page=1)
        closed = replace(self._closed(), page=1)
        narrowed = replace(closed, outlet=value) if act == "outlet" else replace(closed, year=value)
        try:
            _ = narrowed.among
        except FilterError:
            return self
        return narrowed

    def _opened(self, act: str, value: str) -> View:
        if act in ("open", "edit"):
            shown = self if value == self.opened else self._closed()
            return replace(shown, opened=value, editing=act == "edit", confirming="")
        if act == "unedit":
            return replace(self, editing=False)
        if act == "close":
            return replace(self._closed(), confirming=self.confirming)
        return replace(self, confirming=value if act == "confirm" else "")

    def _closed(self) -> View:
        return replace(self, opened="", editing=False, confirming="", at="", version="")


NOTHING = View()


def pages(total: int) -> int:
    """Return how many pages so many rows have."""
    return -(-total // ROWS)


def library(
    view: View, rows: Sequence[ArticleSummary], total: int, opened: str = "", held: Holdings | None = None
) -> str:
    """Return a page of the table; `opened` is the `preview` that stands below its row, or above the table."""
    return render(
        "library.html", view=view, rows=rows, total=total, opened=Markup(opened),  # noqa: S704  (a template's markup)
        columns=COLUMNS, last=pages(total), held=held or Holdings(total), undated=UNDATED,
        inside=any(row.id == view.opened for row in rows),
    )  # fmt: skip


def preview(
    article: Article, sentences: int, view: View = NOTHING, stated: Mapping[str, str] | None = None, problem: str = ""
) -> str:
    """Return an article opened in the library, its text cut at `SHOWN` characters, the place that the view has marked.

    While it is edited there is a form, with what was `stated` in it and the `problem` of that.
    """
    span, notice = place_in(article, view.at, view.version)
    first, last = part_around(article.text, span, SHOWN) if span else (0, _beginning(article.text))
    marks = {span: "1"} if span else {}
    lines = (m for m in re.finditer(r"[^\n]+", article.text[first:last]) if m[0].strip())
    paragraphs = [marked_line(article.text, (first + m.start(), first + m.end()), marks, (0, 0)) for m in lines]
    known = {field: KNOWN[field] for field in METADATA if getattr(article, field)}
    fields = [(field, KNOWN[field], _value(article, field), (stated or {}).get(field)) for field in EDITED]
    return render(
        "preview.html", article=article, sentences=sentences, paragraphs=paragraphs, shown=last - first, first=first,
        known=known, editing=view.editing, fields=fields, problem=problem, notice=notice,
        address=web_address(article.url),
    )  # fmt: skip


def _beginning(text: str) -> int:
    """Return where the part of a text ends that is shown: a line's end, or a word's."""
    if len(text) <= SHOWN:
        return len(text)
    return text.rfind("\n", 0, SHOWN) + 1 or text.rfind(" ", 0, SHOWN) + 1 or SHOWN


def changed_words(article: Article, fields: Sequence[str]) -> str:
    """Return what was changed about an article, as a person reads it: "published 3 March 2026, author removed"."""
    return ", ".join(f"{KNOWN[field].lower()} {_value(article, field) or 'removed'}" for field in fields)


def problem(text: str) -> str:
    """Return a message of ours where markup is expected."""
    return render("problem.html", text=text)


def _value(article: Article, field: str) -> str:
    """Return what a field holds, as a person writes it."""
    value = getattr(article, field) or ""
    return write_day(value) if field == "published" else value
