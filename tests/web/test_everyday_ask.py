"""The Ask tab over a day's work: scrolling, phones, a service that comes and goes, sources, filters, conversations."""

from __future__ import annotations

import re

import pytest
from browser import LAST_REPLY, LOOKS, WHILE_GONE, ask, served, set_date
from fakes import open_fake, write_article

pytest_plugins = ["browser"]
pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SMALL = {"viewport": {"width": 1280, "height": 500}}
# Six widths, and the window that a person with 200 % zoom has.
WINDOWS = [(320, 640), (390, 844), (820, 800), (1024, 800), (1280, 800), (1440, 900), (640, 400)]
FERRY = "How many cars does the Orsta ferry carry?"
BRIDGE = "Who built the Lindby bridge?"


@pytest.fixture(scope="module")
def news(chromium, tmp_path_factory):
    """A page over a few dated articles."""
    home = tmp_path_factory.mktemp("news")
    ferry = "The Orsta ferry carries 90 cars.\n\nIt sails twice a day."
    write_article(
        home, "ferry", ferry, title="The new ferry", outlet="The Example", published="2024-05-17",
        url="https://example.org/ferry",
    )  # fmt: skip
    write_article(home, "bridge", "Marta Solberg built the Lindby bridge.\n\nThe bridge is long.", title="A bridge")
    again = "The Orsta ferry carries 90 cars and 200 people, not 80.\n\nThe Orsta ferry was built in Lindby."
    write_article(home, "again", again, title="Correction: the Orsta ferry", outlet="The Mail", published="2024-06-01")
    with open_fake(home) as qa:
        qa.sync()
        with served(qa) as service:
            yield service


def _at_top(page) -> None:
    """Wait until the newest question stands at the top of the chat."""
    page.wait_for_function(
        "() => { const rows = document.querySelectorAll('#chat .user-row');"
        " const log = document.querySelector('#chat [role=log]');"
        " const at = rows[rows.length - 1].getBoundingClientRect().top - log.getBoundingClientRect().top;"
        " return at > -2 && at < 30; }"
    )


def _scroll(page, by: int) -> None:
    """Scroll the chat as a person does."""
    page.locator("#chat").hover()
    page.mouse.wheel(0, by)
    page.wait_for_timeout(200)


# Bugs of everyday use


def test_a_question_comes_to_the_top_also_when_its_reader_had_scrolled_up(news, guarded):
    page = guarded.open(news, **SMALL)
    for question in (FERRY, BRIDGE, FERRY, BRIDGE):
        ask(page, question)
        _at_top(page)
        page.wait_for_timeout(300)  # and stays there
        _at_top(page)
    _scroll(page, -9_000)
    ask(page, FERRY)
    _at_top(page)
    _scroll(page, -9_000)
    page.locator("#chat .again").click()
    _at_top(page)
    page = guarded.again(page)
    page.wait_for_selector("#chat .again")
    _at_top(page)


def test_a_sheet_that_was_closed_stays_closed_when_the_next_question_is_asked(news, guarded):
    page = guarded.open(news, **PHONE)
    ask(page, FERRY)
    page.locator("#chat button.cite").first.tap()
    page.wait_for_selector("#sources.open .card.active")
    page.locator("#panel .close").tap()
    page.wait_for_selector("#sources.open", state="detached")
    ask(page, BRIDGE)
    page.wait_for_function("q => document.querySelector('#panel .asked')?.textContent === q", arg=BRIDGE)
    page.wait_for_timeout(500)  # the panel has been drawn and has settled
    assert page.locator("#sources.open, #ask.sheet").count() == 0


def test_an_open_sheet_makes_room_for_the_next_answer(news, guarded):
    page = guarded.open(news, **PHONE)
    ask(page, FERRY)
    page.locator("#chat button.cite").first.tap()
    page.wait_for_selector("#sources.open .card.active")
    ask(page, BRIDGE)
    page.wait_for_selector("#sources.open", state="detached")
    page.locator(f"{LAST_REPLY} >> button.cite").first.tap()
    page.wait_for_selector("#sources.open .card.active")


