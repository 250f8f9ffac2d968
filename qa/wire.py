"""What comes in, checked; what goes out, as plain JSON values: one shape for command line, routes and files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from qa.articles import canonical_text, parse_date, storable
from qa.errors import ArticleError, FilterError, QuestionError
from qa.types import (
    Answer,
    AnswerSentence,
    ArticleSummary,
    Citation,
    Copy,
    Filters,
    Outcome,
    SourcePassage,
    Understood,
)

MAX_QUESTION = 8_000  # characters that are read; what is searched is the clause that asks
_FILTER_KEYS = ("outlets", "articles", "published_from", "published_to")


def clean_question(raw: str) -> str:
    """A question as it is asked: canonical text on one line. Raises QuestionError."""
    try:
        text = " ".join(canonical_text(raw).split())
    except ArticleError as error:
        raise QuestionError(f"The question is not text. {error}") from None
    if not any(c.isalnum() for c in text):
        got = "only punctuation" if text else "nothing"
        raise QuestionError(f'The question holds {got}. Ask in words, for example: qa ask "Who is Hugh Griffiths?"')
    if len(text) > MAX_QUESTION:
        raise QuestionError(
            f"The question has {len(text):,} characters; at most {MAX_QUESTION:,} are read. Shorten it."
        )
    return text


def make_day(value: date | str | None) -> date | None:
    """A day from a date or ISO text. Raises QuestionError."""
    if value is None or value == "":
        return None
    try:
        return value if isinstance(value, date) else parse_date(value)
    except (ValueError, TypeError):
        raise QuestionError(f"today is {value!r}; expected an ISO 8601 date such as 2024-05-17.") from None


def answer_to_dict(answer: Answer) -> dict[str, Any]:
    """`question, declined, confidence, sentences[text, citations[...]], nearest, passages, timings_ms` and notes."""
    return asdict(answer)


def answer_from_dict(data: Mapping[str, Any]) -> Answer:
    sentences = tuple(
        AnswerSentence(s["text"], tuple(citation_from_dict(c) for c in s["citations"])) for s in data["sentences"]
    )
    return Answer(
        **{
            **data,
            "sentences": sentences,
            "nearest": tuple(source_from_dict(p) for p in data["nearest"]),
            "passages": tuple(source_from_dict(p) for p in data["passages"]),
            "notes": tuple(data["notes"]),
            "articles": tuple(data.get("articles", ())),  # this and what follows: not there before understanding
            "understood": understood_from_dict(data.get("understood")),
        }
    )


def understood_from_dict(data: Mapping[str, Any] | None) -> Understood | None:
    if data is None:
        return None
    pairs = {name: tuple((a, b) for a, b in data.get(name, ())) for name in ("corrections", "acronyms")}
    return Understood(**{**data, **pairs, "leans_on": tuple(data.get("leans_on", ()))})


def citation_from_dict(data: Mapping[str, Any]) -> Citation:
    answer = data.get("answer")  # not there in conversations of before the reader
    also_in = tuple(Copy(**copy) for copy in data.get("also_in", ()))  # nor this in those of before stories
    return Citation(**{**data, "answer": tuple(answer) if answer else None, "also_in": also_in})


def source_from_dict(data: Mapping[str, Any]) -> SourcePassage:
    return SourcePassage(**{**data, "marks": tuple((a, b) for a, b in data["marks"])})


def filters_from_dict(data: Mapping[str, Any] | None) -> Filters:
    """Filters from JSON. Raises FilterError for unknown keys, wrong types and dates that are none."""
    data = data or {}
    unknown = sorted(set(data) - set(_FILTER_KEYS))
    if unknown:
        raise FilterError(f"Unknown filter {unknown[0]!r}; known are {', '.join(_FILTER_KEYS)}.")
    return make_filters(
        _texts(data.get("outlets"), "outlets"),
        _texts(data.get("articles"), "articles"),
        data.get("published_from"),
        data.get("published_to"),
    )


def make_filters(
    outlets: tuple[str, ...] = (),
    articles: tuple[str, ...] = (),
    published_from: str | None = None,
    published_to: str | None = None,
) -> Filters:
    """Checked filters. Raises FilterError."""
    for name, value in (("published_from", published_from), ("published_to", published_to)):
        if value is not None:
            try:
                parse_date(value)
            except (ValueError, TypeError):
                raise FilterError(f"{name} is {value!r}; expected an ISO 8601 date such as 2024-05-17.") from None
    for text in (*outlets, *articles):
        if not storable(text):
            raise FilterError(f"The filter {text!r} is not text: it holds half a character (a lone surrogate).")
    if published_from and published_to and parse_date(published_from) > parse_date(published_to):
        raise FilterError(f"The dates {published_from} to {published_to} hold no day: the first is after the second.")
    return Filters(outlets, articles, published_from or None, published_to or None)


def filters_to_dict(filters: Filters) -> dict[str, Any]:
    return asdict(filters)


def summary_from_dict(data: Mapping[str, Any]) -> ArticleSummary:
    return ArticleSummary(**data)


def outcome_from_dict(data: Mapping[str, Any]) -> Outcome:
    return Outcome(**data)


def _texts(value: Any, name: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise FilterError(f"The filter {name!r} is {value!r}; expected a list of texts.")
    return tuple(value)
