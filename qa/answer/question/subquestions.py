"""Questions that are several: "Who called them vital, and how many were there?", "Which is older, Ulm or Trier?"."""

from __future__ import annotations

import re
from typing import NamedTuple

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

_CAPITAL = r"[^\W_a-zß-öø-ÿ]"  # or a digit, or a letter of a script that has no small ones
_NAMED = rf"(?:[Tt]he\s+)?{_CAPITAL}"  # how the name of something begins
_NAME = rf"{_NAMED}[^\s,?]*(?:,?\s+(?:(?:of|the|de|in|for|on|at|van|von)\s+)*\(?{_CAPITAL}[^\s,?]*)*"
_COMPARED = (
    # Which is older, A or B?
    rf"(?P<before>[^,]*[^,\s],)\s+(?P<one>{_NAMED}[^,]*)\s+or\s+(?P<other>{_NAMED}[^,]*?)(?P<after>\W*)",
    # Are both A and B towns?
    rf"(?P<before>.*?)\bboth\s+(?P<one>{_NAME})\s+and\s+(?P<other>{_NAME})(?P<after>.*)",
    # Are A and B both towns? What do A and B have in common? Are A and B in the same country?
    rf"(?P<before>(?:(?i:{_ASKS}|{_TURNS})\b)?.*?)\b(?P<one>{_NAME})\s+and\s+(?P<other>{_NAME})"
    r"(?P<after>\s+both\b.*|.*\b(?:in common|the same(?!.*\bas\b))\b.*)",
)


class Parts(NamedTuple):
    """The questions in a question, in their order. `together`: only what answers all of them is an answer."""

    texts: list[str]
    together: bool = False


def parts_of(question: str) -> Parts:
    """The questions in a question; none where it is one, or they cannot be told apart for sure.

    Each of several begins as a question does and is long enough to be asked alone. A question that compares two named
    things is asked of each.
    """
    parts = [part.strip() for part in _BETWEEN.split(question) if part.strip(" ?")]
    compares = len(parts) < 2
    if compares:
        parts = _compared(question)
    if not 2 <= len(parts) <= MOST or not all(_BEGINS.match(p) and len(p.split()) >= SHORTEST for p in parts):
        return Parts([])
    return Parts([part if part.endswith("?") else f"{part}?" for part in parts], together=compares)


def _compared(question: str) -> list[str]:
    """The question with one of the two names that it compares, and with the other."""
    found = next((match for form in _COMPARED if (match := re.fullmatch(form, question))), None)
    if found is None:
        return []
    after = re.sub(r"\s*\b(?:both|in common)\b", "", found["after"])
    return [f"{found['before'].strip()} {found[name]}{after}".strip() for name in ("one", "other")]
