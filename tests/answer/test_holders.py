"""Laws of who holds an office today, and of who somebody is."""

from __future__ import annotations

import pytest
from candidates import evidence
from fakes import open_fake, write_article

from qa.answer.evidence.evidence import Ranking
from qa.answer.evidence.preference.holders import described_first, office_asked, person_asked
from qa.answer.evidence.signals import Question


@pytest.mark.parametrize(
    "question",
    [
        "Who is the coach of Ulm Rangers?",
        "Who is currently the mayor of Ulm?",
        "Who's the new chief executive of Kern Ltd?",
        "Who heads the Harbour Board?",
        "Who is running Kern Ltd?",
        "What is the name of the current governor?",
        "Who is Velmora's prime minister?",
        "Who's in charge of the port?",
        "Who is chairing the inquiry?",
        "Name of the new chief executive of Kern",
    ],
)
def test_a_question_for_who_holds_an_office_is_told(question):
    assert office_asked(question)


@pytest.mark.parametrize(
    "question", ["Who is Ida Holm?", "Who won the match?", "Who killed the king of Ulm?", "What does the mayor want?"]
)
def test_other_questions_for_people_are_none(question):
    assert office_asked(question) is None


def test_bare_keywords_may_ask_for_an_office():
    assert office_asked("Ulm mayor", keywords=True)
    assert not office_asked("Ulm harbour crane", keywords=True)


@pytest.fixture
def service(tmp_path):
    write_article(
        tmp_path, "old", "Jonas Kern, the director of the Dunmere Museum, opened the hall.", published="2025-01-10"
    )
    write_article(
        tmp_path, "new",
        "Jonas Kern is leaving the Dunmere Museum as director of the Dunmere Museum after nine years.\n\n"
        "His deputy, Ida Holm, takes over on Monday. She was born in Ulm.\n\nThe Dunmere Museum has a new roof.",
        published="2025-06-10",
    )  # fmt: skip
    write_article(
        tmp_path, "who", "Lea Roth arrived late.\n\nThe prize went to Lea Roth, a baker from Ulm, on Sunday.",
        published="2025-06-11",
    )  # fmt: skip
    with open_fake(tmp_path) as qa:
        qa.sync()
        yield qa


@pytest.mark.parametrize(
    "question",
    ["Who is the director of the Dunmere Museum?", "Who heads the Dunmere Museum?", "Dunmere Museum director"],
)
def test_the_newest_holder_of_an_office_comes_first_and_not_who_leaves_it(service, question):
    assert service.ask(question).sentences[0].text == "His deputy, Ida Holm, takes over on Monday."


def test_who_somebody_is_stands_beside_the_name(service):
    assert service.ask("Who is Lea Roth?").sentences[0].text.startswith("The prize went to Lea Roth, a baker")


@pytest.mark.parametrize(
    "question",
    [
        "Who is Lea Roth?",
        "Lea Roth?",
        "And Lea Roth is…?",
        "Who's Lea Roth again?",
        "Lea Roth, who is that?",
        "What does Lea Roth do for a living?",
        "What is Lea Roth’s job?",
        "tell me something about Lea Roth, what is she",
        "Do you know Lea Roth?",
    ],
)
def test_a_question_for_who_somebody_is_is_told_in_many_forms(question):
    assert person_asked(question) == "Lea Roth"


@pytest.mark.parametrize("question", ["Who met Lea Roth?", "Did Lea Roth leave?", "What did Lea Roth do in Ulm?"])
def test_other_questions_about_somebody_are_none(question):
    assert not person_asked(question)


@pytest.mark.parametrize(
    "text",
    ["He was in a good mood, said vet Lea Roth.", "Lea Roth of the Harbour Trust was late.", "The baker Lea Roth won."],
)
def test_a_name_alone_is_answered_by_what_stands_beside_it(text):
    named, told = evidence("In Ulm they know Lea Roth.", 9.0), evidence(text, 7.0, n=1)
    _, found = described_first(Question("Lea Roth?"), ([], Ranking([named, told], 0.2)))
    assert (found.evidence[0].place, found.sure > 0.3) == (told.place, True)
