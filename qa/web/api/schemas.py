"""The values that go over the JSON routes in both directions, as /api/openapi.json describes them.

Answers, passages, summaries and outcomes are the dataclasses of `qa/core/` themselves.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, WithJsonSchema

from qa.core.parts import PARTS
from qa.core.types import Draft, Filters, Sentence
from qa.service.batches import MOST

# Checked by `qa.service.codec.filters_from_dict`, whose messages say more than a schema's.
_FILTERS = {**TypeAdapter(Filters).json_schema(), "additionalProperties": False}
FilterValues = Annotated[dict[str, Any] | None, WithJsonSchema({"anyOf": [_FILTERS, {"type": "null"}]})]


class EarlierQuestion(BaseModel):
    """A question asked before, with the sentences and articles (ids) that answered it, where they are known."""

    question: str
    sentences: list[str] = []
    articles: list[str] = []


class Query(BaseModel):
    """A question, with filters: outlets, articles (lists), published_from, published_to (ISO dates)."""

    question: str = Field(
        description="In whole words; of at most 8,000 characters the clause that asks is searched",
        examples=["Who is Hugh Griffiths?"],
    )
    filters: FilterValues = Field(default=None, description="Which articles may answer; all of them without filters")


class Ask(Query):
    """A question, with what was asked before it and the day on which it is asked."""

    history: list[str | EarlierQuestion] = Field(
        default=[], description="Earlier questions, the last one last; six count, and are found again where only asked"
    )
    today: str | None = Field(default=None, description="The day from which relative words count, such as 2024-05-17")
    without: list[str] = Field(
        default=[], description=f"Parts of what is understood that are left out: {', '.join(PARTS)}"
    )


class Search(Query):
    """A search for passages."""

    k: int = Field(default=10, ge=1, le=100, description="How many passages at most")


class _Known(BaseModel):
    """The values that may be known about an article."""

    title: str | None = None
    outlet: str | None = None
    url: str | None = None
    author: str | None = None
    published: str | None = Field(default=None, description="An ISO 8601 date or date-time")
    language: str | None = Field(default=None, description="A BCP 47 tag such as en or de-AT")


class NewArticle(_Known):
    """An article to add: its text and what is known about it. `id` replaces the article of that id."""

    text: str = Field(description="The article, with or without front matter")
    name: str = Field(default="", description="A file name to derive the id from")
    id: str | None = Field(default=None, description="The article to replace")
    markdown: bool = Field(default=False, description="The text is Markdown: its markup is removed")


class NewItem(BaseModel):
    """A draft, as parsers hand them out."""

    draft: Draft
    id: str | None = Field(default=None, description="The article to replace")
    apart: bool = Field(default=False, description="Others of this adding have its address: it replaces none")


class NewItems(BaseModel):
    """Drafts to add together, and what goes before what they say."""

    items: list[NewItem] = Field(max_length=MOST)
    given: dict[str, str] = Field(default={}, description="Values for all of them", examples=[{"outlet": "Gazette"}])


class Changes(_Known):
    """Changes of what is known about an article: "" removes a value, what is left out stays."""

    model_config = ConfigDict(extra="forbid")


class Health(BaseModel):
    """The state of the service: starting, indexing, ready or failed.

    `detail` says more in words, and `watching` how the corpus folder is watched. The counts are there once
    the index is open. `dense` is chroma or exact: who answers by meaning.
    """

    state: str
    detail: str
    watching: str = ""
    articles: int = 0
    sentences: int = 0
    passages: int = 0
    pending: int = 0
    refused: int = 0
    dense: str = ""
    model_loaded: bool = False


class FullArticle(BaseModel):
    """An article with its text and the spans of its sentences, in code points over `text`."""

    id: str
    text: str
    title: str | None
    outlet: str | None
    url: str | None
    author: str | None
    published: str | None
    language: str | None
    added: str | None
    origins: dict[str, str] = Field(description="Where each value was found, by field; given is by a person")
    pages: list[int] = Field(default_factory=list, description="Offsets at which the pages of a PDF begin")
    version: str = Field(description="First 12 hex digits of the SHA-256 of the text")
    shown_title: str = Field(description="The title, or the first words of the text")
    sentences: list[Sentence]


class IndexReport(BaseModel):
    """A report of what indexing did, by article id or file name."""

    added: list[str]
    replaced: list[str]
    removed: list[str]
    refused: dict[str, str]
    unchanged: int
    passages: int
    notes: list[str]


class Finding(BaseModel):
    """One check of the doctor: sound when `problems` is empty; `mend` is the command that mends it."""

    check: str
    problems: list[str]
    mend: str


class Problem(BaseModel):
    """An error: its kind, and a sentence that says why and what to do next."""

    error: str = Field(examples=["QuestionError"])
    message: str
    article: str = Field(default="", description="Of a DuplicateArticle: the article that has this text already")


Responses = dict[int | str, dict[str, Any]]


def problem(status: int | str, description: str) -> Responses:
    """Return an error answer, as the OpenAPI document describes it."""
    return {status: {"model": Problem, "description": description}}


PROBLEMS = (
    problem(400, "The question, a filter, the text or the body cannot be used; the message says why")
    | problem(403, "Refused: unknown host, foreign origin, or a change without the service's token")
    | problem(413, "The body is too large")
    | problem(503, "The service is starting, or could not start")
    | problem("default", "Any other error")
)
