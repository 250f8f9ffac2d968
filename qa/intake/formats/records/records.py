"""A record of an export made a draft, whatever its writer calls its fields: a JSON object, a row of a table.

Knows the names and the forms in which exports have an article's fields; `fields.toml` lists the names. What else a
record holds is ignored.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qa.core.errors import ArticleError
from qa.core.types import METADATA, Draft, Found
from qa.intake.drafts import drafted, joined_names, left_out, stated
from qa.intake.formats.documents.markup import fragment_text

MAX_SHOWN = 12  # names of fields in a message
MAX_NAMES = 100  # authors in a record
MAX_DEPTH = 4  # of what is looked into for a name or a text

DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_name("fields.toml").read_text("utf-8"))
NAMES: dict[str, list[str]] = {field: DATA[field].split() for field in ("text", *METADATA)}
LISTS: list[str] = DATA["lists"].split()

_MARKUP = re.compile(r"<(?:p|div|br|h[1-6]|ul|ol|li|article|section|span|a|html|body|blockquote|table)\b[^<>]*>", re.I)
_BY = re.compile(r"^by\s+", re.IGNORECASE)


def plain_name(name: object) -> str:
    return re.sub(r"[\W_]", "", str(name)).lower()


def draft_of(record: Mapping[str, Any], label: str, origin: str) -> Draft:
    """Return the article in a record. `label` names one that has no id. Raises ArticleError."""
    named = {plain_name(name): value for name, value in reversed(list(record.items()))}
    text = next((t for name in NAMES["text"] if (t := text_in(named.get(name)))), "")
    if not text:
        empty = any(isinstance(named.get(name), str) for name in NAMES["text"])
        raise ArticleError("It holds no text; an article needs words." if empty else lacking(record))
    metadata: dict[str, Found] = {}
    notes = []
    for field in METADATA:
        given = [named[name] for name in NAMES[field] if named.get(name)]
        values = [v for one in given if (v := _value(field, one))]
        found = next((good for value in values if (good := stated(origin, **{field: value}))), None)
        if found:
            metadata |= found
        elif given:
            notes.append(left_out(field, given[0]))
    if "outlet" in metadata and "://" in metadata["outlet"].value:  # "source" is an address in some exports
        address = metadata.pop("outlet").value
        metadata = stated(origin, url=address) | metadata
    id = record.get("id")
    own = str(id) if isinstance(id, str | int) and not isinstance(id, bool) and "://" not in str(id) else ""
    draft = drafted(text, metadata, own or label, tuple(notes))
    return Draft(draft.text, draft.metadata, draft.name, draft.notes, own)


def has_text(names: Mapping[str, Any] | list[str]) -> bool:
    """Return True if one of the names is one that exports give the text."""
    return not {plain_name(name) for name in names}.isdisjoint(NAMES["text"])


def lacking(record: Mapping[str, Any]) -> str:
    """Say why a record is no article: name the fields that it has instead."""
    shown = ", ".join(repr(str(name)[:40]) for name in list(record)[:MAX_SHOWN]) or "none"
    return f'It has no text: its fields are {shown}. Name the one with the article\'s text "text".'


def text_in(value: object, depth: int = 0) -> str:
    """Return a text without markup: a string, paragraphs in a list, or what stands in an object for it."""
    if isinstance(value, str):
        return fragment_text(value) if _MARKUP.search(value) else value.strip()
    if depth >= MAX_DEPTH:
        return ""
    if isinstance(value, list):
        return "\n\n".join(filter(None, (text_in(one, depth + 1) for one in value)))
    if isinstance(value, Mapping):
        keys = ("rendered", "text", "value", "content", "body", "plain", "html", "$t", "#text")
        return next((text for key in keys if (text := text_in(value.get(key), depth + 1))), "")
    return ""


def _value(field: str, value: object, depth: int = 0) -> str:
    """Return a field's value as a line: a scalar, or the names in a list or an object."""
    if value is None or isinstance(value, bool) or depth >= MAX_DEPTH:
        return ""
    if isinstance(value, list):
        lines = [line for one in value[:MAX_NAMES] if (line := _value(field, one, depth + 1))]
        return joined_names(lines) if field == "author" else next(iter(lines), "")
    if isinstance(value, Mapping):
        keys = ("name", "rendered", "full_name", "title", "display_name", "value", "url", "$date", "date")
        whole = " ".join(str(value[k]) for k in ("given", "first", "family", "last") if value.get(k))
        return next((line for key in keys if (line := _value(field, value.get(key), depth + 1))), whole)
    if not isinstance(value, str) and field != "published":
        return ""
    line = " ".join(str(value).split())
    if field == "author":
        return _BY.sub("", line)
    return fragment_text(line) if field == "title" and _MARKUP.search(line) else line
