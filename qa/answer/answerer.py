"""The way from a question to an answer: understood, searched, its sentences ranked, composed.

Service, examples and evaluation go this one way. Knows no files, no conversations and no web.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from qa.answer.compose import source
from qa.answer.evidence.evidence import Ranking, Selector
from qa.answer.evidence.preference.newest import newer_of_story
from qa.answer.evidence.retrieve import RANKINGS, TOP
from qa.answer.evidence.signals import Question
from qa.answer.evidence.story import day_of
from qa.answer.kinds.asking import Asking
from qa.answer.kinds.marks import marked
from qa.answer.kinds.tell import tell
from qa.answer.question.conversation import Earlier, Said
from qa.answer.question.facts import Facts, Vocabulary
from qa.answer.question.kinds.classifier import PLAIN, classifier
from qa.answer.question.kinds.request import Request
from qa.answer.question.times import day_of_reference
from qa.answer.question.understand import Meaning, understand
from qa.answer.replies import answer_of_kind, composed, notes_on_time, results, without_search
from qa.answer.seeker import Seeker, Vector
from qa.core.lazy import Lazy
from qa.core.priority import Priority
from qa.core.types import Answer, Article, Filters, Hit, SourcePassage
from qa.index.catalog.catalog import Catalog
from qa.index.catalog.snapshot import Snapshot
from qa.index.embedding import PackagedEmbedding, SentenceEmbedding
from qa.index.vectors.search import DenseSearch

SAID = ("meta", "smalltalk", "refusal")  # what is answered without a search
SURE = 0.1  # probability of the reader's best span from which its words stand for the answer
RECALLED = 2  # earlier questions that are answered again for one that leans on them
NOTHING = Ranking([], 0.0)


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
        self._embedding = embedding
        self._selector = selector
        self._priority = priority
        self._threshold = threshold
        self._vocabulary: dict[int, Vocabulary] = {}
        self._seeker = Seeker(dense, embedding, selector, priority=priority, threshold=threshold, rankings=rankings)

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
            given = (snapshot, question, history, today, without, len(filters.articles) == 1)
            meaning = self._understand(*given, self._kind_of)
            timings["understand"] = (time.perf_counter() - started) * 1000
            searched = self._understand(*given, lambda _: PLAIN) if meaning.guessed else meaning
            found = self._explain(snapshot, searched, question, filters, timings, top)
            if meaning.guessed and found.answer.declined:
                found = replace(found, answer=without_search(meaning, question))
            notes = found.answer.notes + notes_on_time(snapshot, meaning, today)
        timings["total"] = (time.perf_counter() - started) * 1000
        spent = {name: round(milliseconds, 2) for name, milliseconds in timings.items()}
        return replace(found, answer=replace(found.answer, question=question, notes=notes, timings_ms=spent))

    def search(self, question: str, filters: Filters, k: int) -> list[SourcePassage]:
        """Return the k passages that retrieval ranks first."""
        with self._priority.question(), self._catalog.snapshot() as snapshot:
            hits = self._seeker.retrieve(snapshot, question, self._seeker.embed(question), filters, k)
            return [source(snapshot, hit) for hit in hits]

    def later(self, id: str) -> list[Article]:
        """Return the articles of an article's story that were published after it, the newest first."""
        with self._priority.question(), self._catalog.snapshot() as snapshot:
            article = snapshot.article(id)
            if article is None or not article.published:
                return []
            since = Filters(published_from=str(day_of(article)))
            title = article.shown_title
            hits = self._seeker.retrieve(snapshot, title, self._seeker.embed(title), since, TOP)
            return newer_of_story(snapshot, article, hits)

    def embed(self, question: str) -> Vector:
        """Return a question's vector, shape (dimension,), read-only."""
        return self._seeker.embed(question)

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
        kind_of: Callable[[str], str],
    ) -> Meaning:
        """Return what a question means, in one state of the index."""
        facts = Facts(snapshot, self._vocabulary)
        day = day_of_reference(today, date.today(), facts.period[1])
        return understand(
            text, facts, day, spoken_before=bool(history), without=without, open_article=open_article,
            history=lambda: self._recall(snapshot, history, facts, day), kind_of=kind_of,
        )  # fmt: skip

    def _kind_of(self, question: str) -> str:
        """Return the kind of a question; "plain" with another embedding than the classifier was fitted to."""
        if not isinstance(self._embedding.get(), PackagedEmbedding):
            return PLAIN
        return classifier().kind_of(question, self._seeker.embed(question))

    def _recall(self, snapshot: Snapshot, history: Sequence[Said], facts: Facts, today: date) -> list[Earlier]:
        """Make the last earlier questions whole, each with what answered it: found again where that is not given."""
        turns: list[Earlier] = []
        for said in history[-RECALLED:]:
            turn = said if isinstance(said, Earlier) else Earlier(said)
            before = tuple(turns)
            meaning = understand(turn.question, facts, today, spoken_before=bool(before), history=lambda t=before: t)  # type: ignore[misc]
            whole = replace(turn, question=meaning.text)
            if not turn.sentences and meaning.behaviour not in SAID:
                _, ranking, _ = self._seeker.seek(snapshot, meaning, Filters(), {}, TOP)
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
        hits, ranking, notes = self._seeker.seek(snapshot, meaning, filters, timings, top)
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
        plain = cache(lambda: self._seeker.seek(snapshot, meaning, filters, {}, top))

        def retrieve(text: str, within: Filters) -> list[Hit]:
            return self._seeker.retrieve(snapshot, text, self._seeker.embed(text), within, top)

        def rank(text: str, within: Filters) -> Ranking:
            return self._seeker.rank(snapshot, Question(text), (), within, top, {})[1]

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


def _with_answer(turn: Earlier, ranking: Ranking) -> Earlier:
    """Return an earlier question with the sentence that answered it, and its words where the reader knows them."""
    best = ranking.evidence[0]
    article, reading = best.candidate.article, best.reading
    answer = article.text[slice(*reading.answer)] if reading is not None and reading.sure >= SURE else ""
    return replace(turn, answer=answer, sentences=(best.candidate.text,), articles=(article.id,))
