"""Acronyms with their long forms, as the articles give them: "Civil Aviation Office (CAO)" or the other way round.

A long form is one whose words begin with the letters (after Schwartz and Hearst 2003, who look for the shortest one).
They are read off an article's text when it is stored, into one table, and go with the article. Knows texts and that
table, nothing else of articles.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

from qa.corpus.words import words

SMALL = frozenset("of the and for de la on in to a an at und der die das du des & y".split())
LOOKED_BACK = 160  # characters before an acronym in which its long form begins

_LETTERS = r"[A-Z][A-Z0-9&.]{1,7}"
_SHORT = re.compile(rf"(?<![\w-]){_LETTERS}(?![\w-])")
_PARENTHESES = re.compile(r"\(([^()]{2,80})\)")
# Two to nine capitalised words in a row, with small ones between them.
NAME = re.compile(r"(?<![\w’'-])[A-Z][\w’'-]++(?:\s++(?:(?:of|the|and|for|de|la|on)\s++){0,2}[A-Z][\w’'-]++){1,8}")
_SAID = re.compile(rf"({_LETTERS}),? (?:short for |or |i\.e\. |that is )?(?:the )?({NAME.pattern}),")


def read_definitions(text: str) -> set[tuple[str, str]]:
    """Return the acronyms that a text explains, each with its long form."""
    return set(_definitions(text))


def _definitions(text: str) -> Iterator[tuple[str, str]]:
    for m in _PARENTHESES.finditer(text):
        inside, before = m.group(1).strip(), text[max(0, m.start() - LOOKED_BACK) : m.start()].rstrip()
        if _SHORT.fullmatch(inside):
            short, long = inside, _ending_in(before, inside)
        else:
            last = before.rsplit(None, 1)[-1] if before else ""
            short, long = last, _ending_in(inside, last) if _SHORT.fullmatch(last) else None
        if long:
            yield short.strip(".&"), long
    for m in _SAID.finditer(text):
        if _SHORT.match(text, m.start()) and (long := _ending_in(m.group(2), m.group(1))):
            yield m.group(1).strip(".&"), long


def _ending_in(text: str, short: str) -> str | None:
    """Return the last words of the text whose first letters are the acronym's, small words left out or counted."""
    letters = [c for c in short.lower() if c.isalnum()]
    tokens = list(re.finditer(r"[^\W_][\w’'&-]*", text[-LOOKED_BACK:]))
    for small in (False, True):
        need, start = list(letters), None
        for m in reversed(tokens):
            word = m.group().lower()
            if not need:
                break
            if word[0] == need[-1] and (small or word not in SMALL):
                need.pop()
                start = m.start()
            elif word not in SMALL:
                break
        if not need and start is not None:
            return " ".join(text[-LOOKED_BACK:][start:].split())
    return None


def store_definitions(db: sqlite3.Connection, key: int, title: str | None, text: str) -> None:
    """Store what an article, by its key, explains."""
    found = read_definitions(f"{title}\n{text}" if title else text)
    db.executemany(
        "INSERT OR IGNORE INTO acronyms (short, long, folded, article) VALUES (?, ?, ?, ?)",
        ((short, long, _folded(long), key) for short, long in sorted(found)),
    )


def forget_definitions(db: sqlite3.Connection, key: int) -> None:
    """Forget what an article that is about to go explains."""
    db.execute("DELETE FROM acronyms WHERE article = ?", (key,))


def long_forms(db: sqlite3.Connection, short: str) -> list[str]:
    """Return what an acronym is short for, what most articles say first."""
    return _listed(db, "SELECT min(long) FROM acronyms WHERE short = ? GROUP BY folded", short)


def short_forms(db: sqlite3.Connection, long: str) -> list[str]:
    """Return how a long form is abbreviated, what most articles say first."""
    return _listed(db, "SELECT short FROM acronyms WHERE folded = ? GROUP BY short", _folded(long))


def _listed(db: sqlite3.Connection, sql: str, value: str) -> list[str]:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'acronyms'").fetchone():
        return []  # a catalog of an older format that nobody may write
    return [row[0] for row in db.execute(f"{sql} ORDER BY count(*) DESC, 1", (value,))]


def _folded(long: str) -> str:
    return " ".join(words(long))
