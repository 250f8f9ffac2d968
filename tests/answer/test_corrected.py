"""Laws of a figure that a later sentence takes back."""

from __future__ import annotations

import pytest
from fakes import open_fake

from qa.answer.evidence.preference.corrected import _puts_right, _takes_back


@pytest.mark.parametrize(
    "text",
    [
        "In the end 602 birds were counted and not 620.",
        "The number was lowered from 620 to 602.",
        "It was 602 instead of the reported 620.",
        "602 birds died, rather than 620, the station said.",
    ],
)
def test_a_figure_is_taken_back_beside_the_right_one(text):
    assert _takes_back(text, ["620"])


@pytest.mark.parametrize(
    "text",
    [
        "620 birds were counted, 18 of them twice.",
        "It was not 6,200 but 17.",
        "Not 620 people came.",
        "It took 602 days.",
    ],
)
def test_other_sentences_take_nothing_back(text):
    assert not _takes_back(text, ["620"])


@pytest.mark.parametrize(
    ("text", "figures", "right"),
    [
        ("They later corrected that: it was 3,900.", ["4,200"], True),
        ("The number was later put at seven and not nine.", ["nine"], True),
        ("The date turned out to be wrong.", [], True),
        ("That was a mistake, the office said.", [], True),
        ("Actually it was 58 per cent.", ["61"], True),
        ("Actually it was 61 per cent.", ["61"], False),
        ("In fact the hall was full.", ["4,200"], False),
        ("The police said so.", ["nine"], False),
        ("He corrected the proofs in May.", [], False),
    ],
)
def test_a_sentence_says_that_the_one_before_it_was_wrong(text, figures, right):
    assert _puts_right(text, figures) is right


SOLD, CORRECTED = "The Dunmere concert sold 4,200 tickets on Monday.", "They later corrected that: it was 3,900."


def test_a_sentence_that_is_put_right_in_the_next_one_is_shown_with_it(tmp_path):
    with open_fake(tmp_path) as qa:
        qa.add(
            "The concert in Dunmere sold 4,200 tickets on Monday. They later corrected that: it was 3,900. It was loud."
        )
        shown = [s.text for s in qa.ask("How many tickets did the Dunmere concert sell?").sentences]
    assert shown[:2] == [
        "The concert in Dunmere sold 4,200 tickets on Monday.",
        "They later corrected that: it was 3,900.",
    ]
