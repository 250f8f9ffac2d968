"""Learns which tests reach which line, so that a broken one is shown to those only: a plugin of pytest, and its reader.

A line that runs when its module is imported may be noticed by any test, and belongs to no one. What several tests share
belongs to each of them: caches are emptied before every test, and what a fixture reaches counts for all tests of its
file. What a test's child processes reach is not known: such a test counts as one that reaches everything. A test that
fails while it is learnt, since being measured slows it down, tells nothing and is left out.
"""

from __future__ import annotations

import ast
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from coverage import CoverageData
from mutations import Mutation

# Set where the plugin is wanted: a file to write what is learnt to, and one that lists the tests to run.
LEARNT, CHOSEN = "REACH_LEARNT", "REACH_CHOSEN"
CACHED = type(cache(len))


@dataclass(frozen=True, slots=True)
class Reach:
    """What some tests reach: the tests by file and line, and how long each takes."""

    tests: dict[str, dict[int, set[str]]]
    seconds: dict[str, float]
    children: frozenset[str]  # the tests that start processes

    def of(self, file: str, source: str, mutation: Mutation, seconds: float) -> list[str]:
        """Return the tests that may notice a mutation, the quickest that together take this long, in their order."""
        lines = lines_before(source, mutation.line)
        by_line = self.tests.get(file, {})
        reaching = self.seconds if lines is None else self.children.union(*(by_line.get(n, ()) for n in lines))
        chosen: list[str] = []
        for test in sorted(reaching, key=self.seconds.__getitem__):
            if (seconds := seconds - self.seconds[test]) < 0:
                break
            chosen.append(test)
        return self.ordered(chosen)

    def ordered(self, tests: Iterable[str]) -> list[str]:
        """Return tests the quickest first, but one file after another, so that a file's fixtures are made once."""
        files: dict[str, float] = defaultdict(float)
        chosen = list(tests)
        for test in chosen:
            files[_file(test)] += self.seconds[test]
        return sorted(chosen, key=lambda test: (files[_file(test)], _file(test), self.seconds[test], test))


def lines_before(source: str, line: int) -> range | None:
    """Return the lines of a statement up to this one, or None where it runs when the module is imported."""
    around = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    functions = [node for node in around if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = any(node.body[0].lineno <= line for node in functions)
    return range(max(node.lineno for node in around), line + 1) if inside else None


def read_reach(data: Path, learnt: Path, root: Path) -> Reach:
    """Return what coverage.py and the plugin have written down."""
    coverage = CoverageData(str(data))
    coverage.read()
    noted = json.loads(learnt.read_text("utf-8"))
    took = {test: seconds for test, seconds in noted["seconds"].items() if test not in noted["failed"]}
    together: dict[str, set[str]] = defaultdict(set)
    for test in took:
        together[_file(test)].add(test)
    reached: dict[str, dict[int, set[str]]] = {}
    for name in coverage.measured_files():
        by_line = reached.setdefault(Path(name).resolve().relative_to(root.resolve()).as_posix(), {})
        for line, contexts in coverage.contexts_by_lineno(name).items():
            tests = by_line.setdefault(line, set())
            for test, _, phase in (context.rpartition("|") for context in contexts):
                tests |= {test} & took.keys() if phase == "run" else together.get(_file(test), set())
    return Reach(reached, took, frozenset(noted["children"]) & took.keys())


def _file(test: str) -> str:
    return test.partition("::")[0]


_seconds: dict[str, float] = defaultdict(float)
_children: list[str] = []
_failed: list[str] = []


@pytest.hookimpl(trylast=True)  # after the marks are put on and pytest has its own order
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the chosen tests, in the order in which they are listed."""
    if CHOSEN in os.environ:
        place = {test: n for n, test in enumerate(json.loads(Path(os.environ[CHOSEN]).read_text("utf-8")))}
        items[:] = sorted((item for item in items if item.nodeid in place), key=lambda item: place[item.nodeid])


def pytest_runtest_logstart() -> None:
    """Empty the caches of the code: otherwise only the first test that needs a value reaches how it is made."""
    if LEARNT in os.environ:
        for module in list(sys.modules.values()):
            if str(getattr(module, "__file__", "")).startswith(os.getcwd()):
                for value in list(vars(module).values()):
                    if isinstance(value, CACHED):
                        value.cache_clear()


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Add up how long a test takes, its fixtures included."""
    _seconds[item.nodeid] += call.duration
    if call.when == "setup" and item.get_closest_marker("process"):
        _children.append(item.nodeid)
    if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
        _failed.append(item.nodeid)


def pytest_sessionfinish() -> None:
    """Write down what was learnt."""
    if LEARNT in os.environ:
        learnt = {"seconds": _seconds, "children": _children, "failed": _failed}
        Path(os.environ[LEARNT]).write_text(json.dumps(learnt), "utf-8")
