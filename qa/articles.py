"""Articles as files: canonical text, front matter, and the corpus folder.

Knows what an article looks like on disk and how its text becomes canonical. Does not know sentences,
the index or the network. `corpus/` is the truth: a file that stands complete there is an article.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import yaml

from qa.errors import ArticleError, StorageError
from qa.markdown import markdown_to_text
from qa.types import Article

SUFFIXES = (".md", ".txt")
FIELDS = ("title", "outlet", "url", "author", "published", "added")
MAX_BYTES = 10 * 1024 * 1024  # a long novel is 3 MB; beyond this it is a data file, not an article
MAX_FIELD = 500  # characters; a longer title is a paragraph in the wrong place
MAX_ID = 80  # characters of a file stem; the file system's own limit is 255 bytes
TEMPORARY = ".incoming-"  # files being written; swept when the folder is next opened for writing

# Removed at ingestion: controls but newline and tab, zero-width space, soft hyphen, byte-order mark, bidi
# overrides and isolates, tag characters. ZWJ, ZWNJ, LRM and RLM stay: Persian, Indic scripts and emoji need them.
_REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)
_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_LINE_ENDS = re.compile(r"[^\S\n]+(?=\n)")
_BLANK_RUNS = re.compile(r"\n{3,}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", re.DOTALL)


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
    return _BLANK_RUNS.sub("\n\n", _LINE_ENDS.sub("", text)).strip()


def parse_article(raw: str, id: str, *, markdown: bool) -> Article:
    """An article from the contents of a file: YAML front matter (optional), then the body.

    `markdown` says that the body is Markdown whose markup must go; front matter with `format: plain`,
    which every file that Groundwire writes carries, says that it has gone already.
    """
    raw = _NEWLINES.sub("\n", raw.removeprefix("\ufeff"))
    fields, body = _split_front_matter(raw)
    if markdown and fields.get("format") != "plain":
        body = markdown_to_text(body)
    text = canonical_text(body)
    if not any(c.isalnum() for c in text):
        got = "nothing but white space" if not text else "no letter or digit"
        raise ArticleError(f"The text holds {got}; an article needs words. Give a file or a text with some.")
    return Article(id=id, text=text, **{k: _field(k, fields.get(k)) for k in FIELDS})


def decode(data: bytes) -> str:
    """The text of a file's bytes: UTF-8, or UTF-16 with its byte-order mark. Raises ArticleError for anything else."""
    if len(data) > MAX_BYTES:
        raise ArticleError(f"It holds {len(data):,} bytes; an article may hold {MAX_BYTES:,}. Split it first.")
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ArticleError(
            f"It is not UTF-8 text (byte {data[error.start] if error.start < len(data) else 0:#04x} at offset "
            f"{error.start}). Convert it first, for example: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW"
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


def slug(words: str) -> str:
    """A file stem from a title or name: lower-case letters, digits and hyphens, at most MAX_ID characters."""
    plain = unicodedata.normalize("NFKD", words.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    stem = re.sub(r"[^\w]+|_+", "-", plain).strip("-")
    while len(stem) > MAX_ID or len(stem.encode()) > 2 * MAX_ID:
        stem = stem[:-1]
    return unicodedata.normalize("NFC", stem).strip("-") or "article"


def render(article: Article) -> str:
    """The file of an article: front matter, a blank line, the canonical text."""
    known = {k: getattr(article, k) for k in FIELDS if getattr(article, k) is not None}
    front = yaml.safe_dump({**known, "format": "plain"}, sort_keys=False, allow_unicode=True, width=10_000)
    return f"---\n{front}---\n\n{article.text}\n"


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of the corpus as the file system knows it; equal stamps mean unchanged contents."""

    path: Path
    stamp: str

    @property
    def id(self) -> str:
        return self.path.stem


class Corpus:
    """The folder of article files. Writing is atomic: aside, fsync, rename, fsync of the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def files(self) -> Iterator[CorpusFile]:
        """Every regular article file in the folder itself, in the order of ids. Links and folders are left out."""
        if not self.folder.is_dir():
            return
        with os.scandir(self.folder) as entries:
            found = [e for e in entries if e.name.endswith(SUFFIXES) and _is_article_name(e.name)]
        for entry in sorted(found, key=lambda e: e.name):
            with contextlib.suppress(FileNotFoundError):  # gone since the listing
                if entry.is_file(follow_symlinks=False):
                    info = entry.stat(follow_symlinks=False)
                    stamp = f"{info.st_size}:{info.st_mtime_ns}:{info.st_ino}"
                    yield CorpusFile(Path(entry.path), stamp)

    def read(self, file: CorpusFile) -> Article:
        """The article in a file. Raises ArticleError when it is none, OSError when it cannot be read."""
        return parse_article(decode(file.path.read_bytes()), file.id, markdown=file.path.suffix == ".md")

    def path_of(self, id: str) -> Path | None:
        """The file of an article, whatever its suffix."""
        return next((p for s in SUFFIXES if (p := self.folder / f"{id}{s}").is_file()), None)

    def free_id(self, wanted: str) -> str:
        """`wanted`, or `wanted-2`, `wanted-3` and so on when a file of that name exists."""
        taken = {file.id.casefold() for file in self.files()} | {"readme"}
        stem, n = slug(wanted), 1
        while (candidate := stem if n == 1 else f"{stem}-{n}").casefold() in taken:
            n += 1
        return candidate

    def write(self, article: Article) -> CorpusFile:
        """Put an article's file in place, whole or not at all, replacing an older one. Raises StorageError."""
        stamped = article if article.added else replace(article, added=_now())
        old = self.path_of(article.id)
        target = self.folder / f"{article.id}.md"
        aside: str | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, aside = tempfile.mkstemp(prefix=TEMPORARY, dir=self.folder)
            with os.fdopen(handle, "wb") as file:
                file.write(render(stamped).encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            os.chmod(aside, 0o644)
            os.replace(aside, target)
            if old is not None and old != target:
                old.unlink()
            self._sync_folder()
        except OSError as error:
            if aside is not None:
                with contextlib.suppress(OSError):
                    os.unlink(aside)
            raise StorageError(
                f"Could not write {target.name} into {self.folder}: {error.strerror or error}. Nothing was added; "
                "make room or mend the permissions, then add it again."
            ) from error
        info = target.stat()
        return CorpusFile(target, f"{info.st_size}:{info.st_mtime_ns}:{info.st_ino}")

    def delete(self, id: str) -> bool:
        """Remove an article's file; False when there is none. Raises StorageError."""
        path = self.path_of(id)
        if path is None:
            return False
        try:
            path.unlink()
            self._sync_folder()
        except OSError as error:
            raise StorageError(
                f"Could not remove {path.name}: {error.strerror or error}. It is still in the corpus."
            ) from error
        return True

    def sweep(self) -> None:
        """Remove what an interrupted write left aside. Only the holder of the index lock may call it."""
        for path in self.folder.glob(f"{TEMPORARY}*"):
            with contextlib.suppress(OSError):
                path.unlink()

    def _sync_folder(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _is_article_name(name: str) -> bool:
    return not name.startswith(".") and Path(name).stem.casefold() != "readme"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _split_front_matter(raw: str) -> tuple[dict[str, object], str]:
    match = _FRONT_MATTER.match(raw)
    if not match:
        return {}, raw
    try:
        # BaseLoader: every scalar stays the string that was written, and nothing is constructed.
        loaded = yaml.load(match.group(1) or "", Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 2}" if mark else ""
        raise ArticleError(
            f"Its front matter is not valid YAML{where}: {getattr(error, 'problem', None) or error}. "
            'Quote values that hold ": " or start with a special character.'
        ) from error
    if loaded is None or loaded == "":
        return {}, raw[match.end() :]
    if not isinstance(loaded, dict):
        return {}, raw  # a rule drawn with hyphens, not front matter
    return loaded, raw[match.end() :]


def _field(name: str, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ArticleError(f"The field {name!r} of the front matter is a list or mapping; expected one line of text.")
    line = " ".join(canonical_text(value).split())
    if not line or line in ("null", "~"):
        return None
    if len(line) > MAX_FIELD:
        raise ArticleError(f"The field {name!r} has {len(line):,} characters; at most {MAX_FIELD} are allowed.")
    if name in ("published", "added"):
        try:
            parse_date(line)
        except ValueError:
            raise ArticleError(
                f"The field {name!r} is {line!r}; expected an ISO 8601 date such as 2024-05-17, or leave it out."
            ) from None
    return line
