"""Laws of the sentence beside the one that only repeats the question."""

from __future__ import annotations

import pytest
from fakes import open_fake, write_article

from qa.answer.evidence.preference.beside import asks_itself, asks_reason, repeats
from qa.answer.evidence.signals import Question


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Why was the harbour closed?", "The harbour was closed on Tuesday, the city said."),
        ("Why has the ferry stopped running?", "The ferry has stopped running for three weeks."),
        ("What caused the fire in the mill?", "The fire in the mill broke out at noon."),
        ("Why did the minister resign?", "The opposition cheered because the minister resigned."),
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
        ("What did the minister say?", False),
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
