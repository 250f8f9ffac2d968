"""Questions that are several: "Who called them vital, and how many were there?", "Which is older, Ulm or Trier?"."""

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

_NAMED = r"(?:[Tt]he\s+)?[A-Z0-9]"  # how the name of something begins
_NAME = rf"{_NAMED}[^\s,]*(?:,?\s+(?:(?:of|the|de|in|for|on|at|van|von)\s+)*[A-Z0-9(][^\s,?]*)*"
_EITHER = re.compile(
    rf"(?P<before>[^,]*[^,\s],)\s+(?P<one>{_NAMED}.*?)\s+or\s+(?P<other>{_NAMED}[^,]*?)(?P<after>\W*)$"
)
_BOTH = re.compile(
    rf"(?P<before>(?:(?i:{_ASKS}|{_TURNS})\b)?.*?)\b(?:both\s+)?(?P<one>{_NAME})\s+and\s+(?P<other>{_NAME})(?P<after>.*)$"
)
_TOGETHER = re.compile(r"\b(?:both|in common|the same)\b")


def parts_of(question: str) -> list[str]:
    """The questions in a question, in their order; none where it is one, or they cannot be told apart for sure.

    Each of several begins as a question does and is long enough to be asked alone. A question that compares two named
    things is asked of each.
    """
    parts = [part.strip() for part in _BETWEEN.split(question) if part.strip(" ?")]
    if len(parts) < 2:
        parts = _compared(question)
    apart = 2 <= len(parts) <= MOST and all(_BEGINS.match(p) and len(p.split()) >= SHORTEST for p in parts)
    return [part if part.endswith("?") else f"{part}?" for part in parts] if apart else []


def _compared(question: str) -> list[str]:
    """The question with one of the two names that it compares, and with the other."""
    found = _EITHER.match(question) or (_TOGETHER.search(question) and _BOTH.match(question)) or None
    if found is None:
        return []
    before, after = found["before"].strip(), re.sub(r"\s*\b(?:both|in common)\b", "", found["after"])
    return [f"{before} {found[name]}{after}".strip() for name in ("one", "other")]
