"""From what a parser found to a draft: canonical text with words in it, metadata in the forms that Found promises.

Knows no format. A value that has not its field's form is left out, since a wrong date is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from qa.articles import MAX_BYTES, MAX_FIELD, canonical_text, storable
from qa.errors import ArticleError
from qa.intake.draft import Draft, Found

FIRST_YEAR = 1000  # converters write 0101-01-01 and the like for a date that they do not know
MAX_NAME = 200  # characters of a file's name that are worth deriving an id from

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_NO_LANGUAGE = {"und", "zxx", "mul", "mis"}  # ISO 639-2: undetermined, none, several, uncoded
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_DAY_FIRST = re.compile(r"(?:[A-Za-z]{3,9}, )?(\d{1,2}) ([A-Za-z]{3,9})\.? (\d{4})")
_SUFFIX = re.compile(r"(?<=.)\.[A-Za-z0-9]{1,8}$")


def drafted(text: str, metadata: Mapping[str, Found], name: str = "", notes: tuple[str, ...] = ()) -> Draft:
    """A draft of the text in canonical form. Raises ArticleError when it has no words or more than an article may."""
    text = canonical_text(text)
    if not any(c.isalnum() for c in text):
        got = "no letter or digit" if text else "no text"
        raise ArticleError(f"It holds {got}; an article needs words.")
    if len(text.encode()) > MAX_BYTES:
        raise ArticleError(
            f"Its text has more than {MAX_BYTES:,} bytes, the most that an article may. Split it and add the parts."
        )
    return Draft(text, dict(metadata), name, notes)


def stated(origin: str, **values: object) -> dict[str, Found]:
    """Those of the values that are what their field wants, cleaned. What is no string is no value."""
    found = {}
    for field, value in values.items():
        clean = _CLEAN.get(field, one_line)(value) if isinstance(value, str) else None
        if clean:
            found[field] = Found(clean, origin)
    return found


def one_line(value: str) -> str | None:
    """Canonical text on one line; None when there is none, or more than a field holds."""
    if not storable(value):
        return None
    line = " ".join(canonical_text(value).split())
    return line if 0 < len(line) <= MAX_FIELD else None


def joined_names(names: list[str]) -> str:
    """Several authors as one value, each once."""
    return ", ".join(dict.fromkeys(name for given in names if (name := one_line(given))))


def stem_of(name: str) -> str:
    """What an id may be derived from in a file's name: its last part without the suffix. Never a path."""
    last = re.split(r"[/\\]", name)[-1]
    last = last.encode(errors="replace").decode()
    return (one_line(_SUFFIX.sub("", last)[:MAX_NAME]) or "").lstrip(".- ")


def date_of(value: str) -> str | None:
    """A day, or a time with its offset where one is stated, in ISO 8601, from ISO 8601, mail or English dates.

    A form whose day and month could be told either way is not read.
    """
    value = " ".join(value.split())
    for read in (_iso, _mail, _english):
        try:
            found = read(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if found is not None and found.year >= FIRST_YEAR:
            return found.isoformat(timespec="seconds") if isinstance(found, datetime) else found.isoformat()
    return None


def _iso(value: str) -> date | datetime:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return datetime.fromisoformat(value)


def _mail(value: str) -> datetime | None:
    return parsedate_to_datetime(value) if ":" in value else None  # without a time it would be given one


def _english(value: str) -> date | None:
    if match := _MONTH_FIRST.fullmatch(value):
        month, day, year = match.groups()
    elif match := _DAY_FIRST.fullmatch(value):
        day, month, year = match.groups()
    else:
        return None
    return date(int(year), _MONTHS.index(month[:3].lower()) + 1, int(day))


def _language_of(value: str) -> str | None:
    tag = value.strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) and tag.lower() not in _NO_LANGUAGE else None


def _address_of(value: str) -> str | None:
    """A web address that says where, and nobody's password."""
    line = one_line(value)
    try:
        parts = urlsplit(line or "")
        whole = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    except ValueError:
        return None
    return line if whole and line and " " not in line else None


_CLEAN = {"published": date_of, "language": _language_of, "url": _address_of}
