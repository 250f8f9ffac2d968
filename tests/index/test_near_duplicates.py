"""Laws of stories: near copies are linked and nothing else is, whatever the order in which they come and go."""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest
from fakes import open_fake, write_article
from hypothesis import given, settings
from hypothesis import strategies as st
from places import ROOT

from qa.index.catalog import linking
from qa.index.catalog.near_duplicates import SHORTEST, THRESHOLD, bands, components, linked, sign
from qa.index.catalog.schema import SCHEMA

sys.path.insert(0, str(ROOT / "bench"))
import stories as bench  # the same copies and templates as are measured

WORDS = [f"{a}{b}" for a in "bran crim dorv elst frun galt".split() for b in "a e i o u am en or us".split()]


def invented(seed: int, words: int = 120) -> str:
    rng = random.Random(seed)
    return " ".join(rng.choice(WORDS) for _ in range(words))


def edited(text: str, edits: int, seed: int) -> str:
    rng, said = random.Random(seed), text.split()
    for _ in range(edits):
        said[rng.randrange(len(said))] = f"edit{rng.randrange(1000)}"
    return " ".join(said)


# Texts of which some are copies, some copies of copies too far from the first, some something else.
texts_of_stories = st.tuples(st.integers(0, 2), st.integers(0, 14), st.integers(0, 3)).map(
    lambda t: edited(invented(t[0]), t[1], t[2])
)


@cache
def signature(text: str) -> bytes:
    return sign(text)


