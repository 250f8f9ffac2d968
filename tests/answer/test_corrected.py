"""Laws of a figure that a later sentence takes back."""

from __future__ import annotations

import pytest

from qa.answer.evidence.preference.corrected import _takes_back


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
