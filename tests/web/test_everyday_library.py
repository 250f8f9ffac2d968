"""The Library tab over a day's work: found by anything, narrowed, edited in place, each outcome where it belongs."""

from __future__ import annotations

import pytest
from browser import LOOKS, WHILE_GONE
from fakes import open_fake
from shelves import Shelf

pytest_plugins = ["browser"]
pytestmark = pytest.mark.browser

BRIDGE = "The Lindby bridge opened in 1931. It carries 4,200 cyclists every day."
# Six widths, and the window that a person with 200 % zoom has.
WINDOWS = [(320, 640), (390, 844), (820, 800), (1024, 800), (1280, 800), (1440, 900), (640, 400)]
LONG = "A title that goes on " * 20


@pytest.fixture(scope="module")
def shelf(chromium, tmp_path_factory):
    """The page over a few articles."""
    home = tmp_path_factory.mktemp("shelf")
    qa = open_fake(home)
    add = qa.add
    add(
        "The ferry is blue.",
        title="A ferry",
        outlet="The Post",
        author="Ann Author",
        published="2024-05-17",
        id="ferry",
    )
    add("A crane stands there.", title="A crane", outlet="The Mail", published="2025-01-02", id="crane")
    add("The observatory is closed.", title="Stars", outlet="The Post", id="stars")
    add("The tower is high.", title=LONG, published="2023-01-02T10:30:00+00:00", id="tower")
    running = Shelf(home, qa)
    yield running
    running.stop()


def _library(page):
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector("#table table, #table .empty:not(.opening)")
    return page


def _shows(page, *ids: str) -> None:
    """Wait until the table has these rows."""
    page.wait_for_function(
        "ids => [...document.querySelectorAll('#table button.title')].map(b => b.value).join() === ids",
        arg=",".join(ids),
    )


def _search(page, words: str) -> None:
    page.locator("#search").locator("input, textarea").fill(words)


def _more(page, id: str, what: str) -> None:
    """Choose from a row's menu."""
    row = page.locator("#table tbody tr", has=page.locator(f"button.title[value={id}]"))
    row.locator("summary").click()
    row.locator(".drop").get_by_text(what, exact=True).click()


def _in_window(locator) -> None:
    """Wait until it is in the window, whole."""
    locator.wait_for()
    locator.page.wait_for_function(
        "e => { const r = e.getBoundingClientRect(); return r.height > 0 && r.top >= 0 && r.bottom <= innerHeight; }",
        arg=locator.element_handle(),
    )


