"""How likely an answer is supported: a logistic model over signals of question and sentence only.

Fitted by `bench/fit.py DIR/squadshifts_newwiki --limit 1200` on questions as asked, with their
answering sentence taken away, put to the wrong articles, and with a name or number exchanged; since then spans and
stems have changed a little, and a new fit moves the weights in the second digit. Nothing here depends on the size of
the corpus.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

BIAS = -4.861
WEIGHTS: dict[str, float] = {"similarity": 4.403, "nearby_words": 2.68, "names_missing": -2.591, "in_kind": 0.372}
THRESHOLD = 0.27


def confidence(signals: Mapping[str, float]) -> float:
    """Estimated probability, 0 to 1, that the sentence with these signals answers the question."""
    z = BIAS + sum(weight * signals[name] for name, weight in WEIGHTS.items())
    return 1.0 / (1.0 + math.exp(-z))
