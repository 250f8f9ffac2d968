"""Laws of near duplicates: they are linked and nothing else is, whatever the order in which they come and go."""

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

from qa.index.catalog.near_duplicates import (
    SHORTEST,
    THRESHOLD,
    compare_signatures,
    find_bands,
    group_near_duplicates,
    link_near_duplicates,
    sign_text,
    unlink_near_duplicates,
)
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
near_texts = st.tuples(st.integers(0, 2), st.integers(0, 14), st.integers(0, 3)).map(
    lambda t: edited(invented(t[0]), t[1], t[2])
)


@cache
def signature(text: str) -> bytes:
    return sign_text(text)


def truth(texts: dict[int, str]) -> set[frozenset[int]]:
    """Groups the slow way: every pair compared, then joined until nothing joins any more."""
    groups = [{key} for key in texts]

    def near(a: int, b: int) -> bool:
        one, other = signature(texts[a]), signature(texts[b])
        share = sum(one[i : i + 4] == other[i : i + 4] for i in range(0, len(one), 4)) / (len(one) // 4)
        return share >= THRESHOLD and bool(set(find_bands(one)) & set(find_bands(other)))

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
    """The catalog's tables of near duplicates alone."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:")
        self.db.executescript(SCHEMA)

    def put(self, key: int, text: str) -> None:
        row = (key, str(key), "", "", "", text, signature(text))
        sql = "INSERT INTO articles (key, id, version, stamp, origins, text, signature) VALUES (?,?,?,?,?,?,?)"
        self.db.execute(sql, row)
        link_near_duplicates(self.db, key, signature(text))

    def remove(self, key: int) -> None:
        unlink_near_duplicates(self.db, key)
        self.db.execute("DELETE FROM articles WHERE key = ?", (key,))

    def groups(self) -> set[frozenset[int]]:
        found: dict[int, set[int]] = {}
        for key, group in self.db.execute("SELECT key, story FROM articles WHERE story IS NOT NULL"):
            found.setdefault(group, set()).add(key)
        return {frozenset(keys) for keys in found.values()}


@settings(max_examples=60)
@given(st.lists(near_texts, min_size=1, max_size=9, unique=True), st.randoms(use_true_random=False))
def test_stories_are_those_of_brute_force_whatever_the_order_of_adding(texts, rng):
    named = dict(enumerate(texts))
    expected = truth(named)
    for _ in range(3):
        stored = Stored()
        for key in rng.sample(sorted(named), len(named)):
            stored.put(key, named[key])
        assert stored.groups() == expected
    assert {frozenset(g) for g in group_near_duplicates({k: signature(t) for k, t in named.items()})} == expected


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 7), st.none() | near_texts), min_size=1, max_size=25))
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
        assert stored.groups() == truth(named)
        kept = {band for t in named.values() for band in find_bands(signature(t))}
        assert {row[0] for row in stored.db.execute("SELECT band FROM bands")} == kept


def test_a_story_falls_apart_when_the_article_between_its_ends_goes():
    """a is near b and b near c, but a is far from c."""
    b = invented(1)
    said = b.split()
    a, c = " ".join(said[:84]), " ".join(said[36:])
    assert compare_signatures(sign_text(a), [sign_text(b), sign_text(c)]) == [True, False]
    assert compare_signatures(sign_text(b), [sign_text(a), sign_text(c)]) == [True, True]
    stored = Stored()
    for key, text in enumerate((a, b, c)):
        stored.put(key, text)
    assert stored.groups() == {frozenset((0, 1, 2))}
    stored.remove(1)
    assert stored.groups() == set()
    stored.put(1, b)
    assert stored.groups() == {frozenset((0, 1, 2))}


@given(near_texts, near_texts)
def test_a_link_has_no_direction_and_everything_is_near_itself(a, b):
    one, other = signature(a), signature(b)
    assert compare_signatures(one, [other]) == compare_signatures(other, [one])
    assert compare_signatures(one, [one]) == [True]


@pytest.mark.parametrize("make", bench.TEMPLATES, ids=lambda make: make.__name__)
def test_texts_from_one_template_are_no_near_duplicates(make):
    """Of 60 reports no two are linked: one link in thirty would join them all."""
    rng = random.Random(7)
    assert group_near_duplicates({n: sign_text(make(rng)) for n in range(60)}) == []


@pytest.mark.parametrize("words", [1, 5, SHORTEST, SHORTEST + 3])
def test_a_short_text_has_no_near_duplicates(words):
    text = invented(3, words)
    assert sign_text(text) == b""
    assert find_bands(b"") == []
    stored = Stored()
    stored.put(1, text)
    stored.put(2, text + " again")
    assert stored.groups() == set()


@pytest.mark.parametrize("seed", range(5))
def test_a_syndicated_copy_is_linked(seed):
    """Another headline and byline, a changed figure, a word in a hundred replaced, a tenth cut off."""
    text = invented(seed, 300) + " In 2019 it was 12 of 40."
    copy = bench.copy_of(text, 0.1, 0.01, WORDS, random.Random(seed))
    assert compare_signatures(sign_text(text), [sign_text(copy), sign_text(invented(seed + 100, 300))]) == [True, False]


def test_signatures_do_not_change_from_process_to_process_or_release_to_release():
    """They are stored: if this fails, raise `qa.index.catalog.schema.FORMAT` and write the new figures here."""
    mine = sign_text(invented(1))
    assert (len(mine), mine[:8].hex(), find_bands(mine)[0]) == (1024, "5a779a00e4c45e01", -241871498366552607)


def test_case_accents_and_punctuation_make_no_other_text():
    text = invented(4)
    assert sign_text(text) == sign_text(", ".join(text.upper().split()))


def near_duplicates_of(qa, id: str) -> list[str]:
    with qa.catalog.snapshot() as snapshot:
        return snapshot.near_duplicates(id)


def test_the_catalog_links_what_is_added_edited_and_removed(home):
    first = invented(1)
    write_article(home, "c", first, published="2024-05-19", added="2024-05-19T00:00:00+00:00")
    write_article(home, "a", edited(first, 2, 1), published="2024-05-17")
    write_article(home, "b", edited(first, 2, 2), added="2024-05-18T00:00:00+00:00")
    write_article(home, "other", invented(2))
    with open_fake(home) as qa:
        qa.sync()
        assert near_duplicates_of(qa, "a") == ["a", "c", "b"], "published first, then added first"
        assert near_duplicates_of(qa, "other") == []
        write_article(home, "a", invented(9))
        qa.sync()
        assert near_duplicates_of(qa, "c") == ["c", "b"]
        qa.remove("b")
        assert near_duplicates_of(qa, "c") == []


@settings(max_examples=10)
@given(st.lists(near_texts, min_size=2, max_size=5, unique=True), st.randoms(use_true_random=False))
def test_the_stories_of_an_index_do_not_depend_on_how_it_came_to_be(texts, rng):
    def groups(order: list[int]) -> set[frozenset[str]]:
        with tempfile.TemporaryDirectory() as folder, open_fake(Path(folder)) as qa:
            for n in order:
                qa.add(texts[n], id=f"a{n}")
            return {frozenset(s) for n in order if (s := near_duplicates_of(qa, f"a{n}"))}

    order = list(range(len(texts)))
    expected = {frozenset(f"a{n}" for n in group) for group in truth(dict(enumerate(texts)))}
    assert groups(order) == groups(rng.sample(order, len(order))) == expected
