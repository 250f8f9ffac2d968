"""The line above the chat, as HTML: a new conversation, earlier ones, export, deletion. Texts pass `html.escape`."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from qa.service.conversations import ConversationSummary
from qa.web.page.chat.chat_html import day

TITLE = 90  # characters of a first question


def bar(current: str, asked: bool, listed: Sequence[ConversationSummary], problem: str = "") -> str:
    """`asked`: whether something was asked in the conversation `current`, so that there is something to export.
    `problem`: why conversations are not kept.
    """
    parts = []
    if asked:
        parts.append('<button type="button" class="link" data-act="new">New conversation</button>')
    earlier = [c for c in listed if c.id != current]
    if earlier:
        parts.append(_menu("Earlier", "".join(map(_line, earlier)), "earlier"))
    if asked:
        parts.append(_menu("Export", _exports(current), "export"))
        ask = f'<button type="button" class="link forget" data-act="forget" value="{escape(current)}">Delete</button>'
        parts.append(ask)
    if problem:
        parts.append(f'<span class="note">{escape(problem)}</span>')
    return f'<div class="bar" role="toolbar" aria-label="Conversation">{"".join(parts)}</div>'


def _menu(name: str, items: str, kind: str) -> str:
    return f'<details class="menu {kind}"><summary>{name}</summary><ul class="drop">{items}</ul></details>'


def _line(c: ConversationSummary) -> str:
    title = c.title if len(c.title) <= TITLE else c.title[:TITLE] + "…"
    count = "1 question" if c.turns == 1 else f"{c.turns} questions"
    return (
        f'<li><button type="button" data-act="pick" value="{escape(c.id)}">{escape(title)}'
        f"<small>{count}, {day(c.asked)}</small></button></li>"
    )


def _exports(id: str) -> str:
    kinds = (("md", "Markdown"), ("json", "JSON"))
    return "".join(
        f'<li><a href="api/conversations/{escape(id)}/export.{kind}" download>{name}</a></li>' for kind, name in kinds
    )
