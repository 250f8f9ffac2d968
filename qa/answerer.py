"""From a question, as it was understood, to ranked evidence: searches, reads and prefers.

`QA` and the evaluation ask through it. Knows the catalog's snapshot it is given, nothing of people or routes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa.dense import DenseSearch
from qa.parts import parts_of
from qa.question.conversation import Earlier
from qa.question.facts import Facts
from qa.question.preference import (
    by_time,
    definition_first,
    denial_first,
    lead_first,
    newest_first,
    said_before,
)
from qa.question.premises import checked, less_sure
from qa.question.understand import Meaning, spelt_out, understand
from qa.retrieve import RANKINGS, TOP, HybridRetriever, reciprocal_rank_fusion
from qa.select import Ranking
from qa.selectors import LazySelector
from qa.signals import Question
from qa.snapshot import Snapshot
from qa.turns import Turns
from qa.types import Filters, Hit
from qa.wire import clean_question

Vector = NDArray[np.float32]


class Sought(NamedTuple):
    """The retrieved passages and their sentences, both best first, and what is to be said of them."""

    hits: list[Hit]
    ranking: Ranking
    notes: tuple[str, ...] = ()


SAID = ("meta", "smalltalk", "refusal")  # what is answered without a search
SURE = 0.1  # probability of the reader's best span from which its words stand for the answer
RECALLED = 2  # earlier questions that are answered again for one that leans on them
Said = str | Earlier


class Answerer:
    """Ranks the sentences of the articles for a question."""

    def __init__(
        self,
        dense: DenseSearch,
        embed: Callable[[str], Vector],
        selector: LazySelector,
        turns: Turns,
        threshold: float,
        rankings: Sequence[str] = RANKINGS,
    ) -> None:
        self._dense = dense
        self._embed = embed
        self._selector = selector
        self._turns = turns
        self._threshold = threshold
        self._rankings = rankings

    def seek(
        self, snapshot: Snapshot, meaning: Meaning, filters: Filters, timings: dict[str, float], top: int = TOP
    ) -> Sought:
        """Rank what answers a question as it was understood. A plain question is ranked as it stands."""
        question = Question(meaning.text)
        if meaning.plain:
            found = denial_first(question, self.rank(snapshot, question, filters, timings, top))
            return _premised(meaning, found)
        started = time.perf_counter()
        with self._turns.question():
            found = self._found(snapshot, question, meaning.forms, filters, top)

            def search(narrowed: Filters, text: str = "") -> tuple[list[Hit], Ranking]:
                asked = Question(text) if text else question
                return self._found(snapshot, asked, () if text else meaning.forms, narrowed, top)

            found = self._spelt_out(snapshot, meaning, found, filters, top)
            found = said_before(meaning, found, search)
            found, notes = by_time(meaning, found, search, filters, snapshot)
            found = newest_first(meaning, question, found, search, snapshot)
            found = lead_first(meaning, found)
            found = definition_first(meaning, found)
            found = denial_first(question, found)
        timings["select"] = (time.perf_counter() - started) * 1000
        return _premised(meaning, found, notes)

    def recalled(self, snapshot: Snapshot, history: Sequence[Said], facts: Facts, today: date) -> list[Earlier]:
        """The last earlier questions, each made whole, with what answered them: found again where it is not given."""
        turns: list[Earlier] = []
        for said in history[-RECALLED:]:
            turn = said if isinstance(said, Earlier) else Earlier(said)
            before = list(turns)
            meaning = understand(
                clean_question(turn.question),
                facts,
                today,
                spoken_before=bool(turns),
                history=lambda t=before: t,  # type: ignore[misc]
            )
            whole = replace(turn, question=meaning.text)
            if not turn.sentences and meaning.behaviour not in SAID:
                found = self.seek(snapshot, meaning, Filters(), {}).ranking
                whole = _with_answer(whole, found) if found.sure >= self._threshold / 2 else whole
            turns.append(whole)
        return turns

    def rank(
        self, snapshot: Snapshot, question: Question, filters: Filters, timings: dict[str, float], top: int = TOP
    ) -> tuple[list[Hit], Ranking]:
        """The retrieved passages and all their sentences, both best first, for a question as it stands."""
        clock = [time.perf_counter()]
        with self._turns.question():
            vector = self._embed(question.text)
            clock.append(time.perf_counter())
            hits = self._hits(snapshot, question.text, vector, filters, top)
            clock.append(time.perf_counter())
            ranking = self._ranking(snapshot, question, vector, hits[:TOP])
            clock.append(time.perf_counter())
        for name, start, end in zip(("embed", "retrieve", "select"), clock, clock[1:], strict=False):
            timings[name] = (end - start) * 1000
        return hits, ranking

    def _found(
        self, snapshot: Snapshot, question: Question, forms: Sequence[str], filters: Filters, top: int
    ) -> tuple[list[Hit], Ranking]:
        """As `rank`, with what is found for other forms of the question fused in by rank."""
        vector = self._embed(question.text)
        lists = [self._hits(snapshot, question.text, vector, filters, top)]
        lists += [self._hits(snapshot, form, self._embed(form), filters, top) for form in forms]
        hits = lists[0] if len(lists) == 1 else _fused(lists, top)
        return hits, self._ranking(snapshot, question, vector, hits[:TOP])

    def _spelt_out(
        self, snapshot: Snapshot, meaning: Meaning, found: tuple[list[Hit], Ranking], filters: Filters, top: int
    ) -> tuple[list[Hit], Ranking]:
        """What is found for the question with its acronyms spelt out, where that answers more surely."""
        text = spelt_out(meaning.text, meaning.definitions)
        if meaning.asks_form or text == meaning.text:
            return found
        other = self._found(snapshot, Question(text), meaning.forms, filters, top)
        return other if other[1].sure > found[1].sure else found

    def _hits(self, snapshot: Snapshot, text: str, vector: Vector, filters: Filters, top: int) -> list[Hit]:
        return HybridRetriever(snapshot, self._dense, filters, top=top, rankings=self._rankings).hits(text, vector)

    def _ranking(self, snapshot: Snapshot, question: Question, vector: Vector, found: Sequence[Hit]) -> Ranking:
        selector = self._selector.get()
        ranking = Ranking.of(snapshot, question, vector, found, selector)
        texts, together = parts_of(question.text)
        parts = {  # they lean on one another: all are looked for in what the whole question finds
            part.text: Ranking.of(snapshot, part, self._embed(part.text), found, selector)
            for part in map(Question, texts)
        }
        return ranking.with_parts(parts, self._threshold, together)


def _premised(meaning: Meaning, found: tuple[list[Hit], Ranking], notes: tuple[str, ...] = ()) -> Sought:
    """What was found, less sure where the articles have not what the question names."""
    ranking, missing = checked(meaning.text, less_sure(meaning.understood.corrections, found[1]))
    return Sought(found[0], ranking, (*notes, *missing))


def _with_answer(turn: Earlier, ranking: Ranking) -> Earlier:
    """An earlier question with the sentence that answered it, and its words that do where the reader knows them."""
    best = ranking.evidence[0]
    article, reading = best.candidate.article, best.reading
    answer = article.text[slice(*reading.answer)] if reading is not None and reading.sure >= SURE else ""
    return replace(turn, answer=answer, sentences=(best.candidate.text,), articles=(article.id,))


def _fused(lists: Sequence[Sequence[Hit]], top: int) -> list[Hit]:
    """Hits of several searches, fused by reciprocal rank; each is the one that the first search has of it."""
    fused = reciprocal_rank_fusion([[hit.passage for hit in hits] for hits in lists])
    first: dict[str, Hit] = {}
    for hit in (hit for hits in lists for hit in hits):
        first.setdefault(hit.passage, hit)
    best = sorted(fused, key=lambda id: (-fused[id], id))[:top]
    return [Hit(id, first[id].article, fused[id], first[id].cosine) for id in best]
