"""Values that cost seconds to make, such as a loaded model: made once, when first needed or ahead of time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lazy(Generic[T]):
    """A value that is loaded when somebody first asks for it; others who ask meanwhile wait for the same one."""

    def __init__(self, load: Callable[[], T], loaded: T | None = None) -> None:
        self._load = load
        self._value = loaded
        self._lock = threading.Lock()

    @property
    def loaded(self) -> bool:
        """Return True once the value is there."""
        return self._value is not None

    def get(self) -> T:
        """Return the value, loaded if need be. Raises what loading raises, and tries again the next time."""
        if self._value is None:
            with self._lock:
                if self._value is None:
                    self._value = self._load()
        return self._value
