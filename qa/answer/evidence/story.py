"""Stories, found when a question is asked: which of the retrieved articles tell of one event over time.

Articles are of one story when they share rare names, are alike in meaning and lie near each other in time: they are
joined pair by pair, the most alike first (average linkage). Nothing is stored; near
duplicates (`near_duplicates.py`) are another thing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from qa.answer.evidence.signals import rarity_in_english
from qa.core.dates import parse_date
from qa.core.types import Article
from qa.corpus.words import STOPWORDS, stem, words
from qa.index.catalog.snapshot import Snapshot

ALIKE = 0.34  # likeness at which articles are of one story: precision .93 at recall .92, by bench/event_stories.py
FADES = 1_500.0  # days in which likeness falls to a third: the next flood of a town is another story
COMMON = 40  # passages with a name from which it says nothing of what an article is about

_WORD = re.compile(r"[^\W_][\w’'-]*")
Matrix = NDArray[np.float64]


def stories_of(snapshot: Snapshot, articles: Sequence[Article]) -> list[int]:
    """Return a number for each article; those of one story have the same."""
    if len(articles) < 2:
        return list(range(len(articles)))
    likeness = (_by_names(snapshot, articles) + _by_meaning(snapshot, articles)) / 2
    days = np.array([day.toordinal() if (day := day_of(a)) else np.nan for a in articles])
    apart = np.nan_to_num(np.abs(days[:, None] - days[None]))
    return _joined(likeness * np.exp(-apart / FADES))


def day_of(article: Article) -> date | None:
    """Return the day on which an article was published."""
    return parse_date(article.published) if article.published else None


@lru_cache(maxsize=2_000)
def names_of(title: str, text: str) -> frozenset[str]:
    """Return the stems of the names in a text: capitalised words that are no ordinary ones where a sentence begins."""
    found, whole = set(), f"{title}\n{text}"
    for m in _WORD.finditer(whole):
        folded = words(m.group()) if m.group()[0].isupper() else []
        if not folded or folded[0] in STOPWORDS:
            continue
        before = whole[max(0, m.start() - 4) : m.start()].rstrip(" \"“‘'(")
        begins = not before or before[-1] in ".!?:\n"
        if not begins or rarity_in_english(folded[0]) > 3.5:
            found.add(stem(folded[0]))
    return frozenset(found)


def _by_names(snapshot: Snapshot, articles: Sequence[Article]) -> Matrix:
    """Cosines of the articles' names, the rarer the weightier."""
    names = [names_of(a.title or "", a.text) for a in articles]
    place = {name: i for i, name in enumerate(sorted(frozenset().union(*names)))}
    counts, passages = snapshot.passages_with(list(place)), snapshot.passage_count()
    rows = np.zeros((len(articles), max(1, len(place))))
    for i, found in enumerate(names):
        for name in found:
            if 0 < counts.get(name, 0) <= COMMON:
                rows[i, place[name]] = math.log(1 + passages / counts[name])
    return _cosines(rows)


def _by_meaning(snapshot: Snapshot, articles: Sequence[Article]) -> Matrix:
    vectors = [np.mean([p.vector for p in snapshot.passages_of(a.id)], axis=0) for a in articles]
    return _cosines(np.array(vectors, np.float64))


def _cosines(rows: Matrix) -> Matrix:
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return np.asarray(unit @ unit.T, np.float64)


def _joined(likeness: Matrix) -> list[int]:
    """Return groups by average linkage: the two that are most alike become one, until no two are alike enough."""
    groups = [[i] for i in range(len(likeness))]
    while len(groups) > 1:
        pairs = [(i, k) for i in range(len(groups)) for k in range(i)]
        alike = [float(likeness[np.ix_(groups[i], groups[k])].mean()) for i, k in pairs]
        best = int(np.argmax(alike))
        if alike[best] < ALIKE:
            break
        i, k = pairs[best]
        groups[k] += groups.pop(i)
    number = {i: n for n, group in enumerate(groups) for i in group}
    return [number[i] for i in range(len(likeness))]
