"""The catalog's tables, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass

FORMAT = 5  # raise it whenever the meaning of a stored byte changes, and say in `migrations.py` how it comes about

# What articles say acronyms are short for, `folded` as words are compared; articles of which that is not known yet.
ACRONYMS = """
CREATE TABLE acronyms (
    short TEXT NOT NULL, folded TEXT NOT NULL, article INTEGER NOT NULL, long TEXT NOT NULL,
    PRIMARY KEY (short, folded, article)
) WITHOUT ROWID;
CREATE INDEX acronyms_folded ON acronyms (folded);
CREATE INDEX acronyms_article ON acronyms (article);
CREATE TABLE underived (article INTEGER PRIMARY KEY);
"""

# `passage_text` is what the full-text index reads: text is stored once, in articles. A derived title is in neither.
# `bands` finds articles that may be near duplicates (`near_duplicates.py`); those that are share a `story`, the key of
# one of them, and an article that is alone has none. `furniture` is the column of boilerplate's mark.
SCHEMA = f"""
CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version TEXT NOT NULL, stamp TEXT NOT NULL,
    title TEXT, outlet TEXT, url TEXT, author TEXT, published TEXT, published_day INTEGER,
    language TEXT, added TEXT, origins TEXT NOT NULL, text TEXT NOT NULL, signature BLOB NOT NULL, story INTEGER,
    pages TEXT NOT NULL DEFAULT ''
);
CREATE INDEX articles_version ON articles (version);
CREATE INDEX articles_url ON articles (url) WHERE url IS NOT NULL;
CREATE INDEX articles_story ON articles (story) WHERE story IS NOT NULL;
CREATE TABLE bands (band INTEGER NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (band, article)) WITHOUT ROWID;
CREATE TABLE sentences (
    key INTEGER PRIMARY KEY, article INTEGER NOT NULL, n INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, furniture INTEGER NOT NULL, vector BLOB NOT NULL,
    UNIQUE (article, n)
);
CREATE TABLE passages (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, article INTEGER NOT NULL, n INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    vector BLOB NOT NULL, UNIQUE (article, n)
);
CREATE VIEW passage_text AS
    SELECT p.key AS key, coalesce(a.title, '') AS title, substr(a.text, p.start + 1, p."end" - p.start) AS body
    FROM passages p JOIN articles a ON a.key = p.article;
CREATE VIRTUAL TABLE passage_index USING fts5 (
    title, body, content = 'passage_text', content_rowid = 'key', tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE passage_terms USING fts5vocab ('passage_index', 'row');
CREATE TABLE pending (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE refused (name TEXT PRIMARY KEY, stamp TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE generation (n INTEGER NOT NULL);
INSERT INTO generation VALUES (0);
{ACRONYMS}
"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the stored numbers mean. Two indexes with equal manifests hold equal vectors for equal articles."""

    format: int
    model: str
    model_digest: str
    precision: str
    dimension: int
    segmenter: str
    passages: str
