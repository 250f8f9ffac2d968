"""The corpus folder: article files listed, read, written, described anew, deleted.

`corpus/` is the truth: a file that stands complete there is an article.

Knows the file system. Does not know the index, and leaves what stands in a file to `qa/corpus/article_file.py`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from qa.core.errors import ArticleError, StorageError
from qa.core.files import settle_folder, write_file
from qa.core.types import Article
from qa.corpus.article_file import (
    FIELDS,
    FIRST_HEADING,
    ArticleFile,
    ReadArticle,
    check_size,
    decode,
    join_origins,
    make_file,
    read_article,
)
from qa.corpus.canonical import MAX_BYTES, plain_lines, slug, storable
from qa.corpus.frontmatter import render_front_matter
from qa.corpus.frontmatter_dialects import split_any_front_matter

SUFFIXES = (".md", ".txt")
READABLE = 0o644  # by everybody: articles are no secret
TEMPORARY = ".incoming-"  # files being written; swept when the folder is next opened for writing

_MISNAMED = "Its name is not UTF-8, so no article can be called by it. Rename it."
_UNSETTLED = "The article is complete, but may not survive a power cut. Mend the disk, then run: qa index"


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of the corpus as the file system knows it; equal stamps mean unchanged contents."""

    path: Path
    stamp: str

    @property
    def id(self) -> str:
        return self.path.stem


