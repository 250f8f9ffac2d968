"""The index as its one writer sees it: brings the catalog up to date with the corpus, and Chroma with the catalog.

The order of a write is fixed: the article's file first, then the catalog (one transaction an article), then Chroma.
A kill between any two of them is mended by `sync` and `attach_chroma` at the next start.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence

from qa.core.errors import ArticleError
from qa.core.priority import Priority
from qa.core.reports import SyncReport
from qa.core.settings import Settings
from qa.core.types import Article
from qa.corpus.article_file import ArticleFile
from qa.corpus.folder import Corpus, CorpusFile
from qa.index.catalog.catalog import Catalog
from qa.index.embedding import SentenceEmbedding
from qa.index.freshness import mark_whole, select_files
from qa.index.lock import IndexLock
from qa.index.opening import open_catalog
from qa.index.prepare import batch_articles, prepare
from qa.index.vectors.mirror import Mirror
from qa.index.vectors.search import DenseSearch

Progress = Callable[[int, int, str], None]  # done, of, what

BATCH_CHARACTERS = 60_000  # about 120 passages: full batches for the model, seconds of work lost by a kill
FILLED_AT_ONCE = 32  # articles of an older index: hundredths of a second, which a change may have to wait for
RACY_SECONDS = 2.0  # a file this young may change again without its stamp changing


class Change:
    """A change of the corpus under way: files are written first, then indexed. `IndexWriter.change` makes it."""

    def __init__(
        self,
        corpus: Corpus,
        put: Callable[[Sequence[tuple[Article, str]]], None],
        remove: Callable[[str], bool],
    ) -> None:
        self._corpus = corpus
        self._put = put
        self._remove = remove

    def add(self, files: Sequence[ArticleFile]) -> None:
        """Write articles into the corpus and index them. Raises StorageError, with those before the fault indexed."""
        written: list[tuple[Article, str]] = []
        try:
            for file in files:
                written.append((file.article, _settled(self._corpus.put(file, settle=False))))
        finally:
            if written:
                self._corpus.settle()
                self._put(written)

    def put(self, files: Sequence[CorpusFile]) -> None:
        """Index articles whose files stand in the corpus already."""
        self._put([(self._corpus.read(file), _settled(file)) for file in files])

    def remove(self, id: str) -> bool:
        """Forget an article whose file is gone, or on its way out. Return True if it was known."""
        return self._remove(id)


class IndexWriter:
    """Holds the lock from `open` to `close`. Files of the corpus change inside `change`; reads take snapshots."""

    def __init__(
        self,
        settings: Settings,
        lock: IndexLock,
        catalog: Catalog,
        mirror: Mirror,
        load: Callable[[], SentenceEmbedding],
        notes: Sequence[str] = (),
    ) -> None:
        self.settings = settings
        self.lock = lock
        self.catalog = catalog
        self.dense = mirror.dense
        self.corpus = Corpus(settings.corpus)
        self.priority = Priority()
        self.notes = list(notes)
        self._mirror = mirror
        self._load = load
        self._changing = threading.Lock()  # files of the corpus are written one at a time
        self._writing = threading.RLock()  # and so are the two stores

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
            catalog, dimension, notes = open_catalog(settings, load, rebuild)
            mirror = Mirror(settings.index, catalog, DenseSearch(dimension))
            self = cls(settings, lock, catalog, mirror, load, notes)
            self.corpus.sweep()
        except BaseException:
            lock.release()
            raise
        return self

    @contextlib.contextmanager
    def change(self) -> Iterator[Change]:
        """Let the block change files of the corpus and index them; nobody else does meanwhile."""
        with self._changing:
            yield Change(self.corpus, self._put, self._remove)

    def sync(self, progress: Progress | None = None, only: Collection[str] | None = None) -> SyncReport:
        """Bring the catalog up to date with `corpus/`: only what changed is read, only what is new embedded.

        `only` these ids, or all there are. What others have written so far is known here.
        """
        with self._changing, self._writing:
            report = SyncReport(notes=self.notes)
            self.notes = []
            with self.catalog.snapshot() as snapshot:
                stamps, refused = snapshot.stamps(only), snapshot.refused(only)
            files, report.refused = select_files(self.corpus.files() if only is None else self.corpus.files_of(only))
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

    def attach_chroma(self) -> str:
        """Let Chroma answer dense queries, made again from the catalog if it is not sound. Returns what was done.

        Search is exact until this is done, and stays exact if it fails.
        """
        with self._writing:
            return self._mirror.attach()

    def fill_in(self) -> int:
        """Derive what an index of an older format lacks, a batch at a time between questions. Return of how many."""
        done = 0
        while True:
            with self._writing:
                count = self.catalog.fill_in(FILLED_AT_ONCE)
            done += count
            if not count:
                return done
            self.priority.step_aside()

    def close(self) -> None:
        """Let whoever adds end at its next piece, then close both stores and give the lock back."""
        self.priority.close()
        with self._writing:
            self._mirror.detach()
            self.catalog.close()
            with contextlib.suppress(OSError):
                mark_whole(self.settings)
            self.lock.release()

    def _put(self, stamped: Sequence[tuple[Article, str]]) -> None:
        """Index articles whose files stand in the corpus."""
        with self._writing:
            self._store(stamped)
            self._mirror.flush()

    def _remove(self, id: str) -> bool:
        """Forget an article whose file is gone, or on its way out. Return True if it was known."""
        with self._writing:
            return self._forget(id)

    def _index_files(
        self, files: list[CorpusFile], stamps: dict[str, str], report: SyncReport, progress: Progress | None
    ) -> None:
        """Read, embed and store articles, a batch at a time."""
        done = 0
        for batch in batch_articles(self._read(files, stamps, report), BATCH_CHARACTERS):
            report.passages += self._store(batch)
            for article, _ in batch:
                (report.replaced if article.id in stamps else report.added).append(article.id)
                done += 1
                if progress:
                    progress(done, len(files), article.id)
            self._mirror.flush()

    def _store(self, batch: Sequence[tuple[Article, str]]) -> int:
        """Store articles, embedding only those whose text or title is new. Returns how many passages were embedded."""
        new = []
        with self.catalog.snapshot() as snapshot:
            olds = [snapshot.article(article.id) for article, _ in batch]
        for (article, stamp), old in zip(batch, olds, strict=True):
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
        """Yield articles whose text or metadata is new; the others are restamped, the unreadable ones refused."""
        for file in files:
            stamp = _settled(file)
            try:
                article, notes = self.corpus.read_with_notes(file)
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
                report.notes += [f"{file.path.name}: {note}" for note in notes]
                yield article, stamp

    def _forget(self, id: str) -> bool:
        """Take an article out of both stores. Return True if it was in the catalog."""
        ids = self.catalog.remove(id)
        self._mirror.drop(ids or [])
        return ids is not None


def _known(file: CorpusFile, refused: dict[str, tuple[str, str]]) -> bool:
    """Return True if a file was refused before and has not changed since."""
    return file.path.name in refused and refused[file.path.name][0] == file.stamp


def _settled(file: CorpusFile) -> str:
    """Return the stamp to remember: none that could match when the file is so young that it may change unseen."""
    modified = int(file.stamp.split(":")[1]) / 1e9
    return file.stamp if time.time() - modified > RACY_SECONDS else f"{file.stamp}:young"
