"""Fit the selector's weights and the confidence on training questions, and print the constants to paste.

    python bench/fit.py DIR... [--limit N] [--seed S]

DIR: folders in the format of docs/evaluation.md, of articles that no evaluation set contains (the shipped constants
come from SQuADShifts' new Wikipedia part, Miller et al. 2020, CC BY 4.0). Weights: listwise softmax loss over the
candidates of each question. Confidence: logistic regression on the best sentence of each question as asked, and
of questions that have no answer: the answering sentences taken away, the question put to the other articles, a name
or number in it altered. A fifth of the questions is held out; the threshold is the one that declines
FALSE_DECLINE of the held-out questions whose best sentence is right.
"""

from __future__ import annotations

import argparse
import random
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from qa.confidence import WEIGHTS as CONFIDENCE_WEIGHTS
from qa.dataset import AskedQuestion, load_dataset
from qa.evaluate import draw, is_gold, open_dataset
from qa.lexical import STOPWORDS
from qa.model import Model
from qa.retrieve import TOP, HybridRetriever
from qa.select import WEIGHTS, Candidate, gather
from qa.service import QA
from qa.settings import Settings
from qa.signals import Question
from qa.types import Filters
from qa.wire import clean_question

FALSE_DECLINE = 0.08
REGULAR = 1e-3
NAMES = tuple(WEIGHTS)
FEATURES = tuple(CONFIDENCE_WEIGHTS)


@dataclass
class Example:
    """A question's candidates: ranking signals (n, len(NAMES)), own signals (n, len(FEATURES)), what is gold."""

    ranking: np.ndarray
    own: np.ndarray
    gold: np.ndarray
    elsewhere: np.ndarray  # candidates of articles that do not hold the answer
    altered: Example | None = None  # the same question with a name or number exchanged: nothing answers it


def collect(qa: QA, questions: list[AskedQuestion], seed: int) -> list[Example]:
    """Candidates of every question, from the code that answers people."""
    rng = random.Random(seed)
    names = [(sorted(_named_words(q.text)), {g.article for g in q.gold}) for q in questions]
    out = []
    for asked in tqdm(questions, desc=qa.settings.home.name, disable=None):
        example = _example(qa, asked, asked.text)
        text = _altered(asked, names, rng)
        if text is not None:
            example.altered = _example(qa, asked, text)
        out.append(example)
    return out


def _example(qa: QA, asked: AskedQuestion, text: str) -> Example:
    question = Question(clean_question(text[:1000]))
    vector = qa.embed(question.text)
    homes = {g.article for g in asked.gold}
    with qa.catalog.snapshot() as snapshot:
        hits = HybridRetriever(snapshot, qa.dense, Filters(), top=TOP).hits(question.text, vector)
        candidates = gather(snapshot, question, vector, hits)
    return Example(
        np.array([_row(c.ranking_signals(question), NAMES) for c in candidates], np.float32),
        np.array([_row(c.own_signals(question), FEATURES) for c in candidates], np.float32),
        np.array([_gold(asked, c) for c in candidates], bool),
        np.array([c.article.id not in homes for c in candidates], bool),
    )


def _named_words(text: str) -> set[str]:
    """Names and numbers of a question, as they are written; not its first word."""
    return {w for w in re.findall(r"(?<=\s)(?:[A-Z][\w'-]+|\d[\d,.]*)", text) if w.lower() not in STOPWORDS}


def _altered(asked: AskedQuestion, names: list[tuple[list[str], set[str]]], rng: random.Random) -> str | None:
    """The question with one of its names or numbers replaced by one from a question about another article."""
    own = sorted(_named_words(asked.text))
    homes = {g.article for g in asked.gold}
    if not own:
        return None
    old = rng.choice(own)
    for _ in range(20):
        others, elsewhere = rng.choice(names)
        fitting = [n for n in others if n[0].isdigit() == old[0].isdigit() and n.lower() not in asked.text.lower()]
        if fitting and not homes & elsewhere:
            return asked.text.replace(old, rng.choice(fitting))
    return None


