"""Articles as files: what is known about one as front matter, then its canonical text.

Knows what an article looks like on disk. Does not know the folder (`folder.py`), how text becomes canonical
(`canonical.py`), sentences, the index or the network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from qa.core.dates import parse_date
from qa.core.errors import ArticleError
from qa.core.types import METADATA, Article
from qa.corpus.canonical import MAX_BYTES, canonical_text, checked_text, plain_lines
from qa.corpus.frontmatter import render_front_matter
from qa.corpus.frontmatter_dialects import named_values, split_any_front_matter
from qa.corpus.markdown import markdown_to_text

FIELDS = (*METADATA, "added")  # of an article's front matter
FIRST_HEADING = "first heading"  # where a title was found
MAX_FIELD = 500  # characters; a longer title is a paragraph in the wrong place
MAX_URL = 2_000  # characters; sites give addresses of 700, and browsers take so many
MAX_DIGITS = 12  # of an offset
WIDE = "\u2e80"  # from here on scripts put no space between words
MAX_PAGES = 2_000  # of a PDF, whose first offsets are kept
MAX_ORIGIN = 60  # characters; where a value was found is told in a word or two

_FIRST_HEADING = re.compile(r"\s*# +([^\n]+)")  # of a Markdown file
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")  # BCP 47: a language, then script, region and so on


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """An article and the contents of its file, which say the same: parsing them gives the article."""

    article: Article
    data: bytes


class ReadArticle(NamedTuple):
    """An article that a file holds, and what is to be said about fields that could not be read."""

    article: Article
    notes: tuple[str, ...] = ()


def parse_article(raw: str, id: str, *, markdown: bool) -> Article:
    """Return an article from the contents of a file, without the notes of `read_article`. Raises ArticleError."""
    return read_article(raw, id, markdown=markdown).article


def read_article(raw: str, id: str, *, markdown: bool) -> ReadArticle:
    """Return an article from the contents of a file: YAML front matter (optional), then the body.

    `markdown` says that the body is Markdown whose markup must go; front matter with `format: plain`,
    which every file that Groundwire writes carries, says that it has gone already. A Markdown file that names no title
    has that of the heading it begins with. In front matter that people wrote, a field that cannot be read costs that
    field, with a note. Raises ArticleError.
    """
    fields, body, notes = split_any_front_matter(plain_lines(raw))
    own = fields.get("format") == "plain"
    known = {k: checked_field(k, fields.get(k)) for k in FIELDS} if own else _readable_fields(fields, notes)
    origins = {k: v for k, v in split_origins(fields.get("origins")).items() if known[k] is not None}
    if markdown and not own:
        if known["title"] is None and (heading := _first_heading(body)):
            known["title"], origins["title"] = heading, FIRST_HEADING
        body = markdown_to_text(body)
    text = checked_text(body)
    pages = checked_pages(fields.get("pages"), text) if own else ()
    return ReadArticle(Article(id=id, text=text, **known, origins=origins, pages=pages), tuple(notes))


def _readable_fields(fields: Mapping[str, object], notes: list[str]) -> dict[str, str | None]:
    """Return what people's front matter says of each field; `notes` is told what could not be read."""
    said = named_values(fields)
    known: dict[str, str | None] = {}
    for name in FIELDS:
        values, problem = _candidates(name, fields.get(name), said.get(name, [])), None
        known[name] = None
        for value in values:
            try:
                known[name] = checked_field(name, value)
            except ArticleError as error:
                problem = problem or error
            if known[name] is not None:
                break
        else:
            notes += [f"Its {name} was left out. {problem}"] if problem else []
    return known


def _candidates(name: str, exact: object, others: Sequence[str]) -> list[str]:
    """Return the values that a field may have, the one under its own name first."""
    if name == "author":
        others = [", ".join(dict.fromkeys(" ".join(other.split()) for other in others))]
    elif name in ("url", "outlet"):  # one of the names that tools use, `source`, is either
        others = [other for other in others if ("://" in other) == (name == "url")]
    return [exact, *others] if isinstance(exact, str) else list(others)


