"""Passages: runs of whole sentences within the model's window, for any text and any tokenizer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import any_text

from qa.core.types import Passage, Sentence
from qa.corpus.canonical import canonical_text
from qa.corpus.passages import MAX_CHARACTERS, OVERLAP_PIECES, TITLE_PIECES, Span, cap_title, make_passages
from qa.corpus.sentences import segment
from qa.index.embedding import SentenceEmbedding

SMALLEST, LARGEST = 4, 128


def pieces(text: str) -> list[Span]:
    """Word pieces as a tokenizer makes them: punctuation alone, words in pieces of at most four letters."""
    return [m.span() for m in re.finditer(r"\w{1,4}|[^\w\s]", text)]


def count(text: str, start: int, end: int) -> int:
    return sum(start <= a < end for a, _ in pieces(text))


def sentences_of(text: str) -> list[Sentence]:
    """Stretches up to a full stop: simple, so that what is tested here is passages."""
    return [Sentence(*m.span()) for m in re.finditer(r"\S[^.\n]*(?:\.|(?=\n)|$)", text)]


articles = any_text.map(canonical_text)
long_articles = st.lists(
    any_text | st.sampled_from(["x" * 300, "x" * 5000, "word " * 400, "a" + " " * 4500 + "b"]), max_size=12
)
long_articles_text = long_articles.map(". ".join).map(canonical_text)
budgets = st.integers(SMALLEST, LARGEST)


@given(articles | long_articles_text, budgets)
def test_every_sentence_lies_whole_in_a_passage_or_is_covered_by_its_windows(text: str, budget: int) -> None:
    sentences = segment(text)
    passages = make_passages(text, sentences, pieces, budget)
    for i, sentence in enumerate(sentences):
        holders = [p for p in passages if p.first <= i < p.last]
        assert holders
        if any(p.start <= sentence.start and sentence.end <= p.end for p in holders):
            continue
        assert all((p.first, p.last) == (i, i + 1) for p in holders)
        assert holders[0].start == sentence.start
        assert holders[-1].end == sentence.end
        assert all(a.end == b.start for a, b in pairwise(holders))


@given(articles | long_articles_text, budgets)
def test_no_passage_exceeds_the_budget_or_the_character_limit(text: str, budget: int) -> None:
    for passage in make_passages(text, segment(text), pieces, budget):
        assert 0 < passage.end - passage.start <= MAX_CHARACTERS
        assert count(text, passage.start, passage.end) <= budget


@given(articles | long_articles_text, budgets)
def test_passages_are_whole_sentences_in_order(text: str, budget: int) -> None:
    sentences = segment(text)
    passages = make_passages(text, sentences, pieces, budget)
    for passage in passages:
        assert 0 <= passage.first < passage.last <= len(sentences)
        start, end = sentences[passage.first].start, sentences[passage.last - 1].end
        if passage.last - passage.first > 1:
            assert (passage.start, passage.end) == (start, end)
        assert start <= passage.start < passage.end <= end
    order = [(p.first, p.start) for p in passages]
    assert order == sorted(set(order))
    assert [p.last for p in passages] == sorted(p.last for p in passages)


@given(articles | long_articles_text, budgets)
def test_the_overlap_is_bounded_and_every_passage_says_something_new(text: str, budget: int) -> None:
    passages = make_passages(text, segment(text), pieces, budget)
    for one, two in pairwise(passages):
        assert count(text, two.start, one.end) <= OVERLAP_PIECES
        assert two.end > one.end


@given(st.lists(st.tuples(st.integers(1, 40), st.booleans()), max_size=30), budgets)
def test_boilerplate_never_shares_a_passage_with_the_story(shape: list[tuple[int, bool]], budget: int) -> None:
    sentences, text = [], ""
    for size, marked in shape:
        sentences.append(Sentence(len(text), len(text) + 4 * size, marked))
        text += "x y " * size
    for passage in make_passages(text, sentences, pieces, budget):
        assert len({s.boilerplate for s in sentences[passage.first : passage.last]}) == 1


def test_an_article_without_sentences_has_no_passages() -> None:
    assert make_passages("", [], pieces, 128) == []


def test_a_short_article_is_one_passage() -> None:
    text = "One is here. Two is here. Three is here."
    assert make_passages(text, sentences_of(text), pieces, 128) == [Passage(0, len(text), 0, 3)]


def test_a_long_article_overlaps_by_whole_sentences() -> None:
    """Four sentences of six pieces, budget 18: the last sentences of a passage open the next.

    one two three | two three four -- but never so much that nothing new would fit.
    """
    text = "Aaa bbb ccc ddd eee. " * 4
    runs = [(p.first, p.last) for p in make_passages(text, sentences_of(text), pieces, 18)]
    assert runs == [(0, 3), (1, 4)]


def test_a_sentence_over_the_budget_is_split_between_words_and_named_by_every_window() -> None:
    text = "Short one. " + "word " * 300 + "end. Short two."
    sentences = sentences_of(text)
    passages = make_passages(text, sentences, pieces, 50)
    windows = [p for p in passages if (p.first, p.last) == (1, 2)]
    assert len(windows) == 7
    assert all(text[p.start : p.end].startswith(("word", "end")) for p in windows)


@pytest.mark.parametrize(
    "text", ["x" * 9000, "x" * 2001 + " " + "y" * 100, "\u200d" * 5000, "a" + " " * 5000 + "b", "…" * 5000]
)
def test_a_word_or_gap_of_any_length_is_bounded(text: str) -> None:
    for tokenizer in (pieces, lambda t: [m.span() for m in re.finditer(r"\S+", t)], lambda _: []):
        passages = make_passages(text, [Sentence(0, len(text))], tokenizer, 10)
        assert max(p.end - p.start for p in passages) <= MAX_CHARACTERS
        assert (passages[0].start, passages[-1].end) == (0, len(text))


@given(any_text | st.text(st.characters(categories=["L"]), max_size=900))
def test_a_capped_title_is_a_beginning_of_the_title_within_its_cap(title: str) -> None:
    capped = cap_title(title, pieces)
    assert title.startswith(capped)
    assert len(pieces(capped)) <= TITLE_PIECES
    assert len(capped) <= MAX_CHARACTERS
    if len(pieces(title)) <= TITLE_PIECES:
        assert capped == title


def test_a_long_title_is_cut_between_words() -> None:
    title = "missile " * 40
    assert cap_title(title, pieces) == ("missile " * 16).rstrip()


# The model's own tokenizer


@pytest.fixture(scope="module")
def embedding() -> SentenceEmbedding:
    return SentenceEmbedding.load()


@settings(max_examples=30, deadline=None)
@given(text=articles | long_articles_text)
def test_with_the_models_tokenizer_too_everything_is_covered_within_the_limits(
    embedding: SentenceEmbedding, text: str
) -> None:
    sentences = segment(text)
    spans: Sequence[Span] = embedding.pieces(text)
    passages = make_passages(text, sentences, embedding.pieces, 128)
    covered: set[int] = set()
    for p in passages:
        assert p.end - p.start <= MAX_CHARACTERS
        assert sum(p.start <= a < p.end for a, _ in spans) <= 128
        covered |= set(range(p.start, p.end))
    assert all(set(range(s.start, s.end)) <= covered for s in sentences)


def test_a_passage_of_prose_has_as_many_pieces_alone_as_in_its_article(embedding: SentenceEmbedding) -> None:
    text = canonical_text("Kyiv’s mayor, V. Klitschko, said 12 people died. “It is war,” he said.\n" * 30)
    for p in make_passages(text, segment(text), embedding.pieces, 128):
        assert len(embedding.pieces(text[p.start : p.end])) <= 128
