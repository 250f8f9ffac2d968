"""The JSON routes: the service over HTTP, for programs and for the command line beside a running page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from qa.errors import (
    DuplicateArticle,
    GroundwireError,
    NotReady,
    Refused,
    UnknownArticle,
    UnknownConversation,
    UserError,
)
from qa.web.host import Host
from qa.wire import answer_to_dict, filters_from_dict

_STATUS: tuple[tuple[type[GroundwireError], int], ...] = (
    (UnknownArticle, 404),
    (UnknownConversation, 404),
    (DuplicateArticle, 409),
    (Refused, 403),
    (UserError, 400),
    (NotReady, 503),
    (GroundwireError, 500),
)


class Ask(BaseModel):
    """A question, with filters: outlets, articles (lists), published_from, published_to (ISO dates)."""

    question: str
    filters: dict[str, Any] | None = None


class Search(Ask):
    """A search for passages."""

    k: int = Field(default=10, ge=1, le=100)


class NewArticle(BaseModel):
    """An article to add: its text and what is known about it. `id` replaces the article of that id."""

    text: str
    name: str = ""
    id: str | None = None
    markdown: bool = False
    title: str | None = None
    outlet: str | None = None
    url: str | None = None
    author: str | None = None
    published: str | None = None


def json_routes(host: Host) -> APIRouter:
    """Routes under /api. Handlers are plain functions: FastAPI runs each in a worker thread."""
    api = APIRouter(prefix="/api")

    @api.get("/health")
    def health() -> dict[str, Any]:
        counts = host.qa.status() if host.state in ("indexing", "ready") else {}
        return {"state": host.state, "detail": host.detail, **counts}

    @api.post("/ask")
    def ask(body: Ask) -> dict[str, Any]:
        return answer_to_dict(host.qa.ask(body.question, filters_from_dict(body.filters)))

    @api.post("/search")
    def search(body: Search) -> list[dict[str, Any]]:
        return [asdict(p) for p in host.qa.search(body.question, filters_from_dict(body.filters), body.k)]

    @api.get("/examples")
    def examples() -> list[str]:
        return host.qa.examples()

    @api.get("/articles")
    def articles(
        search: str = "", order: str = "id", offset: int = Query(0, ge=0), limit: int | None = Query(None, ge=1)
    ) -> list[dict[str, Any]]:
        return [asdict(a) for a in host.qa.articles(search=search, order=order, offset=offset, limit=limit)]

    @api.get("/articles/{id:path}")
    def article(id: str) -> dict[str, Any]:
        found, sentences = host.qa.article(id)
        return {
            **asdict(found),
            "version": found.version,
            "shown_title": found.shown_title,
            "sentences": [asdict(s) for s in sentences],
        }

    @api.post("/articles")
    def add(body: NewArticle) -> dict[str, Any]:
        return asdict(host.qa.add(**body.model_dump()))

    @api.delete("/articles/{id:path}")
    def remove(id: str) -> dict[str, Any]:
        return asdict(host.qa.remove(id))

    @api.post("/index")
    def index() -> dict[str, Any]:
        return asdict(host.qa.sync())

    @api.post("/doctor")
    def doctor() -> list[dict[str, Any]]:
        from qa.doctor import examine  # it imports what the page must not wait for

        return [asdict(finding) for finding in examine(host.qa)]

    return api


def error_answers(app: FastAPI) -> None:
    """Our errors, and the framework's about bodies and paths, as `{"error": kind, "message": sentence}`."""

    async def ours(_: Request, error: Exception) -> JSONResponse:
        status = next(status for kind, status in _STATUS if isinstance(error, kind))
        return JSONResponse(error_body(error), status)

    async def malformed(_: Request, error: Exception) -> JSONResponse:
        first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
        where = ".".join(str(part) for part in first.get("loc", ()) if part != "body") or "the body"
        message = f"The request's {where} is not as expected: {first.get('msg', 'unknown')}. See /api/openapi.json"
        return JSONResponse({"error": "UserError", "message": message}, 400)

    async def plain(_: Request, error: Exception) -> JSONResponse:
        status = error.status_code if isinstance(error, HTTPException) else 500
        detail = error.detail if isinstance(error, HTTPException) else "it failed"
        return JSONResponse({"error": "UserError", "message": f"{detail}. See /api/openapi.json"}, status)

    handlers: tuple[tuple[type[Exception], Callable[..., Any]], ...] = (
        (GroundwireError, ours),
        (RequestValidationError, malformed),
        (HTTPException, plain),
    )
    for kind, handler in handlers:
        app.add_exception_handler(kind, handler)


def error_body(error: Exception) -> dict[str, str]:
    body = {"error": type(error).__name__, "message": str(error)}
    if isinstance(error, DuplicateArticle):
        body["article"] = error.article
    return body