class Corpus:
    """The folder of article files. Writing is atomic (`qa/core/files.py`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def files(self) -> Iterator[CorpusFile]:
        """Yield every regular article file in the folder itself, in the order of ids.

        Left out are links, folders, hidden files, a README, and names that are not UTF-8 (`misnamed` has those).
        """
        found = [e for e in self._entries() if storable(e.name)]
        for entry in sorted(found, key=lambda e: os.path.splitext(e.name)):
            with contextlib.suppress(FileNotFoundError):  # gone since the listing
                if entry.is_file(follow_symlinks=False):
                    yield CorpusFile(Path(entry.path), _stamp(entry.stat(follow_symlinks=False)))

    def misnamed(self) -> dict[str, str]:
        """Return the files whose names are not UTF-8, so that no id can be made: the name in ASCII, and the reason."""
        return {ascii(e.name)[1:-1]: _MISNAMED for e in self._entries() if not storable(e.name)}

    def _entries(self) -> list[os.DirEntry[str]]:
        """Return what has an article file's name."""
        if not self.folder.is_dir():
            return []
        with os.scandir(self.folder) as entries:
            return [e for e in entries if e.name.endswith(SUFFIXES) and _is_article_name(e.name)]

    def files_of(self, ids: Collection[str]) -> Iterator[CorpusFile]:
        """Return the files of these ids, as `files` lists them."""
        names = (f"{id}{suffix}" for id in sorted(ids) for suffix in SUFFIXES)
        return (file for name in names if (file := self.file(name)) is not None)

    def file(self, name: str) -> CorpusFile | None:
        """Return the article file of this name in the folder itself, as `files` lists it; None when there is none."""
        path = self.folder / name
        if Path(name).name != name or not name.endswith(SUFFIXES) or not _is_article_name(name) or not storable(name):
            return None
        try:
            info = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return CorpusFile(path, _stamp(info)) if stat.S_ISREG(info.st_mode) else None

    def read(self, file: CorpusFile) -> Article:
        """Return the article in a file. Raises ArticleError when it is none, OSError when it cannot be read."""
        return self.read_with_notes(file).article

    def read_with_notes(self, file: CorpusFile) -> ReadArticle:
        """Return the article in a file and what is to be said of it, as `read` does."""
        with file.path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        return read_article(decode(data), file.id, markdown=file.path.suffix == ".md")

    def path_of(self, id: str) -> Path | None:
        """Return the file of an article, whatever its suffix. An id that is no file stem, such as `../x`, has none."""
        if not _is_stem(id):
            return None
        paths = (self.folder / f"{id}{suffix}" for suffix in SUFFIXES)
        return next((p for p in paths if os.path.isfile(p) and not os.path.islink(p)), None)

    def free_id(self, wanted: str, taken: Collection[str] = ()) -> str:
        """Return `wanted` as a slug, or `wanted-2`, `wanted-3` and so on when that is taken or its file exists."""
        stem, n = slug(wanted), 1
        while (candidate := stem if n == 1 else f"{stem}-{n}") in taken or not self._is_free(candidate):
            n += 1
        return candidate

    def write(self, article: Article, *, settle: bool = True) -> CorpusFile:
        """Put an article's file in place, whole or not at all, replacing an older one.

        It survives a power cut once the folder is settled, too; who writes many files settles once, at the end.

        Raises StorageError, and ArticleError for an id that cannot name a file of this folder or a text too long to be
        read again.
        """
        return self.put(make_file(article), settle=settle)

    def put(self, file: ArticleFile, *, settle: bool = True) -> CorpusFile:
        """Put the rendered file of an article in place, as `write` does. Raises StorageError, ArticleError."""
        id = file.article.id
        if not _is_stem(id):
            raise ArticleError(f"{id!r} cannot name an article; expected something like {slug(id)!r}.")
        return self._place(self.folder / f"{id}.md", file.data, self.path_of(id), settle)

    def restate(self, article: Article) -> CorpusFile | None:
        """Write what is known about an article into its file; return None when there is no such file.

        Everything else in it stays as it is, other fields of its front matter included.

        Raises StorageError, and ArticleError when the file cannot be read.
        """
        path = self.path_of(article.id)
        if path is None:
            return None
        fields, body, _ = split_any_front_matter(plain_lines(decode(path.read_bytes())))
        said = {k for k, origin in article.origins.items() if origin != FIRST_HEADING}  # the heading says it itself
        known = {k: getattr(article, k) for k in FIELDS if k in said or k not in article.origins}
        known["origins"] = join_origins({k: article.origins[k] for k in said})
        pages = {"pages": article.pages} if article.pages else {}
        kept = {k: v for k, v in {**fields, **known, **pages}.items() if k not in known or v}
        gap = "" if fields else "\n"
        data = f"{render_front_matter(kept)}{gap}{body}".encode()
        check_size(data)
        return self._place(path, data, path, settle=True)

    def settle(self) -> None:
        """Make sure that files which were written survive a power cut. Raises StorageError."""
        try:
            settle_folder(self.folder)
        except OSError as error:
            raise StorageError(
                f"Could not write into {self.folder}: {error.strerror or error}. {_UNSETTLED}"
            ) from error

    @contextlib.contextmanager
    def removing(self, id: str) -> Iterator[bool]:
        """Remove an article's file and tell the block whether there was one.

        While the block runs the file is out of the way; when that fails, it is back, untouched. A kill in between
        removes it: it is swept. Raises StorageError.
        """
        aside: list[tuple[Path, Path]] = []
        try:
            self.set_aside(id, aside)
            yield bool(aside)
        except BaseException as error:
            for path, hidden in reversed(aside):
                os.replace(hidden, path)
            if isinstance(error, OSError):
                raise self._not_removed(id, error) from error
            raise
        self.drop(id, [hidden for _, hidden in aside])

    def set_aside(self, id: str, aside: list[tuple[Path, Path]]) -> None:
        """Hide an article's file: a rename needs no room on the disk. Tells `aside` what went where. Raises OSError."""
        while path := self.path_of(id):  # both, where a kill while replacing left the .txt beside the .md
            hidden = self.folder / f"{TEMPORARY}{secrets.token_hex(8)}"
            os.replace(path, hidden)
            aside.append((path, hidden))

    def drop(self, id: str, hidden: Collection[Path]) -> None:
        """Remove what was set aside, for good. Raises StorageError."""
        try:
            for path in hidden:
                path.unlink()
            if hidden:
                settle_folder(self.folder)
        except OSError as error:
            raise self._not_removed(id, error) from error

    def _not_removed(self, id: str, error: OSError) -> StorageError:
        return StorageError(
            f"Could not remove {id} from {self.folder}: {error.strerror or error}. Mend it and try again."
        )

    def sweep(self) -> None:
        """Remove what an interrupted write left aside. Only the holder of the index lock may call it."""
        for path in self.folder.glob(f"{TEMPORARY}*"):
            with contextlib.suppress(OSError):
                path.unlink()

    def _is_free(self, id: str) -> bool:
        taken = any(os.path.lexists(self.folder / f"{id}{suffix}") for suffix in SUFFIXES)
        return _is_stem(id) and not taken

    def _place(self, target: Path, data: bytes, old: Path | None, settle: bool) -> CorpusFile:
        advice = "Nothing was added; make room or mend the permissions, then add it again."
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_file(target, data, mode=READABLE, prefix=TEMPORARY, settle=False)
            advice = _UNSETTLED
            if old is not None and old != target:
                old.unlink()
            if settle:
                settle_folder(self.folder)
            info = target.stat()
        except OSError as error:
            reason = error.strerror or error
            raise StorageError(f"Could not write {target.name} into {self.folder}: {reason}. {advice}") from error
        return CorpusFile(target, _stamp(info))


def _is_article_name(name: str) -> bool:
    return not name.startswith(".") and Path(name).stem.casefold() != "readme"


def _is_stem(id: str) -> bool:
    """Return True if an id can be the stem of an article's file in the folder itself."""
    return _is_article_name(f"{id}.md") and not any(c in "/\0" for c in id) and storable(id)


def _stamp(info: os.stat_result) -> str:
    return f"{info.st_size}:{info.st_mtime_ns}:{info.st_ino}"
