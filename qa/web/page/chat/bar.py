"""The line above the chat, as HTML: a new conversation, earlier ones, name and link, export, deletion."""

from __future__ import annotations

from collections.abc import Sequence

from qa.service.conversations import ConversationSummary
from qa.web.page.markup import render

TITLE = 90  # characters of a first question


def bar(current: str, asked: bool, listed: Sequence[ConversationSummary], problem: str = "") -> str:
    """Return the line. `problem` says why conversations are not kept.

    `asked` is True once something was asked in the conversation `current`, so that there is something to export.
    """
    earlier = [c for c in listed if c.id != current]
    title = next((c.title for c in listed if c.id == current), "")
    return render(
        "bar.html", current=current, asked=asked, earlier=earlier, title=title, problem=problem, longest=TITLE
    )
