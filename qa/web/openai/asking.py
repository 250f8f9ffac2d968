"""A conversation as OpenAI's API has it, read as a question with what was asked before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any

from qa.answer.question.clean import MAX_QUESTION, make_day
from qa.answer.question.conversation import MOST, Earlier
from qa.answer.question.frames import clause_of
from qa.answer.question.meta import intent_of
from qa.core.errors import FilterError, QuestionError
from qa.core.types import Filters
from qa.service.codec import filters_from_dict
from qa.web.openai.refusals import Unusable
from qa.web.openai.schemas import MODEL, Chat, Message
from qa.web.openai.writing import read_back
from qa.web.wording import in_words

_LISTS, _DAYS = ("outlets", "articles"), ("published_from", "published_to")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the filters, the earlier questions and the day that it is asked with."""

    question: str
    filters: Filters
    history: tuple[Earlier, ...]
    today: date | None


def check(chat: Chat) -> None:
    """Raise Unusable for a model that there is not, and for more than one answer."""
    if chat.model != MODEL:
        raise Unusable(
            f"There is no model {chat.model[:100]!r} here. There is: {MODEL}.", "model", "model_not_found", 404
        )
    if chat.n not in (None, 1):
        raise Unusable(
            f"n is {chat.n}; there is one answer to a question, so only 1 can be given.", "n", "unsupported_value"
        )


def read(chat: Chat) -> Asked:
    """Return what is asked. Raises Unusable, FilterError."""
    at = [i for i, message in enumerate(chat.messages) if message.role == "user"]
    if not at:
        raise Unusable("messages hold no message of a user, so there is no question.", "messages")
    question, field = chat.messages[at[-1]], f"messages[{at[-1]}].content"
    for n, part in enumerate(question.content):
        if part.type != "text":
            raise Unusable(f"Only text is read, and this is of type {part.type[:50]!r}.", f"{field}[{n}].type")
    if not question.text.strip():
        raise Unusable("The last message of a user is empty, so there is no question.", field)
    if len(question.text) > MAX_QUESTION:
        got = f"The question has {len(question.text):,} characters; at most {MAX_QUESTION:,} are read. Shorten it."
        raise Unusable(got, field, "string_above_max_length")
    metadata = chat.metadata or {}
    return Asked(question.text, _filters(metadata), tuple(_earlier(chat.messages, at[:-1])), _today(metadata))


def _earlier(messages: Sequence[Message], at: Sequence[int]) -> Iterator[Earlier]:
    """Yield the earlier questions that can be leant on, those messages of a user, each with the replies to it."""
    for i in [i for i in at if _can_be_leant_on(messages[i].text)][-MOST:]:
        behind = takewhile(lambda message: message.role != "user", messages[i + 1 :])
        yield read_back(messages[i].text, "\n\n".join(m.text for m in behind if m.role == "assistant"))


def _can_be_leant_on(text: str) -> bool:
    """Return True if an earlier message is a question: no small talk, no task, nothing that cannot be read."""
    if len(text) > MAX_QUESTION or not any(c.isalnum() for c in text):
        return False
    intent = intent_of(text)
    return not clause_of(text).task and (intent is None or intent.behaviour != "smalltalk")


def _filters(metadata: Mapping[str, Any]) -> Filters:
    """Return the filters in a request's metadata. Raises FilterError."""
    values = {name: _listed(name, metadata[name]) for name in _LISTS if name in metadata}
    return filters_from_dict(values | {name: metadata[name] for name in _DAYS if name in metadata})


def _listed(name: str, value: object) -> object:
    """Return a list of names where a text stands for it: one name, or a JSON list. Raises FilterError."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise FilterError(f"The filter {name!r} is {value[:100]!r}, which is no JSON list.") from None
    if "," in value:
        several = json.dumps([part.strip() for part in value.split(",")], ensure_ascii=False)
        raise FilterError(
            f"The filter {name!r} is {value[:100]!r}; several, or one with a comma, are a JSON list: {several[:200]}"
        )
    return [value] if value else []


def _today(metadata: Mapping[str, Any]) -> date | None:
    """Return the day from which relative words count. Raises Unusable."""
    try:
        return make_day(metadata.get("today"))
    except QuestionError as error:
        raise Unusable(in_words(error), "metadata.today") from None
