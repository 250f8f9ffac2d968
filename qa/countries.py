"""Countries as texts name them: by name, people, capital, in codes; as countryinfo lists them, and what it lacks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from countryinfo import CountryInfo, all_countries

_SHORTEST = 4  # letters of a name; "GB" and "IND" are codes
_NAMES = {"United States": "America", "United Kingdom": "Britain", "Ukraine": "Kiev", "Turkey": "Türkiye"}
_CODES = {"United States": r"U\.S\.(?:A\.)?|USA?", "United Kingdom": r"U\.K\.|UK", "North Korea": "DPRK"}
_PARTS = {  # that no question means by the country, but whose mention is one of it
    "United States": ["Washington", "White House", "Pentagon"],
    "United Kingdom": "England English Scotland Scottish Wales Welsh Ulster".split(),
    "Russia": ["Soviet", "USSR", "Kremlin"],
    "Germany": ["Prussia"],
    "Iran": ["Persia"],
}
# "North America" and "Latin American" are not the country.
_ELSEWHERE = r"(?<!North )(?<!South )(?<!Latin )(?<!Central )(?<!African )(?<!African-)(?<!Native )"


class _Vocabulary(NamedTuple):
    """`names`: a pattern of what a question calls countries by; `called`: the countries that one of these may be."""

    names: re.Pattern[str]
    called: dict[str, tuple[str, ...]]


def named(question: str) -> dict[str, tuple[str, ...]]:
    """What a question calls countries, as it writes it, and the countries it may mean: "French" is said of several.

    Names count only with a capital, but in a question that has none at all.
    """
    names, called = _vocabulary()
    found = {m.group(): called[m.group().lower()] for m in names.finditer(question)}
    spoken = {written: countries for written, countries in found.items() if written[0].isupper() or question.islower()}
    for country, code in _CODES.items():
        spoken |= {m.group(): (country,) for m in re.finditer(rf"(?<!\w)(?:{code})(?!\w)", question)}
    return spoken


@lru_cache(maxsize=300)
def mention(countries: tuple[str, ...]) -> re.Pattern[str]:
    """What mentions one of these countries in a text: its names, people, capital, provinces, codes.

    The alternatives stand first, so that the search goes from capital to capital.
    """
    forms = set[str]()
    for country in countries:
        for info in _known()[country]:
            names = _names(info)
            forms.update(names, _PARTS.get(country, ()), (name.lower() for name in names))
            forms.update(province for province in info.provinces() if _provinces()[province] == 1)
    shouted = {form.upper() for form in forms}
    codes = "".join(f"|{code}" for country in countries if (code := _CODES.get(country)))
    return re.compile(rf"(?:{_either(forms | shouted)}{codes})s?(?!\w)")


def _names(info: CountryInfo) -> list[str]:
    """What one calls a country by, its people and its capital."""
    capital = info.capital() or ""
    names = [info.name(), *info.alt_spellings(), info.demonym() or "", _NAMES.get(info.name(), "")]
    names += [capital] if isinstance(capital, str) else capital
    return [name for name in names if len(name) >= _SHORTEST]


@cache
def _known() -> dict[str, list[CountryInfo]]:
    found = defaultdict(list)
    for info in all_countries():
        found[info.name()].append(info)
    return found


@cache
def _provinces() -> Counter[str]:
    """In how many countries there is a province of a name: "Centre" is in four and says nothing of any."""
    return Counter(province for infos in _known().values() for info in infos for province in set(info.provinces()))


@cache
def _vocabulary() -> _Vocabulary:
    called: dict[str, dict[str, None]] = defaultdict(dict)
    for country, infos in _known().items():
        for name in (name for info in infos for name in _names(info)):
            called[name.lower()][country] = None
            called[f"{name.lower()}s"][country] = None
    pattern = re.compile(rf"{_ELSEWHERE}(?<!\w)(?:{_either(called)})(?!\w)", re.IGNORECASE)
    return _Vocabulary(pattern, {name: tuple(countries) for name, countries in called.items()})


def _either(words: Iterable[str]) -> str:
    """A pattern of any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))
