"""The service: the one place that wires the parts, and the five things people do with it.

`QA.open` holds the index for writing. `QA.read` opens it read-only, with exact search and without Chroma.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from qa.adding import asked_from_draft, asked_from_text, edit, place, place_batch, unknown
from qa.answer import source
from qa.answerer import SAID, Answerer, Said, Sought
from qa.articles import decode
from qa.batches import Item, batched
from qa.catalog import FILE, Catalog
from qa.corpus import Corpus
from qa.dense import DenseSearch
from qa.errors import (
    IndexDamaged,
    IndexIncompatible,
    StorageError,
    UnknownArticle,
)
from qa.examples import Examples
from qa.index import Index, Progress, SyncReport, check_manifest
from qa.indexer import manifest_for
from qa.intake.draft import Draft
from qa.lock import Holder
from qa.model import Model
from qa.question.conversation import Earlier
from qa.question.facts import Facts, Vocabulary
from qa.question.times import day_of_reference
from qa.question.understand import Meaning, understand
from qa.replies import composed, results, without_search
from qa.retrieve import RANKINGS, TOP, HybridRetriever
from qa.select import Ranking, Selector
from qa.selectors import LazySelector
from qa.settings import Settings
from qa.signals import Question
from qa.snapshot import Snapshot
from qa.turns import Turns
from qa.types import Answer, Article, ArticleSummary, Filters, Hit, Outcome, Sentence, SourcePassage
from qa.wire import clean_question, make_day, make_filters


class QA:
    """Questions to a corpus of articles, answered in their own sentences. Safe to use from many threads."""

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        dense: DenseSearch,
        model: Model,
        index: Index | None = None,
        selector: Selector | None = None,
        rankings: Sequence[str] = RANKINGS,
    ) -> None:
        self.settings = settings
        self._catalog = catalog
        self._dense = dense
        self._model = model
        self._index = index
        self._selector = LazySelector(settings.selector, selector)
        self._rankings = rankings
        self._examples = Examples(catalog, self.ask)
        self._turns = index.turns if index else Turns()
        self._answerer = Answerer(dense, self.embed, self._selector, self._turns, settings.threshold, rankings)
        self._vocabulary: dict[int, Vocabulary] = {}

    @classmethod
    def open(
        cls,
        home: str | Path | None = None,
        *,
        settings: Settings | None = None,
        model: Model | None = None,
        command: str = "python",
        rebuild: bool = False,
        selector: Selector | None = None,
        rankings: Sequence[str] = RANKINGS,
    ) -> QA:
        """Hold the index for writing; call `sync` to bring it up to date. Raises IndexHeld, IndexIncompatible."""
        settings = settings or Settings.from_environment(home)
        model = model or Model(settings.model)
        index = Index.open(settings, model.get, command, rebuild=rebuild)
        return cls(settings, index.catalog, index.dense, model, index, selector, rankings)

    @classmethod
    def read(
        cls, home: str | Path | None = None, *, settings: Settings | None = None, model: Model | None = None
    ) -> QA:
        """Open the index read-only: exact search over the catalog, no lock. Raises IndexDamaged, IndexIncompatible."""
        settings = settings or Settings.from_environment(home)
        path = settings.index / FILE
        if not path.is_file():
            raise IndexDamaged(f"There is no index in {settings.index}. Run: qa index")
        catalog = Catalog.open(path, writable=False)
        manifest = catalog.manifest()
        if not check_manifest(manifest, manifest_for(settings.model, 0)):
            raise IndexIncompatible("The index was made by an older version. Run: qa index")
        return cls(settings, catalog, DenseSearch(manifest.dimension), model or Model(settings.model))

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Index what changed in `corpus/`."""
        return self._writer().sync(progress)

    def refresh(self, only: Collection[str] | None = None) -> SyncReport:
        """Index what changed in `corpus/` under the feet of a running service, of these ids or of all."""
        return self._writer().refresh(only)

    def attach_chroma(self) -> str:
        """Let Chroma answer dense queries, healed first if needed. Returns what was done, in words."""
        return self._writer().attach_chroma()

    def announce(self, holder: Holder) -> None:
        """Tell other processes where the service that holds the index answers."""
        self._writer().lock.announce(holder)

    def warm_up(self) -> None:
        """Load the models and run them once, so that the first question waits for nothing."""
        self.embed("warm up")
        self._selector.get()

    def embed(self, question: str) -> NDArray[np.float32]:
        """A question's vector, shape (dimension,)."""
        vector: NDArray[np.float32] = self._model.get().encode([question])[0]
        return vector

    def ask(
        self,
        question: str,
        filters: Filters | None = None,
        *,
        history: Sequence[Said] = (),
        today: date | str | None = None,
    ) -> Answer:
        """Answer in the articles' own sentences, or decline. Raises QuestionError, FilterError.

        `history` are the earlier questions, the last one last: texts, or `Earlier` with what they were answered.
        `today` is the day that "yesterday" is counted from.
        """
        *_, answer = self.stream(question, filters, history=history, today=today)
        return answer

    def stream(
        self,
        question: str,
        filters: Filters | None = None,
        *,
        history: Sequence[Said] = (),
        today: date | str | None = None,
    ) -> Generator[Answer, None, None]:
        """The answer as it grows, a sentence at a time; the last one is what `ask` returns. Raises as `ask`.

        Reads one state of the index from the first to the last: use it up in one thread, or close it.
        """
        text, filters, day = clean_question(question), checked(filters), make_day(today)
        timings = dict[str, float]()
        self._model.get()  # loading is no part of answering
        self._selector.get()
        started = time.perf_counter()
        with self._catalog.snapshot() as snapshot:
            for answer in self.answers(snapshot, text, filters, timings, history=history, today=day):
                total = round((time.perf_counter() - started) * 1000, 2)
                yield replace(answer, question=text, timings_ms={**answer.timings_ms, "total": total})

    def answers(
        self,
        snapshot: Snapshot,
        text: str,
        filters: Filters,
        timings: dict[str, float],
        *,
        history: Sequence[Said] = (),
        today: date | None = None,
    ) -> Iterator[Answer]:
        """What `stream` yields, of one state of the index, for a question that is clean."""
        started = time.perf_counter()
        meaning = self.meaning(snapshot, text, history, today)
        timings["understand"] = (time.perf_counter() - started) * 1000
        if meaning.behaviour in SAID:
            yield without_search(meaning, text)
            return
        if meaning.behaviour == "results" and (listed := results(snapshot, meaning, text, filters)) is not None:
            yield listed
            return
        sought = self._answerer.seek(snapshot, meaning, filters, timings)
        yield from composed(snapshot, meaning, sought, filters, self.settings.threshold, timings)

    def meaning(
        self, snapshot: Snapshot, text: str, history: Sequence[Said] = (), today: date | None = None
    ) -> Meaning:
        """What a question means, in one state of the index."""
        facts = Facts(snapshot, self._vocabulary)
        day = day_of_reference(today, date.today(), facts.period[1])

        def earlier() -> list[Earlier]:
            return self._answerer.recalled(snapshot, history, facts, day)

        return understand(text, facts, day, spoken_before=bool(history), history=earlier)

    def seek(
        self, snapshot: Snapshot, meaning: Meaning, filters: Filters, timings: dict[str, float], top: int = TOP
    ) -> Sought:
        """What is found for a question as it was understood: what `ask` chooses from."""
        return self._answerer.seek(snapshot, meaning, filters, timings, top)

    def rank(
        self, snapshot: Snapshot, question: Question, filters: Filters, timings: dict[str, float], top: int = TOP
    ) -> tuple[list[Hit], Ranking]:
        """The retrieved passages and all their sentences, both best first, of a question as it stands."""
        return self._answerer.rank(snapshot, question, filters, timings, top)

    def search(self, question: str, filters: Filters | None = None, k: int = 10) -> list[SourcePassage]:
        """The k passages that retrieval ranks first. Raises QuestionError, FilterError."""
        text, filters = clean_question(question), checked(filters)
        with self._turns.question(), self._catalog.snapshot() as snapshot:
            vector = self.embed(text)
            hits = HybridRetriever(snapshot, self._dense, filters, top=k, rankings=self._rankings).hits(text, vector)
            return [source(snapshot, hit) for hit in hits]

    def add(
        self, text: str, *, name: str = "", id: str | None = None, markdown: bool = False, **metadata: str | None
    ) -> Outcome:
        """Add an article, or replace the one that `id` names. It is added when its file stands in `corpus/`.

        `name` is a file name to derive the id from; metadata (title, outlet, url, author, published, language)
        overrides front matter. Raises ArticleError, DuplicateArticle, StorageError.
        """
        return place(self._writer(), asked_from_text(text, markdown, name, Path(name).stem, id, metadata))

    def add_bytes(self, data: bytes, *, name: str, id: str | None = None, **metadata: str | None) -> Outcome:
        """Add a file's contents; a name ending in .md or .markdown is Markdown. Raises as `add`."""
        markdown = name.lower().endswith((".md", ".markdown"))
        return self.add(decode(data), name=name, id=id, markdown=markdown, **metadata)

    def add_draft(self, draft: Draft, *, name: str = "", id: str | None = None, **given: str | None) -> Outcome:
        """Add what a parser found; what is `given` overrides it, `name` is for the outcome. Raises as `add`."""
        return place(self._writer(), asked_from_draft(draft, name, id, given))

    def add_many(self, items: Iterable[Item], **given: str | None) -> Iterator[Outcome]:
        """Add drafts as they come, in bounded memory: an outcome for each, in their order, once it is in the corpus and
        answers. What cannot be an article is refused and the rest goes on; what was added stays, wherever this ends.
        Raises StorageError, and ArticleError for what is given.
        """
        for batch in batched(items):
            yield from self.add_batch(batch, **given)

    def add_batch(self, items: Sequence[Item], **given: str | None) -> list[Outcome]:
        """Add one batch of `add_many`, whose caller has the others."""
        return place_batch(self._writer(), items, given)

    def edit(self, id: str, **changes: str | None) -> Outcome:
        """Change what is known about an article: "" removes a value, None leaves it. Its text and version stay.

        Raises UnknownArticle, ArticleError, StorageError.
        """
        return edit(self._writer(), id, changes)

    def remove(self, id: str) -> Outcome:
        """Remove an article's file and forget it. Raises UnknownArticle, StorageError."""
        index = self._writer()
        with index.corpus_lock:
            in_corpus = index.corpus.delete(id)
            in_index = index.remove(id)
        if not in_corpus and not in_index:
            raise UnknownArticle(unknown(id))
        return Outcome(id, "removed", id)

    def articles(
        self,
        *,
        search: str = "",
        order: str = "id",
        descending: bool = False,
        offset: int = 0,
        limit: int | None = None,
    ) -> list[ArticleSummary]:
        """Rows of the library, ordered by id, title, outlet, published, added or sentences; unknown values last."""
        with self._catalog.snapshot() as snapshot:
            return snapshot.summaries(search=search, order=order, descending=descending, offset=offset, limit=limit)

    def article_count(self, search: str = "") -> int:
        """How many rows `articles` has for a search without a limit."""
        with self._catalog.snapshot() as snapshot:
            return snapshot.summary_count(search)

    def refused(self) -> dict[str, str]:
        """Files of the corpus that are no articles, with the reason, as the last sync found them."""
        with self._catalog.snapshot() as snapshot:
            return {name: reason for name, (_, reason) in snapshot.refused().items()}

    def examples(self, n: int = 4) -> list[str]:
        """At most n questions that the articles answer, the surest first."""
        return self._examples.best(n)

    def outlets(self) -> list[str]:
        """The outlets of the articles, in order."""
        with self._catalog.snapshot() as snapshot:
            return snapshot.outlets()

    def article(self, id: str) -> tuple[Article, list[Sentence]]:
        """An article and its sentences. Raises UnknownArticle."""
        with self._catalog.snapshot() as snapshot:
            article = snapshot.article(id)
            if article is None:
                raise UnknownArticle(unknown(id))
            return article, snapshot.sentences_of(id)

    def file(self, id: str) -> tuple[str, bytes]:
        """The name and contents of an article's file in `corpus/`. Raises UnknownArticle."""
        self.article(id)
        path = Corpus(self.settings.corpus).path_of(id)
        if path is not None:
            with contextlib.suppress(FileNotFoundError):  # gone in between
                return path.name, path.read_bytes()
        raise UnknownArticle(unknown(id))

    def status(self) -> dict[str, object]:
        """Counts, who answers dense queries, and whether the model is loaded."""
        with self._catalog.snapshot() as snapshot:
            counts = snapshot.counts()
        return {**counts, "dense": "chroma" if self._dense.chroma else "exact", "model_loaded": self._model.loaded}

    @property
    def catalog(self) -> Catalog:
        return self._catalog

    @property
    def dense(self) -> DenseSearch:
        return self._dense

    @property
    def index(self) -> Index | None:
        """The writer's side; None when the index is open for reading only."""
        return self._index

    def close(self) -> None:
        if self._index is not None:
            self._index.close()
        else:
            self._catalog.close()

    def __enter__(self) -> QA:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _writer(self) -> Index:
        if self._index is None:
            raise StorageError("The index is open for reading only. Stop what holds it, or ask the running service.")
        return self._index


def checked(filters: Filters | None) -> Filters:
    """The filters, once each value is known to be usable. Raises FilterError."""
    given = filters or Filters()
    return make_filters(given.outlets, given.articles, given.published_from, given.published_to)
