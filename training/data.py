"""Training examples as rows of word pieces, drawn and batched the same way for the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from reword import load, reworded

from qa.answer.evidence.pairs import PairTokenizer, Pieces, Row

DROPPED = 0.15  # how often the negative is the passage itself with its answering sentences taken away
NEGATIVE_ROWS = 4  # of a question where each row is about one sentence
REWORDED = 0.35  # how often a question is said in other words
NEAREST = 0.35  # chance that a negative is the best-ranked one left; else the next is tried, and so on


@dataclass(frozen=True)
class Sample:
    """Rows of one question: for each the sentences that answer and the answers' ranges of pieces."""

    rows: list[Row]
    gold: list[list[int]]
    answers: list[list[tuple[int, int]]]

    def labelled(self) -> Iterator[tuple[Row, list[int], list[tuple[int, int]]]]:
        return zip(self.rows, self.gold, self.answers, strict=True)


class Data:
    """What training/mine.py wrote. `form`: what a row shows of a sentence's surroundings.

    passage: the whole passage, all its sentences scored in one pass; window: a row a sentence, with its title and the
    sentences before and after; sentence: a row a sentence, alone.
    """

    def __init__(self, folder: Path, tokenizer: Path, form: str = "passage", rewords: float = REWORDED) -> None:
        self.tokenizer, self.form, self.rewords = PairTokenizer(tokenizer), form, rewords
        self.near = load(folder) if rewords else {}
        with (folder / "passages.jsonl").open(encoding="utf-8") as lines:
            self.passages: dict[str, dict[str, Any]] = {p["id"]: p for p in map(json.loads, lines)}
        with (folder / "examples.jsonl").open(encoding="utf-8") as lines:
            examples = [json.loads(line) for line in lines]
        self.train = [e for e in examples if e["split"] == "train"]
        self.dev = [e for e in examples if e["split"] == "dev"]
        self._texts: dict[str, tuple[Pieces, Pieces]] = {}

    def steps(self, size: int, epochs: float, seed: int, limit: int | None) -> Iterator[list[dict[str, Any]]]:
        """Batches of examples of about the same length, in random order."""
        rng = random.Random(seed)
        pool = sorted(self.train, key=lambda e: e["id"])
        rng.shuffle(pool)
        pool = pool[:limit]
        left = round(len(pool) * epochs)
        while left > 0:
            rng.shuffle(pool)
            drawn = sorted(pool[:left], key=lambda e: (self._length(e), e["id"]))
            batches = [drawn[i : i + size] for i in range(0, len(drawn), size)]
            rng.shuffle(batches)
            yield from batches
            left -= len(drawn)

    def _length(self, example: dict[str, Any]) -> int:
        """About how long the first row is, in steps of 16 pieces."""
        return (len(self.passages[example["passages"][0]]["text"]) + len(example["question"])) // 70

    def samples(self, examples: list[dict[str, Any]], rng: np.random.Generator) -> list[Sample]:
        return [self._sample(e, rng) for e in examples]

    def _sample(self, example: dict[str, Any], rng: np.random.Generator) -> Sample:
        """The passage with the answer and one without; an altered question has the former only, without labels."""
        if rng.random() < self.rewords:
            other = reworded(example["question"], self.near, random.Random(int(rng.integers(2**31))))
            example = {**example, "question": other}
        chosen = [(0, False)]
        if example["kind"] == "asked":
            whole = self.passages[example["passages"][0]]
            gold = example["gold"][0]
            if rng.random() < DROPPED and len(whole["sentences"]) > len(gold):
                chosen.append((0, True))
            elif len(example["passages"]) > 1:
                rank = min(int(rng.geometric(NEAREST)), len(example["passages"]) - 1)
                chosen.append((rank, False))
        sample = self._joined([self._rows(example, i, dropped) for i, dropped in chosen])
        return sample if self.form == "passage" else _drawn(sample, rng)

    def whole(self, example: dict[str, Any], passages: int) -> Sample:
        """The question with its first passages, nothing drawn."""
        return self._joined([self._rows(example, i, False) for i in range(min(passages, len(example["passages"])))])

    def _joined(self, samples: list[Sample]) -> Sample:
        joined = [[x for s in samples for x in getattr(s, name)] for name in ("rows", "gold", "answers")]
        return Sample(*joined)

    def _rows(self, example: dict[str, Any], i: int, dropped: bool) -> Sample:
        passage = self.passages[example["passages"][i]]
        gold, answers = example["gold"][i], [] if dropped else [tuple(a) for a in example["answers"][i] or ()]
        title, text = self._pieces(passage)
        spans = [tuple(s) for s in passage["sentences"]]
        if dropped:
            text = _without(text, [spans[g] for g in gold])
            spans = [s for n, s in enumerate(spans) if n not in gold]
            gold = []
        question = self.tokenizer.pieces(example["question"])
        if self.form == "passage":
            row = self.tokenizer.row(question, title, text, spans)
            return Sample([row], [gold], [_ranges(row, answers)])
        rows = []
        for n, span in enumerate(spans):
            around = spans[max(0, n - 1) : n + 2] if self.form == "window" else [span]
            shown = _only(text, around[0][0], around[-1][1])
            rows.append(self.tokenizer.row(question, title if self.form == "window" else Pieces([], []), shown, [span]))
        return Sample(rows, [[0] if n in gold else [] for n in range(len(rows))], [_ranges(r, answers) for r in rows])

    def _pieces(self, passage: dict[str, Any]) -> tuple[Pieces, Pieces]:
        if passage["id"] not in self._texts:
            found = (self.tokenizer.pieces(passage["title"]), self.tokenizer.pieces(passage["text"]))
            self._texts[passage["id"]] = found
        return self._texts[passage["id"]]


def _drawn(sample: Sample, rng: np.random.Generator) -> Sample:
    """One row that answers, where there is one, and NEGATIVE_ROWS that do not."""
    right = [i for i, gold in enumerate(sample.gold) if gold]
    wrong = [i for i, gold in enumerate(sample.gold) if not gold]
    chosen = [int(i) for i in [*rng.permutation(right)[:1], *rng.permutation(wrong)[:NEGATIVE_ROWS]]]
    return Sample(*([getattr(sample, name)[i] for i in chosen] for name in ("rows", "gold", "answers")))


def _only(text: Pieces, start: int, end: int) -> Pieces:
    kept = [i for i, (a, b) in enumerate(text.spans) if a >= start and b <= end]
    return Pieces([text.ids[i] for i in kept], [text.spans[i] for i in kept])


def _without(text: Pieces, gone: list[tuple[int, int]]) -> Pieces:
    kept = [i for i, (a, b) in enumerate(text.spans) if not any(x <= a and b <= y for x, y in gone)]
    return Pieces([text.ids[i] for i in kept], [text.spans[i] for i in kept])


def _ranges(row: Row, answers: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Character spans of the passage as ranges of the row's pieces; one that is not shown has none."""
    out = []
    for start, end in answers:
        inside = [i for i, (a, b) in enumerate(row.pieces.spans) if a < end and b > start]
        if inside:
            out.append((inside[0], inside[-1] + 1))
    return out
