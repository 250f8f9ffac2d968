"""Check what comes in, and turn what goes out into plain JSON values: one shape for command line, routes and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from qa.core.errors import FilterError
from qa.core.reports import ArticleSummary, Outcome
from qa.core.types import Answer, AnswerSentence, Citation, Copy, Filters, SourcePassage, Understood

_FILTER_KEYS = ("outlets", "articles", "published_from", "published_to")


def answer_to_dict(answer: Answer) -> dict[str, Any]:
    """Return `question, declined, confidence, sentences[text, citations[...]], nearest, passages, notes, ...`."""
    return asdict(answer)


def answer_from_dict(data: Mapping[str, Any]) -> Answer:
    """Return an answer from JSON."""
    sentences = tuple(
        AnswerSentence(s["text"], tuple(citation_from_dict(c) for c in s["citations"]), s.get("label", ""))
        for s in data["sentences"]  # no label in conversations of before the kinds
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
    """Return what a question was taken to mean from JSON; nothing in conversations of before understanding."""
    if data is None:
        return None
    pairs = {name: tuple((a, b) for a, b in data.get(name, ())) for name in ("corrections", "acronyms")}
    texts = {name: tuple(data.get(name, ())) for name in ("leans_on", "without")}
    return Understood(**{**data, **pairs, **texts})


def citation_from_dict(data: Mapping[str, Any]) -> Citation:
    """Return a citation from JSON."""
    answer = data.get("answer")  # not in conversations of before the reader
    also_in = tuple(Copy(**copy) for copy in data.get("also_in", ()))  # nor this in those of before near duplicates
    return Citation(**{**data, "answer": tuple(answer) if answer else None, "also_in": also_in})


def source_from_dict(data: Mapping[str, Any]) -> SourcePassage:
    """Return a passage from JSON."""
    return SourcePassage(**{**data, "marks": tuple((a, b) for a, b in data["marks"])})


def filters_from_dict(data: Mapping[str, Any] | None) -> Filters:
    """Return filters from JSON. Raises FilterError for unknown keys, wrong types and dates that are none."""
    data = data or {}
    unknown = sorted(set(data) - set(_FILTER_KEYS))
    if unknown:
        raise FilterError(f"Unknown filter {unknown[0]!r}; known are {', '.join(_FILTER_KEYS)}.")
    texts = {name: _texts(data.get(name), name) for name in ("outlets", "articles")}
    return Filters(**texts, published_from=data.get("published_from"), published_to=data.get("published_to"))


def make_filters(
    outlets: Iterable[str] | None = None,
    articles: Iterable[str] | None = None,
    published_from: str | None = None,
    published_to: str | None = None,
) -> Filters:
    """Return filters from fields that may have been left empty. Raises FilterError."""
    first, last = ((day or "").strip() or None for day in (published_from, published_to))
    return Filters(tuple(outlets or ()), tuple(articles or ()), first, last)


def filters_to_dict(filters: Filters) -> dict[str, Any]:
    """Return filters as JSON values."""
    return asdict(filters)


def summary_from_dict(data: Mapping[str, Any]) -> ArticleSummary:
    """Return a row of the library from JSON."""
    return ArticleSummary(**data)


def outcome_from_dict(data: Mapping[str, Any]) -> Outcome:
    """Return an outcome from JSON."""
    return Outcome(**data)


def _texts(value: Any, name: str) -> tuple[str, ...]:
    """Return the texts of a JSON list. Raises FilterError."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise FilterError(f"The filter {name!r} is {value!r}; expected a list of texts.")
    return tuple(value)
