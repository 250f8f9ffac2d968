"""How likely an answer is supported: logistic models over signals of question and sentence only.

Both are fitted by `training/calibrate.py`, which says on what: one for sentences that the reader has read, one for
the first stage alone. Nothing here depends on the size of the corpus.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

Signals = Mapping[str, float]

FIRST_STAGE = (
    -4.861,
    {"similarity": 4.403, "nearby_words": 2.68, "names_missing": -2.591, "in_kind": 0.372},
)
READ = (
    -1.778,
    {
        "reading": 0.452, "sure": 0.482, "similarity": 3.467, "nearby_words": -0.463, "names_missing": -0.532,
        "in_kind": 0.08,
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
