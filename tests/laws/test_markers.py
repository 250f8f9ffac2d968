"""A test's marks are read from its code, and what it uses beyond them is told: make check stays what it says."""

from __future__ import annotations

import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from markers import Needs


def starts():
    return subprocess.run([sys.executable, "-c", ""], check=True)


def marks(request) -> set[str]:
    return {marker.name for marker in request.node.iter_markers()}


def item(*names: str) -> SimpleNamespace:
    return SimpleNamespace(iter_markers=lambda: [SimpleNamespace(name=name) for name in names])


def test_a_test_whose_helper_starts_a_process_is_marked_for_it(request):
    assert starts().returncode == 0
    assert marks(request) == {"process"}


def test_a_test_that_reads_a_clock_is_marked_for_it(request):
    assert time.monotonic() > 0
    assert marks(request) == {"clock"}


def test_a_test_of_pure_functions_bears_no_mark(request):
    assert marks(request) == set()


@pytest.mark.parametrize("names", [(), ("model",), ("process",), ("browser",)], ids=str)
def test_a_process_without_a_mark_is_told_once(names):
    needs = Needs()
    with pytest.MonkeyPatch.context() as patch:
        needs.watch(patch)
        starts()
    assert ("mark it `@pytest.mark.process`" in needs.missing(item(*names))) == (names == ())
    assert needs.missing(item()) == ""
