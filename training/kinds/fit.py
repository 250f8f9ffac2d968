"""Fit the classifier of kinds of questions, and write it with its checksum.

    python training/kinds/fit.py --plain FILE... [--draw N] [--seed S] [--cache FILE]

`questions.jsonl` has questions that were written for this, each with the kind of answer that it asks for. FILE: JSON
lines, gzipped, with a `question` that people asked for a fact; those that a phrase of kinds.toml knows are left out.
Multinomial logistic regression. The thresholds are chosen on five folds, each question judged by the model that has not
seen it, and the figures printed are those.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from qa.answer.question.kinds.classifier import FILE, FOLDER, PLAIN, Classifier, terms
from qa.answer.question.kinds.request import request_of
from qa.index.embedding import SentenceEmbedding

WRITTEN = Path(__file__).with_name("questions.jsonl")
SEEN = 3  # questions in which a term stands
FOLDS = 5
STRENGTH = 30.0  # C; at 10 fewer are found (1,803 for 1,843)
ASKED = 0.3  # what a question that people asked counts beside one that was written
FALSE = 0.0008  # of the questions that people asked: what is taken for one kind at most
FALSE_WRITTEN = 0.004  # of the written ones that are plain and look like another kind
LEAST = 0.5  # threshold
Matrix = NDArray[np.float32]


def fit(texts: Sequence[str], vectors: Matrix, kinds: Sequence[str], asked: NDArray[np.bool_]) -> Classifier:
    """Return the model of these questions, without thresholds."""
    seen = Counter(term for text in texts for term in terms(text))
    index = {term: i for i, term in enumerate(sorted(t for t, n in seen.items() if n >= SEEN))}
    rarity = np.array([math.log(len(texts) / seen[term]) for term in index], np.float32)
    rows, columns, values = [], [], []
    for n, text in enumerate(texts):
        known = [index[term] for term in sorted(terms(text)) if term in index]
        rows += [n] * len(known)
        columns += known
        values += list(rarity[known] / np.linalg.norm(rarity[known])) if known else []
    lexical = csr_matrix((values, (rows, columns)), (len(texts), len(index)))
    model = LogisticRegression(C=STRENGTH, max_iter=300)
    model.fit(hstack([csr_matrix(vectors), lexical]).tocsr(), kinds, sample_weight=np.where(asked, ASKED, 1.0))
    weights = np.asarray(model.coef_.T, np.float32)
    width = vectors.shape[1]
    none = np.zeros(len(model.classes_), np.float32)
    bias = np.asarray(model.intercept_, np.float32)
    return Classifier(tuple(model.classes_), none, bias, weights[:width], index, rarity, weights[width:])


def unseen(
    texts: Sequence[str], vectors: Matrix, kinds: Sequence[str], asked: NDArray[np.bool_], seed: int
) -> list[tuple[str, float]]:
    """Return what each question is taken for by a model that has not seen it, and how surely."""
    found: list[tuple[str, float]] = [("", 0.0)] * len(texts)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for learnt, left in folds.split(texts, kinds):
        model = fit([texts[i] for i in learnt], vectors[learnt], [kinds[i] for i in learnt], asked[learnt])
        for i in left:
            likely = model.probabilities(texts[i], vectors[i])
            best = int(np.argmax(likely))
            found[i] = model.kinds[best], float(likely[best])
    return found


def thresholds_of(
    found: Sequence[tuple[str, float]], kinds: Sequence[str], asked: NDArray[np.bool_], names: Sequence[str]
) -> NDArray[np.float32]:
    """Return for each kind the least threshold at which few plain questions are taken for it, shape (kinds,)."""
    thresholds = []
    for name in names:
        least = LEAST
        for of_people, share in ((True, FALSE), (False, FALSE_WRITTEN)):
            plain = [f for f, t, a in zip(found, kinds, asked, strict=True) if t == PLAIN and a == of_people]
            wrong = sorted((sure for kind, sure in plain if kind == name), reverse=True)
            allowed = int(share * len(plain))
            least = max(least, wrong[allowed] + 1e-3 if len(wrong) > allowed else 0.0)
        thresholds.append(0.0 if name == PLAIN else least)
    return np.array(thresholds, np.float32)


def report(
    found: Sequence[tuple[str, float]], kinds: Sequence[str], asked: NDArray[np.bool_], least: Mapping[str, float]
) -> str:
    """Return how many of each kind are found, and what the others are taken for, a line a kind."""
    lines = ["| kind | threshold | questions | found | left plain | taken for another |", "|---|---|---|---|---|---|"]
    named = [f"{kind}, asked by people" if a else kind for kind, a in zip(kinds, asked, strict=True)]
    for name in sorted(set(named)):
        kind = name.partition(",")[0]
        said = [k if sure >= least[k] else PLAIN for (k, sure), n in zip(found, named, strict=True) if n == name]
        others = Counter(k for k in said if k not in (kind, PLAIN))
        wrong = ", ".join(f"{k} {n}" for k, n in others.most_common(4))
        row = f"| {name} | {least[kind]:.2f} | {len(said)} | {said.count(kind)} | {said.count(PLAIN)} | {wrong} |"
        lines.append(row)
    return "\n".join(lines)


def plain_questions(files: Sequence[Path], draw: int, seed: int) -> list[str]:
    """Return questions of the files, as many of each, that no phrase takes for another kind."""
    drawn: list[str] = []
    for path in files:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            asked = sorted({json.loads(line)["question"] for line in lines})
        asked = [text for text in asked if request_of(text) is None and not text.lower().startswith("who is")]
        drawn += random.Random(seed).sample(asked, min(len(asked), draw // len(files)))
    return drawn


def embedded(texts: Sequence[str], cache: Path | None) -> Matrix:
    """Return the questions' vectors, those that the cache has from there."""
    known: dict[str, Matrix] = {}
    if cache is not None and cache.is_file():
        with np.load(cache) as file:
            known = dict(zip(map(str, file["texts"]), file["vectors"], strict=True))
    new = sorted({text for text in texts if text not in known})
    known |= dict(zip(new, SentenceEmbedding.load().encode(new), strict=True)) if new else {}
    if cache is not None and new:
        np.savez(cache, texts=np.array(list(known)), vectors=np.array(list(known.values())))
    return np.array([known[text] for text in texts])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--plain", nargs="+", type=Path, required=True, help="questions that people asked for a fact")
    parser.add_argument("--draw", type=int, default=5_000, help="how many of them")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path, help="keeps the questions' vectors")
    options = parser.parse_args()
    written = [json.loads(line) for line in WRITTEN.read_text("utf-8").splitlines()]
    plain = plain_questions(options.plain, options.draw, options.seed)
    texts = [row["text"] for row in written] + plain
    kinds = [row["kind"] for row in written] + [PLAIN] * len(plain)
    asked = np.arange(len(texts)) >= len(written)
    vectors = embedded(texts, options.cache)
    found = unseen(texts, vectors, kinds, asked, options.seed)
    model = fit(texts, vectors, kinds, asked)
    model.thresholds[:] = thresholds_of(found, kinds, asked, model.kinds)
    print(report(found, kinds, asked, dict(zip(model.kinds, map(float, model.thresholds), strict=True))))
    FOLDER.mkdir(exist_ok=True)
    model.save(FOLDER)
    sums = {FILE: hashlib.sha256((FOLDER / FILE).read_bytes()).hexdigest()}
    (FOLDER / "checksums.json").write_text(json.dumps(sums, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
