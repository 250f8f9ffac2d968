"""YAML front matter: the lines between two rules of hyphens at the head of an article's file.

Knows how it is written and read, not which fields an article has. A bounded part of YAML is read: so many characters,
so deep, no aliases, every scalar the string that was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from qa.core.errors import ArticleError

MAX_CHARACTERS = 64 * 1024  # between the rules; the fields of an article are a few lines, of a publisher a few dozen
MAX_DEPTH = 20  # of lists and mappings; publishers' own fields nest to four or five

_OPENS = re.compile(r"---[ \t]*\n")
_CLOSES = re.compile(r"^---[ \t]*(?:\n|\Z)", re.MULTILINE)
_FIELD = re.compile(r"\s{0,100}[\w\"'-]{1,100}[ \t]{0,10}:\s")  # how front matter begins, and prose seldom does
_NULL = "tag:yaml.org,2002:null"
_NO_FOLDING = 10_000  # columns; a value stays on the line of its name, as people write it
_BASE: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml's is a hundred times as fast, where there is one


class _Scalars(_BASE):  # type: ignore[misc]  # which of the two it is depends on the machine
    """Every scalar stays the string that was written and nothing is constructed; only a bare null is none."""


_Scalars.add_implicit_resolver(_NULL, re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Scalars.add_constructor(_NULL, lambda *_: None)


def render_front_matter(fields: Mapping[str, object]) -> str:
    """Return the block, rules included. `split_front_matter` reads every value back as it was. Raises ArticleError.

    A tuple of numbers is a list on one line.
    """
    rows = {name: value for name, value in fields.items() if isinstance(value, tuple)}
    rest = {name: value for name, value in fields.items() if name not in rows}
    body = yaml.safe_dump(rest, sort_keys=False, allow_unicode=True, width=_NO_FOLDING)
    body += "".join(f"{name}: [{', '.join(map(str, value))}]\n" for name, value in rows.items())
    _check_size(len(body))
    return f"---\n{body}---\n"


def split_front_matter(raw: str) -> tuple[dict[str, object], str]:
    """Return the fields and the rest of the file; no fields where the file has no front matter. Raises ArticleError."""
    opened = _OPENS.match(raw)
    closed = _CLOSES.search(raw, opened.end()) if opened else None
    if opened is None or closed is None:
        return {}, raw
    if closed.start() - opened.end() > MAX_CHARACTERS:
        if _FIELD.match(raw, opened.end()):
            _check_size(closed.start() - opened.end())
        return {}, raw  # the next rule is far below: each of the two is drawn between paragraphs
    loaded = _loaded(raw[opened.end() : closed.start()])
    if loaded is None:
        return {}, raw[closed.end() :]
    if not isinstance(loaded, dict):
        return {}, raw  # a rule drawn with hyphens, not front matter
    return loaded, raw[closed.end() :]


def _check_size(size: int) -> None:
    if size > MAX_CHARACTERS:
        raise ArticleError(
            f"Its front matter has {size:,} characters; at most {MAX_CHARACTERS:,} are read. Keep the fields that you "
            'need; if it is no front matter but text, put an empty line before the "---" that it begins with.'
        )


def _loaded(body: str) -> object:
    """Return what the YAML says. Raises ArticleError."""
    try:
        _check_shape(body)
        return yaml.load(body, Loader=_Scalars)  # noqa: S506  (it constructs strings only)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 2}" if mark else ""
        raise ArticleError(
            f"Its front matter is not valid YAML{where}: {getattr(error, 'problem', None) or error}. "
            'Quote values that hold ": " or start with a special character.'
        ) from error


def _misshapen(problem: str, event: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


def _check_shape(body: str) -> None:
    """Raise for what is nested too deeply or repeats itself, told from the events: building it would take the stack."""
    depth = 0
    for event in yaml.parse(body, Loader=_Scalars):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _misshapen("it is nested too deeply", event)
        if isinstance(event, yaml.AliasEvent):
            raise _misshapen(f"it holds the alias *{event.anchor}", event)
