"""Laws of the sentence beside the one that only repeats the question."""

from __future__ import annotations

from dataclasses import replace

import pytest
from candidates import evidence
from fakes import open_fake, write_article

from qa.answer.evidence.evidence import Evidence, Ranking
from qa.answer.evidence.preference.beside import asks_itself, asks_reason, reason_beside, repeats
from qa.answer.evidence.reader import Reading
from qa.answer.evidence.signals import Question


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Why was the harbour closed?", "The harbour was closed on Tuesday, the city said."),
        ("Why has the ferry stopped running?", "The ferry has stopped running for three weeks."),
        ("What caused the fire in the mill?", "The fire in the mill broke out at noon."),
        ("Why did the minister resign?", "The opposition cheered because the minister resigned."),
        ("Why did the minister resign?", "The opposition cheered because the unloved minister resigned."),
    ],
)
def test_a_sentence_that_says_again_what_the_reason_is_asked_of_repeats(question, sentence):
    assert repeats(Question(question), sentence)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Why was the harbour closed?", "The harbour was closed because a mine had drifted in."),
        ("Why was the harbour closed?", "Owing to a drifting mine, the harbour was closed."),
        ("Why was the company fined?", "The company was fined over false invoices."),
        ("Why is the harbour closed?", "A mine drifts in the bay."),
    ],
)
def test_a_sentence_that_gives_a_reason_or_says_something_else_does_not_repeat(question, sentence):
    assert not repeats(Question(question), sentence)


@pytest.mark.parametrize(
    ("question", "sentence", "inside"),
    [
        ("Who set fire to the mill?", "Who set fire to the mill is not known.", True),
        ("Who pays for the crane?", "The mayor asked who was to pay for the crane.", True),
        ("How did the thief get in?", "Police do not say how the thief got in.", True),
        ("Who pays for the crane?", "The city, which owns the harbour, pays for the crane.", False),
        ("When did the mill burn?", "The mill burned in 1852.", False),
    ],
)
def test_a_question_inside_a_sentence_is_noticed(question, sentence, inside):
    assert asks_itself(Question(question), sentence) is inside


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Why was it closed?", True),
        ("How come the bridge is shut?", True),
        ("What's the reason for the closure?", True),
        ("What was behind the resignation?", True),
        ("What prompted the recall?", True),
        ("Explain why the dam broke", True),
        ("For what reason was it shut?", True),
        ("Which reasons did the court state?", True),
        ("On what grounds was she sacked?", True),
        ("How is it that the ferry is full?", True),
        ("What drove him to leave?", True),
        ("What did the minister say?", False),
        ("What grounds does the club own?", False),
        ("Who knows why?", False),
    ],
)
def test_a_question_for_a_reason_is_told(question, asks):
    assert asks_reason(question) is asks


@pytest.fixture
def service(tmp_path):
    write_article(
        tmp_path, "harbour",
        "The harbour of Dunmere was closed on Tuesday. Divers had found a mine from the war beside the pier. "
        "It was towed away at night.\n\nWho laid the mine is not known.",
    )  # fmt: skip
    write_article(
        tmp_path, "mill",
        "Why the mill of Ashgrove burned is now known. A lamp had fallen into the flour.\n\nThe mill had 40 workers.",
    )  # fmt: skip
    with open_fake(tmp_path) as qa:
        qa.sync()
        yield qa


def test_the_next_sentence_gives_the_reason_of_what_the_best_one_only_repeats(service):
    shown = [s.text for s in service.ask("Why was the harbour of Dunmere closed?").sentences]
    assert shown[0] == "Divers had found a mine from the war beside the pier."


def test_what_a_sentence_announces_stands_behind_it(service):
    assert service.ask("Why did the mill of Ashgrove burn?").sentences[0].text == "A lamp had fallen into the flour."


def test_that_something_is_not_known_answers_where_nothing_else_does(service):
    assert service.ask("Who laid the mine?").sentences[0].text == "Who laid the mine is not known."


def read(text: str, score: float, reading: float, n: int = 0) -> Evidence:
    return replace(evidence(text, score, n=n), reading=Reading(reading, (0, 0), 0.1))


@pytest.mark.parametrize(("reading", "first"), [(-1.0, 1), (-4.0, 0)])
def test_of_two_sentences_that_are_read_alike_the_one_with_a_plain_reason_comes_first(reading, first):
    told = [
        read("No child will see the light of day in Ulm from May.", 9.0, -1.2),
        read("The clinic shuts its ward because it finds no nurses.", 8.0, reading, n=1),
    ]
    question = Question("Why can no babies be born in Ulm any longer?")
    _, found = reason_beside(question, ([], Ranking(told, 0.4)), lambda *_: ([], Ranking([], 0.0)))
    assert found.evidence[0].place == told[first].place


def test_that_no_reason_was_given_answers_a_question_for_it():
    told = [read("The court gave no reasons, as is usual.", 9.0, -3.0)]
    question = Question("Which reasons did the court state?")
    _, found = reason_beside(question, ([], Ranking(told, 0.2)), lambda *_: ([], Ranking([], 0.0)))
    assert found.sure > 0.3


def test_a_plain_reason_behind_the_repeated_question_comes_before_a_better_one_that_gives_none():
    other = read("In Ulm it will make pumps, starting in May.", 9.1, -2.0, n=2)
    echo = read("The new owner wants to give up batteries.", 9.0, -2.1, n=1)
    reason = read("Its chief gave as a reason that nobody would buy one again.", 3.0, -6.0, n=3)
    question = Question("For what reason does the new owner give up batteries?")
    _, found = reason_beside(
        question, ([], Ranking([other, echo], 0.4)), lambda *_: ([], Ranking([other, reason], 0.4))
    )
    assert found.evidence[0].place == reason.place
