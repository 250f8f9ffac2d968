"""The embedding model, loaded once, when first needed or ahead of time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.index.embedding import SentenceEmbedding


class Model:
    """A lazily loaded embedding; whoever asks first loads it, the others wait."""

    def __init__(self, name: str, loaded: SentenceEmbedding | None = None) -> None:
        self.name = name
        self._embedding = loaded
        self._lock = threading.Lock()

    @property
    def loaded(self) -> bool:
        return self._embedding is not None

    def get(self) -> SentenceEmbedding:
        """The loaded embedding. Raises ModelUnavailable."""
        if self._embedding is None:
            with self._lock:
                if self._embedding is None:
                    from qa.index.embedding import SentenceEmbedding

                    self._embedding = SentenceEmbedding.load(self.name)
        return self._embedding