def test_sources_that_a_starting_service_could_not_show_are_shown_when_it_is_ready(news, guarded):
    ask(guarded.open(news), FERRY)
    qa, news.host._qa, news.host.state = news.host._qa, None, "starting"
    try:
        page = guarded.open(news, again=True)
        page.wait_for_selector("#panel .wrong >> text=Groundwire is starting")
    finally:
        news.host._qa, news.host.state = qa, "ready"
    page.wait_for_selector("#panel .wrong", state="detached")
    page.wait_for_selector("#panel .card mark")


def test_what_was_typed_and_not_asked_outlives_a_reload(news, guarded):
    page = guarded.open(news)
    ask(page, FERRY)
    page.fill("#question textarea", BRIDGE)
    page.reload()
    page.wait_for_function("q => document.querySelector('#question textarea')?.value === q", arg=BRIDGE)
    page.wait_for_selector("#chat .message.bot")
    page.press("#question textarea", "Enter")
    page.wait_for_function("document.querySelectorAll('#chat .message.bot .acts').length === 2")
    page.reload()
    page.wait_for_function("document.querySelectorAll('#chat .message.bot .acts').length === 2")
    assert page.input_value("#question textarea") == ""
    page.close()
    assert [record for record in guarded.finish() if not WHILE_GONE.search(record)] == []


def test_a_service_that_is_gone_is_told_of_by_one_voice_and_takes_no_question(chromium, guarded, tmp_path):
    write_article(tmp_path, "ferry", "The Orsta ferry carries 90 cars.")
    with open_fake(tmp_path) as qa:
        qa.sync()
        with served(qa) as service:
            page = guarded.open(service)
            ask(page, FERRY)
        page.fill("#question textarea", FERRY)
        page.press("#question textarea", "Enter")
        page.wait_for_selector("#state .failed >> text=does not answer")
        page.wait_for_timeout(1000)  # for whatever else would be said
        assert page.locator(".toast-body:visible").count() == 0
        assert page.input_value("#question textarea") == FERRY
        page.close()
    assert [record for record in guarded.finish() if not WHILE_GONE.search(record)] == []


# Asking and checking


def _panel_asks(page, question: str) -> None:
    """Wait until the panel shows the sources of a question."""
    page.wait_for_function("q => document.querySelector('#panel .asked')?.textContent === q", arg=question)


def _copied(page, button) -> str:
    button.click()
    page.get_by_text("Copied", exact=True).wait_for()
    return page.evaluate("navigator.clipboard.readText()")


def test_each_sentence_says_who_told_it_and_when_beside_its_number(news, guarded):
    page = guarded.open(news)
    set_date(page, "2024-06-02T12:00:00")
    reply = ask(page, FERRY)
    told = "The Example, 17 May 2024"
    cite = reply.get_by_role("button", name=re.compile(rf"^\d {told}$"))
    assert cite.first.is_visible()
    assert cite.first.get_attribute("title").startswith(told)
    set_date(page, "2026-06-02T12:00:00")
    assert f"{told}, 2 years old" in ask(page, FERRY).inner_text()


def test_a_card_says_that_a_correction_exists_and_that_its_article_is_one(news, guarded):
    page = guarded.open(news)
    news.host.qa.later = lambda id: [news.host.qa.article("again")[0]] if id == "ferry" else []
    try:
        ask(page, FERRY)
        card = page.locator("#panel .card", has_text="The new ferry").first
        page.wait_for_selector("#panel .later >> text=A correction exists: Correction: the Orsta ferry")
        corrected = page.locator("#panel .card h3", has_text="Correction: the Orsta ferry")
        assert corrected.locator("xpath=..").locator(".later").all_inner_texts() in ([], ["Correction"])
        card.locator(".later button").click()
        page.wait_for_selector("#panel .whole h3 >> text=Correction: the Orsta ferry")
    finally:
        del news.host.qa.later


def test_declining_says_what_was_done_and_all_articles_can_be_asked_at_once(news, guarded):
    page = guarded.open(news, query="/?q=How+many+cars+does+the+Orsta+ferry+carry%3F&outlet=The+Nowhere+Times")
    page.wait_for_selector("#chat .declined >> text=No sentence found that answers this.")
    page.wait_for_selector("#chips .chip >> text=The Nowhere Times")
    page.get_by_role("button", name="Ask all articles").click()
    page.wait_for_selector("#chat button.cite >> text=The Example")
    page.wait_for_selector("#chips .chip", state="detached")
    assert page.locator("#chat .message.user").count() == 1


