"""A question being answered in a thread of its own, so that whoever waits for it can stop waiting."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator

from qa.core.errors import NotReady
from qa.core.types import Answer, Filters
from qa.web.host import Host

PATIENCE_SECONDS = 60.0  # how long a question waits for the first article to be indexed
LOOK_SECONDS = 0.25
PULSE_SECONDS = 1.0  # without a sentence; a page that has gone is noticed when it is sent something
READING = "Reading the articles…"


class Answering:
    """Iterate for words on what is being waited for and for the answer as it grows. Raises what `QA.ask` raises."""

    def __init__(self, host: Host, question: str, filters: Filters) -> None:
        self._host = host
        self._question = question
        self._filters = filters
        self._stopped = threading.Event()
        self._found: queue.SimpleQueue[Answer | Exception | None] = queue.SimpleQueue()
        self.answer: Answer | None = None  # as far as it has come

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        """Nobody waits any more: whoever iterates is let go at once, and no further sentence is looked up."""
        self._stopped.set()
        self._found.put(None)

    def __iter__(self) -> Iterator[str | Answer]:
        yield from self._until_ready()
        threading.Thread(target=self._work, name="groundwire-answer", daemon=True).start()
        while True:
            try:
                found = self._found.get(timeout=PULSE_SECONDS)
            except queue.Empty:
                yield self.answer or READING
                continue
            if found is None:
                return
            if isinstance(found, Exception):
                raise found
            self.answer = found
            yield found

    def _until_ready(self) -> Iterator[str]:
        yield READING
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._nothing_yet() and time.monotonic() < deadline and not self._stopped.is_set():
            doing = f"indexing {self._host.detail}" if self._host.unfinished else "getting ready"
            yield f"Groundwire is {doing}; your question is next…"
            self._stopped.wait(LOOK_SECONDS)

    def _nothing_yet(self) -> bool:
        """Whether there is nothing to answer from, but will be."""
        if self._host.state not in ("starting", "indexing"):
            return False
        return not self._host.open or not self._host.qa.status()["articles"]

    def _work(self) -> None:
        try:
            qa = self._host.qa
            if not qa.status()["articles"]:
                raise NotReady("The library is empty. Add an article under Library, then ask again.")
            self._found.put(qa.ask(self._question, self._filters))
        except Exception as error:
            self._found.put(error)
        self._found.put(None)
