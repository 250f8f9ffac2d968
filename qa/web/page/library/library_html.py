"""The library as HTML: a page of its table, and an article opened in it. Pure; every text passes `html.escape`.

A button says in `data-act` and `value` what it does. `View.after` reads both as what a client may have made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import quote

from qa.core.types import METADATA, Article, ArticleSummary
from qa.web.page.chat.chat_html import day

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
    """What of the library a visitor looks at: `opened` and `confirming` are ids, pages count from 1."""

    search: str = ""
    order: str = "title"
    descending: bool = False
    page: int = 1
    opened: str = ""
    confirming: str = ""

    @property
    def offset(self) -> int:
        return (self.page - 1) * ROWS

    def searching(self, search: str) -> View:
        """The first page of what a search finds; the same view when the search is the same."""
        return self if search == self.search else replace(self._closed(), search=search, page=1)

    def within(self, total: int) -> View:
        """The nearest page that there is."""
        return replace(self, page=max(1, min(self.page, pages(total))))

    def after(self, act: object, value: object) -> View:
        """The view after a button; the same view for anything that no button of ours sends."""
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
    return -(-total // ROWS)


def library(view: View, rows: Sequence[ArticleSummary], total: int, opened: str = "") -> str:
    """A page of the table; `opened` is the article's HTML that stands below its row."""
    if not total:
        words = (
            f"No article matches “{view.search}”."
            if view.search
            else "The library is empty. Paste an article or upload files."
        )
        return f'<p class="empty count" tabindex="-1" role="status">{escape(words)}</p>{_jump()}'
    what = "article" if total == 1 else "articles"
    matching = f" with “{view.search}”" if view.search else ""
    count = f'<p class="count" tabindex="-1" role="status">{escape(f"{total:,} {what}{matching}")}</p>'
    heads = "".join(_head(view, order) for order in COLUMNS)
    body = "".join(_row(r, view, opened if r.id == view.opened else "") for r in rows)
    return (
        f'{count}{_jump()}<table class="library"><thead><tr>{heads}'
        '<th scope="col"><span class="hidden">Download or remove</span></th></tr></thead>'
        f"<tbody>{body}</tbody></table>{_pager(view, len(rows), total)}"
    )


def preview(article: Article, sentences: int) -> str:
    """An article opened in the library, its text cut at `SHOWN` characters."""
    title, facts = escape(article.shown_title), [f for f in (article.outlet, article.author) if f]
    facts += [f"published {day(article.published)}"] if article.published else ["date unknown"]
    more = [f"{sentences:,} sentence{'' if sentences == 1 else 's'}", f"{len(article.text):,} characters"]
    more += [f"added {day(article.added)}"] if article.added else []
    text = article.text[:SHOWN]
    cut = ""
    if len(article.text) > SHOWN:
        text = text[: text.rfind("\n") + 1] or text[: text.rfind(" ") + 1] or text
        cut = f'<p class="cut">This is the beginning, {len(text):,} characters of {len(article.text):,}. '
        cut += f"{_download(article.id, title, 'Download the whole article')}</p>"
    address = f'<p class="facts address">{escape(article.url)}</p>' if article.url else ""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n") if line.strip())
    return (
        f'<section class="opened" aria-label="{title}"><header><h2 tabindex="-1">{title}</h2>'
        f'<p class="facts">{escape(" · ".join(facts))}</p>{address}<p class="facts">{escape(" · ".join(more))}</p>'
        f"{_known(article)}"
        f'<div class="acts">{_act("ask", article.id, "Ask this article")}{_download(article.id, title)}'
        f"{_act('confirm', article.id, 'Remove')}{_act('close', article.id, 'Close')}</div></header>"
        f'<div class="text" tabindex="0" role="region" aria-label="Text">{paragraphs}{cut}</div></section>'
    )


def _known(article: Article) -> str:
    """Every value that is known, with where it was found."""
    rows = []
    for field in METADATA:
        if value := getattr(article, field):
            origin = f" <small>{escape(article.origins[field])}</small>" if field in article.origins else ""
            rows.append(f"<div><dt>{KNOWN[field]}</dt><dd>{escape(value)}{origin}</dd></div>")
    listed = f"<summary>What is known, and from where</summary><dl>{''.join(rows)}</dl>"
    return f'<details class="known">{listed}</details>' if rows else ""


def problem(text: str) -> str:
    """A message of ours where HTML is expected."""
    return f'<p class="wrong">{escape(text)}</p>'


def _head(view: View, order: str) -> str:
    active = view.order == order
    sign = "-" if active and not view.descending else ""
    sort = f' aria-sort="{"descending" if view.descending else "ascending"}"' if active else ""
    arrow = f'<span aria-hidden="true">{"↓" if view.descending else "↑"}</span>' if active else ""
    return (
        f'<th scope="col"{sort}><button type="button" class="sort" data-act="sort" name="{order}"'
        f' value="{sign}{order}">{COLUMNS[order]}{arrow}</button></th>'
    )


def _row(row: ArticleSummary, view: View, opened: str) -> str:
    title = escape(row.title)
    cells = (row.outlet or "", _short(day(row.published)), f"{row.sentences:,}", _short(day(row.added)))
    tds = "".join(f"<td>{escape(c)}</td>" for c in cells)
    toggle = "close" if opened else "open"
    acts = _download(row.id, title) + _act("confirm", row.id, "Remove", f"Remove {row.title}")
    line = (
        f'<tr><td class="title"><button type="button" class="title" data-act="{toggle}" value="{escape(row.id)}"'
        f' aria-expanded="{"true" if opened else "false"}">{title}</button></td>{tds}'
        f'<td class="act">{acts}</td></tr>'
    )
    asking = (
        f'<tr class="confirm"><td colspan="6"><span>Remove “{title}” for good? Its file is deleted.</span>'
        f"{_act('remove', row.id, 'Yes, remove it')}{_act('keep', row.id, 'Keep it')}</td></tr>"
    )
    below = f'<tr class="preview"><td colspan="6">{opened}</td></tr>' if opened else ""
    return line + (asking if row.id == view.confirming else "") + below


def _short(day: str) -> str:
    """A date with its month in three letters: a table has little room."""
    parts = day.split(" ")
    return f"{parts[0]} {parts[1][:3]} {parts[2]}" if len(parts) == 3 else day


def _pager(view: View, shown: int, total: int) -> str:
    if total <= ROWS:
        return ""
    last = pages(total)
    targets = (
        (("first", "First", 1), ("previous", "Previous", view.page - 1)),
        (
            ("next", "Next", view.page + 1),
            ("last", "Last", last),
        ),
    )
    before, behind = (
        "".join(
            f'<button type="button" data-act="page" name="{name}" value="{page}"'
            f"{'' if 1 <= page <= last and page != view.page else ' disabled'}>{words}</button>"
            for name, words, page in group
        )
        for group in targets
    )
    span = f"{view.offset + 1:,}–{view.offset + shown:,} of {total:,}"
    return f'<nav class="pager" aria-label="Pages of the library">{before}<span>{span}</span>{behind}</nav>'


def _jump() -> str:
    return '<button type="button" class="jump" data-act="jump">Add articles</button>'


def _download(id: str, title: str, words: str = "Download") -> str:
    """A link to an article's file. `title` is HTML already."""
    return f'<a href="api/files/{quote(id, safe="")}" download aria-label="{words}: {title}">{words}</a>'


def _act(act: str, id: str, words: str, label: str = "") -> str:
    named = f' aria-label="{escape(label)}"' if label else ""
    return f'<button type="button" class="act-{act}" data-act="{act}" value="{escape(id)}"{named}>{words}</button>'
