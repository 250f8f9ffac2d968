"""The library as HTML: its table and what became of each file. Pure functions; every text passes `html.escape`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from qa.types import ArticleSummary, Outcome
from qa.web.render import day

OPENING = '<p class="empty opening">Opening the library…</p>'
_DONE = {"added", "replaced", "removed"}


def library(rows: Sequence[ArticleSummary], *, more: bool = False, search: str = "", confirming: str = "") -> str:
    """The table of articles; the row of the article `confirming` asks whether to remove it."""
    if not rows:
        words = f"No article matches “{search}”." if search else "The library is empty. Add an article below."
        return f'<p class="empty">{escape(words)}</p>'
    head = "".join(f'<th scope="col">{h}</th>' for h in ("Title", "Outlet", "Published", "Sentences", "Added"))
    body = "".join(_row(r, r.id == confirming) for r in rows)
    rest = f'<p class="empty">The first {len(rows)} are shown. Search to see others.</p>' if more else ""
    return (
        f'<table class="library"><thead><tr>{head}<th scope="col"><span class="hidden">Remove</span></th></tr></thead>'
        f"<tbody>{body}</tbody></table>{rest}"
    )


def problem(text: str) -> str:
    """A message of ours where HTML is expected."""
    return f'<p class="wrong">{escape(text)}</p>'


def outcomes(results: Iterable[Outcome]) -> str:
    """What became of each file or text, one line each."""
    lines = []
    for r in results:
        kind = "done" if r.status in _DONE else "not-done"
        target = f" as {r.article}" if r.article and r.status in _DONE and r.article != r.name else ""
        message = f": {r.message}" if r.message else ""
        lines.append(f'<li class="{kind}"><b>{r.status.capitalize()}</b> {escape(r.name + target + message)}</li>')
    return f'<ul class="outcomes" role="status">{"".join(lines)}</ul>'


def _row(row: ArticleSummary, confirming: bool) -> str:
    cells = (row.outlet or "", day(row.published), str(row.sentences), day(row.added))
    tds = "".join(f"<td>{escape(c)}</td>" for c in cells)
    act = _act("ask", row, "Remove", f"Remove {row.title}")
    line = f'<tr><td class="title">{escape(row.title)}</td>{tds}<td class="act">{act}</td></tr>'
    if not confirming:
        return line
    return (
        f'{line}<tr class="confirm"><td colspan="6">'
        f"<span>Remove “{escape(row.title)}” for good? Its file is deleted.</span>"
        f"{_act('remove', row, 'Yes, remove it')}{_act('keep', row, 'Keep it')}</td></tr>"
    )


def _act(act: str, row: ArticleSummary, words: str, label: str = "") -> str:
    named = f' aria-label="{escape(label)}"' if label else ""
    return f'<button type="button" class="act-{act}" data-act="{act}" value="{escape(row.id)}"{named}>{words}</button>'
