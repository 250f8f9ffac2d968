"""Laws of time in an answer: the newest state of a story, what was so on a day, and the articles of a time."""

from __future__ import annotations

import pytest
from fakes import open_fake, write_article

from qa.core.types import Filters

TODAY = "2025-02-03"
FORTY, NINETY = "40 dockers of Dunmere are on strike.", "90 dockers of Dunmere are on strike."


@pytest.fixture
def strike(tmp_path):
    title = "Strike at the Dunmere docks"
    first, then = "The strike at the Dunmere docks began on Friday.", "The strike at the Dunmere docks goes on."
    write_article(tmp_path, "a", f"{first} {FORTY}", title=title, published="2025-01-10")
    write_article(tmp_path, "b", f"{then} {NINETY}", title=f"{title} goes on", published="2025-01-20")
    write_article(tmp_path, "bees", "Bees of Ulm won a prize for honey.", title="Bees", published="2025-02-02")
    with open_fake(tmp_path) as qa:
        qa.sync()
        yield qa


def told(qa, question, filters=None):
    return [s.text for s in qa.ask(question, filters, today=TODAY).sentences]


def test_the_newest_state_of_a_story_comes_first_where_now_is_asked(strike):
    assert told(strike, "How many dockers of Dunmere are on strike now?")[0] == NINETY


def test_the_latest_of_something_is_the_first_sentence_of_its_newest_article(strike):
    latest = told(strike, "What is the latest on the strike at the Dunmere docks?")
    assert latest[0] == "The strike at the Dunmere docks goes on."


@pytest.mark.parametrize(
    ("time", "first"),
    [
        ("on 11 January 2025", FORTY),
        ("on 15 January 2025", FORTY),
        ("until 15 January 2025", FORTY),
        ("on 21 January 2025", NINETY),
        ("on 31 January 2025", NINETY),
    ],
)
def test_the_state_of_a_day_is_that_of_the_last_report_until_then(strike, time, first):
    said = told(strike, f"How many dockers of Dunmere were on strike {time}?")
    assert said[0] == first
    assert (NINETY in said) is (first == NINETY)


def test_a_day_is_sought_within_the_filters(strike):
    later = Filters(published_from="2025-01-12")
    assert told(strike, "How many dockers of Dunmere were on strike on 15 January 2025?", later) == [NINETY]


def test_where_nothing_of_the_time_answers_what_is_shown_is_said_to_be_of_another_time(strike):
    answer = strike.ask("What was reported about the dockers of Dunmere last week?", today=TODAY)
    assert answer.sentences
    [note] = answer.notes
    assert note.startswith("No article published from 2025-01-27 to 2025-02-02 answers")
    then = strike.ask("What was reported about the dockers of Dunmere last month?", today=TODAY)
    assert not then.notes


@pytest.mark.parametrize(
    ("question", "today", "text", "articles"),
    [
        ("What happened yesterday?", "2025-01-15",
         "No article was published on 14 January 2025. The newest is of 2 February 2025.", ("bees",)),
        ("What happened last week?", "2025-01-25",
         "No article was published from 13 January 2025 to 19 January 2025. The newest is of 2 February 2025.",
         ("bees",)),
        ("What happened since January 15?", "2025-01-25",
         "2 articles published since 15 January 2025: “Bees” (2 February 2025); "
         "“Strike at the Dunmere docks goes on” (20 January 2025).", ("bees", "b")),
        ("What happened yesterday?", "2025-02-03",
         "1 article published on 2 February 2025: “Bees” (2 February 2025).", ("bees",)),
    ],
)  # fmt: skip
def test_the_articles_of_a_time_are_named_newest_first_or_that_there_are_none(strike, question, today, text, articles):
    answer = strike.ask(question, today=today)
    assert (answer.behaviour, answer.text, answer.articles) == ("results", text, articles)


def test_a_time_that_the_filters_leave_no_day_of_lists_nothing(strike):
    later = Filters(published_from="2025-01-12")
    answer = strike.ask("What happened yesterday?", later, today="2025-01-11")
    assert answer.behaviour == ""
    assert "a" not in {c.article for s in answer.sentences for c in s.citations}


def test_articles_without_a_date_are_counted_where_a_time_leaves_them_out(tmp_path):
    write_article(tmp_path, "dated", "A crane fell.", published="2025-02-02")
    write_article(tmp_path, "undated", "A ferry sank.")
    with open_fake(tmp_path) as qa:
        qa.sync()
        assert qa.ask("What happened yesterday?", today=TODAY).undated_left_out == 1


@pytest.fixture
def office(tmp_path):
    write_article(
        tmp_path, "a", "The Civil Aviation Office (CAO) met in Ulm. Ida Holm is the head of the Civil Aviation Office.",
        published="2025-01-10",
    )  # fmt: skip
    write_article(
        tmp_path, "b", "The CAO banned the plane of Trier. The plane of Ulm stands still. Jonas Kern is the head of "
        "the Harbour Board.", published="2025-01-11",
    )  # fmt: skip
    with open_fake(tmp_path) as qa:
        qa.sync()
        yield qa


@pytest.mark.parametrize("question", ["Who is the head of the CAO now?", "Who heads the CAO?"])
def test_who_heads_what_is_asked_for_by_its_letters_is_found_by_its_name(office, question):
    assert told(office, question)[0] == "Ida Holm is the head of the Civil Aviation Office."


@pytest.mark.parametrize("question", ["What does CAO stand for?", "What is the abbreviation of Civil Aviation Office?"])
def test_what_letters_stand_for_is_told_by_the_sentence_that_explains_them(office, question):
    answer = office.ask(question)
    assert answer.understood.kind == "definition"
    assert answer.sentences[0].text == "The Civil Aviation Office (CAO) met in Ulm."
    assert answer.confidence >= 0.9


def test_a_sentence_that_denies_what_is_presumed_comes_first(tmp_path):
    said = "The minister of Ulm spoke of the dam at the school."
    write_article(tmp_path, "a", f"{said} The minister of Ulm never approved the dam.")
    with open_fake(tmp_path) as qa:
        qa.sync()
        shown = told(qa, "When did the minister of Ulm approve the dam?")
        assert shown[0] == "The minister of Ulm never approved the dam."
