"""Laws of what an article is built of besides facts: it helps to find a place and is never shown as an answer."""

from __future__ import annotations

import pytest
from fakes import open_fake, write_article

from qa.answer.evidence.furniture import ASIDE, ASKING, CLAIM, HEADING, RETRACTED, role_of
from qa.core.types import Article, CanonicalText


def role(line: str, text: str, title: str = "Harbour") -> str:
    article = Article("a", CanonicalText(text), title=title)
    start = text.index(line)
    return role_of(article, start, start + len(line))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("By Ida Holm", ASIDE),
        ("By Ida Holm and Jonas Kern in Ulm", ASIDE),
        ("Additional reporting by Jonas Kern; editing by Lea Roth", ASIDE),
        ("Photo: the new crane in the harbour", ASIDE),
        ("Pia Lund, Old Town", ASIDE),
        ("_____", ASIDE),
        ("10:45 p.m.", ASIDE),
        ("Last updated 3 May 2024", ASIDE),
        ("IS IT SAFE?", ASKING),
        ("Who pays for it?", ASKING),
        ("What happens next", ASKING),
        ("A slow beginning", HEADING),
        ("THE COST", HEADING),
        ("CLAIM: The crane was never tested.", CLAIM),
        ("Rumour: the crane leans to one side.", CLAIM),
        ("“Who pays for it?” asked the mayor.", ""),
        ("It cost nine million.", ""),
        ("- a bus stop", ""),
        ("An earlier version of this article said that it cost six million.", RETRACTED),
    ],
)
def test_a_line_is_told_by_its_form_and_by_what_follows_it(line, expected):
    text = f"The crane stands.\n\n{line}\n\nIt can carry ninety tonnes, twice as much as the old one."
    assert role(line, text) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("How much can it carry?", ASKING),
        ("But is it safe?", ASKING),
        ("“Who pays for it?” asked the mayor.", ""),
        ("“Who pays for it?”", ""),
        ("The city paid nine million, and what for?", ""),
    ],
)
def test_a_sentence_that_asks_from_its_first_word_on_answers_nothing_unless_it_is_somebodys_words(sentence, expected):
    assert (
        role(sentence, f"The crane of Ulm stands at last. {sentence} It can carry ninety tonnes of steel.") == expected
    )


def test_a_line_that_only_leads_elsewhere_is_no_fact():
    assert role("View the full plan here.", "The crane stands.\n\nView the full plan here.\n\nIt is red.") == ASIDE


def test_a_line_without_a_stop_that_ends_the_article_or_a_list_is_no_heading():
    assert role("Nine new buses", "The city buys these:\n\nNine new buses") == ""
    assert role("Nine new buses", "The city buys these:\n\nNine new buses\n\nTwo trams\n\nA ferry") == ""


@pytest.mark.parametrize(
    "line",
    [
        "We wrongly reported that five had died.",
        "In a story published on Monday we said that the bridge cost two million.",
        "The report mistakenly named the company’s founder.",
    ],
)
def test_what_was_reported_wrongly_is_told_in_a_correction_only(line):
    assert role(line, f"{line} Four have died.", title="Correction: four deaths") == RETRACTED
    assert role(line, f"{line} Four have died.", title="Four deaths") == ""
    assert role("Four have died.", f"{line} Four have died.", title="Correction: four deaths") == ""
    assert role(line, f"All is well.\n\nCORRECTION\n\n{line} Four have died.", title="Four deaths") == RETRACTED


def test_a_sentence_that_gives_the_right_value_beside_the_wrong_one_stays():
    line = "We wrongly reported that five had died, and not four."
    assert role(line, f"{line} We regret it.", title="Correction: four deaths") == ""


@pytest.fixture
def service(tmp_path):
    write_article(
        tmp_path, "pump",
        "By Viola Stan\n\nIS A HEAT PUMP LOUD?\n\nA modern one hums like a fridge. Neighbours seldom hear it.\n\n"
        "WHO REPAIRS IT?\n\nAny fitter with a licence.",
    )  # fmt: skip
    write_article(tmp_path, "check", "CLAIM: The heat pump explodes in frost.\n\nVERDICT: False. It never has.")
    with open_fake(tmp_path) as qa:
        qa.sync()
        yield qa


@pytest.mark.parametrize("question", ["Is a heat pump loud?", "Who repairs a heat pump?", "Who is Viola Stan?"])
def test_furniture_is_never_shown_as_an_answer(service, question):
    shown = [s.text for s in service.ask(question).sentences]
    assert not {"By Viola Stan", "IS A HEAT PUMP LOUD?", "WHO REPAIRS IT?"} & set(shown)


def test_what_stands_below_a_heading_that_asks_the_question_answers_it(service):
    assert service.ask("Is a heat pump loud?").sentences[0].text == "A modern one hums like a fridge."


def test_a_checked_claim_is_shown_only_to_who_asks_for_claims(service):
    claim = "CLAIM: The heat pump explodes in frost."
    assert claim not in [s.text for s in service.ask("Does the heat pump explode in frost?").sentences]
    assert claim in [s.text for s in service.ask("Which claim about the heat pump explodes in frost?").sentences]
