"""Whether dates and a conversation bend plain questions: python bench/context.py DIR [--sets NAME...]

Each set is asked whole three times: as it is; with a random day of publication, 2015 to 2026, on every article
(seed 0); and in random order as one conversation, in which every question has the six before it as its history. None
of that has anything to do with what is asked, so sentence@1, shown@1 and declines should stay.
"""

from __future__ import annotations

import argparse
import hashlib
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from steps import measuring

from qa.answer.question.conversation import MOST, Earlier
from qa.core.settings import Settings
from qa.quality.dataset import AskedQuestion, Dataset, load_dataset
from qa.quality.evaluate import Asked, ask_all, figures, open_dataset

FIRST, LAST = date(2015, 1, 1), date(2026, 11, 30)
SHOWN = ("sentence@1", "shown@1", "abstention_auroc", "decline_precision", "decline_recall", "false_decline")


def dated(dataset: Dataset, seed: int = 0) -> Dataset:
    """Return the set with a random day of publication on every article."""
    rng = random.Random(seed)
    days = [FIRST + timedelta(days=rng.randrange((LAST - FIRST).days)) for _ in dataset.articles]
    articles = [replace(a, published=d.isoformat()) for a, d in zip(dataset.articles, days, strict=True)]
    digest = hashlib.sha256(f"{dataset.digest} dated {seed}".encode()).hexdigest()[:12]
    return replace(dataset, articles=articles, digest=digest)


def conversation(questions: Sequence[AskedQuestion], seed: int = 0) -> list[AskedQuestion]:
    """Return the questions in random order, each after the six before it."""
    order = random.Random(seed).sample(list(questions), len(questions))
    return [
        replace(q, history=tuple(Earlier(before.text) for before in order[max(0, n - MOST) : n]))
        for n, q in enumerate(order)
    ]


def asked_whole(dataset: Dataset, questions: Sequence[AskedQuestion]) -> tuple[dict[str, object], list[Asked]]:
    """Ask the questions of a set and return the figures."""
    with open_dataset(dataset, Settings.from_environment()) as service:
        asked = ask_all(service, questions)
        home = service.settings.home
    return figures(dataset, asked, {"seconds": None, "passages_per_second": None}, home), asked


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="*", default=["squad20", "xquad_en", "clapnq"])
    args = parser.parse_args()
    print(f"| set | run | {' | '.join(SHOWN)} |\n|---|---|{'---|' * len(SHOWN)}")
    with measuring():
        for name in args.sets:
            dataset = load_dataset(args.folder / name)
            runs = {
                "as it is": (dataset, dataset.questions),
                "dated": (dated(dataset), dataset.questions),
                "one conversation": (dataset, conversation(dataset.questions)),
            }
            for run, (made, questions) in runs.items():
                values, _ = asked_whole(made, questions)
                cells = ["-" if values[key] is None else f"{values[key]:.4f}" for key in SHOWN]
                print(f"| {name} | {run} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
