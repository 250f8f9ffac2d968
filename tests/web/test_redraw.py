"""What is drawn anew leaves alone what its reader opened, typed or looks at; what comes in parts comes in order."""

from __future__ import annotations

import threading

import pytest
from browser import ask, served
from fakes import open_fake, write_article
from shelves import Shelf

pytest_plugins = ["browser"]
pytestmark = pytest.mark.browser

FERRY = "How many cars does the Orsta ferry carry?"
BRIDGE = "Who built the Lindby bridge?"
# A page that goes out of view just after the nth part of an answer came: the timers of such a page wait.
GOES_OUT_OF_VIEW = """left => {
    const later = window.setTimeout;
    let hidden = false;
    Object.defineProperty(Document.prototype, 'visibilityState', { get: () => (hidden ? 'hidden' : 'visible') });
    window.setTimeout = (f, ms, ...rest) => {
        hidden ||= !ms && rest[0]?.msg === 'process_generating' && !--left;
        return later(f, hidden && !ms ? 500 : ms, ...rest);
    };
}"""


@pytest.fixture
def shelf(chromium, home):
    """The page over two articles."""
    qa = open_fake(home)
    qa.add("The ferry is blue.", title="A ferry", published="2024-05-17", id="ferry")
    qa.add("A crane stands there.", title="A crane", published="2025-01-02", id="crane")
    running = Shelf(home, qa)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def news(chromium, tmp_path_factory):
    home = tmp_path_factory.mktemp("news")
    write_article(home, "ferry", "The Orsta ferry carries 90 cars.\n\nIt sails twice a day.", title="The new ferry")
    write_article(home, "bridge", "Marta Solberg built the Lindby bridge.\n\nThe bridge is long.", title="A bridge")
    with open_fake(home) as qa:
        qa.sync()
        with served(qa) as service:
            yield service


def _library(page):
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector("#table table")
    return page


def _newest(page, shelf) -> None:
    """Have an article listed first of all that nobody clicked for, and the table drawn anew by that."""
    shelf.qa.add("The newest of all.", title="Newest", published="2026-01-01", id="newest")
    page.set_input_files(
        "#files input[type=file]", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"A file is short."}
    )
    page.wait_for_selector("#table tbody tr:first-child button[value=newest]")


def test_an_article_that_is_opened_while_the_list_is_looked_up_stays_open(shelf, guarded):
    page = _library(guarded.open(shelf))
    page.get_by_role("tab", name="Ask").click()
    holdings, asked, go = shelf.qa.holdings, threading.Event(), threading.Event()

    def slowly():
        first = not asked.is_set()
        asked.set()
        assert not first or go.wait(60)
        return holdings()

    page.wait_for_function("!document.querySelector('#table').checkVisibility()")
    shelf.qa.holdings = slowly
    page.get_by_role("tab", name="Library").click()
    assert asked.wait(60)
    page.get_by_role("button", name="A ferry", exact=True).click()
    page.wait_for_timeout(1000)  # long enough to be opened, and then closed by the list that comes late
    go.set()
    page.wait_for_selector("#table .opened >> text=The ferry is blue.")
    page.wait_for_timeout(1000)
    assert page.locator("#table .opened").count() == 1
    page.get_by_role("tab", name="Ask").click()
    _library(page)
    page.get_by_role("button", name="A crane", exact=True).click()
    page.wait_for_selector("#table .opened >> text=A crane stands there.")
    assert page.locator("#table .opened").count() == 1


def test_what_is_typed_into_the_form_of_an_article_stays_when_the_list_is_drawn_anew(shelf, guarded):
    page = _library(guarded.open(shelf))
    page.locator("#table tr", has_text="A ferry").locator("summary").click()
    page.locator("#table .drop:visible").get_by_text("Edit", exact=True).click()
    page.fill("form.edit [name=author]", "Ann Author")
    _newest(page, shelf)
    assert page.input_value("form.edit [name=author]") == "Ann Author"
    assert page.evaluate("document.activeElement.matches('form.edit [name=author]')")
    page.keyboard.press("Enter")
    page.wait_for_selector("form.edit", state="detached")
    assert shelf.qa.article("ferry")[0].author == "Ann Author"


