"""The tool that looks for what no test notices breaks the code where it says, and only there."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys

import pytest
from coverage import CoverageData
from forked import Forks
from mutations import mutations
from places import ROOT
from reach import CHOSEN, LEARNT, Reach, lines_before, read_reach

SOURCE = '''
def first(rows: list[int | None], limit: int = 9) -> int | None:
    """Return the first row."""
    for row in rows:
        if row is not None and not row < limit:  # ü
            return row
    return None
'''


def changed(source: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for mutation in mutations(source):
        after = mutation.apply(source)
        lines = [b for a, b in zip(source.splitlines(), after.splitlines(), strict=True) if a != b]
        found.setdefault(mutation.kind, []).extend(line.partition("  #")[0].strip() for line in lines)
    return found


def test_every_kind_of_mutation_is_made_where_it_belongs():
    assert changed(SOURCE) == {
        "one more": ["def first(rows: list[int | None], limit: int = 10) -> int | None:"],
        "condition negated": ["if (not (row is not None and (not row < limit))):"],
        "operand dropped": ["if (not row < limit):", "if (row is not None):"],
        "comparison swapped": ["if (row is None) and not row < limit:", "if row is not None and not (row <= limit):"],
        "not removed": ["if row is not None and (row < limit):"],
        "None returned": ["return None"],
    }


def test_a_mutant_is_another_program_that_can_be_read():
    source = (ROOT / "qa" / "answer" / "evidence" / "evidence.py").read_text("utf-8")
    found = mutations(source)
    assert len(found) > 30
    for mutation in found:
        assert ast.dump(ast.parse(mutation.apply(source))) != ast.dump(ast.parse(source))


def test_the_condition_that_keeps_boilerplate_out_is_among_those_that_are_dropped():
    source = (ROOT / "qa" / "answer" / "evidence" / "evidence.py").read_text("utf-8")
    dropped = [m for m in mutations(source) if m.kind == "operand dropped"]
    pairs = [(source.encode()[m.start : m.end].decode(), m.new) for m in dropped]
    assert any("sentence.span." in before and "sentence.span." not in after for before, after in pairs)


MODULE = """\
from functools import cache

LIMIT = 3


def limited(
    number: int = 1,
) -> int:
    if number > 0:
        return min(
            number,
            LIMIT,
        )
    return words()


@cache
def words() -> int:
    return len("two words".split())
"""
TESTS = """\
import pytest
from qa.module import limited, words

@pytest.fixture(scope="module")
def made():
    return limited(9)

def test_first(made):
    assert made == 3

def test_second(made):
    assert words() == made - 1
"""
SLOW = """\
import time
from qa.module import limited

def test_slow():
    time.sleep(0.2)
    assert limited(0) == 2
