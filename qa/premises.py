"""What a question takes for granted: the years and the countries it names.

Articles that never mention one of them answer another question, however like its words are: "How many did China
send?" where only Russia sent any. Generous on the articles' side: a country is also mentioned by its people, its
capital and its provinces, a year also by its decade, a season or a date of publication.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from qa.articles import parse_date
from qa.countries import mention, named
from qa.types import Article

_YEAR = re.compile(r"(?<![\w.,$€£-])(?P<year>(?:1\d|20)\d\d)(?P<plural>['’]?s\b)?(?![\d,.]*\d)(?!\w|%)")


class Premises:
    """Years and countries that a question names, as it writes them."""

    def __init__(self, question: str) -> None:
        self._years = {m.group(): m for m in _YEAR.finditer(question)}
        self._countries = {written: mention(countries) for written, countries in named(question).items()}

    def absent(self, articles: Iterable[Article]) -> tuple[str, ...]:
        """Those of them that are in none of the articles: not in a title, a text or a date."""
        years, countries = dict(self._years), dict(self._countries)
        for article in articles:
            if not years and not countries:
                break
            text = f"{article.title or ''}\n{article.text}"
            dated = parse_date(article.published).year if article.published else None
            years = {written: year for written, year in years.items() if not _says(text, year, dated)}
            countries = {written: country for written, country in countries.items() if not country.search(text)}
        return (*years, *countries)


def _says(text: str, asked: re.Match[str], dated: int | None) -> bool:
    """Whether a text that was published in the year `dated` speaks of a year, or of any in its decade or century."""
    year, short = int(asked["year"]), asked["year"][2:]
    if dated is not None and year in (dated, dated - 1):  # news speak of this year and the last without a number
        return True
    if asked["plural"] and year % 10 == 0:
        among = rf"{year // 100}\d\d" if short == "00" else rf"{year // 10}\d"
        return re.search(rf"(?<!\d){among}(?!\d)|['’]{short}s", text) is not None
    season = rf"(?:{year // 100}|{year // 100 - 1})\d\d ?[-–/] ?{short}"
    return re.search(rf"(?<!\d)(?:{year}|{season})(?!\d)|['’]{short}\b|\b{year // 10}0s\b", text) is not None
