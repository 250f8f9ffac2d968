"""Articles as files: canonical text, front matter, and the corpus folder.

Knows what an article looks like on disk and how its text becomes canonical. Does not know sentences,
the index or the network. `corpus/` is the truth: a file that stands complete there is an article.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from qa.errors import ArticleError, StorageError
from qa.frontmatter import render_front_matter, split_front_matter
from qa.markdown import markdown_to_text
from qa.types import Article

log = logging.getLogger(__name__)

SUFFIXES = (".md", ".txt")
FIELDS = ("title", "outlet", "url", "author", "published", "added")
MAX_BYTES = 10 * 1024 * 1024  # a long novel is 3 MB; beyond this it is a data file, not an article
MAX_FIELD = 500  # characters; a longer title is a paragraph in the wrong place
MAX_ID = 80  # characters of a file stem, so that it stays readable in a list
MAX_STEM_BYTES = 160  # the file system's own limit is 255 for a whole name
TEMPORARY = ".incoming-"  # files being written; swept when the folder is next opened for writing

# Removed at ingestion: controls but newline and tab, zero-width space, soft hyphen, byte-order mark, bidi
# overrides and isolates, tag characters. ZWJ, ZWNJ, LRM and RLM stay: Persian, Indic scripts and emoji need them.
_REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)
_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANK_RUNS = re.compile(r"\n{3,}")
_SURROGATE = re.compile("[\ud800-\udfff]")
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


def parse_article(raw: str, id: str, *, markdown: bool) -> Article:
    """An article from the contents of a file: YAML front matter (optional), then the body.

    `markdown` says that the body is Markdown whose markup must go; front matter with `format: plain`,
    which every file that Groundwire writes carries, says that it has gone already.
    """
    raw = _NEWLINES.sub("\n", raw.removeprefix("\ufeff"))
    fields, body = split_front_matter(raw)
    if markdown and fields.get("format") != "plain":
        body = markdown_to_text(body)
    text = canonical_text(body)
    if not any(c.isalnum() for c in text):
        got = "nothing but white space" if not text else "no letter or digit"
        raise ArticleError(f"The text holds {got}; an article needs words. Give a file or a text with some.")
    return Article(id=id, text=text, **{k: _field(k, fields.get(k)) for k in FIELDS})


def decode(data: bytes) -> str:
    """The text of a file's bytes: UTF-8, or UTF-16 with its byte-order mark. Raises ArticleError for anything else."""
    _check_size(data)
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
    return f"{render_front_matter({**known, 'format': 'plain'})}\n{article.text}\n"


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
        """Every regular article file in the folder itself, in the order of ids.

        Left out are links, folders, hidden files, a README, and names that are not UTF-8 (with a warning).
        """
        if not self.folder.is_dir():
            return
        with os.scandir(self.folder) as entries:
            found = [e for e in entries if e.name.endswith(SUFFIXES) and _is_article_name(e.name)]
        for entry in [e for e in found if _SURROGATE.search(e.name)]:
            log.warning("Left out %a in %s: its name is not UTF-8. Rename it.", entry.name, self.folder)
            found.remove(entry)
        for entry in sorted(found, key=lambda e: os.path.splitext(e.name)):
            with contextlib.suppress(FileNotFoundError):  # gone since the listing
                if entry.is_file(follow_symlinks=False):
                    yield CorpusFile(Path(entry.path), _stamp(entry.stat(follow_symlinks=False)))

    def read(self, file: CorpusFile) -> Article:
        """The article in a file. Raises ArticleError when it is none, OSError when it cannot be read."""
        with file.path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        return parse_article(decode(data), file.id, markdown=file.path.suffix == ".md")

    def path_of(self, id: str) -> Path | None:
        """The file of an article, whatever its suffix. An id that is no file stem, such as `../x`, has none."""
        if not _is_stem(id):
            return None
        paths = (self.folder / f"{id}{suffix}" for suffix in SUFFIXES)
        return next((p for p in paths if os.path.isfile(p) and not os.path.islink(p)), None)

    def free_id(self, wanted: str) -> str:
        """`wanted` as a slug, or `wanted-2`, `wanted-3` and so on when a file of that name exists."""
        stem, n = slug(wanted), 1
        while not self._is_free(candidate := stem if n == 1 else f"{stem}-{n}"):
            n += 1
        return candidate

    def write(self, article: Article) -> CorpusFile:
        """Put an article's file in place, whole or not at all, replacing an older one.

        Raises StorageError, and ArticleError for an id that cannot name a file of this folder or a text too long to be
        read again.
        """
        if not _is_stem(article.id):
            raise ArticleError(f"{article.id!r} cannot name an article; expected something like {slug(article.id)!r}.")
        stamped = article if article.added else replace(article, added=_now())
        data = render(stamped).encode("utf-8")
        _check_size(data)
        old, target = self.path_of(article.id), self.folder / f"{article.id}.md"
        advice = "Nothing was added; make room or mend the permissions, then add it again."
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._put(target, data)
            advice = "The article is complete, but may not survive a power cut. Mend the disk, then run: qa index"
            if old is not None and old != target:
                old.unlink()
            self._sync_folder()
            info = target.stat()
        except OSError as error:
            reason = error.strerror or error
            raise StorageError(f"Could not write {target.name} into {self.folder}: {reason}. {advice}") from error
        return CorpusFile(target, _stamp(info))

    def delete(self, id: str) -> bool:
        """Remove an article's file; False when there is none. Raises StorageError."""
        if self.path_of(id) is None:
            return False
        try:
            while path := self.path_of(id):  # both, where a kill while replacing left the .txt beside the .md
                path.unlink()
            self._sync_folder()
        except OSError as error:
            raise StorageError(
                f"Could not remove {id} from {self.folder}: {error.strerror or error}. Mend it and try again."
            ) from error
        return True

    def sweep(self) -> None:
        """Remove what an interrupted write left aside. Only the holder of the index lock may call it."""
        for path in self.folder.glob(f"{TEMPORARY}*"):
            with contextlib.suppress(OSError):
                path.unlink()

    def _is_free(self, id: str) -> bool:
        taken = any(os.path.lexists(self.folder / f"{id}{suffix}") for suffix in SUFFIXES)
        return _is_stem(id) and not taken

    def _put(self, target: Path, data: bytes) -> None:
        """Write aside, flush to the disk, rename: the file is there whole or as it was before."""
        handle, aside = tempfile.mkstemp(prefix=TEMPORARY, dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(aside, 0o644)
            os.replace(aside, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(aside)
            raise

    def _sync_folder(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _check_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise ArticleError(f"It holds more than {MAX_BYTES:,} bytes, the most that an article may. Split it first.")


def _is_article_name(name: str) -> bool:
    return not name.startswith(".") and Path(name).stem.casefold() != "readme"


def _is_stem(id: str) -> bool:
    """Whether an id can be the stem of an article's file in the folder itself."""
    return _is_article_name(f"{id}.md") and not any(c in "/\0" for c in id) and not _SURROGATE.search(id)


def _stamp(info: os.stat_result) -> str:
    return f"{info.st_size}:{info.st_mtime_ns}:{info.st_ino}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _field(name: str, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ArticleError(f"The field {name!r} of the front matter is a list or mapping; expected one line of text.")
    line = " ".join(canonical_text(value).split())
    if not line:
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
