"""How likely an answer is supported: logistic models over signals of question and sentence only.

One is for sentences that the reader has read, fitted by `training/calibrate.py`, which says on what; one is for the
first stage alone, fitted the same way before there was a reader, over float32 vectors; `calibrate.py` prints what it
would be today. The signals do not depend on the corpus; that a year or a country is in none of its articles does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

Signals = Mapping[str, float]

# Taken from the logit where a year or a country of the question is in no article found. Chosen, not fitted: such
# questions are too rare in the sets (training/LOG.md, 2026-11-27).
ABSENT = 2.0

FIRST_STAGE = (
    -4.861,
    {"similarity": 4.403, "nearby_words": 2.68, "names_missing": -2.591, "in_kind": 0.372},
)
READ = (
    -2.107,
    {
        "reading": 0.421, "sure": 0.353, "similarity": 3.457, "nearby_words": -0.024, "names_missing": -0.404,
        "in_kind": 0.096,
    },
)  # fmt: skip


def confidence(signals: Signals, absent: bool = False) -> float:
    """Estimated probability, 0 to 1, that the sentence with these signals answers the question.

    `absent`: whether something that the question takes for granted (`question/premises.py`) is in no article found.
    """
    bias, weights = READ if "reading" in signals else FIRST_STAGE
    z = bias + sum(weight * signals[name] for name, weight in weights.items()) - ABSENT * absent
    return 1.0 / (1.0 + math.exp(-z))
