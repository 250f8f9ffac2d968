"""The service as a web server holds it: up at once, ready when it is, with one clear word on why not.

Importing this loads no model library: `open_qa` does, in the thread, while the page is up already.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from qa.errors import GroundwireError, NotReady

if TYPE_CHECKING:
    from qa.index import Progress, SyncReport
    from qa.service import QA

log = logging.getLogger(__name__)


class Host:
    """Starts a service in the background. `qa` is there as soon as the catalog is open; indexing goes on behind it."""

    def __init__(self, open_qa: Callable[[], QA]) -> None:
        self._open = open_qa
        self._qa: QA | None = None
        self._thread: threading.Thread | None = None
        self.state = "starting"  # starting, indexing, ready, failed
        self.detail = ""
        self.report: SyncReport | None = None

    @property
    def qa(self) -> QA:
        """The service. Raises NotReady while it opens, and the reason when it could not."""
        if self._qa is None:
            if self.state == "failed":
                raise NotReady(self.detail)
            raise NotReady("Groundwire is starting and will answer in a few seconds. Try again.")
        return self._qa

    def start(self, progress: Progress | None = None, then: Callable[[Host], None] | None = None) -> None:
        """Open, index what changed and heal Chroma, in a thread; `then` is called at the end, whatever happened."""
        self._thread = threading.Thread(target=self._run, args=(progress, then), name="groundwire-start", daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self._qa is not None:
            self._qa.close()

    def _run(self, progress: Progress | None, then: Callable[[Host], None] | None) -> None:
        def counted(done: int, of: int, what: str) -> None:
            self.detail = f"{done} of {of} articles"
            if progress:
                progress(done, of, what)

        try:
            self._qa = self._open()
            self.state = "indexing"
            self.report = self._qa.sync(counted)
            self.detail = self._qa.attach_chroma()
            self._qa.warm_up()
            self.state = "ready"
        except GroundwireError as error:
            self.state, self.detail = "failed", str(error)
        except Exception as error:
            log.exception("start failed")
            self.state, self.detail = "failed", f"The service could not start: {error}. The log has the details."
        if then:
            then(self)
