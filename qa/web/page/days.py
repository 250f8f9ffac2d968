"""Days as people write them in a field of the page."""

from __future__ import annotations

from datetime import date

from qa.answer.question.times import time_in
from qa.core.errors import ArticleError, FilterError
from qa.intake.dates import date_of

EXPECTED = "“{}” is no day. Write it like 17 May 2024."


def read_published(text: str | None) -> str:
    """Return a date of publication as ISO 8601, with its time if one is written; "" for none. Raises ArticleError."""
    text = (text or "").strip()
    found = date_of(text) if text else ""
    if found is None:
        raise ArticleError(EXPECTED.format(text))
    return found


def read_limit(text: str | None, *, last: bool = False, today: date | None = None) -> str | None:
    """Return the first or last day of what is written: "17 May 2024", "May 2024", "last week". Raises FilterError."""
    text = (text or "").strip()
    if not text:
        return None
    if found := date_of(text):
        return found[:10]
    for words in (text, f"in {text}"):
        time = time_in(words, today or date.today())
        day = (time.end if last else time.start) if time else None
        if day:
            return day.isoformat()
    raise FilterError(EXPECTED.format(text))
