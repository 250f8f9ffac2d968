"""What can be read from the catalog: one consistent state, seen through SQL and handed out as values."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.core.types import Article, Filters, Sentence
from qa.corpus.article_file import split_origins
from qa.corpus.canonical import storable
from qa.index.catalog.acronyms import long_forms, short_forms
from qa.index.catalog.filters import article_condition
from qa.index.catalog.library import Library

Matrix = NDArray[np.float32]

_MANY = 500  # parameters in one statement; SQLite's own limit starts at 999
_ARTICLE = "id, text, title, outlet, url, author, published, language, added, origins"


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage's row. `article` is the article's key inside this catalog."""

    id: str
    article: int
    start: int
    end: int
    first: int
    last: int
    vector: Matrix


@dataclass(frozen=True, slots=True)
class StoredSentence:
    """A sentence's row with its vector."""

    n: int
    span: Sentence
    vector: Matrix


def unpack_vector(blob: bytes) -> Matrix:
    return np.frombuffer(blob, "<f2").astype(np.float32)


def _article(row: tuple[Any, ...]) -> Article:
    *stated, origins, pages = row
    return Article(*(*stated, split_origins(origins), tuple(map(int, pages.split()))))


def _passage(row: tuple[Any, ...]) -> StoredPassage:
    id, article, start, end, first, last, vector = row
    return StoredPassage(id, article, start, end, first, last, unpack_vector(vector))


