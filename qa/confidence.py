"""How likely an answer is supported: logistic models over signals of question and sentence only.

One is for sentences that the reader has read, fitted by `training/calibrate.py`, which says on what; one is for the
first stage alone, fitted the same way before there was a reader, over float32 vectors; `calibrate.py` prints what both
would be today. What ABSENT takes was fitted to them later. Nothing here depends on the size of the corpus.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

Signals = Mapping[str, float]

ABSENT = "absent"  # the signal that a year or a country of the question is in no article found

FIRST_STAGE = (
    -4.861,
    {"similarity": 4.403, "nearby_words": 2.68, "names_missing": -2.591, "in_kind": 0.372, ABSENT: -1.191},
)
READ = (
    -2.107,
    {
        "reading": 0.421, "sure": 0.353, "similarity": 3.457, "nearby_words": -0.024, "names_missing": -0.404,
        "in_kind": 0.096, ABSENT: -2.011,
    },
)  # fmt: skip
# The least confidence at which a question is answered. Balanced is the default; what each costs and saves is in
# bench/RESULTS.md.
LEVELS = {"cautious": 0.45, "balanced": 0.3, "eager": 0.15}
THRESHOLD = LEVELS["balanced"]


def confidence(signals: Signals) -> float:
    """Estimated probability, 0 to 1, that the sentence with these signals answers the question."""
    bias, weights = READ if "reading" in signals else FIRST_STAGE
    z = bias + sum(weight * signals[name] for name, weight in weights.items())
    return 1.0 / (1.0 + math.exp(-z))
