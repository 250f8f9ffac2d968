"""What servers said of the pages that were fetched from them, so that the next fetch can ask for what is new only.

A cache in the index folder: what is lost costs a whole fetch.
"""

from __future__ import annotations

import contextlib
import json
import threading
from pathlib import Path

from qa.core.files import write_file

FILE = "fetched.json"
MOST = 100_000  # addresses


class Visits:
    """Entity tags and dates by address. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._lock = threading.Lock()

    def get(self, url: str) -> tuple[str | None, str | None]:
        """Return the entity tag and the date of the last fetch."""
        with self._lock:
            told = self._read().get(url)
        etag, modified = told if isinstance(told, list) and len(told) == 2 else (None, None)
        return (etag if isinstance(etag, str) else None, modified if isinstance(modified, str) else None)

    def put(self, url: str, etag: str | None, modified: str | None) -> None:
        """Remember what was said. A disk that is full is no reason to fail."""
        with self._lock, contextlib.suppress(OSError):
            known = {**self._read(), url: [etag, modified]}
            write_file(self._path, json.dumps(dict(list(known.items())[-MOST:])), settle=False)

    def _read(self) -> dict[str, object]:
        try:
            known = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}
