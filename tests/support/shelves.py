"""A library of many short articles behind the real page, in this process: the fake model, straight into the catalog."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
import numpy as np
import uvicorn
from fakes import DIMENSION, open_fake

from qa.core.types import Article, Passage, Sentence
from qa.index.catalog.catalog import Catalog, Indexed
from qa.service.conversations import Conversations
from qa.service.service import QA
from qa.web.running import RunningService

TOKEN = "of-the-tests"


def put(catalog: Catalog, article: Article, sentences: int = 1) -> None:
    """An article without a file, whose sentences and vectors mean nothing: enough to be listed."""
    vectors = np.ones((sentences, DIMENSION), np.float32)
    spans = [Sentence(0, 1)] * sentences
    catalog.put(Indexed(article, "stamp", spans, vectors, [Passage(0, 1, 0, 1)], vectors[:1]))


def fill(catalog: Catalog, count: int) -> None:
    """Articles a00000, a00001 and so on, of which some have no title, no outlet, no date or no time of adding."""
    catalog._database._db.execute("PRAGMA synchronous = OFF")  # a test's catalog may be lost
    for i in range(count):
        article = Article(
            f"a{i:05d}",
            f"Body {i} begins here. " + "It goes on and on. " * 20,
            title=None if i % 5 == 0 else f"{'Äbcdé ÉZ'[i % 8]}{i * 7919 % 10_000:04d} story",
            outlet=None if i % 7 == 0 else f"{'oO'[i % 2]}utlet {i % 50}",
            published=None if i % 3 == 0 else f"20{i % 25:02d}-0{i % 9 + 1}-1{i % 10}",
            added=None if i % 11 == 0 else f"2026-01-01T00:00:{i % 60:02d}+00:00",
        )
        put(catalog, article, 1 + i % 4)


class Shelf:
    """The page of a service over what `home` holds, ready. Speaks HTTP as tests/browser.py's Service does."""

    def __init__(self, home: Path, qa: QA | None = None) -> None:
        from ui import build_app

        self.qa = qa or open_fake(home)
        self.host = RunningService(lambda: self.qa)
        self.host._qa, self.host.state = self.qa, "ready"
        self._conversations = Conversations(home / "conversations.sqlite3")
        app = build_app(self.host, self._conversations, TOKEN)
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, log_level="error", ws="none", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            threading.Event().wait(0.02)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"
        self.http = httpx.Client(trust_env=False, timeout=120, headers={"authorization": f"Bearer {TOKEN}"})

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._conversations.close()
        self.qa.close()
