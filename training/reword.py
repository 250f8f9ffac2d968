"""Questions said in other words: some of their words exchanged for near ones, so that matching letters is not enough.

Near words are nearest neighbours by the embedding model among the commonest English words (wordfreq, Speer 2022), of
another stem. Names, numbers and words with an opposite stay: exchanging one of those changes what is asked.
"""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import numpy as np
from alter import OPPOSITES

from qa.corpus.words import STOPWORDS, stem
from qa.index.embedding import SentenceEmbedding

WORDS = 15_000  # of the commonest; rarer ones are names mostly
NEAR = 0.62  # cosine from which a word can stand for another
KEPT = 4  # near words of a word at the most
CHANGED = 0.5  # chance that a word that has near ones is exchanged
UNMARKED = 0.3  # chance that it goes without its question mark, as people type into a search box

_WORD = re.compile(r"[a-z]{3,}")
_NUMBERS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve hundred thousand million billion first second third"
    " fourth fifth january february march april may june july august september october november december monday tuesday"
    " wednesday thursday friday saturday sunday".split()
)


def near_words(model: SentenceEmbedding) -> dict[str, list[str]]:
    """Words and those that can stand for them, nearest first."""
    from wordfreq import top_n_list

    listed = [w for w in top_n_list("en", WORDS) if _WORD.fullmatch(w)]
    listed = [w for w in listed if w not in STOPWORDS and w not in OPPOSITES and w not in _NUMBERS]
    vectors = np.asarray(model.encode(listed), np.float32)
    stems = [stem(w) for w in listed]
    near = {}
    for i, word in enumerate(listed):
        likeness = vectors @ vectors[i]
        order = [int(k) for k in np.argsort(-likeness)[:20] if likeness[k] >= NEAR and stems[k] != stems[i]]
        if order:
            near[word] = [listed[k] for k in order[:KEPT]]
    return near


def reworded(question: str, near: dict[str, list[str]], rng: random.Random) -> str:
    """The question with about CHANGED of its words that have near ones exchanged; what is capitalised stays."""

    def exchange(match: re.Match[str]) -> str:
        options = near.get(match.group())
        return rng.choice(options) if options and rng.random() < CHANGED else match.group()

    said = re.sub(r"(?<![\w'’-])[a-z]{3,}(?![\w'’])", exchange, question)
    return said.rstrip(" ?") if rng.random() < UNMARKED else said


def load(folder: Path) -> dict[str, list[str]]:
    """The near words that training/mine.py wrote."""
    near: dict[str, list[str]] = json.loads((folder / "near.json").read_text("utf-8"))
    return near
