"""Offer example questions to somebody who does not know yet what the articles hold.

Candidates come from `patterns.py`; kept are those that the service answers with the sentence they were made from.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

from qa.core.reports import ArticleSummary
from qa.core.types import Answer
from qa.index.catalog.catalog import Catalog
from qa.service.patterns import FALLBACK, Candidate, candidates

MAX_ARTICLES = 100  # half of them the newest, half spread over the rest
MAX_ASKED = 24  # questions verified: a page waits for them
ENOUGH = 3  # times as many verified questions as wanted leave a choice
LEADING = 2  # a question is answered by its sentence when that is among the first of the answer


class Examples:
    """Make verified questions over a catalog, and make them again only when the catalog has changed."""

    def __init__(self, catalog: Catalog, ask: Callable[[str], Answer]) -> None:
        self._catalog = catalog
        self._ask = ask
        self._lock = threading.Lock()  # however many pages open at once, the work is done once
        self._made: tuple[tuple[int, int], list[str]] | None = None

    def best(self, n: int) -> list[str]:
        """Return at most n questions, the surest first: of different articles and patterns where there are such."""
        with self._lock, self._catalog.snapshot() as snapshot:
            state = (snapshot.generation(), n)
            if self._made is None or self._made[0] != state:
                drawn = sample(snapshot.summaries())
                articles = ((a, snapshot.sentences_of(a.id)) for id in drawn if (a := snapshot.article(id)))
                guesses = interleaved([candidates(article, sentences) for article, sentences in articles])
                guesses.sort(key=lambda c: c.kind == FALLBACK)
                self._made = state, [c.question for c in varied(self._verified(guesses, ENOUGH * n), n)]
            return list(self._made[1])

    def _verified(self, guesses: Sequence[Candidate], enough: int) -> list[tuple[float, Candidate]]:
        """Ask the candidates: return those that their own sentence answers, with the answer's confidence."""
        found: list[tuple[float, Candidate]] = []
        for candidate in guesses[:MAX_ASKED]:
            answer = self._ask(candidate.question)
            cited = [(c.article, c.start, c.end) for s in answer.sentences[:LEADING] for c in s.citations]
            if (candidate.article, candidate.start, candidate.end) in cited:
                found.append((answer.confidence, candidate))
            if len(found) >= enough:
                break
        return found


def sample(library: Sequence[ArticleSummary]) -> list[str]:
    """Return ids of at most MAX_ARTICLES articles: the newest, then some at even distances among the others."""
    newest = sorted(library, key=lambda a: (a.added or "", a.id), reverse=True)
    head, rest = newest[: MAX_ARTICLES // 2], newest[MAX_ARTICLES // 2 :]
    step = max(1, -(-len(rest) // (MAX_ARTICLES // 2)))
    return [a.id for a in (*head, *rest[::step])]


def interleaved(groups: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """Return the candidates of all articles in rounds, one an article and round, each article's patterns in turn."""
    queues = []
    for group in groups:
        kinds: dict[str, list[Candidate]] = {}
        for candidate in group:
            kinds.setdefault(candidate.kind, []).append(candidate)
        queues.append([c for turn in _rounds(list(kinds.values())) for c in turn])
    return [c for turn in _rounds(queues) for c in turn]


def _rounds(queues: Sequence[Sequence[Candidate]]) -> Iterator[list[Candidate]]:
    """Yield the first of each queue, then the second of each, to the end of the longest."""
    for i in range(max(map(len, queues), default=0)):
        yield [queue[i] for queue in queues if i < len(queue)]


def varied(found: Sequence[tuple[float, Candidate]], n: int) -> list[Candidate]:
    """Return the n best: first of articles and kinds that are new, then of new kinds, then any; the surest first."""
    ranked = sorted(found, key=_surest_first)
    chosen: list[tuple[float, Candidate]] = []
    for wants in (("article", "kind"), ("kind",), ("article",), ()):
        for pair in ranked:
            taken = [[getattr(c, name) for _, c in chosen] for name in wants]
            new = all(getattr(pair[1], name) not in values for name, values in zip(wants, taken, strict=True))
            if pair not in chosen and new and len(chosen) < n:
                chosen.append(pair)
    return [c for _, c in sorted(chosen, key=_surest_first)]


def _surest_first(pair: tuple[float, Candidate]) -> tuple[bool, float, str]:
    """Return what to sort by."""
    return pair[1].kind == FALLBACK, -pair[0], pair[1].question
