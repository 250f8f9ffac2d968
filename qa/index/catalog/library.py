"""What the catalog can say of the library as a whole: its table, its outlets and years, what has no date."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

from qa.core.reports import ArticleSummary, Holdings
from qa.core.types import Article, Filters
from qa.index.catalog.filters import SHOWN, article_condition, library_condition

EVERYTHING = Filters()
_ORDERS = {
    "id": "a.id",
    "title": f"fold({SHOWN})",
    "outlet": "fold(a.outlet)",
    "published": "a.published_day",
    "added": "a.added",
    "sentences": "(SELECT max(s.n) FROM sentences s WHERE s.article = a.key)",  # one seek; count(*) reads them all
}


class Library:
    """Queries that people's tables and counts are made of, over one open read transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def summaries(
        self,
        *,
        search: str = "",
        among: Filters = EVERYTHING,
        undated: bool = False,
        order: str = "id",
        descending: bool = False,
        offset: int = 0,
        limit: int | None = None,
    ) -> list[ArticleSummary]:
        """Return rows of the library: articles with every word of `search` in id, shown title, outlet, author or text.

        Ordered by id, title, outlet, published, added or sentences; what is unknown comes last either way.
        """
        where, values = library_condition(search, among, undated)
        by = f"{_ORDERS.get(order, 'a.id')} {'DESC' if descending else 'ASC'} NULLS LAST, a.id"
        rows = self._db.execute(
            f"WITH page AS (SELECT a.key FROM articles a WHERE {where} ORDER BY {by} LIMIT ? OFFSET ?)"
            " SELECT a.id, a.version, a.title, a.outlet, a.url, a.author, a.published, a.added,"
            " substr(a.text, 1, 400), (SELECT count(*) FROM sentences s WHERE s.article = a.key),"
            " (SELECT count(*) FROM passages p WHERE p.article = a.key), length(a.text)"
            f" FROM page JOIN articles a ON a.key = page.key ORDER BY {by}",
            (*values, -1 if limit is None else limit, offset),
        )
        return [
            ArticleSummary(
                id=r[0], version=r[1], title=Article(r[0], r[8], r[2]).shown_title, outlet=r[3], url=r[4], author=r[5],
                published=r[6], added=r[7], sentences=r[9], passages=r[10], characters=r[11],
            )
            for r in rows
        ]  # fmt: skip

    def summary_count(self, search: str = "", among: Filters = EVERYTHING, undated: bool = False) -> int:
        """Count the rows that `summaries` has for a search without a limit."""
        where, values = library_condition(search, among, undated)
        return int(self._one(f"SELECT count(*) FROM articles a WHERE {where}", values))

    def outlets(self) -> list[str]:
        return [r[0] for r in self._db.execute("SELECT DISTINCT outlet FROM articles WHERE outlet <> '' ORDER BY 1")]

    def authors(self) -> list[str]:
        """Return everybody who is named as a writer of an article."""
        rows = self._db.execute("SELECT DISTINCT author FROM articles WHERE author <> ''")
        return sorted({name.strip() for (names,) in rows for name in names.split(",") if name.strip()})

    def period(self) -> tuple[str | None, str | None, int]:
        """Return the first and the last day of publication, and how many articles have none."""
        row = self._db.execute(
            "SELECT min(published_day), max(published_day), count(*) - count(published_day) FROM articles"
        ).fetchone()
        first, last = (date.fromordinal(day).isoformat() if day else None for day in row[:2])
        return first, last, int(row[2])

    def holdings(self) -> Holdings:
        """Return what the library holds, by outlet, the most frequent first, and by year, the last first."""
        first, last, undated = self.period()
        outlets = self._db.execute(
            "SELECT outlet, count(*) FROM articles WHERE outlet <> '' GROUP BY outlet ORDER BY 2 DESC, 1"
        ).fetchall()
        years = self._db.execute(
            "SELECT substr(published, 1, 4), count(*) FROM articles WHERE published_day IS NOT NULL"
            " GROUP BY 1 ORDER BY 1 DESC"
        ).fetchall()
        total = int(self._one("SELECT count(*) FROM articles"))
        return Holdings(total, tuple(outlets), tuple(years), first, last, undated)

    def undated(self, filters: Filters) -> int:
        """Count the articles that a date filter leaves out only because they have no date."""
        if not filters.by_date:
            return 0
        where, values = article_condition(Filters(filters.outlets, filters.articles))
        return int(self._one(f"SELECT count(*) FROM articles a WHERE published_day IS NULL AND {where}", values))

    def _one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        return self._db.execute(sql, values).fetchone()[0]
