"""The selectors to choose from by name: the trained reader, the first stage alone, any cross-encoder in a folder."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qa.answer.evidence.calibration import Calibration
from qa.answer.evidence.evidence import Candidate, LinearSelector, Score, Selector
from qa.answer.evidence.pairs import Shown
from qa.answer.evidence.reader import Reader, Reading
from qa.answer.evidence.signals import Question
from qa.core.errors import ModelUnavailable

log = logging.getLogger(__name__)

READER = "reader"  # the trained model in the package
FIRST_STAGE = "first-stage"  # the linear signals alone: no model but the embedding
READ = 10  # passages read a question or a part of one, the most promising first; this bounds an answer's time
# Of first-stage scores: a passage whose best sentence is further behind the best of all is not read. That halves what
# is read and more, and costs one question of 492 in the samples of training/calibrate.py, which prints it.
BEHIND = 4.0
TIME_LIMIT = 5.0  # seconds of reading, for each of these, after which the other passages are left to the first stage
PAIRS = 40  # sentences that a cross-encoder scores a question
UNREAD = -8.0  # the reading of a sentence that was not read


class ReaderSelector:
    """Reads the passages whose sentences the first stage ranks best, and mixes what it reads with its signals."""

    def __init__(
        self, reader: Reader, calibration: Calibration | None = None, read: int = READ, behind: float = BEHIND
    ) -> None:
        self._reader = reader
        self._calibration = calibration or reader.calibration
        self._read = read
        self._behind = behind
        self._first = LinearSelector()

    def score(self, question: Question, candidates: Sequence[Candidate]) -> list[Score]:
        readings = self._readings(question, promising(question, candidates, self._first, self._behind)[: self._read])
        scores = []
        for candidate in candidates:
            reading = readings.get((candidate.article.id, candidate.sentence.n))
            signals = {"reading": reading.score if reading else UNREAD, **candidate.ranking_signals(question)}
            value = self._calibration.score(signals)
            scores.append(Score(value, reading, self._calibration) if reading else Score(value))
        return scores

    def _readings(self, question: Question, passages: Sequence[tuple[str, Shown]]) -> dict[tuple[str, int], Reading]:
        """Return readings by article and number of the sentence; of one that several passages share the better one."""
        found: dict[tuple[str, int], Reading] = {}
        started = time.monotonic()
        for count, (article, shown) in enumerate(passages):
            if time.monotonic() - started > TIME_LIMIT:
                log.warning("only %d of %d passages were read in %.0f s", count, len(passages), TIME_LIMIT)
                break
            for n, reading in enumerate(self._reader.read(question.text, shown), start=shown.first):
                known = found.get((article, n))
                if known is None or reading.score > known.score:
                    found[article, n] = reading
        return found


class CrossEncoderSelector:
    """Any sentence-transformers cross-encoder: each of the first stage's best sentences scored against the question.

    Nothing is known of what its scores mean, so the confidence stays the first stage's.
    """

    def __init__(self, folder: Path) -> None:
        from sentence_transformers import CrossEncoder
        from torch.nn import Identity

        self._logits = Identity()  # not probabilities, whose differences say little of how likely another sentence is
        try:
            self._model: Any = CrossEncoder(str(folder), device="cpu", local_files_only=True)
        except Exception as error:
            raise ModelUnavailable(f"The cross-encoder in {folder} cannot be loaded: {error}") from error
        self._first = LinearSelector()

    def score(self, question: Question, candidates: Sequence[Candidate]) -> list[Score]:
        first = [s.value for s in self._first.score(question, candidates)]
        best = sorted(range(len(candidates)), key=lambda i: -first[i])[:PAIRS]
        pairs = [(question.text, candidates[i].text) for i in best]
        asked = {"activation_fn": self._logits, "show_progress_bar": False}
        values = self._model.predict(pairs, **asked) if pairs else []
        floor = float(min(values, default=0.0)) - 1.0
        scores = {i: float(v) for i, v in zip(best, values, strict=True)}
        low = min(first, default=0.0)
        return [Score(scores.get(i, floor - 1.0 / (1.0 + value - low))) for i, value in enumerate(first)]


def promising(
    question: Question, candidates: Sequence[Candidate], first: LinearSelector, behind: float = math.inf
) -> list[tuple[str, Shown]]:
    """Return the passages of the candidates, article and what is shown, ordered by their best sentence.

    Those whose best sentence is more than `behind` below the best of all are left out.
    """
    best: dict[str, tuple[float, int]] = {}
    for i, (candidate, score) in enumerate(zip(candidates, first.score(question, candidates), strict=True)):
        known = best.get(candidate.hit.passage)
        if known is None or score.value > known[0]:
            best[candidate.hit.passage] = (score.value, i)
    order = sorted(best.values(), key=lambda entry: (-entry[0], entry[1]))
    least = order[0][0] - behind if order else 0.0
    return [(candidates[i].article.id, candidates[i].shown) for value, i in order if value >= least]


def load_selector(name: str) -> Selector:
    """Load a selector by its name or its folder. Raises ModelUnavailable."""
    if name == FIRST_STAGE:
        return LinearSelector()
    if name == READER:
        return ReaderSelector(Reader.load())
    folder = Path(name).expanduser()
    if (folder / "checksums.json").is_file():
        return ReaderSelector(Reader.load(folder))
    if (folder / "config.json").is_file():
        return CrossEncoderSelector(folder)
    raise ModelUnavailable(
        f"{name!r} is no selector; expected {READER}, {FIRST_STAGE} or the folder of a sentence-transformers "
        "cross-encoder. Nothing is downloaded: set QA_SELECTOR to one of them, or unset it."
    )
