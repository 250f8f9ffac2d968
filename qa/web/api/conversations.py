"""The routes of a visitor's own conversations: listed, exported, one turn to copy. The page uses them."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from qa.core.errors import GroundwireError, UnknownConversation
from qa.service.conversations import Conversations, ConversationSummary, Turn
from qa.service.transcript import as_markdown, as_text, conversation_markdown, conversation_values
from qa.web.api.schemas import PROBLEMS, problem
from qa.web.running import RunningService

MOST = 60  # characters of a name in the name of a file


def conversation_routes(conversations: Conversations, service: RunningService) -> APIRouter:
    """Routes under /api/conversations. A visitor sees their own; a program without a visitor's cookie sees none."""
    unknown = problem(404, "The visitor has no such conversation")
    api = APIRouter(prefix="/api/conversations", tags=["conversations"], responses=PROBLEMS | unknown)

    @api.get("", summary="The visitor's conversations, the last used first")
    def conversations_of_visitor(request: Request) -> list[ConversationSummary]:
        return conversations.listed(_visitor(request))

    @api.get("/{id}/export.json", summary="A conversation with quotes, article ids, versions and offsets")
    def export_json(id: str, request: Request) -> Response:
        values = conversation_values(id, conversations.turns(_visitor(request), id))
        return JSONResponse(values, headers=_attached(_title(request, id), "json"))

    @api.get("/{id}/export.md", summary="A conversation as Markdown", response_class=PlainTextResponse)
    def export_markdown(id: str, request: Request) -> Response:
        text, title = conversation_markdown(conversations.turns(_visitor(request), id)), _title(request, id)
        return PlainTextResponse(text, media_type="text/markdown", headers=_attached(title, "md"))

    @api.get("/{id}/turns/{n}.txt", summary="A turn as plain text", response_class=PlainTextResponse)
    def turn_text(id: str, n: int, request: Request) -> Response:
        return PlainTextResponse(as_text(*_turn(request, id, n)))

    @api.get("/{id}/turns/{n}.md", summary="A turn as Markdown", response_class=PlainTextResponse)
    def turn_markdown(id: str, n: int, request: Request) -> Response:
        return PlainTextResponse(as_markdown(*_turn(request, id, n)), media_type="text/markdown")

    def _turn(request: Request, id: str, n: int) -> tuple[Turn, dict[str, str]]:
        """Return a turn with the addresses of what it cites."""
        turn = next((turn for turn in conversations.turns(_visitor(request), id) if turn.n == n), None)
        if turn is None:
            raise UnknownConversation(f"This conversation has no turn {n}. Reload the page.")
        return turn, _urls(turn, service)

    def _title(request: Request, id: str) -> str:
        return conversations.title(_visitor(request), id)

    return api


def _urls(turn: Turn, service: RunningService) -> dict[str, str]:
    """Return the addresses of the articles that a turn cites, of those that can be read now."""
    cited = {c.article for s in turn.answer.sentences for c in s.citations} if turn.answer else set()
    urls = dict[str, str]()
    for id in cited:
        with suppress(GroundwireError):
            urls |= {id: url} if (url := service.qa.article(id)[0].url) else {}
    return urls


def _visitor(request: Request) -> str:
    return str(getattr(request.state, "visitor", ""))


def _attached(title: str, suffix: str) -> dict[str, str]:
    """Name a file to save after a conversation."""
    name = " ".join(re.sub(r"[^\w\s-]", " ", title).split())[:MOST].strip() or "conversation"
    plain = name.encode("ascii", "ignore").decode()  # for clients that know no RFC 5987
    return {
        "content-disposition": f'attachment; filename="{plain}.{suffix}"; '
        f"filename*=UTF-8''{quote(f'{name}.{suffix}', safe='')}"
    }
