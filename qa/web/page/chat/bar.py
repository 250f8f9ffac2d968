"""The line above the chat: a new conversation, earlier ones, name and link, export, deletion."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from qa.core.errors import GroundwireError
from qa.service.conversations import Conversations, ConversationSummary
from qa.web.page.components import QUIET, data_of, drawn, shown, visitor_or_page
from qa.web.page.markup import render
from qa.web.wording import in_words

TITLE = 90  # characters of a first question


class Bar:
    """The line as a component. Its `act` is for whoever shows conversations; names are given here."""

    def __init__(self, conversations: Conversations) -> None:
        self._store = conversations
        self.html = drawn(bar("", False, ()), "bar.js", elem_id="bar")
        self.html.rename(self.rename, None, [self.html], **QUIET)

    def show(self, visitor: str, current: str, *, asked: bool) -> str:
        """Show the line of a conversation in which something was `asked`, or not yet."""
        return shown(bar(current, asked, self._store.listed(visitor), self._store.problem))

    def rename(self, event: gr.EventData, request: gr.Request) -> str:
        """Give the conversation that is shown a name. An answer that is coming goes on coming."""
        data, visitor = data_of(event), visitor_or_page(request)
        id = str(data.get("id", ""))
        try:
            self._store.rename(visitor, id, str(data.get("title", "")))
        except GroundwireError as error:
            gr.Warning(in_words(error))
        return self.show(visitor, id, asked=True)


def bar(current: str, asked: bool, listed: Sequence[ConversationSummary], problem: str = "") -> str:
    """Return the line as HTML. `problem` says why conversations are not kept.

    `asked` is True once something was asked in the conversation `current`, so that there is something to export.
    """
    earlier = [c for c in listed if c.id != current]
    title = next((c.title for c in listed if c.id == current), "")
    return render(
        "bar.html", current=current, asked=asked, earlier=earlier, title=title, problem=problem, longest=TITLE
    )
