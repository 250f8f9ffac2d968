"""What the documents say stays true: the map of modules, the commands, the promises about what is not named."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from click.testing import CliRunner

from qa.cli.commands import main
from qa.quality.evaluate import KEYS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
RESULTS = (ROOT / "bench" / "RESULTS.md").read_text("utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "docs" / "guide.md", ROOT / "docs" / "evaluation.md"]


def test_the_map_of_modules_is_complete_and_names_no_ghost():
    shipped = {str(p.relative_to(ROOT)) for p in (ROOT / "qa").rglob("*.py") if not p.name.startswith("__")} | {"ui.py"}
    named = set(re.findall(r"^\| `((?:qa/[\w/]+|ui)\.py)` \|", README, re.MULTILINE))
    assert named == shipped


def test_every_test_that_the_table_of_reliability_names_exists():
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "reliability.md").read_text("utf-8"))
    assert len(named) > 50
    assert [name for name in named if f"def {name}(" not in tests] == []


def test_every_command_and_option_in_the_documents_exists():
    runner = CliRunner()
    for document in DOCUMENTS:
        for line in re.findall(r"(?:^ {4}|`)(?:cat \S+ \| )?(qa [^`\n#]*)", document.read_text("utf-8"), re.MULTILINE):
            words = line.split()
            if len(words) < 2 or words[1].startswith("-") or not words[1].islower():
                continue
            shown = runner.invoke(main, [words[1], "--help"])
            assert shown.exit_code == 0, f"{document.name}: {line}"
            for option in re.findall(r"(?<=\s)--[a-z-]+", re.sub(r'"[^"]*"', "", line)):
                assert option in shown.output or option == "--home", f"{document.name}: {line}"


def test_every_make_target_in_the_documents_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"run", "test", "lint", "bench", "clean", "help"} <= targets
    for document in DOCUMENTS:
        assert set(re.findall(r"`make ([a-z]+)", document.read_text("utf-8"))) <= targets


def test_every_local_link_leads_somewhere():
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_no_committed_file_names_a_place_outside_the_project():
    outside = "../" + "shared"
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    for name in listed or []:
        path = ROOT / name
        if path.is_file():
            assert outside.encode() not in path.read_bytes(), name


def test_the_figures_of_the_readme_are_those_of_the_results():
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in RESULTS.splitlines() if line.startswith("| ")]
    sets = rows[0]
    # The first table's; the tables behind it repeat some keys.
    figures = {row[0]: dict(zip(sets[1:], row[1:], strict=False)) for row in reversed(rows[1:]) if row[0] in KEYS}
    head, *shown = [
        [c.strip() for c in line.strip("|").split("|")]
        for line in README.splitlines()
        if line.startswith(("| set |", "| squad20", "| xquad", "| clapnq", "| belebele"))
    ]
    assert len(shown) >= 3
    for name, *values in shown:
        for key, value in zip(head[1:], values, strict=True):
            assert figures[key.strip("`")][name] == value, f"{name}, {key}"
