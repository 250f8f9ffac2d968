"""Countries as texts name them. As countryinfo lists them, and a few things that it lacks.

Made so that a text is seldom wrongly said not to mention a country: questions name one by its name alone, texts mention
it also by its people, its capital, its provinces.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from countryinfo import CountryInfo, all_countries

_SHORTEST = 4  # letters of a name; "GB" and "IND" are codes
_NO_NAMES = {"Island", "Mann", "Reunion", "Thai"}  # in the list, but said of other things
_WORDS = {"chad", "guinea", "jersey", "turkey"}  # names only with a capital
_CODES = {"United States": r"U\.S\.(?:A\.)?|USA?", "United Kingdom": r"U\.K\.|UK", "North Korea": "DPRK"}
_CODES |= {"United Arab Emirates": "UAE", "Democratic Republic of the Congo": "DRC"}
_NAMES = {"United States": "America", "United Kingdom": "Britain", "Democratic Republic of the Congo": "Congo"}
_ALSO = {  # how else a text mentions a country
    "Bosnia and Herzegovina": "Bosnia",
    "China": "Hong Kong, PRC",
    "Croatia": "Croat",
    "Denmark": "Dane",
    "Finland": "Finn",
    "Germany": "Prussia",
    "Holy See (Vatican City State)": "Vatican",
    "Iran": "Persia",
    "Israel": "Tel Aviv, Jerusalem",
    "Netherlands": "The Hague",
    "New Zealand": "NZ",
    "North Korea": "Korea, Korean",
    "Palestine": "Gaza, West Bank",
    "Poland": "Pole",
    "Republic of Macedonia": "Macedonia",
    "Republic of the Congo": "Congo",
    "Russia": "Soviet, USSR, Kremlin",
    "Saudi Arabia": "Saudi",
    "Serbia": "Serb",
    "South Korea": "Korea, Korean",
    "Spain": "Spaniard",
    "Sweden": "Swede",
    "Trinidad and Tobago": "Trinidad",
    "Turkey": "Turk, Türkiye",
    "Ukraine": "Kiev",
    "United Arab Emirates": "Emirates, Abu Dhabi, Dubai",
    "United Kingdom": "England, English, Scotland, Scottish, Scot, Wales, Welsh, Ulster, Briton",
    "United States": "Washington, White House, Pentagon",
    "Vatican City State": "Vatican",
}
# "North America", "Latin American" and "New Mexico" are not the country.
_ELSEWHERE = "".join(f"(?<!{word}[ -])" for word in "North South Latin Central African Native New".split())
_ENDING = re.compile(r"(?:i?stan|ia|es|[aeosy])$")
_ROOT = 6  # letters that make a root long enough: "Sloven" is of Slovenes and Slovenians


class _Vocabulary(NamedTuple):
    """`names`: a pattern of what a question calls countries by; `called`: the countries that one of these may be."""

    names: re.Pattern[str]
    called: dict[str, tuple[str, ...]]


def named(question: str) -> dict[str, tuple[str, ...]]:
    """Return what a question calls countries, as it writes it, and the countries that this may be.

    Names count only with a capital, but in a question that has none at all.
    """
    names, called = _vocabulary()
    found = {m.group(): called.get(m.group().lower(), ()) for m in names.finditer(question)}
    spoken = {
        written: countries
        for written, countries in found.items()
        if countries and (written[0].isupper() or (question.islower() and written not in _WORDS))
    }
    for country, code in () if question.isupper() else _CODES.items():
        spoken |= {m.group(): (country,) for m in re.finditer(rf"(?<!\w)(?:{code})(?!\w)", question)}
    return spoken


@lru_cache(maxsize=300)
def mention(countries: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern of what mentions one of these countries: name, people, capital, provinces, codes.

    No boundary stands before the alternatives, so that the search goes fast from capital to capital.
    """
    forms = {form for country in countries for info in _known()[country] for form in _forms(info)}
    forms |= {form.strip() for country in countries for form in _ALSO.get(country, "").split(",")}
    forms |= {_plain(form) for form in forms}
    roots = {root for form in forms if form.isalpha() and len(root := _ENDING.sub("", form)) >= _ROOT}
    codes = "".join(f"|{_CODES[country]}" for country in countries if country in _CODES)
    open_ended = "".join(rf"|{re.escape(root)}\w*" for root in sorted(roots))
    ending = r"(?:s|m[ae]n|wom[ae]n)?(?!\w)"
    return re.compile(f"(?:{_either({*forms, *map(str.upper, forms)})}{open_ended}{codes}){ending}")


def _forms(info: CountryInfo) -> Iterable[str]:
    """Names, people, capital and provinces; a province that several countries have says nothing of any."""
    yield from _names(info)
    yield from re.split("[,/]", info.demonym() or "")
    capital = info.capital() or ""
    yield from [capital] if isinstance(capital, str) else capital
    for province in set(info.provinces()):
        if _provinces()[province] == 1:
            yield from re.split(r"[()]+", province)  # "Kharkivs'ka (Kharkiv)"


def _names(info: CountryInfo) -> list[str]:
    names = [info.name(), *info.alt_spellings(), _NAMES.get(info.name(), "")]
    return [name for name in names if len(name) >= _SHORTEST and name not in _NO_NAMES]


def _plain(form: str) -> str:
    """Without diacritics: Brasilia for Brasília."""
    return "".join(c for c in unicodedata.normalize("NFD", form) if not unicodedata.combining(c))


@cache
def _known() -> dict[str, list[CountryInfo]]:
    found = defaultdict(list)
    for info in all_countries():
        found[info.name()].append(info)
    return found


@cache
def _provinces() -> Counter[str]:
    """In how many countries there is a province of a name."""
    return Counter(province for infos in _known().values() for info in infos for province in set(info.provinces()))


@cache
def _vocabulary() -> _Vocabulary:
    called: dict[str, dict[str, None]] = defaultdict(dict)
    for country, infos in _known().items():
        if any(info.demonym() for info in infos):  # else too little is known to say that a text does not mention it
            for name in (name for info in infos for name in _names(info)):
                called[name.lower()][country] = None
    pattern = re.compile(rf"{_ELSEWHERE}(?<!\w)(?:{_either(called)})(?!\w)", re.IGNORECASE)
    return _Vocabulary(pattern, {name: tuple(countries) for name, countries in called.items()})


def _either(words: Iterable[str]) -> str:
    """Return a pattern of any of the words, the longest first, with any spaces; each begins with a letter."""
    ordered = sorted({word.strip(" '’") for word in words} - {""}, key=lambda w: (-len(w), w))
    return "|".join(re.escape(w).replace("\\ ", r"\s+").replace("'", "['’]") for w in ordered)
