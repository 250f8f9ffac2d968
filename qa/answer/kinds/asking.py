"""What every kind of answer is made from, and what it hands back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from qa.answer.evidence.evidence import Candidate, Evidence, Ranking
from qa.answer.evidence.pairs import Shown
from qa.answer.question.kinds.request import Request
from qa.answer.question.understand import Meaning
from qa.core.types import Article, Filters, Hit
from qa.index.catalog.snapshot import Snapshot, StoredSentence

Vector = NDArray[np.float32]
NOWHERE = Shown("", "", (), 0, 0)


class Retrieve(Protocol):
    """Return the passages that are nearest to a text, of the articles that pass."""

    def __call__(self, text: str, filters: Filters, /) -> list[Hit]: ...


class Rank(Protocol):
    """Return the sentences that answer a text, best first, of the articles that pass."""

    def __call__(self, text: str, filters: Filters, /) -> Ranking: ...


@dataclass(frozen=True)
class Asking:
    """A question of a kind: what it means and asks for, and the ways into the articles.

    `plain` ranks the whole question as a plain one is ranked; `embed` returns a text's vector.
    """

    snapshot: Snapshot
    meaning: Meaning
    request: Request
    filters: Filters
    threshold: float
    retrieve: Retrieve
    rank: Rank
    plain: Callable[[], Ranking]
    embed: Callable[[str], Vector]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence of the answer, behind it those of other articles that say the same, and what it stands under."""

    evidence: tuple[Evidence, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer of a kind: its sentences in order, or what is said without one, and the articles that prove it.

    `declined`: the articles do not say it, and `text` says what they do have.
    """

    chosen: Sequence[Chosen] = ()
    sure: float = 1.0
    notes: tuple[str, ...] = ()
    behaviour: str = ""
    text: str = ""
    articles: tuple[str, ...] = ()
    declined: bool = False


def evidence_of(snapshot: Snapshot, article: Article, sentence: StoredSentence, score: float) -> Evidence:
    """Return a stored sentence as evidence, though no search has found it."""
    hit = Hit(snapshot.passage_with(article.id, sentence.n), article.id, score, 0.0)
    nothing = frozenset[str]()
    return Evidence(Candidate(article, sentence, nothing, nothing, hit, 0.0, 0.0, 0.0, 0.0, NOWHERE), score)
