"""What a page prints for its readers: lines, headings, moments and names, and which of them are another story's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from qa.intake.calendars import DATA
from qa.intake.dates import machine_date
from qa.intake.page.about.titles import plain
from qa.intake.page.tree import spaced_text

MAX_SPACED = 1_000  # characters; what is longer is no line
MIN_STORY = 200  # characters of paragraphs before a heading that is not the story's

_CHANGE = DATA["labels"]["changed"].replace("\n", "")
CHANGED = re.compile(_CHANGE, re.IGNORECASE)
_PUBLISHED = DATA["labels"]["published"].replace("\n", "")
DATE_LABEL = re.compile(rf"(?<!\w)(?:{_PUBLISHED})(?!\w)", re.I)
_PART = re.compile(rf"(?:(?<!\s)\s++)?[|•·;]\s*+|\s[–—-]\s|(?=(?<!\w)(?:{_PUBLISHED}|{_CHANGE})(?!\w))", re.IGNORECASE)
_ELSE_TAGS = frozenset("blockquote figure figcaption aside nav footer iframe".split())
_ELSE_NAME = re.compile(
    r"(?:^|[\s_-])(?:tweet|twitter-tweet|twitter|instagram|tiktok|fb-post|bluesky|mastodon|embed(?:ded)?|caption|teasers?|related"
    r"|recommend\w*|comments?|sidebar|event|most-read|card|gallery|promo)(?:$|[\s_-])",
    re.IGNORECASE,
)
_AUTHOR_CLASS = re.compile(r"(?:^|[\s_-])(?:by-?line|author|autor|auteur|signature|firma)", re.IGNORECASE)
_UNREAD = frozenset(("script", "style", "noscript", "template"))
_INLINE = frozenset("a b i em strong small font u sub sup abbr cite q mark bdi img span".split())

Stated = tuple[str, str]  # a value and its origin


def printed_lines(body: Any) -> Iterator[tuple[str, Any]]:
    """Yield the lines of a page, each with the element that it begins in."""
    parts: list[str] = []
    holder = body
    stack: list[tuple[Any, bool]] = [(body, False)]
    while stack:
        node, done = stack.pop()
        breaks = node.tag not in _INLINE
        if breaks and (line := " ".join("".join(parts).split())):
            yield line, holder
        if breaks:
            parts, holder = [], node.getparent() if done else node
        if done:
            parts.append(node.tail or "")
            continue
        stack.append((node, True))
        if isinstance(node.tag, str) and node.tag not in _UNREAD:
            before = node.getprevious()
            parts.append(" " if before is not None and not before.tail else "")
            parts.append(node.text or "")
            stack += [(child, False) for child in reversed(node)]


def words_of(element: Any) -> str:
    text = element.text_content()
    return spaced_text(element) if len(text) <= MAX_SPACED else " ".join(text.split())


def is_of_else(element: Any) -> bool:
    """Return True if it stands in a part that has a date of its own: a post that is quoted, a caption, a teaser."""
    for one in (element, *element.iterancestors()):
        if one.tag in _ELSE_TAGS:
            return True
        if one.tag not in ("body", "html", "main", "article") and _ELSE_NAME.search(one.get("class") or ""):
            return True
    return False


def without_changes(line: str) -> str:
    """Return a date line without its parts that say when the story was changed."""
    if not CHANGED.search(line):
        return line
    return " | ".join(part for part in _PART.split(line) if part and not CHANGED.search(part))


def story_headings(tree: Any, titles: list[Stated]) -> Iterator[Any]:
    """Yield those that may be the story's: of the lower ones, the ones before its text or with the words of a title."""
    yield from tree.iter("h1")
    told = {plain(value) for value, _ in titles}
    for tag in ("h2", "h3"):
        for heading in tree.iter(tag):
            if plain(words_of(heading)) in told or not _after_text(heading):
                yield heading


def _after_text(heading: Any) -> bool:
    """Return True if running text of its own part of the page stands before it."""
    size = 0
    for above in (heading, *heading.iterancestors()):
        if above.tag in ("article", "main", "body"):
            break
        for one in above.itersiblings("p", preceding=True):
            size += len(words_of(one))
    return size >= MIN_STORY


def moment_of(element: Any) -> str:
    """Return what a time element says to machines, else to readers."""
    marked = element.get("datetime") or element.get("content") or element.get("title") or ""
    return marked if machine_date(marked) else f"{marked} {words_of(element)}"


def marks_publication(element: Any) -> bool:
    return element.get("pubdate") is not None or "publish" in (element.get("class") or "").lower()


def marks_author(element: Any) -> bool:
    if "author" in (element.get("rel") or "") or element.get("itemprop") == "author":
        return True
    return bool(_AUTHOR_CLASS.search(element.get("class") or ""))
