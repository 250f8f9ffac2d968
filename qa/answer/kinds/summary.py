"""Central and diverse sentences of some articles, over the sentence vectors that are stored.

LexRank (Erkan and Radev 2004) in its form with a query (Otterbacher et al. 2005) says how central a sentence is:
a walk over the sentences, from one to those like it, that begins again at those like the subject. Maximal marginal
relevance (Carbonell and Goldstein 1998) takes one after the other, so that none repeats another. News tells the main
thing first, so a sentence's place counts too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.answer.compose import leans_on_others
from qa.answer.evidence.furniture import role_of
from qa.answer.evidence.signals import Question, coverage, term_set
from qa.core.types import Article
from qa.index.catalog.snapshot import Snapshot, StoredSentence

Vector = NDArray[np.float32]
Matrix = NDArray[np.float64]

RESTART = 0.25  # of the walk's steps begin anew; the rest go on to a sentence that is like the last
LIKE = 0.15  # cosine from which two sentences are like each other at all
STEPS = 40
LEAD = 0.8  # what the first sentence of an article is ahead, of the most central one's score; it fades with the place
FADES = 3.0  # sentences
SAID = 0.4  # what a sentence is ahead that has all of the subject's words
LEANING = 0.6  # what is left of the score of a sentence that leans on the one before it
NEW = 0.7  # how much relevance counts against repetition
COMPARED = 800  # sentences that are compared with one another, which costs the square of it: a book has many thousands
OPENING = 10  # sentences of a long article that are among them whatever they say
SHORTEST = 5  # words of a sentence that tells something
_ENDS = re.compile(r"[.!?…][\"”’')\]]*$")


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of an article that may tell its part, and how central it is."""

    article: Article
    sentence: StoredSentence
    place: int  # among the sentences of its article that tell something
    score: float = 0.0

    @property
    def text(self) -> str:
        return self.article.text[self.sentence.span.start : self.sentence.span.end]


def sentences_of(snapshot: Snapshot, articles: Sequence[Article]) -> list[Told]:
    """Return the sentences of the articles that tell something: no headings, bylines, questions or scraps."""
    out = list[Told]()
    for article in articles:
        place = 0
        for sentence in snapshot.stored_sentences_of(article.id):
            if _tells(article, sentence):
                out.append(Told(article, sentence, place))
                place += 1
    return out


def _tells(article: Article, sentence: StoredSentence) -> bool:
    """Return True if a sentence tells something by itself."""
    span = sentence.span
    said = article.text[span.start : span.end].strip()
    if span.boilerplate or len(said.split()) < SHORTEST or said.endswith("?") or _ENDS.search(said) is None:
        return False
    return not role_of(article, span.start, span.end)


def keep_nearest(told: Sequence[Told], subject: Vector | None, most: int) -> list[Told]:
    """Return at most about that many of the sentences, in their order, of each article as many as of any other.

    Of an article that has more these are its first ones and those most like the subject, or like all of it.
    """
    of_each = dict[str, list[Told]]()
    for t in told:
        of_each.setdefault(t.article.id, []).append(t)
    share = max(OPENING, most // max(1, len(of_each)))
    if len(told) <= most or all(len(own) <= share for own in of_each.values()):
        return list(told)
    kept = set[int]()
    for own in of_each.values():
        vectors = np.array([t.sentence.vector for t in own])
        like = vectors @ (subject if subject is not None else _mean(vectors))
        order = sorted(range(len(own)), key=lambda i: (i >= OPENING, -like[i], i))
        kept.update(id(own[i]) for i in order[:share])
    return [t for t in told if id(t) in kept]


def central(told: Sequence[Told], subject: Vector | None) -> Matrix:
    """Return how central each sentence is, the most central 1: to the others and to the subject, where there is one."""
    vectors = np.array([t.sentence.vector for t in told], np.float64)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, 0.0)
    alike[alike < LIKE] = 0.0
    steps = alike / np.maximum(alike.sum(axis=1, keepdims=True), 1e-9)
    toward = vectors @ (subject if subject is not None else _mean(vectors))
    start = np.maximum(toward, 0.0) + 1e-9
    start /= start.sum()
    walk = start
    for _ in range(STEPS):
        walk = RESTART * start + (1 - RESTART) * (steps.T @ walk)
    return np.asarray(walk / walk.max())


def _mean(vectors: Matrix) -> Matrix:
    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9))


def choose(told: Sequence[Told], subject: Vector | None, words: str, most: int) -> list[Told]:
    """Choose the sentences that tell most of what all of them tell, and have the subject's words, in reading order.

    Every article has its turn before another has its second one, the newest of them first.
    """
    if not told:
        return []
    told = keep_nearest(told, subject, COMPARED)
    scores, asked = central(told, subject), Question(words)
    for i, t in enumerate(told):
        scores[i] += SAID * coverage(asked.stems, term_set(t.text), asked.english_rarity.__getitem__)
        scores[i] += LEAD * np.exp(-t.place / FADES)
        if leans_on_others(t.text):
            scores[i] *= LEANING
    vectors = np.array([t.sentence.vector for t in told])
    newest = told[-1].article.id
    turns = dict.fromkeys((t.article.id for t in told), 0)
    chosen = list[int]()
    nearest = np.zeros(len(told))
    while len(chosen) < min(most, len(told)):
        fewest = min(turns[told[i].article.id] for i in range(len(told)) if i not in chosen)
        free = [i for i in range(len(told)) if i not in chosen and turns[told[i].article.id] == fewest]
        if not chosen:
            free = [i for i in free if told[i].article.id == newest]
        best = max(free, key=lambda i: (NEW * scores[i] - (1 - NEW) * nearest[i], -i))
        chosen.append(best)
        turns[told[best].article.id] += 1
        nearest = np.maximum(nearest, vectors @ vectors[best])
    return [told[i] for i in sorted(chosen)]
