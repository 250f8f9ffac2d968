"""Days in a text as people write them: with named months in many languages, numbers, eras and other calendars.

Which of two numbers is the month is taken from the language; where that does not say either, there is no day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from qa.intake.calendars import (
    BUDDHIST,
    DATA,
    PERSIAN,
    from_buddhist,
    from_persian,
    months,
    persian_month,
    plain_name,
)

EARLIEST = 1600  # the first newspapers; systems write year 1 and 1970 for "none"
CENTURY = 70  # two digits of a year below it are of this one

ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ,]+(\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*"
    r"(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?(?!\d)"
)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*([/.年년]|-)\s*(\d{1,2})\s*[/.月월-]\s*(\d{1,2})\s*(?:[日일]|(?!\d))")
_NUMBERS = re.compile(r"(?<![\d.])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2}(?=\D|$))(?![\d])")
_ERA = re.compile(rf"({'|'.join(DATA['eras'])})\s*(\d{{1,3}}|元)\s*年\s*(\d{{1,2}})\s*月\s*(\d{{1,2}})\s*日")
_VIETNAMESE = re.compile(r"(\d{1,2})\s+(?:tháng|thg)\s+(\d{1,2}),?\s+(?:năm\s+)?(\d{4})", re.IGNORECASE)
_TOKEN = re.compile(r"\d+|[^\s\d,;:|()/\[\]<>،–—·•\-.]+(?:\.(?=[^\W\d])[^\s\d,;:|()/\[\]<>،–—·•\-.]+)*")
_JOINS = re.compile(r"[\s,.،/\-'’\u200e\u200f]*")
_FILLERS = set(DATA["between"].split())
_HEBREW_IN = re.compile("^ב(?=..)")
_MAX_FILLERS = 2  # words between two parts of a date
_MONTH_BEFORE_DAY = frozenset(DATA["month_first"].split())
_DAY_BEFORE_MONTH = frozenset(DATA["day_first"].split())

_Found = tuple[int, int, str | None]  # where a date stands, and the day where there is such a one


def days_in(text: str, language: str) -> Iterator[_Found]:
    """Yield the dates in a text, in the order of their forms."""
    if not any(c.isdigit() for c in text) and "元" not in text:
        return
    for m in _ERA.finditer(text):
        year = DATA["eras"][m[1]] + (1 if m[2] == "元" else int(m[2]))
        yield *m.span(), day_of(year, m[3], m[4])
    yield from ((*m.span(), day_of(m[1], m[2], m[3])) for m in ISO.finditer(text))
    yield from ((*m.span(), _of_year_first(m, language)) for m in _YEAR_FIRST.finditer(text))
    yield from _named_days(text, language)
    yield from ((*m.span(), day_of(m[3], m[2], m[1])) for m in _VIETNAMESE.finditer(text))
    yield from ((*m.span(), _of_numbers(m, language)) for m in _NUMBERS.finditer(text))


def _of_year_first(found: re.Match[str], language: str) -> str | None:
    year, month, day = int(found[1]), int(found[3]), int(found[4])
    if year in PERSIAN and language.startswith(("fa", "prs", "ps")):
        moment = from_persian(year, month, day)
        return moment.isoformat() if moment else None
    return day_of(year, month, day) if year >= EARLIEST else None


def _of_numbers(found: re.Match[str], language: str) -> str | None:
    first, second, year = found[1], found[3], int(found[4])
    base = language.split("-")[0]
    if len(found[4]) == 2:  # only where dots and the language leave no doubt
        if found[2] != "." or base not in _DAY_BEFORE_MONTH:
            return None
        year += 2000 if year < CENTURY else 1900
    if year in BUDDHIST and base == "th":
        year = from_buddhist(year)
    if year in PERSIAN and base in ("fa", "prs", "ps"):
        moment = from_persian(year, int(second), int(first))
        return moment.isoformat() if moment else None
    day_first, month_first = day_of(year, second, first), day_of(year, first, second)
    if day_first == month_first or not (day_first and month_first):
        return day_first or month_first
    if language in _MONTH_BEFORE_DAY:
        return month_first
    known = found[2] == "." or base in _DAY_BEFORE_MONTH or language in _DAY_BEFORE_MONTH
    return day_first if known else None


def _named_days(text: str, language: str) -> Iterator[_Found]:
    """Yield the days whose month has a name, with day and year before or after it in the orders that people use."""
    tokens = list(_TOKEN.finditer(text))
    if not any(len(t[0]) == 4 and t[0].isdecimal() for t in tokens):
        return
    for n, token in enumerate(tokens):
        if token[0].isdecimal():
            continue
        before, last = _numbers_near(text, tokens, n, -1), n
        month, persian = _month(token[0], language)
        if not (month or persian) and n + 1 < len(tokens):  # the Levant's months have two words
            month, last = _month_of_two(f"{token[0]} {tokens[n + 1][0]}", language), n + 1
        if month or persian:
            after = _numbers_near(text, tokens, last, 1)
            yield from _arranged(month, persian, before, after, (token.start(), tokens[last].end()))


def _month_of_two(words: str, language: str) -> int | None:
    return months(language or "ar").get(plain_name(words)) if not words.isascii() else None


def _month(name: str, language: str) -> tuple[int | None, int | None]:
    """Return the month of ours that a word names, and the one of the Persian calendar."""
    word, names = plain_name(name), months(language)
    month = names.get(word) or names.get(_HEBREW_IN.sub("", word)) or months("").get(word)
    persian = None if month and not language.startswith(("fa", "prs")) else persian_month(word)
    return month, persian


def _numbers_near(text: str, tokens: list[re.Match[str]], n: int, step: int) -> list[re.Match[str]]:
    """Return the numbers next to a token, at most two, with nothing between but spaces, commas and little words."""
    found: list[re.Match[str]] = []
    fillers, here, last = 0, n + step, tokens[n]
    while 0 <= here < len(tokens) and len(found) < 2:
        token = tokens[here]
        first, second = (last, token) if step > 0 else (token, last)
        if not _JOINS.fullmatch(text[first.end() : second.start()]):
            break
        if token[0].isdecimal():
            found.append(token)
            fillers = 0
        elif plain_name(token[0]) in _FILLERS and fillers < _MAX_FILLERS:
            fillers += 1
        else:
            break
        here, last = here + step, token
    return found


def _arranged(
    month: int | None,
    persian: int | None,
    before: list[re.Match[str]],
    after: list[re.Match[str]],
    place: tuple[int, int],
) -> Iterator[_Found]:
    b, a = [m[0] for m in before], [m[0] for m in after]
    day = year = None
    used: list[re.Match[str]] = []
    if b and a and len(b[0]) <= 2 and len(a[0]) == 4:
        day, year, used = b[0], a[0], [before[0], after[0]]
    elif len(a) == 2 and len(a[0]) <= 2 and len(a[1]) == 4:
        day, year, used = a[0], a[1], after
    elif b and a and len(b[0]) == 4 and len(a[0]) <= 2:
        day, year, used = a[0], b[0], [before[0], after[0]]
    elif len(b) == 2 and len(b[0]) <= 2 and len(b[1]) == 4:
        day, year, used = b[0], b[1], before
    if day is None or year is None:
        return
    start = min(place[0], *(m.start() for m in used))
    end = max(place[1], *(m.end() for m in used))
    yield start, end, _by_calendar(int(year), month, persian, int(day))


def _by_calendar(year: int, month: int | None, persian: int | None, day: int) -> str | None:
    if persian and year in PERSIAN:
        moment = from_persian(year, persian, day)
        return moment.isoformat() if moment else None
    if month is None:
        return None
    return day_of(from_buddhist(year) if year in BUDDHIST else year, month, day)


def day_of(year: str | int, month: str | int, day: str | int) -> str | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found.isoformat() if found.year >= EARLIEST else None
