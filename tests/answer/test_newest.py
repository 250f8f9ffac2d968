"""Laws of the newest state of a story."""

from __future__ import annotations

from fakes import open_fake, write_article

from qa.answer.evidence.preference.newest import newer_of_story
from qa.core.types import Filters
from qa.index.catalog.catalog import FILE, Catalog


def test_a_newer_article_that_begins_with_all_that_is_named_is_of_its_story(tmp_path):
    write_article(tmp_path, "old", "The Ulm Tunnel costs 1.2 million francs, the bank said.", published="2005-01-02")
    write_article(
        tmp_path, "new", "A crack, then applause: with her drill Lea Roth broke through the wall of the Ulm Tunnel.\n\n"
        "The cost has risen to 1.7 million francs.", published="2025-10-06",
    )  # fmt: skip
    with open_fake(tmp_path) as qa:
        qa.sync()
        hits = qa.answerer.explain("What does the Ulm Tunnel cost?", Filters()).hits
    with Catalog.open(tmp_path / "index" / FILE, writable=False).snapshot() as snapshot:
        old = snapshot.article("old")
        assert old is not None
        assert [a.id for a in newer_of_story(snapshot, old, hits, ["Ulm Tunnel"])] == ["new"]
        assert not newer_of_story(snapshot, old, hits, ["Ulm Tunnel", "Trier"])
        assert not newer_of_story(snapshot, old, hits)
