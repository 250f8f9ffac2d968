"""The JSON routes: the service over HTTP, for programs and for the command line beside a running page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Query, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from qa.batches import Item
from qa.errors import (
    DuplicateArticle,
    GroundwireError,
    NotReady,
    Refused,
    UnknownArticle,
    UnknownConversation,
    UserError,
)
from qa.types import Answer, ArticleSummary, Outcome, SourcePassage
from qa.web.host import Host
from qa.web.schemas import (
    PROBLEMS,
    Ask,
    Changes,
    Finding,
    FullArticle,
    Health,
    IndexReport,
    NewArticle,
    NewItems,
    Responses,
    Search,
    problem,
)
from qa.wire import filters_from_dict

_STATUS: tuple[tuple[type[GroundwireError], int], ...] = (
    (UnknownArticle, 404),
    (UnknownConversation, 404),
    (DuplicateArticle, 409),
    (Refused, 403),
    (UserError, 400),
    (NotReady, 503),
    (GroundwireError, 500),
)


_UNKNOWN = problem(404, "There is no such article")
_TWICE = problem(409, "The same text is in the corpus already; `article` names it")
_TEXT = {"schema": {"type": "string"}}
_FILE: Responses = {200: {"description": "The file", "content": {"text/markdown": _TEXT, "text/plain": _TEXT}}}
_TOKEN = HTTPBearer(
    auto_error=False,  # the guard in front decides, this says so in the document
    description="The service's token (index/token), or a user's own. Wanted for every change, and for everything once "
    "there are users.",
)


def json_routes(host: Host) -> APIRouter:
    """Routes under /api. Handlers are plain functions: FastAPI runs each in a worker thread."""
    api = APIRouter(prefix="/api", responses=PROBLEMS, dependencies=[Security(_TOKEN)])
    _asking(api, host)
    _library(api, host)
    _changing(api, host)
    _running(api, host)
    return api


def _asking(api: APIRouter, host: Host) -> None:
    @api.post("/ask", tags=["asking"], operation_id="ask", summary="Answer a question")
    def ask(body: Ask) -> Answer:
        """The answer in the articles' own sentences, each with a citation that is exact to the code point.

        `declined` is true when the articles do not hold the answer; `nearest` then shows the closest passages.
        """
        return host.qa.ask(body.question, filters_from_dict(body.filters))

    @api.post("/search", tags=["asking"], operation_id="search", summary="Find passages")
    def search(body: Search) -> list[SourcePassage]:
        """The passages that are nearest to the question by meaning and by words, best first."""
        return host.qa.search(body.question, filters_from_dict(body.filters), body.k)

    @api.get("/examples", tags=["asking"], operation_id="examples", summary="Questions the articles answer")
    def examples() -> list[str]:
        """At most four, each verified by asking it; none when the articles hold nothing that makes a good one."""
        return host.qa.examples()


def _library(api: APIRouter, host: Host) -> None:
    @api.get("/articles", tags=["library"], operation_id="list_articles", summary="List the articles")
    def articles(
        search: str = Query("", description="Words of the id, title or outlet"),
        order: str = Query("id", description="id, title, outlet, published, added or sentences"),
        descending: bool = Query(False, description="The last first; what is unknown comes last either way"),
        offset: int = Query(0, ge=0),
        limit: int | None = Query(None, ge=1),
    ) -> list[ArticleSummary]:
        """Rows of the library, without the texts."""
        return host.qa.articles(search=search, order=order, descending=descending, offset=offset, limit=limit)

    @api.get(
        "/articles/{id:path}", tags=["library"], operation_id="get_article", responses=_UNKNOWN,
        summary="An article with its sentences", response_model=FullArticle,
    )  # fmt: skip
    def article(id: str) -> dict[str, Any]:
        """Its canonical text, which citations count in, what is known about it, and its sentences' spans."""
        found, sentences = host.qa.article(id)
        return {**asdict(found), "version": found.version, "shown_title": found.shown_title, "sentences": sentences}

    @api.get(
        "/files/{id:path}", tags=["library"], operation_id="download_article", responses=_UNKNOWN | _FILE,
        summary="An article's file", response_class=Response,
    )  # fmt: skip
    def file(id: str) -> Response:
        """The file as it stands in corpus/: front matter and text."""
        name, data = host.qa.file(id)
        kind = "markdown" if name.endswith(".md") else "plain"
        plain = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)  # for clients that know no RFC 5987
        disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
        return Response(data, media_type=f"text/{kind}; charset=utf-8", headers={"content-disposition": disposition})


def _changing(api: APIRouter, host: Host) -> None:
    @api.post(
        "/articles", tags=["library"], operation_id="add_article", responses=_UNKNOWN | _TWICE,
        summary="Add or replace an article",
    )  # fmt: skip
    def add(body: NewArticle) -> Outcome:
        """It is added when its file stands complete in corpus/, and answers from then on."""
        return host.qa.add(**body.model_dump())

    @api.post("/batches", tags=["library"], operation_id="add_articles", summary="Add many articles")
    def add_many(body: NewItems) -> list[Outcome]:
        """An outcome for each, in their order, once it stands in corpus/ and is indexed: added, replaced, updated,
        unchanged, duplicate or refused with the reason. Send about 30,000 characters at a time.
        """
        return host.qa.add_batch([Item(item.draft, item.id, item.apart) for item in body.items], **body.given)

    @api.patch(
        "/articles/{id:path}", tags=["library"], operation_id="edit_article", responses=_UNKNOWN,
        summary="Change what is known about an article",
    )  # fmt: skip
    def edit(id: str, body: Changes) -> Outcome:
        """Title, outlet and so on; its text, its version and what was cited from it stay."""
        return host.qa.edit(id, **body.model_dump())

    @api.delete(
        "/articles/{id:path}", tags=["library"], operation_id="remove_article", responses=_UNKNOWN,
        summary="Remove an article",
    )  # fmt: skip
    def remove(id: str) -> Outcome:
        """Its file is deleted and it is never cited again."""
        return host.qa.remove(id)


def _running(api: APIRouter, host: Host) -> None:
    @api.get(
        "/health", tags=["service"], operation_id="health", summary="Whether the service answers",
        response_model=Health, response_model_exclude_unset=True,
    )  # fmt: skip
    def health() -> dict[str, Any]:
        """The state of the service, and counts once the index is open."""
        counts = host.qa.status() if host.state in ("indexing", "ready") else {}
        return {"state": host.state, "detail": host.detail, "watching": host.watching, **counts}

    @api.post(
        "/index", tags=["service"], operation_id="index", summary="Index what changed in corpus/",
        response_model=IndexReport,
    )  # fmt: skip
    def index() -> dict[str, Any]:
        """Reads the files that changed, forgets those that are gone, and says what it did."""
        return asdict(host.qa.sync())

    @api.post(
        "/doctor", tags=["service"], operation_id="doctor", summary="Check every invariant of the index",
        response_model=list[Finding],
    )  # fmt: skip
    def doctor() -> list[dict[str, Any]]:
        """All checks in the order in which data flows, with the command that mends what is wrong."""
        from qa.doctor import examine  # it imports what the page must not wait for

        return [asdict(finding) for finding in examine(host.qa)]


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
