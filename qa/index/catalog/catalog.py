"""The catalog: one SQLite file with articles, sentence spans, passages, their vectors and a full-text index.

It commits first; everything else can be made again from it. One transaction per article. Readers take a snapshot
(`snapshot.py`) and never see half an article; connections are `database.py`'s. The catalog knows neither models nor
Chroma; vectors come and go as float16, little-endian, length one.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.core.dates import parse_date
from qa.core.errors import IndexDamaged, IndexIncompatible
from qa.core.types import Article, Passage, Sentence, version_of
from qa.corpus.article_file import FIELDS, join_origins
from qa.corpus.canonical import storable
from qa.index.catalog.acronyms import forget_definitions, store_definitions
from qa.index.catalog.database import Database, translated
from qa.index.catalog.migrations import OLDEST, fill_in, migrate
from qa.index.catalog.near_duplicates import link_near_duplicates, unlink_near_duplicates
from qa.index.catalog.schema import FORMAT, SCHEMA, Manifest
from qa.index.catalog.snapshot import Snapshot

FILE = "catalog.sqlite3"


@dataclass(frozen=True, slots=True)
class Indexed:
    """An article ready to be stored: vectors have shape (sentences, d) and (passages, d)."""

    article: Article
    stamp: str
    sentences: Sequence[Sentence]
    sentence_vectors: NDArray[np.float32]
    passages: Sequence[Passage]
    passage_vectors: NDArray[np.float32]
    signature: bytes = b""


def passage_id(article: str, version: str, n: int) -> str:
    """Return a passage's id: the same text cut the same way has the same ids in every index."""
    return f"{article}:{version}:{n:05d}"