def test_a_menu_of_a_row_stays_open_beside_its_row(shelf, guarded):
    page = _library(guarded.open(shelf))
    page.locator("#table tr", has_text="A crane").locator("summary").click()
    _newest(page, shelf)
    assert (
        page.locator("#table tr", has=page.locator("details[open]")).locator("button.title").inner_text() == "A crane"
    )
    assert page.evaluate("document.activeElement.matches('details[open] > summary')")
    page.locator("#table .drop:visible").get_by_text("Remove", exact=True).click()
    page.wait_for_selector("#table .confirm >> text=A crane")
    shelf.qa.remove("newest")
    page.get_by_role("button", name="Yes, remove it").click()
    page.wait_for_selector("#table button.title[value=crane]", state="detached")
    page.wait_for_function("document.activeElement.matches('#table .count')")


def test_a_name_is_given_and_another_one_typed_while_an_answer_comes_and_neither_is_in_the_others_way(news, guarded):
    page = guarded.open(news)
    ask(page, FERRY)
    answer, go = news.host.qa.ask, threading.Event()

    def gated(question, *given, **named):
        assert question == FERRY or go.wait(60)
        return answer(question, *given, **named)

    news.host.qa.ask = gated
    try:
        page.fill("#question textarea", BRIDGE)
        page.press("#question textarea", "Enter")
        page.wait_for_selector("#chat .pending")
        page.locator("#bar summary", has_text="Name").click()
        page.get_by_label("Name", exact=True).fill("About boats")
        page.keyboard.press("Enter")
        page.wait_for_function("document.querySelector('#bar .name input').defaultValue === 'About boats'")
        page.locator("#bar summary", has_text="Name").click()
        page.get_by_label("Name", exact=True).fill("About ships")
        other = guarded.open(news, again=True)  # now there is an earlier conversation, which stands before the name
        other.locator("#bar").get_by_text("New conversation", exact=True).click()
        other.wait_for_selector("#chat .message", state="detached")
        ask(other, FERRY)
        go.set()
        page.wait_for_function("document.querySelectorAll('#chat .acts').length === 2")
        page.wait_for_selector("#bar .earlier")
        page.wait_for_selector("#chat .message.bot >> nth=1 >> button.cite")
        assert page.get_by_label("Name", exact=True).input_value() == "About ships"
        page.keyboard.press("Enter")
        page.wait_for_function("document.querySelector('#bar .name input').defaultValue === 'About ships'")
    finally:
        news.host.qa.ask = answer


def test_a_citation_that_is_clicked_while_the_chat_still_scrolls_stays_open(news, guarded):
    page = guarded.open(news, viewport={"width": 1280, "height": 500})
    for question in (FERRY, BRIDGE):
        ask(page, question)
    for n in (0, 1):
        page.evaluate(  # as a flick of the wheel and a click
            """n => {
                const log = document.querySelector('#chat [role=log]');
                const reply = document.querySelectorAll('#chat .message.bot')[n];
                log.dispatchEvent(new WheelEvent('wheel', { bubbles: true }));
                log.addEventListener('scroll', () => reply.querySelector('button.cite').click(), { once: true });
                log.scrollTop = n ? 1e6 : 0;
            }""",
            n,
        )
        page.wait_for_selector(f"#panel .asked >> text={(FERRY, BRIDGE)[n]}")
        page.wait_for_selector("#panel .card.active")
        page.wait_for_timeout(1000)  # the scrolling has ended, and what follows it
        assert page.locator("#panel .card.active").count() == 1
        assert page.locator("#panel .asked").inner_text() == (FERRY, BRIDGE)[n]


@pytest.mark.parametrize("part", [1, 2, 3])
def test_an_answer_is_shown_although_its_page_goes_out_of_view_while_it_comes(news, guarded, part):
    page = guarded.open(news, visitor=f"out of view {part}")
    page.context.add_init_script(f"if (window === top) ({GOES_OUT_OF_VIEW})({part})")
    page = guarded.open(news, visitor=f"out of view {part}", query="/?q=Who+built+the+Lindby+bridge%3F")
    page.wait_for_selector("#chat .acts")
    page.wait_for_selector("#chat button.cite")
    assert "Marta Solberg" in page.inner_text("#chat")
