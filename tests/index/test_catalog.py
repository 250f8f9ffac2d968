"""The catalog: one transaction an article, snapshots that never mix, equal order for equal contents, clear refusals."""

from __future__ import annotations

import json
import sqlite3
import threading

import numpy as np
import pytest
from fakes import FakeEmbedding, fake_settings, open_fake, write_article

from qa.core.errors import IndexDamaged, IndexIncompatible, NotReady
from qa.core.types import Article, Filters, Passage, Sentence
from qa.index.catalog.catalog import Catalog, Indexed
from qa.index.catalog.migrations import OLDEST
from qa.index.catalog.schema import FORMAT, Manifest
from qa.index.freshness import is_fresh
from qa.index.prepare import batch_articles
from qa.service.service import QA

MANIFEST = Manifest(FORMAT, "m", "d", "float32", 4, "s", "p")


@pytest.fixture
def catalog(tmp_path):
    opened = Catalog.create(tmp_path / "catalog.sqlite3", MANIFEST)
    yield opened
    opened.close()


def indexed(id: str, text: str, passages: int = 1, **known) -> Indexed:
    whole = Article(id, text, **known)
    step = max(1, len(text) // passages)
    cuts = [(i * step, (i + 1) * step if i < passages - 1 else len(text)) for i in range(passages)]
    ones = np.full((passages, 4), 0.5, np.float32)
    runs = [Passage(a, b, i, i + 1) for i, (a, b) in enumerate(cuts)]
    return Indexed(whole, "stamp", [Sentence(a, b) for a, b in cuts], ones, runs, ones)


def rewrite(home, **values) -> None:
    """Change the manifest of a closed index, as another version of the program would have written it."""
    with sqlite3.connect(home / "index" / "catalog.sqlite3") as db:
        for key, value in values.items():
            db.execute("UPDATE manifest SET value = ? WHERE key = ?", (json.dumps(value), key))
    db.close()


@pytest.fixture
def made(home):
    write_article(home, "a", "The tank is green.")
    with open_fake(home) as qa:
        qa.sync()
    return home


def test_an_article_that_fails_half_way_leaves_the_old_one_whole(catalog):
    catalog.put(indexed("a", "The old text of two halves.", 2))
    broken = indexed("a", "The new text of two halves.", 2)
    broken.passage_vectors[1:] = 0
    with pytest.raises(ValueError):
        catalog.put(
            Indexed(broken.article, "s", broken.sentences, broken.sentence_vectors, broken.passages, np.ones((1, 4)))
        )
    with catalog.snapshot() as snapshot:
        assert snapshot.article("a").text == "The old text of two halves."
        assert snapshot.counts() == {"articles": 1, "sentences": 2, "passages": 2, "pending": 2, "refused": 0}
        assert snapshot.lexical('"new"', Filters(), 5) == []
        assert len(snapshot.lexical('"old" OR "halves"', Filters(), 5)) == 2
    assert catalog.problems() == []


def test_a_snapshot_sees_one_state_whatever_is_written_meanwhile(catalog):
    catalog.put(indexed("a", "The old text."))
    with catalog.snapshot() as before:
        generation = before.generation()
        catalog.put(indexed("a", "The new text."))
        catalog.put(indexed("b", "Another text."))
        assert before.article("a").text == "The old text."
        assert before.lexical('"new" OR "another"', Filters(), 5) == []
        assert before.counts()["articles"] == 1
        assert before.generation() == generation
    with catalog.snapshot() as after:
        assert after.article("a").text == "The new text."
        assert after.generation() > generation


def test_many_readers_beside_a_writer_never_see_half_an_article(catalog):
    """Each version has as many passages as its text says; a mix of two versions would not."""
    catalog.put(indexed("a", "1 " * 20, 1))
    failures, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            try:
                with catalog.snapshot() as s:
                    article = s.article("a")
                    told = int(article.text.split()[0])
                    assert len(s.passages_of("a")) == told == len(s.sentences_of("a"))
                    assert all(p.id.split(":")[1] == article.version for p in s.passages_of("a"))
            except Exception as error:
                failures.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    for i in range(60):
        n = i % 7 + 1
        catalog.put(indexed("a", f"{n} " * 20, n))
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []


def test_equal_ranks_are_in_the_order_of_ids_whatever_the_order_of_adding(tmp_path):
    """Thirty passages that tie and a limit among them: the same ones, first added or last."""
    ids = [f"a{i:02}" for i in range(30)]
    found = []
    for n, order in enumerate((ids, ids[::-1])):
        catalog = Catalog.create(tmp_path / f"{n}.sqlite3", MANIFEST)
        for id in order:
            catalog.put(indexed(id, "Tanks roll by."))
        catalog.put(indexed("best", "Tanks."))
        with catalog.snapshot() as snapshot:
            found.append([p.split(":")[0] for p in snapshot.lexical('"tanks"', Filters(), 10)])
            assert found[-1] == [
                p.split(":")[0] for p in snapshot.lexical('"tanks"', Filters(articles=(*ids, "best")), 10)
            ]
        catalog.close()
    assert found[0] == found[1] == ["best", *ids[:9]]


def test_a_better_match_comes_first(catalog):
    """SQLite returns rows in the order of keys unless told; the fifth article is the one about tanks."""
    for i, text in enumerate(
        ["A tank and a very long tale of many other things.", "Ships.", "Planes.", "Trains.", "Tank tank."]
    ):
        catalog.put(indexed(f"a{i}", text))
    with catalog.snapshot() as snapshot:
        assert [p[:2] for p in snapshot.lexical('"tank"', Filters(), 5)] == ["a4", "a0"]


def test_articles_without_a_date_are_counted_where_a_filter_of_dates_leaves_them_out(catalog):
    for id, known in {"a": {"outlet": "Post"}, "b": {"outlet": "Sun"}, "c": {"published": "2024-05-17"}}.items():
        catalog.put(indexed(id, "One.", **known))
    since = {"published_from": "2024-01-01"}
    with catalog.snapshot() as snapshot:
        assert snapshot.undated(Filters(**since)) == 2
        assert snapshot.undated(Filters(outlets=("Post",), **since)) == 1
        assert snapshot.undated(Filters(articles=("b", "c"), **since)) == 1
        assert snapshot.undated(Filters(outlets=("Post",))) == 0
        assert snapshot.undated(Filters()) == 0


@pytest.mark.parametrize(
    ("lengths", "batches"),
    [([3, 3, 3, 3], [2, 2]), ([9, 1], [1, 1]), ([1, 9], [1, 1]), ([3, 4, 1], [2, 1]), ([7], [1]), ([], [])],
)
def test_a_batch_holds_what_fits_and_a_longer_article_is_alone(lengths, batches):
    articles = [(Article(str(n), "x" * length), "stamp") for n, length in enumerate(lengths)]
    found = list(batch_articles(iter(articles), 7))
    assert [len(batch) for batch in found] == batches
    assert [pair for batch in found for pair in batch] == articles


def test_a_derived_title_is_not_indexed_and_a_given_one_is(catalog):
    catalog.put(indexed("a", "First words here. Then more.", 2))
    catalog.put(indexed("b", "Other words there. Then more.", 2, title="Canary"))
    with catalog.snapshot() as snapshot:
        assert len(snapshot.lexical('"first"', Filters(), 9)) == 1
        assert len(snapshot.lexical('"canary"', Filters(), 9)) == 2


def test_removed_text_is_in_none_of_the_files_after_compaction(catalog):
    catalog.put(indexed("a", "The canarybird sang. " * 50))
    catalog.put(indexed("b", "Other text."))
    catalog.remove("a")
    catalog.compact()
    files = list(catalog.path.parent.iterdir())
    assert all(b"canarybird" not in f.read_bytes() for f in files)
    with catalog.snapshot() as snapshot:
        assert len(snapshot.lexical('"other"', Filters(), 5)) == 1


# --- the manifest -------------------------------------------------------------------------------------------------


def test_a_newer_format_is_refused_by_name_with_the_command(made):
    rewrite(made, format=FORMAT + 1)
    with pytest.raises(IndexIncompatible, match=rf"format {FORMAT + 1}.*up to {FORMAT}.*qa index --rebuild"):
        open_fake(made)
    with pytest.raises(IndexIncompatible):
        QA.read(settings=fake_settings(made))
    with open_fake(made, rebuild=True) as qa:  # the command works, and the lock was given back
        assert qa.sync().added == ["a"]


def test_another_model_is_refused_by_name_with_both_ways_out(made):
    rewrite(made, model="their-model", model_digest="0123456789abcdef")
    with pytest.raises(IndexIncompatible, match=r"their-model \(0123456789abcdef.*QA_MODEL=their-model.*--rebuild"):
        open_fake(made)
    with pytest.raises(IndexIncompatible, match="their-model"):
        QA.read(settings=fake_settings(made))


@pytest.mark.parametrize("older", [{"format": OLDEST - 1}, {"segmenter": "punkt-0"}, {"passages": "1/1/1"}], ids=str)
def test_an_older_index_is_made_anew_by_itself_and_says_so(made, older):
    rewrite(made, **older)
    with pytest.raises(IndexIncompatible, match="made by an older version"):
        QA.read(settings=fake_settings(made))
    with open_fake(made) as qa:
        report = qa.sync()
        assert report.notes == ["The index was made by an older version and is made anew."]
        assert report.added == ["a"]


@pytest.mark.parametrize("value", ["{", '"x"', "null", "[]", '{"a": 1}'])
def test_a_manifest_that_says_nothing_is_damage_and_mended(made, value):
    with sqlite3.connect(made / "index" / "catalog.sqlite3") as db:
        db.execute("UPDATE manifest SET value = ? WHERE key = 'format'", (value,))
    db.close()
    with pytest.raises(IndexDamaged, match=r"manifest cannot be read.*qa index --rebuild"):
        QA.read(settings=fake_settings(made))
    with open_fake(made) as qa:
        assert "made anew from the corpus" in qa.sync().notes[0]


def test_moving_the_model_folder_is_not_another_model(made):
    """The digest decides, not the name: nothing is embedded again."""
    rewrite(made, model="/where/it/was")
    fake = FakeEmbedding()
    with open_fake(made, fake) as qa:
        assert not qa.sync().changed
    assert fake.embedded == 0


# --- opened, closed, left whole --------------------------------------------------------------------------------------


def test_reading_needs_an_index_and_says_how_to_make_one(home):
    with pytest.raises(IndexDamaged, match=r"There is no index in .*Run: qa index"):
        QA.read(settings=fake_settings(home))


def test_reading_changes_nothing_and_goes_on_beside_the_writer(made):
    with open_fake(made) as writer:
        reader = QA.read(settings=fake_settings(made))
        assert [a.id for a in reader.articles()] == ["a"]
        writer.add("The ship is blue.", id="b")
        assert [a.id for a in reader.articles()] == ["a", "b"]
        with pytest.raises(Exception, match="reading only"):
            reader.add("More.")
        reader.close()


def test_a_closed_service_says_so(made):
    qa = open_fake(made)
    qa.close()
    with pytest.raises(NotReady, match="closed"):
        qa.catalog.put(indexed("x", "Too late."))


def test_the_catalog_is_read_whole_only_when_it_was_not_left_whole(made, monkeypatch):
    checked = []
    monkeypatch.setattr(Catalog, "check", lambda self: checked.append(self.path))
    with open_fake(made):
        pass
    assert checked == []
    (made / "index" / "whole").unlink()  # what a kill leaves
    with open_fake(made):
        assert not (made / "index" / "whole").exists()
    assert len(checked) == 1


def test_fresh_means_every_file_as_it_was_indexed_and_a_writer_that_ended(made, monkeypatch):
    settings = fake_settings(made)
    monkeypatch.setattr("qa.index.writer.RACY_SECONDS", -1.0)
    with open_fake(made) as qa:
        qa.sync()
        assert not is_fresh(settings)
    assert is_fresh(settings)
    for _ in range(2):  # a reader leaves it so
        QA.read(settings=settings).close()
        assert is_fresh(settings)
    path = write_article(made, "b", "...")  # no article: refused once, then known
    assert not is_fresh(settings)
    with open_fake(made) as qa:
        assert list(qa.sync().refused) == ["b.md"]
        report = qa.sync()
        assert (list(report.refused), report.unchanged, report.changed) == (["b.md"], 1, False)
    assert is_fresh(settings)
    path.unlink()
    (made / "corpus" / "a.md").write_text("Changed.")
    assert not is_fresh(settings)


def test_a_second_file_of_the_same_stem_is_named_and_the_rest_is_indexed(made):
    (made / "corpus" / "a.txt").write_text("A second file of the same stem.")
    with open(bytes(made / "corpus") + b"/\xff.md", "w") as file:
        file.write("Its name is not UTF-8, and that stops nothing.")
    with open_fake(made) as qa:
        report = qa.sync()
        assert list(report.refused) == ["a.txt", "\\udcff.md"], "in words that a terminal shows"
        assert "a.md has the same id" in report.refused["a.txt"]
        assert report.unchanged == 1
        assert [a.id for a in qa.articles()] == ["a"]


def test_an_article_whose_file_becomes_unreadable_is_no_longer_served(made):
    (made / "corpus" / "a.md").write_bytes(b"Broken \x80")
    with open_fake(made) as qa:
        report = qa.sync()
        assert list(report.refused) == ["a.md"]
        assert report.removed == ["a"]
        assert qa.articles() == []


def test_what_an_interrupted_write_left_aside_is_swept_and_never_an_article(made):
    (made / "corpus" / ".incoming-x1").write_text("Half an arti")
    (made / "index" / "chroma-0badbad0").mkdir()
    with open_fake(made) as qa:
        qa.sync()
        qa.attach_chroma()
        assert [a.id for a in qa.articles()] == ["a"]
    assert [p.name for p in (made / "corpus").iterdir()] == ["a.md"]
    assert len(list((made / "index").glob("chroma-*"))) == 1
