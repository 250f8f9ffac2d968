"""First-stage candidates of questions with everything that is known of them, collected once and kept.

What models are compared and calibrated on: reading is slow, arithmetic on what was read is not.
"""

from __future__ import annotations

import math
import pickle
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from alter import altered, named_words
from tqdm import tqdm

from qa.answer.evidence.calibration import Calibration, first_stage
from qa.answer.evidence.evidence import Candidate, LinearSelector, gather
from qa.answer.evidence.reader import Reader
from qa.answer.evidence.retrieve import TOP, HybridRetriever
from qa.answer.evidence.selectors import ReaderSelector, promising
from qa.answer.evidence.signals import Question
from qa.answer.question.clean import clean_question
from qa.core.types import Filters
from qa.quality.dataset import AskedQuestion
from qa.quality.evaluate import is_gold
from qa.service.service import QA

SIGNALS = tuple(first_stage().ranking)
OWN = tuple(first_stage().confidence)
UNREAD = np.nan


@dataclass
class Example:
    """The n candidates of one question. Rows follow the order of `gather`.

    signals (n, 5): SIGNALS; own (n, 4): OWN; reading and sure (n,), nan where not read; place (n,): how promising
    the passage is, 0 first; gold (n,).
    """

    id: str
    kind: str  # asked, unanswerable, or how it was altered
    signals: np.ndarray
    own: np.ndarray
    reading: np.ndarray
    sure: np.ndarray
    place: np.ndarray
    gold: np.ndarray


def collect(qa: QA, reader: Reader, asked: list[AskedQuestion], cache: Path, *, alter: bool) -> list[Example]:
    """Candidates of every question, all their passages read; with `alter` also of questions that nothing answers."""
    if cache.is_file():
        with cache.open("rb") as file:
            return pickle.load(file)
    rng = random.Random(0)
    names = sorted({w for q in asked for w in named_words(q.text)})
    out = []
    for q in tqdm(asked, desc=cache.stem, disable=None):
        out.append(_example(qa, reader, q, q.text, "asked" if q.answerable else "unanswerable"))
        made = altered(q.text, names, rng) if alter and q.answerable else None
        if made:
            out.append(_example(qa, reader, q, *made))
    cache.parent.mkdir(parents=True, exist_ok=True)
    with cache.open("wb") as file:
        pickle.dump(out, file)
    return out


def _example(qa: QA, reader: Reader, asked: AskedQuestion, text: str, kind: str) -> Example:
    question = Question(clean_question(text[:1000]))
    vector = qa.answerer.embed(question.text)
    with qa.catalog.snapshot() as snapshot:
        hits = HybridRetriever(snapshot, qa.dense, Filters(), top=TOP).hits(question.text, vector)
        candidates = gather(snapshot, question, vector, hits)
    places = {
        (article, n): place
        for place, (article, shown) in reversed(list(enumerate(promising(question, candidates, LinearSelector()))))
        for n in range(shown.first, shown.first + len(shown.sentences))
    }
    alone = Calibration({"reading": 1.0}, 0.0, {})
    scored = ReaderSelector(reader, alone, read=TOP, behind=math.inf).score(question, candidates)
    readings = [s.reading for s in scored]
    return Example(
        asked.id, kind,
        np.array([_row(c.ranking_signals(question), SIGNALS) for c in candidates], np.float32),
        np.array([_row(c.own_signals(question), OWN) for c in candidates], np.float32),
        np.array([r.score if r else UNREAD for r in readings], np.float32),
        np.array([r.sure if r else UNREAD for r in readings], np.float32),
        np.array([places[c.article.id, c.sentence.n] for c in candidates], np.int64),
        np.array([kind == "asked" and _gold(asked, c) for c in candidates], bool),
    )  # fmt: skip


def _row(signals: dict[str, float], names: tuple[str, ...]) -> list[float]:
    return [signals[name] for name in names]


def _gold(asked: AskedQuestion, candidate: Candidate) -> bool:
    span = candidate.sentence.span
    return is_gold(asked, candidate.article.id, span.start, span.end)
