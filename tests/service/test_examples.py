"""Example questions: made by safe patterns, printed only when their own sentence answers them."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from fakes import open_fake, write_article
from places import STARTER, put_starter

from qa.core.settings import Settings
from qa.core.types import Article
from qa.corpus.sentences import segment
from qa.service import examples
from qa.service.patterns import candidates
from qa.service.service import QA

AROUND = " It was in the news on that day, and they said so in the town where she had been with all of them before."


def made(text: str) -> list[str]:
    """The questions of a text's candidates, each checked to point at one of its sentences."""
    article = Article("a", text + AROUND)
    spans = segment(article.text)
    found = candidates(article, spans)
    assert all((c.start, c.end) in {(s.start, s.end) for s in spans} for c in found)
    return [c.question for c in found]


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("“It is vital,” said Maria Keller, a former weapons inspector for the agency.", "Who is Maria Keller?"),
        ("The singer Anna Lindt opened the evening.", "Who is Anna Lindt?"),
        ("Ukrainian President Volodymyr Zelenskyy arrived on Monday.", "Who is Volodymyr Zelenskyy?"),
        ("Ada Lovelace (1815–1852) was an English mathematician and writer.", "Who was Ada Lovelace?"),
        ("The KR-7 is known for its high payload.", "What is the KR-7 known for?"),
        ("The Harbour Theatre was built in 1910 by sailors.", "When was the Harbour Theatre built?"),
        ("Acme Tools is headquartered in Leeds.", "Where is Acme Tools headquartered?"),
        ("Police said 12 miners were injured in the explosion.", "How many miners were injured in the explosion?"),
        (
            "A missile strike that killed 12 civilians shook it.",
            "How many civilians were killed in the missile strike?",
        ),
        ("At least 40 people have been evacuated in Port Elm.", "How many people have been evacuated in Port Elm?"),
        ("Brightwater was founded in 1840. They like Brightwater.", "When was Brightwater founded?"),
        (
            "Green Harbour has a plan. Green Harbour is new. Green Harbour was sold.",
            "What is said about Green Harbour?",
        ),
    ],
)
def test_a_plain_sentence_becomes_the_question_it_answers(sentence, question):
    assert made(sentence) == [question] or question in made(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "In New York, a police officer, smiling, opened the door.",  # a place before a role
        "Setanta Sports, a rival, lost the match.",
        "Dilip Joshi is a member of a film and television family and an actor.",  # a person is no thing
        "France is the seventh country to see it.",
        "Anna Lindt and Maria Keller, a singer, sang.",  # two people are no one
        "The deputy Prime Ministers met.",
        "He is a minister and she is a judge.",
        "Officials said the road was closed.",
        "On Monday police arrested 12.",
        "12 people were killed.",  # where or in what?
        "The bill was paid for 20 years.",
        "Apple Inc, a company, said nothing of Rome.",
        "The problem is a lack of time.",
        "“Every child counts,” said Tilda Moss. “Every road is known for its holes.”",
        "Every book was published in 1990.",
        "Construction was completed in June 1990.",
        "Brightwater was founded in 1840.",  # a name, or any word at the head of a sentence?
        "Volunteers are known for their patience, and few like Volunteers; the volunteers said so.",
        "García was born in 1902 near the river.",
        "Defense Ministry said Lisbon was quiet.",  # wants its article
    ],
)
def test_a_sentence_that_would_make_a_clumsy_question_makes_none(sentence):
    assert made(sentence) == []


def test_what_stands_inside_a_quotation_is_no_fact_of_the_article():
    text = "“We came early. Maria Keller, a judge, opened the door. The KR-7 is known for its noise.” That was all."
    assert made(text) == []


def test_an_article_in_another_language_makes_no_question():
    german = "Der Minister Hans Berg sprach lange. Die KR-7 is known for Lärm. Er sagte nichts über Rom und ging dann."
    assert candidates(Article("a", german), segment(german)) == []


def test_boilerplate_makes_no_question():
    text = f"The river rose on Monday.{AROUND}\nThe singer Maria Keller and others: all rights reserved."
    spans = segment(text)
    assert [s.boilerplate for s in spans][-1], "the test's own premise"
    assert candidates(Article("a", text), spans) == []


@pytest.fixture(scope="module")
def starter(tmp_path_factory, model):
    with QA.open(settings=Settings(put_starter(tmp_path_factory.mktemp("examples"))), model=model) as qa:
        qa.sync()
        yield qa