def fit_ranking(examples: list[Example]) -> np.ndarray:
    """Weights that make gold sentences likely under a softmax over each question's candidates."""
    usable = [e for e in examples if e.gold.any()]
    width = max(len(e.gold) for e in usable)
    signals = torch.zeros(len(usable), width, len(NAMES))
    real = torch.zeros(len(usable), width, dtype=torch.bool)
    gold = torch.zeros(len(usable), width, dtype=torch.bool)
    for i, e in enumerate(usable):
        signals[i, : len(e.gold)] = torch.tensor(e.ranking)
        real[i, : len(e.gold)] = True
        gold[i, : len(e.gold)] = torch.tensor(e.gold)
    scale = signals[real].std(0)
    weights = torch.zeros(len(NAMES), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100)

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = (signals / scale @ weights).masked_fill(~real, -1e9)
        right = torch.logsumexp(scores.masked_fill(~gold, -1e9), 1)
        value = (torch.logsumexp(scores, 1) - right).mean() + REGULAR * (weights**2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    return (weights.detach() / scale).numpy()


def confidence_rows(
    examples: list[Example], weights: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Own signals of best sentences, whether they answer, and the kind: asked, taken away, elsewhere, altered."""
    rng = random.Random(seed)
    rows, labels, kinds = [], [], []
    for e in examples:
        if not len(e.gold) or not e.gold.any():
            continue
        scores = e.ranking @ weights
        best = int(np.argmax(scores))
        rows.append(e.own[best])
        labels.append(bool(e.gold[best]))
        kinds.append("asked")
        kind = rng.choice(("taken away", "elsewhere", "altered"))
        other = e.altered if kind == "altered" else e
        if other is None or not len(other.gold):
            continue
        left = {"taken away": ~e.gold, "elsewhere": e.elsewhere, "altered": np.ones(len(other.gold), bool)}[kind]
        if left.any():
            best = int(np.argmax(np.where(left, other.ranking @ weights, -np.inf)))
            rows.append(other.own[best])
            labels.append(False)
            kinds.append(kind)
    return np.array(rows), np.array(labels), np.array(kinds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    settings = Settings.from_environment()
    model = Model(settings.model)
    examples: list[Example] = []
    for folder in args.folders:
        dataset = load_dataset(folder)
        with open_dataset(dataset, settings, model) as qa:
            examples += collect(qa, draw(dataset.questions, args.limit, args.seed), args.seed)
    report(examples, args.seed)


def report(examples: list[Example], seed: int) -> None:
    """Fit on four fifths, measure on the rest, print constants and figures."""
    random.Random(seed).shuffle(examples)
    cut = len(examples) * 4 // 5
    train, held = examples[:cut], examples[cut:]
    weights = fit_ranking(train)
    first = np.mean([e.gold[np.argmax(e.ranking @ weights)] for e in held if len(e.gold)])
    print(f"# {len(train)} questions fitted, {len(held)} held out: the right sentence first for {first:.3f}")
    print("WEIGHTS =", {n: round(float(w), 2) for n, w in zip(NAMES, weights, strict=True)})

    rows, labels, _ = confidence_rows(train, weights, seed)
    scale = rows.std(0)
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit(rows / scale, labels)
    print("BIAS =", round(float(fitted.intercept_[0]), 3))
    print("WEIGHTS =", {n: round(float(w), 3) for n, w in zip(FEATURES, fitted.coef_[0] / scale, strict=True)})
    rows, labels, kinds = confidence_rows(held, weights, seed)
    sure = fitted.predict_proba(rows / scale)[:, 1]
    print(f"# held out: AUROC of right against not right {roc_auc_score(labels, sure):.3f}")
    for low in np.arange(0, 1, 0.1):
        inside = (sure >= low) & (sure < low + 0.1)
        if inside.any():
            print(f"#   said {low:.1f}-{low + 0.1:.1f}: right {labels[inside].mean():.2f} of {inside.sum()}")
    threshold = float(np.quantile(sure[labels], FALSE_DECLINE))
    print(f"THRESHOLD = {threshold:.2f}")
    for kind in ("taken away", "elsewhere", "altered"):
        print(f"# declined, {kind}: {np.mean(sure[kinds == kind] < threshold):.3f} of {(kinds == kind).sum()}")


def _row(signals: dict[str, float], names: tuple[str, ...]) -> list[float]:
    return [signals[name] for name in names]


def _gold(asked: AskedQuestion, candidate: Candidate) -> bool:
    span = candidate.sentence.span
    return is_gold(asked, candidate.article.id, span.start, span.end)


if __name__ == "__main__":
    main()
