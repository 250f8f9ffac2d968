"""Figures on held-out training questions: what models are chosen by."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from qa.answer.evidence.pairs import Row, batch

if TYPE_CHECKING:
    from data import Data
    from model import Reader

PASSAGES = 6  # a question: the one with the answer and the five best without
ROWS = 24  # in one pass


def scores_of(reader: Reader, rows: list[Row]) -> list[np.ndarray]:
    """Sentence scores of each row; a sentence that was cut off has -inf."""
    out: list[np.ndarray] = []
    for i in range(0, len(rows), ROWS):
        part = rows[i : i + ROWS]
        b = batch(part)
        with torch.inference_mode():
            scores, _ = reader(*map(torch.from_numpy, (b.input_ids, b.attention_mask, b.token_type_ids, b.members)))
        there = b.members.any(-1)
        values = np.where(there, scores.numpy(), -np.inf)
        out += [values[n, : len(r.sentences)] for n, r in enumerate(part)]
    return out


def measure(reader: Reader, data: Data, questions: int) -> dict[str, float]:
    """Figures of held-out questions as asked, and as many altered ones; and of the held-out written ones, if any."""
    drawn = random.Random(0).sample(data.dev, len(data.dev))
    mined = [e for e in drawn if not e["set"].startswith("written")]
    asked = [e for e in mined if e["kind"] == "asked" and e["set"].startswith("squadshifts")][:questions]
    figures = measured(reader, data, asked + [e for e in mined if e["kind"] != "asked"][:questions], PASSAGES)
    if written := [e for e in drawn if e["set"].startswith("written")]:
        figures |= {f"written {name}": v for name, v in measured(reader, data, written, PASSAGES).items()}
    return figures


def measured(reader: Reader, data: Data, examples: list[dict[str, Any]], passages: int) -> dict[str, float]:
    """sentence@1, @3 and MRR over so many passages a question; AUROC of the best score, asked against the others."""
    from sklearn.metrics import roc_auc_score

    ranks, best, labels = [], [], []
    for example in examples:
        sample = data.whole(example, passages)
        values = np.concatenate(scores_of(reader, sample.rows))
        gold = np.concatenate(
            [np.isin(np.arange(len(r.sentences)), g) for r, g in zip(sample.rows, sample.gold, strict=True)]
        )
        if example["kind"] == "asked":
            if not gold.any():
                continue
            ranks.append(1 + int((values > values[gold].max()).sum()))
        best.append(float(values.max()))
        labels.append(example["kind"] == "asked")
    at = np.array(ranks)
    return {
        "questions": len(at),
        "sentence@1": round(float((at <= 1).mean()), 4),
        "sentence@3": round(float((at <= 3).mean()), 4),
        "mrr": round(float((1 / at).mean()), 4),
        "auroc": round(float(roc_auc_score(labels, best)), 4) if len(set(labels)) == 2 else 0.0,
    }
