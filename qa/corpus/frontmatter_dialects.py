"""Front matter as people's tools write it, made the fields of an article: what is read at the head of files people add.

Jekyll, Hugo (YAML, TOML, JSON), pandoc (YAML that ends in dots, title blocks), MultiMarkdown, Obsidian and its clipper
each name and write the same things in their way. A field that cannot be read costs that field, with a note, and never
the file. Knows how such heads are written; what a value must be is the articles' to say.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qa.core.errors import ArticleError
from qa.corpus.frontmatter import split_front_matter

MAX_HEAD = 64 * 1024  # characters; front matter is a few lines, and no reader of it is asked about a whole book
MAX_FIELDS = 200

_DOTS = re.compile(r"\A---[ \t]*\n((?:[^\n]*\n){1,200}?)\.\.\.[ \t]*(?:\n|\Z)")
_YAML = re.compile(r"\A---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\A\+\+\+[ \t]*\n(.*?\n)?\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_JSON_FENCE = re.compile(r"\A;;;[ \t]*\n(.*?\n);;;[ \t]*(?:\n|\Z)", re.DOTALL)
_LINE = re.compile(r"([A-Za-z][\w -]{0,40}?)[ \t]*:(?:[ \t]+(.*)|[ \t]*)")
_ITEM = re.compile(r"[ \t]*-[ \t]+(.*)")
_MULTIMARKDOWN = re.compile(r"\A(?:[A-Za-z][\w ]{0,30}:[ \t]+\S[^\n]*\n(?:[ \t]+\S[^\n]*\n)*){2,}(?=\n)")
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_QUOTES = "\"'"

# The article's field: what tools call it, the surest first.
NAMES: dict[str, tuple[str, ...]] = {
    "title": ("title", "headline", "name"),
    "author": ("author", "authors", "creator", "by", "byline", "writer"),
    "published": ("published", "date", "pubdate", "publishdate", "publisheddate", "publishedat", "datepublished",
                  "datepublish", "publicationdate", "pubdatetime"),
    "outlet": ("outlet", "publisher", "site", "sitename", "publication", "website", "newspaper", "journal",
               "source"),
    "url": ("url", "source", "link", "canonical", "canonicalurl", "sourceurl", "originalurl", "permalink",
            "clippedfrom"),
    "language": ("language", "lang", "locale"),
}  # fmt: skip
KNOWN = {name for names in NAMES.values() for name in names} | {"tags", "categories", "draft", "layout", "format"}


@dataclass(slots=True)
class Head:
    """What stands at the head of a file: its fields under an article's names, the rest of the file, and notes."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    body: str = ""
    found: bool = False
    notes: list[str] = field(default_factory=list)


def read_head(raw: str) -> Head:
    """Return the head of a file in whatever way it is written. Never raises: what cannot be read is said in a note."""
    for reader in (_yaml, _toml, _json, _pandoc, _multimarkdown):
        if (head := reader(raw)) is not None:
            return head
    return Head(body=raw)


def split_any_front_matter(raw: str) -> tuple[dict[str, object], str, list[str]]:
    """Return the fields of a head, the rest of the file, and notes; YAML that is not valid is read by its lines.

    Raises ArticleError where no line of it is a field, and for a broken head of a file that Groundwire wrote.
    """
    try:
        fields, body = split_front_matter(raw)
        heads = (reader(raw) for reader in (_toml, _json, _pandoc, _multimarkdown)) if body is raw else ()
        head = next(filter(None, heads), None)
        return (dict(head.fields), head.body, head.notes) if head else (fields, body, [])
    except ArticleError as error:
        match = _YAML.match(raw)
        fields = _by_lines(match[1] or "") if match and len(match[1] or "") <= MAX_HEAD else {}
        if match is None or not fields or fields.get("format") == "plain":
            raise
        return fields, raw[match.end() :], [f"{str(error).partition('. ')[0]}; it was read line by line."]


def named_values(fields: Mapping[Any, Any]) -> dict[str, list[str]]:
    """Return what fields say under an article's names, each value as lines, the surest first."""
    plain = {_plain(name): value for name, value in reversed(list(fields.items()))}
    found = {name: [line for other in others for line in _values(plain.get(other))] for name, others in NAMES.items()}
    return {name: lines for name, lines in found.items() if lines}


def _yaml(raw: str) -> Head | None:
    whole = raw
    if (dots := _DOTS.match(raw)) and not re.search(r"^---[ \t]*$", dots[1], re.MULTILINE):
        whole = f"---\n{dots[1]}---\n{raw[dots.end() :]}"
    match = _YAML.match(whole)
    if match is None or len(match[1] or "") > MAX_HEAD:
        return None
    block = (match[1] or "").replace("\t", "    ")
    try:
        loaded, body = split_front_matter(f"---\n{block}---\n")[0], whole[match.end() :]
    except ArticleError as error:
        loaded, reason = _by_lines(block), str(error).partition(". ")[0]
        if not loaded:
            return None
        return _head(loaded, body := whole[match.end() :], [f"{reason}; it was read line by line."])
    return _head(loaded, body, []) if loaded or not block.strip() else None


