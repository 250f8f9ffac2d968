"""Plain text and Markdown, in any encoding, with or without front matter, to a draft.

Knows which of the two it is by the name's suffix alone: that is how Markdown is told from text. Everything else about
front matter and Markdown is qa.articles'.
"""

from __future__ import annotations

import re
from dataclasses import replace

from qa.core.errors import ArticleError
from qa.core.types import Draft
from qa.corpus.article_file import parse_article
from qa.corpus.canonical import MAX_BYTES
from qa.corpus.frontmatter import split_front_matter
from qa.intake.drafts import drafted, stated, stem_of
from qa.intake.encodings import decoded
from qa.intake.formats.documents.wrapping import unwrapped

MAX_WIDTH = 4  # bytes of a character in the widest encoding
MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")

# Project Gutenberg's licence stands before and after these lines; the book stands between them.
_GUTENBERG = re.compile(r"^\*\*\* ?(START|END) OF TH(?:E|IS) PROJECT GUTENBERG EBOOK[^\n]*$", re.MULTILINE)
_GUTENBERG_FIELD = re.compile(r"^(Title|Author): (.+)$", re.MULTILINE)


def parse(data: bytes, name: str, charset: str | None = None) -> list[Draft]:
    """One draft; `charset` is what its sender said.

    Raises ArticleError for what is no text, has no words, or has broken front matter.
    """
    if len(data) > MAX_WIDTH * MAX_BYTES:
        raise ArticleError(f"It has {len(data):,} bytes; an article has at most {MAX_BYTES:,}. Split it.")
    read = decoded(data, charset)
    markdown = name.lower().endswith(MARKDOWN)
    raw = read.text.replace("\r\n", "\n").replace("\r", "\n")
    fields, _ = split_front_matter(raw.removeprefix("\ufeff"))
    article = parse_article(raw, "draft", markdown=markdown)
    known = ("title", "outlet", "author", "published", "url")
    metadata = stated("front matter", language=fields.get("language"))
    for field in known:
        metadata |= stated(article.origins.get(field, "front matter"), **{field: getattr(article, field)})
    text = article.text if fields.get("format") == "plain" else unwrapped(article.text)
    draft = drafted(text, metadata, stem_of(name), read.notes)
    return [draft if fields else _without_licence(draft)]


def _without_licence(draft: Draft) -> Draft:
    """A book of Project Gutenberg without its licence, and with what its head says of it."""
    marks = {match.group(1): match for match in _GUTENBERG.finditer(draft.text)}
    start, end = marks.get("START"), marks.get("END")
    if not start or not end or end.start() < start.end():
        return draft
    book = drafted(draft.text[start.end() : end.start()], {}).text
    stands = {field.lower(): value for field, value in _GUTENBERG_FIELD.findall(draft.text[: start.start()])}
    return replace(draft, text=book, metadata=stated("Project Gutenberg's head", **stands))
