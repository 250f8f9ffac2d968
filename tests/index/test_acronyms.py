"""Laws of what a text says that letters stand for."""

from __future__ import annotations

import pytest

from qa.index.catalog.acronyms import read_definitions


@pytest.mark.parametrize(
    "text",
    [
        "The Civil Aviation Office (CAO) met.",
        "The CAO (Civil Aviation Office) met.",
        "CAO, short for Civil Aviation Office, met.",
        "The CAO, the Civil Aviation Office, met.",
        "CAO or Civil Aviation Office, as it was called.",
    ],
)
def test_a_long_form_is_known_by_the_first_letters_of_its_words_before_or_behind(text):
    assert read_definitions(text) == {("CAO", "Civil Aviation Office")}


def test_small_words_of_a_long_form_count_where_they_must_and_are_left_out_where_they_may():
    assert read_definitions("The Board of the Harbour (BH) met.") == {("BH", "Board of the Harbour")}
    assert read_definitions("The Board of Ulm (BOU) met.") == {("BOU", "Board of Ulm")}


@pytest.mark.parametrize(
    "text",
    [
        "The (CAO) met.",
        "(Civil Aviation Office) met.",
        "The NATO (a pact of many) met.",
        "The SOE, the Harbour Board, met.",
        "Ulm (Urban Lake Mill) met.",
        "The Civil Aviation Board (CAO) met.",
        "The Civil Aviation Office (cao) met.",
    ],
)
def test_other_letters_in_parentheses_or_beside_a_name_stand_for_nothing(text):
    assert read_definitions(text) == set()
