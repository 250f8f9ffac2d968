"""Answers and the rest as plain JSON values: one shape for the command line, the routes and the exported files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from qa.articles import parse_date, storable
from qa.errors import FilterError
from qa.types import Answer, AnswerSentence, ArticleSummary, Citation, Filters, Outcome, SourcePassage

_FILTER_KEYS = ("outlets", "articles", "published_from", "published_to")


def answer_to_dict(answer: Answer) -> dict[str, Any]:
    """`question, declined, confidence, sentences[text, citations[...]], nearest, passages, timings_ms` and notes."""
    return asdict(answer)


def answer_from_dict(data: Mapping[str, Any]) -> Answer:
    sentences = tuple(
        AnswerSentence(s["text"], tuple(Citation(**c) for c in s["citations"])) for s in data["sentences"]
    )
    return Answer(
        **{
            **data,
            "sentences": sentences,
            "nearest": tuple(source_from_dict(p) for p in data["nearest"]),
            "passages": tuple(source_from_dict(p) for p in data["passages"]),
            "notes": tuple(data["notes"]),
        }
    )


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