def _toml(raw: str) -> Head | None:
    match = _TOML.match(raw)
    if match is None or len(match[1] or "") > MAX_HEAD:
        return None
    try:
        return _head(tomllib.loads(match[1] or ""), raw[match.end() :], [])
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        loaded = _by_lines(re.sub(r"(?m)^([A-Za-z][\w-]*)\s*=\s*", r"\1: ", match[1] or ""))
        return _head(loaded, raw[match.end() :], [f"Its front matter is not valid TOML ({error}); read line by line."])


def _json(raw: str) -> Head | None:
    if fenced := _JSON_FENCE.match(raw):
        start, end = fenced.start(1), fenced.end()
    elif re.match(r"\{\s*\n?\s*\"", raw):
        start, end = 0, -1
    else:
        return None
    try:
        loaded, stop = json.JSONDecoder().raw_decode(raw[start : start + MAX_HEAD])
    except (ValueError, RecursionError):
        return None
    body = raw[end if end > 0 else start + stop :]
    if not isinstance(loaded, dict) or not body.strip() or not (_names_of(loaded) & KNOWN):
        return None
    return _head(loaded, body, [])


def _pandoc(raw: str) -> Head | None:
    """Read up to three lines that begin with a percent sign: title, authors, date."""
    lines = raw.split("\n", 12)
    values: list[str] = []
    n = 0
    while n < len(lines) - 1 and len(values) < 3 and re.match(r"%(?:[ \t]|$)", lines[n]):
        value = lines[n][1:].strip()
        while n + 1 < len(lines) - 1 and re.match(r"[ \t]+\S", lines[n + 1]):
            n += 1
            value += f"{';' if len(values) == 1 else ''} {lines[n].strip()}"
        values.append(value)
        n += 1
    if len(values) < 2 and not (values and not lines[n].strip()):
        return None
    named = dict(zip(("title", "author", "date"), values, strict=False))
    fields = {**named, "author": [a.strip() for a in named.get("author", "").split(";")]}
    return _head(fields, "\n".join(lines[n:]), [])


def _multimarkdown(raw: str) -> Head | None:
    """Lines of fields at the very top, ended by an empty one, of which most are names that articles have."""
    match = _MULTIMARKDOWN.match(raw[:MAX_HEAD])
    if match is None:
        return None
    loaded = _by_lines(match[0])
    known = _names_of(loaded) & KNOWN
    if "title" not in known or len(known) < 2:
        return None
    return _head(loaded, raw[match.end() :], [])


def _by_lines(block: str) -> dict[str, Any]:
    """Fields that can be read by themselves, where all of them together are no YAML."""
    found: dict[str, Any] = {}
    name = ""
    for line in block.split("\n"):
        if match := _LINE.fullmatch(line.rstrip()):
            name = match[1]
            found.setdefault(name, _unquoted(match[2] or ""))
        elif name and (item := _ITEM.fullmatch(line)):
            before = found[name]
            found[name] = [*(before if isinstance(before, list) else []), _unquoted(item[1])]
        elif name and line[:1] in (" ", "\t") and line.strip() and isinstance(found[name], str):
            found[name] = f"{found[name]} {line.strip()}".strip()
        if len(found) > MAX_FIELDS:
            break
    return found


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] in _QUOTES and value[-1] == value[0]:
        return value[1:-1]
    return value


def _names_of(fields: Mapping[Any, Any]) -> set[str]:
    return {_plain(name) for name in fields}


def _plain(name: object) -> str:
    return re.sub(r"[\W_]", "", str(name)).lower()


def _head(loaded: Mapping[Any, Any], body: str, notes: list[str]) -> Head:
    """Return the fields under an article's names, each with its values as lines, the surest first."""
    plain = {_plain(name): value for name, value in reversed(list(loaded.items()))}
    own = {name: _values(plain[name])[:1] for name in ("format", "origins") if name in plain}
    return Head(named_values(loaded) | own, body, found=True, notes=notes)


def _values(value: object) -> list[str]:
    """Return the lines in a value: a scalar, a list, or a mapping with a name in it."""
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, list | tuple):
        return [line for one in value[:MAX_FIELDS] for line in _values(one)]
    if isinstance(value, Mapping):
        named = {_plain(k): v for k, v in value.items()}
        given = " ".join(
            str(named[k]) for k in ("given", "first", "firstname", "family", "last", "lastname") if k in named
        )
        inner = next((named[k] for k in ("name", "literal", "title", "value", "url") if named.get(k)), given)
        return _values(inner)
    line = _WIKI_LINK.sub(r"\1", str(value)).strip()
    return [line] if line else []
