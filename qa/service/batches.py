"""Cut many drafts into batches on their way into the corpus, so that memory stays bounded however many they are.

Used on both sides of the wire, so it loads nothing heavy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa.core.types import Draft, Outcome, Refusal

CHARACTERS = 30_000  # of a batch: about 60 passages, seconds of embedding, after which others get their turn
MOST = 100  # drafts of a batch, however short; a request may hold 20,000 values


@dataclass(frozen=True, slots=True)
class Item:
    """What is to be added. `id` names the article to replace; without it the rules of adding find its place."""

    draft: Draft | Refusal
    id: str | None = None


def outcome_of(refusal: Refusal) -> Outcome:
    """Return what is said of what could not become a draft."""
    return Outcome(refusal.name, "refused", None, refusal.reason)


def batched(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Cut the items into batches of about CHARACTERS, in their order; a longer one is a batch of its own."""
    batch, size = list[Item](), 0
    for item in items:
        length = len(item.draft.text) if isinstance(item.draft, Draft) else 0
        if batch and (size + length > CHARACTERS or len(batch) == MOST):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += length
    if batch:
        yield batch
