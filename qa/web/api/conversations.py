"""The routes of a visitor's own conversations: listed, exported, one turn to copy. The page uses them."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from qa.core.errors import UnknownConversation
from qa.service.conversations import Conversations, ConversationSummary, Turn
from qa.service.transcript import as_markdown, as_text, conversation_markdown, conversation_values
from qa.web.api.schemas import PROBLEMS, problem


def conversation_routes(conversations: Conversations) -> APIRouter:
    """Routes under /api/conversations. A visitor sees their own; a program without a visitor's cookie sees none."""
    unknown = problem(404, "The visitor has no such conversation")
    api = APIRouter(prefix="/api/conversations", tags=["conversations"], responses=PROBLEMS | unknown)

    @api.get("", summary="The visitor's conversations, the last used first")
    def conversations_of_visitor(request: Request) -> list[ConversationSummary]:
        return conversations.listed(_visitor(request))

    @api.get("/{id}/export.json", summary="A conversation with quotes, article ids, versions and offsets")
    def export_json(id: str, request: Request) -> Response:
        values = conversation_values(id, conversations.turns(_visitor(request), id))
        return JSONResponse(values, headers=_attached(id, "json"))

    @api.get("/{id}/export.md", summary="A conversation as Markdown", response_class=PlainTextResponse)
    def export_markdown(id: str, request: Request) -> Response:
        text = conversation_markdown(conversations.turns(_visitor(request), id))
        return PlainTextResponse(text, media_type="text/markdown", headers=_attached(id, "md"))

    @api.get("/{id}/turns/{n}.txt", summary="A turn as plain text", response_class=PlainTextResponse)
    def turn_text(id: str, n: int, request: Request) -> Response:
        return PlainTextResponse(as_text(_turn(request, id, n)))

    @api.get("/{id}/turns/{n}.md", summary="A turn as Markdown", response_class=PlainTextResponse)
    def turn_markdown(id: str, n: int, request: Request) -> Response:
        return PlainTextResponse(as_markdown(_turn(request, id, n)), media_type="text/markdown")

    def _turn(request: Request, id: str, n: int) -> Turn:
        for turn in conversations.turns(_visitor(request), id):
            if turn.n == n:
                return turn
        raise UnknownConversation(f"This conversation has no turn {n}. Reload the page.")

    return api


def _visitor(request: Request) -> str:
    return str(getattr(request.state, "visitor", ""))


def _attached(id: str, suffix: str) -> dict[str, str]:
    """Name a file to save. The id was found, so it is one of ours: letters, digits, - and _."""
    return {"content-disposition": f'attachment; filename="groundwire-{id}.{suffix}"'}
