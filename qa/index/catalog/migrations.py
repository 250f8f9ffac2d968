"""How a catalog of an older format becomes one of today's without anything being embedded again.

What a step changes in the tables it changes at once, in one transaction with the format's number. What is derived from
the articles' texts is filled in afterwards, in batches, while questions are answered: each batch is a transaction, and
what is still to be done stands in the table `underived`, so that a kill loses nothing.
"""

from __future__ import annotations

import json
import sqlite3

from qa.index.catalog.acronyms import forget_definitions, store_definitions
from qa.index.catalog.schema import ACRONYMS, FORMAT

OLDEST = 3  # of the formats that a step leads on from; older ones hold other vectors

# From a format to the next one.
STEPS: dict[int, str] = {
    3: f"{ACRONYMS} INSERT INTO underived SELECT key FROM articles;",
    4: "ALTER TABLE articles ADD COLUMN pages TEXT NOT NULL DEFAULT '';",
}


def migrate(db: sqlite3.Connection, found: int) -> None:
    """Lead a catalog of format `found` on to today's, inside the open transaction."""
    for number in range(found, FORMAT):
        for statement in filter(None, map(str.strip, STEPS[number].split(";"))):
            db.execute(statement)
    db.execute("UPDATE manifest SET value = ? WHERE key = 'format'", (json.dumps(FORMAT),))


def fill_in(db: sqlite3.Connection, most: int) -> int:
    """Derive what is missing of at most `most` articles, inside the open transaction. Return how many it was."""
    sql = "SELECT a.key, a.title, a.text FROM underived u JOIN articles a ON a.key = u.article ORDER BY a.key LIMIT ?"
    rows = db.execute(sql, (most,)).fetchall()
    for key, title, text in rows:
        forget_definitions(db, key)
        store_definitions(db, key, title, text)
        db.execute("DELETE FROM underived WHERE article = ?", (key,))
    return len(rows)
