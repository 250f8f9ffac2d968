"""Imports point one way and stay light: the command line beside a running page loads no model library."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import threading

import pytest
import uvicorn
from conftest import ROOT
from fakes import open_fake, write_article
from fastapi import FastAPI

from qa.lock import Holder
from qa.web.host import Host
from qa.web.middleware import Guard
from qa.web.routes import error_answers, json_routes

# From what knows nothing to what knows everything; a module imports only from earlier lines.
LAYERS = (
    ("qa.__init__",),
    ("qa.errors",),
    ("qa.types", "qa.turns", "qa.visits", "qa.intake.__init__", "qa.intake.draft"),
    ("qa.batches", "qa.folders"),
    ("qa.confidence", "qa.furniture", "qa.frontmatter", "qa.lexical", "qa.markdown", "qa.nouns", "qa.chroma"),
    ("qa.countries", "qa.lookalikes", "qa.parts", "qa.users"),
    ("qa.articles", "qa.sentences", "qa.passages", "qa.settings"),
    ("qa.frontmatter_dialects", "qa.intake.compounds", "qa.intake.obsidian", "qa.intake.forwarding"),
    ("qa.intake.encodings", "qa.intake.calendars", "qa.intake.tree"),
    ("qa.intake.dates",),
    ("qa.intake.archive", "qa.intake.drafting", "qa.intake.reflow", "qa.intake.wrapping", "qa.intake.wordml"),
    ("qa.intake.tools", "qa.intake.wordpress"),
    ("qa.intake.markup",),
    ("qa.intake.formulas", "qa.intake.jsonld", "qa.intake.titles", "qa.intake.visibility"),
    ("qa.intake.authors", "qa.intake.links", "qa.intake.sections", "qa.intake.layout"),
    ("qa.intake.clutter", "qa.intake.standfirst"),
    ("qa.intake.metadata",),
    ("qa.intake.page", "qa.intake.records"),
    ("qa.intake.text", "qa.intake.mail", "qa.intake.mhtml", "qa.intake.subtitles", "qa.intake.table"),
    ("qa.intake.docx", "qa.intake.epub", "qa.intake.feed", "qa.intake.jsonl", "qa.intake.jsondoc", "qa.intake.pdf"),
    ("qa.intake.jats", "qa.intake.mbox", "qa.intake.odt", "qa.intake.packed", "qa.intake.rtf"),
    ("qa.intake.kinds",),
    ("qa.intake.parsers",),
    ("qa.intake.child",),
    ("qa.intake.sandbox",),
    ("qa.intake.addresses", "qa.intake.dial"),
    ("qa.intake.fetch",),
    ("qa.intake.intake",),
    ("qa.refresh",),
    ("qa.packaged", "qa.pairs"),
    ("qa.reader",),
    ("qa.conditions", "qa.corpus", "qa.premises", "qa.schema", "qa.stories"),
    ("qa.linking",),
    ("qa.lock", "qa.patterns", "qa.signals", "qa.snapshot", "qa.wire", "qa.vectors", "qa.printing"),
    ("qa.sameness",),
    ("qa.embed", "qa.catalog", "qa.client", "qa.dense"),
    ("qa.freshness", "qa.indexer", "qa.mirror", "qa.model", "qa.probe", "qa.retrieve", "qa.select"),
    ("qa.copies", "qa.selectors"),
    ("qa.answer", "qa.conversations", "qa.dataset", "qa.examples", "qa.index"),
    ("qa.adding", "qa.transcript", "qa.watch"),
    ("qa.service",),
    ("qa.doctor", "qa.evaluate", "qa.web.host", "qa.web.schemas"),
    ("qa.web.asgi", "qa.web.throttle", "qa.web.login_page"),
    ("qa.web.bodies", "qa.web.login"),
    (
        "qa.web.__init__",
        "qa.web.mcp",
        "qa.web.middleware",
        "qa.web.parts",
        "qa.web.render",
        "qa.web.routes",
        "qa.web.transcripts",
        "qa.web.answering",
    ),
    (
        "qa.web.bar",
        "qa.web.filters",
        "qa.web.messages",
        "qa.web.reports",
        "qa.web.sources",
        "qa.web.tables",
        "qa.web.uploads",
    ),
    ("qa.web.chat", "qa.web.library"),
    ("qa.web.page",),
    ("ui",),
    ("qa.web.server",),  # the one place that starts the page, inside a function
    ("qa.access",),
    ("qa.add_commands", "qa.user_commands"),
    ("qa.cli",),
    ("qa.__main__",),
)
LEVEL = {module: n for n, layer in enumerate(LAYERS) for module in layer}
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


def imported(tree, known):
    """Our own modules that a module imports, wherever in it the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names] + [node.module]
        else:
            continue
        for name in names:
            if name in known:
                yield name


def test_every_module_has_its_place_and_imports_only_from_below():
    found = dict(modules())
    assert sorted(found) == sorted(LEVEL), "a new module needs its place in LAYERS"
    upward = []
    for module, tree in found.items():
        for name in imported(tree, LEVEL):
            if LEVEL[name] >= LEVEL[module]:
                upward.append(f"{module} imports {name}")
    # `qa.QA` is loaded when first used: the package's own name for its service.
    assert sorted(set(upward)) == ["qa.__init__ imports qa.service"]


def test_the_data_flow_of_the_design_is_the_order_of_the_layers():
    flow = ["errors", "types", "articles", "catalog", "retrieve", "answer", "service", "web.routes", "cli"]
    levels = [LEVEL[f"qa.{name}"] for name in flow]
    assert levels == sorted(set(levels))


def test_the_global_settings_of_llama_index_are_used_nowhere():
    """They fall back to OpenAI."""
    for module, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("llama_index"):
                assert "Settings" not in [alias.name for alias in node.names], module


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


CLI = "from qa.cli import main; main(standalone_mode=False)"


@pytest.mark.parametrize(
    "code", ["import qa", "import qa.cli", "import qa.client", "import qa.chroma", "import qa.web.host"]
)
def test_importing_loads_no_model_library(code):
    if code == "import qa.web.host":
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
    host = Host(lambda: qa)
    host._qa, host.state = qa, "ready"
    app = FastAPI()
    app.include_router(json_routes(host))
    error_answers(app)
    app.add_middleware(Guard, token="secret")
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        threading.Event().wait(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    qa.announce(Holder(os.getpid(), "qa serve", f"http://127.0.0.1:{port}", "secret"))
    yield home
    server.should_exit = True
    thread.join()
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
