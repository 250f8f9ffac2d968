"""Chroma: used while it is healthy, nearly exact, never believed about what exists, and told apart from the catalog."""

from __future__ import annotations

import logging
import subprocess
import sys
import time

import chromadb
import numpy as np
import pytest
from fakes import DIMENSION, FakeEmbedding, open_fake, write_article

from qa.core.errors import IndexDamaged
from qa.core.types import Filters
from qa.index.vectors import chroma_folder as chroma
from qa.index.vectors import probe
from qa.index.vectors.chroma_folder import current_folder, fresh_folder, make_current, open_collection
from qa.index.vectors.chroma_store import ChromaVectors

RNG = np.random.default_rng(7)


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def row(id, vector, article="a", outlet=None, day=None):
    return (id, vector, article, outlet, day)


@pytest.fixture
def vectors(tmp_path):
    opened = ChromaVectors.open(tmp_path / "chroma")
    yield opened
    opened.close()


@pytest.fixture
def qa(home):
    for i in range(60):
        write_article(home, f"a{i:02}", f"Tank number{i} is at place{i % 7} with ship{i % 3}.", outlet=f"Outlet{i % 2}")
    with open_fake(home) as opened:
        opened.sync()
        opened.attach_chroma()
        yield opened


def test_chroma_answers_the_dense_queries_while_it_is_healthy(qa):
    for n, question in enumerate(["Where is tank number3?", "Which ship?", "At which place?"], start=1):
        qa.ask(question)
        assert qa.dense.answered_by_chroma == n
    qa.search("ship", Filters(outlets=("Outlet1",)))
    assert qa.dense.answered_by_chroma == 4
    assert qa.dense.failures == 0
    assert qa.status()["dense"] == "chroma"


def test_the_first_50_of_chroma_hold_99_of_100_of_the_true_first_50(vectors):
    """3,000 vectors in 10 clusters, which approximate search finds hard: with 8 neighbours and ef 50 it finds 0.93."""
    centres = unit(RNG.standard_normal((10, 384)))
    stored = unit(centres[RNG.integers(0, 10, 3000)] + 0.6 * unit(RNG.standard_normal((3000, 384))))
    vectors.put([row(f"p{i:04}", v) for i, v in enumerate(stored)])
    asked = unit(centres[RNG.integers(0, 10, 60)] + 0.8 * unit(RNG.standard_normal((60, 384))))
    shares = []
    for q in asked:
        truth = {f"p{i:04}" for i in np.argsort(-(stored @ q))[:50]}
        shares.append(len(truth & set(vectors.search(q, 50, Filters()))) / 50)
    assert np.mean(shares) >= 0.99


def test_putting_an_id_again_replaces_vector_and_metadata(vectors):
    """Chroma's own add keeps the old row without a word."""
    e0, e1, other = np.eye(3, dtype=np.float32)
    vectors.put([row("x", e0, "old", "Gazette", 5), row("y", other)])
    vectors.put([row("x", e1, "new")])
    assert vectors.search(e1, 1, Filters()) == ["x"]
    assert vectors.search(e1, 5, Filters(articles=("new",))) == ["x"]
    assert vectors.search(e1, 5, Filters(articles=("old",))) == []
    assert vectors.search(e1, 5, Filters(outlets=("Gazette",))) == []
    assert vectors.count() == 2


def test_unknown_metadata_matches_no_filter(vectors):
    e0 = np.eye(3, dtype=np.float32)[0]
    vectors.put([row("x", e0, "a", None, None), row("y", e0, "a", "", 738000)])
    assert vectors.search(e0, 5, Filters(outlets=("",))) == []
    assert vectors.search(e0, 5, Filters(published_from="0001-01-01")) == ["y"]


def test_stale_ids_are_dropped_and_fetched_past(qa):
    """Chroma still names passages that the catalog has no more: the answer is as long and as right as without them."""
    question = FakeEmbedding().encode(["Tank number3 is at place3 with ship0."])[0]
    stale = [row(f"gone:000000000000:{i:05}", question, "gone") for i in range(300)]
    qa.dense.chroma.put(stale)
    with qa.catalog.snapshot() as snapshot:
        found = qa.dense.search(snapshot, question, 20, Filters())
        assert qa.dense.answered_by_chroma == 1
        held, qa.dense.chroma = qa.dense.chroma, None
        assert found == qa.dense.search(snapshot, question, 20, Filters())
        qa.dense.chroma = held
    assert len(found) == 20
    assert found[0][0].startswith("a03:")


