"""What a page says of its article in JSON-LD (schema.org), as loosely as sites write it.

Knows comments, trailing commas and HTML around the JSON, graphs and references by `@id`. Does not judge the values.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

MAX_SCRIPT = 2_000_000  # characters; a block that is longer is a catalogue
_ARTICLE_TYPE = re.compile(r"(?:Article|Posting|Report|Review|Recipe|Chapter)$|^(?:CreativeWork|WebPage)$")
_ORGANISATION = re.compile(r"Organization$|^(?:Corporation|NewsAgency|Newspaper|Brand)$")
_WEAK_TYPES = frozenset(("CreativeWork", "WebPage", "Review"))  # said of any page, or of something in it

_WRAPPING = re.compile(r"^\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|/\*\s*\]\]>\s*\*/|//\s*\]\]>|\]\]>)\s*;?\s*$")  # fmt: skip # noqa: E501
_STRING_OR_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|/\*.*?(?:\*/|\Z)|//[^\n]*', re.DOTALL)
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)


def article_node(tree: Any) -> dict[str, Any]:
    """Return the node of the page's article, references to author and publisher resolved; empty where there is none."""
    nodes = [node for script in tree.iter("script") if _is_json_ld(script) for node in _nodes(_read(script.text or ""))]
    articles = [n for n in nodes if any(_ARTICLE_TYPE.search(t) for t in types(n))]
    strong = [n for n in articles if not _WEAK_TYPES.issuperset(types(n))]
    named = [n for n in strong if n.get("headline")] or strong or articles
    if not named:
        return {}
    by_id = {n["@id"]: n for n in nodes if isinstance(n.get("@id"), str) and len(n) > 1}
    return {key: _resolved(value, by_id) for key, value in named[0].items()}


def types(node: dict[str, Any]) -> list[str]:
    """Return the types of a node, without the vocabulary's address."""
    value = node.get("@type", [])
    listed = value if isinstance(value, list) else [value]
    return [t.rsplit("/", 1)[-1] for t in listed if isinstance(t, str)]


def names(value: Any) -> list[str]:
    """Return the names in an author or publisher: a string, a node, or a list of such."""
    if isinstance(value, str):
        return [html.unescape(value)]
    if isinstance(value, list):
        return [name for one in value for name in names(one)]
    if isinstance(value, dict):
        parts = [value.get(key) for key in ("givenName", "additionalName", "familyName")]
        whole = " ".join(part for part in parts if isinstance(part, str))
        return names(value.get("name") or whole)
    return []


def people(value: Any) -> list[str]:
    """Return the names of those in an author that are not said to be organisations."""
    if isinstance(value, list):
        return [name for one in value for name in people(one)]
    if isinstance(value, dict) and any(_ORGANISATION.search(t) for t in types(value)):
        return []
    return names(value)


def article_body(node: dict[str, Any]) -> str:
    """Return the text of the article that a node holds whole; empty where it has none."""
    text = node.get("articleBody") or node.get("reviewBody") or node.get("text")
    return html.unescape(text) if isinstance(text, str) else ""


def _is_json_ld(script: Any) -> bool:
    return "ld+json" in (script.get("type") or "").lower() and len(script.text or "") <= MAX_SCRIPT


def _read(source: str) -> Any:
    text = _WRAPPING.sub("", _WRAPPING.sub("", source)).strip()
    for attempt in (text, _mended(text), html.unescape(text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _mended(text: str) -> str:
    without = _STRING_OR_COMMENT.sub(lambda m: m[1] or "", text)
    return _TRAILING_COMMA.sub(lambda m: m[1] or "", without)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the nodes that speak of the page: at the top, in a graph, or its main entity. None from lists of others."""
    for node in value if isinstance(value, list) else [value]:
        if isinstance(node, dict):
            yield node
            for key in ("@graph", "mainEntity"):
                yield from _nodes(node.get(key))


def _resolved(value: Any, by_id: dict[str, dict[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_resolved(one, by_id) for one in value]
    if isinstance(value, dict) and "name" not in value and isinstance(value.get("@id"), str):
        return by_id.get(value["@id"], value)
    return value
