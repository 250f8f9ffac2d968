"""RSS and Atom feeds to drafts: every entry that holds text is an article.

feedparser reads the feed (docs/intake-formats.md compares it with atoma); it is given bytes in memory, so that it opens
no file and no address. An entry that only advertises its page is kept, with a note saying so.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from qa.core.errors import ArticleError
from qa.core.types import Draft, Found, Refusal
from qa.intake.drafts import drafted, joined_names, one_line, stated
from qa.intake.formats.documents.markup import fragment_text

MAX_ENTRIES = 5_000  # a feed carries dozens; an export of a whole blog thousands
TEASER = 600  # characters; a summary shorter than this is no article's whole text
_TEASER_END = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|(?:read|continue) (?:more|reading)\W*)$", re.IGNORECASE)
_SYNDICATION = re.compile(r"\n\nThe post .{1,300} (?:first )?appeared (?:first )?on .{1,200}$", re.DOTALL)
_MARKUP = re.compile(r"<[a-zA-Z/!]|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")


def parse(data: bytes, name: str) -> Iterator[Draft | Refusal]:
    """The entries of a feed, in its order. Raises ArticleError when it holds none."""
    del name  # an entry has its own
    read = _read(data)
    feed, entries = read.feed, read.entries
    if not entries:
        raise ArticleError("It is a feed without entries. Add one that has some.")
    changed = "feed entry, updated" if read.version.startswith("atom") else "feed entry"
    about = stated("feed", outlet=_plain(feed.get("title")), language=feed.get("language"))
    for number, entry in enumerate(entries[:MAX_ENTRIES], start=1):
        yield _entry(entry, about, f"entry {number}", changed)
    if len(entries) > MAX_ENTRIES:
        reason = f"The feed has {len(entries):,} entries; the first {MAX_ENTRIES:,} were read. Split it."
        yield Refusal(f"entries from {MAX_ENTRIES + 1} on", reason)


def _read(data: bytes) -> Any:
    import feedparser

    try:
        return feedparser.parse(BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # it is made for the wildest feeds, and a few still get through
        raise ArticleError(f"It is no feed that can be read ({type(error).__name__}). Download it again.") from error


def _entry(entry: Mapping[str, Any], about: Mapping[str, Found], place: str, changed: str) -> Draft | Refusal:
    title = one_line(_plain(entry.get("title")))
    label = title or place
    try:
        text, whole = _text(entry)
        if not text:
            where = entry.get("link")
            advice = f" Add its page instead: {where}" if where else ""
            return Refusal(label, f"The feed holds its title and no text.{advice}")
        teaser = not whole and (len(text) < TEASER or _TEASER_END.search(text) is not None)
        notes = ("The feed holds only the beginning or a summary of it; add its page for the rest.",) if teaser else ()
        return drafted(text, {**about, **_metadata(entry, changed)}, title or str(entry.get("id") or place), notes)
    except ArticleError as error:
        return Refusal(label, str(error))


def _text(entry: Mapping[str, Any]) -> tuple[str, bool]:
    """The longest text of an entry, and whether it stands where feeds put whole articles."""
    contents = [_part(part) for part in entry.get("content") or ()]
    whole = max(contents, key=len, default="")
    summary = _part(entry.get("summary_detail") or {"value": entry.get("summary")})
    return (whole, True) if len(whole) >= len(summary) and whole else (summary, False)


def _part(part: Mapping[str, Any]) -> str:
    value = part.get("value")
    if not isinstance(value, str):
        return ""
    text = fragment_text(value) if part.get("type") != "text/plain" or _MARKUP.search(value) else value.strip()
    return _SYNDICATION.sub("", text)


def _metadata(entry: Mapping[str, Any], changed: str) -> dict[str, Found]:
    source = entry.get("source") or {}
    names = [person.get("name") or "" for person in entry.get("authors") or ()]
    found = stated(
        "feed entry",
        title=_plain(entry.get("title")),
        author=joined_names(names) or entry.get("author"),
        published=entry.get("published"),
        url=entry.get("link"),
        outlet=_plain(source.get("title")),
        language=next((part["language"] for part in entry.get("content") or () if part.get("language")), None),
    )
    if "published" not in found:  # in Atom the last change, in RSS what Dublin Core calls its date
        found.update(stated(changed, published=entry.get("updated")))
    return found


def _plain(value: object) -> str:
    """A title as a reader sees it: feeds put markup and references into it."""
    if not isinstance(value, str):
        return ""
    return " ".join(fragment_text(value).split()) if "<" in value else html.unescape(value)
