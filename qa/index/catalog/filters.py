"""Filters and searches as SQL conditions on `articles a`, each with its values."""

from __future__ import annotations

import unicodedata
from typing import Any

from qa.core.dates import parse_date
from qa.core.types import Filters
from qa.corpus.canonical import storable

SHOWN = "coalesce(a.title, substr(a.text, 1, 200))"  # begins as the shown title does; whole texts need not be compared
_SEARCHED = f"fold(a.id || ' ' || {SHOWN} || ' ' || coalesce(a.outlet, '') || ' ' || coalesce(a.author, ''))"
_IN_TEXT = (
    "a.key IN (SELECT p.article FROM passages p WHERE p.key IN"
    " (SELECT rowid FROM passage_index WHERE passage_index MATCH ?))"
)
_WHOLE = 3  # letters from which a word is looked for in the texts too; shorter ones begin too many words
_MOST_WORDS = 12  # of a search in the library; each is looked for in every row
_LONGEST_SEARCH = 200  # characters


def folded(text: str | None) -> str | None:
    """Return text for comparing as people do: without case, without accents. SQLite knows it as `fold`."""
    if text is None or text.isascii():
        return text and text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def library_condition(search: str, among: Filters, undated: bool = False) -> tuple[str, list[Any]]:
    """Return the condition of the library's rows: every word of a search, filters, only those without a date.

    A word is looked for in id, title, outlet and author, and at the beginning of the words of the text.
    """
    if not storable(search):
        return "0", []
    where, values = article_condition(among)
    parts = [where, *(["a.published_day IS NULL"] if undated else [])]
    for word in (folded(search[:_LONGEST_SEARCH]) or "").split()[:_MOST_WORDS]:
        letters = "".join(c if c.isalnum() else " " for c in word).strip()
        in_text = f" OR {_IN_TEXT}" if len(letters) >= _WHOLE else ""
        parts.append(f"(instr({_SEARCHED}, ?){in_text})")
        values += [word, f'"{letters}"*'] if in_text else [word]
    return " AND ".join(parts), values


def article_condition(filters: Filters) -> tuple[str, list[Any]]:
    """Return an SQL condition on `articles a`, with its values."""
    parts, values = ["1"], list[Any]()
    for column, wanted in (("outlet", filters.outlets), ("id", filters.articles)):
        if wanted:
            parts.append(f"a.{column} IN ({','.join('?' * len(wanted))})")
            values += wanted
    if filters.published_from is not None:
        parts.append("a.published_day >= ?")
        values.append(parse_date(filters.published_from).toordinal())
    if filters.published_to is not None:
        parts.append("a.published_day <= ?")
        values.append(parse_date(filters.published_to).toordinal())
    return " AND ".join(parts), values