class Snapshot(Library):
    """Queries over one open read transaction."""

    @cached_property
    def _article(self) -> str:
        """Return the columns of an article; a catalog of an older format that nobody may write has no pages."""
        columns = {row[1] for row in self._db.execute("PRAGMA table_info (articles)")}
        return f"{_ARTICLE}, {'pages' if 'pages' in columns else repr('')}"

    def generation(self) -> int:
        """Return a number that grows with every change of what can be found."""
        return int(self._one("SELECT n FROM generation"))

    def counts(self) -> dict[str, int]:
        return {
            table: int(self._one(f"SELECT count(*) FROM {table}"))
            for table in ("articles", "sentences", "passages", "pending", "refused")
        }

    def passage_count(self) -> int:
        return int(self._one("SELECT count(*) FROM passages"))

    def stamps(self, only: Collection[str] | None = None) -> dict[str, str]:
        """Return the stamp of every article's file, or of those of these ids only."""
        if only is None:
            return dict(self._db.execute("SELECT id, stamp FROM articles"))
        return dict(self._in("SELECT id, stamp FROM articles WHERE id IN ({})", sorted(only)))

    def refused(self, only: Collection[str] | None = None) -> dict[str, tuple[str, str]]:
        """Return the corpus files that are no articles, name to (stamp, reason): of all ids, or of these only."""
        rows = self._db.execute("SELECT * FROM refused")  # few
        return {
            name: (stamp, reason) for name, stamp, reason in rows if only is None or os.path.splitext(name)[0] in only
        }

    def article(self, id: str) -> Article | None:
        if not storable(id):
            return None
        row = self._db.execute(f"SELECT {self._article} FROM articles WHERE id = ?", (id,)).fetchone()
        return _article(row) if row else None

    def article_by_key(self, key: int) -> Article:
        return _article(self._db.execute(f"SELECT {self._article} FROM articles WHERE key = ?", (key,)).fetchone())

    def ids_with_version(self, version: str) -> list[str]:
        """Return the articles with exactly this text."""
        return [r[0] for r in self._db.execute("SELECT id FROM articles WHERE version = ? ORDER BY id", (version,))]

    def ids_with_url(self, url: str) -> list[str]:
        """Return the articles with exactly this address."""
        return [r[0] for r in self._db.execute("SELECT id FROM articles WHERE url = ? ORDER BY id", (url,))]

    def near_duplicate_groups(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the groups of those of the articles that have near duplicates; equal numbers are one group."""
        sql = "SELECT id, story FROM articles WHERE story IS NOT NULL AND id IN ({})"
        return dict(self._in(sql, list(ids)))

    def near_duplicates(self, id: str, filters: Filters | None = None, limit: int = -1) -> list[str]:
        """Return an article's group of near duplicates, itself among them; nothing when it is alone.

        Those published first come before those added first.
        """
        where, values = article_condition(filters or Filters())
        sql = f"SELECT a.id FROM articles a WHERE a.story = (SELECT story FROM articles WHERE id = ?) AND {where}"
        order = " ORDER BY a.published_day NULLS LAST, a.added NULLS LAST, a.id LIMIT ?"
        return [r[0] for r in self._db.execute(sql + order, (id, *values, limit))]

    def articles(self) -> Iterator[Article]:
        for row in self._db.execute(f"SELECT {self._article} FROM articles ORDER BY id"):
            yield _article(row)

    def published(self, filters: Filters, limit: int) -> list[Article]:
        """Articles that pass the filters, the newest first; none without a date where the filters name a day."""
        where, values = article_condition(filters)
        rows = self._db.execute(
            f"SELECT {self._article} FROM articles a WHERE {where}"
            " ORDER BY a.published_day DESC NULLS LAST, a.published DESC, a.id LIMIT ?",
            (*values, limit),
        )
        return [_article(row) for row in rows]

    def articles_with(self, match: str) -> list[str]:
        """Return the ids of all articles of which a passage fits a MATCH expression, title included."""
        sql = (
            "SELECT DISTINCT a.id FROM passage_index f JOIN passages p ON p.key = f.rowid"
            " JOIN articles a ON a.key = p.article WHERE passage_index MATCH ? ORDER BY a.id"
        )
        return [r[0] for r in self._db.execute(sql, (match,))]

    def lexical(self, match: str, filters: Filters, k: int) -> list[str]:
        """Return ids of the k passages that FTS5's own BM25 ranks first for a MATCH expression."""
        where, values = article_condition(filters)
        if filters:
            sql = (
                "SELECT p.id FROM passage_index f JOIN passages p ON p.key = f.rowid"
                " JOIN articles a ON a.key = p.article"
                f" WHERE passage_index MATCH ? AND {where} ORDER BY bm25(passage_index), p.id LIMIT ?"
            )
            return [r[0] for r in self._db.execute(sql, (match, *values, k))]
        sql = "SELECT rowid, rank FROM passage_index WHERE passage_index MATCH ? ORDER BY rank LIMIT ?"
        limit = k + 1
        while len(rows := self._db.execute(sql, (match, limit)).fetchall()) == limit and rows[-1][1] == rows[k - 1][1]:
            limit *= 2  # all that tie with the k-th, so that ids decide, not the order in which articles came
        ids = dict(self._in("SELECT key, id FROM passages WHERE key IN ({})", [key for key, _ in rows]))
        return [id for _, id in sorted((rank, ids[key]) for key, rank in rows)][:k]

    def passages_with(self, terms: Sequence[str]) -> dict[str, int]:
        """Count the passages in which each indexed term (stemmed as FTS5 does) occurs; absent terms are left out."""
        return dict(self._in("SELECT term, doc FROM passage_terms WHERE term IN ({})", list(terms)))

    def vocabulary(self) -> list[tuple[str, int]]:
        """Every indexed term with the number of passages it is in."""
        return list(self._db.execute("SELECT term, doc FROM passage_terms"))

    def matching(self, match: str, k: int) -> list[tuple[str, str]]:
        """Ids and texts of at most k passages that fit a MATCH expression, title included, in the order of keys."""
        sql = (
            "SELECT p.id, t.title || char(10) || t.body FROM passage_index f JOIN passages p ON p.key = f.rowid"
            " JOIN passage_text t ON t.key = f.rowid WHERE passage_index MATCH ? ORDER BY f.rowid LIMIT ?"
        )
        return [(r[0], r[1]) for r in self._db.execute(sql, (match, k))]

    def long_forms(self, short: str) -> list[str]:
        """Return what the articles say an acronym is short for, what most say first."""
        return long_forms(self._db, short)

    def short_forms(self, long: str) -> list[str]:
        """Return how the articles abbreviate a long form, what most do first."""
        return short_forms(self._db, long)

    def passages(self, ids: Iterable[str]) -> dict[str, StoredPassage]:
        """Return passages by id; ids that are not stored are left out."""
        sql = 'SELECT id, article, start, "end", first, last, vector FROM passages WHERE id IN ({})'
        return {r[0]: _passage(r) for r in self._in(sql, list(ids))}

    def passages_of(self, article: str) -> list[StoredPassage]:
        rows = self._db.execute(
            'SELECT p.id, p.article, p.start, p."end", p.first, p.last, p.vector FROM passages p'
            " JOIN articles a ON a.key = p.article WHERE a.id = ? ORDER BY p.n",
            (article,),
        )
        return [_passage(r) for r in rows]

    def sentences(self, article: int, first: int, last: int) -> list[StoredSentence]:
        """Return sentences first..last (half-open) of the article with this key."""
        rows = self._db.execute(
            'SELECT n, start, "end", furniture, vector FROM sentences'
            " WHERE article = ? AND n >= ? AND n < ? ORDER BY n",
            (article, first, last),
        )
        return [StoredSentence(r[0], Sentence(r[1], r[2], bool(r[3])), unpack_vector(r[4])) for r in rows]

    def sentences_of(self, article: str) -> list[Sentence]:
        rows = self._db.execute(
            'SELECT s.start, s."end", s.furniture FROM sentences s JOIN articles a ON a.key = s.article'
            " WHERE a.id = ? ORDER BY s.n",
            (article,),
        )
        return [Sentence(r[0], r[1], bool(r[2])) for r in rows]

    def stored_sentences_of(self, article: str) -> list[StoredSentence]:
        """Return all sentences of an article by its id, with their vectors."""
        row = self._db.execute("SELECT key FROM articles WHERE id = ?", (article,)).fetchone()
        return self.sentences(row[0], 0, sys.maxsize) if row else []

    def passage_with(self, article: str, sentence: int) -> str:
        """Return the first passage of an article that holds the n-th sentence."""
        sql = (
            "SELECT p.id FROM passages p JOIN articles a ON a.key = p.article"
            " WHERE a.id = ? AND p.first <= ? AND p.last > ? ORDER BY p.n LIMIT 1"
        )
        return str(self._one(sql, (article, sentence, sentence)))

    def pending(self) -> list[str]:
        return [r[0] for r in self._db.execute("SELECT id FROM pending ORDER BY id")]

    def passage_ids(self) -> list[str]:
        return [r[0] for r in self._db.execute("SELECT id FROM passages ORDER BY id")]

    def vectors(self, dimension: int, *, pending_only: bool = False) -> tuple[list[str], NDArray[np.int64], Matrix]:
        """Return ids, article keys and vectors (n, d) of all passages, in the order of ids."""
        only = " WHERE id IN (SELECT id FROM pending)" if pending_only else ""
        rows = self._db.execute(f"SELECT id, article, vector FROM passages{only} ORDER BY id").fetchall()
        matrix = np.frombuffer(b"".join(r[2] for r in rows), "<f2").astype(np.float32).reshape(len(rows), dimension)
        return [r[0] for r in rows], np.array([r[1] for r in rows], np.int64), matrix

    def allowed(self, filters: Filters) -> set[int]:
        """Return keys of the articles that pass the filters."""
        where, values = article_condition(filters)
        return {r[0] for r in self._db.execute(f"SELECT key FROM articles a WHERE {where}", values)}

    def details(self, ids: Sequence[str]) -> list[tuple[str, str, str | None, int | None]]:
        """Return what Chroma holds besides vectors: (passage id, article id, outlet, published day)."""
        sql = (
            "SELECT p.id, a.id, a.outlet, a.published_day FROM passages p JOIN articles a ON a.key = p.article"
            " WHERE p.id IN ({})"
        )
        return [(r[0], r[1], r[2], r[3]) for r in self._in(sql, list(ids))]

    def _in(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        for i in range(0, len(values), _MANY):
            part = values[i : i + _MANY]
            rows += self._db.execute(sql.format(",".join("?" * len(part))), part).fetchall()
        return rows
