"""Marks a test with what it needs, read from its own code and that of its fixtures and helpers, and holds it to that.

`make check` runs the tests that bear none of these marks. So a test that starts a process or loads real weights, and
is not marked for it, fails: with product code in between, the mark has to be written by hand.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from functools import wraps
from multiprocessing.process import BaseProcess
from types import CodeType, FunctionType
from typing import Any

import onnxruntime
import pytest
from places import ROOT

# Names in code, helpers included, that tell what a test needs.
NAMES = {
    "browser": {"chromium", "sync_playwright", "new_page"},
    "process": {"subprocess", "multiprocessing", "fork", "Parsers"},
}
MODELS = {"SentenceEmbedding", "Reader"}  # whose `load` reads real weights
CLOCKS = {"monotonic", "perf_counter"}  # in the test itself: a helper polls by them
HARMLESS = {"['uname', '-p']"}  # what Python's own `platform` starts once a process
DEPTH = 4  # calls from a test to its helpers' helpers
TESTS = str(ROOT / "tests")


def mark_by_code(items: list[pytest.Item]) -> None:
    """Add the marks that the code of the tests, their fixtures and their helpers calls for."""
    known: dict[FunctionType, frozenset[str]] = {}
    for item in items:
        functions = [f for f in (_plain(f) for f in _functions(item)) if f is not None]
        names = frozenset(item.fixturenames).union(*(_names(f, DEPTH, known) for f in functions))  # type: ignore[attr-defined]
        for mark, telling in NAMES.items():
            if names & telling:
                item.add_marker(mark)
        if "load" in names and names & MODELS:
            item.add_marker("model")
        if functions and CLOCKS & set(_own_names(functions[0].__code__)):
            item.add_marker("clock")


def _functions(item: pytest.Item) -> Iterator[Callable[..., Any]]:
    """Yield the test's function and those of its fixtures."""
    law = getattr(item.function, "hypothesis", None)  # type: ignore[attr-defined]
    yield law.inner_test if law else item.function  # type: ignore[attr-defined]
    for definitions in item._fixtureinfo.name2fixturedefs.values():  # type: ignore[attr-defined]
        yield definitions[-1].func


def _plain(function: Callable[..., Any]) -> FunctionType | None:
    """Return the function behind decorators, or None where it is none of the tests' own."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    own = isinstance(function, FunctionType) and function.__code__.co_filename.startswith(TESTS)
    return function if own else None  # type: ignore[return-value]


def _names(function: FunctionType, depth: int, known: dict[FunctionType, frozenset[str]]) -> frozenset[str]:
    """Return the names in a function and in the tests' own functions and classes that it uses."""
    if function not in known:
        known[function] = names = frozenset(_own_names(function.__code__))
        if depth:
            used = (function.__globals__.get(name) for name in names)
            inner = (f for value in used for f in _functions_of(value))
            known[function] = names.union(*(_names(f, depth - 1, known) for f in inner))
    return known[function]


def _functions_of(value: object) -> list[FunctionType]:
    """Return a helper, or the methods of a helper class."""
    values = vars(value).values() if isinstance(value, type) else [value]
    plain = (_plain(v) for v in values if callable(v))
    return [function for function in plain if function is not None]


def _own_names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _own_names(constant)


class Needs:
    """What the running test has used that only marked tests may use."""

    def __init__(self) -> None:
        self.used: dict[str, str] = {}

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Note processes and model weights from now on."""
        patch.setattr(subprocess.Popen, "__init__", self._noted("process", subprocess.Popen.__init__))
        patch.setattr(BaseProcess, "start", self._noted("process", BaseProcess.start))
        session = onnxruntime.InferenceSession
        patch.setattr(session, "__init__", self._noted("model", session.__init__))

    def _noted(self, mark: str, original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def noting(*arguments: Any, **options: Any) -> Any:
            what = str(arguments[1] if len(arguments) > 1 else options.get("args", ""))[:120]
            if what not in HARMLESS:
                self.used.setdefault(mark, what)
            return original(*arguments, **options)

        return noting

    def missing(self, item: pytest.Item) -> str:
        """Return what a test among the quick ones has used, as a sentence, or nothing; forget what was used."""
        has = {marker.name for marker in item.iter_markers()}
        apart = bool(
            has & {*NAMES, "model", "clock", "long"}
        )  # not among the quick ones, whichever of the marks it bears
        bare = {} if apart else dict(self.used)
        self.used.clear()
        return "; ".join(f"used {what}: mark it `@pytest.mark.{mark}`" for mark, what in bare.items())
