"""The JSON routes: the service over HTTP, for programs and for the command line beside a running page."""

from __future__ import annotations

import errno
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Query, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from qa.answer.question.conversation import Earlier
from qa.core.errors import (
    DuplicateArticle,
    GroundwireError,
    NotReady,
    QuotaExceeded,
    Refused,
    UnknownArticle,
    UnknownConversation,
    UserError,
)
from qa.core.reports import ArticleSummary, Outcome
from qa.core.types import Answer, SourcePassage
from qa.service.batches import Item
from qa.service.codec import filters_from_dict
from qa.web.api.schemas import (
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
from qa.web.errors import error_values
from qa.web.running import RunningService
from qa.web.wording import in_words

MOST = 2**63 - 1  # the largest number that SQLite counts with

_STATUS: tuple[tuple[type[GroundwireError], int], ...] = (
    (UnknownArticle, 404),
    (UnknownConversation, 404),
    (DuplicateArticle, 409),
    (Refused, 403),
    (QuotaExceeded, 429),
    (UserError, 400),
    (NotReady, 503),
    (GroundwireError, 500),
)


_UNKNOWN = problem(404, "There is no such article")
_TWICE = problem(409, "The same text is in the corpus already; `article` names it")
_TEXT = {"schema": {"type": "string"}}
_FILE: Responses = {200: {"description": "The file", "content": {"text/markdown": _TEXT, "text/plain": _TEXT}}}
TOKEN = HTTPBearer(
    auto_error=False,  # the guard in front decides, this says so in the document
    description="The service's token (index/token), or a user's own. Wanted for every change, and for everything once "
    "there are users.",
)


def json_routes(service: RunningService) -> APIRouter:
    """Routes under /api. Handlers are plain functions: FastAPI runs each in a worker thread."""
    api = APIRouter(prefix="/api", responses=PROBLEMS, dependencies=[Security(TOKEN)])
    _asking(api, service)
    _library(api, service)
    _changing(api, service)
    _running(api, service)
    return api


def _asking(api: APIRouter, service: RunningService) -> None:
    @api.post("/ask", tags=["asking"], operation_id="ask", summary="Answer a question")
    def ask(body: Ask) -> Answer:
        """Answer in the articles' own sentences, each with a citation that is exact to the code point.

        `declined` is true when the articles do not hold the answer; `nearest` then shows the closest passages.
        """
        history = [
            turn if isinstance(turn, str) else Earlier(turn.question, "", tuple(turn.sentences), tuple(turn.articles))
            for turn in body.history
        ]
        return service.qa.ask(
            body.question, filters_from_dict(body.filters), history=history, today=body.today, without=body.without
        )

    @api.post("/search", tags=["asking"], operation_id="search", summary="Find passages")
    def search(body: Search) -> list[SourcePassage]:
        """Return the passages that are nearest to the question by meaning and by words, best first."""
        return service.qa.search(body.question, filters_from_dict(body.filters), body.k)

    @api.get("/examples", tags=["asking"], operation_id="examples", summary="Questions the articles answer")
    def examples() -> list[str]:
        """At most four, each verified by asking it; none when the articles hold nothing that makes a good one."""
        return service.qa.examples()


def _library(api: APIRouter, service: RunningService) -> None:
    @api.get("/articles", tags=["library"], operation_id="list_articles", summary="List the articles")
    def articles(
        search: str = Query("", description="Words of the id, title, outlet, author or text"),
        order: str = Query("id", description="id, title, outlet, published, added or sentences"),
        descending: bool = Query(False, description="The last first; what is unknown comes last either way"),
        offset: int = Query(0, ge=0, le=MOST),
        limit: int | None = Query(None, ge=1, le=MOST),
    ) -> list[ArticleSummary]:
        """Rows of the library, without the texts."""
        return service.qa.articles(search=search, order=order, descending=descending, offset=offset, limit=limit)

    @api.get(
        "/articles/{id:path}", tags=["library"], operation_id="get_article", responses=_UNKNOWN,
        summary="An article with its sentences", response_model=FullArticle,
    )  # fmt: skip
    def article(id: str) -> dict[str, Any]:
        """Its canonical text, which citations count in, what is known about it, and its sentences' spans."""
        found, sentences = service.qa.article(id)
        return {**asdict(found), "version": found.version, "shown_title": found.shown_title, "sentences": sentences}

    @api.get(
        "/files/{id:path}", tags=["library"], operation_id="download_article", responses=_UNKNOWN | _FILE,
        summary="An article's file", response_class=Response,
    )  # fmt: skip
    def file(id: str) -> Response:
        """Return the file as it stands in corpus/: front matter and text."""
        name, data = service.qa.file(id)
        kind = "markdown" if name.endswith(".md") else "plain"
        plain = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)  # for clients that know no RFC 5987
        disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
        return Response(data, media_type=f"text/{kind}; charset=utf-8", headers={"content-disposition": disposition})


