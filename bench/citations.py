"""How many sentences an answer cites: the trade-off between precision and recall of citations.

    python bench/citations.py DIR/SET...

Asks every question of a set whose questions have several gold sentences, for several least likelihoods, relative to the
best sentence, at which a further one joins (`qa.answer.choose.KEEP`); 1 cites the best sentence alone. The first stage
is asked at the value that the service uses.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import qa.answer
from qa.answer.evidence.selectors import FIRST_STAGE
from qa.core.lazy import Lazy
from qa.core.settings import Settings
from qa.index.embedding import SentenceEmbedding, lazy_embedding
from qa.quality.dataset import load_dataset
from qa.quality.evaluate import ask_all, figures, open_dataset

KEPT = (1.0, 0.5, 0.25, 0.12, 0.06)
Row = tuple[str, str, str, str, str]


def rows(folder: Path, settings: Settings, model: Lazy[SentenceEmbedding]) -> Iterator[Row]:
    """Selector, least likelihood, precision, recall and F1 (of the means) of one set."""
    used = qa.answer.KEEP
    for selector, kept in [(FIRST_STAGE, used), *((settings.selector, k) for k in KEPT)]:
        qa.answer.KEEP = kept
        try:
            precision, recall = _measured(folder, replace(settings, selector=selector), model)
        finally:
            qa.answer.KEEP = used
        f1 = 2 * precision * recall / (precision + recall)
        yield selector, f"{kept}{' (used)' if kept == used else ''}", f"{precision:.3f}", f"{recall:.3f}", f"{f1:.3f}"


def _measured(folder: Path, settings: Settings, model: Lazy[SentenceEmbedding]) -> tuple[float, float]:
    dataset = load_dataset(folder)
    with open_dataset(dataset, settings, model) as opened:
        asked = ask_all(opened, dataset.questions)
        found = figures(dataset, asked, {"seconds": 0, "passages_per_second": 0}, opened.settings.home)
    return float(found["citation_precision"]), float(found["citation_recall"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    args = parser.parse_args()
    settings = Settings.from_environment()
    model = lazy_embedding(settings.model)
    for folder in args.folders:
        print(f"\n| {folder.name} | joins from | citation_precision | citation_recall | F1 |\n|---|---|---|---|---|")
        for row in rows(folder, settings, model):
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
