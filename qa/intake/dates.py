"""When something was published, from what people and machines write.

A date counts when day, month and year are all stated. A time of day is kept only with its offset; which of two numbers
is the month is taken from the language, and where that does not say either, the date stays unknown.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from qa.intake.calendars import DATA, western
from qa.intake.days import EARLIEST, ISO, day_of, days_in

FIRST_YEAR = 1000  # of a value that is nothing but a date; converters write 0101-01-01 for one that they do not know
MAX_LENGTH = 120  # characters of a text that is read as one date
SECONDS = range(300_000_000, 5_000_000_000)  # since 1970, as machines count: from 1979 to 2128

_COMPACT = re.compile(r"\s*(\d{4})(\d{2})(\d{2})(?:T?\d{4,6})?\s*")
_EPOCH = ("0001", "0000", "1970-01-01")
_NO_YEAR = re.compile(r"\s-\d{4}\s\d\d?:")  # WordPress writes the year -0001, which reads like an offset

_TIME = re.compile(
    r"\s*[,T|@–-]?\s*(?:[^\W\d]{1,6}\.?\s+){0,2}(\d{1,2})[:.h](\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(?:uhr\b|h\b)?\s*"
    r"([ap])?\.?(?:(?<=[ap.])m\.?)?\s*([+-]\d{2}:?\d{2}|(?<![^\W\d_])[A-Z]{1,4}\b)?",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"^[^\W\d_][^\s\d,]{0,13}[,.]?\s+|^[^\W\d_]{1,10}\.\s*,?\s*")
_AFTER = re.compile(r"[\s.,]*(?:г|года|року|р|uhr|日|일)?[\s.,]*", re.IGNORECASE)


def date_of(value: str, language: str = "") -> str | None:
    """Return a value that is nothing but a date, as ISO 8601: the day, or the time with or without offset, as written.

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
    """Return the first date in a text, as ISO 8601: with its time and offset where both are stated, else the day."""
    text = western(text[: 4 * MAX_LENGTH])
    found = machine_date(text)
    if found:
        return found
    return min(((at, day) for at, _, day in days_in(text[:MAX_LENGTH], language.lower()) if day), default=(0, None))[1]


def machine_date(text: str) -> str | None:
    """Return a date in the form that machines write (ISO 8601, RFC 5322), from the start of a text."""
    text = text.strip()[:MAX_LENGTH]
    if text.startswith(_EPOCH) or _NO_YEAR.search(text):
        return None
    iso = ISO.match(text)
    if iso:
        return _iso(iso)
    compact = _COMPACT.fullmatch(text)
    if compact:
        return day_of(compact[1], compact[2], compact[3])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    if moment.tzinfo and moment.year >= EARLIEST:
        return moment.isoformat()
    return day_of(moment.year, moment.month, moment.day)


# A value that is a date


def _standard(value: str) -> date | datetime:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return datetime.fromisoformat(re.sub(r"(?<=\d) (?=[+-]\d{2}:?\d{2}$)| UTC$", "", value))


def _counted(value: str) -> datetime | date | None:
    """Read seconds or milliseconds since 1970."""
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
    """Return a date as people write it, perhaps after its weekday and before its time."""
    if len(value) > MAX_LENGTH:
        return None
    for text in (value, _WEEKDAY.sub("", value)):
        for at, end, day in days_in(text, language.lower()):
            if at == 0 and day:
                rest = text[end:]
                if _AFTER.fullmatch(rest):
                    return day
                if time := _TIME.fullmatch(rest) or _TIME.fullmatch(_AFTER.sub(" ", rest, count=1)):
                    return _with_time(day, time)
    return None


def _with_time(day: str, time: re.Match[str]) -> str:
    """Return the day with its time; where that is none, the day."""
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


def _iso(found: re.Match[str]) -> str | None:
    day = day_of(found[1], found[2], found[3])
    if day is None or not (found[4] and found[5]):
        return day
    offset = "+00:00" if found[5] in ("Z", "UTC", "GMT") else found[5]
    try:
        return datetime.fromisoformat(f"{day}T{found[4].zfill(5)}{offset}").isoformat()
    except ValueError:
        return day
