"""What every step over a page's tree needs: to take a part out, and to measure running text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

MIN_RUN = 60  # characters of a piece of running text, wide ones counted twice; menus and teasers have shorter ones


def drop(node: Any) -> None:
    """Remove a node and keep the text that follows it."""
    parent = node.getparent()
    if parent is None:
        return
    if node.tail:
        before = node.getprevious()
        if before is None:
            parent.text = (parent.text or "") + node.tail
        else:
            before.tail = (before.tail or "") + node.tail
    parent.remove(node)


def running_text(body: Any) -> dict[Any, int]:
    """Count characters of running text under every node: long pieces outside links, counted from the leaves up."""
    sizes: dict[Any, int] = {}
    for node in reversed(list(body.iter())):
        inner = 0 if node.tag == "a" else _long(node.text) + sum(sizes[c] + _long(c.tail) for c in node)
        sizes[node] = inner
    return sizes


def told_before(node: Any, prose: dict[Any, int]) -> int:
    """Count the running text that stands before a part."""
    path = [node, *node.iterancestors()]
    return sum(prose.get(one, 0) for part in path for one in part.itersiblings(preceding=True))


def _long(text: str | None) -> int:
    words = (text or "").strip()
    size = len(words) + sum(c >= "\u2e80" for c in words)
    return size if size >= MIN_RUN else 0


def spaced_text(element: Any, without: Callable[[Any], bool] | None = None) -> str:
    """Return an element's words, without some parts of it; of parts that stand side by side each begins a word."""
    parts: list[str] = []
    inside = 0  # of what is left out
    for event, node in etree.iterwalk(element, events=("start", "end")):
        left_out = without is not None and node is not element and without(node)
        if event == "start":
            before = node.getprevious() if node is not element else None
            parts.append(" " if node.tag == "br" or (before is not None and not before.tail) else "")
            inside += left_out
            parts.append("" if inside else node.text or "")
        elif node is not element:
            inside -= left_out
            parts.append("" if inside else node.tail or "")
    return " ".join("".join(parts).split())
