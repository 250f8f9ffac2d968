"""The search for what answers a question as it was understood: passages retrieved, their sentences ranked.

What is preferred for another reason than its words comes first.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from qa.answer.evidence.evidence import Ranking, Selector
from qa.answer.evidence.parts import within_story
from qa.answer.evidence.preference.beside import echoes_last, reason_beside
from qa.answer.evidence.preference.corrected import correction_beside, correction_first
from qa.answer.evidence.preference.exceptions import exception_first
from qa.answer.evidence.preference.forms import definition_first, denial_first
from qa.answer.evidence.preference.holders import described_first, holder_first
from qa.answer.evidence.preference.names import checked
from qa.answer.evidence.preference.newest import lead_first, newest_first
from qa.answer.evidence.preference.said import said_before
from qa.answer.evidence.preference.times import by_time
from qa.answer.evidence.preference.together import items_together, rival_shown
from qa.answer.evidence.preference.values import value_first
from qa.answer.evidence.retrieve import TOP, HybridRetriever, reciprocal_rank_fusion
from qa.answer.evidence.signals import Question
from qa.answer.question.conversation import parts_made_whole
from qa.answer.question.subquestions import parts_of
from qa.answer.question.understand import Meaning, spelt_out
from qa.core.lazy import Lazy
from qa.core.priority import Priority
from qa.core.types import Filters, Hit
from qa.index.catalog.snapshot import Snapshot
from qa.index.embedding import SentenceEmbedding
from qa.index.vectors.search import DenseSearch

EMBEDDED = 64  # vectors of questions that are kept: understanding and searching need the same one
Vector = NDArray[np.float32]
Found = tuple[list[Hit], Ranking]


class Seeker:
    """Finds what answers a question in one state of the index. Safe to use from many threads.

    `threshold` is the least confidence at which a question is answered; `rankings` are those that are fused.
    """

    def __init__(
        self,
        dense: DenseSearch,
        embedding: Lazy[SentenceEmbedding],
        selector: Lazy[Selector],
        *,
        priority: Priority,
        threshold: float,
        rankings: Sequence[str],
    ) -> None:
        self._dense = dense
        self._embedding = embedding
        self._selector = selector
        self._priority = priority
        self._threshold = threshold
        self._rankings = rankings
        self._embedded = lru_cache(maxsize=EMBEDDED)(self._encode)

    def embed(self, question: str) -> Vector:
        """Return a question's vector, shape (dimension,), read-only."""
        return self._embedded(question)

    def _encode(self, question: str) -> Vector:
        vector: Vector = self._embedding.get().encode([question])[0]
        vector.flags.writeable = False
        return vector

    def seek(
        self, snapshot: Snapshot, meaning: Meaning, filters: Filters, timings: dict[str, float], top: int
    ) -> tuple[list[Hit], Ranking, tuple[str, ...]]:
        """Rank what answers a question as it was understood, with what is to be said of it.

        A plain question is ranked as it stands.
        """
        question, notes = Question(meaning.text), tuple[str, ...]()
        with self._priority.question():
            found = self.rank(snapshot, question, meaning.forms, filters, top, timings)
            started = time.perf_counter()

            def search(narrowed: Filters, text: str = "") -> Found:
                asked, forms = (Question(text), ()) if text else (question, meaning.forms)
                return self.rank(snapshot, asked, forms, narrowed, top, {})

            if not meaning.plain:
                found = self._spell_out(snapshot, meaning, found, filters, top)
                found = said_before(meaning, found, search)
                found, notes = by_time(meaning, found, search, filters, snapshot)
                found = newest_first(meaning, question, found, search, snapshot)
                found = lead_first(meaning, found)
                found = definition_first(meaning, found)
                found = holder_first(meaning, question, found, search, snapshot)
            found = described_first(question, found)
            found = correction_first(question, value_first(question, echoes_last(question, found)))
            found = exception_first(question, denial_first(question, found))
            found = rival_shown(question, reason_beside(question, found, search))
            hits, ranking = items_together(question, correction_beside(found), search)
            ranking, missing = checked(meaning.text, ranking)
        timings["prefer"] = (time.perf_counter() - started) * 1000
        return hits, ranking, (*notes, *missing)

    def rank(
        self,
        snapshot: Snapshot,
        question: Question,
        forms: Sequence[str],
        filters: Filters,
        top: int,
        timings: dict[str, float],
    ) -> Found:
        """Retrieve passages for a question and its other forms, and rank the sentences of the first TOP of them."""
        clock = [time.perf_counter()]
        vector = self.embed(question.text)
        clock.append(time.perf_counter())
        lists = [self.retrieve(snapshot, question.text, vector, filters, top)]
        lists += [self.retrieve(snapshot, form, self.embed(form), filters, top) for form in forms]
        hits = lists[0] if len(lists) == 1 else _fuse(lists, top)
        clock.append(time.perf_counter())
        selector, best = self._selector.get(), hits[:TOP]
        ranking = Ranking.of(snapshot, question, vector, best, selector)
        texts, together = parts_of(question.text)
        whole = texts if together else parts_made_whole(texts)
        parts = {  # they lean on one another: all are looked for in what the whole question finds
            text: Ranking.of(snapshot, part, self.embed(part.text), best, selector)
            for text, part in zip(texts, map(Question, whole), strict=True)
        }
        if parts and not together:
            ranking, parts = within_story(snapshot, ranking, whole, parts, self._threshold)
        clock.append(time.perf_counter())
        for name, start, end in zip(("embed", "retrieve", "select"), clock, clock[1:], strict=False):
            timings[name] = (end - start) * 1000
        return hits, ranking.with_parts(parts, self._threshold, together)

    def _spell_out(self, snapshot: Snapshot, meaning: Meaning, found: Found, filters: Filters, top: int) -> Found:
        """Return what is found for the question with its acronyms spelt out, where it is not answered as it stands."""
        text = spelt_out(meaning.text, meaning.definitions)
        if meaning.asks_form or text == meaning.text or found[1].sure >= self._threshold:
            return found
        other = self.rank(snapshot, Question(text), (meaning.text, *meaning.forms), filters, top, {})
        return other if other[1].sure > found[1].sure else found

    def retrieve(self, snapshot: Snapshot, question: str, vector: Vector, filters: Filters, top: int) -> list[Hit]:
        """Return the passages that retrieval ranks first."""
        return HybridRetriever(snapshot, self._dense, filters, top=top, rankings=self._rankings).hits(question, vector)


def _fuse(lists: Sequence[Sequence[Hit]], top: int) -> list[Hit]:
    """Fuse the hits of several searches by reciprocal rank; each is the one that the first search has of it."""
    fused = reciprocal_rank_fusion([[hit.passage for hit in hits] for hits in lists])
    first: dict[str, Hit] = {}
    for hit in (hit for hits in lists for hit in hits):
        first.setdefault(hit.passage, hit)
    best = sorted(fused, key=lambda id: (-fused[id], id))[:top]
    return [Hit(id, first[id].article, fused[id], first[id].cosine) for id in best]
