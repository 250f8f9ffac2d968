"""Tells what kind of answer a question asks for by its meaning and its words, where no phrase tells it.

A linear model over the question's vector (of the packaged embedding) and its words and pairs of words, tf-idf. Fitted
by `training/kinds/fit.py` on questions that were written for it, and on questions that people asked for a fact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import qa
from qa.core.onnx import check

LONGEST = 60  # words of a question that are read
PLAIN = "plain"
FOLDER = Path(qa.__file__).parent / "weights" / "kinds"
FILE = "classifier.npz"
_TOKEN = re.compile(r"\d[\d.,:/-]*|[^\W\d_]+(?:'[^\W\d_]+)*|[?…:\"“]")
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Classifier:
    """A linear model of `kinds`: weights of the vector (dimension, kinds), and of each term (kinds,) times its rarity.

    A kind is meant where it is as likely as its threshold says, else the question is plain.
    """

    kinds: tuple[str, ...]
    thresholds: NDArray[np.float32]
    bias: NDArray[np.float32]
    dense: NDArray[np.float32]
    terms: Mapping[str, int]
    rarity: NDArray[np.float32]
    lexical: NDArray[np.float32]

    def kind_of(self, text: str, vector: Vector) -> str:
        """Return the kind that a question asks for where that is sure enough, else "plain"."""
        likely = self.probabilities(text, vector)
        best = int(np.argmax(likely))
        return self.kinds[best] if likely[best] >= self.thresholds[best] else PLAIN

    def probabilities(self, text: str, vector: Vector) -> NDArray[np.float32]:
        """Return how likely each of the kinds is, shape (kinds,)."""
        score = self.bias + vector @ self.dense
        rows = [self.terms[term] for term in sorted(terms(text)) if term in self.terms]
        if rows:
            values = self.rarity[rows]
            score = score + (values / np.linalg.norm(values)) @ self.lexical[rows]
        score = np.exp(score - score.max())
        return np.asarray(score / score.sum())

    def save(self, folder: Path) -> None:
        """Write the model, in half precision."""
        arrays = {"thresholds": self.thresholds, "bias": self.bias, "dense": self.dense, "rarity": self.rarity}
        arrays["lexical"] = self.lexical
        halves = {name: np.asarray(array, np.float16) for name, array in arrays.items()}
        names = {"kinds": np.array(self.kinds), "terms": np.array(list(self.terms))}
        np.savez_compressed(folder / FILE, **halves, **names)  # type: ignore[arg-type]


@cache
def classifier() -> Classifier:
    """Return the model that the package has. Raises ModelUnavailable."""
    check(FOLDER)
    with np.load(FOLDER / FILE) as file:
        numbers = {name: file[name].astype(np.float32) for name in file.files if name not in ("kinds", "terms")}
        terms = {str(term): n for n, term in enumerate(file["terms"])}
        return Classifier(kinds=tuple(map(str, file["kinds"])), terms=terms, **numbers)


def terms(text: str) -> set[str]:
    """Return the words, numbers and marks of a question, and the pairs of them that stand together."""
    row = ["^"]
    for token in _TOKEN.findall(text.replace("’", "'"))[:LONGEST]:
        row.append("0" if token[0].isdigit() else token.lower())
    row.append("$")
    return {*row[1:-1], *(f"{one} {other}" for one, other in pairwise(row))}