class Catalog:
    """The open catalog. One connection writes, under a lock; each snapshot reads on a connection of its own."""

    def __init__(self, path: Path, *, writable: bool) -> None:
        self.path = path
        self._database = Database(path, writable=writable)

    @classmethod
    def create(cls, path: Path, manifest: Manifest) -> Catalog:
        """Return a new, empty catalog at a path where none is."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self = cls(path, writable=True)
        with translated(path), self._database.alone() as db:
            db.executescript("BEGIN IMMEDIATE;" + SCHEMA + "COMMIT;")
        with self._database.transaction() as db:
            for key, value in asdict(manifest).items():
                db.execute("INSERT INTO manifest VALUES (?, ?)", (key, json.dumps(value)))
        return self

    @classmethod
    def open(cls, path: Path, *, writable: bool) -> Catalog:
        """Return an existing catalog. Raises IndexDamaged, StorageError."""
        return cls(path, writable=writable)

    def manifest(self) -> Manifest:
        """Return what this catalog was made with. Raises IndexDamaged, IndexIncompatible (a newer format)."""
        with translated(self.path), self._database.alone() as db:
            rows = dict(db.execute("SELECT key, value FROM manifest"))
        try:
            found = {key: json.loads(value) for key, value in rows.items()}
            if found["format"] < OLDEST:
                return Manifest(found["format"], "", "", "", 0, "", "")
            if found["format"] <= FORMAT:
                return Manifest(**{name: found[name] for name in Manifest.__slots__})
        except (KeyError, ValueError, TypeError) as error:
            raise IndexDamaged(f"The index's manifest cannot be read ({error}). Run: qa index --rebuild") from error
        raise IndexIncompatible(
            f"The index has format {found['format']}; this version of Groundwire reads up to {FORMAT}. "
            "Upgrade Groundwire, or make the index anew with: qa index --rebuild"
        )

    def migrate(self) -> None:
        """Lead a catalog of an older format on to today's; what is derived from its texts is left to `fill_in`."""
        found = self.manifest().format
        if found < FORMAT:
            with self._database.transaction() as db:
                migrate(db, found)

    def fill_in(self, most: int) -> int:
        """Derive what is missing of at most `most` articles, in one transaction. Return how many it was."""
        with self._database.transaction() as db:
            return fill_in(db, most)

    def check(self) -> None:
        """Read everything once: the file's structure, and each text against its version. Raises IndexDamaged."""
        with translated(self.path), self._database.alone() as db:
            wrong = [row[0] for row in db.execute("PRAGMA quick_check(1)") if row[0] != "ok"]
            wrong += [
                f"{id} is not the text of version {version}"
                for id, version, text in db.execute("SELECT id, version, text FROM articles")
                if version_of(text) != version
            ]
        if wrong:
            raise IndexDamaged(f"The index at {self.path} is damaged ({wrong[0]}). Run: qa index --rebuild")

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Show one consistent state of everything, for as long as the block runs."""
        with self._database.reading() as db:
            yield Snapshot(db)

    def put(self, indexed: Indexed) -> list[str]:
        """Store an article whole, replacing what was there, in one transaction. Returns passage ids that went."""
        article = indexed.article
        ids = [passage_id(article.id, article.version, n) for n in range(len(indexed.passages))]
        known = _known(article)
        with self._database.transaction() as db:
            old = self._erase(db, article.id)
            columns = ("id", "version", "stamp", "text", "signature", *known)
            values = (article.id, article.version, indexed.stamp, article.text, indexed.signature, *known.values())
            sql = f"INSERT INTO articles ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
            key = db.execute(sql, values).lastrowid
            assert key is not None  # noqa: S101  (for the type checker: an INSERT has one)
            link_near_duplicates(db, key, indexed.signature)
            store_definitions(db, key, article.title, article.text)
            db.executemany(
                'INSERT INTO sentences (article, n, start, "end", furniture, vector) VALUES (?,?,?,?,?,?)',
                (
                    (key, n, s.start, s.end, s.boilerplate, pack_vector(v))
                    for n, (s, v) in enumerate(zip(indexed.sentences, indexed.sentence_vectors, strict=True))
                ),
            )
            for n, (p, v) in enumerate(zip(indexed.passages, indexed.passage_vectors, strict=True)):
                row = db.execute(
                    'INSERT INTO passages (id, article, n, start, "end", first, last, vector) VALUES (?,?,?,?,?,?,?,?)',
                    (ids[n], key, n, p.start, p.end, p.first, p.last, pack_vector(v)),
                ).lastrowid
                db.execute(
                    "INSERT INTO passage_index (rowid, title, body) VALUES (?,?,?)",
                    (row, article.title or "", article.text[p.start : p.end]),
                )
            db.executemany("INSERT OR IGNORE INTO pending VALUES (?)", ((id,) for id in ids))
            db.execute("DELETE FROM refused WHERE name IN (?, ?)", (f"{article.id}.md", f"{article.id}.txt"))
            self._bump(db)
        return sorted(set(old or ()) - set(ids))

    def describe(self, article: Article, stamp: str) -> None:
        """Store what is known about an article whose text and title are as they were.

        Its vectors stay; Chroma, which holds outlet and day beside them, is to be told anew.
        """
        known = _known(article)
        with self._database.transaction() as db:
            sql = f"UPDATE articles SET stamp = ?, {', '.join(f'{column} = ?' for column in known)} WHERE id = ?"
            db.execute(sql, (stamp, *known.values(), article.id))
            sql = "INSERT OR IGNORE INTO pending SELECT p.id FROM passages p JOIN articles a ON a.key = p.article"
            db.execute(f"{sql} WHERE a.id = ?", (article.id,))
            self._bump(db)

    def restamp(self, id: str, stamp: str) -> None:
        """Remember that the file looks different but says the same."""
        with self._database.transaction() as db:
            db.execute("UPDATE articles SET stamp = ? WHERE id = ?", (stamp, id))

    def remove(self, id: str) -> list[str] | None:
        """Forget an article. Returns its passage ids, or None when there is no such article."""
        if not storable(id):
            return None
        with self._database.transaction() as db:
            old = self._erase(db, id)
            self._bump(db)
        return old

    def refuse(self, name: str, stamp: str, reason: str) -> None:
        """Remember that a file of the corpus is no article, so that it is not read at every start."""
        with self._database.transaction() as db:
            db.execute("INSERT OR REPLACE INTO refused VALUES (?, ?, ?)", (name, stamp, reason))

    def forgive(self, names: Iterable[str]) -> None:
        with self._database.transaction() as db:
            db.executemany("DELETE FROM refused WHERE name = ?", ((n,) for n in names))

    def settle(self, ids: Iterable[str]) -> None:
        """Remember that Chroma holds these now."""
        with self._database.transaction() as db:
            db.executemany("DELETE FROM pending WHERE id = ?", ((id,) for id in ids))

    def mark_pending(self, ids: Iterable[str]) -> None:
        """Remember that Chroma does not hold these after all."""
        with self._database.transaction() as db:
            db.executemany("INSERT OR IGNORE INTO pending VALUES (?)", ((id,) for id in ids))

    def compact(self) -> None:
        """Leave no deleted text in any of the catalog's files."""
        with translated(self.path), self._database.alone() as db:
            db.execute("INSERT INTO passage_index (passage_index) VALUES ('rebuild')")
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def problems(self) -> list[str]:
        """Return what SQLite itself finds wrong: the file's structure and the full-text index against the text."""
        found: list[str] = []
        try:
            with self._database.alone() as db:
                found += [row[0] for row in db.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
                if self._database.writable:
                    db.execute("INSERT INTO passage_index (passage_index, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            found.append(f"the full-text index or the file is damaged: {error}")
        return found

    def close(self) -> None:
        """Close the file; whoever still reads a snapshot reads it to its end."""
        self._database.close()

    def _erase(self, db: sqlite3.Connection, id: str) -> list[str] | None:
        row = db.execute("SELECT key, title, text FROM articles WHERE id = ?", (id,)).fetchone()
        if row is None:
            return None
        key, title, text = row
        ids = []
        for passage, start, end, name in db.execute(
            'SELECT key, start, "end", id FROM passages WHERE article = ?', (key,)
        ).fetchall():
            db.execute(
                "INSERT INTO passage_index (passage_index, rowid, title, body) VALUES ('delete', ?, ?, ?)",
                (passage, title or "", text[start:end]),
            )
            db.execute("DELETE FROM pending WHERE id = ?", (name,))
            ids.append(name)
        db.execute("DELETE FROM passages WHERE article = ?", (key,))
        db.execute("DELETE FROM sentences WHERE article = ?", (key,))
        unlink_near_duplicates(db, key)
        forget_definitions(db, key)
        db.execute("DELETE FROM underived WHERE article = ?", (key,))
        db.execute("DELETE FROM articles WHERE key = ?", (key,))
        return ids

    @staticmethod
    def _bump(db: sqlite3.Connection) -> None:
        db.execute("UPDATE generation SET n = n + 1")


def _known(article: Article) -> dict[str, str | int | None]:
    """Return what is known about an article, by column."""
    day = parse_date(article.published).toordinal() if article.published else None
    return {
        **{field: getattr(article, field) for field in FIELDS},
        "published_day": day,
        "origins": join_origins(article.origins),
        "pages": " ".join(map(str, article.pages)),
    }


def pack_vector(vector: NDArray[np.float32]) -> bytes:
    """Return a vector as stored: float16, little-endian."""
    return np.asarray(vector, "<f2").tobytes()
