"""Evidence: every sentence of the retrieved passages, scored against the question.

The seam for a trained model: anything with `Selector`'s one method can take this place. The one here, the first
stage, is linear over five signals whose weights were fitted before there was a reader (a listwise loss over training
questions; `training/calibrate.py` prints what they would be today); the others are in `evidence/selectors.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from qa.answer.evidence.calibration import Calibration, first_stage
from qa.answer.evidence.furniture import AHEAD_OF_TEXT, facts_only, role_of
from qa.answer.evidence.pairs import Shown
from qa.answer.evidence.reader import Reading
from qa.answer.evidence.signals import Question, coverage, smoothed_rarity, term_set
from qa.core.types import Article, Hit
from qa.corpus.words import words
from qa.index.catalog.snapshot import Snapshot, StoredPassage, StoredSentence

Vector = NDArray[np.float32]

APART = 20.0  # of scores: no sentence so far below the best is likely beside it


@dataclass(frozen=True, slots=True)
class Score:
    """`value` orders the candidates of one question, higher is better; `reading` is None where nothing was read.

    `calibration` says what confidence the signals of the candidate mean.
    """

    value: float
    reading: Reading | None = None
    calibration: Calibration = field(default_factory=first_stage)


class Selector(Protocol):
    """Scores candidates: one score a candidate, in their order."""

    def score(self, question: Question, candidates: Sequence[Candidate]) -> list[Score]: ...


@dataclass(frozen=True)
class Candidate:
    """A sentence that may answer, with what stands around it. `cosine` is to the question.

    `nearby` holds the terms of the title and of the sentences before and after, `around` those of the whole passage;
    `shown` is the passage as a reader sees it.
    """

    article: Article
    sentence: StoredSentence
    nearby: frozenset[str]
    around: frozenset[str]
    hit: Hit
    cosine: float
    corpus_coverage: float
    context_coverage: float
    passage_coverage: float
    shown: Shown

    @cached_property
    def text(self) -> str:
        return self.article.text[self.sentence.span.start : self.sentence.span.end]

    def ranking_signals(self, question: Question) -> dict[str, float]:
        """Return the signals that order the sentences of one question."""
        return {
            "similarity": self.cosine,
            "coverage": self.corpus_coverage,
            "context": self.context_coverage,
            "passage": self.passage_coverage,
            "in_kind": question.answered_in_kind(self.text),
        }

    def own_signals(self, question: Question) -> dict[str, float]:
        """Return the signals that the confidence is made of: nothing in here knows the corpus."""
        near = term_set(self.text) | self.nearby
        names = question.names
        return {
            "similarity": self.cosine,
            "nearby_words": coverage(question.stems, near, question.english_rarity.__getitem__),
            "names_missing": len(names - self.around) / len(names) if names else 0.0,
            "in_kind": question.answered_in_kind(self.text),
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """A scored candidate."""

    candidate: Candidate
    score: float
    reading: Reading | None = None
    calibration: Calibration = field(default_factory=first_stage)

    @property
    def place(self) -> tuple[str, int]:
        """Article and number of the sentence."""
        return self.candidate.article.id, self.candidate.sentence.n

    def signals(self, question: Question) -> dict[str, float]:
        """Return the candidate's own signals and, where the reader has read it, what the reader found."""
        own = self.candidate.own_signals(question)
        return own if self.reading is None else {**own, "reading": self.reading.score, "sure": self.reading.sure}

    def confidence(self, question: Question, absent: bool = False) -> float:
        """Estimate the probability, 0 to 1, that it answers; `absent` as in `Calibration.estimate_confidence`."""
        return self.calibration.estimate_confidence(self.signals(question), absent)


class LinearSelector:
    """A weighted sum of signals. A calibration that ranks by fewer of them is an ablation."""

    def __init__(self, calibration: Calibration | None = None) -> None:
        self._calibration = calibration or first_stage()

    def score(self, question: Question, candidates: Sequence[Candidate]) -> list[Score]:
        return [Score(self._calibration.score(candidate.ranking_signals(question))) for candidate in candidates]


