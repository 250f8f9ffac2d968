"""Imports point one way and stay light: the command line beside a running page loads no model library."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys

import pytest
from fakes import open_fake, write_article
from places import ROOT
from serving import TOKEN, serving

from qa.index.lock import Holder

MOST_MODULES = 12
HEAVY = (
    "onnxruntime",
    "tokenizers",
    "torch",
    "transformers",
    "sentence_transformers",
    "llama_index",
    "chromadb",
    "gradio",
    "sklearn",
    "spacy",
)


def modules():
    for path in [*sorted((ROOT / "qa").rglob("*.py")), ROOT / "ui.py"]:
        yield ".".join(path.relative_to(ROOT).with_suffix("").parts), ast.parse(path.read_text())


def packages():
    return sorted(path.parent for path in (ROOT / "qa").rglob("__init__.py") if path.parent != ROOT / "qa")


def test_imports_point_one_way():
    """The contract itself stands in `pyproject.toml`, where `make lint` runs it too."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_every_package_says_in_one_line_what_it_is():
    for folder in packages():
        says = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))
        assert says, folder
        assert "\n" not in says.strip(), folder


def test_no_folder_holds_more_modules_than_one_can_oversee():
    for folder in [ROOT / "qa", *packages()]:
        modules = [path.name for path in folder.glob("*.py") if not path.name.startswith("__")]
        assert len(modules) <= MOST_MODULES, f"{folder}: {len(modules)} modules"


def test_the_global_settings_of_llama_index_are_used_nowhere():
    """They fall back to OpenAI."""
    imported = {
        (module, alias.name)
        for module, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("llama_index")
        for alias in node.names
    }
    assert imported
    assert [module for module, name in imported if name == "Settings"] == []


def loaded_by(code, *arguments, **environment):
    """The heavy libraries in sys.modules at the end of a process, and what it printed."""
    tail = f"\nimport sys, json; print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", code + tail, *map(str, arguments)], capture_output=True, text=True, timeout=240,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    printed = done.stdout.splitlines()
    return json.loads(printed[-1]), "\n".join(printed[:-1])


CLI = "from qa.cli.commands import main; main(standalone_mode=False)"


@pytest.mark.parametrize(
    "code",
    [
        "import qa",
        "import qa.cli.commands",
        "import qa.service.client",
        "import qa.index.vectors.chroma_folder",
        "import qa.web.running",
    ],
)
def test_importing_loads_no_model_library(code):
    if code == "import qa.web.running":
        assert "gradio" not in loaded_by(code)[0]
    else:
        assert loaded_by(code)[0] == []


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["ask", "--help"], ["serve", "--help"]], ids=" ".join)
def test_help_loads_no_model_library(arguments):
    heavy, printed = loaded_by(
        f"try:\n    {CLI.split('; ')[0]}\n    {CLI.split('; ')[1]}\nexcept SystemExit: pass", *arguments
    )
    assert heavy == []
    assert printed


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A service with the fake model, answering on loopback as `qa serve` does, found through the lock's side file."""
    home = tmp_path_factory.mktemp("running")
    write_article(home, "tank", "The tank is green. It holds 12 litres.")
    qa = open_fake(home)
    qa.sync()
    with serving(qa) as address:
        qa.announce(Holder(os.getpid(), "qa serve", address, TOKEN))
        yield home
    qa.close()


def test_asking_beside_a_running_service_loads_no_model_library(running):
    heavy, printed = loaded_by(CLI, "--home", running, "ask", "--json", "Is the tank green?")
    assert heavy == []
    assert json.loads(printed)["sentences"][0]["text"] == "The tank is green."


@pytest.mark.parametrize(
    "command", [["list"], ["show", "tank"], ["search", "tank"], ["index"], ["doctor"]], ids=" ".join
)
def test_every_command_goes_through_the_running_service(running, command):
    heavy, printed = loaded_by(CLI, "--home", running, *command)
    assert heavy == []
    assert printed


def test_adding_and_removing_go_through_the_running_service(running, tmp_path):
    (tmp_path / "ship.txt").write_text("The ship is blue.")
    heavy, printed = loaded_by(CLI, "--home", running, "add", tmp_path / "ship.txt")
    assert (heavy, printed) == ([], f"added: {tmp_path / 'ship.txt'} as ship")
    assert (running / "corpus" / "ship.md").exists()
    heavy, printed = loaded_by(CLI, "--home", running, "remove", "ship")
    assert (heavy, printed) == ([], "removed: ship")


def test_asking_alone_imports_neither_gradio_nor_torch(starter_home):
    """The real models: what `qa ask` needs and nothing of the page."""
    heavy, printed = loaded_by(CLI, "--home", starter_home, "ask", "Who is Hugh Griffiths?")
    assert "Hugh Griffiths" in printed
    assert "onnxruntime" in heavy
    assert not {"gradio", "spacy", "torch", "transformers"} & set(heavy)


def test_listing_alone_loads_no_torch(home):
    write_article(home, "tank", "The tank is green.")
    with open_fake(home) as qa:
        qa.sync()
    heavy, printed = loaded_by(CLI, "--home", home, "list", QA_MODEL=str(home / "fake-model"))
    assert "torch" not in heavy
    assert "tank" in printed
