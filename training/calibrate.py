"""Fit the weights of the signals and the confidence, and write them beside the models that they belong to.

    python training/calibrate.py WEIGHTS --training DIR... --development DIR... [--limit N] [--cache FOLDER]
        [--first-stage FOLDER]

The reader's go to WEIGHTS/calibration.json; the first stage's only where --first-stage names its folder.

WEIGHTS: what training/export.py wrote. Ranking weights: listwise softmax loss over the candidates of questions about
the training sets' held-out articles (training/mine.py). Confidence: logistic regression on those questions, on the
same ones altered or with their answering sentence taken away, and on half of the questions of the development sets;
what is printed as measured comes from the other half.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from candidates import OWN, SIGNALS, Example, collect
from export import write_checksums
from mine import held_out
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from qa.answer.evidence.calibration import FILE, first_stage
from qa.answer.evidence.evidence import LinearSelector
from qa.answer.evidence.reader import Reader
from qa.answer.evidence.selectors import BEHIND, READ, UNREAD
from qa.core.settings import Settings
from qa.index.embedding import lazy_embedding
from qa.quality.dataset import load_dataset
from qa.quality.evaluate import draw, open_dataset

REGULAR = 1e-3
RANKED = ("reading", *SIGNALS)
SURENESS = ("reading", "sure", *OWN)
ANSWERS = 3  # the answer is supported when one of so many best sentences is gold
FALSE_DECLINES = {"cautious": 0.20, "balanced": 0.12, "eager": 0.05}


def is_read(e: Example, read: int = READ, behind: float = BEHIND) -> np.ndarray:
    """Which candidates the service would read (n,): of the `read` most promising passages, not too far behind."""
    first = e.signals @ np.array([first_stage().ranking[name] for name in SIGNALS])
    best = np.array([first[e.place == place].max() for place in e.place])
    return (e.place < read) & (best >= first.max() - behind) & np.isfinite(e.reading)


def ranking(e: Example, read: int = READ, behind: float = BEHIND) -> np.ndarray:
    """Signals of the candidates, (n, len(RANKED)), the reading first, as far as they are read."""
    return np.column_stack([np.where(is_read(e, read, behind), e.reading, UNREAD), e.signals])


def fit_ranking(examples: list[Example], names: tuple[str, ...] = RANKED) -> np.ndarray:
    """Weights that make gold sentences likely under a softmax over each question's candidates; 0 where not named."""
    usable = [e for e in examples if e.gold.any()]
    width = max(len(e.gold) for e in usable)
    chosen = torch.tensor([name in names for name in RANKED])
    signals = torch.zeros(len(usable), width, len(RANKED))
    real, gold = (torch.zeros(len(usable), width, dtype=torch.bool) for _ in range(2))
    for i, e in enumerate(usable):
        signals[i, : len(e.gold)] = torch.tensor(ranking(e))
        real[i, : len(e.gold)] = True
        gold[i, : len(e.gold)] = torch.tensor(e.gold)
    scale = signals[real].std(0)
    weights = torch.zeros(len(RANKED), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100)

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = (signals / scale @ (weights * chosen)).masked_fill(~real, -1e9)
        right = torch.logsumexp(scores.masked_fill(~gold, -1e9), 1)
        value = (torch.logsumexp(scores, 1) - right).mean() + REGULAR * (weights**2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    return (weights.detach() * chosen / scale).numpy()


def first_right(
    examples: list[Example], weights: np.ndarray, k: int = 1, read: int = READ, behind: float = BEHIND
) -> float:
    """Share of questions with a gold sentence somewhere that have one among the k best candidates."""
    judged = [e for e in examples if e.kind == "asked" and len(e.gold)]
    return float(
        np.mean([e.gold[np.argsort(-(ranking(e, read, behind) @ weights), kind="stable")[:k]].any() for e in judged])
    )


def best(e: Example, weights: np.ndarray) -> tuple[np.ndarray, bool]:
    """The confidence's signals of the best candidate, and whether one of the ANSWERS best is gold."""
    order = np.argsort(-(ranking(e) @ weights), kind="stable")
    top = order[0]
    reading, sure = (e.reading[top], e.sure[top]) if is_read(e)[top] else (UNREAD, 0.0)
    return np.array([reading, sure, *e.own[top]]), bool(e.gold[order[:ANSWERS]].any())


def without_answer(e: Example) -> Example | None:
    """The question with its answering sentences taken away."""
    left = ~e.gold
    if not e.gold.any() or not left.any():
        return None
    rows = {name: getattr(e, name)[left] for name in ("signals", "own", "reading", "sure", "place", "gold")}
    return replace(e, kind="taken away", **rows)


def rows_of(examples: list[Example], weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signals (n, len(SURENESS)), whether the answer is supported, whether the question is answerable."""
    made = [(*best(e, weights), e.kind == "asked") for e in examples if len(e.gold)]
    return tuple(np.array(column) for column in zip(*made, strict=True))  # type: ignore[return-value]


def fitted_half(id: str) -> bool:
    return int(hashlib.sha256(id.encode()).hexdigest(), 16) % 2 == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--training", nargs="+", type=Path, required=True)
    parser.add_argument("--development", nargs="*", type=Path, default=[])
    parser.add_argument("--limit", type=int, default=1000, help="questions of each set")
    parser.add_argument("--cache", type=Path, default=Path("index/calibration"))
    parser.add_argument("--first-stage", type=Path, metavar="FOLDER", help="write its calibration there too")
    args = parser.parse_args()
    settings = Settings.from_environment()
    model, reader = lazy_embedding(settings.model), Reader.load(args.weights)
    digest = hashlib.sha256((args.weights / "checksums.json").read_bytes()).hexdigest()[:8]

    def gathered(folder: Path, training: bool) -> list[Example]:
        dataset = load_dataset(folder)
        asked = dataset.questions
        if training:
            asked = [q for q in asked if q.gold and held_out(q.gold[0].article) == "dev"]
        cache = args.cache / f"{dataset.name}-{digest}-{args.limit}.pickle"
        with open_dataset(dataset, settings, model, LinearSelector()) as qa:
            return collect(qa, reader, draw(asked, args.limit, 0), cache, alter=training)

    held = [e for folder in args.training for e in gathered(folder, True)]
    sets = {folder.name: gathered(folder, False) for folder in args.development}
    weights, first = fit_ranking(held), fit_ranking(held, SIGNALS)
    report(held, sets, weights, first)
    rng = random.Random(0)
    taken = [t for e in held if rng.random() < 0.5 and (t := without_answer(e)) is not None]
    fitting = held + taken + [e for s in sets.values() for e in s if fitted_half(e.id)]
    write(args.weights, weights, fit_confidence("the reader", fitting, sets, weights, SURENESS))
    of_first_stage = fit_confidence("the first stage", fitting, sets, first, OWN)
    if args.first_stage:
        write(args.first_stage, first, of_first_stage)


def write(folder: Path, ranking: np.ndarray, confidence: dict[str, Any]) -> None:
    """Write a calibration beside its model, and the checksums anew."""
    weights = {n: round(float(w), 3) for n, w in zip(RANKED, ranking, strict=True) if w}
    (folder / FILE).write_text(json.dumps({"ranking": weights, **confidence}, indent=1) + "\n", "utf-8")
    write_checksums(folder)
    print("wrote", folder / FILE)


def report(held: list[Example], sets: dict[str, list[Example]], weights: np.ndarray, first: np.ndarray) -> None:
    """Print how often the fitted weights put a gold sentence first."""
    variants = {"first stage": first, "reading alone": fit_ranking(held, ("reading",)), "fused": weights}
    for name, examples in {"held out": held, **sets}.items():
        for variant, w in variants.items():
            at = " / ".join(f"{first_right(examples, w, k):.3f}" for k in (1, 3))
            print(f"# {name}: {variant}: sentence@1 / @3 {at}")
        by_read = {n: round(first_right(examples, weights, 1, n), 3) for n in (4, 6, 8, 10, 15, 20)}
        print(f"# {name}: sentence@1 by passages read at most", by_read)
        for behind in (2.0, 3.0, BEHIND, 5.0, 8.0, np.inf):
            at = " / ".join(f"{first_right(examples, weights, k, READ, behind):.3f}" for k in (1, 3))
            read = np.mean([len(set(e.place[is_read(e, READ, behind)])) for e in examples if len(e.gold)])
            print(f"# {name}: read up to {behind} behind: sentence@1 / @3 {at}, {read:.1f} passages")


def fit_confidence(
    of: str, fitting: list[Example], sets: dict[str, list[Example]], weights: np.ndarray, names: tuple[str, ...]
) -> dict[str, Any]:
    """Fit the confidence on these signals of the sentence that these weights rank first; print the other halves."""
    columns = [SURENESS.index(name) for name in names]
    signals, labels, _ = rows_of(fitting, weights)
    scale = signals[:, columns].std(0)
    model = LogisticRegression(C=1.0, max_iter=1000).fit(signals[:, columns] / scale, labels)
    fitted = {n: round(float(w), 3) for n, w in zip(names, model.coef_[0] / scale, strict=True)}
    print(f"# confidence of {of}:")
    for name, examples in sets.items():
        signals, labels, answerable = rows_of([e for e in examples if not fitted_half(e.id)], weights)
        _print_figures(name, model.predict_proba(signals[:, columns] / scale)[:, 1], labels, answerable)
    return {"bias": round(float(model.intercept_[0]), 3), "confidence": fitted}


def _print_figures(name: str, sure: np.ndarray, supported: np.ndarray, answerable: np.ndarray) -> None:
    both = len(set(answerable)) == 2
    auroc = f"{roc_auc_score(answerable, sure):.3f}" if both else "-"
    said = f"said {sure.mean():.3f}, supported {supported.mean():.3f}, AUROC {auroc}"
    print(f"# {name}, other half: {len(sure)} questions, {said}")
    for level, share in FALSE_DECLINES.items():
        threshold = float(np.quantile(sure[answerable], share))
        declined = sure < threshold
        precision = (~answerable[declined]).mean() if declined.any() else float("nan")
        recall = declined[~answerable].mean() if both else float("nan")
        figures = f"precision {precision:.3f}, recall {recall:.3f}"
        print(f"#   {level}: {share} of answerable ones declined below {threshold:.3f}: {figures}")


if __name__ == "__main__":
    main()
