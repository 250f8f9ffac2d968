"""The panel beside the chat: what a button opens there, now and while the answer grows, or why it opens nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr

from qa.core.errors import GroundwireError
from qa.service.conversations import Turn
from qa.web.page.chat import sources_html as render
from qa.web.page.chat.answering import Asked, UnderWay
from qa.web.page.chat.sources import Sources
from qa.web.page.chat.tokens import Token
from qa.web.page.components import WRONG, shown, visitor_or_page
from qa.web.wording import in_words

log = logging.getLogger(__name__)

NOT_OURS = "This button was not made here, so it opens nothing."

Kept = Callable[[str, str, Asked | None], tuple[str, tuple[Turn, ...]]]


class Panel:
    """Shows sources. `kept` looks up a visitor's conversation, with the turn that is being answered."""

    def __init__(self, sources: Sources, under_way: UnderWay, kept: Kept) -> None:
        self._sources = sources
        self._under_way = under_way
        self._kept = kept

    def of(self, turns: Sequence[Turn], *, story: bool = True) -> Callable[[], str]:
        """Return what shows the sources of the last of these turns, none of them opened."""
        return lambda: self._sources.panel(turns[-1] if turns else None, story=story)

    def opened(self, data: Mapping[str, Any], current: str, request: gr.Request) -> Any:
        """Show what a button's token opens. While an answer comes, it is opened again as that grows."""
        token, see = Token.decode(data.get("token")), self._sources.see(data.get("act"))
        if token is None:
            return shown(render.panel_notice(NOT_OURS))
        asked, visitor = self._under_way.of(request.session_hash), visitor_or_page(request)

        def seen() -> str:
            return see(token, self._kept(visitor, asked.conversation if asked else current, asked)[1])

        if asked:
            asked.see = seen
        return self.checked(seen)

    def checked(self, see: Callable[[], str]) -> Any:
        """Show a panel, or why there is none."""
        try:
            return shown(see())
        except GroundwireError as error:
            return shown(render.panel_notice(in_words(error)))
        except Exception:
            log.exception("opening a citation failed")
            return shown(render.panel_notice(WRONG))