def test_the_starter_article_offers_four_questions_of_different_kinds(starter):
    questions = starter.examples(4)
    assert len(questions) == 4
    assert len({q.split()[0] for q in questions}) >= 3
    assert "How many civilians were killed in the missile strike?" in questions


def test_every_example_is_answered_with_the_sentence_it_was_made_from(starter):
    article, sentences = starter.article(STARTER)
    source = {c.question: (c.start, c.end) for c in candidates(article, sentences)}
    questions = starter.examples(12)
    assert len(questions) >= 4
    for question in questions:
        answer = starter.ask(question)
        assert not answer.declined
        leading = [(c.start, c.end) for s in answer.sentences[: examples.LEADING] for c in s.citations]
        assert source[question] in leading, question


def test_a_question_that_its_sentence_does_not_answer_is_not_offered(home):
    write_article(home, "one", f"The judge Karl Ode came late.{AROUND}")
    with open_fake(home) as qa:
        qa.sync()
        assert qa.examples() == ["Who is Karl Ode?"]
        declining = examples.Examples(qa.catalog, lambda q: replace(qa.ask(q), declined=True, sentences=()))
        assert declining.best(4) == []

        def beside(question):
            answer = qa.ask(question)
            return replace(answer, sentences=tuple(x for x in answer.sentences if "Ode" not in x.text))

        elsewhere = examples.Examples(qa.catalog, beside)
        assert elsewhere.best(4) == []


def test_an_empty_corpus_offers_nothing(home):
    with open_fake(home) as qa:
        qa.sync()
        assert qa.examples() == []


def test_examples_are_made_again_only_when_the_corpus_has_changed(home):
    write_article(home, "one", f"The judge Karl Ode came late.{AROUND}")
    with open_fake(home) as qa:
        qa.sync()
        asked = []
        offered = examples.Examples(qa.catalog, lambda q: asked.append(q) or qa.ask(q))
        people = [threading.Thread(target=offered.best, args=(4,)) for _ in range(8)]
        for person in people:
            person.start()
        for person in people:
            person.join()
        assert asked == ["Who is Karl Ode?"]
        qa.add(f"The painter Lena Aster left early.{AROUND}", name="two")
        assert set(offered.best(4)) == {"Who is Karl Ode?", "Who is Lena Aster?"}
        qa.remove("one")
        assert offered.best(4) == ["Who is Lena Aster?"]


def test_examples_come_from_different_articles_and_kinds_before_the_surest_alone():
    def c(question, article, kind):
        return examples.Candidate(question, article, 0, 1, kind)

    found = [
        (0.9, c("a", "one", "who")),
        (0.8, c("b", "one", "who")),
        (0.7, c("c", "two", "what")),
        (0.6, c("d", "two", "who")),
        (0.99, c("e", "three", "about")),
    ]
    assert [x.question for x in examples.varied(found, 2)] == ["a", "c"]
    assert [x.question for x in examples.varied(found, 3)] == ["a", "c", "e"]
    assert [x.question for x in examples.varied(found, 9)] == ["a", "b", "c", "d", "e"]


def test_the_sample_holds_the_newest_and_some_of_all_the_others(home):
    for i in range(examples.MAX_ARTICLES * 3):
        write_article(home, f"n{i:03}", f"Story {i}.", added=f"2026-01-01T00:{i // 60:02}:{i % 60:02}+00:00")
    with open_fake(home) as qa:
        qa.sync()
        drawn = examples.sample(qa.articles())
    assert len(drawn) == len(set(drawn)) <= examples.MAX_ARTICLES
    newest = [f"n{i:03}" for i in reversed(range(examples.MAX_ARTICLES * 3))]
    assert drawn[: examples.MAX_ARTICLES // 2] == newest[: examples.MAX_ARTICLES // 2]
    assert min(drawn) < "n010", "the oldest have their share"


def test_no_more_is_asked_than_a_page_can_wait_for_however_long_each_takes(home):
    for i in range(examples.MAX_ASKED + 6):
        write_article(home, f"n{i}", f"The judge {chr(ord('A') + i // 26)}{chr(ord('a') + i % 26)}rl Ode came.{AROUND}")
    with open_fake(home) as qa:
        qa.sync()
        asked = []

        def declined(question):
            asked.append(question)
            return replace(qa.ask(question), declined=True, sentences=())

        assert examples.Examples(qa.catalog, declined).best(4) == []
        assert len(asked) == examples.MAX_ASKED
        asked.clear()
        offered = examples.Examples(qa.catalog, lambda q: asked.append(q) or qa.ask(q))
        assert len(offered.best(4)) == 4
        assert len(asked) < examples.MAX_ASKED, "enough is enough"
