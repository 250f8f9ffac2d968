"""Evidence as retrieval would hand it on, made of a sentence and its score."""

from __future__ import annotations

import numpy as np

from qa.answer.evidence.evidence import Candidate, Evidence
from qa.answer.evidence.pairs import Shown
from qa.answer.evidence.signals import term_set
from qa.core.types import Article, Hit, Sentence
from qa.index.catalog.snapshot import StoredSentence


def evidence(text: str, score: float, article: str = "a", n: int = 0) -> Evidence:
    whole = Article(article, text)
    sentence = StoredSentence(n, Sentence(0, len(text)), np.zeros(4, np.float32))
    hit = Hit(f"{article}:v:0", article, 0.03, 0.5)
    shown = Shown("", text, ((0, len(text)),), n)
    return Evidence(Candidate(whole, sentence, frozenset(), term_set(text), hit, 0.5, 0.5, 0.5, 0.5, shown), score)
