"""The time that a question names, as days, and whether it asks for the state of today.

Only spans that look like dates are read, by dateparser, in English. Relative words count from `today`.
"""

from __future__ import annotations

import re
import tomllib
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from dateparser.date import DateDataParser

from qa.answer.question.facts import outlet_of
from qa.corpus.words import words

LANGUAGES = ["en"]
STALE = 30  # days that the newest article may be older than the clock before "today" is its day

_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_NUMBERS = {"a": 1, "an": 1, "a few": 3, "several": 5, "a couple of": 2} | {
    word: n for n, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
}
_RELATIVE = ("ago", "days", "span", "recent", "named", "weekday")
_PREPOSITION = re.compile(
    r"\b(?:in|on|at|since|during|by|until|till|before|after|from|of|for|as of)(?: the)?\s+$", re.IGNORECASE
)
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365, "weekend": 7}


@dataclass(frozen=True, slots=True)
class Time:
    """A time that a question names: its words, the days it means, and how they are meant.

    `kind` is published (the articles of that time are wanted), as of (the state of that time) or text (it is looked for
    in the words of the articles). `unit` is day, week, month, season or year. `start` or `end` may be open.
    """

    words: str
    at: tuple[int, int]
    start: date | None
    end: date | None
    kind: str
    unit: str


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("time.toml").read_text("utf-8"))


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    parts = _data()["parts"]
    out = []
    for name, pattern in _data()["forms"].items():
        for part, value in parts.items():
            pattern = pattern.replace("{" + part + "}", value)
        out.append((name, re.compile(rf"(?<![\w.,$€£-])(?:{pattern})(?![\w%])", re.IGNORECASE | re.VERBOSE)))
    return tuple(out)


@cache
def _pattern(table: str, name: str) -> re.Pattern[str]:
    return re.compile(_data()[table][name], re.IGNORECASE)


def time_in(text: str, today: date) -> Time | None:
    """Return the first time that the text names, the most exact reading of it, or None."""
    found = [(m.start(), -m.end(), n, name, m) for n, (name, form) in enumerate(_forms()) if (m := form.search(text))]
    if not found:
        return None
    _, _, _, name, match = min(found, key=lambda f: f[:3])
    try:
        days = _days(name, match.group().lower(), today)
    except (OverflowError, ValueError):  # before the first day there is, or after the last
        return None
    if days is None:
        return None
    start: date | None
    end: date | None
    start, end, unit = days
    before = text[: match.start()].rstrip()
    side = _side(before)
    at = (match.start() - _preposition(text[: match.start()]), match.end())
    if time_in(text[match.end() :], today) is not None:  # two times: which of them is meant where is not clear
        return Time(match.group(), at, start, end, "text", unit)
    if side == "after":
        start, end = start, None
    elif side == "until":
        start, end = None, end
    kind = "as of"
    ahead = start is not None and start > today
    if _pattern("before", "published").search(text[: match.start()]) or (name in _RELATIVE and not ahead):
        kind = "published"
    elif name in _RELATIVE or unit == "year":
        kind = "text"
    return Time(text[at[0] : at[1]].strip(), at, start, end, kind, unit)


def wants_newest(text: str, time: Time | None) -> bool:
    """Return True if the text asks for the state of today: by a word for it, or in the present tense without a time."""
    if time is not None and time.kind != "published":
        return False
    if _pattern("newest", "words").search(text):
        return True
    present = _pattern("newest", "present").search(text) is not None
    return time is None and present and not tells_of_past(text)


def says_newest(text: str) -> bool:
    """Return True if a word of the text asks for the newest, not its tense alone."""
    return _pattern("newest", "words").search(text) is not None


def asks_for_lead(text: str) -> bool:
    """Return True if the text asks for whatever is new of something: the first sentence of an article says it."""
    return _pattern("newest", "lead").search(text) is not None


def same_state(question: str, sentence: str) -> bool:
    """Return True if the question has a word for the state of today and the sentence too."""
    pattern = _pattern("newest", "same")
    return pattern.search(question) is not None and pattern.search(sentence) is not None


def names_time(sentence: str, time: Time) -> bool:
    """Return True if a sentence says the month of the time."""
    day = time.end or time.start
    return day is not None and re.search(rf"\b{day:%B}\b", sentence) is not None


def asks_for_news(text: str, time: Time, outlets: Sequence[str] = ()) -> bool:
    """Return True if the text asks what happened at the time, or what one of the outlets told then, and no more."""
    news = _data()["news"]
    said = text[: time.at[0]] + " " + text[time.at[1] :]
    allowed, needs = set(news["words"].split()), set(news["needs"])
    if named := outlet_of(said, outlets)[1]:
        said = said.replace(named, " ", 1)
        allowed, needs = allowed | set(news["telling"]), needs | set(news["telling"])
    rest = words(said)
    return bool(rest) and all(word in allowed for word in rest) and any(word in needs for word in rest)


def tells_of_past(text: str) -> bool:
    """Return True if the text tells a finished past."""
    return _pattern("newest", "past").search(text) is not None


def meets(time: Time, first: date, last: date) -> bool:
    """Return True if the time has a day among those from first to last and a month after them."""
    ends = last + timedelta(days=STALE)
    return (time.start is None or time.start <= ends) and (time.end is None or time.end >= first)


def without(text: str, time: Time) -> str:
    """Return the text without the words of the time, which no longer count as words."""
    if text[time.at[0] : time.at[1]].strip() != time.words:  # it was changed since
        return text.replace(time.words, "").replace("  ", " ")
    left = f"{text[: time.at[0]].rstrip()} {text[time.at[1] :].lstrip()}".strip()
    return re.sub(r"\s+([?.!,])", r"\1", left)


