"""Laws of the kind of value that a question asks for."""

from __future__ import annotations

import pytest
from fakes import open_fake, write_article

from qa.answer.evidence.preference.values import has_value, value_asked
from qa.answer.evidence.signals import Question


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How much does the coach earn?", "money"),
        ("How much was the driver paid?", "money"),
        ("What is the price of a ticket?", "money"),
        ("What did the crane cost?", "money"),
        ("What's the price tag of the stadium?", "money"),
        ("How expensive is the stadium?", "money"),
        ("How much is a ticket?", "money"),
        ("How long is the bridge in metres?", "metres"),
        ("How tall is the tower?", "measure"),
        ("What share of the vote did she win?", "share"),
        ("What was the name of the ferry?", "name"),
        ("What is the old mill called?", "name"),
        ("How much water flows through the dam?", ""),
        ("How long did the strike last?", ""),
        ("Who is the mayor?", ""),
    ],
)
def test_the_kind_of_value_is_told_from_the_question(question, kind):
    assert value_asked(question) == kind


@pytest.mark.parametrize(
    ("kind", "sentence", "has"),
    [
        ("money", "He gets 4,000 euros a month.", True),
        ("money", "It was sold for $3.", True),
        ("money", "He got four years in prison.", False),
        ("metres", "It is 120 m long.", True),
        ("metres", "The way round is 31 kilometres long.", False),
        ("share", "Two thirds were in favour.", True),
        ("name", "The ferry, the Ida, sank.", True),
        ("name", "The ferry was nine years old.", False),
    ],
)
def test_a_value_is_told_by_its_form(kind, sentence, has):
    assert has_value(kind, Question("What was it?"), sentence) is has


def test_where_no_sentence_has_the_value_the_answer_is_less_sure(tmp_path):
    write_article(tmp_path, "coach", "The coach of Ulm, Ida Holm, earns respect. She has trained Ulm for nine years.")
    with open_fake(tmp_path) as qa:
        qa.sync()
        without = qa.ask("How much does Ida Holm, the coach of Ulm, earn?").confidence
        assert without < qa.ask("What does Ida Holm, the coach of Ulm, earn?").confidence
