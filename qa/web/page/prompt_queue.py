"""Gradio's queue of events, woken by what happens to it: an event begins at once, and an idle service does nothing.

Gradio's own looks for one every so often, busy or idle: the shorter it sleeps the more it costs, and every click waits
for half of that on average. Knows gradio's queue as the pinned version has it.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

from gradio.queueing import Queue
from gradio.utils import set_task_name

LOOKS_SECONDS = 1.0  # between looks for whether it was closed


class PromptQueue(Queue):
    """Begins with an event when it comes, and with the next of a kind when one before it has ended."""

    stopped: bool

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self._woken = asyncio.Event()

    async def push(self, *given: Any, **named: Any) -> Any:
        """Take an event in, and begin."""
        taken = await super().push(*given, **named)
        self._woken.set()
        return taken

    async def start_processing(self) -> None:
        """Process events until the queue is closed."""
        try:
            while not self.stopped:
                self._woken.clear()
                while await self._begin():
                    pass
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), LOOKS_SECONDS)
        finally:
            self.stopped = True
            self._cancel_asyncio_tasks()

    async def start_progress_updates(self) -> None:
        """Do nothing: the page has no bars of gradio's."""

    async def _begin(self) -> bool:
        """Begin with the next event, if there is one that may begin. Returns whether there was."""
        if None not in self.active_jobs:
            return False
        async with self.delete_lock:
            found = self.get_events()
        if not found:
            return False
        events, batch, kind = found
        self.active_jobs[self.active_jobs.index(None)] = events
        fn, waiting, now = events[0].fn, self.event_queue_per_concurrency_id[kind], time.time()
        waiting.current_concurrency += 1
        waiting.start_times_per_fn[fn].add(now)
        task = asyncio.create_task(self.process_events(events, batch, now, fn))
        set_task_name(task, events[0].session_hash, fn._id, events[0]._id, batch)  # by which a question is cancelled
        self._asyncio_tasks.add(task)
        task.add_done_callback(self._ended)
        self.broadcast_estimations(kind)
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._asyncio_tasks.discard(task)
        self._woken.set()
