"""A timeline: one sentence for each day on which a story was told, the oldest first, the day as its label."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import numpy as np

from qa.answer.compose import leans_on_others
from qa.answer.evidence.sameness import says_the_same
from qa.answer.evidence.signals import Question, coverage, term_set
from qa.answer.evidence.story import day_of
from qa.answer.kinds.asking import Asking, Chosen, Told, evidence_of
from qa.answer.kinds.subject import subject_of
from qa.answer.kinds.summary import Told as Sentence
from qa.answer.kinds.summary import sentences_of
from qa.answer.question.kinds.request import phrase
from qa.answer.question.meta import spoken

FEWEST, MOST = 2, 12  # days of a timeline
LEAD = 0.5  # what the first sentence of an article is ahead; it fades with the place
FADES = 2.0  # sentences
LEANING = 0.2  # what a sentence falls back that leans on the one before it
NUMBER = re.compile(r"\d")
UNDATED = "Articles without a date are left out of the timeline."


def timeline(asking: Asking) -> Told | None:
    """Return the story's steps by their days; None where there are not two of them."""
    subject = subject_of(asking, asking.request.about)
    if subject is None or subject.one:
        return None
    dated = [a for a in subject.articles if a.published]
    question, vector = Question(subject.words), asking.embed(subject.words)
    measured = [m.group() for m in phrase("quantity").finditer(subject.words)]
    told = sentences_of(asking.snapshot, dated)
    if measured:
        stems = set().union(*map(term_set, measured))
        told = [t for t in told if NUMBER.search(t.text) and stems & term_set(t.text)]
    worth = {id(t): _worth(t, question, float(t.sentence.vector @ vector), bool(measured)) for t in told}
    best = dict[date, Sentence]()
    for t in sorted(told, key=lambda t: -worth[id(t)]):
        day = day_of(t.article)
        if day is not None and not any(says_the_same(t.text, other.text) for other in best.values()):
            best.setdefault(day, t)
    days = _most(best, worth)
    if len(days) < FEWEST:
        return None
    chosen = [
        Chosen((evidence_of(asking.snapshot, best[d].article, best[d].sentence, worth[id(best[d])]),), spoken(d))
        for d in days
    ]
    notes = (UNDATED,) if len(dated) < len(subject.articles) else ()
    articles = tuple(best[day].article.id for day in days)
    return Told(chosen, subject.sure, notes, "timeline", articles=articles)


def _worth(sentence: Sentence, question: Question, cosine: float, measured: bool) -> float:
    """Return how much a sentence tells of the subject's step; where a quantity is asked for, its place is nothing."""
    share = coverage(question.stems, term_set(sentence.text), question.english_rarity.__getitem__)
    place = 0.0 if measured else LEAD * float(np.exp(-sentence.place / FADES))
    return cosine + share + place - LEANING * leans_on_others(sentence.text)


def _most(best: dict[date, Sentence], worth: dict[int, float]) -> Sequence[date]:
    """Return the days in order; of too many the first, the last and those that tell most between them."""
    days = sorted(best)
    if len(days) <= MOST:
        return days
    between = sorted(days[1:-1], key=lambda d: -worth[id(best[d])])[: MOST - 2]
    return sorted([days[0], *between, days[-1]])
