"""The index as its one writer sees it: brings the catalog up to date with the corpus, and Chroma with the catalog.

The order of a write is fixed: the article's file first, then the catalog (one transaction an article), then Chroma.
A kill between any two of them is mended by `sync` and `attach_chroma` at the next start.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

from qa.core.errors import ArticleError, IndexDamaged, IndexIncompatible
from qa.core.priority import Priority
from qa.core.settings import Settings
from qa.core.types import Article, SyncReport
from qa.corpus.article_file import ArticleFile
from qa.corpus.folder import Corpus, CorpusFile
from qa.index.catalog.catalog import FILE, Catalog
from qa.index.catalog.schema import FORMAT, Manifest
from qa.index.embedding import SentenceEmbedding
from qa.index.freshness import left_whole, mark_whole, usable
from qa.index.lock import IndexLock
from qa.index.prepare import batches, manifest_for, prepare
from qa.index.vectors import chroma_folder as chroma
from qa.index.vectors.mirror import Mirror
from qa.index.vectors.search import DenseSearch

Progress = Callable[[int, int, str], None]  # done, of, what

BATCH_CHARACTERS = 60_000  # about 120 passages: full batches for the model, seconds of work lost by a kill
RACY_SECONDS = 2.0  # a file this young may change again without its stamp changing


class IndexWriter:
    """Holds the lock from `open` to `close`. All writes go through one mutex; reads take snapshots."""

    def __init__(self, settings: Settings, lock: IndexLock, load: Callable[[], SentenceEmbedding]) -> None:
        self.settings = settings
        self.lock = lock
        self.corpus = Corpus(settings.corpus)
        self._load = load
        self.priority = Priority()
        self.corpus_lock = threading.Lock()  # files of the corpus are written one at a time
        self._writing = threading.RLock()
        self.catalog: Catalog = None  # type: ignore[assignment]  # set by _open_catalog, before anyone sees self
        self.dense: DenseSearch = None  # type: ignore[assignment]
        self._mirror: Mirror = None  # type: ignore[assignment]
        self.notes: list[str] = []

    @classmethod
    def open(
        cls, settings: Settings, load: Callable[[], SentenceEmbedding], command: str, *, rebuild: bool = False
    ) -> IndexWriter:
        """Lock the index and open or create its catalog. Chroma is left for `attach_chroma`.

        Raises IndexHeld, IndexIncompatible, StorageError.
        """
        lock = IndexLock(settings.index)
        lock.acquire(command)
        try:
            self = cls(settings, lock, load)
            self._open_catalog(rebuild)
            self.corpus.sweep()
        except BaseException:
            lock.release()
            raise
        return self

    def sync(self, progress: Progress | None = None, only: Collection[str] | None = None) -> SyncReport:
        """Bring the catalog up to date with `corpus/`: only what changed is read, only what is new embedded.

        `only` these ids, or all there are.
        """
        report = SyncReport(notes=self.notes)
        with self._writing:
            self.notes = []
            with self.catalog.snapshot() as snapshot:
                stamps, refused = snapshot.stamps(only), snapshot.refused(only)
            files, report.refused = usable(self.corpus.files() if only is None else self.corpus.files_of(only))
            known = {f.path.name: refused[f.path.name][1] for f in files if _known(f, refused)}
            report.refused.update(known)
            fresh = [f for f in files if stamps.get(f.id) != f.stamp and f.path.name not in known]
            report.unchanged = len(files) - len(fresh) - len(known)
            self._index_files(fresh, stamps, report, progress)
            for id in sorted(set(stamps) - {f.id for f in files}):
                self._forget(id)
                report.removed.append(id)
            misnamed = self.corpus.misnamed() if only is None else {}
            for name in set(misnamed) - set(refused):
                self.catalog.refuse(name, "", misnamed[name])
            report.refused.update(misnamed)
            self.catalog.forgive(set(refused) - {f.path.name for f in files} - set(misnamed))
            self._mirror.flush()
        return report

    def refresh(self, only: Collection[str] | None = None) -> SyncReport:
        """`sync` while others may add: what they have written so far is indexed by them, and known here."""
        with self.corpus_lock:
            return self.sync(only=only)

    def add(self, files: Sequence[ArticleFile]) -> None:
        """Write articles into the corpus and index them. Whoever calls holds `corpus_lock`. Raises StorageError, with
        those written before the fault indexed.
        """
        written: list[tuple[Article, str]] = []
        try:
            for file in files:
                written.append((file.article, _settled(self.corpus.put(file, settle=False))))
        finally:
            if written:
                self.corpus.settle()
                self._put(written)

    def put(self, files: Sequence[CorpusFile]) -> None:
        """Index articles whose files stand in the corpus already."""
        self._put([(self.corpus.read(file), _settled(file)) for file in files])

    def _put(self, stamped: Sequence[tuple[Article, str]]) -> None:
        with self._writing:
            self._store(stamped)
            self._mirror.flush()

    def remove(self, id: str) -> bool:
        """Forget an article whose file is gone, or on its way out."""
        with self._writing:
            return self._forget(id)

    def attach_chroma(self) -> str:
        """Let Chroma answer dense queries, made again from the catalog if it is not sound. Returns what was done.

        Search is exact until this is done, and stays exact if it fails.
        """
        with self._writing:
            return self._mirror.attach()

    def close(self) -> None:
        self.priority.close()
        with self._writing:
            self._mirror.detach()
            self.catalog.close()
            with contextlib.suppress(OSError):
                mark_whole(self.settings)
            self.lock.release()

    def _open_catalog(self, rebuild: bool) -> None:
        path = self.settings.index / FILE
        expected = manifest_for(self.settings.model, 0)
        whole = left_whole(self.settings)
        if path.exists() and not rebuild:
            catalog: Catalog | None = None
            try:
                catalog = Catalog.open(path, writable=True)
                found = catalog.manifest()
                if check_manifest(found, expected):
                    if not whole:  # after a kill, or when another hand was at the file
                        catalog.check()
                    self._use(catalog, found.dimension)
                    return
                self.notes.append("The index was made by an older version and is made anew.")
            except IndexDamaged as error:
                self.notes.append(f"The catalog was damaged and is made anew from the corpus ({error}).")
            finally:
                if catalog is not self.catalog and catalog is not None:
                    catalog.close()  # before its files go: SQLite removes the log by name
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        chroma.forget(self.settings.index)
        dimension = self._load().dimension
        self._use(Catalog.create(path, replace(expected, dimension=dimension)), dimension)

    def _use(self, catalog: Catalog, dimension: int) -> None:
        self.catalog = catalog
        self.dense = DenseSearch(dimension)
        self._mirror = Mirror(self.settings.index, catalog, self.dense)

    def _index_files(
        self, files: list[CorpusFile], stamps: dict[str, str], report: SyncReport, progress: Progress | None
    ) -> None:
        done = 0
        for group in batches(self._read(files, stamps, report), BATCH_CHARACTERS):
            report.passages += self._store(group)
            for article, _ in group:
                (report.replaced if article.id in stamps else report.added).append(article.id)
                done += 1
                if progress:
                    progress(done, len(files), article.id)
            self._mirror.flush()

    def _store(self, group: Sequence[tuple[Article, str]]) -> int:
        """Store articles, embedding only those whose text or title is new. Returns how many passages were embedded."""
        new = []
        with self.catalog.snapshot() as snapshot:
            olds = [snapshot.article(article.id) for article, _ in group]
        for (article, stamp), old in zip(group, olds, strict=True):
            if old is not None and (old.text, old.title) == (article.text, article.title):
                self.catalog.describe(article, stamp)
            else:
                new.append((article, stamp))
        prepared = prepare(new, self._load(), self.priority.step_aside) if new else []
        for indexed in prepared:
            self._mirror.drop(self.catalog.put(indexed))
        return sum(len(indexed.passages) for indexed in prepared)

    def _read(
        self, files: list[CorpusFile], stamps: dict[str, str], report: SyncReport
    ) -> Iterator[tuple[Article, str]]:
        """Articles whose text or metadata is new; the others are restamped, the unreadable ones refused."""
        for file in files:
            stamp = _settled(file)
            try:
                article = self.corpus.read(file)
            except (ArticleError, OSError) as error:
                reason = str(error) if isinstance(error, ArticleError) else f"It cannot be read: {error.strerror}."
                report.refused[file.path.name] = reason
                self.catalog.refuse(file.path.name, stamp, reason)
                if file.id in stamps:
                    self._forget(file.id)
                    report.removed.append(file.id)
                    del stamps[file.id]
                continue
            with self.catalog.snapshot() as snapshot:
                same = snapshot.article(file.id) == article
            if same:
                if stamps.get(file.id) != stamp:
                    self.catalog.restamp(file.id, stamp)
                report.unchanged += 1
            else:
                yield article, stamp

    def _forget(self, id: str) -> bool:
        ids = self.catalog.remove(id)
        self._mirror.drop(ids or [])
        return ids is not None


def check_manifest(found: Manifest, expected: Manifest) -> bool:
    """True when the index fits, False when it is older than the code and may be made anew.

    Raises IndexIncompatible when it was made with another model: making it anew would embed everything.
    """
    if found.format < FORMAT:
        return False
    if (found.model_digest, found.precision) != (expected.model_digest, expected.precision):
        raise IndexIncompatible(
            f"The index was made with the model {found.model} ({found.model_digest}, {found.precision}); this one is "
            f"{expected.model} ({expected.model_digest}, {expected.precision}). To keep the index set QA_MODEL="
            f"{found.model}; to embed everything with the new model run: qa index --rebuild"
        )
    kept = [f.name for f in fields(Manifest) if f.name not in ("dimension", "model")]
    return all(getattr(found, name) == getattr(expected, name) for name in kept)


def _known(file: CorpusFile, refused: dict[str, tuple[str, str]]) -> bool:
    return file.path.name in refused and refused[file.path.name][0] == file.stamp


def _settled(file: CorpusFile) -> str:
    """The stamp to remember: none that could match when the file is so young that it may change unseen."""
    modified = int(file.stamp.split(":")[1]) / 1e9
    return file.stamp if time.time() - modified > RACY_SECONDS else f"{file.stamp}:young"
