"""What a language model's client may call: ask, search, article and articles, and the values they answer with.

Knows the service and nothing of the protocol but how it tells an error.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from qa.core.display import left_out
from qa.core.errors import GroundwireError
from qa.core.parts import PARTS
from qa.core.reports import ArticleSummary
from qa.core.types import DECLINED, Answer, Copy, SourcePassage
from qa.service.codec import make_filters
from qa.web.running import RunningService
from qa.web.wording import in_words

MAX_TEXT = 20_000  # characters of an article in one reply: about 5,000 tokens of a model's context
MAX_ROWS = 200
MOST = 2**63 - 1  # the largest number that SQLite counts with

Outlets = Annotated[list[str] | None, Field(description="Only articles of these outlets, as `articles` names them")]
Ids = Annotated[list[str] | None, Field(description="Only these articles, by id")]
From = Annotated[str | None, Field(description="Only articles published on or after this day, such as 2024-05-17")]
To = Annotated[str | None, Field(description="Only articles published on or before this day, such as 2024-05-17")]
Question = Annotated[
    str, Field(description="One question in whole words; of at most 8,000 characters the clause that asks is searched")
]
History = Annotated[
    list[str] | None, Field(description="Earlier questions that this one leans on, the last one last; six count")
]
Without = Annotated[
    list[str] | None,
    Field(description=f"Parts of what a question was understood as that are left out: {', '.join(PARTS)}"),
]
Today = Annotated[str | None, Field(description="The day from which yesterday and last week count, such as 2024-05-17")]


class Place(BaseModel):
    """A place in an article."""

    article: str
    version: str
    start: int
    end: int
    title: str
    outlet: str | None
    published: str | None


class Quote(Place):
    """A sentence of an article and where it stands: the article's text from start to end is the quote.

    `also_in` are near duplicates of the article that have the sentence too: they confirm nothing. `page` is the page of
    a PDF that it begins on. `label` is what it stands under in an answer of several parts: a day, a side, a speaker.
    """

    quote: str
    also_in: list[Copy]
    label: str
    page: int | None = None


SHARED = (*Place.model_fields, "quote")  # what a citation and a quote have in common


class Nearest(Place):
    """A passage: exact text of an article between two offsets."""

    text: str


class Reply(BaseModel):
    """The articles' answer to a question. `nearest` is given only when the question is declined."""

    question: str
    declined: bool
    message: str
    confidence: float
    sentences: list[Quote]
    nearest: list[Nearest]


class Found(BaseModel):
    """Passages, best first."""

    passages: list[Nearest]


class Excerpt(BaseModel):
    """An article, or the part of a long one that begins at `offset`; `next_offset` is where the rest begins."""

    id: str
    version: str
    title: str
    outlet: str | None
    url: str | None
    author: str | None
    published: str | None
    language: str | None
    characters: int
    offset: int
    text: str
    next_offset: int | None
    note: str


class Library(BaseModel):
    """Rows of the library; `total` counts all that match, `next_offset` is where the rest begins."""

    articles: list[ArticleSummary]
    total: int
    next_offset: int | None


class Tools:
    """The four tools. Their docstrings and argument descriptions are what a model reads."""

    def __init__(self, service: RunningService) -> None:
        self._service = service

    def ask(
        self,
        question: Question,
        outlets: Outlets = None,
        articles: Ids = None,
        published_from: From = None,
        published_to: To = None,
        history: History = None,
        today: Today = None,
        without: Without = None,
    ) -> Reply:
        """Answer a question in the articles' own sentences, each with an exact citation.

        Use it for any question of fact that the collection may answer. Ask one thing at a time and name people and
        places in full, or give the earlier questions as `history`: they are not remembered. `declined` means that the
        articles do not hold the answer; `nearest` then shows the closest passages, which are no answer.
        """
        with _told():
            filters = make_filters(outlets, articles, published_from, published_to)
            answer = self._service.qa.ask(question, filters, history=history or (), today=today, without=without or ())
        sentences = [
            Quote(
                **{name: getattr(c, name) for name in SHARED},
                also_in=list(c.also_in),
                label=sentence.label,
                page=c.page,
            )
            for sentence in answer.sentences
            for c in sentence.citations
        ]
        return Reply(
            question=answer.question,
            declined=answer.declined,
            message=_message(answer),
            confidence=answer.confidence,
            sentences=sentences,
            nearest=_passages(answer.nearest) if answer.declined else [],
        )

    def search(
        self,
        question: Question,
        k: Annotated[int, Field(ge=1, le=50, description="How many passages at most")] = 10,
        outlets: Outlets = None,
        articles: Ids = None,
        published_from: From = None,
        published_to: To = None,
    ) -> Found:
        """Find the passages nearest to a question or to words, best first, without judging whether they answer it.

        Use it to read around a subject, or after `ask` declined. Text and offsets are exact.
        """
        with _told():
            filters = make_filters(outlets, articles, published_from, published_to)
            return Found(passages=_passages(self._service.qa.search(question, filters, k)))

    def article(
        self,
        id: Annotated[str, Field(description="The article's id, as citations and `articles` name it")],
        offset: Annotated[int, Field(ge=0, le=MOST, description="First character wanted; 0 is the beginning")] = 0,
        limit: Annotated[int, Field(ge=1, le=MAX_TEXT, description="How many characters at most")] = MAX_TEXT,
    ) -> Excerpt:
        """Read an article's text and what is known about it. A long one comes in parts: go on at `next_offset`."""
        with _told():
            article, _ = self._service.qa.article(id)
        size, end = len(article.text), min(len(article.text), offset + limit)
        more = end < size
        return Excerpt(
            id=article.id,
            version=article.version,
            title=article.shown_title,
            outlet=article.outlet,
            url=article.url,
            author=article.author,
            published=article.published,
            language=article.language,
            characters=size,
            offset=offset,
            text=article.text[offset:end],
            next_offset=end if more else None,
            note=f"Characters {offset} to {end} of {size}; go on with offset={end}." if more else "",
        )

    def articles(
        self,
        search: Annotated[
            str, Field(description="Words of id, title, outlet, author or text; all articles without any")
        ] = "",
        offset: Annotated[int, Field(ge=0, le=MOST)] = 0,
        limit: Annotated[int, Field(ge=1, le=MAX_ROWS)] = 50,
    ) -> Library:
        """List the articles: id, title, outlet, date and size, the last added first. `article` reads their texts."""
        with _told():
            qa = self._service.qa
            rows = qa.articles(search=search, order="added", descending=True, offset=offset, limit=limit)
            total = qa.article_count(search)
        end = offset + len(rows)
        return Library(articles=rows, total=total, next_offset=end if rows and end < total else None)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Raise our errors as the protocol's, with their sentence for the model to read."""
    from mcp.server.mcpserver.exceptions import ToolError

    try:
        yield
    except GroundwireError as error:
        raise ToolError(in_words(error)) from error


def _passages(found: Sequence[SourcePassage]) -> list[Nearest]:
    return [Nearest(**{name: getattr(p, name) for name in Nearest.model_fields}) for p in found]


def _message(answer: Answer) -> str:
    """Return in a sentence or more what an answer is, and what else a reader should know."""
    message = DECLINED if answer.declined else f"{len(answer.sentences)} sentence(s) of the articles answer this."
    if answer.text and not answer.sentences:
        message = answer.text if answer.behaviour else f"{message} {answer.text}"
    message = " ".join([message, *answer.notes])
    return " ".join(filter(None, [message, left_out(answer)]))
