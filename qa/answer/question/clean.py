"""What comes in with a question, made clean: its text, and the day on which it is asked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from qa.core.dates import parse_date
from qa.core.errors import ArticleError, QuestionError
from qa.core.parts import PARTS
from qa.corpus.canonical import canonical_text

MAX_QUESTION = 8_000  # characters that are read; what is searched is the clause that asks


class CleanQuestion(str):
    """A question as it is asked: canonical text on one line. `clean_question` alone makes one."""

    __slots__ = ()


def clean_question(raw: str) -> CleanQuestion:
    """Return a question as it is asked; one that is clean already as it is. Raises QuestionError."""
    if isinstance(raw, CleanQuestion):
        return raw
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
    return CleanQuestion(text)


def make_day(value: date | str | None) -> date | None:
    """Return a day from a date or ISO text. Raises QuestionError."""
    if value is None or value == "":
        return None
    try:
        return value if isinstance(value, date) else parse_date(value)
    except (ValueError, TypeError):
        raise QuestionError(f"today is {value!r}; expected a date such as 2024-05-17.") from None


def make_parts(names: Collection[str]) -> frozenset[str]:
    """Return the parts of what is understood that are left out. Raises QuestionError for one that there is not."""
    unknown = sorted(set(names) - set(PARTS))
    if unknown:
        raise QuestionError(f"Unknown part {unknown[0]!r} in without; known are {', '.join(PARTS)}.")
    return frozenset(names)
