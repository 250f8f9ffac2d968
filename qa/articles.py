"""Articles as files: canonical text, and what is known about it as front matter.

Knows what an article looks like on disk and how its text becomes canonical. Does not know the folder (`qa/corpus.py`),
sentences, the index or the network.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime

from qa.errors import ArticleError
from qa.frontmatter import render_front_matter, split_front_matter
from qa.intake.draft import FIELDS as METADATA
from qa.markdown import markdown_to_text
from qa.types import Article

FIELDS = (*METADATA, "added")  # of an article's front matter
FIRST_HEADING = "first heading"  # where a title was found
MAX_BYTES = 10 * 1024 * 1024  # a long novel is 3 MB; beyond this it is a data file, not an article
MAX_FIELD = 500  # characters; a longer title is a paragraph in the wrong place
MAX_URL = 2_000  # characters; sites give addresses of 700, and browsers take so many
MAX_ORIGIN = 60  # characters; where a value was found is told in a word or two
MAX_ID = 80  # characters of a file stem, so that it stays readable in a list
MAX_STEM_BYTES = 160  # the file system's own limit is 255 for a whole name

# Removed at ingestion: controls but newline and tab, zero-width space, joiner of words, soft hyphen, byte-order mark,
# bidi overrides and isolates, invisible operators, deprecated formats, annotations, blank Hangul, tag characters.
# ZWJ, ZWNJ, LRM and RLM stay: Persian, Indic scripts and emoji need them. So does a variation selector where there is
# something to vary; any other is invisible, and a run of them can spell a hidden text.
_INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u180e\u200b\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_SELECTORS, _IDEOGRAPHS = "\ufe00-\ufe0f\U000e0100-\U000e01ef", "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_REMOVED = re.compile(
    f"(?=[{_INVISIBLE}{_SELECTORS}])(?:[{_INVISIBLE}]"  # a glance first: most characters are neither
    f"|(?<![^\\s{_INVISIBLE}{_SELECTORS}])[{_SELECTORS}]|(?<![{_IDEOGRAPHS}])[\U000e0100-\U000e01ef])"
)
_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANK_RUNS = re.compile(r"\n{3,}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_FIRST_HEADING = re.compile(r"\s*# +([^\n]+)")  # of a Markdown file
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")  # BCP 47: a language, then script, region and so on
_DIACRITICS = re.compile("[\u0300-\u036f]")  # other scripts' marks are letters to a reader


def canonical_text(raw: str) -> str:
    """Plain text in the one form that offsets are counted in; applying it twice changes nothing.

    Raises ArticleError for lone surrogates, which no file can hold and SQLite refuses.
    """
    bad = _SURROGATE.search(raw)
    if bad:
        raise ArticleError(
            f"The text holds a lone surrogate (U+{ord(bad.group()):04X}) at character {bad.start()}, which is "
            "half a character. Save it as UTF-8 and add it again."
        )
    text = _NEWLINES.sub("\n", raw).replace("\t", " ")
    text = unicodedata.normalize("NFC", _REMOVED.sub("", text))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_RUNS.sub("\n\n", lines).strip()


def checked_text(raw: str) -> str:
    """The canonical text of an article. Raises ArticleError when it has no words."""
    text = canonical_text(raw)
    if not any(c.isalnum() for c in text):
        got = "nothing but white space" if not text else "no letter or digit"
        raise ArticleError(f"The text holds {got}; an article needs words. Give a file or a text with some.")
    return text


def parse_article(raw: str, id: str, *, markdown: bool) -> Article:
    """An article from the contents of a file: YAML front matter (optional), then the body.

    `markdown` says that the body is Markdown whose markup must go; front matter with `format: plain`,
    which every file that Groundwire writes carries, says that it has gone already. A Markdown file that names no title
    has that of the heading it begins with.
    """
    fields, body = split_front_matter(plain_lines(raw))
    known = {k: checked_field(k, fields.get(k)) for k in FIELDS}
    origins = {k: v for k, v in split_origins(fields.get("origins")).items() if known[k] is not None}
    if markdown and fields.get("format") != "plain":
        if known["title"] is None and (heading := _first_heading(body)):
            known["title"], origins["title"] = heading, FIRST_HEADING
        body = markdown_to_text(body)
    text = checked_text(body)
    return Article(id=id, text=text, **known, origins=origins)


def _first_heading(body: str) -> str | None:
    """The heading of the first level that Markdown begins with, as a title."""
    match = _FIRST_HEADING.match(body)
    title = " ".join(canonical_text(markdown_to_text(match[0])).split()) if match else ""
    return title if 0 < len(title) <= MAX_FIELD else None


def plain_lines(raw: str) -> str:
    """A file's contents as front matter is looked for in them: no byte-order mark, every line ends in a newline."""
    return _NEWLINES.sub("\n", raw.removeprefix("\ufeff"))


