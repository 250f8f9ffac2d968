"""Plain text and Markdown, in any encoding, with or without front matter, to a draft.

Knows which of the two it is by the name's suffix alone: that is how Markdown is told from text. How front
matter is written is `qa/corpus/frontmatter_dialects.py`'s to know, what Markdown means `qa/corpus/markdown.py`'s.
"""

from __future__ import annotations

import re
from dataclasses import replace

from qa.core.errors import ArticleError
from qa.core.types import METADATA, Draft, Found
from qa.corpus.article_file import FIRST_HEADING, split_origins
from qa.corpus.canonical import MAX_BYTES, canonical_text, checked_text, plain_lines
from qa.corpus.frontmatter_dialects import Head, read_head
from qa.corpus.markdown import markdown_to_text
from qa.intake.dates import stated_date
from qa.intake.drafts import drafted, joined_names, left_out, stated, stem_of
from qa.intake.encodings import decoded
from qa.intake.formats.documents.obsidian import plain_markdown
from qa.intake.formats.documents.wrapping import unwrapped
from qa.intake.page.about.authors import byline, byline_free

MAX_WIDTH = 4  # bytes of a character in the widest encoding
MAX_BYLINE = 100  # characters of a line under the title that says who wrote it
_HEADING = re.compile(r"\s*(?:# +[^\n]+|(?![ \t#>*+-])[^\n]{1,300}\n={3,}[ \t]*(?=\n|\Z))")
MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")

# Project Gutenberg's licence stands before and after these lines; the book stands between them.
_GUTENBERG = re.compile(r"^\*\*\* ?(START|END) OF TH(?:E|IS) PROJECT GUTENBERG EBOOK[^\n]*$", re.MULTILINE)
_GUTENBERG_FIELD = re.compile(r"^(Title|Author): (.+)$", re.MULTILINE)


def parse(data: bytes, name: str, charset: str | None = None) -> list[Draft]:
    """Return one draft; `charset` is what its sender said.

    Raises ArticleError for what is no text or has no words.
    """
    if len(data) > MAX_WIDTH * MAX_BYTES:
        raise ArticleError(f"It has {len(data):,} bytes; an article has at most {MAX_BYTES:,}. Split it.")
    read = decoded(data, charset)
    markdown = name.lower().endswith(MARKDOWN)
    head = read_head(plain_lines(read.text))
    metadata, notes = _metadata(head)
    marked = markdown and head.fields.get("format") != ["plain"]
    if marked:
        metadata = {**_heading(head.body), **metadata}
    text = markdown_to_text(plain_markdown(head.body)) if marked else head.body
    text = text if head.fields.get("format") == ["plain"] else unwrapped(canonical_text(text))
    draft = drafted(checked_text(text), metadata, stem_of(name), (*read.notes, *head.notes, *notes))
    return [draft if head.found else _without_licence(draft)]


def _metadata(head: Head) -> tuple[dict[str, Found], list[str]]:
    """Return, of each field, the first value that is one, and a note where there are values and none is."""
    origins = split_origins(next(iter(head.fields.get("origins", ())), None))
    metadata: dict[str, Found] = {}
    notes = []
    for field in METADATA:
        values = head.fields.get(field, [])
        if field == "author":
            values = [joined_names([byline_free(value) for value in values])] if values else []
        elif field == "url":
            values = [value for value in values if "://" in value] or [v for v in values if not v.startswith("/")]
        elif field == "outlet":
            values = [value for value in values if "://" not in value]
        origin = origins.get(field, "front matter")
        found = next((good for value in values if (good := stated(origin, **{field: value}))), None)
        if found:
            metadata |= found
        elif any(values) and (field != "url" or "outlet" not in metadata):
            notes.append(left_out(field, values[0]))
    return metadata, notes


def _heading(body: str) -> dict[str, Found]:
    """Read what a Markdown text begins with: its title as a heading, and perhaps who wrote it and when."""
    match = _HEADING.match(body)
    if match is None:
        return {}
    title = " ".join(canonical_text(markdown_to_text(plain_markdown(match[0]))).split())
    line = next((line.strip(" *_>") for line in body[match.end() :].split("\n") if line.strip()), "")
    said: dict[str, Found] = {}
    if len(line) <= MAX_BYLINE and (people := byline(line)):
        said = stated("byline", author=", ".join(people), published=stated_date(line))
    return stated(FIRST_HEADING, title=title) | said


def _without_licence(draft: Draft) -> Draft:
    """Return a book of Project Gutenberg without its licence, and with what its head says of it."""
    marks = {match.group(1): match for match in _GUTENBERG.finditer(draft.text)}
    start, end = marks.get("START"), marks.get("END")
    if not start or not end or end.start() < start.end():
        return draft
    book = drafted(draft.text[start.end() : end.start()], {}).text
    stands = {field.lower(): value for field, value in _GUTENBERG_FIELD.findall(draft.text[: start.start()])}
    return replace(draft, text=book, metadata=stated("Project Gutenberg's head", **stands))
