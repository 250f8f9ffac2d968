"""When something was published, from what people and machines write.

A date counts when day, month and year are all stated. A time of day is kept only with its offset; which of two numbers
is the month is taken from the language, and where that does not say either, the date stays unknown.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from email.utils import parsedate_to_datetime

EARLIEST = 1600  # the first newspapers; systems write year 1 and 1970 for "none"
FIRST_YEAR = 1000  # of a value that is nothing but a date; converters write 0101-01-01 for one that they do not know
MAX_LENGTH = 120  # characters of a text that is read as one date

_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ]+(\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*"
    r"(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?(?!\d)"
)
_COMPACT = re.compile(r"\s*(\d{4})(\d{2})(\d{2})(?:T?\d{4,6})?\s*")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[/.年년]\s*(\d{1,2})\s*[/.月월]\s*(\d{1,2})\s*(?:[日일]|(?!\d))")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")
_EPOCH = ("0001", "1970-01-01")

_MONTHS = """
january janvier enero gennaio janeiro januari januar jan janv ene gen
february février fevrier febrero febbraio fevereiro februari februar feb févr fév fev
march mars marzo março maart märz marz mar mär mrz
april avril abril aprile apr avr abr
may mai mayo maggio maio mei mag
june juin junio giugno junho juni jun giu
july juillet julio luglio julho juli jul juil lug
august août aout agosto augustus aug ago
september septembre septiembre setiembre settembre setembro sep sept set
october octobre octubre ottobre outubro oktober oct okt ott out
november novembre noviembre novembro nov
december décembre decembre diciembre dicembre dezembro dezember dec déc dez dic
"""
_MONTH = {name: n for n, line in enumerate(_MONTHS.strip().splitlines(), 1) for name in line.split()}
_NAME = "|".join(sorted(map(re.escape, _MONTH), key=len, reverse=True))
_DAY_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|\.|º|ª)?\s+(?:of\s+|de\s+)?({_NAME})\b\.?,?\s+(?:de\s+|del\s+)?(\d{{4}})(?!\d)",
    re.I,
)
_MONTH_FIRST = re.compile(rf"\b({_NAME})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)", re.IGNORECASE)
_WEEKDAY = re.compile(r"^\w{2,12}, ")
_MONTH_BEFORE_DAY = frozenset(("en-us", "en-ph", "es-us"))  # languages that write 12/31/2024
_DAY_BEFORE_MONTH = frozenset("de fr es it pt nl pl cs sk da nb no fi ru uk tr el ro lv lt et hr sl bg ca gl".split())


def date_of(value: str) -> str | None:
    """A value that is nothing but a date, as ISO 8601: the day, or the time as it was written, with or without offset.

    A form whose day and month could be told either way is not read.
    """
    value = " ".join(value.split())
    for read in (_standard, _mail, _named):
        try:
            found = read(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if found is not None and found.year >= FIRST_YEAR:
            return found.isoformat(timespec="seconds") if isinstance(found, datetime) else found.isoformat()
    return None


def stated_date(text: str, language: str = "") -> str | None:
    """The first date in a text, as ISO 8601: with its time and offset where both are stated, else the day."""
    found = machine_date(text)
    if found:
        return found
    short = text[:MAX_LENGTH]
    candidates = [(m.start(), day) for m, day in _days(short, language.lower()) if day]
    return min(candidates)[1] if candidates else None


def machine_date(text: str) -> str | None:
    """A date in the form that machines write (ISO 8601, RFC 5322), from the start of a text."""
    text = text.strip()[:MAX_LENGTH]
    if text.startswith(_EPOCH):
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


def _standard(value: str) -> date | datetime:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return datetime.fromisoformat(value)


def _mail(value: str) -> datetime | None:
    return parsedate_to_datetime(value) if ":" in value else None  # without a time it would be given one


def _named(value: str) -> date | None:
    """A day whose month is named, perhaps after its weekday."""
    value = _WEEKDAY.sub("", value)
    if match := _MONTH_FIRST.fullmatch(value):
        month, day, year = match.groups()
    elif match := _DAY_FIRST.fullmatch(value):
        day, month, year = match.groups()
    else:
        return None
    return date(int(year), _MONTH[month.lower()], int(day))


def _iso(found: re.Match[str]) -> str | None:
    day = _day(found[1], found[2], found[3])
    if day is None or not (found[4] and found[5]):
        return day
    offset = "+00:00" if found[5] in ("Z", "UTC", "GMT") else found[5]
    try:
        return datetime.fromisoformat(f"{day}T{found[4]}{offset}").isoformat()
    except ValueError:
        return day


def _days(text: str, language: str) -> list[tuple[re.Match[str], str | None]]:
    found = [(m, _day(m[1], m[2], m[3])) for m in _ISO.finditer(text)]
    found += [(m, _day(m[1], m[2], m[3])) for m in _YEAR_FIRST.finditer(text)]
    found += [(m, _day(m[3], _MONTH[m[2].lower()], m[1])) for m in _DAY_FIRST.finditer(text)]
    found += [(m, _day(m[3], _MONTH[m[1].lower()], m[2])) for m in _MONTH_FIRST.finditer(text)]
    return found + [(m, _of_numbers(m, language)) for m in _NUMBERS.finditer(text)]


def _of_numbers(found: re.Match[str], language: str) -> str | None:
    first, second, year = found[1], found[3], found[4]
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    if day_first == month_first or not (day_first and month_first):
        return day_first or month_first
    if language in _MONTH_BEFORE_DAY:
        return month_first
    known = found[2] == "." or language.split("-")[0] in _DAY_BEFORE_MONTH or language in ("en-gb", "en-in", "en-au")
    return day_first if known else None


def _day(year: str | int, month: str | int, day: str | int) -> str | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found.isoformat() if found.year >= EARLIEST else None
