"""A timeline: one sentence for each day on which a story was told, the oldest first, the day as its label.

Where it was not told over several days, the days are those that the sentences name: "In 1964 ...", "June 1914: ...".
"""

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
from qa.answer.kinds.subject import Subject, subject_of
from qa.answer.kinds.summary import COMPARED, keep_nearest, sentences_of
from qa.answer.kinds.summary import Told as Sentence
from qa.answer.question.kinds.request import phrase
from qa.answer.question.meta import spoken
from qa.answer.question.times import time_in

FEWEST, MOST = 2, 12  # days of a timeline
READ = 300  # sentences in which times are read: it costs two milliseconds each
FEWEST_NAMED = 3  # days that the sentences name: two may stand in any article
LEAD = 0.5  # what the first sentence of an article is ahead; it fades with the place
FADES = 2.0  # sentences
LEANING = 0.2  # what a sentence falls back that leans on the one before it
NUMBER = re.compile(r"\d")
PREPOSITION = re.compile(r"^(?:in|on|since|by|until|from|the year)\s+", re.IGNORECASE)
YEAR = re.compile(r"(?<![\w.,$€£-])(?:1[5-9]|20)\d\d(?![\w%,.]\d|\w)")
UNDATED = "Articles without a date are left out of the timeline."


def timeline(asking: Asking) -> Told | None:
    """Return the steps of a story by the days on which they were told, or else that they name; None for too few."""
    subject = subject_of(asking, asking.request.about)
    if subject is None:
        return None
    return (None if subject.one else _by_telling(asking, subject)) or _by_name(asking, subject)


def _by_telling(asking: Asking, subject: Subject) -> Told | None:
    """Return the best sentence of each day of publication."""
    dated = [a for a in subject.articles if a.published]
    question, vector = Question(subject.words), asking.embed(subject.words)
    measured = [m.group() for m in phrase("quantity").finditer(subject.words)]
    told = keep_nearest(sentences_of(asking.snapshot, dated), vector, COMPARED)
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


def _by_name(asking: Asking, subject: Subject) -> Told | None:
    """Return the best sentence for each time that sentences name: of the article that names most."""
    question, vector = Question(subject.words), asking.embed(subject.words or asking.meaning.text)
    best: list[tuple[tuple[date, str], Sentence, float]] = []
    with_year = [t for t in sentences_of(asking.snapshot, subject.articles) if YEAR.search(t.text)]
    read = keep_nearest(with_year, vector, READ)
    for article in subject.articles:
        found = dict[tuple[date, str], tuple[Sentence, float]]()
        for told in (t for t in read if t.article.id == article.id):
            named = _named_in(told.text)
            worth = _worth(told, question, float(told.sentence.vector @ vector), measured=True)
            if named is not None and worth > found.get(named, (told, -np.inf))[1]:
                found[named] = (told, worth)
        best = max(best, [(named, *of) for named, of in found.items()], key=len)
    if len(best) < FEWEST_NAMED:
        return None
    most = sorted(best, key=lambda b: -b[2])[:MOST]
    chosen = [
        Chosen((evidence_of(asking.snapshot, told.article, told.sentence, worth),), words)
        for (_, words), told, worth in sorted(most, key=lambda b: (b[0][0], b[1].sentence.n))
    ]
    return Told(chosen, subject.sure, (), "timeline", articles=(best[0][1].article.id,))


def _named_in(text: str) -> tuple[date, str] | None:
    """Return the first day of the time that a sentence names with its year, and its words; None where it names none."""
    year = YEAR.search(text)
    if year is None:
        return None
    time = time_in(text, date.today())
    if time is not None and year.group() in time.words and (day := time.start or time.end) is not None:
        return day, PREPOSITION.sub("", time.words)
    return date(int(year.group()), 1, 1), year.group()


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
