"""The fitted numbers of ranking and confidence, read from `calibration.json` beside the weights they belong to.

Those beside the embedding are the first stage's, which knows vectors and words only; those beside a reader are of
sentences that this reader has read, and another reader brings its own. `training/calibrate.py` writes both files and
says on what they were fitted. The signals do not depend on the corpus; that a year or a country is in none of its
articles does.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from qa.core.errors import ModelUnavailable
from qa.core.onnx import WEIGHTS

FILE = "calibration.json"
# Taken from the logit where a year or a country of the question is in no article found. Chosen, not fitted: such
# questions are too rare in the sets (training/LOG.md, 2026-11-27).
ABSENT = 2.0


@dataclass(frozen=True)
class Calibration:
    """Weights by the signals' names: of the score that ranks, and of a logistic model of whether a sentence answers."""

    ranking: Mapping[str, float]
    bias: float
    confidence: Mapping[str, float]

    @classmethod
    def load(cls, folder: Path) -> Calibration:
        """Read the calibration beside a model. Raises ModelUnavailable."""
        try:
            values = json.loads((folder / FILE).read_text("utf-8"))
            return cls(dict(values["ranking"]), float(values["bias"]), dict(values["confidence"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelUnavailable(
                f"{folder / FILE} holds no calibration ({error}); expected ranking, bias and confidence, as "
                "training/calibrate.py writes them."
            ) from error

    def score(self, signals: Mapping[str, float]) -> float:
        """Return what orders the sentences of one question; higher is better."""
        return sum(weight * signals[name] for name, weight in self.ranking.items())

    def estimate_confidence(self, signals: Mapping[str, float], absent: bool = False) -> float:
        """Estimate the probability, 0 to 1, that the sentence with these signals answers the question.

        `absent`: whether something that the question takes for granted (`question/premises.py`) is in no article found.
        """
        z = self.bias + sum(weight * signals[name] for name, weight in self.confidence.items()) - ABSENT * absent
        return 1.0 / (1.0 + math.exp(-z))


@cache
def first_stage() -> Calibration:
    """Return the calibration of the first stage: no model but the embedding."""
    return Calibration.load(WEIGHTS / "embedding")
