"""Questions that ask for several things: "Who called them vital, and how many were there?" is two questions."""

from __future__ import annotations

import re

MOST = 3  # parts of a question; one with more is asked as a whole
SHORTEST = 3  # words of a part; "and when?" cannot be asked alone

_ASKS = r"(?:who|whom|whose|what|when|where|which|why|how)"
_TURNS = (  # how a question turns a sentence round, so that "and what he said" begins none
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|may|might)"
)
_BETWEEN = re.compile(
    rf"\?\s+(?:and\s+)?(?=\w)|[,;]\s*and\s+(?={_ASKS}\b)|"
    rf"\s+and\s+(?={_ASKS}\s+{_TURNS}\b|how\s+(?:many|much|long|old|far|often|big|large)\b)",
    re.IGNORECASE,
)
_BEGINS = re.compile(rf"\W*(?:(?:in|on|at|to|from|by|for|with|of)\s+)?(?:{_ASKS}|{_TURNS})\b", re.IGNORECASE)


def parts_of(question: str) -> list[str]:
    """The questions in a question, in their order; none where it is one, or they cannot be told apart for sure.

    Each of several begins as a question does and is long enough to be asked alone.
    """
    parts = [part.strip() for part in _BETWEEN.split(question) if part.strip(" ?")]
    apart = 2 <= len(parts) <= MOST and all(_BEGINS.match(p) and len(p.split()) >= SHORTEST for p in parts)
    return [part if part.endswith("?") else f"{part}?" for part in parts] if apart else []
