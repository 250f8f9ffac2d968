"""Measure everything and write bench/RESULTS.md.

    python bench/run.py DIR [--sets NAME...] [--ablation N] [--no-cost]
    python bench/run.py --page-only

DIR holds evaluation sets, each a folder in the format of docs/evaluation.md. Every set is asked whole; the ablation
asks N questions of each set with gold sentences (seed 0). Costs are measured on squad20 where it is there. The
sections on the page need no set: `--page-only` measures them alone and leaves all others as they are.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pickle
import platform
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import confidence
import load
import numpy as np
import page
from cost import cost_rows
from tqdm import tqdm

from qa.answer.evidence.calibration import first_stage
from qa.answer.evidence.evidence import LinearSelector, gather, rank
from qa.answer.evidence.retrieve import RANKINGS, TOP, HybridRetriever
from qa.answer.evidence.selectors import FIRST_STAGE
from qa.answer.evidence.signals import Question
from qa.answer.question.clean import clean_question
from qa.core.errors import DatasetError
from qa.core.lazy import Lazy
from qa.core.settings import Settings
from qa.core.types import Filters
from qa.index.embedding import SentenceEmbedding, lazy_embedding
from qa.quality.dataset import AskedQuestion, Dataset, load_dataset
from qa.quality.evaluate import KEYS, Asked, draw, evaluate_folder, is_gold, open_dataset
from qa.service.service import QA

RESULTS = Path(__file__).parent / "RESULTS.md"
CALIBRATED = ("squad20", "clapnq", "xquad_en")  # the sets whose confidence is looked at closely
COMPARED = (
    "sentence@1", "sentence@3", "citation_precision", "citation_recall", "answer_contains", "abstention_auroc",
    "decline_precision", "decline_recall", "false_decline", "latency_ms_p50", "latency_ms_p95",
)  # fmt: skip
RESAMPLES = 10_000
CONFIDENCE = (
    "Of the same questions, where the gold sentence is known. Supported: one of the first three sentences is gold."
    " Half of the questions of these sets took part in fitting the confidence's seven numbers (`training/calibrate.py`"
    " prints the other half's figures).\n\n"
    "![Said against true](reliability.svg) ![Risk against coverage](risk_coverage.svg)"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--sets", nargs="*", help="only these sets")
    parser.add_argument("--ablation", type=int, default=100, metavar="N")
    parser.add_argument("--no-cost", action="store_true")
    parser.add_argument("--page-only", action="store_true", help="only the sections that need no sets")
    args = parser.parse_args()
    if (args.folder is None) != args.page_only:
        parser.error("Name the folder of evaluation sets, or --page-only, not both.")
    sections = [] if args.no_cost else page_sections()  # first, since it is the first to miss something
    text = RESULTS.read_text("utf-8")
    if not args.page_only:
        head, *measured_now = _parts(measured(args))
        text = with_sections("".join([head, *_parts(text)[1:]]), measured_now)
    RESULTS.write_text(with_sections(text, sections), "utf-8")
    print(f"wrote {RESULTS}")


def page_sections() -> list[str]:
    """The sections on the page, measured now."""
    cores = f"{os.cpu_count()} shared cores"
    timed = (
        f"`python bench/page.py`: a service over the starter article and Chromium without a screen, on {cores};"
        f" {page.WARM} clicks and {page.WARM} questions before those that count."
    )
    loaded = (
        f"`python bench/load.py`: {load.PEOPLE} threads that ask over HTTP at once, each about its own of"
        f" {load.PEOPLE} articles, {load.ROUNDS} rounds; threads and service on {cores}."
    )
    return [section("The page", timed, page.rows()), section("Fifty people at once", loaded, load.rows())]


def with_sections(text: str, sections: Sequence[str]) -> str:
    """The page with these sections in place of those of their titles, new ones at its end; others stay as they are."""
    fresh = {s.partition("\n")[0]: s.rstrip("\n") + "\n\n" for s in sections}
    parts = [fresh.pop(part.partition("\n")[0], part) for part in _parts(text)]
    return "".join([*parts[:-1], parts[-1].rstrip("\n") + "\n\n", *fresh.values()]).rstrip("\n") + "\n"


def _parts(page: str) -> list[str]:
    """What stands before the first section, and each section."""
    return re.split(r"^(?=## )", page, flags=re.MULTILINE)


def measured(args: argparse.Namespace) -> str:
    """The page without the sections on the page: every set asked, ablations, costs."""
    settings = Settings.from_environment()
    model = lazy_embedding(settings.model)
    folders = [f for f in sorted(args.folder.iterdir()) if f.is_dir() and (not args.sets or f.name in args.sets)]
    rows, before, datasets = [], [], []
    asked: dict[str, list[Asked]] = {}
    for folder in folders:
        try:
            dataset = load_dataset(folder)
        except DatasetError as error:
            print(f"left out: {error}")
            continue
        figures, answers = asked_once(folder, dataset.digest, settings, model)
        first, others = asked_once(folder, dataset.digest, replace(settings, selector=FIRST_STAGE), model)
        datasets.append(dataset)
        rows.append(figures)
        before.append({**first, "difference": difference(answers, others)})
        asked[folder.name] = answers
    ablated = [d for d in datasets if any(g.spans for q in d.questions for g in q.gold)]
    ablations = {d.name: ablation(d, settings, model, args.ablation) for d in ablated}
    costs = [] if args.no_cost else cost_rows(datasets, settings, model)
    sure = confidence.rows({name: asked[name] for name in CALIBRATED if name in asked})
    return render(rows, before, sure, ablations, args.ablation, costs)


def asked_once(
    folder: Path, digest: str, settings: Settings, model: Lazy[SentenceEmbedding]
) -> tuple[dict[str, Any], list[Asked]]:
    """A set's figures and answers.

    Kept below `index/` where nothing is changed since the last commit, so that a run of it that was cut off goes on.
    """
    git = ["git", "-C", str(RESULTS.parent)]
    commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True).stdout
    asked = f"{commit} {digest} {settings.selector} {settings.model} {settings.threshold}"
    name = f"{folder.name}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}.pickle"
    kept = settings.index / "bench" / name
    keeps = bool(commit) and not changed
    if keeps and kept.is_file():
        found: tuple[dict[str, Any], list[Asked]] = pickle.loads(kept.read_bytes())
        return found
    made = evaluate_folder(folder, settings, model=model)
    if keeps:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(made))
    return made


def difference(after: Sequence[Asked], before: Sequence[Asked]) -> str:
    """What the reader adds to sentence@1, with the 95 % interval of a paired bootstrap over questions."""
    pairs = [
        (_first_right(a), _first_right(b))
        for a, b in zip(after, before, strict=True)
        if a.question.answerable and any(g.spans for g in a.question.gold)
    ]
    if not pairs:
        return "-"
    gains = np.array([int(a) - int(b) for a, b in pairs])
    drawn = np.random.default_rng(0).integers(0, len(gains), (RESAMPLES, len(gains)))
    low, high = np.quantile(gains[drawn].mean(1), (0.025, 0.975))
    return f"{gains.mean():+.3f} ({low:+.3f} to {high:+.3f})"


def _first_right(asked: Asked) -> bool:
    return bool(asked.sentences) and is_gold(asked.question, *asked.sentences[0])


def ablation(
    dataset: Dataset, settings: Settings, model: Lazy[SentenceEmbedding], limit: int
) -> dict[str, tuple[float, float, float]]:
    """Variant to (document@1, sentence@1, sentence@3) over answerable questions with a located gold sentence."""
    located = [q for q in dataset.questions if q.answerable and any(g.spans for g in q.gold)]
    questions = draw(located, limit, 0)
    weights = first_stage().ranking
    variants: dict[str, tuple[tuple[str, ...], Mapping[str, float]]] = {
        "dense only": (("dense",), weights),
        "BM25 only": (("lexical",), weights),
        "fused": (RANKINGS, weights),
        **{f"fused, only {name}": (RANKINGS, {name: 1.0}) for name in weights},
        **{f"fused, without {n}": (RANKINGS, {k: v for k, v in weights.items() if k != n}) for n in weights},
    }
    totals = {name: [0, 0, 0] for name in variants}
    with open_dataset(dataset, settings, model) as qa:
        for asked in tqdm(questions, desc=f"ablation {dataset.name}", disable=None):
            _ablate(qa, asked, variants, totals)
    n = len(questions)
    return {name: (a / n, b / n, c / n) for name, (a, b, c) in totals.items()}


def _ablate(
    qa: QA,
    asked: AskedQuestion,
    variants: Mapping[str, tuple[tuple[str, ...], Mapping[str, float]]],
    totals: dict[str, list[int]],
) -> None:
    question = Question(clean_question(asked.text[:1000]))
    vector = qa.answerer.embed(question.text)
    with qa.catalog.snapshot() as snapshot:
        found = {}
        for rankings in {r for r, _ in variants.values()}:
            hits = HybridRetriever(snapshot, qa.dense, Filters(), top=TOP, rankings=rankings).hits(
                question.text, vector
            )
            found[rankings] = (hits, gather(snapshot, question, vector, hits))
        for name, (rankings, weights) in variants.items():
            hits, candidates = found[rankings]
            evidence = rank(question, candidates, LinearSelector(replace(first_stage(), ranking=weights)))
            spans = [(e.candidate.article.id, e.candidate.sentence.span) for e in evidence[:3]]
            gold = [is_gold(asked, id, span.start, span.end) for id, span in spans]
            totals[name][0] += bool(hits) and any(hits[0].article == g.article for g in asked.gold)
            totals[name][1] += any(gold[:1])
            totals[name][2] += any(gold)


def render(
    rows: list[dict[str, Any]],
    before: list[dict[str, Any]],
    sure: list[confidence.Row],
    ablations: dict[str, dict[str, tuple[float, float, float]]],
    limit: int,
    costs: list[tuple[str, str, str]],
) -> str:
    """The page, as Markdown."""
    out = [
        "# Results",
        "",
        f"Measured on {date.today().isoformat()}, Python {platform.python_version()}, {platform.machine()}, by",
        "`make bench EVAL=DIR`, where DIR holds the sets that [docs/evaluation.md](../docs/evaluation.md) describes,",
        "each asked whole.",
        "One set alone: `qa evaluate DIR/NAME`. Times are of a shared machine; compare ratios.",
        "",
        *_head(str(r["set"]) for r in rows),
    ]
    out += ["| " + " | ".join([key, *(_shown(r[key]) for r in rows)]) + " |" for key in KEYS if key != "set"]
    out += [
        "",
        "## The first stage alone",
        "",
        "The same questions with `QA_SELECTOR=first-stage`. The last row: what the reader adds to sentence@1, with",
        f"the 95 % interval of a paired bootstrap over questions ({RESAMPLES:,} resamples).",
        "",
        *_head(str(r["set"]) for r in before),
    ]
    out += ["| " + " | ".join([key, *(_shown(r[key]) for r in before)]) + " |" for key in (*COMPARED, "difference")]
    out += ["", section("Confidence", CONFIDENCE, sure)]
    out += ["", *_ablation(ablations, limit)]
    made = [section("Cost", "`python bench/cost.py DIR`: interleaved, medians, ratios within one run.", costs)]
    return with_sections("\n".join(out), made if costs else [])


def _head(names: Iterable[str]) -> list[str]:
    """The first two lines of a table whose first column has no name."""
    columns = list(names)
    return ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]


def _ablation(ablations: dict[str, dict[str, tuple[float, float, float]]], limit: int) -> list[str]:
    out = [
        "## Ablation",
        "",
        f"`python bench/run.py DIR --ablation {limit}`: {limit} answerable questions of each set (or all).",
        "Each cell: right document first / right sentence first / right sentence in the first three.",
        "",
        *_head(ablations),
    ]
    for variant in next(iter(ablations.values()), {}):
        cells = (" / ".join(f"{x:.3f}" for x in of_set[variant]) for of_set in ablations.values())
        out.append(f"| {variant} | " + " | ".join(cells) + " |")
    return out


def section(title: str, how: str, rows: Sequence[tuple[str, str, str]]) -> str:
    """A part of the page: what was measured, and how."""
    out = [f"## {title}", "", how, "", "| what | figure | bound |", "|---|---|---|"]
    return "\n".join([*out, *(f"| {a} | {b} | {c} |" for a, b, c in rows)]) + "\n"


def _shown(value: Any) -> str:
    return "-" if value is None else f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
