"""Stories in the catalog: an article is linked when it is stored and unlinked when it goes, in the same transaction.

The cost is that of the article and of those that may be copies of it, found by the bands that they share.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from qa.index.catalog.near_duplicates import bands, components, linked


def link(db: sqlite3.Connection, key: int, signature: bytes) -> None:
    """Join a new article's story: its near copies and theirs become one."""
    if not signature:
        return
    own = bands(signature)
    db.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", ((band, key) for band in own))
    rows = db.execute(
        "SELECT key, signature, story FROM articles WHERE key <> ? AND key IN"
        f" (SELECT article FROM bands WHERE band IN ({','.join('?' * len(own))}))",
        (key, *own),
    ).fetchall()
    near = [row for row, is_near in zip(rows, linked(signature, [row[1] for row in rows]), strict=True) if is_near]
    if near:
        _tell(db, key, [key, *(row[0] for row in near)])
        for story in {row[2] for row in near if row[2] is not None}:
            db.execute("UPDATE articles SET story = ? WHERE story = ?", (key, story))


def unlink(db: sqlite3.Connection, key: int) -> None:
    """Leave the story of an article that is about to go. What held together only through it falls apart."""
    signature, story = db.execute("SELECT signature, story FROM articles WHERE key = ?", (key,)).fetchone()
    db.executemany("DELETE FROM bands WHERE band = ? AND article = ?", ((band, key) for band in bands(signature)))
    if story is None:
        return
    sql = "SELECT key, signature FROM articles WHERE story = ? AND key <> ?"
    others = dict(db.execute(sql, (story, key)).fetchall())
    db.execute("UPDATE articles SET story = NULL WHERE story = ?", (story,))
    for group in components(others):
        _tell(db, group[0], group)


def _tell(db: sqlite3.Connection, story: int, keys: Iterable[int]) -> None:
    db.executemany("UPDATE articles SET story = ? WHERE key = ?", ((story, key) for key in keys))
