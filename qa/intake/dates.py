"""When something was published, from what people and machines write.

A date counts when day, month and year are all stated. A time of day is kept only with its offset; which of two numbers
is the month is taken from the language, and where that does not say either, the date stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from qa.intake.calendars import (
    BUDDHIST,
    DATA,
    PERSIAN,
    from_buddhist,
    from_persian,
    months,
    persian_month,
    plain_name,
    western,
)

EARLIEST = 1600  # the first newspapers; systems write year 1 and 1970 for "none"
FIRST_YEAR = 1000  # of a value that is nothing but a date; converters write 0101-01-01 for one that they do not know
MAX_LENGTH = 120  # characters of a text that is read as one date
SECONDS = range(300_000_000, 5_000_000_000)  # since 1970, as machines count: from 1979 to 2128
CENTURY = 70  # two digits of a year below it are of this one

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ,]+(\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*"
    r"(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?(?!\d)"
)
_COMPACT = re.compile(r"\s*(\d{4})(\d{2})(\d{2})(?:T?\d{4,6})?\s*")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*([/.年년]|-)\s*(\d{1,2})\s*[/.月월-]\s*(\d{1,2})\s*(?:[日일]|(?!\d))")
_NUMBERS = re.compile(r"(?<![\d.])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2}(?=\D|$))(?![\d])")
_ERA = re.compile(rf"({'|'.join(DATA['eras'])})\s*(\d{{1,3}}|元)\s*年\s*(\d{{1,2}})\s*月\s*(\d{{1,2}})\s*日")
_VIETNAMESE = re.compile(r"(\d{1,2})\s+(?:tháng|thg)\s+(\d{1,2}),?\s+(?:năm\s+)?(\d{4})", re.IGNORECASE)
_EPOCH = ("0001", "0000", "1970-01-01")
_NO_YEAR = re.compile(r"\s-\d{4}\s\d\d?:")  # WordPress writes the year -0001, which reads like an offset
_TOKEN = re.compile(r"\d+|[^\s\d,;:|()/\[\]<>،–—·•\-.]+(?:\.(?=[^\W\d])[^\s\d,;:|()/\[\]<>،–—·•\-.]+)*")
_JOINS = re.compile(r"[\s,.،/\-'’\u200e\u200f]*")
_FILLERS = set(DATA["between"].split())
_HEBREW_IN = re.compile("^ב(?=..)")
_MAX_FILLERS = 2  # words between two parts of a date

_TIME = re.compile(
    r"\s*[,T|@–-]?\s*(?:[^\W\d]{1,6}\.?\s+){0,2}(\d{1,2})[:.h](\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(?:uhr\b|h\b)?\s*"
    r"([ap])?\.?(?:(?<=[ap.])m\.?)?\s*([+-]\d{2}:?\d{2}|(?<![^\W\d_])[A-Z]{1,4}\b)?",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"^[^\W\d_][^\s\d,]{0,13}[,.]?\s+|^[^\W\d_]{1,10}\.\s*,?\s*")
_AFTER = re.compile(r"[\s.,]*(?:г|года|року|р|uhr|日|일)?[\s.,]*", re.IGNORECASE)
_MONTH_BEFORE_DAY = frozenset(DATA["month_first"].split())
_DAY_BEFORE_MONTH = frozenset(DATA["day_first"].split())

_Found = tuple[int, int, str | None]  # where a date stands, and the day where there is such a one


def date_of(value: str, language: str = "") -> str | None:
    """A value that is nothing but a date, as ISO 8601: the day, or the time as it was written, with or without offset.

    A form whose day and month could be told either way is not read.
    """
    value = western(" ".join(value.split()))[: MAX_LENGTH + 1]
    if _NO_YEAR.search(value):
        return None
    for read in (_standard, _counted, _mail):
        try:
            found = read(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if found is not None and found.year >= FIRST_YEAR:
            return _written(found)
    return _written_out(value, language)


def stated_date(text: str, language: str = "") -> str | None:
    """The first date in a text, as ISO 8601: with its time and offset where both are stated, else the day."""
    text = western(text[: 4 * MAX_LENGTH])
    found = machine_date(text)
    if found:
        return found
    return min(((at, day) for at, _, day in _days(text[:MAX_LENGTH], language.lower()) if day), default=(0, None))[1]


def machine_date(text: str) -> str | None:
    """A date in the form that machines write (ISO 8601, RFC 5322), from the start of a text."""
    text = text.strip()[:MAX_LENGTH]
    if text.startswith(_EPOCH) or _NO_YEAR.search(text):
        return None
    iso = _ISO.match(text)
    if iso:
        return _iso(iso)
    compact = _COMPACT.fullmatch(text)
    if compact:
        return _day(compact[1], compact[2], compact[3])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    return (
        moment.isoformat() if moment.tzinfo and moment.year >= EARLIEST else _day(moment.year, moment.month, moment.day)
    )


# A value that is a date


def _standard(value: str) -> date | datetime:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return datetime.fromisoformat(re.sub(r"(?<=\d) (?=[+-]\d{2}:?\d{2}$)| UTC$", "", value))


def _counted(value: str) -> datetime | date | None:
    """Seconds or milliseconds since 1970."""
    number = int(value) if value.isdecimal() and len(value) <= 13 else -1
    seconds = number // 1000 if len(value) == 13 else number
    return datetime.fromtimestamp(seconds, UTC) if seconds in SECONDS else None


def _mail(value: str) -> datetime | None:
    return parsedate_to_datetime(value) if ":" in value and not re.match(r"\d+[/.]", value) else None


def _written(found: date | datetime) -> str | None:
    if isinstance(found, datetime):
        moment = found if found.tzinfo else found.replace(tzinfo=UTC)
        if found.year == 1970 and moment == datetime(1970, 1, 1, tzinfo=UTC):
            return None  # what a machine writes that knows none
        return found.isoformat(timespec="seconds")
    return found.isoformat()


def _written_out(value: str, language: str) -> str | None:
    """A date as people write it, perhaps after its weekday and before its time."""
    if len(value) > MAX_LENGTH:
        return None
    for text in (value, _WEEKDAY.sub("", value)):
        for at, end, day in _days(text, language.lower()):
            if at == 0 and day:
                rest = text[end:]
                if _AFTER.fullmatch(rest):
                    return day
                if time := _TIME.fullmatch(rest) or _TIME.fullmatch(_AFTER.sub(" ", rest, count=1)):
                    return _with_time(day, time)
    return None


def _with_time(day: str, time: re.Match[str]) -> str:
    """The day with its time; where that is none, the day."""
    hour = int(time[1]) % 12 + 12 * (time[4].lower() == "p") if time[4] else int(time[1])
    zone = (time[5] or "").upper()
    try:
        moment = datetime.fromisoformat(f"{day}T{hour:02}:{time[2]}:{time[3] or '00'}")
        if zone in DATA["zones"]:
            moment = moment.replace(tzinfo=timezone(timedelta(minutes=DATA["zones"][zone])))
        elif zone[:1] in ("+", "-"):
            moment = datetime.fromisoformat(f"{moment.isoformat()}{zone}")
        return moment.isoformat(timespec="seconds")
    except ValueError:
        return day


# A date in a text


def _iso(found: re.Match[str]) -> str | None:
    day = _day(found[1], found[2], found[3])
    if day is None or not (found[4] and found[5]):
        return day
    offset = "+00:00" if found[5] in ("Z", "UTC", "GMT") else found[5]
    try:
        return datetime.fromisoformat(f"{day}T{found[4].zfill(5)}{offset}").isoformat()
    except ValueError:
        return day


def _days(text: str, language: str) -> Iterator[_Found]:
    """The dates in a text, in the order of their forms."""
    if not any(c.isdigit() for c in text) and "元" not in text:
        return
    for m in _ERA.finditer(text):
        year = DATA["eras"][m[1]] + (1 if m[2] == "元" else int(m[2]))
        yield *m.span(), _day(year, m[3], m[4])
    yield from ((*m.span(), _day(m[1], m[2], m[3])) for m in _ISO.finditer(text))
    yield from ((*m.span(), _of_year_first(m, language)) for m in _YEAR_FIRST.finditer(text))
    yield from _named_days(text, language)
    yield from ((*m.span(), _day(m[3], m[2], m[1])) for m in _VIETNAMESE.finditer(text))
    yield from ((*m.span(), _of_numbers(m, language)) for m in _NUMBERS.finditer(text))


def _of_year_first(found: re.Match[str], language: str) -> str | None:
    year, month, day = int(found[1]), int(found[3]), int(found[4])
    if year in PERSIAN and language.startswith(("fa", "prs", "ps")):
        moment = from_persian(year, month, day)
        return moment.isoformat() if moment else None
    return _day(year, month, day) if year >= EARLIEST else None


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
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    if day_first == month_first or not (day_first and month_first):
        return day_first or month_first
    if language in _MONTH_BEFORE_DAY:
        return month_first
    known = found[2] == "." or base in _DAY_BEFORE_MONTH or language in _DAY_BEFORE_MONTH
    return day_first if known else None


def _named_days(text: str, language: str) -> Iterator[_Found]:
    """Days whose month has a name, with day and year before or after it in any of the orders that people use."""
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
    """The month of ours that a word names, and the one of the Persian calendar."""
    word, names = plain_name(name), months(language)
    month = names.get(word) or names.get(_HEBREW_IN.sub("", word)) or months("").get(word)
    persian = None if month and not language.startswith(("fa", "prs")) else persian_month(word)
    return month, persian


def _numbers_near(text: str, tokens: list[re.Match[str]], n: int, step: int) -> list[re.Match[str]]:
    """The numbers next to a token, at most two, with nothing between but spaces, commas and little words."""
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
    return _day(from_buddhist(year) if year in BUDDHIST else year, month, day)


def _day(year: str | int, month: str | int, day: str | int) -> str | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found.isoformat() if found.year >= EARLIEST else None
