"""Laws of questions for what a rule leaves out."""

from __future__ import annotations

import pytest
from candidates import evidence

from qa.answer.evidence.evidence import Ranking
from qa.answer.evidence.preference.exceptions import asks_exception, exception_first
from qa.answer.evidence.signals import Question


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Which flats does the act not cover?", True),
        ("Who is exempt from the fee?", True),
        ("Are there pupils for whom it is made up?", True),
        ("To whom doesn't the ban apply?", True),
        ("Apart from cars, what is banned?", True),
        ("Which lorries may not cross?", True),
        ("Which flats does the act cover?", False),
        ("Is it not cold in Ulm?", False),
        ("Are there any pupils?", False),
    ],
)
def test_a_question_for_an_exception_is_told(question, asks):
    assert asks_exception(question) is asks


def test_the_sentence_with_the_exception_comes_before_those_that_tell_the_rule_and_is_sure_enough():
    rule = evidence("The act covers all flats in Ulm.", 9.0)
    exception = evidence("It applies to flats, except those that are new.", 8.0, n=1)
    found = ([], Ranking([rule, exception], 0.2))
    _, asked = exception_first(Question("Which flats does the act not cover?"), found)
    assert (asked.evidence[0].place, asked.sure > 0.3) == (exception.place, True)
    assert exception_first(Question("Which flats does the act cover?"), found) is found
