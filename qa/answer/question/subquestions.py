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
_PRONOUN = r"(?:i|you|he|she|it|we|they|there)\b"
_ADDS = r"(?:and|plus|also|then|as well as|and also|and then)\b[:,]?"
_BETWEEN = re.compile(
    rf"\?\s+(?:{_ADDS}\s+)?(?=\w)|[,;]\s*{_ADDS}\s+(?={_ASKS}\b)|;\s*(?={_ASKS}\b)|"
    rf"[,;]\s*{_ADDS}\s+(?={_TURNS}\s+(?:the|an?|any\w*|there|it|he|she|they)\b)|"
    rf"(?<!\s)\s+(?:and|plus)\s+(?={_ASKS}\s+{_TURNS}\b|how\s+(?:many|much|long|old|far|often|big|large)\b)|"
    rf"(?<!\s)\s+and\s+(?=who\s+(?!{_PRONOUN})[a-z]+\s)",
    re.IGNORECASE,
)
# What is said before the first of them: "I want to know two things: ...".
_LEAD = re.compile(r"[^?:]{0,60}\b(?:things|questions|points|know|tell me|wonder)\b[^?:]{0,20}:\s*", re.IGNORECASE)
_RELATIVE = re.compile(r"\w\s+(?:who|whom|whose|which|that)\b", re.IGNORECASE)
_BEGINS = re.compile(rf"\W*(?:(?:in|on|at|to|from|by|for|with|of)\s+)?(?:{_ASKS}|{_TURNS})\b", re.IGNORECASE)

_CAPITAL = r"[^\W_a-zß-öø-ÿ]"  # or a digit, or a letter of a script that has no small ones
_NAMED = rf"(?:[Tt]he\s+)?{_CAPITAL}"  # how the name of something begins
_NAME = rf"{_NAMED}[^\s,?]*(?:,?\s+(?:(?:of|the|de|in|for|on|at|van|von)\s+)*\(?{_CAPITAL}[^\s,?]*)*"
# Which is older, A or B? What stands before the first comma; then, to the last word of the question, the rest.
_BEFORE = re.compile(r"[^,]*[^,\s],")
_OR = re.compile(rf"\s+(?P<one>{_NAMED}[^,]*)\s+or\s+(?P<other>{_NAMED}[^,]*)")
_LAST_WORD = re.compile(r"\w\W*$")
# Are both A and B towns?
_BOTH = re.compile(rf"\bboth\s+(?P<one>{_NAME})")
# Are A and B both towns? What do A and B have in common? Are A and B in the same country?
_FIRST = re.compile(rf"(?:{_ASKS}|{_TURNS})\b", re.IGNORECASE)  # no name, though it has a capital
_ONE = re.compile(rf"\b{_NAME}")
_AND = re.compile(rf"\s+and\s+(?P<other>{_NAME})")
_THEN_BOTH = re.compile(r"\s+both\b")
_IN_COMMON = re.compile(r"\bin common\b")
_THE_SAME = re.compile(r"\bthe same\b")
_AS = re.compile(r"\bas\b")
_SHARED = re.compile(r"(?:(?<!\s)\s+)?\b(?:both|in common)\b")


class _Compared(NamedTuple):
    """A question that compares, in pieces."""

    before: str
    one: str
    other: str
    after: str


class Parts(NamedTuple):
    """The questions in a question, in their order. `together`: only what answers all of them is an answer."""

    texts: list[str]
    together: bool = False


def parts_of(question: str) -> Parts:
    """Return the questions in a question; none where it is one, or they cannot be told apart for sure.

    Each of several begins as a question does and is long enough to be asked alone. A question that compares two named
    things is asked of each.
    """
    lead = _LEAD.match(question)
    parts = [part.strip() for part in _cut(question[lead.end() :] if lead else question) if part.strip(" ?")]
    compares = len(parts) < 2
    if compares:
        parts = _compared(question)
    if not 2 <= len(parts) <= MOST or not all(_BEGINS.match(p) and len(p.split()) >= SHORTEST for p in parts):
        return Parts([])
    return Parts([part if part.endswith("?") else f"{part}?" for part in parts], together=compares)


def _cut(question: str) -> list[str]:
    """Return the question cut where another begins; not where "and who" goes on with "the man who"."""
    pieces, start = list[str](), 0
    for between in _BETWEEN.finditer(question):
        before = question[start : between.start()]
        if question.startswith("who ", between.end()) and _RELATIVE.search(before) and "?" not in between.group():
            continue
        pieces.append(before)
        start = between.end()
    return [*pieces, question[start:]]


def _compared(question: str) -> list[str]:
    """Return the question with one of the two names that it compares, and with the other."""
    found = _either(question) or _both(question) or _alike(question)
    if found is None:
        return []
    after = _SHARED.sub("", found.after)
    return [f"{found.before.strip()} {name}{after}".strip() for name in (found.one, found.other)]


def _either(question: str) -> _Compared | None:
    """Which is older, A or B?"""
    before, last = _BEFORE.match(question), _LAST_WORD.search(question)
    if before is None or last is None or before.end() > last.start():
        return None
    end = last.start() + 1
    names = _OR.fullmatch(question, before.end(), end)
    return _Compared(before[0], names["one"], names["other"], question[end:]) if names else None


def _both(question: str) -> _Compared | None:
    """Are both A and B towns?"""
    for both in _BOTH.finditer(question):
        if names := _AND.match(question, both.end()):
            return _Compared(question[: both.start()], both["one"], names["other"], question[names.end() :])
    return None


def _alike(question: str) -> _Compared | None:
    """Are A and B both towns? Name after name from left to right, since one expression for it all takes minutes."""
    common = max((m.start() for m in (*_IN_COMMON.finditer(question), *_likened(question))), default=-1)
    first = _FIRST.match(question)
    for start in (first.end(), 0) if first else (0,):
        for one in _ONE.finditer(question, start):
            names = _AND.match(question, one.end())
            if names and (names.end() <= common or _THEN_BOTH.match(question, names.end())):
                return _Compared(question[: one.start()], one[0], names["other"], question[names.end() :])
    return None


def _likened(question: str) -> list[re.Match[str]]:
    """Where it says "the same" and not as what."""
    last = max((m.start() for m in _AS.finditer(question)), default=-1)
    return [m for m in _THE_SAME.finditer(question) if m.end() > last]
