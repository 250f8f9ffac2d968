"""Wire the parts, in this one place, and offer the things people do with them.

`QA.open` holds the index for writing. `QA.read` opens it read-only, with exact search and without Chroma.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType

from qa.answer.answerer import Answerer
from qa.answer.evidence.evidence import Selector
from qa.answer.evidence.retrieve import RANKINGS
from qa.answer.evidence.selectors import load_selector
from qa.answer.question.clean import clean_question, make_day, make_parts
from qa.answer.question.conversation import MOST, Earlier, Said
from qa.core.errors import ArticleError, DuplicateArticle, IndexDamaged, IndexIncompatible, StorageError, UnknownArticle
from qa.core.lazy import Lazy
from qa.core.priority import Priority
from qa.core.reports import ArticleSummary, Holdings, Outcome, SyncReport
from qa.core.settings import Settings
from qa.core.types import Answer, Article, Filters, Sentence, SourcePassage
from qa.corpus.folder import Corpus
from qa.index.catalog.catalog import FILE, Catalog
from qa.index.catalog.library import EVERYTHING
from qa.index.embedding import SentenceEmbedding, lazy_embedding
from qa.index.lock import Holder
from qa.index.opening import check_manifest
from qa.index.prepare import make_manifest
from qa.index.vectors.search import DenseSearch
from qa.index.writer import IndexWriter, Progress
from qa.service.adding import asked_from_text, edit, place, place_batch, unknown
from qa.service.batches import Item, batched
from qa.service.examples import Examples
from qa.service.protocol import Service


class QA(Service):
    """Questions to a corpus of articles, answered in their own sentences. Safe to use from many threads."""

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        dense: DenseSearch,
        model: Lazy[SentenceEmbedding],
        index: IndexWriter | None = None,
        selector: Selector | None = None,
        rankings: Sequence[str] = RANKINGS,
    ) -> None:
        self.settings = settings
        self._catalog = catalog
        self._dense = dense
        self._model = model
        self._index = index
        self.answerer = Answerer(
            catalog, dense, model, Lazy(lambda: load_selector(settings.selector), selector),
            priority=index.priority if index else Priority(), threshold=settings.threshold, rankings=rankings,
        )  # fmt: skip
        self._examples = Examples(catalog, self.ask)

    @classmethod
    def open(
        cls,
        home: str | Path | None = None,
        *,
        settings: Settings | None = None,
        model: Lazy[SentenceEmbedding] | None = None,
        command: str = "python",
        rebuild: bool = False,
        selector: Selector | None = None,
        rankings: Sequence[str] = RANKINGS,
    ) -> QA:
        """Hold the index for writing; call `sync` to bring it up to date. Raises IndexHeld, IndexIncompatible."""
        settings = settings or Settings.from_environment(home)
        model = model or lazy_embedding(settings.model)
        index = IndexWriter.open(settings, model.get, command, rebuild=rebuild)
        return cls(settings, index.catalog, index.dense, model, index, selector, rankings)

    @classmethod
    def read(
        cls,
        home: str | Path | None = None,
        *,
        settings: Settings | None = None,
        model: Lazy[SentenceEmbedding] | None = None,
    ) -> QA:
        """Open the index read-only: exact search over the catalog, no lock. Raises IndexDamaged, IndexIncompatible."""
        settings = settings or Settings.from_environment(home)
        path = settings.index / FILE
        if not path.is_file():
            raise IndexDamaged(f"There is no index in {settings.index}. Run: qa index")
        catalog = Catalog.open(path, writable=False)
        manifest = catalog.manifest()
        if not check_manifest(manifest, make_manifest(settings.model, 0)):
            raise IndexIncompatible("The index was made by an older version. Run: qa index")
        return cls(settings, catalog, DenseSearch(manifest.dimension), model or lazy_embedding(settings.model))

    def sync(self, progress: Progress | None = None, only: Collection[str] | None = None) -> SyncReport:
        """Index what changed in `corpus/`, of these ids or of all."""
        return self._writer().sync(progress, only)

    def attach_chroma(self) -> str:
        """Let Chroma answer dense queries, healed first if needed. Returns what was done, in words."""
        return self._writer().attach_chroma()

    def fill_in(self) -> int:
        """Derive what an index that an older version made lacks, while questions are answered. Return of how many."""
        return self._writer().fill_in()

    def announce(self, holder: Holder) -> None:
        """Tell other processes where the service that holds the index answers."""
        self._writer().lock.announce(holder)

    def warm_up(self) -> None:
        """Load the models and run them once, so that the first question waits for nothing."""
        self.answerer.warm_up()
        self.answerer.embed("warm up")

    def ask(
        self,
        question: str,
        filters: Filters | None = None,
        *,
        history: Sequence[Said] = (),
        today: date | str | None = None,
        without: Collection[str] = (),
    ) -> Answer:
        """Answer in the articles' own sentences, or decline. Raises QuestionError, FilterError.

        `history` are the earlier questions, the last one last: texts, or `Earlier` with what they were answered.
        `today` is the day that "yesterday" is counted from. `without` are parts of what is understood that are
        left out: time, corrections, acronyms, context, newest (`Understood` says which there are).
        """
        earlier = [
            replace(s, question=clean_question(s.question)) if isinstance(s, Earlier) else clean_question(s)
            for s in history[-MOST:]
        ]
        day, left_out = make_day(today), make_parts(without)
        return self.answerer.answer(str(clean_question(question)), filters or Filters(), earlier, day, left_out)

    def search(self, question: str, filters: Filters | None = None, k: int = 10) -> list[SourcePassage]:
        """Return the k passages that retrieval ranks first. Raises QuestionError, FilterError."""
        return self.answerer.search(str(clean_question(question)), filters or Filters(), k)

    def add_many(self, items: Iterable[Item], **given: str | None) -> Iterator[Outcome]:
        """Add drafts as they come, in bounded memory, and yield what became of each, in their order."""
        for batch in batched(items):
            yield from place_batch(self._writer(), batch, given)

    def add(
        self, text: str, *, name: str = "", id: str | None = None, markdown: bool = False, **metadata: str | None
    ) -> Outcome:
        """Add a text, with or without front matter; `id` names the article that it replaces.

        `name` is a file name to derive the id from; metadata (title, outlet, url, author, published, language)
        overrides front matter. Raises ArticleError, DuplicateArticle, StorageError.
        """
        [outcome] = place(self._writer(), [asked_from_text(text, markdown, name, Path(name).stem, id, metadata)])
        if outcome.status == "refused":
            raise ArticleError(outcome.message)
        if outcome.status == "duplicate":
            raise DuplicateArticle(outcome.message, outcome.article or "")
        return outcome

    def edit(self, id: str, **changes: str | None) -> Outcome:
        """Change what is known about an article: "" removes a value, None leaves it. Its text and version stay.

        Raises UnknownArticle, ArticleError, StorageError.
        """
        return edit(self._writer(), id, changes)

    def remove(self, id: str) -> Outcome:
        """Remove an article's file and forget it. Raises UnknownArticle, StorageError."""
        index = self._writer()
        with index.change() as change, index.corpus.removing(id) as in_corpus:
            in_index = change.remove(id)
        if not in_corpus and not in_index:
            raise UnknownArticle(unknown(id))
        return Outcome(id, "removed", id)

    def articles(
        self,
        *,
        search: str = "",
        among: Filters = EVERYTHING,
        undated: bool = False,
        order: str = "id",
        descending: bool = False,
        offset: int = 0,
        limit: int | None = None,
    ) -> list[ArticleSummary]:
        """Return rows of the library. `order` is id, title, outlet, published, added or sentences; unknown last."""
        with self._catalog.snapshot() as snapshot:
            return snapshot.summaries(
                search=search, among=among, undated=undated, order=order, descending=descending, offset=offset,
                limit=limit,
            )  # fmt: skip

    def article_count(self, search: str = "", among: Filters = EVERYTHING, undated: bool = False) -> int:
        """Count the rows that `articles` has for a search without a limit."""
        with self._catalog.snapshot() as snapshot:
            return snapshot.summary_count(search, among, undated)

    def later(self, id: str) -> list[Article]:
        """Return the articles of an article's story that were published after it, the newest first."""
        return self.answerer.later(id)

    def holdings(self) -> Holdings:
        """Return what the library holds, by outlet and year."""
        with self._catalog.snapshot() as snapshot:
            return snapshot.holdings()

    def refusals(self) -> dict[str, str]:
        """Return the files of the corpus that are no articles, with the reason, as the last sync found them."""
        with self._catalog.snapshot() as snapshot:
            return {name: reason for name, (_, reason) in snapshot.refused().items()}

    def examples(self, n: int = 4) -> list[str]:
        """Return at most n questions that the articles answer, the surest first."""
        return self._examples.best(n)

    def outlets(self) -> list[str]:
        """Return the outlets of the articles, in order."""
        with self._catalog.snapshot() as snapshot:
            return snapshot.outlets()

    def article(self, id: str) -> tuple[Article, list[Sentence]]:
        """Return an article and its sentences. Raises UnknownArticle."""
        with self._catalog.snapshot() as snapshot:
            article = snapshot.article(id)
            if article is None:
                raise UnknownArticle(unknown(id))
            return article, snapshot.sentences_of(id)

    def file(self, id: str) -> tuple[str, bytes]:
        """Return the name and contents of an article's file in `corpus/`. Raises UnknownArticle."""
        self.article(id)
        path = Corpus(self.settings.corpus).path_of(id)
        if path is not None:
            with contextlib.suppress(FileNotFoundError):  # gone in between
                return path.name, path.read_bytes()
        raise UnknownArticle(unknown(id))

    def status(self) -> dict[str, object]:
        """Return counts, who answers dense queries, and whether the model is loaded."""
        with self._catalog.snapshot() as snapshot:
            counts = snapshot.counts()
        return {**counts, "dense": "chroma" if self._dense.chroma else "exact", "model_loaded": self._model.loaded}

    @property
    def catalog(self) -> Catalog:
        """The catalog, for those who examine and measure."""
        return self._catalog

    @property
    def dense(self) -> DenseSearch:
        """The dense search, for those who examine and measure."""
        return self._dense

    @property
    def read_only(self) -> bool:
        """True when the index was opened for reading."""
        return self._index is None

    def close(self) -> None:
        """Let go of the index."""
        if self._index is not None:
            self._index.close()
        else:
            self._catalog.close()

    def __enter__(self) -> QA:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _writer(self) -> IndexWriter:
        if self._index is None:
            raise StorageError("The index is open for reading only. Stop what holds it, or ask the running service.")
        return self._index
