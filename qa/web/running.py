"""The service as a web server holds it: up at once, ready when it is, with one clear word on why not.

Importing this loads no model library: `open_qa` does, in the thread, while the page is up already.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from qa.core.errors import GroundwireError, IndexHeld, NotReady, ReadOnly
from qa.core.lazy import Lazy
from qa.corpus.watch import Watcher
from qa.intake.importer import Importer
from qa.web.uploads import Uploads
from qa.web.wording import in_words

if TYPE_CHECKING:
    from qa.core.reports import SyncReport
    from qa.index.writer import Progress
    from qa.service.service import QA

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


class RunningService:
    """Starts a service in the background, then watches `corpus/` for it.

    `qa` is there as soon as the catalog is open; indexing goes on behind it.

    While another process holds the index, or its folder cannot be written, what is indexed is read and answered from
    (`read_qa`), nothing is changed, and the index is taken over as soon as that is possible.
    """

    def __init__(self, open_qa: Callable[[], QA], read_qa: Callable[[], QA] | None = None) -> None:
        self._open = open_qa
        self._read = read_qa
        self._closing = threading.Event()
        self._qa: QA | None = None
        self._thread: threading.Thread | None = None
        self.state = "starting"  # starting, reading (the index cannot be had for writing), indexing, ready, failed
        self.detail = ""  # for anybody who asks
        self.failure = ""  # the same with every path, for whoever started it
        self.report: SyncReport | None = None
        self._watcher: Watcher | None = None
        self._intake = Lazy(lambda: Importer(self.qa.settings))
        self._uploads = Lazy(lambda: Uploads(self.qa.settings.uploads))

    @property
    def qa(self) -> QA:
        """Return the service. Raises NotReady while it opens, and the reason when it could not."""
        if self._qa is None:
            if self.state in ("failed", "reading"):
                raise NotReady(self.detail)
            raise NotReady("Groundwire is starting and will answer in a few seconds. Try again.")
        return self._qa

    def start(self, progress: Progress | None = None, then: Callable[[RunningService], None] | None = None) -> None:
        """Open, index what changed and heal Chroma, in a thread; `then` is called at the end, whatever happened."""
        self._thread = threading.Thread(target=self._run, args=(progress, then), name="groundwire-start", daemon=True)
        self._thread.start()

    @property
    def open(self) -> bool:
        """Return True if there is a service to ask."""
        return self._qa is not None

    @property
    def unfinished(self) -> bool:
        """Return True while articles of the corpus are still being indexed."""
        return self.state == "indexing" and bool(self.detail)

    @property
    def watching(self) -> str:
        """Return how `corpus/` is watched, or what went wrong with a change there, in words."""
        if self._watcher is None:
            return ""
        return in_words(self._watcher.problem) or self._watcher.state

    @property
    def intake(self) -> Importer:
        """Return the way in for files and web addresses. Raises NotReady."""
        return self._intake.get()

    @property
    def uploads(self) -> Uploads:
        """Return the files that wait to be added. Raises NotReady."""
        return self._uploads.get()

    def close(self) -> None:
        """Stop watching, and close all that was opened."""
        self._closing.set()
        if self._watcher is not None:
            self._watcher.close()
        if self._intake.loaded:
            self._intake.get().close()
        if self._uploads.loaded:
            self._uploads.get().close()
        if self._qa is not None:
            self._qa.close()

    def _run(self, progress: Progress | None, then: Callable[[RunningService], None] | None) -> None:
        def counted(done: int, of: int, what: str) -> None:
            self.detail = f"{done} of {of} articles"
            if progress:
                progress(done, of, what)

        try:
            self._qa = self._held()
            _ = self.uploads  # what a service that was killed has left goes now
            self.state, self.detail = "indexing", ""
            self.report = self._qa.sync(counted)
            self.detail = ""
            self.detail = in_words(self._qa.attach_chroma())
            self._qa.warm_up()
            self._watcher = Watcher(self._qa.settings.corpus, self._changed)
            self._watcher.start()
            self.state = "ready"
        except GroundwireError as error:
            self.failure = str(error)
            self.state, self.detail = "failed", in_words(error)
        except Exception as error:
            log.exception("start failed")
            self.state, self.detail = (
                "failed",
                f"The service could not start: {in_words(error)}. The log has the details.",
            )
        if then:
            then(self)
        if self.state == "ready":
            self._fill_in()

    def _fill_in(self) -> None:
        """Derive what an older index lacks, behind the questions; what is not done at the end is done next time."""
        try:
            if count := self.qa.fill_in():
                log.info("%d articles of an older index have what is new now", count)
        except NotReady:
            pass
        except GroundwireError as error:
            log.warning("what an older index lacks is not filled in yet: %s", error)

    def _changed(self, ids: Collection[str] | None) -> None:
        refused = self.qa.sync(only=ids).refused
        if self.report is not None:
            self.report.refused.update(refused)

    def _held(self) -> QA:
        """Return the index held for writing; until then, whatever can be read of it.

        Raises IndexHeld, ReadOnly without a reader.
        """
        while True:
            try:
                qa = self._open()
            except (IndexHeld, ReadOnly) as error:
                if self._read is None or self._closing.is_set():
                    raise
                self._reading(in_words(error))
            else:
                reader, self._qa = self._qa, qa
                if reader is not None:
                    reader.close()
                return qa
            self._closing.wait(RETRY_SECONDS)

    def _reading(self, why: str) -> None:
        self.state, self.detail = "reading", why
        if self._qa is None and self._read is not None:
            try:
                self._qa = self._read()
            except GroundwireError as error:
                log.info("nothing can be read yet: %s", error)