@pytest.mark.parametrize("width", [770, 820, 1024, 1100, 1280])
def test_at_every_width_the_table_and_what_adds_to_it_stand_apart(shelf, guarded, width):
    page = _library(guarded.open(shelf, viewport={"width": width, "height": 800}))
    table, add = (page.locator(part).bounding_box() for part in ("#table table", "#add"))
    assert table["x"] + table["width"] <= add["x"] or table["y"] + table["height"] <= add["y"]
    menu = page.locator("#table .menu summary").first.bounding_box()
    assert menu["x"] + menu["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_newest_article_comes_first_and_one_without_a_date_says_so(shelf, guarded):
    page = _library(guarded.open(shelf))
    _shows(page, "crane", "ferry", "tower", "stars")
    assert page.locator("#table .undated").all_inner_texts() == ["undated"]


def test_a_row_says_who_wrote_its_article(shelf, guarded):
    page = _library(guarded.open(shelf))
    _search(page, "ann author")
    _shows(page, "ferry")
    assert page.locator("#table td .by").all_inner_texts() == ["Ann Author"]


def test_an_article_is_found_by_title_outlet_author_and_text_and_what_finds_none_says_where_was_looked(shelf, guarded):
    page = _library(guarded.open(shelf))
    for words, found in (("CRANE", ["crane"]), ("post", ["ferry", "stars"]), ("ann auth", ["ferry"])):
        _search(page, words)
        _shows(page, *found)
    _search(page, "observatories post")
    _shows(page, "stars")
    _search(page, "zeppelin")
    page.wait_for_selector("#table .empty >> text=No article has “zeppelin” in its title, outlet, author or text.")


def test_the_library_is_narrowed_by_outlet_and_year_and_the_undated_can_be_listed(shelf, guarded):
    page = _library(guarded.open(shelf))
    page.get_by_label("Outlet", exact=True).focus()  # as by hand; a script chooses without
    page.get_by_label("Outlet", exact=True).select_option("The Post")
    _shows(page, "ferry", "stars")
    page.wait_for_function("document.activeElement.matches('select[data-act=outlet]')")
    page.get_by_label("Year").select_option("undated")
    _shows(page, "stars")
    assert page.inner_text("#table .count") == "1 article: The Post, undated"
    page.get_by_label("Year").select_option("2025")
    page.wait_for_selector("#table .empty >> text=No article among The Post, 2025.")
    page.get_by_role("button", name="All outlets and years").click()
    _shows(page, "crane", "ferry", "tower", "stars")


def test_a_paste_whose_date_cannot_be_read_is_refused_beside_the_button_in_words(shelf, guarded):
    page = _library(guarded.open(shelf, viewport={"width": 1280, "height": 600}))
    page.get_by_label("Text", exact=True).fill(BRIDGE)
    page.get_by_role("button", name="More about it").click()
    page.get_by_label("Published (optional)").fill("soon")
    page.get_by_role("button", name="Add article").click()
    refusal = page.locator("#results-paste li")
    _in_window(refusal)
    assert refusal.inner_text().strip() == "Refused The pasted text: “soon” is no day. Write it like 17 May 2024."
    assert page.locator("#shelf .results li").count() == 1
    page.get_by_label("Published (optional)").fill("3 May 2022")
    page.get_by_role("button", name="Add article").click()
    added = page.locator("#results-paste li.done").first
    _in_window(added)
    assert added.inner_text().startswith("Added The Lindby bridge opened in 1931")
    added.get_by_role("button", name="Open").click()
    page.wait_for_function("document.activeElement.matches('#table .opened h2')")
    page.locator("#results-paste li.done").first.get_by_role("button", name="Edit").click()
    page.wait_for_selector("#table form.edit")
    assert page.input_value("form.edit [name=published]") == "3 May 2022"
    page.locator("#results-paste li.done").first.get_by_role("button", name="Ask").click()
    page.wait_for_selector("#question textarea", state="visible")
    [id] = [r.id for r in shelf.qa.articles(search="Lindby")]
    shelf.qa.remove(id)


def test_an_article_that_is_on_no_page_of_the_table_is_opened_above_it(shelf, guarded):
    page = _library(guarded.open(shelf))
    _search(page, "crane")
    _shows(page, "crane")
    page.set_input_files(
        "#files input[type=file]", {"name": "a.txt", "mimeType": "text/plain", "buffer": BRIDGE.encode()}
    )
    page.locator("#results-files li.done").get_by_role("button", name="Open").click()
    page.wait_for_selector("#table .preview.apart >> text=4,200 cyclists")
    [id] = [r.id for r in shelf.qa.articles(search="Lindby")]
    shelf.qa.remove(id)


def test_what_is_known_is_edited_in_place_and_what_is_no_date_is_said_in_the_form(shelf, guarded):
    page = _library(guarded.open(shelf))
    _more(page, "stars", "Edit")
    page.wait_for_function("document.activeElement.matches('form.edit [name=title]')")
    page.fill("form.edit [name=author]", "Stella Star")
    page.fill("form.edit [name=published]", "31 February 2024")
    page.keyboard.press("Enter")
    page.wait_for_selector("form.edit .wrong >> text=“31 February 2024” is no day. Write it like 17 May 2024.")
    assert page.input_value("form.edit [name=author]") == "Stella Star"
    page.fill("form.edit [name=published]", "29 February 2024")
    page.keyboard.press("Enter")
    page.wait_for_selector("form.edit", state="detached")
    page.wait_for_selector("#results-table li >> text=Updated Stars")
    told = page.locator("#results-table li").first.inner_text()
    assert told.startswith("Updated Stars: author Stella Star, published 29 February 2024"), told
    article, _ = shelf.qa.article("stars")
    assert (article.author, article.published, article.title) == ("Stella Star", "2024-02-29", "Stars")
    assert "29 February 2024" in page.inner_text("#table .opened")
    shelf.qa.edit("stars", author="", published="")


def test_an_edit_leaves_alone_what_nobody_changed(shelf, guarded):
    page = _library(guarded.open(shelf))
    _more(page, "tower", "Edit")
    page.fill("form.edit [name=outlet]", "The Post")
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector("#results-table li.done")
    article, _ = shelf.qa.article("tower")
    assert (article.outlet, article.published) == ("The Post", "2023-01-02T10:30:00+00:00")
    page.locator("#table .opened").get_by_role("button", name="Edit").click()
    page.wait_for_selector("form.edit")
    page.keyboard.press("Escape")
    page.wait_for_selector("form.edit", state="detached")
    shelf.qa.edit("tower", outlet="")


def test_a_long_title_takes_two_lines_and_the_rest_is_in_a_menu(shelf, guarded):
    page = _library(guarded.open(shelf))
    title = page.locator("#table button.title[value=tower]")
    assert title.bounding_box()["height"] < 50
    assert title.get_attribute("title") == LONG.strip()
    assert page.locator("#table td.act .drop:visible").count() == 0
    page.locator("#table .menu summary").first.click()
    assert page.locator("#table td.act .drop:visible").all_inner_texts() == ["Edit\nIts own page\nDownload\nRemove"]
    page.keyboard.press("Escape")
    assert page.locator("#table td.act .drop:visible").count() == 0


def test_an_article_has_a_page_of_its_own_that_can_be_linked_to(shelf, guarded):
    page = _library(guarded.open(shelf))
    _more(page, "ferry", "Its own page")
    page.wait_for_url("**/?open=ferry")
    page.wait_for_selector("#table .opened >> text=The ferry is blue.")
    assert page.get_by_role("tab", name="Library").get_attribute("aria-selected") == "true"
    page.reload()
    page.wait_for_selector("#table .opened >> text=The ferry is blue.")
    page.close()
    assert [record for record in guarded.finish() if not WHILE_GONE.search(record)] == []


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_axe_finds_nothing_at_any_width(shelf, guarded, size, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = _library(guarded.open(shelf, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme))
    _more(page, "ferry", "Edit")
    page.wait_for_selector("form.edit")
    page.locator("#table .menu summary").last.click()
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
