"""The way from a question to an answer: embedded, retrieved, its sentences ranked, composed.

Service, examples and evaluation go this one way. Knows no files, no conversations and no web.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qa.answer.compose import compose, source
from qa.answer.evidence.evidence import Ranking, Selector
from qa.answer.evidence.retrieve import RANKINGS, TOP, HybridRetriever
from qa.answer.evidence.signals import Question
from qa.answer.question.subquestions import parts_of
from qa.core.lazy import Lazy
from qa.core.priority import Priority
from qa.core.types import Answer, Filters, Hit, SourcePassage
from qa.index.catalog.catalog import Catalog
from qa.index.catalog.snapshot import Snapshot
from qa.index.embedding import SentenceEmbedding
from qa.index.vectors.search import DenseSearch

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Explained:
    """An answer with what it was chosen from: the retrieved passages and all their sentences, both best first."""

    answer: Answer
    hits: tuple[Hit, ...]
    ranking: Ranking


class Answerer:
    """Answers questions over one catalog. Safe to use from many threads; `priority` lets a few be worked on at a time.

    `threshold` is the least confidence at which a question is answered; `rankings` leaves one out for ablations.
    """

    def __init__(
        self,
        catalog: Catalog,
        dense: DenseSearch,
        embedding: Lazy[SentenceEmbedding],
        selector: Lazy[Selector],
        *,
        priority: Priority,
        threshold: float,
        rankings: Sequence[str] = RANKINGS,
    ) -> None:
        self._catalog = catalog
        self._dense = dense
        self._embedding = embedding
        self._selector = selector
        self._priority = priority
        self._threshold = threshold
        self._rankings = rankings

    def answer(self, question: str, filters: Filters) -> Answer:
        """Answer in the articles' own sentences, or decline."""
        return self.explain(question, filters).answer

    def explain(self, question: str, filters: Filters, top: int = TOP) -> Explained:
        """Answer, and keep what the answer was chosen from; at least `top` passages are retrieved."""
        self.warm_up()  # loading is no part of answering
        asked, timings, started = Question(question), dict[str, float](), time.perf_counter()
        with self._catalog.snapshot() as snapshot:
            hits, ranking = self._rank(snapshot, asked, filters, timings, top)
            composing = time.perf_counter()
            answer = compose(snapshot, asked, ranking, hits, filters, self._threshold)
        ended = time.perf_counter()
        timings |= {"answer": (ended - composing) * 1000, "total": (ended - started) * 1000}
        spent = {name: round(milliseconds, 2) for name, milliseconds in timings.items()}
        return Explained(replace(answer, timings_ms=spent), tuple(hits), ranking)

    def search(self, question: str, filters: Filters, k: int) -> list[SourcePassage]:
        """Return the k passages that retrieval ranks first."""
        with self._priority.question(), self._catalog.snapshot() as snapshot:
            hits = self._retrieve(snapshot, question, self.embed(question), filters, k)
            return [source(snapshot, hit) for hit in hits]

    def embed(self, question: str) -> Vector:
        """Return a question's vector, shape (dimension,)."""
        vector: Vector = self._embedding.get().encode([question])[0]
        return vector

    def warm_up(self) -> None:
        """Load the models. Raises ModelUnavailable."""
        self._embedding.get()
        self._selector.get()

    def _rank(
        self, snapshot: Snapshot, question: Question, filters: Filters, timings: dict[str, float], top: int
    ) -> tuple[list[Hit], Ranking]:
        """Retrieve passages, and rank the sentences of the first TOP of them for the question and its sub-questions."""
        clock = [time.perf_counter()]
        with self._priority.question():
            vector = self.embed(question.text)
            clock.append(time.perf_counter())
            hits = self._retrieve(snapshot, question.text, vector, filters, top)
            clock.append(time.perf_counter())
            selector, found = self._selector.get(), hits[:TOP]
            ranking = Ranking.of(snapshot, question, vector, found, selector)
            texts, together = parts_of(question.text)
            parts = {  # they lean on one another: all are looked for in what the whole question finds
                part.text: Ranking.of(snapshot, part, self.embed(part.text), found, selector)
                for part in map(Question, texts)
            }
            ranking = ranking.with_parts(parts, self._threshold, together)
            clock.append(time.perf_counter())
        for name, start, end in zip(("embed", "retrieve", "select"), clock, clock[1:], strict=False):
            timings[name] = (end - start) * 1000
        return hits, ranking

    def _retrieve(self, snapshot: Snapshot, question: str, vector: Vector, filters: Filters, top: int) -> list[Hit]:
        return HybridRetriever(snapshot, self._dense, filters, top=top, rankings=self._rankings).hits(question, vector)
