"""The reader: a small cross-encoder that reads question and passage together and scores every sentence in its context.

Trained by `training/` and shipped in `qa/weights/reader/` as int8 ONNX (see the model card there). One pass over a
passage scores all its sentences and says which of its words answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.answer.evidence.calibration import Calibration
from qa.answer.evidence.pairs import PairTokenizer, Row, Shown, Span, batch
from qa.core.onnx import WEIGHTS, check, session

FOLDER = WEIGHTS / "reader"
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
    """The loaded model. Safe to use from many threads."""

    def __init__(self, session: Any, tokenizer: PairTokenizer, calibration: Calibration) -> None:
        self.calibration = calibration
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Reader:
        """Load the model, its files checked against their checksums. Raises ModelUnavailable."""
        check(folder)
        return cls(session(folder / "model.onnx"), PairTokenizer(folder), Calibration.load(folder))

    def read(self, question: str, passage: Shown) -> list[Reading]:
        """Read a passage: return a reading of each of its sentences, in their order.

        One passage a run: as fast as several (nothing is padded), and the int8 activations, whose scale is that of all
        that is run at once, do not depend on what else was retrieved.
        """
        asked, title, text = map(self._tokenizer.pieces, (question, passage.title, passage.text))
        row = self._tokenizer.row(asked, title, text, passage.sentences)
        b = batch([row])
        scores, spans = self._session.run(
            ["scores", "spans"],
            {
                "input_ids": b.input_ids,
                "attention_mask": b.attention_mask,
                "token_type_ids": b.token_type_ids,
                "members": b.members,
            },
        )
        return _readings(row, passage.start, scores[0], spans[0])


def _readings(row: Row, at: int, scores: NDArray[np.float32], spans: NDArray[np.float32]) -> list[Reading]:
    """Return readings of the row's sentences.

    spans (T, 2) are start and end logits over the whole row; `at` is where the text begins.
    """
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
