"""YAML front matter: the lines between two rules of hyphens at the head of an article's file.

Knows how it is written and read, not which fields an article has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import yaml

from qa.core.errors import ArticleError

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", re.DOTALL)
_NULL = "tag:yaml.org,2002:null"
_NO_FOLDING = 10_000  # columns; a value stays on the line of its name, as people write it


class _Scalars(yaml.BaseLoader):
    """Every scalar stays the string that was written and nothing is constructed; only a bare null is none."""


_Scalars.add_implicit_resolver(_NULL, re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Scalars.add_constructor(_NULL, lambda *_: None)


def render_front_matter(fields: Mapping[str, object]) -> str:
    """The block, rules included. `split_front_matter` reads every value back as it was."""
    body = yaml.safe_dump(dict(fields), sort_keys=False, allow_unicode=True, width=_NO_FOLDING)
    return f"---\n{body}---\n"


def split_front_matter(raw: str) -> tuple[dict[str, object], str]:
    """The fields and the rest of the file; no fields where the file has no front matter. Raises ArticleError."""
    match = _FRONT_MATTER.match(raw)
    if not match:
        return {}, raw
    try:
        loaded = yaml.load(match.group(1) or "", Loader=_Scalars)  # noqa: S506  (it constructs strings only)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 2}" if mark else ""
        problem = "it is nested too deeply" if isinstance(error, RecursionError) else getattr(error, "problem", None)
        raise ArticleError(
            f"Its front matter is not valid YAML{where}: {problem or error}. "
            'Quote values that hold ": " or start with a special character.'
        ) from error
    if loaded is None:
        return {}, raw[match.end() :]
    if not isinstance(loaded, dict):
        return {}, raw  # a rule drawn with hyphens, not front matter
    return loaded, raw[match.end() :]
