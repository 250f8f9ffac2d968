"""The library's listing: sorted, searched and paged by SQL, quick with 10,000 articles."""

from __future__ import annotations

import itertools
import statistics
import time

import numpy as np
import pytest
from fakes import DIMENSION, open_fake
from hypothesis import given
from hypothesis import strategies as st

from qa.catalog import FORMAT, Catalog, Indexed, Manifest
from qa.snapshot import folded
from qa.types import Article, Passage, Sentence

ORDERS = ("title", "outlet", "published", "sentences", "added")
MANY = 10_000


def put(catalog: Catalog, article: Article, sentences: int = 1) -> None:
    vectors = np.ones((sentences, DIMENSION), np.float32)
    spans = [Sentence(0, 1)] * sentences
    catalog.put(Indexed(article, "stamp", spans, vectors, [Passage(0, 1, 0, 1)], vectors[:1]))


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    """10,000 articles whose titles, outlets and dates are sometimes unknown."""
    path = tmp_path_factory.mktemp("many") / "catalog.sqlite3"
    catalog = Catalog.create(path, Manifest(FORMAT, "m", "d", "p", DIMENSION, "s", "p"))
    catalog._db.execute("PRAGMA synchronous = OFF")  # a test's catalog may be lost
    for i in range(MANY):
        article = Article(
            f"a{i:05d}",
            f"Body {i} begins here. " + "It goes on and on. " * 20,
            title=None if i % 5 == 0 else f"{'Äbcdé ÉZ'[i % 8]}{i * 7919 % MANY} story",
            outlet=None if i % 7 == 0 else f"{'oO'[i % 2]}utlet {i % 50}",
            published=None if i % 3 == 0 else f"20{i % 25:02d}-0{i % 9 + 1}-1{i % 10}",
            added=None if i % 11 == 0 else f"2026-01-01T00:00:{i % 60:02d}+00:00",
        )
        put(catalog, article, 1 + i % 4)
    yield catalog
    catalog.close()


def key(order: str, row):
    value = getattr(row, order)
    return folded(value) if isinstance(value, str) else value


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("descending", [False, True])
def test_pages_in_order_hold_every_article_once_with_the_unknown_last(catalog, order, descending):
    rows = []
    with catalog.snapshot() as snapshot:
        while page := snapshot.summaries(order=order, descending=descending, offset=len(rows), limit=2_500):
            rows += page
    assert len({r.id for r in rows}) == len(rows) == MANY
    keys = [key(order, r) for r in rows]
    known = [k for k in keys if k is not None]
    assert keys == known + [None] * (MANY - len(known))
    assert known == sorted(known, reverse=descending)
    for before, after in itertools.pairwise(rows):
        assert key(order, before) != key(order, after) or before.id < after.id


@pytest.mark.parametrize("order", ORDERS)
def test_a_page_of_ten_thousand_articles_takes_less_than_150_ms(catalog, order):
    taken = []
    for offset in (0, 5_000, 9_950) * 3:
        start = time.perf_counter()
        with catalog.snapshot() as snapshot:
            rows = snapshot.summaries(search="o", order=order, descending=True, offset=offset, limit=50)
            assert snapshot.summary_count("o") > len(rows)
        taken.append(time.perf_counter() - start)
    assert statistics.median(taken) < 0.15


def test_a_search_finds_all_its_words_in_id_title_and_outlet_without_case_or_accents(home):
    with open_fake(home) as qa:
        ids = [
            qa.add("One is here.", title="Élysée Palace", outlet="Le Monde").article,
            qa.add("Two is there.", title="Palace of 100% glass_works", outlet="THE POST").article,
            qa.add("Derived titles are the first words that a text has, and these can be found as well.").article,
        ]

        def found(search: str) -> list[int]:
            rows = qa.articles(search=search)
            assert qa.article_count(search) == len(rows)
            return sorted(ids.index(r.id) for r in rows)

        assert found("elysee") == [0]
        assert found("ÉLYSÉE monde") == [0]
        assert found("palace") == [0, 1]
        assert found("post palace") == [1]
        assert found("palace nowhere") == []
        assert found("100%") == [1]
        assert found("s_w") == [1]
        assert found("%") == [1]
        assert found("first words") == [2]
        assert found(" ") == found("") == [0, 1, 2]
        assert found("\ud800") == []
        assert found("x" * 100_000) == []
        assert found("palace " * 50_000) == [0, 1]


def test_an_unknown_order_is_that_of_ids(home):
    with open_fake(home) as qa:
        for name in ("b", "a"):
            qa.add(f"The article {name} is short.", id=name, title=f"{'ab'[name == 'a']}")
        assert [r.id for r in qa.articles(order="1; DROP TABLE articles")] == ["a", "b"]
        assert [r.id for r in qa.articles(order="title")] == ["b", "a"]


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text):
    once = folded(text)
    assert folded(once) == once
