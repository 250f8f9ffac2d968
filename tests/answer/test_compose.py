"""Laws of choosing: how many sentences, in which order, cited how, and when none."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from candidates import evidence
from hypothesis import given
from hypothesis import strategies as st

from qa.answer.choose import KEEP, MAX_SENTENCES, choose
from qa.answer.compose import SURE, _cite, source
from qa.answer.evidence.calibration import first_stage
from qa.answer.evidence.evidence import LinearSelector, Score, rank
from qa.answer.evidence.reader import Reading
from qa.answer.evidence.signals import Question, coverage, rarity_in_english, smoothed_rarity, term_set
from qa.core.types import Answer, AnswerSentence, Article, Hit, Sentence, SourcePassage
from qa.corpus.sentences import sentence_spans
from qa.index.catalog.snapshot import StoredPassage, StoredSentence
from qa.service.codec import citation_from_dict
from qa.service.conversations import Turn
from qa.web.page.chat import chat_html, sources_html
from qa.web.page.chat.tokens import Token

WORDS = "harbour bridge mayor budget flood crane ferry tunnel strike vote school garden".split()


def test_a_clearly_best_sentence_stands_alone():
    chosen = choose([evidence("The bridge opened.", 5.0), evidence("A ferry sank.", 5.0 + np.log(KEEP) - 0.1, n=1)])
    assert [g[0].candidate.text for g in chosen] == ["The bridge opened."]


@given(st.lists(st.tuples(st.floats(-5, 5), st.sampled_from(["a", "b", "c"]), st.permutations(WORDS)), min_size=1))
def test_an_answer_has_one_to_five_sentences_the_likeliest_first_the_others_in_reading_order(rows):
    ranked = sorted(
        (evidence(" ".join(words[:6]), score, article, n) for n, (score, article, words) in enumerate(rows)),
        key=lambda e: -e.score,
    )
    chosen = [group[0].candidate for group in choose(ranked)]
    assert 1 <= len(chosen) <= MAX_SENTENCES
    assert chosen[0] is ranked[0].candidate
    others = chosen[1:]
    for article in {c.article.id for c in others}:
        positions = [c.sentence.n for c in others if c.article.id == article]
        assert positions == sorted(positions)
    blocks = [c.article.id for i, c in enumerate(others) if i == 0 or others[i - 1].article.id != c.article.id]
    assert len(blocks) == len(set(blocks)), "sentences of one article stand together"


def test_the_same_sentence_in_two_articles_is_said_once_and_cited_twice():
    same = "The mayor opened the new harbour bridge on Monday."
    chosen = choose([evidence(same, 5.0, "a"), evidence(same, 4.9, "b"), evidence(same, 4.8, "b", n=3)])
    assert [[e.candidate.article.id for e in group] for group in chosen] == [["a", "b"]]


def test_equal_scores_are_ordered_by_article_and_position():
    texts = [
        evidence("A crane fell.", 0, "b", 1),
        evidence("A vote failed.", 0, "a", 2),
        evidence("A flood.", 0, "a", 1),
    ]

    class Flat:
        def score(self, question, candidates):
            return [Score(1.0) for _ in candidates]

    ranked = rank(Question("What fell?"), [e.candidate for e in texts], Flat())
    assert [(e.candidate.article.id, e.candidate.sentence.n) for e in ranked] == [("a", 1), ("a", 2), ("b", 1)]


def test_the_selector_is_the_weighted_sum_of_its_signals():
    question, candidate = Question("Who opened the bridge?"), evidence("Anna Kowalska opened it.", 0).candidate
    signals = candidate.ranking_signals(question)
    weights = first_stage().ranking
    assert set(signals) == set(weights)
    [score] = LinearSelector().score(question, [candidate])
    assert score.value == pytest.approx(sum(weights[n] * signals[n] for n in weights))
    less = {n: w for n, w in weights.items() if n != "similarity"}
    [without] = LinearSelector(replace(first_stage(), ranking=less)).score(question, [candidate])
    assert score.value - without.value == pytest.approx(weights["similarity"] * signals["similarity"])


@given(st.integers(1, 10**6), st.data())
def test_rarity_is_positive_even_for_a_term_in_every_passage(passages, data):
    low = data.draw(st.integers(0, passages))
    high = data.draw(st.integers(low, passages))
    rarity = smoothed_rarity(passages, {"low": low, "high": high})
    assert rarity("low") >= rarity("high") > 0


@given(st.sets(st.sampled_from(WORDS)), st.sets(st.sampled_from(WORDS), min_size=1))
def test_coverage_is_the_share_of_rarity_and_grows_with_what_is_present(present, asked):
    def rarity(word: str) -> float:
        return float(len(word))

    share = coverage(asked, frozenset(present), rarity)
    assert 0 <= share <= 1
    assert share == pytest.approx(sum(map(len, present & asked)) / sum(map(len, asked)))
    assert coverage(asked, frozenset(present | asked), rarity) == pytest.approx(1)


def test_a_missing_name_lowers_the_confidence():
    def sure(question: str) -> float:
        asked = Question(question)
        text = "A missile strike killed 12 civilians in Kyiv."
        candidate = evidence(text, 0).candidate
        absent = bool(asked.premises.absent([candidate.article]))
        return first_stage().estimate_confidence({**candidate.own_signals(asked), "similarity": 0.6}, absent)

    assert sure("How many civilians were killed in Kyiv?") > sure("How many civilians were killed in Kharkiv?")
    assert sure("How many civilians were killed in Kyiv?") > sure("How many civilians were killed in Kyiv in 2022?")
    assert sure("How many civilians died in Ukraine?") > sure("How many civilians died in China?")


@pytest.mark.parametrize(
    ("question", "sentence", "right"),
    [
        ("How many civilians were killed?", "The strike killed 12 civilians.", 1.0),
        ("How many civilians were killed?", "The strike killed civilians.", 0.0),
        ("How many of the 2,100 people left?", "All 2,100 people left.", 0.0),
        ("How many of the 2,100 people left?", "Most of the 2,100, some 90%, left.", 1.0),
        ("When did it open?", "It opened in May 2024.", 1.0),
        ("When did it open?", "It may open.", 0.0),
        ("How long ago did it open?", "It opened in May.", 1.0),
        ("When did it open?", "It opened with a speech.", 0.0),
        ("Who opened the bridge?", "The bridge was opened by Anna Kowalska.", 1.0),
        ("Who is Anna Kowalska?", "Then Anna Kowalska spoke.", 0.0),
        ("Why did it fall?", "Nobody knows.", 1.0),
    ],
)
def test_a_sentence_is_of_the_kind_that_is_asked_for(question, sentence, right):
    assert Question(question).answered_in_kind(sentence) == right


def test_names_of_a_question_are_its_proper_nouns_and_numbers():
    assert Question("Did Anna Kowalska visit Kyiv in 2024?").names == {"anna", "kowalska", "kyiv", "2024"}
    assert Question("Which missile struck?").names == set()
    assert Question("What did the WHO tell the US?").names == {"who", "us"}
    assert Question("What did he tell us?").names == set()
    assert Question("WHO SOLD THE HARBOUR IN 2024?").names == {"2024"}, "nothing stands out where all is in capitals"


def test_rare_words_weigh_more_than_common_ones():
    assert rarity_in_english("sviatoshynskyi") > rarity_in_english("missile") > rarity_in_english("people")


def test_terms_are_stems():
    assert "kill" in term_set("They were killed.")


@pytest.mark.parametrize(
    ("sentence", "leans"),
    [
        ("He said the bridge was safe.", True),
        ("“They were warned,” she said.", True),
        ("But it closed again in May.", True),
        ("These shipments contained rockets.", True),
        ("The latter refused.", True),
        ("Anna Kowalska said the bridge was safe.", False),
        ("Italy refused.", False),
        ("The Hermitage opened.", False),
        ("Itself a relic, the crane fell.", False),
    ],
)
def test_a_sentence_that_leans_on_the_one_before_brings_it_into_view(sentence, leans):
    opening = "Anna Kowalska spoke on Monday."
    text = f"A crane fell. {opening} {sentence} A vote follows."
    spans = [Sentence(*span) for span in sentence_spans(text)]
    assert [text[s.start : s.end] for s in spans][2] == sentence

    class Cut:
        """A catalog whose one passage begins with the sentence."""

        def passages(self, ids):
            return {ids[0]: StoredPassage(ids[0], 1, spans[2].start, len(text), 2, 4, np.zeros(4, np.float32))}

        def article_by_key(self, key):
            return Article("a", text)

        def sentences(self, key, first, last):
            return [StoredSentence(n, spans[n], np.zeros(4, np.float32)) for n in range(first, last)]

    passage = source(Cut(), Hit("p", "a", 0.1, 0.5), (spans[2].start, spans[2].end))
    assert passage.text == text[passage.start : passage.end]
    assert passage.text.startswith(opening if leans else sentence)
    alone = source(Cut(), Hit("p", "a", 0.1, 0.5))
    assert alone.text.startswith(sentence), "a passage in which nothing is cited stays as it is"


def test_the_words_that_answer_are_pointed_out_where_the_reader_is_sure_of_a_part():
    text = "The strike killed 12 civilians."

    def cited(answer: tuple[int, int], sure: float) -> tuple[int, int] | None:
        return _cite(replace(evidence(text, 1.0), reading=Reading(1.0, answer, sure)), 1).answer

    assert cited((18, 20), SURE) == (18, 20)
    assert cited((18, 20), SURE - 0.01) is None, "not sure"
    assert cited((0, len(text)), 0.9) is None, "the whole sentence is no part of it"
    assert cited((40, 44), 0.9) is None, "outside the sentence"
    assert _cite(evidence(text, 1.0), 1).answer is None, "nothing was read"


def test_conversations_of_before_the_reader_can_still_be_read():
    citation = asdict(_cite(evidence("The strike killed 12 civilians.", 1.0), 1))
    assert citation_from_dict(json.loads(json.dumps({**citation, "answer": (11, 17)}))).answer == (11, 17)
    del citation["answer"]
    assert citation_from_dict(citation).answer is None


def test_emphasis_is_the_only_markup_and_changes_no_word():
    quote = "A <b>bridge</b> & *tunnel* opened."
    citation = replace(_cite(evidence(quote, 1.0), 1), answer=(2, 15))
    passage = SourcePassage("a", "v", 0, len(quote), quote, "T", None, None, 1.0, ((0, len(quote)),))
    panel = sources_html.panel([sources_html.Card("1", passage, Token(1, 1), answer=(2, 15))])
    assert "A <strong>&lt;b&gt;bridge&lt;/b&gt;</strong> &amp; *tunnel* opened.</mark>" in panel
    answer = Answer("?", False, 0.9, (AnswerSentence(quote, (citation,)),), (), (), {})
    chat = chat_html.growing(Turn(1, "", "?", answer=answer))
    assert chat.startswith(r"A <strong>\<b\>bridge\<\/b\></strong> \& \*tunnel\* opened\.")
