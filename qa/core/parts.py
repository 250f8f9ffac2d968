"""What a question was read as, part by part and in words: a reader sees each part, and can have it left out."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from qa.core.types import Understood

PARTS: Mapping[str, str] = {  # that can be left out, and what each is called once it is
    "context": "the earlier questions",
    "corrections": "the corrected spelling",
    "acronyms": "the long form",
    "time": "the time",
    "newest": "newest first",
    "kind": "the kind of answer",
}
KINDS: Mapping[str, str] = {  # of answers that are not the sentences that say a fact, in words
    "overview": "an overview",
    "timeline": "a timeline",
    "list": "a list",
    "count": "a number of articles",
    "comparison": "a comparison",
    "speech": "what somebody said",
    "quotation": "who said it",
    "opinion": "opinions",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what was understood: its name in PARTS, "" for one that cannot be left out, and its words."""

    name: str
    words: str


def read_parts(question: str, understood: Understood | None) -> list[Part]:
    """Return what was read otherwise than it was written; nothing for a question that was taken as it stands."""
    u = understood
    if u is None or not u.searched:
        return []
    parts = [Part("context", f"“{u.searched}”, after “{on}”") for on in u.leans_on]
    if not u.leans_on and _differs(question, u):
        parts.append(Part("", f"“{u.searched}”"))
    if u.corrections:
        parts.append(Part("corrections", ", ".join(f"“{read}” for “{written}”" for written, read in u.corrections)))
    if u.acronyms:
        parts.append(Part("acronyms", ", ".join(f"{short} as {long}" for short, long in u.acronyms)))
    if u.time:
        parts.append(Part("time", write_time(u)))
    if u.newest:
        parts.append(Part("newest", "newest first"))
    if u.kind in KINDS:
        parts.append(Part("kind", KINDS[u.kind]))
    return parts


def parts_left_out(understood: Understood | None) -> list[Part]:
    """Return the parts that the reader had left out."""
    return [Part(name, PARTS[name]) for name in PARTS if understood and name in understood.without]


def parts_line(question: str, understood: Understood | None) -> str:
    """Return what was understood on one line; "" where nothing was read otherwise than it was written."""
    read = [part.words for part in read_parts(question, understood)]
    left = [part.words for part in parts_left_out(understood)]
    lines = [f"Understood as: {' · '.join(read)}."] if read else []
    return " ".join([*lines, f"Left out: {' · '.join(left)}."] if left else lines)


def write_time(understood: Understood) -> str:
    """Return the time that a question names, as the days it was taken to mean."""
    u = understood
    days = write_days(u.published_from, u.published_to)
    if u.time_kind == "text" or not days:
        return f"“{u.time}” in the text"
    return f"{u.time_kind} {_whole_month(u) or days}"


def write_days(first: str | None, last: str | None) -> str:
    """Return days as people write them: "1 to 31 January 2024", "since 3 May 2024"; "" where both ends are open."""
    a, b = (date.fromisoformat(day) if day else None for day in (first, last))
    if a is None or b is None:
        return f"since {_day(a)}" if a else f"until {_day(b)}" if b else ""
    if a == b:
        return _day(a)
    if (a.year, a.month) == (b.year, b.month):
        return f"{a.day} to {_day(b)}"
    return f"{a.day} {a:%B} to {_day(b)}" if a.year == b.year else f"{_day(a)} to {_day(b)}"


def _whole_month(u: Understood) -> str:
    """Return the month as of whose state is asked, where it is meant from its first to its last day."""
    if u.time_kind != "as of" or not u.published_from or not u.published_to:
        return ""
    first, last = date.fromisoformat(u.published_from), date.fromisoformat(u.published_to)
    whole = first.day == 1 and last.day == monthrange(first.year, first.month)[1]
    return f"{first:%B %Y}" if whole and (first.year, first.month) == (last.year, last.month) else ""


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _differs(question: str, u: Understood) -> bool:
    """Return True if other words were searched for than were asked, besides those that a part of its own tells of."""
    for written, read in u.corrections:
        question = question.replace(written, read)
    return _words(question.replace(u.time, " ")) != _words(u.searched.replace(u.time, " "))


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()
