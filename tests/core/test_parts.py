"""Laws of saying what a question was read as: each part in words, nothing for a question taken as it stands."""

from __future__ import annotations

import pytest

from qa.core.parts import PARTS, parts_left_out, parts_line, read_parts, write_days
from qa.core.types import Understood


@pytest.mark.parametrize("understood", [None, Understood(), Understood(searched="who is ida holm"), Understood("meta")])
def test_nothing_is_said_of_a_question_that_was_taken_as_it_stands(understood):
    assert read_parts("Who is Ida Holm?", understood) == []
    assert parts_line("Who is Ida Holm?", understood) == ""


def test_each_part_is_said_and_can_be_left_out():
    understood = Understood(
        searched="What does CAO say of cholera in Ulm?", corrections=(("colera", "cholera"),),
        acronyms=(("CAO", "Civil Aviation Office"),), leans_on=("Who is ill?",), time="in May 2024",
        time_kind="published", published_from="2024-05-01", published_to="2024-05-31", newest=True, kind="timeline",
    )  # fmt: skip
    parts = read_parts("What does it say of colera in May 2024?", understood)
    assert [part.name for part in parts] == list(PARTS)
    assert parts_line("What does it say of colera in May 2024?", understood) == (
        "Understood as: “What does CAO say of cholera in Ulm?”, after “Who is ill?” · “cholera” for “colera”"
        " · CAO as Civil Aviation Office · published 1 to 31 May 2024 · newest first · a timeline."
    )


def test_what_a_part_of_its_own_tells_of_is_not_said_twice():
    asked = "Who opened a crane in Dunmeer in May 2024?"
    spelt = Understood(
        searched="Who opened a crane in Dunmere?", corrections=(("Dunmeer", "Dunmere"),), time="in May 2024",
        time_kind="as of", published_from="2024-05-01", published_to="2024-05-31",
    )  # fmt: skip
    assert [part.words for part in read_parts(asked, spelt)] == ["“Dunmere” for “Dunmeer”", "as of May 2024"]


def test_the_clause_that_was_searched_is_said_and_cannot_be_left_out():
    (part,) = read_parts("Answer in one sentence: who is Ida?", Understood(searched="Who is Ida?"))
    assert (part.name, part.words) == ("", "“Who is Ida?”")


def test_what_was_left_out_is_named():
    assert [part.name for part in parts_left_out(Understood(without=("time", "context")))] == ["context", "time"]
    assert parts_line("Who?", Understood(without=("time",))) == "Left out: the time."


def test_a_time_that_is_looked_for_in_the_text_is_said_so():
    (part,) = read_parts("Who won in 1852?", Understood(searched="Who won in 1852?", time="in 1852", time_kind="text"))
    assert part.words == "“in 1852” in the text"


@pytest.mark.parametrize(
    ("first", "last", "written"),
    [
        ("2024-01-01", "2024-01-31", "1 to 31 January 2024"),
        ("2024-01-31", "2024-03-01", "31 January to 1 March 2024"),
        ("2023-12-31", "2024-01-01", "31 December 2023 to 1 January 2024"),
        ("2024-01-05", "2024-01-05", "5 January 2024"),
        ("2024-01-05", None, "since 5 January 2024"),
        (None, "2024-01-05", "until 5 January 2024"),
        (None, None, ""),
    ],
)
def test_days_are_written_as_people_write_them(first, last, written):
    assert write_days(first, last) == written