def test_pending_passages_are_searched_exactly_and_merged(qa):
    question = FakeEmbedding().encode(["Tank number3 is at place3 with ship0."])[0]
    with qa.catalog.snapshot() as snapshot:
        expected = qa.dense.search(snapshot, question, 20, Filters())
        waiting = [id for id, _ in expected[:7]]
    qa.dense.chroma.delete(waiting[:4])  # three of the seven stand in Chroma all the same
    qa.catalog.mark_pending(waiting)
    with qa.catalog.snapshot() as snapshot:
        assert qa.dense.search(snapshot, question, 20, Filters()) == expected
        inside = qa.dense.search(snapshot, question, 60, Filters(outlets=("Outlet1",)))
    assert len(inside) == 30
    assert {int(id[1:3]) % 2 for id, _ in inside} == {1}
    assert qa.dense.answered_by_chroma == 3


def test_a_pending_passage_is_not_crowded_out_by_its_old_self_in_chroma(home):
    """Its outlet has changed since Chroma learned it: proposed under the old filter, it must not count."""
    for i in range(30):
        write_article(home, f"a{i:02}", f"Tank number{i}.", outlet="Old")
    with open_fake(home) as qa:
        qa.sync()
        qa.attach_chroma()
        question = FakeEmbedding().encode(["Tank"])[0]
        with qa.catalog.snapshot() as snapshot:
            first = [id[:3] for id, _ in qa.dense.search(snapshot, question, 20, Filters(outlets=("Old",)))]
        held, qa.dense.chroma = qa.dense.chroma, None
        for id in first:
            write_article(home, id, f"Tank number{int(id[1:])}.", outlet="New")
        qa.sync()
        qa.dense.chroma = held
        with qa.catalog.snapshot() as snapshot:
            rest = qa.dense.search(snapshot, question, 5, Filters(outlets=("Old",)))
        assert len(rest) == 5
        assert not {id[:3] for id, _ in rest} & set(first)


def test_when_chroma_fails_the_answer_is_the_same_and_chroma_is_left_alone(qa, monkeypatch, caplog):
    caplog.set_level(logging.CRITICAL)
    before = qa.ask("Where is tank number3?")

    def broken(*_):
        raise IndexDamaged("Failed to apply logs to the hnsw segment writer")

    monkeypatch.setattr(ChromaVectors, "search", broken)
    after = qa.ask("Where is tank number3?")
    assert (after.sentences, after.nearest) == (before.sentences, before.nearest)
    assert (qa.dense.failures, qa.dense.chroma) == (1, None)
    assert qa.status()["dense"] == "exact"
    monkeypatch.undo()
    assert qa.add("A late tank came.", id="late").status == "added"  # written without Chroma: pending
    assert qa.ask("Which late tank came?").sentences[0].citations[0].article == "late"
    qa.attach_chroma()
    with qa.catalog.snapshot() as snapshot:
        assert snapshot.pending() == []
        assert qa.dense.chroma.ids() == set(snapshot.passage_ids())


def test_what_chroma_raises_is_translated_even_a_panic(tmp_path):
    class PanicException(BaseException):  # what PyO3 raises for a Rust panic
        pass

    with pytest.raises(IndexDamaged, match="PanicException"), chroma.translated(tmp_path):
        raise PanicException("index out of bounds")
    with pytest.raises(KeyboardInterrupt), chroma.translated(tmp_path):
        raise KeyboardInterrupt


# --- the probe ----------------------------------------------------------------------------------------------------


def settled_folder(qa):
    folder = current_folder(qa.settings.index)
    qa.index._mirror.detach()
    return folder


def changed(qa, change):
    """What the probe says after a change to Chroma behind the catalog's back."""
    folder = settled_folder(qa)
    client, collection = open_collection(folder)
    change(collection, sorted(collection.get(include=[])["ids"]))
    client.close()
    return probe.compare(folder, qa.catalog.path)


def test_the_probe_returns_the_ids_of_a_folder_that_agrees(qa):
    with qa.catalog.snapshot() as snapshot:
        ids = set(snapshot.passage_ids())
    folder = settled_folder(qa)
    assert chroma.probe(folder, qa.catalog.path, len(ids)) == ids


def test_the_probe_notices_one_wrong_vector_among_many(qa):
    def turn(collection, ids):
        collection.update(ids=[ids[41]], embeddings=[unit(RNG.standard_normal(DIMENSION)).tolist()])

    with pytest.raises(IndexDamaged, match=r"a41:.* another vector"):
        changed(qa, turn)


@pytest.mark.parametrize("field", [{"outlet": "Elsewhere"}, {"published": 3}, {"article": "a00"}], ids=str)
def test_the_probe_notices_one_wrong_field_among_many(qa, field):
    with pytest.raises(IndexDamaged, match=r"a41:.* other metadata"):
        changed(qa, lambda collection, ids: collection.update(ids=[ids[41]], metadatas=[field]))