def truth(texts: dict[int, str]) -> set[frozenset[int]]:
    """Stories the slow way: every pair compared, then joined until nothing joins any more."""
    groups = [{key} for key in texts]

    def near(a: int, b: int) -> bool:
        one, other = signature(texts[a]), signature(texts[b])
        share = sum(one[i : i + 4] == other[i : i + 4] for i in range(0, len(one), 4)) / (len(one) // 4)
        return share >= THRESHOLD and bool(set(bands(one)) & set(bands(other)))

    joined = True
    while joined:
        joined = False
        for one in groups:
            for other in groups:
                if one is not other and any(near(a, b) for a in one for b in other):
                    one |= other
                    groups.remove(other)
                    joined = True
                    break
            if joined:
                break
    return {frozenset(g) for g in groups if len(g) > 1}


class Stored:
    """The catalog's tables of stories alone."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:")
        self.db.executescript(SCHEMA)

    def put(self, key: int, text: str) -> None:
        row = (key, str(key), "", "", "", text, signature(text))
        sql = "INSERT INTO articles (key, id, version, stamp, origins, text, signature) VALUES (?,?,?,?,?,?,?)"
        self.db.execute(sql, row)
        linking.link(self.db, key, signature(text))

    def remove(self, key: int) -> None:
        linking.unlink(self.db, key)
        self.db.execute("DELETE FROM articles WHERE key = ?", (key,))

    def stories(self) -> set[frozenset[int]]:
        found: dict[int, set[int]] = {}
        for key, story in self.db.execute("SELECT key, story FROM articles WHERE story IS NOT NULL"):
            found.setdefault(story, set()).add(key)
        return {frozenset(keys) for keys in found.values()}


@settings(max_examples=60)
@given(st.lists(texts_of_stories, min_size=1, max_size=9, unique=True), st.randoms(use_true_random=False))
def test_stories_are_those_of_brute_force_whatever_the_order_of_adding(texts, rng):
    named = dict(enumerate(texts))
    expected = truth(named)
    for _ in range(3):
        stored = Stored()
        for key in rng.sample(sorted(named), len(named)):
            stored.put(key, named[key])
        assert stored.stories() == expected
    assert {frozenset(g) for g in components({k: signature(t) for k, t in named.items()})} == expected


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 7), st.none() | texts_of_stories), min_size=1, max_size=25))
def test_removing_and_replacing_split_and_join_stories_as_brute_force_does(steps):
    """A step stores a text under a key, in place of what is there; None removes it."""
    stored, named = Stored(), dict[int, str]()
    for key, text in steps:
        if key in named:
            stored.remove(key)
            del named[key]
        if text is not None:
            named[key] = text
            stored.put(key, text)
        assert stored.stories() == truth(named)
        kept = {band for t in named.values() for band in bands(signature(t))}
        assert {row[0] for row in stored.db.execute("SELECT band FROM bands")} == kept


def test_a_story_falls_apart_when_the_article_between_its_ends_goes():
    """a is near b and b near c, but a is far from c."""
    b = invented(1)
    said = b.split()
    a, c = " ".join(said[:84]), " ".join(said[36:])
    assert linked(sign(a), [sign(b), sign(c)]) == [True, False]
    assert linked(sign(b), [sign(a), sign(c)]) == [True, True]
    stored = Stored()
    for key, text in enumerate((a, b, c)):
        stored.put(key, text)
    assert stored.stories() == {frozenset((0, 1, 2))}
    stored.remove(1)
    assert stored.stories() == set()
    stored.put(1, b)
    assert stored.stories() == {frozenset((0, 1, 2))}


@given(texts_of_stories, texts_of_stories)
def test_a_link_has_no_direction_and_everything_is_near_itself(a, b):
    one, other = signature(a), signature(b)
    assert linked(one, [other]) == linked(other, [one])
    assert linked(one, [one]) == [True]


@pytest.mark.parametrize("make", bench.TEMPLATES, ids=lambda make: make.__name__)
def test_texts_from_one_template_are_not_one_story(make):
    """Of 60 reports no two are linked: one link in thirty would join them all."""
    rng = random.Random(7)
    assert components({n: sign(make(rng)) for n in range(60)}) == []


@pytest.mark.parametrize("words", [1, 5, SHORTEST, SHORTEST + 3])
def test_a_short_text_is_in_no_story(words):
    text = invented(3, words)
    assert sign(text) == b""
    assert bands(b"") == []
    stored = Stored()
    stored.put(1, text)
    stored.put(2, text + " again")
    assert stored.stories() == set()


@pytest.mark.parametrize("seed", range(5))
def test_a_syndicated_copy_is_linked(seed):
    """Another headline and byline, a changed figure, a word in a hundred replaced, a tenth cut off."""
    text = invented(seed, 300) + " In 2019 it was 12 of 40."
    copy = bench.copy_of(text, 0.1, 0.01, WORDS, random.Random(seed))
    assert linked(sign(text), [sign(copy), sign(invented(seed + 100, 300))]) == [True, False]


def test_signatures_do_not_change_from_process_to_process_or_release_to_release():
    """They are stored: if this fails, raise `qa.index.catalog.schema.FORMAT` and write the new figures here."""
    mine = sign(invented(1))
    assert (len(mine), mine[:8].hex(), bands(mine)[0]) == (1024, "5a779a00e4c45e01", -241871498366552607)


def test_case_accents_and_punctuation_make_no_other_story():
    text = invented(4)
    assert sign(text) == sign(", ".join(text.upper().split()))


def ids_of_story(qa, id: str) -> list[str]:
    with qa.catalog.snapshot() as snapshot:
        return snapshot.story(id)


def test_the_catalog_links_what_is_added_edited_and_removed(home):
    first = invented(1)
    write_article(home, "c", first, published="2024-05-19", added="2024-05-19T00:00:00+00:00")
    write_article(home, "a", edited(first, 2, 1), published="2024-05-17")
    write_article(home, "b", edited(first, 2, 2), added="2024-05-18T00:00:00+00:00")
    write_article(home, "other", invented(2))
    with open_fake(home) as qa:
        qa.sync()
        assert ids_of_story(qa, "a") == ["a", "c", "b"], "published first, then added first"
        assert ids_of_story(qa, "other") == []
        write_article(home, "a", invented(9))
        qa.sync()
        assert ids_of_story(qa, "c") == ["c", "b"]
        qa.remove("b")
        assert ids_of_story(qa, "c") == []


@settings(max_examples=10)
@given(st.lists(texts_of_stories, min_size=2, max_size=5, unique=True), st.randoms(use_true_random=False))
def test_the_stories_of_an_index_do_not_depend_on_how_it_came_to_be(texts, rng):
    def stories(order: list[int]) -> set[frozenset[str]]:
        with tempfile.TemporaryDirectory() as folder, open_fake(Path(folder)) as qa:
            for n in order:
                qa.add(texts[n], id=f"a{n}")
            return {frozenset(s) for n in order if (s := ids_of_story(qa, f"a{n}"))}

    order = list(range(len(texts)))
    expected = {frozenset(f"a{n}" for n in group) for group in truth(dict(enumerate(texts)))}
    assert stories(order) == stories(rng.sample(order, len(order))) == expected