def _side(before: str) -> str:
    for side in ("after", "until"):
        if any(re.search(rf"\b{word}(?: the)?$", before, re.IGNORECASE) for word in _data()["before"][side]):
            return side
    return ""


def _preposition(before: str) -> int:
    """How many characters before the time belong to it: "in ", "on the "."""
    return len(m.group()) if (m := _PREPOSITION.search(before)) else 0


def _days(name: str, words: str, today: date) -> tuple[date, date, str] | None:
    """Return the first and the last day of a time, and its unit."""
    if name == "season" or re.search(r"\b(?:spring|summer|autumn|fall|winter)\b", words):
        return _season(words, today)
    if name == "recent":
        return today - timedelta(days=14), today, "week"
    if name == "span":
        return _span(words, today)
    if name == "ago" and (vague := _vague(words, today)):
        return vague
    if name == "named" and not words.endswith("day"):
        words = re.sub(r"^(?:last|this past|this|next|the coming|coming) ", "", words)
    words = re.sub(
        r"\b(?:earlier|this past|['’]s)\b|['’]s$|(?<!last )\b(?:morning|afternoon|evening|night)$", "", words
    ).strip()
    words = re.sub(r"^(?:on|the(?! day)) ", "", words)
    if words in ("this", "tonight", ""):
        words = "today"
    read = _parser().get_date_data(words) if not _needs_base(name) else _based(today).get_date_data(words)
    if read.date_obj is None:
        return None
    day = read.date_obj.date()
    if name in ("month", "bare_month") or (name == "named" and read.period == "month"):
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]), "month"
    if name == "year":
        return date(day.year, 1, 1), date(day.year, 12, 31), "year"
    if name == "ago" and read.period != "day":
        slack = timedelta(days=_DAYS[read.period] // 2)
        return day - slack, day + slack, read.period
    return day, day, "day"


def _vague(words: str, today: date) -> tuple[date, date, str] | None:
    """Return the days that "a few weeks ago" can mean; None where the words say how many."""
    for said, (least, most) in _data()["vague"].items():
        if words.startswith(said):
            unit = next(u for u in _DAYS if u in words)
            return today - timedelta(days=most * _DAYS[unit]), today - timedelta(days=least * _DAYS[unit]), unit
    return None


def _needs_base(name: str) -> bool:
    return name not in ("month", "year")


@cache
def _parser() -> Any:
    return DateDataParser(languages=LANGUAGES, settings={"PREFER_DATES_FROM": "past", "PREFER_DAY_OF_MONTH": "first"})


def _based(today: date) -> Any:
    base = datetime(today.year, today.month, today.day, 12)
    settings = {"PREFER_DATES_FROM": "past", "PREFER_DAY_OF_MONTH": "first", "RELATIVE_BASE": base}
    return DateDataParser(languages=LANGUAGES, settings=settings)


def _season(words: str, today: date) -> tuple[date, date, str] | None:
    season = next((s for s in _SEASONS if re.search(rf"\b{s}\b", words)), None)
    if season is None:
        return None
    month = _SEASONS[season]
    year = int(m.group()) if (m := re.search(r"\d{4}", words)) else today.year
    start = date(year, month, 1)
    if not m and start > today and not words.startswith(("next", "the coming", "coming")):
        start = date(year - 1, month, 1)
    last = date(start.year + (month == 12), (month + 2 - 1) % 12 + 1, 1)
    return start, last.replace(day=monthrange(last.year, last.month)[1]), "season"


def _span(words: str, today: date) -> tuple[date, date, str] | None:
    unit = next(u for u in ("weekend", "week", "month", "year", "day") if u in words)
    count = next((n for word, n in _NUMBERS.items() if re.search(rf"\b{word}\b", words)), 0)
    count = int(m.group()) if (m := re.search(r"\d+", words)) else count
    if count or unit == "day" or words.rstrip().endswith("s"):
        return today - timedelta(days=max(count, 3) * _DAYS[unit] if not count else count * _DAYS[unit]), today, unit
    which = 1 if re.search(r"\b(?:next|coming)\b", words) else 0 if re.search(r"\b(?:this|current)\b", words) else -1
    monday = today - timedelta(days=today.weekday())
    if unit in ("week", "weekend"):
        start = monday + timedelta(weeks=which)
        saturday = start + timedelta(days=5)
        return (
            (start, start + timedelta(days=6), "week")
            if unit == "week"
            else (saturday, saturday + timedelta(days=1), "day")
        )
    if unit == "year":
        return date(today.year + which, 1, 1), date(today.year + which, 12, 31), "year"
    months = today.year * 12 + today.month - 1 + which
    first = date(months // 12, months % 12 + 1, 1)
    return first, first.replace(day=monthrange(first.year, first.month)[1]), "month"


def is_relative(time: Time) -> bool:
    """Return True if the days that a time means depend on the day on which it is said."""
    read = {_read_on(time.words, day) for day in (date(2001, 3, 14), date(2002, 8, 27))}
    return len(read) > 1


def _read_on(text: str, today: date) -> tuple[date | None, date | None] | None:
    time = time_in(text, today)
    return (time.start, time.end) if time else None


def day_of_reference(today: date | None, clock: date, newest: str | None) -> date:
    """Return the day from which relative words count: the one given, the clock's or the newest article's.

    The newest article's is taken where the collection is old and no day was given.
    """
    if today is not None:
        return today
    last = date.fromisoformat(newest) if newest else clock
    return last if (clock - last).days > STALE else clock