def gather(snapshot: Snapshot, question: Question, vector: Vector, hits: Sequence[Hit]) -> list[Candidate]:
    """Return the sentences of the retrieved passages as candidates, boilerplate left out, in the order of the hits."""
    stored = snapshot.passages([hit.passage for hit in hits])
    rarity = smoothed_rarity(snapshot.passage_count(), snapshot.passages_with(question.stems))
    articles: dict[int, Article] = {}
    seen: set[tuple[int, int]] = set()
    out: list[Candidate] = []
    for hit in hits:
        passage = stored[hit.passage]
        if passage.article not in articles:
            articles[passage.article] = snapshot.article_by_key(passage.article)
        article = articles[passage.article]
        around = snapshot.sentences(passage.article, max(0, passage.first - 1), passage.last + 1)
        present = [term_set(article.text[s.span.start : s.span.end]) for s in around]
        title = term_set(article.title) if article.title else frozenset()
        whole = title.union(*present)
        shown = _shown(article, passage, around)
        last = passage.last + _ends_in_heading(article, passage, around)
        for i, sentence in enumerate(around):
            key = (passage.article, sentence.n)
            if key in seen or sentence.span.boilerplate or not passage.first <= sentence.n < last:
                continue
            seen.add(key)
            if _is_title(article, sentence):
                continue
            nearby = title.union(*present[max(0, i - 1) : i], *present[i + 1 : i + 2])
            out.append(
                Candidate(
                    article, sentence, nearby, whole, hit, float(sentence.vector @ vector),
                    coverage(question.stems, present[i], rarity),
                    coverage(question.stems, present[i] | nearby, rarity),
                    coverage(question.stems, whole, rarity),
                    shown,
                )
            )  # fmt: skip
    return out


def _ends_in_heading(article: Article, passage: StoredPassage, around: Sequence[StoredSentence]) -> bool:
    """Return True if what the passage's last sentence is about stands behind the passage."""
    last = next((s.span for s in around if s.n == passage.last - 1), None)
    return last is not None and role_of(article, last.start, last.end) in AHEAD_OF_TEXT


def _is_title(article: Article, sentence: StoredSentence) -> bool:
    """Return True if the sentence only repeats the title, which stands beside every citation anyway."""
    said = article.text[sentence.span.start : sentence.span.end]
    return bool(article.title) and words(said) == words(article.title or "")


def _shown(article: Article, passage: StoredPassage, around: Sequence[StoredSentence]) -> Shown:
    inside = [s.span for s in around if passage.first <= s.n < passage.last]
    spans = ((max(s.start, passage.start), min(s.end, passage.end)) for s in inside)
    moved = tuple((a - passage.start, b - passage.start) for a, b in spans)
    return Shown(article.title or "", article.text[passage.start : passage.end], moved, passage.first, passage.start)


def rank(question: Question, candidates: Sequence[Candidate], selector: Selector) -> list[Evidence]:
    """Score candidates and sort them, best first; ties in the order of article and position."""
    scores = selector.score(question, candidates)
    evidence = [Evidence(c, s.value, s.reading, s.calibration) for c, s in zip(candidates, scores, strict=True)]
    return sorted(evidence, key=lambda e: (-e.score, e.candidate.article.id, e.candidate.sentence.n))


@dataclass(frozen=True, slots=True)
class Ranking:
    """Evidence of one question, best first, and how likely it is that the best of it answers, 0 to 1.

    `absent`: years and countries of the question that no article found mentions; `unanswered`: the parts of the
    question that nothing answers well enough, where others are answered.
    """

    evidence: list[Evidence]
    sure: float
    absent: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, snapshot: Snapshot, question: Question, vector: Vector, hits: Sequence[Hit], selector: Selector
    ) -> Ranking:
        """Rank the sentences of the hits for one question."""
        evidence = facts_only(question, rank(question, gather(snapshot, question, vector, hits), selector))
        absent = question.premises.absent({e.candidate.article.id: e.candidate.article for e in evidence}.values())
        sure = evidence[0].confidence(question, bool(absent)) if evidence else 0.0
        return cls(evidence, sure, absent)

    def with_parts(self, parts: Mapping[str, Ranking], threshold: float, together: bool = False) -> Ranking:
        """Put first what answers a part of the question well enough; all of that is likely to be chosen.

        The whole's own choice stays beside it where it is good enough too. The confidence is that of the least sure.
        `parts`: their texts, and what was ranked for them; `together`: they count only where all of them are answered.
        """
        left = tuple(text for text, p in parts.items() if not p.evidence or p.sure < threshold)
        found = [p for text, p in parts.items() if text not in left]
        if not found or (together and left):
            return self
        top = self.evidence[0].score + (0.0 if self.sure >= threshold else APART)
        best = {p.evidence[0].place: replace(p.evidence[0], score=top) for p in found}
        evidence = [*best.values(), *(e for e in self.evidence if e.place not in best)]
        absent = tuple(dict.fromkeys(written for ranking in (self, *found) for written in ranking.absent))
        return Ranking(evidence, min(p.sure for p in found), absent, left)
