"""Follows the links of a list of pages to read later, as far as one list may have them followed.

Whoever may add a file may name a million addresses in it: so a list has a most, and a time that it may lose on
addresses that give nothing. What is left out is said once, with the next step.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from qa.core.types import Draft, Link, Refusal

MAX_FOLLOWED = 1_000  # addresses of one list; ten years of a reading list are a few thousand
MAX_LOST = 600.0  # seconds in all for addresses that could not be fetched; a dead host costs some twenty
Fetch = Callable[[str], tuple[bool, Iterable[Draft | Refusal]]]


class Following:
    """Follows the links of one file, however many pieces it is read in."""

    def __init__(self, name: str, fetch: Fetch) -> None:
        """`fetch` returns whether there was an answer at an address, and what is there."""
        self._name, self._fetch = name, fetch
        self._followed: set[str] = set()
        self._lost, self._left = 0.0, 0

    def follow(self, items: Iterable[Draft | Refusal]) -> Iterator[Draft | Refusal]:
        """Yield the items, and in place of a link what is at its address, of which no link is followed."""
        for item in items:
            if not isinstance(item, Link):
                yield item
            elif item.address in self._followed:
                continue
            elif len(self._followed) >= MAX_FOLLOWED or self._lost >= MAX_LOST:
                self._left += 1
            else:
                self._followed.add(item.address)
                began = time.monotonic()
                answered, found = self._fetch(item.address)
                self._lost += 0.0 if answered else time.monotonic() - began
                yield from found

    def left(self) -> Iterator[Refusal]:
        """Yield a refusal for the links that were not followed, where there are some."""
        if not self._left:
            return
        slow = f"{MAX_LOST / 60:.0f} minutes went by on addresses that cannot be fetched"
        many = f"at most {MAX_FOLLOWED:,} addresses of one list are fetched"
        why = slow if self._lost >= MAX_LOST else many
        rest = f"{self._left:,} address{'' if self._left == 1 else 'es'} of it"
        yield Refusal(
            self._name, f"{rest} {'was' if self._left == 1 else 'were'} not fetched: {why}. Add the rest as a list."
        )
