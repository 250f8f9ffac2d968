"""The way from a question to an answer: understood, searched, its sentences ranked, composed.

Service, examples and evaluation go this one way. Knows no files, no conversations and no web.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from qa.answer.compose import source
from qa.answer.evidence.evidence import Ranking, Selector
from qa.answer.evidence.parts import within_story
from qa.answer.evidence.preference.beside import echoes_last, reason_beside
from qa.answer.evidence.preference.corrected import correction_first
from qa.answer.evidence.preference.exceptions import exception_first
from qa.answer.evidence.preference.forms import definition_first, denial_first
from qa.answer.evidence.preference.holders import described_first, holder_first
from qa.answer.evidence.preference.names import checked
from qa.answer.evidence.preference.newest import lead_first, newer_of_story, newest_first
from qa.answer.evidence.preference.said import said_before
from qa.answer.evidence.preference.times import by_time
from qa.answer.evidence.preference.together import items_together, rival_shown
from qa.answer.evidence.preference.values import value_first
from qa.answer.evidence.retrieve import RANKINGS, TOP, HybridRetriever, reciprocal_rank_fusion
from qa.answer.evidence.signals import Question
from qa.answer.evidence.story import day_of
from qa.answer.kinds.asking import Asking
from qa.answer.kinds.marks import marked
from qa.answer.kinds.tell import tell
from qa.answer.question.conversation import Earlier, Said, parts_made_whole
from qa.answer.question.facts import Facts, Vocabulary
from qa.answer.question.kinds.classifier import PLAIN, classifier
from qa.answer.question.kinds.request import Request
from qa.answer.question.subquestions import parts_of
from qa.answer.question.times import day_of_reference
from qa.answer.question.understand import Meaning, spelt_out, understand
from qa.answer.replies import answer_of_kind, composed, notes_on_time, results, without_search
from qa.core.lazy import Lazy
from qa.core.priority import Priority
from qa.core.types import Answer, Article, Filters, Hit, SourcePassage
from qa.index.catalog.catalog import Catalog
from qa.index.catalog.snapshot import Snapshot
from qa.index.embedding import PackagedEmbedding, SentenceEmbedding
from qa.index.vectors.search import DenseSearch

SAID = ("meta", "smalltalk", "refusal")  # what is answered without a search
SURE = 0.1  # probability of the reader's best span from which its words stand for the answer
EMBEDDED = 64  # vectors of questions that are kept: understanding and searching need the same one
RECALLED = 2  # earlier questions that are answered again for one that leans on them
NOTHING = Ranking([], 0.0)
Vector = NDArray[np.float32]
Found = tuple[list[Hit], Ranking]


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
        self._vocabulary: dict[int, Vocabulary] = {}
        self._embedded = lru_cache(maxsize=EMBEDDED)(self._encode)

    def answer(
        self,
        question: str,
        filters: Filters,
        history: Sequence[Said] = (),
        today: date | None = None,
        without: Collection[str] = (),
    ) -> Answer:
        """Answer in the articles' own sentences, or decline.

        `history` are the earlier questions, the last one last; `today` is the day that "yesterday" is counted from;
        `without` are parts of what is understood that are left out (qa.core.parts).
        """
        return self.explain(question, filters, history, today, without=without).answer

    def explain(
        self,
        question: str,
        filters: Filters,
        history: Sequence[Said] = (),
        today: date | None = None,
        top: int = TOP,
        without: Collection[str] = (),
    ) -> Explained:
        """Answer, and keep what the answer was chosen from; at least `top` passages are retrieved."""
        self.warm_up()  # loading is no part of answering
        timings, started = dict[str, float](), time.perf_counter()
        with self._catalog.snapshot() as snapshot:
            meaning = self._understand(snapshot, question, history, today, without, len(filters.articles) == 1)
            timings["understand"] = (time.perf_counter() - started) * 1000
            found = self._explain(snapshot, meaning, question, filters, timings, top)
            notes = found.answer.notes + notes_on_time(snapshot, meaning, today)
        timings["total"] = (time.perf_counter() - started) * 1000
        spent = {name: round(milliseconds, 2) for name, milliseconds in timings.items()}
        return replace(found, answer=replace(found.answer, question=question, notes=notes, timings_ms=spent))

    def search(self, question: str, filters: Filters, k: int) -> list[SourcePassage]:
        """Return the k passages that retrieval ranks first."""
        with self._priority.question(), self._catalog.snapshot() as snapshot:
            hits = self._retrieve(snapshot, question, self.embed(question), filters, k)
            return [source(snapshot, hit) for hit in hits]

    def later(self, id: str) -> list[Article]:
        """Return the articles of an article's story that were published after it, the newest first."""
        with self._priority.question(), self._catalog.snapshot() as snapshot:
            article = snapshot.article(id)
            if article is None or not article.published:
                return []
            since = Filters(published_from=str(day_of(article)))
            title = article.shown_title
            hits = self._retrieve(snapshot, title, self.embed(title), since, TOP)
            return newer_of_story(snapshot, article, hits)

    def embed(self, question: str) -> Vector:
        """Return a question's vector, shape (dimension,), read-only."""
        return self._embedded(question)

    def _encode(self, question: str) -> Vector:
        vector: Vector = self._embedding.get().encode([question])[0]
        vector.flags.writeable = False
        return vector

    def warm_up(self) -> None:
        """Load the models. Raises ModelUnavailable."""
        self._embedding.get()
        self._selector.get()

    def _understand(
        self,
        snapshot: Snapshot,
        text: str,
        history: Sequence[Said],
        today: date | None,
        without: Collection[str],
        open_article: bool,
    ) -> Meaning:
        """Return what a question means, in one state of the index."""
        facts = Facts(snapshot, self._vocabulary)
        day = day_of_reference(today, date.today(), facts.period[1])
        return understand(
            text, facts, day, spoken_before=bool(history), without=without, open_article=open_article,
            history=lambda: self._recall(snapshot, history, facts, day), kind_of=self._kind_of,
        )  # fmt: skip

    def _kind_of(self, question: str) -> str:
        """Return the kind of a question; "plain" with another embedding than the classifier was fitted to."""
        if not isinstance(self._embedding.get(), PackagedEmbedding):
            return PLAIN
        return classifier().kind_of(question, self.embed(question))

    def _recall(self, snapshot: Snapshot, history: Sequence[Said], facts: Facts, today: date) -> list[Earlier]:
        """Make the last earlier questions whole, each with what answered it: found again where that is not given."""
        turns: list[Earlier] = []
        for said in history[-RECALLED:]:
            turn = said if isinstance(said, Earlier) else Earlier(said)
            before = tuple(turns)
            meaning = understand(turn.question, facts, today, spoken_before=bool(before), history=lambda t=before: t)  # type: ignore[misc]
            whole = replace(turn, question=meaning.text)
            if not turn.sentences and meaning.behaviour not in SAID:
                _, ranking, _ = self._seek(snapshot, meaning, Filters(), {}, TOP)
                whole = (
                    _with_answer(whole, ranking) if ranking.evidence and ranking.sure >= self._threshold / 2 else whole
                )
            turns.append(whole)
        return turns

    def _explain(
        self, snapshot: Snapshot, meaning: Meaning, question: str, filters: Filters, timings: dict[str, float], top: int
    ) -> Explained:
        if meaning.behaviour in SAID:
            return Explained(without_search(meaning, question), (), NOTHING)
        if meaning.behaviour == "results" and (listed := results(snapshot, meaning, question, filters)) is not None:
            return Explained(listed, (), NOTHING)
        if meaning.request is not None:
            told = self._tell(snapshot, meaning, meaning.request, filters, timings, top)
            if told is not None:
                return told
        hits, ranking, notes = self._seek(snapshot, meaning, filters, timings, top)
        composing = time.perf_counter()
        answer = composed(snapshot, meaning, hits, ranking, notes, filters, self._threshold)
        if "kind" not in meaning.understood.without:
            answer = marked(snapshot, meaning.text, answer)
        timings["answer"] = (time.perf_counter() - composing) * 1000
        return Explained(answer, tuple(hits), ranking)

    def _tell(
        self,
        snapshot: Snapshot,
        meaning: Meaning,
        request: Request,
        filters: Filters,
        timings: dict[str, float],
        top: int,
    ) -> Explained | None:
        """Return the answer of the kind that a question asks for; None where a plain one serves better."""
        started = time.perf_counter()
        plain = cache(lambda: self._seek(snapshot, meaning, filters, {}, top))

        def retrieve(text: str, within: Filters) -> list[Hit]:
            return self._retrieve(snapshot, text, self.embed(text), within, top)

        def rank(text: str, within: Filters) -> Ranking:
            return self._rank(snapshot, Question(text), (), within, top, {})[1]

        asking = Asking(
            snapshot, meaning, request, filters, self._threshold, retrieve, rank, lambda: plain()[1], self.embed
        )
        told = tell(asking)
        if told is None:
            return None
        hits = plain()[0] if plain.cache_info().currsize else retrieve(meaning.text, filters)
        answer = answer_of_kind(snapshot, asking, told, hits)
        timings["kind"] = (time.perf_counter() - started) * 1000
        return Explained(answer, tuple(hits), Ranking([chosen.evidence[0] for chosen in told.chosen], told.sure))

    def _seek(
        self, snapshot: Snapshot, meaning: Meaning, filters: Filters, timings: dict[str, float], top: int
    ) -> tuple[list[Hit], Ranking, tuple[str, ...]]:
        """Rank what answers a question as it was understood, with what is to be said of it.

        A plain question is ranked as it stands.
        """
        question, notes = Question(meaning.text), tuple[str, ...]()
        with self._priority.question():
            found = self._rank(snapshot, question, meaning.forms, filters, top, timings)
            started = time.perf_counter()

            def search(narrowed: Filters, text: str = "") -> Found:
                asked, forms = (Question(text), ()) if text else (question, meaning.forms)
                return self._rank(snapshot, asked, forms, narrowed, top, {})

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
            hits, ranking = items_together(question, found, search)
            ranking, missing = checked(meaning.text, ranking)
        timings["prefer"] = (time.perf_counter() - started) * 1000
        return hits, ranking, (*notes, *missing)

    def _rank(
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
        lists = [self._retrieve(snapshot, question.text, vector, filters, top)]
        lists += [self._retrieve(snapshot, form, self.embed(form), filters, top) for form in forms]
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
        other = self._rank(snapshot, Question(text), (meaning.text, *meaning.forms), filters, top, {})
        return other if other[1].sure > found[1].sure else found

    def _retrieve(self, snapshot: Snapshot, question: str, vector: Vector, filters: Filters, top: int) -> list[Hit]:
        return HybridRetriever(snapshot, self._dense, filters, top=top, rankings=self._rankings).hits(question, vector)


def _with_answer(turn: Earlier, ranking: Ranking) -> Earlier:
    """Return an earlier question with the sentence that answered it, and its words where the reader knows them."""
    best = ranking.evidence[0]
    article, reading = best.candidate.article, best.reading
    answer = article.text[slice(*reading.answer)] if reading is not None and reading.sure >= SURE else ""
    return replace(turn, answer=answer, sentences=(best.candidate.text,), articles=(article.id,))


def _fuse(lists: Sequence[Sequence[Hit]], top: int) -> list[Hit]:
    """Fuse the hits of several searches by reciprocal rank; each is the one that the first search has of it."""
    fused = reciprocal_rank_fusion([[hit.passage for hit in hits] for hits in lists])
    first: dict[str, Hit] = {}
    for hit in (hit for hits in lists for hit in hits):
        first.setdefault(hit.passage, hit)
    best = sorted(fused, key=lambda id: (-fused[id], id))[:top]
    return [Hit(id, first[id].article, fused[id], first[id].cosine) for id in best]
