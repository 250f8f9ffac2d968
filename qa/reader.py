"""The reader: a small cross-encoder that reads question and passage together and scores every sentence in its context.

Trained by `training/` and shipped in `qa/weights/` as int8 ONNX (see the model card there). One pass over a passage
scores all its sentences and says which of its words answer.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.errors import ModelUnavailable
from qa.pairs import PairTokenizer, Row, Shown, Span, batch

FOLDER = Path(__file__).parent / "weights"
THREADS = 2
ROWS = 8  # in one pass: more at once is slower, as all are padded to the longest
UNSEEN = -12.0  # score of a sentence that did not fit into the window: below all that were read
LONGEST_ANSWER = 24  # word pieces


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader says of one sentence: a logit that it answers, and its words that do.

    `answer` is the best span inside the sentence, in the article's offsets; `sure` its probability in the passage.
    """

    score: float
    answer: Span
    sure: float


class Reader:
    """The loaded model. Safe to use from many threads; one question is read at a time."""

    def __init__(self, session: Any, tokenizer: PairTokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._pieces = lru_cache(maxsize=4096)(tokenizer.pieces)
        self._busy = threading.Lock()

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Reader:
        """Load the model, its files checked against their checksums. Raises ModelUnavailable."""
        check(folder)
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(THREADS, os.cpu_count() or 1)
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # leaves the processor to others
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        return cls(session, PairTokenizer(folder))

    def read(self, question: str, passages: Sequence[Shown]) -> list[list[Reading]]:
        """For each passage a reading of each of its sentences, in their order."""
        asked = self._pieces(question)
        rows = [self._tokenizer.row(asked, self._pieces(p.title), self._pieces(p.text), p.sentences) for p in passages]
        order = sorted(range(len(rows)), key=lambda i: len(rows[i].ids))
        out: list[list[Reading]] = [[] for _ in rows]
        with self._busy:
            for at in range(0, len(order), ROWS):
                chosen = order[at : at + ROWS]
                scores, spans = self._run([rows[i] for i in chosen])
                for n, i in enumerate(chosen):
                    out[i] = _readings(rows[i], passages[i].start, scores[n], spans[n])
        return out

    def _run(self, rows: list[Row]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Scores (B, N) and span logits (B, T, 2)."""
        b = batch(rows)
        scores, spans = self._session.run(
            ["scores", "spans"],
            {
                "input_ids": b.input_ids,
                "attention_mask": b.attention_mask,
                "token_type_ids": b.token_type_ids,
                "members": b.members,
            },
        )
        return scores, spans


def check(folder: Path) -> None:
    """Raises ModelUnavailable when a file is missing or is not the one that was shipped."""
    try:
        sums = json.loads((folder / "checksums.json").read_text("utf-8"))
        found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sums}
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"The reader in {folder} is not whole: {error}. Reinstall groundwire.") from error
    wrong = [name for name, sum in sums.items() if found[name] != sum]
    if wrong:
        raise ModelUnavailable(f"{folder / wrong[0]} is not the file that was shipped. Reinstall groundwire.")


def _readings(row: Row, at: int, scores: NDArray[np.float32], spans: NDArray[np.float32]) -> list[Reading]:
    """The row's sentences; spans (T, 2) are start and end logits over the whole row, `at` is where the text begins."""
    starts, ends = (_log_softmax(spans[: len(row.ids), k])[row.first :] for k in (0, 1))
    out = []
    for n, (a, b) in enumerate(row.sentences):
        if a == b:
            out.append(Reading(UNSEEN, (0, 0), 0.0))
            continue
        start, end, log = _best_span(starts[a:b], ends[a:b])
        answer = (at + row.pieces.spans[a + start][0], at + row.pieces.spans[a + end][1])
        out.append(Reading(float(scores[n]), answer, float(np.exp(log))))
    return out


def _best_span(starts: NDArray[np.float32], ends: NDArray[np.float32]) -> tuple[int, int, float]:
    """Start and end (inclusive) with the largest sum, the end not before the start nor LONGEST_ANSWER behind it."""
    total = starts[:, None] + ends[None, :]
    size = len(starts)
    behind = np.arange(size)[None, :] - np.arange(size)[:, None]
    total = np.where((behind >= 0) & (behind < LONGEST_ANSWER), total, -np.inf)
    start, end = divmod(int(np.argmax(total)), size)
    return start, end, float(total[start, end])


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    top = logits - logits.max()
    return np.asarray(top - np.log(np.exp(top).sum()), np.float32)
