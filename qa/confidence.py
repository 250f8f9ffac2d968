"""How likely an answer is supported: a logistic model over signals of question and sentence only.

Weights and threshold were fitted by `bench/fit.py` on questions whose answer is present, whose answering
sentence was taken away, and which were put to the wrong articles. Nothing here depends on the size of the corpus.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

BIAS = -5.06
WEIGHTS: dict[str, float] = {"similarity": 4.44, "nearby_words": 2.82, "names_missing": -1.89, "in_kind": 0.45}
THRESHOLD = 0.28


def confidence(signals: Mapping[str, float]) -> float:
    """Estimated probability, 0 to 1, that the sentence with these signals answers the question."""
    z = BIAS + sum(weight * signals[name] for name, weight in WEIGHTS.items())
    return 1.0 / (1.0 + math.exp(-z))
