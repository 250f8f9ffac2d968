"""A fake embedding model, derived from content alone: no weights, no torch, a few microseconds a word.

Each word has a fixed pseudo-random direction (a hash of the folded word, the same in every process), a text is the sum
of its words. So texts that share words are near each other, equal texts are equal, and a test can assert an order.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml

from qa.answer.evidence.evidence import Selector
from qa.core.settings import Settings
from qa.core.types import Answer, version_of
from qa.index.embedding import lazy_embedding
from qa.service.service import QA

DIMENSION = 64
PIECE = 8  # characters; a longer word has several pieces, as in WordPiece
_PIECES = re.compile(rf"\w{{1,{PIECE}}}|[^\w\s]")
_WORDS = re.compile(r"\w+")


class FakeEmbedding:
    """Has what `qa.index.embedding.SentenceEmbedding` has, and counts what it is asked."""

    window = 256
    dimension = DIMENSION

    def __init__(self) -> None:
        self.embedded = 0  # passages and articles embedded: a rebuild of Chroma must not add to it

    def pieces(self, text: str) -> list[tuple[int, int]]:
        return [m.span() for m in _PIECES.finditer(text)]

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return _unit(np.array([_sum(t) for t in texts], np.float32).reshape(len(texts), DIMENSION))

    def encode_with_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        self.embedded += len(texts)
        pooled = [
            np.array([_sum(t[a:b]) for a, b in inside], np.float32).reshape(len(inside), DIMENSION)
            for t, inside in zip(texts, spans, strict=True)
        ]
        return self.encode(texts), pooled


@lru_cache(maxsize=100_000)
def _direction(word: str) -> np.ndarray:
    seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
    return np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)


def _sum(text: str) -> np.ndarray:
    folded = unicodedata.normalize("NFKC", text).casefold()
    # One part that all texts share, so that no text is the zero vector.
    return _direction("") * 0.1 + sum((_direction(w) for w in _WORDS.findall(folded)), np.zeros(DIMENSION, np.float32))


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def fake_settings(home: Path, threshold: float = 0.0) -> Settings:
    """Settings with a model folder that holds no weights. Threshold 0: the fake's cosines are no confidence."""
    folder = home / "fake-model"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text("{}")
    return Settings(home, str(folder), threshold, "first-stage")


def open_fake(
    home: Path,
    fake: FakeEmbedding | None = None,
    *,
    command: str = "test",
    rebuild: bool = False,
    selector: Selector | None = None,
) -> QA:
    """The real service on real SQLite, with the fake model; Chroma is left for `attach_chroma`."""
    settings = fake_settings(home)
    return QA.open(
        settings=settings,
        model=lazy_embedding(settings.model, fake or FakeEmbedding()),
        command=command,
        rebuild=rebuild,
        selector=selector,
    )


def write_article(home: Path, id: str, text: str, **metadata: str) -> Path:
    """A file in corpus/ as a person would put it there."""
    (home / "corpus").mkdir(parents=True, exist_ok=True)
    path = home / "corpus" / f"{id}.md"
    front = yaml.safe_dump({**metadata, "format": "plain"}, allow_unicode=True)
    path.write_text(f"---\n{front}---\n\n{text}\n", encoding="utf-8", newline="")
    return path


def exact(qa: QA, answer: Answer) -> None:
    """Every quote and every passage shown is the stored text between its offsets, of the version it names."""
    for sentence in answer.sentences:
        assert sentence.citations
        for c in sentence.citations:
            article, _ = qa.article(c.article)
            assert article.text[c.start : c.end] == c.quote
            assert version_of(article.text) == c.version
        assert sentence.text == sentence.citations[0].quote
    for p in (*answer.nearest, *answer.passages):
        article, _ = qa.article(p.article)
        assert article.text[p.start : p.end] == p.text
        assert version_of(article.text) == p.version
        assert all(p.start <= a < b <= p.end for a, b in p.marks)
