"""Whether the index says what the corpus says, found out without loading anything heavy."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from qa.articles import Corpus
from qa.catalog import FILE
from qa.settings import Settings


def is_fresh(settings: Settings) -> bool:
    """True when every file of the corpus is indexed, or refused, with the stamp it has now, and nothing else is."""
    path = settings.index / FILE
    if not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            known = dict(db.execute("SELECT id, stamp FROM articles"))
            refused = dict(db.execute("SELECT name, stamp FROM refused"))
    except sqlite3.Error:
        return False
    files = list(Corpus(settings.corpus).files())
    stale = [f for f in files if known.get(f.id) != f.stamp and refused.get(f.path.name) != f.stamp]
    return not stale and set(known) <= {f.id for f in files}
