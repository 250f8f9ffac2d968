"""Laws of a question's whole way: nothing to find, parts left out, earlier questions, and how sure is sure enough."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from fakes import FakeEmbedding, fake_settings, open_fake, write_article

from qa.answer.evidence.evidence import Candidate, Evidence, Ranking, Shown
from qa.answer.evidence.preference.ranked import in_order, put_first
from qa.answer.question.acronyms import asks_for_a_form
from qa.answer.question.facts import Facts
from qa.answer.question.frames import clause_of
from qa.answer.question.times import time_in
from qa.answer.question.understand import understand
from qa.core.types import Article, Filters, Hit, Sentence
from qa.index.catalog.snapshot import StoredSentence
from qa.index.embedding import lazy_embedding
from qa.service.service import QA

QUESTIONS = [
    "Who is the mayor of Ulm?", "Who is Ida Holm?", "Who heads the Harbour Board now?", "Why was the harbour closed?",
    "What is the latest on the strike?", "How much did the crane cost?", "When did the minister approve the dam?",
    "What did Ida Holm say about the bridge?", "Who said “nobody asked us”?", "Should the bridge be closed?",
    "Which fires were there?", "Who has led the club since the summer?", "Who is older, Ida Holm or Jonas Kern?",
    "Compare the votes in May and in June.", "Summarise the harbour dispute.", "Timeline of the ferry affair",
    "How many articles mention the ferry?", "How many outlets wrote about honey?", "What does CAO stand for?",
    "What happened yesterday?", "What was reported about Ulm last week?", "How many died on 3 May 2024?",
    "Ulm harbour crane", "Was the bridge of Ulm closed?", "Summarise this article.", "What is his job?",
    "How many articles are there?", "What's new?", "Which animals except cats live there?", "Where is it not allowed?",
]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_of_an_empty_collection_nothing_is_told_whatever_is_asked(home, question):
    with open_fake(home) as qa:
        qa.sync()
        for answer in (qa.ask(question), qa.ask(question, history=["Who is Ida Holm?"], today="2024-06-01")):
            assert not answer.sentences
            assert not answer.nearest
            assert answer.declined or answer.text


@pytest.fixture
def bakery(tmp_path):
    """A dated article of a baker, and a service that wants to be rather sure."""
    text = "The baker of Ulm sells bread to the mayor. She was born in Trier."
    write_article(tmp_path, "dated", text, published="2024-06-01")
    settings = fake_settings(tmp_path, 0.6)
    with QA.open(settings=settings, model=lazy_embedding(settings.model, FakeEmbedding()), command="test") as qa:
        qa.sync()
        yield qa


def test_a_time_or_earlier_questions_speak_for_what_they_chose_and_a_date_alone_does_not(bakery):
    today = "2024-07-02"
    assert bakery.ask("Who was the bread of Ulm eaten by?", today=today).declined
    assert not bakery.ask("Who was the bread of Ulm eaten by last month?", today=today).declined
    assert not bakery.ask("And who ate the bread?", history=["Who was the baker of Ulm?"]).declined


def test_text_around_a_question_is_taken_off_from_forty_words_on():
    asks = "Who is the mayor of Ulm?"
    around = "The harbour of Ulm has been shut for weeks and nobody knows why."
    fill = 40 - len(asks.split()) - len(around.split())

    def story(words: int) -> str:
        return f"{around} It is {' '.join(['very'] * (words - 3))} cold. {asks}"

    assert clause_of(story(fill)).text == asks
    assert clause_of(story(fill)).context
    assert clause_of(story(fill - 1)).text.startswith("The harbour")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("What burnt this spring?", "2026-03-01", "2026-05-31"),
        ("What burnt last autumn?", "2025-09-01", "2025-11-30"),
        ("What burnt in the fall of 2024?", "2024-09-01", "2024-11-30"),
        ("What was said in the past several weeks?", "2026-02-14", "2026-03-21"),
        ("What was said over the last two months?", "2026-01-20", "2026-03-21"),
    ],
)
def test_seasons_and_round_numbers_of_days_are_read_as_people_mean_them(text, start, end):
    time = time_in(text, date(2026, 3, 21))
    assert (str(time.start), str(time.end)) == (start, end)


def test_a_summary_of_this_one_is_plain_where_no_kind_is_wanted(bakery):
    only = Filters(articles=("dated",))
    assert bakery.ask("Summarise this article.", only).understood.kind == "overview"
    assert bakery.ask("Summarise this article.", only, without=["kind"]).understood.kind == "plain"


def test_what_letters_stand_for_is_looked_for_in_both_forms(tmp_path):
    write_article(tmp_path, "a", "The Civil Aviation Office (CAO) met in Ulm.")
    with open_fake(tmp_path) as qa:
        qa.sync()
        with qa.catalog.snapshot() as snapshot:
            facts = Facts(snapshot, {})
            short = understand("What does CAO stand for?", facts, date(2024, 6, 1))
            long = understand("What is the abbreviation of Civil Aviation Office?", facts, date(2024, 6, 1))
    assert short.forms == ("What does CAO stand for? Civil Aviation Office",)
    assert long.forms == ("What is the abbreviation of Civil Aviation Office? CAO",)


def test_what_an_earlier_answer_told_is_not_told_again_before_what_is_new(tmp_path):
    write_article(tmp_path, "a", "Ida Holm is the mayor of Ulm. Ida Holm wants to build a bridge in Ulm.")
    with open_fake(tmp_path) as qa:
        qa.sync()
        first = qa.ask("Who is the mayor of Ulm?")
        assert first.sentences[0].text == "Ida Holm is the mayor of Ulm."
        then = qa.ask("What does she want?", history=["Who is the mayor of Ulm?"])
        assert then.understood.leans_on
        assert then.sentences[0].text == "Ida Holm wants to build a bridge in Ulm."


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("What does CAO stand for?", True),
        ("What is the CAO?", True),
        ("CAO meaning", True),
        ("What does the abbreviation CAO mean exactly?", True),
        ("What does the CAO want?", False),
        ("Who is the CAO's head?", False),
        ("Is the CAO new?", False),
    ],
)
def test_who_asks_only_what_letters_stand_for_is_told_from_who_asks_about_them(text, asks):
    assert asks_for_a_form(text, text) is asks


def test_statements_around_one_that_asks_without_a_question_mark_are_told_apart():
    around = "The harbour of Ulm has been shut for weeks and nobody knows why it was shut or when it will be opened. "
    clause = clause_of(around * 3 + "Tell me who the mayor of Ulm is.")
    assert "mayor" in clause.text
    assert "harbour" not in clause.text
    assert "harbour" in clause.context


def test_what_is_put_first_is_ahead_of_all_that_was_and_stands_once():
    def evidence(n: int, score: float) -> Evidence:
        sentence = StoredSentence(n, Sentence(n, n + 1), np.zeros(1, np.float32))
        nothing = frozenset[str]()
        hit = Hit("a:0", "a", score, 0.0)
        shown = Shown("", "", (), 0, 0)
        article = Article("a", "text")
        return Evidence(Candidate(article, sentence, nothing, nothing, hit, 0.0, 0.0, 0.0, 0.0, shown), score)

    ranked = Ranking([evidence(0, 2.0), evidence(1, 1.0), evidence(2, -1.0)], 0.5)
    moved = put_first(ranked, ranked.evidence[2])
    assert [e.place[1] for e in moved.evidence] == [2, 0, 1]
    assert moved.evidence[0].score > 2.0
    assert [e.place[1] for e in in_order(moved).evidence] == [2, 0, 1]
    assert [e.place[1] for e in put_first(Ranking([], 0.0), ranked.evidence[1]).evidence] == [1]


def test_a_sentence_of_an_opinion_without_a_writer_is_labelled_as_one(tmp_path):
    write_article(
        tmp_path, "a", "The bridge of Ulm is a shame. Ulm has nine bridges.", title="Opinion: Close the bridge"
    )
    with open_fake(tmp_path) as qa:
        qa.sync()
        answer = qa.ask("What is a shame of Ulm in my opinion?")
        assert {s.label for s in answer.sentences} == {"opinion"}


def test_two_changes_of_a_question_never_overlap(tmp_path):
    write_article(tmp_path, "a", "Its night shift in Dunmere was long. The harbour board of Kornelsberg met.")
    with open_fake(tmp_path) as qa:
        qa.sync()
        corrections = dict(qa.ask("How long was the nightshift in Dunmeer and in Karnelsburg?").understood.corrections)
    assert corrections == {"nightshift": "night shift", "Dunmeer": "Dunmere", "Karnelsburg": "Kornelsberg"}