def test_the_probe_leaves_missing_and_stale_ids_to_the_comparison_that_mends_them(qa):
    def change(collection, ids):
        collection.delete(ids=ids[:2])
        collection.add(ids=["gone"], embeddings=[[1.0] * DIMENSION], metadatas=[{"article": "gone"}])

    held = changed(qa, change)
    assert "gone" in held
    assert len(held) == 59
    assert qa.attach_chroma() == "Chroma is sound"
    with qa.catalog.snapshot() as snapshot:
        assert qa.dense.chroma.ids() == set(snapshot.passage_ids())
        assert snapshot.pending() == []


def test_a_hanging_probe_is_killed_and_said_so(qa, monkeypatch, tmp_path):
    (tmp_path / "qa").mkdir()
    (tmp_path / "qa" / "__init__.py").write_text("")
    (tmp_path / "qa" / "probe.py").write_text("import time; time.sleep(60)")
    monkeypatch.setattr(chroma, "_path", lambda: str(tmp_path))
    started = time.monotonic()
    with pytest.raises(IndexDamaged, match=r"did not open .* within 1 s"):
        chroma.probe(settled_folder(qa), qa.catalog.path, 0, seconds=1.0)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("body", ["import os; os.kill(os.getpid(), 11)", "print('{')", "pass", "print('[]'); exit(3)"])
def test_a_crashing_or_babbling_probe_is_damage_not_an_error_of_ours(qa, monkeypatch, tmp_path, body):
    (tmp_path / "qa").mkdir()
    (tmp_path / "qa" / "__init__.py").write_text("")
    (tmp_path / "qa" / "probe.py").write_text(body)
    monkeypatch.setattr(chroma, "_path", lambda: str(tmp_path))
    with pytest.raises(IndexDamaged, match="Chroma"):
        chroma.probe(settled_folder(qa), qa.catalog.path, 0)


def test_the_probe_ends_with_the_process_that_asked(tmp_path):
    """A killed parent must not leave a child in Chroma's files."""
    code = (
        "import threading, time, sys; from qa.index.vectors import probe;"
        "threading.Thread(target=probe._end_with_parent, daemon=True).start(); print('up', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"up\n"
    child.stdin.close()  # what the end of the parent does
    assert child.wait(10) == 4


# --- folders ------------------------------------------------------------------------------------------------------


def test_the_pointer_names_one_folder_and_the_others_are_swept(tmp_path):
    first, second = fresh_folder(tmp_path), fresh_folder(tmp_path)
    assert current_folder(tmp_path) is None
    make_current(tmp_path, first)
    assert current_folder(tmp_path) == first
    assert not second.exists()
    make_current(tmp_path, third := fresh_folder(tmp_path))
    assert current_folder(tmp_path) == third
    assert not first.exists()


@pytest.mark.parametrize("pointer", [b"", b"../elsewhere", b"/", b"chroma-none", b"\xff\xfe", b"a\x00b", b"x" * 5000])
def test_a_pointer_that_names_nothing_of_ours_is_no_pointer(tmp_path, pointer):
    (tmp_path / "index").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "index" / "current").write_bytes(pointer)
    assert current_folder(tmp_path / "index") is None


def test_a_new_catalog_never_meets_the_chroma_of_another_model(home, quick_probe):
    """The other model's vectors have the same ids and another dimension."""
    write_article(home, "a", "A tank is green.")
    with open_fake(home) as qa:
        qa.sync()
        qa.attach_chroma()
    wider = FakeEmbedding()
    wider.dimension = 2 * DIMENSION
    once = FakeEmbedding.encode
    wider.encode = lambda texts: unit(np.hstack([once(wider, texts)] * 2))
    wider.encode_with_spans = lambda texts, spans: (
        wider.encode(texts),
        [np.ones((len(inside), 2 * DIMENSION), np.float32) for inside in spans],
    )
    with open_fake(home, wider, rebuild=True) as qa:
        qa.sync()
        assert "was filled" in qa.attach_chroma()
        assert qa.ask("Is the tank green?").sentences
        assert qa.dense.answered_by_chroma == 1


def test_chroma_that_cannot_be_made_leaves_exact_search_and_says_so(qa, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(chroma, "current_folder", lambda _: None)
    monkeypatch.setattr(chroma, "fresh_folder", full)
    said = qa.attach_chroma()
    assert "search is exact" in said
    assert "No space left" in said
    assert "qa index" in said
    assert qa.ask("Where is tank number3?").sentences


def test_no_text_of_an_article_lies_in_chroma(qa):
    qa.add("The canary sings loudly.", id="bird")
    folder = settled_folder(qa)
    assert all(b"canary" not in p.read_bytes() for p in folder.rglob("*") if p.is_file())


def test_chroma_sends_no_telemetry(vectors):
    assert vectors._client.get_settings().anonymized_telemetry is False
    assert chromadb.__version__.startswith("1.")
