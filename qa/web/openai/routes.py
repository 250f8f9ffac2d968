"""The routes of OpenAI's API that chat clients use: which models there are, and an answer to a conversation."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Security
from fastapi.responses import StreamingResponse

from qa.core.types import Answer
from qa.web.api.routes import TOKEN
from qa.web.api.schemas import Responses
from qa.web.errors import OPENAI
from qa.web.links import link
from qa.web.openai.asking import check, read
from qa.web.openai.housekeeping import reply_to
from qa.web.openai.refusals import Route, Unusable
from qa.web.openai.schemas import (
    MODEL,
    Chat,
    Choice,
    CitedPlace,
    Completion,
    Model,
    Models,
    Reply,
    Usage,
    problems,
)
from qa.web.openai.writing import write
from qa.web.running import RunningService

_STREAM: Responses = {
    200: {
        "description": "An answer; with `stream`, chunks of it as server-sent events, the last one `data: [DONE]`",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@dataclass(frozen=True, slots=True)
class _Replied:
    """A reply: the pieces of its text in order, and whole."""

    pieces: tuple[str, ...]
    reply: Reply
    usage: Usage


def openai_routes(service: RunningService) -> APIRouter:
    """Routes under /v1. Handlers are plain functions: FastAPI runs each in a worker thread."""
    api = APIRouter(
        prefix=OPENAI.rstrip("/"), tags=["openai"], route_class=Route, dependencies=[Security(TOKEN)],
        responses=problems(400, 401, 403, 404, 413, 429, 503, "default"),
    )  # fmt: skip
    started = int(time.time())

    @api.get("/models", operation_id="list_models", summary="List the models")
    def models() -> Models:
        """List the ways of answering: `groundwire`, in the articles' own sentences."""
        return Models(data=[Model(created=started)])

    @api.get("/models/{id:path}", operation_id="get_model", summary="A model")
    def model(id: str) -> Model:
        """Return what is known about a model."""
        if id != MODEL:
            raise Unusable(f"There is no model {id[:100]!r} here. There is: {MODEL}.", "model", "model_not_found", 404)
        return Model(created=started)

    @api.post(
        "/chat/completions", operation_id="complete_chat", summary="Answer a conversation", response_model=Completion,
        responses=_STREAM,
    )  # fmt: skip
    def complete(chat: Chat, request: Request) -> Completion | StreamingResponse:
        """Answer the last question of a conversation in the articles' own sentences, each with an exact citation.

        The answer is Markdown with footnotes; `citations` beside it are the same as values. Where the articles do not
        hold the answer it says so, and there are none.
        """
        replied = _reply(chat, service, str(request.base_url))
        completion = Completion(
            id=f"chatcmpl-{secrets.token_hex(12)}", created=int(time.time()), choices=[Choice(message=replied.reply)],
            usage=replied.usage,
        )  # fmt: skip
        if not chat.stream:
            return completion
        counted = bool(chat.stream_options and chat.stream_options.include_usage)
        return StreamingResponse(_events(_chunks(completion, replied.pieces, counted)), media_type="text/event-stream")

    return api


def _reply(chat: Chat, service: RunningService, base: str) -> _Replied:
    """Return the reply to a conversation. Raises Unusable, and what `QA.ask` raises."""
    check(chat)
    said = reply_to(chat.messages)
    if said is not None:
        return _replied(chat, [said], Reply(content=said))
    asked = read(chat)
    answer = service.qa.ask(asked.question, asked.filters, history=asked.history, today=asked.today)
    paragraphs = write(answer, base, asked.filters)
    pieces = [paragraph if n == 0 else f"\n\n{paragraph}" for n, paragraph in enumerate(paragraphs)]
    reply = Reply(content="".join(pieces), citations=list(_citations(answer, base)), declined=answer.declined)
    return _replied(chat, pieces, reply)


def _replied(chat: Chat, pieces: Sequence[str], reply: Reply) -> _Replied:
    asked, said = sum(len(m.text.split()) for m in chat.messages), len(reply.content.split())
    return _Replied(tuple(pieces), reply, Usage(prompt_tokens=asked, completion_tokens=said, total_tokens=asked + said))


def _citations(answer: Answer, base: str) -> Iterator[CitedPlace]:
    """Yield the citations of an answer as values, the number of a footnote each."""
    for c in (c for sentence in answer.sentences for c in sentence.citations):
        yield CitedPlace(
            n=c.n, article=c.article, version=c.version, title=c.title, outlet=c.outlet, date=c.published,
            start=c.start, end=c.end, quote=c.quote, url=link(base, c),
        )  # fmt: skip


def _chunks(completion: Completion, pieces: Iterable[str], counted: bool) -> Iterator[dict[str, Any]]:
    """Yield an answer in chunks: who speaks, the text, the citations with the end, and the usage where it is wanted."""
    head = {**completion.model_dump(include={"id", "created", "model"}), "object": "chat.completion.chunk"}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    choice = completion.choices[0]
    yield chunk({"role": "assistant", "content": ""})
    for piece in pieces:
        yield chunk({"content": piece})
    yield chunk(choice.message.model_dump(include={"citations", "declined"}), choice.finish_reason)
    if counted:
        yield {**head, "choices": [], "usage": completion.usage.model_dump()}


def _events(chunks: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield chunks as server-sent events."""
    for chunk in chunks:
        yield f"data: {json.dumps(chunk)}\n\n"
    yield "data: [DONE]\n\n"