"""


@pytest.mark.parametrize(("line", "lines"), [(3, None), (7, None), (9, [9]), (12, [10, 11, 12]), (19, [19])])
def test_a_line_is_reached_with_its_statement_and_what_runs_at_import_by_no_single_test(line, lines):
    found = lines_before(MODULE, line)
    assert (found if found is None else list(found)) == lines


def test_tests_run_the_quickest_first_and_one_file_after_another():
    seconds = {"a::1": 0.5, "a::2": 0.1, "b::1": 0.3, "b::2": 0.0, "c::1": 0.2}
    reach = Reach({}, seconds, frozenset())
    assert reach.ordered(seconds) == ["c::1", "b::2", "b::1", "a::2", "a::1"]
    assert reach.ordered({"a::2", "b::1"}) == ["a::2", "b::1"]


def pytest_in(folder, told, *options):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "reach", "-p", "no:cacheprovider", *options, "tests"]
    path = os.pathsep.join([str(folder), str(ROOT / "scripts")])
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **told, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def project(tmp_path):
    files = {"qa/__init__.py": "", "qa/module.py": MODULE, "tests/test_a.py": SLOW, "tests/test_b.py": TESTS}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_the_tests_of_a_line_are_those_that_reach_it_themselves_by_a_fixture_or_behind_a_cache(project):
    learnt, data = project / "learnt.json", project / ".coverage"
    told = {LEARNT: str(learnt), "COVERAGE_FILE": str(data)}
    ran = pytest_in(project, told, "--cov=qa", "--cov-context=test", "--cov-report=")
    assert ran.returncode == 0, ran.stdout
    reach = read_reach(data, learnt, project)
    names = {
        mutation.line: [t.partition("::test_")[2] for t in reach.of("qa/module.py", MODULE, mutation, 9)]
        for mutation in mutations(MODULE)
    }
    assert sorted(names[3]) == sorted(names[9]) == ["first", "second", "slow"]
    assert set(names[10]) == {"first", "second"}  # by the fixture, which ran once
    assert names[19] == ["second", "slow"]  # although the value was in the cache; the slow one last


def test_only_the_chosen_tests_run_and_in_their_order(project):
    chosen = project / "chosen.json"
    chosen.write_text(json.dumps(["tests/test_b.py::test_second", "tests/test_b.py::test_first"]))
    ran = pytest_in(project, {CHOSEN: str(chosen)}, "-vv", "-p", "no:xdist")
    order = [line.split("::")[1].split()[0] for line in ran.stdout.splitlines() if "PASSED" in line]
    assert order == ["test_second", "test_first"]


def test_a_mutant_meets_the_quickest_of_its_tests_that_fit_into_the_time():
    seconds = {"a::1": 5.0, "a::2": 1.0, "b::1": 2.0}
    reach = Reach({"m": {12: set(seconds)}}, seconds, frozenset())
    mutation = next(m for m in mutations(MODULE) if m.line == 9)
    reach.tests["m"][9] = set(seconds)
    assert [reach.of("m", MODULE, mutation, limit) for limit in (0.5, 4, 9)] == [
        [],
        ["a::2", "b::1"],
        ["b::1", "a::2", "a::1"],
    ]


def test_what_fails_while_it_is_learnt_tells_nothing(project):
    (project / "tests" / "test_a.py").write_text("def test_red():\n    assert False\n")
    learnt, data = project / "learnt.json", project / ".coverage"
    told = {LEARNT: str(learnt), "COVERAGE_FILE": str(data)}
    assert pytest_in(project, told, "--cov=qa", "--cov-context=test", "--cov-report=").returncode == 1
    assert {t.partition("::")[2] for t in read_reach(data, learnt, project).seconds} == {"test_first", "test_second"}


@pytest.mark.process
def test_a_fork_runs_pytest_from_its_own_folder_and_is_killed_when_it_takes_too_long(project):
    forks = Forks(project, [project, ROOT / "scripts"])
    try:
        options = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
        log = project / "log"
        assert forks.pytest([*options, "tests"], {}, 100, log) == 0
        (project / "qa" / "module.py").write_text(MODULE.replace("number > 0", "number > 9"))
        assert forks.pytest([*options, "tests"], {}, 100, log) == 1
        (project / "tests" / "test_a.py").write_text("def test_endless():\n    while True:\n        pass\n")
        assert forks.pytest([*options, "tests/test_a.py"], {}, 3, log) is None
    finally:
        forks.close()


def test_what_starts_processes_may_reach_every_line(tmp_path):
    data = CoverageData(str(tmp_path / ".coverage"))
    data.set_context("t::a|run")
    data.add_lines({str(tmp_path / "module.py"): [9]})
    data.write()
    noted = {"seconds": {"t::a": 1.0, "t::b": 0.5, "t::c": 0.1}, "children": ["t::b"], "failed": []}
    learnt = tmp_path / "learnt.json"
    learnt.write_text(json.dumps(noted))
    reach = read_reach(tmp_path / ".coverage", learnt, tmp_path)
    by_line = {m.line: reach.of("module.py", MODULE, m, 9) for m in mutations(MODULE) if m.line in (9, 14)}
    assert by_line == {9: ["t::b", "t::a"], 14: ["t::b"]}
