"""What was understood, in the page: said on a line, left out and taken back by a click; what is said without citations.

Over a fake model: only what the page makes of an answer is looked at, not which sentence answers.
"""

from __future__ import annotations

import pytest
from browser import LAST_REPLY, ask, served, set_date
from fakes import open_fake, write_article

pytest_plugins = ["browser"]
pytestmark = pytest.mark.browser

CRANE = "Who opened a crane in Dunmere?"
LINE = f"{LAST_REPLY} >> .understood"


@pytest.fixture
def dated(chromium, tmp_path):
    """A page over two dated articles."""
    crane = "The Harbour Board opened a crane in Dunmere.\n\nIda Holm paid for it."
    ferry = "A ferry sank off Ulm.\n\nJonas Kern was the last to leave the ferry."
    write_article(tmp_path, "crane", crane, title="A crane", outlet="The Post", published="2024-01-10")
    write_article(tmp_path, "ferry", ferry, title="A *ferry* <b>", published="2024-02-05")
    with open_fake(tmp_path) as qa:
        qa.sync()
        with served(qa) as service:
            yield service


def _lines(page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(LINE).all_inner_texts()]


def _press(page, words: str, *, then: str) -> None:
    """Press the button of a part, by keyboard, and wait for the line that begins so."""
    page.locator(f"{LINE} >> button", has_text=words).press("Enter")
    page.wait_for_function(
        "then => !document.querySelector('#chat .pending') && document.querySelector('#question .submit-button')"
        " && [...document.querySelectorAll('#chat .understood')].some(line => line.innerText.startsWith(then))",
        arg=then,
    )


def test_a_follow_up_is_understood_and_its_context_is_dropped_and_taken_back(guarded, dated):
    page = guarded.open(dated)
    ask(page, CRANE)
    ask(page, "And who paid for it?")
    assert f"after “{CRANE}”" in _lines(page)[0]
    _press(page, "after", then="Left out: the earlier questions")
    assert not any("after" in line for line in _lines(page))
    assert page.locator("#chat .message.user").count() == 2
    _press(page, "the earlier questions", then="Understood as: “")
    assert f"after “{CRANE}”" in _lines(page)[0]


def test_a_new_conversation_begins_without_what_was_said_before(guarded, dated):
    page = guarded.open(dated)
    ask(page, CRANE)
    page.locator("#bar").get_by_text("New conversation", exact=True).click()
    page.wait_for_function("!document.querySelector('#chat .message')")
    ask(page, "What is his job?")
    assert _lines(page) == []
    assert page.locator(f"{LAST_REPLY} >> button.article").count() == 2


def test_a_time_is_understood_and_dropped(guarded, dated):
    page = guarded.open(dated)
    ask(page, "Which crane was reported on in articles published in January 2024?")
    assert "published 1 to 31 January 2024" in _lines(page)[0]
    _press(page, "January", then="Left out: the time")
    assert not any("published 1" in line for line in _lines(page))


def test_relative_words_count_from_the_day_of_the_browser(guarded, dated):
    page = guarded.open(dated)
    set_date(page, "2024-01-11T12:00:00")
    reply = ask(page, "What happened yesterday?")
    assert "10 January 2024" in reply.inner_text()
    listed = page.locator(f"{LAST_REPLY} >> button.article")
    assert listed.all_inner_texts() == ["A crane"]
    assert "The Post" in reply.inner_text()
    listed.press("Enter")
    page.wait_for_selector("#panel .whole")
    assert "Ida Holm paid for it." in page.locator("#panel .whole").inner_text()


def test_thanks_get_a_friendly_line_and_no_citation(guarded, dated):
    page = guarded.open(dated)
    ask(page, "Thank you!")
    assert page.locator(f"{LAST_REPLY} >> .plain").inner_text().strip()
    for sign in ("button.cite", ".declined", ".understood"):
        assert page.locator(f"{LAST_REPLY} >> {sign}").count() == 0


def test_a_leaning_first_question_is_asked_back_with_candidates_that_open_their_article(guarded, dated):
    page = guarded.open(dated)
    ask(page, "What is his job?")
    assert page.locator(f"{LAST_REPLY} >> .plain").inner_text().startswith("Who is meant?")
    candidates = page.locator(f"{LAST_REPLY} >> button.article")
    assert sorted(candidates.all_inner_texts()) == ["A *ferry* <b>", "A crane"]
    assert page.locator(f"{LAST_REPLY} >> .declined, .near").count() == 0
    candidates.filter(has_text="ferry").click()
    page.wait_for_selector("#panel .whole")
    assert page.locator("#panel .whole h3").inner_text() == "A *ferry* <b>"


def test_a_listed_article_opens_the_sheet_of_a_narrow_screen(guarded, dated):
    page = guarded.open(dated, visitor="narrow", viewport={"width": 390, "height": 844})
    ask(page, "What is his job?")
    page.locator(f"{LAST_REPLY} >> button.article").first.click()
    page.wait_for_selector("#sources.open .whole")


def test_a_correction_is_undone_and_taken_back(guarded, dated):
    page = guarded.open(dated)
    ask(page, "Who opened a crane in Dunmeer?")
    assert "“Dunmere” for “Dunmeer”" in _lines(page)[0]
    _press(page, "Dunmere", then="Left out: the corrected spelling")
    assert not any("Dunmere" in line for line in _lines(page))
    _press(page, "the corrected spelling", then="Understood as: “Dunmere”")


def test_only_the_last_question_is_asked_again_without_a_part(guarded, dated):
    page = guarded.open(dated)
    ask(page, "Who opened a crane in Dunmeer?")
    ask(page, "Who sank off Ulm?")
    assert page.locator("#chat .understood", has_text="Dunmere").locator("button").count() == 0
