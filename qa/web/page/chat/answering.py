"""A question being answered in a thread of its own, so that whoever waits for it can stop waiting."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qa.core.errors import NotReady
from qa.core.types import Answer, Filters
from qa.service.conversations import Turn
from qa.web.page.chat.earlier import Circumstances
from qa.web.running import RunningService

PATIENCE_SECONDS = 60.0  # how long a question waits for the first article to be indexed
LOOK_SECONDS = 0.25
PULSE_SECONDS = 1.0  # without a sentence; a page that has gone is noticed when it is sent something
READING = "Reading the articles…"


class Answering:
    """Iterates over words on what is waited for, then over the answer, as far as it has come each time.

    That is once today, and as often as an answer grows where it is put together sentence by sentence. Raises what
    `QA.ask` raises.
    """

    def __init__(self, service: RunningService, question: str, filters: Filters, given: Circumstances) -> None:
        self._service = service
        self._question = question
        self._filters = filters
        self._given = given
        self._stopped = threading.Event()
        self._found: queue.SimpleQueue[Answer | Exception | None] = queue.SimpleQueue()
        self._answer: Answer | None = None  # as far as it has come

    @property
    def stopped(self) -> bool:
        """Return True once nobody waits any more."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Let whoever iterates go at once; what is found later is dropped."""
        self._stopped.set()
        self._found.put(None)

    def __iter__(self) -> Iterator[str | Answer]:
        """Yield what there is to show, at least once a second."""
        yield from self._until_ready()
        threading.Thread(target=self._work, name="groundwire-answer", daemon=True).start()
        while True:
            try:
                found = self._found.get(timeout=PULSE_SECONDS)
            except queue.Empty:
                yield self._answer or READING
                continue
            if found is None:
                return
            if isinstance(found, Exception):
                raise found
            self._answer = found
            yield found

    def _until_ready(self) -> Iterator[str]:
        """Yield words until there is something to answer from, or patience ends."""
        yield READING
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._nothing_yet() and time.monotonic() < deadline and not self._stopped.is_set():
            doing = f"indexing {self._service.detail}" if self._service.unfinished else "getting ready"
            yield f"Groundwire is {doing}; your question is next…"
            self._stopped.wait(LOOK_SECONDS)

    def _nothing_yet(self) -> bool:
        """Return True while there is nothing to answer from, but will be."""
        if self._service.state not in ("starting", "indexing"):
            return False
        return not self._service.open or not self._service.qa.status()["articles"]

    def _work(self) -> None:
        """Hand over the answer, or what went wrong, and that there is no more."""
        try:
            qa = self._service.qa
            if not qa.status()["articles"]:
                raise NotReady("The library is empty. Add an article under Library, then ask again.")
            given = self._given
            self._found.put(
                qa.ask(self._question, self._filters, history=given.history, today=given.today, without=given.without)
            )
        except Exception as error:
            self._found.put(error)
        self._found.put(None)


@dataclass(slots=True)
class Asked:
    """A question that a page waits for, and what was opened in its panel meanwhile."""

    conversation: str
    turn: Turn
    answering: Answering
    see: Callable[[], str] | None = None
    left: bool = False  # the page shows something else by now


class UnderWay:
    """The questions that are being answered, one a page, by the page's session."""

    def __init__(self) -> None:
        self._asked: dict[str, Asked] = {}

    def of(self, page: str | None) -> Asked | None:
        """Return the question that a page waits for."""
        return self._asked.get(page or "")

    def begin(self, page: str | None, asked: Asked) -> None:
        """Note what a page waits for from now on, in place of what it has waited for."""
        self.leave(page)
        self._asked[page or ""] = asked

    def end(self, page: str | None, asked: Asked) -> None:
        """Forget a question: nobody waits for it any more."""
        asked.answering.stop()
        if self.of(page) is asked:
            del self._asked[page or ""]

    def leave(self, page: str | None) -> None:
        """Stop what a page waits for: it shows something else from now on."""
        if asked := self._asked.pop(page or "", None):
            asked.left = True
            asked.answering.stop()
