"""Why a question is declined, and what would help: the name that no article has, the filter that leaves nothing."""

from __future__ import annotations

from qa.answer.question.conversation import names_in
from qa.answer.question.understand import Meaning
from qa.core.types import Answer, Filters
from qa.corpus.words import stem, words
from qa.index.catalog.snapshot import Snapshot

TASK = (
    "Groundwire only quotes what the articles say; it writes, translates and invents nothing. "
    "Ask for a fact instead: who, what, when, where, how many, why."
)


def reason(snapshot: Snapshot, meaning: Meaning, answer: Answer, filters: Filters) -> str:
    """Return one or two sentences that say why nothing is shown, and what to try."""
    if filters and not answer.nearest:
        return "The filters leave no article. Widen them, or ask all articles."
    missing = unmentioned(snapshot, meaning.text)
    if missing:
        return f"No article mentions {_either(missing)}. Is it spelt as the articles would spell it?"
    if filters:
        return "The articles that pass the filters do not say this. Drop a filter to ask all articles."
    return ""


def unmentioned(snapshot: Snapshot, text: str) -> list[str]:
    """Return the names of a question of which no article has a word."""
    found = []
    for name in names_in(text):
        stems = [stem(w) for w in words(name)]
        if stems and not snapshot.passages_with(stems):
            found.append(name)
    return found


def _either(names: list[str]) -> str:
    return " or ".join(names)