def test_filters_are_chips_with_the_articles_title_dropped_one_by_one(news, guarded):
    page = guarded.open(news)
    ask(page, FERRY)
    page.locator("#panel .card", has_text="The new ferry").first.get_by_text("Ask only this article").click()
    page.wait_for_selector("#chips .chip >> text=The new ferry")
    page.locator("#filters button").first.click()
    for field, words in (("from", "May 2024"), ("to", "31 May 2024")):
        page.locator(f"#filter-{field} input").first.fill(words)
    page.wait_for_selector("#chips .chip >> text=From 1 May 2024")
    page.wait_for_selector("#chips .chip >> text=To 31 May 2024")
    above = page.locator("#chips").bounding_box()
    assert above["y"] + above["height"] <= page.locator("#question").bounding_box()["y"] + 1
    page.get_by_role("button", name="Drop this filter: From 1 May 2024").click()
    page.wait_for_function("document.querySelectorAll('#chips .chip').length === 2")
    assert page.locator("#filter-from input").first.input_value() == ""
    page.get_by_role("button", name="Drop all").click()
    page.wait_for_selector("#chips .chip", state="detached")


def test_a_day_is_picked_and_written_as_people_do(news, guarded):
    page = guarded.open(news)
    page.locator("#filters button").first.click()
    page.locator("#filter-from input.pick").evaluate(
        "i => { i.value = '2024-05-17'; i.dispatchEvent(new Event('change')) }"
    )
    page.wait_for_selector("#chips .chip >> text=From 17 May 2024")
    assert page.locator("#filter-from input").first.input_value() == "17 May 2024"


def test_articles_that_a_date_filter_left_out_are_named_and_lead_to_their_form(news, guarded):
    page = guarded.open(news, query="/?q=Who+built+the+Lindby+bridge%3F&from=2024-01-01")
    page.wait_for_selector("#chat .note >> text=An article without a date was left out")
    page.locator("#chat button.edit", has_text="A bridge").click()
    page.wait_for_selector("#table form.edit")
    assert page.input_value("form.edit [name=title]") == "A bridge"


def test_the_panel_follows_the_question_in_view(news, guarded):
    page = guarded.open(news, **SMALL)
    for question in (FERRY, BRIDGE):
        ask(page, question)
        _panel_asks(page, question)
    _scroll(page, -9_000)
    _panel_asks(page, FERRY)
    _scroll(page, 9_000)
    _panel_asks(page, BRIDGE)


def test_sentences_of_an_article_stand_together_with_its_address_and_can_be_copied_one_by_one(news, guarded):
    page = guarded.open(news)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "How many cars does the Orsta ferry carry, and how often does it sail?")
    titles = page.locator("#panel .card h3").all_inner_texts()
    heads = page.locator("#panel .card:not(.goes-on) h3").all_inner_texts()
    assert len(titles) >= len(heads) == len({h.split(maxsplit=1)[1] for h in heads})
    card = page.locator("#panel .card", has_text="The new ferry").first
    original = card.get_by_role("link", name="Original page")
    assert original.get_attribute("href") == "https://example.org/ferry"
    assert original.get_attribute("rel") == "noopener noreferrer"
    quote = card.locator("mark").first.inner_text()
    copied = _copied(page, card.get_by_text("Copy this sentence"))
    assert copied == f"“{quote}” (The new ferry, The Example, 17 May 2024, https://example.org/ferry)"
    page.get_by_text("Copied", exact=True).wait_for(state="detached")
    answer = _copied(page, page.locator("#chat .acts").get_by_text("Copy", exact=True))
    assert "The new ferry, The Example, 2024-05-17, https://example.org/ferry" in answer
    assert "version" not in answer


