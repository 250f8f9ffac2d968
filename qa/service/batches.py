"""Cut many drafts into batches on their way into the corpus, so that memory stays bounded however many they are.

Used on both sides of the wire, so it loads nothing heavy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from qa.core.reports import Outcome
from qa.core.types import Draft, Refusal

CHARACTERS = 30_000  # of a batch: about 60 passages, seconds of embedding, after which others get their turn
MOST = 100  # drafts of a batch, however short; a request may hold 20,000 values


@dataclass(frozen=True, slots=True)
class Item:
    """What is to be added. `id` names the article to replace; without it the rules of adding find its place."""

    draft: Draft | Refusal
    id: str | None = None
    apart: bool = False  # its address has come before in this adding: it is no new version of anything


def outcome_of(refusal: Refusal) -> Outcome:
    """Return what is said of what could not become a draft."""
    return Outcome(refusal.name, "refused", None, refusal.reason)


def batched(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Cut the items of one adding into batches of about CHARACTERS, in their order; a longer one is a batch of its own.

    An address that comes twice is that of several: the later ones are marked, so that no adding replaces its own.
    """
    batch, size = list[Item](), 0
    for item in _told_apart(items):
        length = len(item.draft.text) if isinstance(item.draft, Draft) else 0
        if batch and (size + length > CHARACTERS or len(batch) == MOST):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += length
    if batch:
        yield batch


def _told_apart(items: Iterable[Item]) -> Iterator[Item]:
    seen: set[int] = set()
    for item in items:
        url = item.draft.metadata.get("url") if isinstance(item.draft, Draft) else None
        mark = hash(url.value) if url else 0  # eight bytes an address, however many there are
        yield replace(item, apart=True) if url and mark in seen else item
        seen.add(mark)