def decode(data: bytes) -> str:
    """The text of a file's bytes: UTF-8, or UTF-16 with its byte-order mark. Raises ArticleError for anything else."""
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


def parse_date(value: str) -> date:
    """The day of an ISO 8601 date or date-time. Raises ValueError."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return datetime.fromisoformat(value).date()


def storable(text: str) -> bool:
    """Whether files and SQLite can hold it: not with a lone surrogate, which arguments and JSON may carry."""
    return _SURROGATE.search(text) is None


def slug(words: str) -> str:
    """A file stem from a title or name: lower-case letters, digits and hyphens, at most MAX_ID characters.

    It holds nothing that a path could be made of, and a slug's slug is itself.
    """
    plain = _DIACRITICS.sub("", unicodedata.normalize("NFKD", words[: 4 * MAX_ID].casefold()))
    plain = unicodedata.normalize("NFKC", plain.casefold())
    stem = ""
    for c in plain:
        joins = bool(stem) and stem[-1] != "-"  # a mark needs the letter that it belongs to
        if c.isalnum() or (joins and unicodedata.category(c).startswith("M")):
            stem += c
        elif joins:
            stem += "-"
    stem = stem[:MAX_ID].encode()[:MAX_STEM_BYTES].decode(errors="ignore")
    return stem.strip("-") or "article"


def render(article: Article) -> str:
    """The file of an article: front matter, a blank line, the canonical text."""
    known = {k: getattr(article, k) for k in FIELDS if getattr(article, k) is not None}
    origins = {"origins": joined_origins(article.origins)} if article.origins else {}
    return f"{render_front_matter({**known, **origins, 'format': 'plain'})}\n{article.text}\n"


def joined_origins(origins: Mapping[str, str]) -> str:
    """Where values were found, on one line that people can read: "title: og:title; published: json-ld"."""
    return "; ".join(f"{field}: {clean}" for field in METADATA if (clean := _origin(origins.get(field))))


def split_origins(line: object) -> dict[str, str]:
    """What `joined_origins` made one line of. What is none of ours says nothing, and is left out."""
    pairs = (part.partition(": ") for part in line.split("; ")) if isinstance(line, str) else ()
    return {field: clean for field, _, origin in pairs if field in METADATA and (clean := _origin(origin))}


def check_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise ArticleError(f"It holds more than {MAX_BYTES:,} bytes, the most that an article may. Split it first.")


def checked_field(name: str, value: object) -> str | None:
    """A field's value as it is kept: canonical, on one line. Raises ArticleError for what its field cannot hold."""
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
                f"The field {name!r} is {line!r}; expected an ISO 8601 date such as 2024-05-17, or leave it out."
            ) from None
    if name == "language" and not _LANGUAGE.fullmatch(line := line.replace("_", "-")):
        raise ArticleError(f"The field {name!r} is {line!r}; expected a tag such as en or de-AT, or leave it out.")
    return line


def _origin(value: str | None) -> str:
    """An origin that can stand among others on one line."""
    return " ".join(canonical_text((value or "")[:MAX_ORIGIN]).replace(";", ",").split())