def test_an_open_article_leads_from_one_cited_sentence_to_the_next(news, guarded, monkeypatch):
    monkeypatch.setattr("qa.answer.choose.KEEP", 0.0)  # all its sentences answer
    page = guarded.open(news)
    ask(page, BRIDGE)
    page.locator("#panel .card", has_text="A bridge").first.get_by_text("Open the article").click()
    page.wait_for_selector("#panel .whole mark.active")
    marks = page.locator("#panel .whole mark").count()
    assert marks > 1
    seen = set()
    for _ in range(marks):
        seen.add(page.locator("#panel .whole mark.active").inner_text())
        said = page.locator("#panel .steps span").inner_text()
        page.get_by_role("button", name="Next ›").click()
        page.wait_for_function("s => document.querySelector('#panel .steps span').textContent !== s", arg=said)
    assert len(seen) == marks
    assert page.locator("#panel .whole mark.active").inner_text() in seen
    page.get_by_role("button", name="‹ Previous").click()


def test_a_later_article_opens_at_its_beginning_whatever_was_scrolled_before(news, guarded):
    page = guarded.open(news, **SMALL)
    news.host.qa.later = lambda id: [news.host.qa.article("again")[0]] if id == "ferry" else []
    try:
        ask(page, FERRY)
        later = page.locator("#panel .later button").first
        later.wait_for()
        page.locator("#panel .list").evaluate("list => { list.scrollTop = 20 }")
        assert page.locator("#panel .list").evaluate("list => list.scrollTop") == 20
        later.click()
        page.wait_for_selector("#panel .whole")
        assert page.locator("#panel .list").evaluate("list => list.scrollTop") == 0
    finally:
        del news.host.qa.later


def _select(page, words: str) -> None:
    """Select a paragraph of the open article, as a person does with the mouse."""
    page.locator("#panel .whole p", has_text=words).last.click(click_count=3)


def test_words_of_an_open_article_are_copied_with_their_source(news, guarded):
    page = guarded.open(news)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, FERRY)
    page.locator("#panel .card", has_text="The new ferry").first.get_by_text("Open the article").click()
    page.wait_for_selector("#panel .whole mark.active")
    source = "(The new ferry, The Example, 17 May 2024, https://example.org/ferry)"
    button = page.locator("#panel .quote")
    assert _copied(page, button) == f"“{page.locator('#panel .whole mark.active').inner_text()}” {source}"
    page.get_by_text("Copied", exact=True).wait_for(state="detached")
    _select(page, "It sails twice a day.")
    assert _copied(page, button) == f"“It sails twice a day.” {source}"


def test_nothing_is_copied_from_an_article_of_which_nothing_is_marked_or_selected(news, guarded):
    page = guarded.open(news)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    news.host.qa.later = lambda id: [news.host.qa.article("again")[0]] if id == "ferry" else []
    try:
        ask(page, FERRY)
        page.locator("#panel .later button").first.click()
        page.wait_for_selector("#panel .whole")
        page.locator("#panel .quote").click()
        page.wait_for_selector("#panel .quote >> text=Select words first")
        page.wait_for_selector("#panel .quote >> text=Copy with its source")
        _select(page, "was built in Lindby")
        copied = _copied(page, page.locator("#panel .quote"))
        assert copied == "“The Orsta ferry was built in Lindby.” (Correction: the Orsta ferry, The Mail, 1 June 2024)"
    finally:
        del news.host.qa.later


def test_an_open_article_leads_to_its_form_where_a_wrong_date_is_put_right(news, guarded):
    page = guarded.open(news)
    ask(page, FERRY)
    page.locator("#panel .card", has_text="The new ferry").first.get_by_text("Open the article").click()
    page.get_by_role("button", name="Edit title, outlet, author and date").click()
    page.wait_for_selector("#table form.edit")
    assert page.input_value("form.edit [name=published]") == "17 May 2024"


def test_what_a_button_says_for_a_moment_moves_no_other_button_below_the_pointer(news, guarded):
    page = guarded.open(news)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, FERRY)
    card = page.locator("#panel .card", has_text="The new ferry").first
    original = card.get_by_role("link", name="Original page")
    before = original.bounding_box()
    _copied(page, card.get_by_text("Copy this sentence"))
    assert original.bounding_box() == before


