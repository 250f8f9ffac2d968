"""Names of months in the languages that articles are written in, and years of other calendars than ours.

The names are the Unicode consortium's, through babel, with what `dates.toml` adds. Thailand counts from the Buddha,
Iran and Afghanistan from the Hijra by the sun, Japan by emperors, Taiwan from its republic. The Islamic lunar calendar
is left out: which day it is depends on who saw the moon.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_name("dates.toml").read_text("utf-8"))
BUDDHIST = range(2400, 2700)  # years of a date in Thai: 543 more than ours
PERSIAN = range(1250, 1500)  # years of a date in Persian
_REGIONS = {"ar": ("ar", "ar_SY", "ar_MA", "ar_DZ"), "no": ("nb", "nn"), "zh": (), "ja": (), "ko": (), "fil": ("fil",)}
_EPOCH = date(622, 3, 21)  # the first day of the Persian calendar, by our rules carried back
_LEAPS = (1, 5, 9, 13, 17, 22, 26, 30)  # years of 33 that have a day more, as kept from 1244 to 1531 but for a few
_NOT_NAME = re.compile(r"[.'’׳॰・\u0640\u064b-\u0652]")  # dots of abbreviations, Arabic vowel signs


def western(text: str) -> str:
    """Return the text with the digits of all scripts as ours."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() and c > "9" else c for c in text)


def plain_name(word: str) -> str:
    """Return a month's name in the form in which names are compared."""
    return _NOT_NAME.sub("", unicodedata.normalize("NFC", word)).casefold()


def months(language: str) -> dict[str, int]:
    """Return the names of months in a language and in English; in all languages where it is not known."""
    base = re.split(r"[-_]", language.lower())[0]
    locales = _REGIONS.get(base, (base,) if base else ())
    return _named(locales) if base else _everywhere()


def persian_month(name: str) -> int | None:
    month = DATA["persian"].get(plain_name(name).replace("ي", "ی").replace("ك", "ک"))
    return month if isinstance(month, int) else None


def from_buddhist(year: int) -> int:
    return year - 543


def from_persian(year: int, month: int, day: int) -> date | None:
    """Return a day of the Solar Hijri calendar; None where there is no such day."""
    long_months = 31 if month <= 6 else 30 if month <= 11 else 30 if _is_leap(year) else 29
    if not (year in PERSIAN and 1 <= month <= 12 and 1 <= day <= long_months):
        return None
    cycles, rest = divmod(year - 1, 33)
    leaps = cycles * len(_LEAPS) + sum(_is_leap(cycles * 33 + n + 1) for n in range(rest))
    days = 365 * (year - 1) + leaps + sum(31 if m <= 6 else 30 for m in range(1, month)) + day - 1
    return _EPOCH + timedelta(days=days)


def _is_leap(year: int) -> bool:
    return year % 33 in _LEAPS


def language_code(name: str) -> str | None:
    """Return the tag of a language that is called by its name, in English or its own: "English", "Deutsch"."""
    return _language_names().get(name.strip().casefold()) if name.strip().isalpha() else None


@cache
def _language_names() -> dict[str, str]:
    from babel import Locale

    english = Locale.parse("en").languages
    own = {str(Locale.parse(code).languages.get(code, "")).casefold(): code for code in DATA["named_languages"].split()}
    return {str(name).casefold(): code for code, name in english.items() if len(code) <= 3} | own


@cache
def _named(locales: tuple[str, ...]) -> dict[str, int]:
    found = dict(_own())
    for locale in ("en", *locales):
        found.update(_locale_months(locale))
    return found


@cache
def _everywhere() -> dict[str, int]:
    """Return the names in all languages, without those that mean another month in another language."""
    found: dict[str, int] = {}
    unclear: set[str] = set()
    for locale in DATA["languages"].split():
        for name, month in _locale_months(locale).items():
            unclear |= {name} if found.setdefault(name, month) != month else set()
    return {**_own(), **{name: month for name, month in found.items() if name not in unclear}}


@cache
def _own() -> dict[str, int]:
    return {plain_name(name): month for name, month in DATA["months"].items() if month}


@cache
def _locale_months(name: str) -> dict[str, int]:
    from babel import Locale, UnknownLocaleError  # here, since most files hold no named month

    try:
        locale = Locale.parse(name)
    except (UnknownLocaleError, ValueError, TypeError):
        return {}
    written = [
        (word, number)
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, word in locale.months[context][width].items()
    ]
    return {plain: number for word, number in written if not (plain := plain_name(word)).isdecimal() and plain}
