"""What a question takes for granted: the years and the countries it names.

Articles that never mention one of them answer another question, however like its words are: "How many did China
send?" where only Russia sent any. Generous on the articles' side, so that little is wrongly missed: countries as
`countries.py` says; years also by decade or century, a span of years, a season, a date of publication near them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from qa.answer.question.countries import mention, named
from qa.core.dates import parse_date
from qa.core.types import Article

MOST = 8  # premises of a question that are looked for
NEAR = 1  # years: news speak of last year and the next without a number

_YEAR = re.compile(r"(?<![\w.,$€£-])(?P<year>(?:1\d|20)\d\d)(?P<decade>(?<=0)['’]?s\b)?(?![\d,.]*\d)(?!\w|%)")
_SPAN = re.compile(r"(?<!\d)((?:1\d|20)\d\d)(?: ?[-–‑/] ?| to | and | until | till )((?:1\d|20)?\d\d)(?!\d)")


class Premises:
    """Years and countries that a question names, as it writes them; the first MOST."""

    def __init__(self, question: str) -> None:
        self._years = {m.group(): m for m in list(_YEAR.finditer(question))[:MOST]}
        countries = list(named(question).items())[: MOST - len(self._years)]
        self._countries = {written: mention(meant) for written, meant in countries}

    def absent(self, articles: Iterable[Article]) -> tuple[str, ...]:
        """Those of them that none of the articles mentions: not in its title, outlet, text or date."""
        years, countries = dict(self._years), dict(self._countries)
        for article in articles:
            if not years and not countries:
                break
            text = "\n".join(filter(None, (article.title, article.outlet, article.text)))
            dated = parse_date(article.published).year if article.published else None
            years = {written: year for written, year in years.items() if not _says(text, year, dated)}
            capitals = text.title() if text.islower() else text
            countries = {written: country for written, country in countries.items() if not country.search(capitals)}
        return (*years, *countries)


def _says(text: str, asked: re.Match[str], dated: int | None) -> bool:
    """Return True if a text published in the year `dated` speaks of a year, or of one in its decade or century."""
    year = int(asked["year"])
    if dated is not None and abs(year - dated) <= NEAR:
        return True
    first, last = year, year
    if asked["decade"]:
        last = year + (99 if year % 100 == 0 else 9)
    return _speaks_around(text, year) or any(a <= last and b >= first for a, b in _spans(text))


def _spans(text: str) -> Iterable[tuple[int, int]]:
    """Years that a text gives, each as a span: 1942, 1933 to 1945, 2010-16."""
    for m in re.finditer(r"(?<!\d)(?:1\d|20)\d\d(?!\d)", text):
        yield int(m.group()), int(m.group())
    for m in _SPAN.finditer(text):
        start, end = m.groups()
        yield int(start), int(end if len(end) == 4 else start[:2] + end)


def _speaks_around(text: str, year: int) -> bool:
    """Return True if a text gives the year in short, its decade or century, or it was a number and no year at all."""
    short, decade, century = year % 100, year // 10 % 10, year // 100 + 1
    said = (
        rf"['’‘]{short:02d}\b",
        rf"(?<!\d)(?:{year // 100})?{decade}0['’]?s\b",
        rf"(?<!\d)\d\d/{short:02d}(?!\d)",
        rf"(?<!\d){century}(?:st|nd|rd|th)[ -][cC]entur",
        rf"(?<!\d){year // 1000}[., ]{year % 1000:03d}(?!\d)",
    )
    return re.search("|".join(said), text) is not None
