"""From what a parser found to a draft: canonical text with words in it, metadata in the forms that Found promises.

Knows no format. A value that has not its field's form is left out, since a wrong date is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from qa.core.errors import ArticleError
from qa.core.types import Draft, Found
from qa.corpus.article_file import MAX_FIELD, MAX_URL
from qa.corpus.canonical import MAX_BYTES, canonical_text, storable
from qa.intake.calendars import language_code
from qa.intake.dates import date_of

_SHOWN = 60  # characters of a value that a note quotes
_FORMS = {
    "published": "a date with day, month and year",
    "language": "a language such as en or de-AT",
    "url": "a web address, https:// and where",
}
MAX_NAME = 200  # characters of a file's name that are worth deriving an id from

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_NO_LANGUAGE = {"und", "zxx", "mul", "mis"}  # ISO 639-2: undetermined, none, several, uncoded
_ADDRESS = re.compile(r"(?:about|blob|chrome(?:-extension)?|data|file|ftp|https?|javascript):\S*", re.IGNORECASE)
LONGEST_HEAD = 500  # characters of a title with byline and date behind it
_NAME = r"[^\W\d_][\w.’'-]*(?: [^\W\d_][\w.’'-]*){0,5}"
_WITH_BYLINE = re.compile(  # "by" in small letters is the headline's own, unless something sets it apart
    rf"(?P<title>\S.{{7,}}?)(?: ?[|·–—-] ?(?:by|By|BY)|,? (?:By|BY)):? {_NAME}[ |,·–—-]+(?P<date>[^|·–—]*\d[^|·–—]*)"
)
_SUFFIX = re.compile(r"(?<=.)\.[A-Za-z0-9]{1,8}$")


def drafted(text: str, metadata: Mapping[str, Found], name: str = "", notes: tuple[str, ...] = ()) -> Draft:
    """Return a draft of the text in canonical form. Raises ArticleError when it has no words or too many."""
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
    """Return those of the values that are what their field wants, cleaned. What is no string is no value."""
    found = {}
    for field, value in values.items():
        clean = _CLEAN.get(field, one_line)(value) if isinstance(value, str) else None
        if clean:
            found[field] = Found(clean, origin)
    return found


def one_line(value: str, most: int = MAX_FIELD) -> str | None:
    """Return canonical text on one line; None when there is none, or more than a field holds."""
    if not storable(value):
        return None
    line = " ".join(canonical_text(value).split())
    return line if 0 < len(line) <= most else None


def left_out(field: str, value: object) -> str:
    """Return the note about a value that its field cannot hold, with the true reason."""
    shown, most = " ".join(str(value).split()), MAX_URL if field == "url" else MAX_FIELD
    if len(shown) > most:
        return f"Its {field} was left out: it has {len(shown):,} characters, and at most {most:,} are kept."
    form = _FORMS.get(field, "a line of text")
    return f"Its {field} {shown[:_SHOWN]!r} was left out: expected {form}."


def joined_names(names: list[str]) -> str:
    """Join several authors into one value, each once."""
    return ", ".join(dict.fromkeys(name for given in names if (name := one_line(given))))


def stem_of(name: str) -> str:
    """Return what an id may be derived from in a file's name: its last part without the suffix. Never a path."""
    last = re.split(r"[/\\]", name)[-1]
    last = last.encode(errors="replace").decode()
    return (one_line(_SUFFIX.sub("", last)[:MAX_NAME]) or "").lstrip(".- ")


def _language_of(value: str) -> str | None:
    tag = value.strip().replace("_", "-")
    if not _LANGUAGE.fullmatch(tag):
        return language_code(tag)
    return tag if tag.lower() not in _NO_LANGUAGE else None


def _address_of(value: str) -> str | None:
    """Return a web address that says where, and nobody's password."""
    line = one_line(value, MAX_URL)
    try:
        parts = urlsplit(line or "")
        whole = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    except ValueError:
        return None
    return line if whole and line and " " not in line else None


def _title_of(value: str) -> str | None:
    """Return a title; None for an address in its place, and less a byline with its date, as word processors keep them.

    A line that ends in a name alone stays: only with a date behind it is "by" no part of the headline.
    """
    line = one_line(value)
    if not line or _ADDRESS.fullmatch(line):
        return None
    found = _WITH_BYLINE.fullmatch(line) if len(line) <= LONGEST_HEAD else None
    return found["title"] if found and date_of(found["date"]) else line


_CLEAN = {"title": _title_of, "published": date_of, "language": _language_of, "url": _address_of}