@pytest.mark.parametrize(
    ("width", "longest"), [(390, "17 May 2024"), (820, "27 September 2024"), (1280, "27 September 2024")]
)
def test_all_filters_are_in_view_and_long_enough_for_a_day(news, guarded, width, longest):
    page = guarded.open(news, viewport={"width": width, "height": 844})
    page.locator("#filters button").first.click()
    column = page.locator("#talk").bounding_box()
    for field in ("outlets", "articles", "from", "to"):
        part = page.locator(f"#filter-{field}")
        part.wait_for()
        box = part.bounding_box()
        assert column["x"] - 1 <= box["x"], field
        assert box["x"] + box["width"] <= column["x"] + column["width"] + 1, field
        assert box["y"] + box["height"] <= 844, field
    day = page.locator("#filter-to input").first
    day.fill(longest)
    assert day.evaluate("field => field.scrollWidth <= field.clientWidth")


def test_earlier_conversations_are_searched_named_and_linked_to(news, guarded):
    page = guarded.open(news)
    ask(page, FERRY)
    page.locator("#bar summary", has_text="Name").click()
    page.get_by_label("Name", exact=True).fill("About ships")
    page.get_by_role("button", name="Save the name").click()
    page.wait_for_function("document.querySelector('#bar .name input')?.value === 'About ships'")
    with page.expect_download() as waiting:
        page.locator("#bar summary", has_text="Export").click()
        page.locator("#bar .export a", has_text="Markdown").click()
    assert waiting.value.suggested_filename == "About ships.md"
    id = page.locator("#bar .name form").get_attribute("data-id")
    page.locator("#bar").get_by_text("New conversation", exact=True).click()
    page.wait_for_selector("#chat .message", state="detached")
    ask(page, BRIDGE)
    page.locator("#bar summary", has_text="Earlier").click()
    page.get_by_label("Search earlier conversations").fill("orsta CARS")
    assert page.locator("#bar .earlier li:visible").count() == 1
    assert "About ships" in page.locator("#bar .earlier li:visible").inner_text()
    page.get_by_label("Search earlier conversations").fill("zeppelin")
    assert page.locator("#bar .earlier li:visible").count() == 0
    page.get_by_text("Nothing like this was asked.").wait_for()
    page.goto(f"{news.url}/?conversation={id}")
    page.wait_for_function("q => document.querySelector('#chat .message.user')?.innerText.trim() === q", arg=FERRY)
    page.close()
    assert [record for record in guarded.finish() if not WHILE_GONE.search(record)] == []


def test_a_first_visit_says_what_there_is_and_leads_to_it(news, guarded):
    page = guarded.open(news, visitor="new")
    line = "3 articles, 2 outlets, May 2024 to June 2024. Says so when it finds nothing."
    page.wait_for_selector(f"#chat .held >> text={line}")
    page.get_by_role("button", name="See them").click()
    page.wait_for_selector("#table table")
    assert page.get_by_role("tab", name="Library").get_attribute("aria-selected") == "true"


# For everybody


def test_questions_are_headings_and_a_slash_leads_to_the_box(news, guarded):
    page = guarded.open(news)
    ask(page, FERRY)
    assert page.get_by_role("heading", name=FERRY, level=2).is_visible()
    page.locator("#chat button.cite").first.focus()
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.matches('#question textarea')")
    assert page.input_value("#question textarea") == ""
    page.keyboard.type("a/b")
    assert page.input_value("#question textarea") == "a/b"


def test_at_twice_the_size_the_chat_keeps_half_of_the_window(news, guarded):
    page = guarded.open(news, viewport={"width": 640, "height": 400})
    ask(page, FERRY)
    assert page.locator("#chat").bounding_box()["height"] >= 200
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_axe_finds_nothing_at_any_width(news, guarded, size, scheme):
    from axe_playwright_python.sync_playwright import Axe

    size = {"width": size[0], "height": size[1]}
    page = guarded.open(news, viewport=size, color_scheme=scheme, query="/?q=Which+ferry%3F&from=2024-01-01")
    page.wait_for_selector("#chat .acts")
    ask(page, FERRY)
    page.locator("#chat button.cite").last.click()
    page.wait_for_selector("#panel .card.active")
    found = Axe().run(page).response["violations"]
    if page.locator("#panel .close").is_visible():  # the sheet of a narrow window covers the filters
        page.locator("#panel .close").click()
    page.locator("#filters button").first.click()
    page.locator("#bar summary", has_text="Name").click()
    found += Axe().run(page).response["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