def _first_heading(body: str) -> str | None:
    """Return the heading of the first level that Markdown begins with, as a title."""
    match = _FIRST_HEADING.match(body)
    title = " ".join(canonical_text(markdown_to_text(match[0])).split()) if match else ""
    return title if 0 < len(title) <= MAX_FIELD else None


def decode(data: bytes) -> str:
    """Decode a file's bytes: UTF-8, or UTF-16 with its byte-order mark. Raises ArticleError for anything else."""
    check_size(data)
    encoding = "UTF-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "UTF-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ArticleError(
            f"It is not {encoding} text (byte {data[error.start]:#04x} at offset {error.start}). Convert it first, "
            "for example: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW"
        ) from error
    if "\x00" in text:
        raise ArticleError("It holds NUL bytes, so it is a binary file, not text. Add a .txt or .md file.")
    return text


def make_file(article: Article) -> ArticleFile:
    """Render the file of an article, which was added now if it does not say when. Raises ArticleError if too long."""
    stamped = article if article.added else replace(article, added=_now())
    data = render(stamped).encode("utf-8")
    check_size(data)
    return ArticleFile(stamped, data)


def render(article: Article) -> str:
    """Return the text of an article's file: front matter, a blank line, the canonical text."""
    known = {k: getattr(article, k) for k in FIELDS if getattr(article, k) is not None}
    origins = {"origins": join_origins(article.origins)} if article.origins else {}
    pages = {"pages": article.pages} if article.pages else {}
    return f"{render_front_matter({**known, **origins, **pages, 'format': 'plain'})}\n{article.text}\n"


def checked_pages(offsets: object, text: str) -> tuple[int, ...]:
    """Return the offsets at which pages begin; none where they do not fit the text, which somebody has changed then."""
    if not isinstance(offsets, Sequence) or isinstance(offsets, str) or len(offsets) > MAX_PAGES:
        return ()
    if not all(str(offset).isdecimal() for offset in offsets):
        return ()
    pages = tuple(int(str(offset)[:MAX_DIGITS]) for offset in offsets)
    return pages if list(pages) == sorted(pages) and all(_begins_a_word(text, at) for at in pages) else ()


def _begins_a_word(text: str, at: int) -> bool:
    if at in (0, len(text)):
        return True
    return at < len(text) and not text[at].isspace() and (text[at - 1].isspace() or text[at] > WIDE)


def join_origins(origins: Mapping[str, str]) -> str:
    """Join where values were found into one line that people can read: "title: og:title; published: json-ld"."""
    return "; ".join(f"{field}: {clean}" for field in METADATA if (clean := _origin(origins.get(field))))


def split_origins(line: object) -> dict[str, str]:
    """Split what `join_origins` made one line of. What is none of ours says nothing, and is left out."""
    pairs = (part.partition(": ") for part in line.split("; ")) if isinstance(line, str) else ()
    return {field: clean for field, _, origin in pairs if field in METADATA and (clean := _origin(origin))}


def check_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise ArticleError(f"It holds more than {MAX_BYTES:,} bytes, the most that an article may. Split it first.")


def checked_field(name: str, value: object) -> str | None:
    """Return a field's value as it is kept: canonical, on one line. Raises ArticleError for what cannot be one."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ArticleError(f"The field {name!r} of the front matter is a list or mapping; expected one line of text.")
    line = " ".join(canonical_text(value).split())
    if not line:
        return None
    most = MAX_URL if name == "url" else MAX_FIELD
    if len(line) > most:
        raise ArticleError(f"The field {name!r} has {len(line):,} characters; at most {most:,} are allowed.")
    if name in ("published", "added"):
        try:
            parse_date(line)
        except ValueError:
            raise ArticleError(
                f"The field {name!r} is {line!r}; expected a date such as 2024-05-17, or leave it out."
            ) from None
    if name == "language" and not _LANGUAGE.fullmatch(line := line.replace("_", "-")):
        raise ArticleError(f"The field {name!r} is {line!r}; expected a tag such as en or de-AT, or leave it out.")
    return line


def _origin(value: str | None) -> str:
    """Return an origin that can stand among others on one line."""
    return " ".join(canonical_text((value or "")[:MAX_ORIGIN]).replace(";", ",").split())


def _now() -> str:
    """Return this second in UTC, as ISO 8601 writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
