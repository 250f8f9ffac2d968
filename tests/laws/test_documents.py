"""What the documents say stays true: the map of modules, the commands, the promises about what is not named."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from make_docs import GUIDE, current

import qa
from qa.cli.commands import main
from qa.quality.evaluate import KEYS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PACKAGES = "core corpus intake index answer service quality web cli".split()
RESULTS = (ROOT / "bench" / "RESULTS.md").read_text("utf-8")
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_table_of_packages_is_their_own_first_lines():
    shown = dict(re.findall(r"^\| `qa/(\w+)/` \| (.*) \|$", README, re.MULTILINE))
    assert list(shown) == PACKAGES
    for name, says in shown.items():
        assert says == ast.get_docstring(ast.parse((ROOT / "qa" / name / "__init__.py").read_text("utf-8"))), name


def test_the_order_of_packages_is_the_contracts_and_each_has_its_heading():
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0][
        "layers"
    ]
    assert [name for layer in reversed(layers) for name in reversed(layer.split(" | "))][:2] == PACKAGES[:2]
    assert sorted(name for layer in layers for name in layer.split(" | ")) == sorted(PACKAGES)
    assert re.findall(r"^## `qa/(\w+)/`", ARCHITECTURE, re.MULTILINE) == PACKAGES


def test_every_module_that_the_architecture_names_exists():
    modules = {str(path.relative_to(ROOT / "qa")) for path in (ROOT / "qa").rglob("*.py")}
    named = re.findall(r"`((?:\w+/)*\w+\.py)`", ARCHITECTURE)
    assert len(named) > 50
    assert [name for name in named if not any(module.endswith(name) for module in modules)] == []


def test_the_readme_stays_short():
    assert len(README.splitlines()) <= 150


def test_what_users_import_is_what_the_package_offers():
    assert {"QA", "Answer", "Citation", "Article", "Filters", "GroundwireError"} <= set(qa.__all__)
    for name in qa.__all__:
        assert getattr(qa, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = qa.nothing


@pytest.mark.parametrize("name", PACKAGES[1:])
def test_every_package_offers_what_it_names(name):
    package = importlib.import_module(f"qa.{name}")
    assert package.__all__
    for offered in package.__all__:
        assert callable(getattr(package, offered))


def test_every_test_that_the_table_of_reliability_names_exists():
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "reliability.md").read_text("utf-8"))
    assert len(named) > 50
    assert [name for name in named if f"def {name}(" not in tests] == []


def test_every_command_and_option_in_the_documents_exists():
    runner, seen = CliRunner(), 0
    for document in DOCUMENTS:
        for line in re.findall(r"(?:^ {4}|`)(?:cat \S+ \| )?(qa [^`\n#]*)", document.read_text("utf-8"), re.MULTILINE):
            words = line.split()
            if len(words) < 2 or words[1].startswith("-") or not words[1].islower():
                continue
            seen += 1
            shown = runner.invoke(main, [words[1], "--help"])
            assert shown.exit_code == 0, f"{document.name}: {line}"
            for option in re.findall(r"(?<=\s)--[a-z-]+", re.sub(r'"[^"]*"', "", line)):
                assert option in shown.output or option == "--home", f"{document.name}: {line}"
    assert seen > 30


def test_the_guide_has_the_settings_and_the_help_that_the_code_has():
    """`make docs` writes them."""
    assert current(GUIDE.read_text("utf-8")) == GUIDE.read_text("utf-8")


def test_every_make_target_in_the_documents_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"run", "test", "lint", "bench", "clean", "help"} <= targets
    for document in DOCUMENTS:
        assert set(re.findall(r"`make ([a-z]+)", document.read_text("utf-8"))) <= targets


def test_every_local_link_leads_somewhere():
    links = [(d, target) for d in DOCUMENTS for target in re.findall(r"\]\(([^)#:]+)\)", d.read_text("utf-8"))]
    assert len(links) > 20
    assert [f"{d.name}: {target}" for d, target in links if not (d.parent / target).exists()] == []


def test_no_committed_file_names_a_place_outside_the_project():
    outside = "../" + "shared"
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    assert listed or not (ROOT / ".git").exists()
    for name in listed:
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
