"""The library as HTML: a page of its table, and an article opened in it. Pure functions, no gradio.

A button says in `data-act` and `value` what it does. `View.after` reads both as what a client may have made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from qa.core.types import METADATA, Article, ArticleSummary
from qa.web.page.markup import render

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
_MOST_PAGES = 10_000_000
_ACTS = {"open", "close", "confirm", "keep"}


@dataclass(frozen=True, slots=True)
class View:
    """The part of the library that a visitor looks at: `opened` and `confirming` are ids, pages count from 1."""

    search: str = ""
    order: str = "title"
    descending: bool = False
    page: int = 1
    opened: str = ""
    confirming: str = ""

    @property
    def offset(self) -> int:
        """Return how many rows come before the page."""
        return (self.page - 1) * ROWS

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
        if act not in _ACTS:
            return self
        if act == "open":
            return replace(self, opened=value, confirming="")
        if act == "close":
            return replace(self, opened="")
        return replace(self, confirming=value if act == "confirm" else "")

    def _closed(self) -> View:
        return replace(self, opened="", confirming="")


def pages(total: int) -> int:
    """Return how many pages so many rows have."""
    return -(-total // ROWS)


def library(view: View, rows: Sequence[ArticleSummary], total: int, opened: str = "") -> str:
    """Return a page of the table; `opened` is the `preview` that stands below its row."""
    below = Markup(opened)  # noqa: S704  (a template's markup)
    return render("library.html", view=view, rows=rows, total=total, opened=below, columns=COLUMNS, last=pages(total))


def preview(article: Article, sentences: int) -> str:
    """Return an article opened in the library, its text cut at `SHOWN` characters."""
    text = article.text[:SHOWN]
    if len(article.text) > SHOWN:
        text = text[: text.rfind("\n") + 1] or text[: text.rfind(" ") + 1] or text
    known = {field: KNOWN[field] for field in METADATA if getattr(article, field)}
    return render("preview.html", article=article, sentences=sentences, text=text, known=known)


def problem(text: str) -> str:
    """Return a message of ours where markup is expected."""
    return render("problem.html", text=text)
