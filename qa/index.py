"""The index as its one writer sees it: brings catalog and Chroma up to date with the corpus, and heals them.

The order of a write is fixed: the article's file first, then the catalog (one transaction an article), then Chroma.
A kill between any two of them is mended by `sync` and `attach_chroma` at the next start.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qa.articles import Corpus, CorpusFile
from qa.catalog import FILE, FORMAT, Catalog, Manifest
from qa.dense import DenseSearch
from qa.embed import SentenceEmbedding
from qa.errors import ArticleError, IndexDamaged, IndexIncompatible
from qa.indexer import batches, manifest_for, prepare
from qa.lock import IndexLock
from qa.settings import Settings
from qa.snapshot import Matrix
from qa.types import Article

if TYPE_CHECKING:
    from qa.vectors import ChromaVectors

log = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]  # done, of, what

BATCH_CHARACTERS = 60_000  # about 120 passages: full batches for the model, seconds of work lost by a kill
RACY_SECONDS = 2.0  # a file this young may change again without its stamp changing


@dataclass
class SyncReport:
    """What a sync did, by article id or file name."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    unchanged: int = 0
    passages: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.added or self.replaced or self.removed)


class Index:
    """Holds the lock from `open` to `close`. All writes go through one mutex; reads take snapshots."""

    def __init__(self, settings: Settings, lock: IndexLock, load: Callable[[], SentenceEmbedding]) -> None:
        self.settings = settings
        self.lock = lock
        self.corpus = Corpus(settings.corpus)
        self._load = load
        self.corpus_lock = threading.Lock()  # files of the corpus are written one at a time
        self._writing = threading.RLock()
        self.catalog: Catalog = None  # type: ignore[assignment]  # set by _open_catalog, before anyone sees self
        self.dense: DenseSearch = None  # type: ignore[assignment]
        self.notes: list[str] = []

    @classmethod
    def open(
        cls, settings: Settings, load: Callable[[], SentenceEmbedding], command: str, *, rebuild: bool = False
    ) -> Index:
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

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Bring the catalog up to date with `corpus/`: only what changed is read, only what is new embedded."""
        report = SyncReport(notes=self.notes)
        with self._writing:
            self.notes = []
            with self.catalog.snapshot() as snapshot:
                stamps, refused = snapshot.stamps(), snapshot.refused()
            files = list(self._listed(report))
            report.refused.update({f.path.name: refused[f.path.name][1] for f in files if _known(f, refused)})
            fresh = [f for f in files if stamps.get(f.id) != f.stamp and not _known(f, refused)]
            report.unchanged = len(files) - len(fresh) - len(report.refused)
            self._index_files(fresh, stamps, report, progress)
            for id in sorted(set(stamps) - {f.id for f in files}):
                self._forget(id)
                report.removed.append(id)
            self.catalog.forgive(set(refused) - {f.path.name for f in files})
            self._flush()
        return report

    def put(self, article: Article, file: CorpusFile) -> None:
        """Index one article whose file stands in the corpus already."""
        with self._writing:
            [indexed] = prepare([(article, _settled(file))], self._load())
            self._drop(self.catalog.put(indexed))
            self._flush()

    def remove(self, id: str) -> bool:
        """Forget an article whose file is gone."""
        with self._writing:
            return self._forget(id)

    def attach_chroma(self) -> str:
        """Open Chroma if it is sound, or make it again from the catalog's vectors. Returns what was done, in words.

        Search is exact until this is done, and stays exact if it fails.
        """
        from qa import vectors

        with self._writing:
            self.detach_chroma()
            root = self.settings.index
            folder = vectors.current_folder(root)
            reason = "there was none"
            if folder is not None:
                try:
                    held = vectors.probe(folder, self._sample(vectors.PROBE_SAMPLE))
                    chroma = vectors.ChromaVectors.open(folder)
                    vectors.sweep(root)
                    self._reconcile(chroma, held)
                    return "Chroma is sound"
                except IndexDamaged as error:
                    reason = str(error)
                    log.warning("Chroma is made again from the catalog: %s", reason)
            self._rebuild_chroma()
            return f"Chroma was made again from the catalog's vectors, nothing was embedded ({reason})"

    def detach_chroma(self) -> None:
        chroma, self.dense.chroma = self.dense.chroma, None
        if chroma is not None:
            chroma.close()

    def close(self) -> None:
        with self._writing:
            self.detach_chroma()
            self.catalog.close()
            self.lock.release()

    def _open_catalog(self, rebuild: bool) -> None:
        path = self.settings.index / FILE
        expected = manifest_for(self.settings.model, 0)
        if path.exists() and not rebuild:
            try:
                catalog = Catalog.open(path, writable=True)
                found = catalog.manifest()
                if check_manifest(found, expected):
                    self._use(catalog, found.dimension)
                    return
                catalog.close()
                self.notes.append("The index was made by an older version and is made anew.")
            except IndexDamaged as error:
                self.notes.append(f"The catalog was damaged and is made anew from the corpus ({error}).")
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        dimension = self._load().dimension
        self._use(Catalog.create(path, replace(expected, dimension=dimension)), dimension)

    def _use(self, catalog: Catalog, dimension: int) -> None:
        self.catalog = catalog
        self.dense = DenseSearch(dimension)

    def _listed(self, report: SyncReport) -> Iterator[CorpusFile]:
        """The corpus's files, one an id; a second file of the same stem is refused."""
        seen: set[str] = set()
        for file in self.corpus.files():
            if file.id in seen:
                report.refused[file.path.name] = f"Another file named {file.id} is there already; rename one of them."
                continue
            seen.add(file.id)
            yield file

    def _index_files(
        self, files: list[CorpusFile], stamps: dict[str, str], report: SyncReport, progress: Progress | None
    ) -> None:
        done = 0
        for group in batches(self._read(files, stamps, report), BATCH_CHARACTERS):
            for indexed in prepare(group, self._load()):
                self._drop(self.catalog.put(indexed))
                id = indexed.article.id
                (report.replaced if id in stamps else report.added).append(id)
                report.passages += len(indexed.passages)
                done += 1
                if progress:
                    progress(done, len(files), id)
            self._flush()

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
                self.catalog.restamp(file.id, stamp)
                report.unchanged += 1
            else:
                yield article, stamp

    def _forget(self, id: str) -> bool:
        ids = self.catalog.remove(id)
        self._drop(ids or [])
        return ids is not None

    def _drop(self, ids: list[str]) -> None:
        """Take ids out of Chroma. If that fails they are stale there: dropped on reading, deleted at the next start."""
        chroma = self.dense.chroma
        if chroma is not None and ids:
            try:
                chroma.delete(ids)
            except IndexDamaged as error:
                self._lost(error)

    def _flush(self) -> None:
        """Give Chroma what it does not hold yet. If that fails the rows stay pending and are searched exactly."""
        chroma = self.dense.chroma
        if chroma is None:
            return
        with self.catalog.snapshot() as snapshot:
            ids, _, matrix = snapshot.vectors(self.dense.dimension, pending_only=True)
            details = {d[0]: d[1:] for d in snapshot.details(ids)}
        if not ids:
            return
        try:
            chroma.put([(id, v, *details[id]) for id, v in zip(ids, matrix, strict=True)])
        except IndexDamaged as error:
            self._lost(error)
            return
        self.catalog.settle(ids)

    def _lost(self, error: IndexDamaged) -> None:
        log.warning("Chroma is left alone until the next start, search is exact: %s", error)
        self.detach_chroma()

    def _sample(self, size: int) -> list[tuple[str, Matrix]]:
        with self.catalog.snapshot() as snapshot:
            settled = sorted(set(snapshot.passage_ids()) - set(snapshot.pending()))
            chosen = settled[:: max(1, len(settled) // size)][:size]
            return [(id, p.vector) for id, p in sorted(snapshot.passages(chosen).items())]

    def _reconcile(self, chroma: ChromaVectors, held: set[str]) -> None:
        with self.catalog.snapshot() as snapshot:
            ours = set(snapshot.passage_ids())
        chroma.delete(sorted(held - ours))
        self.catalog.mark_pending(sorted(ours - held))
        self.dense.chroma = chroma
        self._flush()

    def _rebuild_chroma(self) -> None:
        from qa import vectors

        root = self.settings.index
        started = time.monotonic()
        folder = vectors.fresh_folder(root)
        chroma = vectors.ChromaVectors.open(folder)
        with self.catalog.snapshot() as snapshot:
            ids, _, matrix = snapshot.vectors(self.dense.dimension)
            details = {d[0]: d[1:] for d in snapshot.details(ids)}
        chroma.put([(id, v, *details[id]) for id, v in zip(ids, matrix, strict=True)])
        vectors.make_current(root, folder)
        self.catalog.settle(ids)
        self.dense.chroma = chroma
        log.info("Chroma holds %d passages after %.1f s", len(ids), time.monotonic() - started)


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
