"""RSS and Atom feeds to drafts: every entry that holds text is an article.

feedparser reads the feed (docs/intake-formats.md compares it with atoma); it is given bytes in memory, so that it opens
no file and no address. An entry that only advertises its page is kept, with a note saying so.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

from qa.core.errors import ArticleError
from qa.core.types import Draft, Found, Refusal
from qa.intake.dates import date_of
from qa.intake.drafts import drafted, joined_names, one_line, stated
from qa.intake.formats.documents.markup import fragment_text
from qa.intake.formats.messages import wordpress

MAX_ENTRIES = 5_000  # a feed carries dozens; an export of a whole blog thousands
TEASER = 600  # characters; a summary shorter than this is no article's whole text
_TEASER = "The feed holds only the beginning or a summary of it; add its page for the rest."
_TEASER_END = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|(?:read|continue) (?:more|reading)\W*)$", re.IGNORECASE)
_SYNDICATION = re.compile(r"\n\nThe post .{1,300} (?:first )?appeared (?:first )?on .{1,200}$", re.DOTALL)
_MARKUP = re.compile(r"<[a-zA-Z/!]|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")


def parse(data: bytes, name: str) -> Iterator[Draft | Refusal]:
    """Return the entries of a feed, in its order. Raises ArticleError when it holds none."""
    del name  # an entry has its own
    read = _read(data)
    feed, entries = read.feed, read.entries
    if not entries:
        raise ArticleError("It is a feed without entries. Add one that has some.")
    changed = "feed entry, updated" if read.version.startswith("atom") else "feed entry"
    about = stated("feed", outlet=_plain(feed.get("title")), language=feed.get("language"))
    export = wordpress.is_export(feed)
    texts = [entry for entry in entries if not export or wordpress.is_text(entry)]
    unshown = wordpress.unshown(entries) if export else ""
    if unshown and not texts:
        raise ArticleError(f"It is a WordPress export without a published text. {unshown}")
    for number, entry in enumerate(texts[:MAX_ENTRIES], start=1):
        found = _Entry(entry, about, changed, feed.get("link") or "", export).read(f"entry {number}")
        first = number == 1 and unshown and isinstance(found, Draft)
        yield replace(found, notes=(*found.notes, unshown)) if first and isinstance(found, Draft) else found
    if len(texts) > MAX_ENTRIES:
        reason = f"The feed has {len(texts):,} entries; the first {MAX_ENTRIES:,} were read. Split it."
        yield Refusal(f"entries from {MAX_ENTRIES + 1} on", reason)


def _read(data: bytes) -> Any:
    import feedparser

    try:
        return feedparser.parse(BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # it is made for the wildest feeds, and a few still get through
        raise ArticleError(f"It is no feed that can be read ({type(error).__name__}). Download it again.") from error


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of a feed, and what the feed says of all of them."""

    entry: Mapping[str, Any]
    about: Mapping[str, Found]
    changed: str  # the origin of its last change as a date of publication
    home: str  # the address that links are relative to
    export: bool  # of a blog: its texts are as editors write them

    def read(self, place: str) -> Draft | Refusal:
        title = one_line(_plain(self.entry.get("title")))
        label = title or place
        try:
            text, whole = self._text()
            if not text:
                where = self.entry.get("link")
                advice = f" Add its page instead: {where}" if where else ""
                return Refusal(label, f"The feed holds its title and no text.{advice}")
            teaser = not whole and (len(text) < TEASER or _TEASER_END.search(text) is not None)
            notes = (_TEASER,) if teaser else ()
            return drafted(text, {**self.about, **self._metadata()}, title or str(self.entry.get("id") or place), notes)
        except ArticleError as error:
            return Refusal(label, str(error))

    def _text(self) -> tuple[str, bool]:
        """Return the longest text of an entry, and True where it stands in the place of whole articles."""
        contents = [self._part(part) for part in self.entry.get("content") or ()]
        whole = max(contents, key=len, default="")
        summary = self._part(self.entry.get("summary_detail") or {"value": self.entry.get("summary")})
        return (whole, True) if len(whole) >= len(summary) and whole else (summary, False)

    def _part(self, part: Mapping[str, Any]) -> str:
        value = part.get("value")
        if not isinstance(value, str):
            return ""
        if self.export:
            return fragment_text(wordpress.paragraphs(value))
        text = fragment_text(value) if part.get("type") != "text/plain" or _MARKUP.search(value) else value.strip()
        return _SYNDICATION.sub("", text)

    def _metadata(self) -> dict[str, Found]:
        entry = self.entry
        source = entry.get("source") or {}
        names = [person.get("name") or "" for person in entry.get("authors") or ()]
        language = next((part["language"] for part in entry.get("content") or () if part.get("language")), None)
        found = stated(
            "feed entry",
            title=_plain(entry.get("title")),
            author=joined_names(names) or entry.get("author"),
            published=self._day("published", language),
            url=urljoin(self.home, entry.get("link") or "") if entry.get("link") else None,
            outlet=_plain(source.get("title")),
            language=language,
        )
        if "published" not in found:  # in Atom the last change, in RSS what Dublin Core calls its date
            found.update(stated(self.changed, published=self._day("updated", language)))
        return found

    def _day(self, field: str, language: str | None) -> str | None:
        """Return a date as it is written in the language of the feed."""
        said = self.about["language"].value if "language" in self.about else ""
        value = self.entry.get(field)
        return date_of(value, (language or said).replace("_", "-").lower()) if isinstance(value, str) else None


def _plain(value: object) -> str:
    """Return a title as a reader sees it: feeds put markup and references into it."""
    if not isinstance(value, str):
        return ""
    return " ".join(fragment_text(value).split()) if "<" in value else html.unescape(value)