def _changing(api: APIRouter, service: RunningService) -> None:
    @api.post(
        "/articles", tags=["library"], operation_id="add_article", responses=_UNKNOWN | _TWICE,
        summary="Add or replace an article",
    )  # fmt: skip
    def add(body: NewArticle) -> Outcome:
        """Add it: its file stands complete in corpus/ when this returns, and it answers from then on."""
        return _sendable(service.qa.add(**body.model_dump()))

    @api.post("/batches", tags=["library"], operation_id="add_articles", summary="Add many articles")
    def add_many(body: NewItems) -> list[Outcome]:
        """Add each, and return their outcomes in this order, once they stand in corpus/ and are indexed.

        An outcome is added, replaced, updated, unchanged, duplicate or refused with the reason. Send about 30,000
        characters at a time.
        """
        outcomes = service.qa.add_many((Item(item.draft, item.id, item.apart) for item in body.items), **body.given)
        return [_sendable(outcome) for outcome in outcomes]

    @api.patch(
        "/articles/{id:path}", tags=["library"], operation_id="edit_article", responses=_UNKNOWN,
        summary="Change what is known about an article",
    )  # fmt: skip
    def edit(id: str, body: Changes) -> Outcome:
        """Title, outlet and so on; its text, its version and what was cited from it stay."""
        return service.qa.edit(id, **body.model_dump())

    @api.delete(
        "/articles/{id:path}", tags=["library"], operation_id="remove_article", responses=_UNKNOWN,
        summary="Remove an article",
    )  # fmt: skip
    def remove(id: str) -> Outcome:
        """Its file is deleted and it is never cited again."""
        return service.qa.remove(id)


def _running(api: APIRouter, service: RunningService) -> None:
    @api.get(
        "/health", tags=["service"], operation_id="health", summary="Whether the service answers",
        response_model=Health, response_model_exclude_unset=True,
    )  # fmt: skip
    def health() -> dict[str, Any]:
        """Return the state of the service, and counts once the index is open."""
        counts = service.qa.status() if service.open and service.state != "failed" else {}
        return {"state": service.state, "detail": service.detail, "watching": service.watching, **counts}

    @api.post(
        "/index", tags=["service"], operation_id="index", summary="Index what changed in corpus/",
        response_model=IndexReport,
    )  # fmt: skip
    def index() -> dict[str, Any]:
        """Read the files that changed, forget those that are gone, and say what was done."""
        report = asdict(service.qa.sync())
        return {**report, "notes": [in_words(note) for note in report["notes"]]}

    @api.post(
        "/doctor", tags=["service"], operation_id="doctor", summary="Check every invariant of the index",
        response_model=list[Finding],
    )  # fmt: skip
    def doctor() -> list[dict[str, Any]]:
        """All checks in the order in which data flows, with the command that mends what is wrong."""
        from qa.quality.doctor import examine  # it imports what the page must not wait for

        found = [asdict(finding) for finding in examine(service.qa)]
        return [{**finding, "problems": [in_words(problem) for problem in finding["problems"]]} for finding in found]


def upload_endpoint(service: RunningService) -> Callable[[Request], Awaitable[Response]]:
    """Return what the page's script sends files to, one at a time and nothing around it.

    It answers with the file's id.
    """

    async def receive(request: Request) -> Response:
        try:
            id = await service.uploads.receive(request.state.visitor, request.stream())
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it, or the guard says why
        return JSONResponse({"id": id})

    return receive


def error_answers(app: FastAPI) -> None:
    """Answer with our errors, and the framework's about bodies and paths, as `{"error": kind, "message": sentence}`."""

    async def ours(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse(error_body(request.url.path, error), status_of(error))

    async def plain(request: Request, error: Exception) -> JSONResponse:
        status = error.status_code if isinstance(error, HTTPException) else 500
        detail = error.detail if isinstance(error, HTTPException) else "it failed"
        headers = getattr(error, "headers", None)
        message = f"{detail}. See /api/openapi.json"
        return JSONResponse(error_values(request.url.path, status, "UserError", message), status, headers)

    handlers: tuple[tuple[type[Exception], Callable[..., Any]], ...] = (
        (GroundwireError, ours),
        (RequestValidationError, _malformed),
        (HTTPException, plain),
    )
    for kind, handler in handlers:
        app.add_exception_handler(kind, handler)


def page_answers(app: FastAPI) -> None:
    """Answer what is malformed in a request to the page's own application in words.

    The framework would send it back, which no JSON can hold when it is half a character, or a number that is none; and
    it would fail at a long name.
    """

    async def no_file(_: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, OSError) or error.errno != errno.ENAMETOOLONG:
            raise error
        return JSONResponse({"error": "UserError", "message": "No file has a name as long as that."}, 404)

    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(OSError, no_file)


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    where = ".".join(str(part) for part in first.get("loc", ()) if part != "body") or "the body"
    message = f"The request's {where} is not as expected: {first.get('msg', 'unknown')}. See /api/openapi.json"
    return JSONResponse({"error": "UserError", "message": _whole(message)}, 400)


def _sendable(outcome: Outcome) -> Outcome:
    """Return an outcome under the name that the client gave, as far as an answer can hold it."""
    return replace(outcome, name=_whole(outcome.name))


def _whole(text: str) -> str:
    """Return a text that a client sent, without what no answer can hold: JSON may carry half a character."""
    return text.encode("utf-8", "replace").decode("utf-8")


def status_of(error: Exception) -> int:
    """Return the status that an error of ours is answered with."""
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def error_body(path: str, error: Exception) -> dict[str, Any]:
    """Return the body of the answer to a request at this path that ended in an error of ours."""
    body = error_values(path, status_of(error), type(error).__name__, in_words(error))
    if isinstance(error, DuplicateArticle):
        body["article"] = error.article
    return body
