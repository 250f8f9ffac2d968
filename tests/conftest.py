"""What all tests share: an isolated environment, a home folder, the real model once, the fake one always."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fakes import FakeEmbedding
from hypothesis import HealthCheck, settings
from markers import Needs, mark_by_code
from places import put_starter

os.environ["HF_HUB_OFFLINE"] = "1"  # before anything imports a model library
os.environ["ANONYMIZED_TELEMETRY"] = "False"

# Derandomised: a failure seen once is seen by everybody. No deadline: the machine may be busy.
for profile, examples in {"groundwire": 100, "quick": 20}.items():  # make check asks for the quick one
    settings.register_profile(
        profile,
        max_examples=examples,
        derandomize=True,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
settings.load_profile("groundwire")

_needs = Needs()
_patch = pytest.MonkeyPatch()


@pytest.hookimpl(tryfirst=True)  # before -m chooses by marks
def pytest_collection_modifyitems(items) -> None:
    mark_by_code(items)


def pytest_sessionstart() -> None:
    _needs.watch(_patch)


def pytest_sessionfinish() -> None:
    _patch.undo()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    """A test fails that used what its marks do not say (see tests/support/markers.py)."""
    yield
    if bare := _needs.missing(item):
        pytest.fail(bare, pytrace=False)


@pytest.fixture(autouse=True)
def isolated(monkeypatch, tmp_path_factory):
    """No setting of the person who runs the tests reaches them, and no test writes into their folders."""
    for name in [n for n in os.environ if n.startswith("QA_") or n.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HOME", str(tmp_path_factory.getbasetemp()))


@pytest.fixture
def home(tmp_path) -> Path:
    """A folder with an empty corpus/ and index/."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "index").mkdir()
    return tmp_path


@pytest.fixture
def starter_home(home) -> Path:
    """A home whose corpus is the starter article."""
    return put_starter(home)


@pytest.fixture
def fake_model() -> FakeEmbedding:
    return FakeEmbedding()


@pytest.fixture(scope="session")
def model():
    """The real embedding model, loaded once."""
    from qa.core.settings import DEFAULT_MODEL
    from qa.index.embedding import SentenceEmbedding, lazy_embedding

    return lazy_embedding(DEFAULT_MODEL, SentenceEmbedding.load())


@pytest.fixture
def quick_probe(monkeypatch):
    """Chroma's probe in this process: it says the same, without two seconds of imports in a child."""
    from qa.index.vectors import chroma_folder as chroma
    from qa.index.vectors import probe

    monkeypatch.setattr(chroma, "probe", lambda folder, catalog, _: probe.compare(folder, catalog))
