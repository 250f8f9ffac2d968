"""The kind of answer that a question asks for: an overview, a timeline, a list, a number of articles, two sides, ...

Told by phrases (`kinds.toml`) before anything is searched. A question that fits none of them is plain. What is asked
for is made by `qa.answer.kinds`, which may leave a question to the plain way all the same.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

LONGEST = 240  # characters of a question whose phrase tells its kind: the forms cost more than its length
_QUOTES = "\"“”‘’'"


@dataclass(frozen=True, slots=True)
class Request:
    """What kind of answer is asked for, and the words of the question that say of what, by their names."""

    kind: str
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """Return what the answer is to be about; "" where the question names nothing."""
        return self.parts.get("about", "")


@cache
def _data() -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("kinds.toml").read_text("utf-8"))


def _made(pattern: str) -> re.Pattern[str]:
    """Return a pattern of the data file with the words that it names in their place."""
    for name, value in _data()["words"].items():
        pattern = pattern.replace("{" + name + "}", value)
    return re.compile(pattern, re.IGNORECASE)


@cache
def phrase(name: str) -> re.Pattern[str]:
    """Return one of the data file's phrases by its name."""
    return _made(_data()["phrases"][name])


@cache
def words_of_asking() -> frozenset[str]:
    """Return the words that say how is asked and not what about."""
    return frozenset(_data()["asking"]["words"].split())


def base_of(comparative: str) -> str:
    """Return what a comparative asks of one side alone: "large" for "larger"; "" where it is not known."""
    return str(_data()["bare"].get(comparative.lower(), ""))


def sought_by(question: str) -> re.Pattern[str] | None:
    """Return how an answer to the question looks, where its form tells that."""
    return next((_made(form) for asks, form in _data()["sought"].items() if asks in question.lower()), None)


@cache
def speech(name: str) -> re.Pattern[str]:
    """Return one of the data file's patterns of how sentences name who speaks."""
    return _made(_data()["speech"][name].replace("{verbs}", _data()["speech"]["verbs"]))


@cache
def mark(name: str) -> re.Pattern[str]:
    """Return one of the data file's patterns of what decides a yes-or-no question."""
    return _made(_data()["marks"][name])


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the forms of the data file in their order, with the kind that each asks for."""
    return tuple((kind, _made(form)) for kind, forms in _data()["kinds"].items() for form in forms)


def request_of(text: str) -> Request | None:
    """Return the kind of answer that a question asks for; None where it is a plain one."""
    asked = text.strip().rstrip("?.! ")
    if len(asked) > LONGEST:
        return None
    for kind, form in _forms():
        found = form.fullmatch(asked)
        if found is not None:
            return Request(kind, _named(found))
    return None


def is_of_this_one(text: str) -> bool:
    """Return True if the text asks for an overview of "this": of the article that is open, or of nothing named."""
    request = request_of(text)
    return (
        request is not None and request.kind == "overview" and phrase("this_one").fullmatch(request.about) is not None
    )


def _named(found: re.Match[str]) -> dict[str, str]:
    """Return the named words of a phrase, without what says how long the answer is to be."""
    parts = {name: _tidy(value) for name, value in found.groupdict().items() if value}
    if length := phrase("length").search(found.group()):
        parts |= {name: value for name, value in length.groupdict().items() if value}
    return {name: value for name, value in parts.items() if value}


def _tidy(text: str) -> str:
    length = phrase("length").search(text)
    if length:
        text = text[: length.start()] + text[length.end() :]
    return text.strip(f" ,.;:?!{_QUOTES}")
