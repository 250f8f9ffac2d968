"""Whose turn it is on the processor: questions go first, a few at a time; adding steps aside between small pieces.

Fifty questions at once, each with threads of its own, would take five times as long as a few after a few.
Knows neither questions nor articles, only how many are asked just now and whether all must end.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

from qa.core.errors import NotReady

AT_ONCE = max(2, os.cpu_count() or 1)  # questions that are worked on together
PATIENCE = 1.0  # seconds that adding waits for questions at each piece; without an end to them it goes on, slowly


class Priority:
    """Shared by whoever asks and whoever adds, in one process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._asked = 0
        self._places = threading.Semaphore(AT_ONCE)
        self._closed = False

    @contextlib.contextmanager
    def question(self) -> Iterator[None]:
        """Ask a question inside the block; it begins when fewer than AT_ONCE are under way."""
        with self._changed:
            self._asked += 1
        try:
            with self._places:
                yield
        finally:
            with self._changed:
                self._asked -= 1
                self._changed.notify_all()

    def step_aside(self) -> None:
        """Wait until nobody asks, or long enough. Raises NotReady when all must end."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._asked, PATIENCE)
            if self._closed:
                raise NotReady("Groundwire is closing. What is not indexed yet will be at the next start.")

    def close(self) -> None:
        """Let whoever adds end at its next piece."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
