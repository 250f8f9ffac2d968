"""The page as a person meets it: a real service, the real model, a real Chromium, and no request to another host.

ask(page, "How many containers did the shipments contain?")   # a question, by Enter
page.locator("#chat button.cite").first.click()               # its citation
page.locator("#panel .card.active mark")                      # the sentence, marked in its passage
"""

from __future__ import annotations

import base64
import json
import re

import httpx
import pytest
from browser import LAST_REPLY, WIDE, ask
from places import STARTER

from qa.core.types import DECLINED

pytest_plugins = ["browser"]
pytestmark = pytest.mark.browser

NARROW = {"width": 390, "height": 844}
CONTAINERS = "How many containers did the shipments contain?"
GRIFFITHS = "Who is Hugh Griffiths?"
FRANCE = "What is the capital of France?"
HOSTILE = (
    "<script>window.hit=1</script> <img src=http://x.invalid/i.png onerror=window.hit=1> ![](http://x.invalid/a.png)"
    " [link](javascript:window.hit=1) ${window.hit=1} `tick` $$y^2$$ **bold** _em_ &amp; {{7*7}}"
)
BRIDGE = "The Lindby bridge opened in 1931. It carries 4,200 cyclists every day. Its architect was Marta Solberg."
CYCLISTS = "How many cyclists does the Lindby bridge carry every day?"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _active(page, n: str = "1"):
    """The active card's mark, once the card with this number is the active one."""
    page.wait_for_function("n => document.querySelector('#panel .card.active .number')?.textContent === n", arg=n)
    return page.locator("#panel .card.active mark")


def _in_view(page, locator) -> bool:
    return locator.evaluate(
        "e => { const r = e.getBoundingClientRect(), l = e.closest('.list').getBoundingClientRect();"
        " return r.top >= l.top - 1 && r.bottom <= Math.min(l.bottom, innerHeight) + 1 && r.height > 0; }"
    )


def _library(page) -> None:
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector("#table table, #table .empty:not(.opening)")


def _forge(page, values: object) -> None:
    raw = values if isinstance(values, str) else base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
    page.locator("#chat button.cite").first.evaluate("(b, v) => { b.value = v }", raw)
    page.locator("#chat button.cite").first.click()


def _contrast(page, selector: str) -> float:
    """WCAG contrast of an element's text with the first opaque background behind it."""
    return page.locator(selector).first.evaluate(
        """e => {
          const rgb = s => s.match(/[\\d.]+/g).map(Number);
          const lum = ([r, g, b]) => [r, g, b].map(c => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
          let b = e;
          while (b && (rgb(getComputedStyle(b).backgroundColor)[3] ?? 1) < 1) b = b.parentElement;
          const [x, y] = [lum(rgb(getComputedStyle(e).color)), lum(rgb(getComputedStyle(b).backgroundColor))];
          return (Math.max(x, y) + .05) / (Math.min(x, y) + .05);
        }"""
    )


def test_the_page_loads_with_the_focus_in_the_question_box_and_no_scrollbar(page):
    assert page.title() == "Groundwire"
    assert page.evaluate("document.activeElement === document.querySelector('#question textarea')")
    assert page.evaluate("document.documentElement.scrollHeight <= 800 && document.documentElement.scrollWidth <= 1280")
    page.wait_for_function("document.querySelector('#state .state').textContent === '1 article'")


def test_the_page_is_up_before_the_model_is_loaded(empty_service, guarded):
    """An empty library says so, a question asked early is answered in words, and a pasted article answers at once."""
    assert empty_service.state_when_up == "starting"
    page = guarded.open(empty_service)
    assert "The library is empty" in ask(page, CYCLISTS).inner_text()
    page.wait_for_function("document.querySelector('#state .state').textContent.includes('library is empty')")
    _library(page)
    page.wait_for_function("document.querySelector('#table').textContent.includes('The library is empty')")
    page.get_by_label("Text", exact=True).fill(BRIDGE)
    page.get_by_role("button", name="Add article").click()
    page.wait_for_selector("#shelf .results li.done")
    page.get_by_role("tab", name="Ask").click()
    assert "4,200 cyclists" in ask(page, CYCLISTS).inner_text()


def test_every_sentence_of_an_answer_is_a_stored_sentence_with_a_citation_that_opens_it(page, service):
    stored = [_flat(s) for s in service.sentences(STARTER)]
    for question, button in ((CONTAINERS, False), (GRIFFITHS, True)):
        reply = ask(page, question, button=button)
        for paragraph in reply.locator("p:not(:has(.understood))").all():
            cites = paragraph.locator("button.cite")
            assert cites.count() >= 1
            text = paragraph.evaluate(
                "p => [...p.childNodes].filter(n => n.nodeType === 3 || n.nodeName === 'STRONG')"
                ".map(n => n.textContent).join('')"
            )
            assert _flat(text) in stored
            cites.first.click()
            mark = _active(page, cites.first.locator("b").inner_text())
            assert _flat(mark.inner_text()) == _flat(text)
            assert _in_view(page, mark)
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"


def test_the_page_answers_as_the_json_route_does(page, service):
    reply = ask(page, CONTAINERS)
    answer = service.http.post(f"{service.url}/api/ask", json={"question": CONTAINERS}).json()
    shown = reply.locator("p:not(:has(.understood))").evaluate_all(
        "all => all.map(p => [...p.childNodes].filter(n => n.nodeType === 3 || n.nodeName === 'STRONG')"
        ".map(n => n.textContent).join(''))"
    )
    assert [_flat(text) for text in shown] == [_flat(s["text"]) for s in answer["sentences"]]


def test_the_same_citation_shows_its_passage_again(guarded, service):
    page = guarded.open(service, viewport={"width": 1280, "height": 400})
    ask(page, CONTAINERS)
    cite = page.locator("#chat button.cite").first
    cite.click()
    mark = _active(page)
    assert _in_view(page, mark)
    page.evaluate("document.querySelector('#panel .list').scrollTop = 0")
    assert not _in_view(page, mark)
    cite.click()
    page.wait_for_function("document.querySelector('#panel .list').scrollTop > 0")
    assert _in_view(page, mark)


def test_citations_work_by_keyboard_alone(page):
    ask(page, CONTAINERS)
    for _ in range(4):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('button.cite')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('#panel .card.active mark')")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('button.cite')")
    page.keyboard.press("Space")
    page.wait_for_function("document.activeElement.matches('#panel .card.active mark')")


def test_a_citation_of_an_older_turn_shows_its_own_passage(page):
    first = ask(page, CONTAINERS).locator("p").first.inner_text()
    ask(page, GRIFFITHS)
    page.locator("#chat button.cite").first.click()
    page.wait_for_function("q => document.querySelector('#panel .asked').textContent === q", arg=CONTAINERS)
    assert _flat(_active(page).inner_text()) in _flat(first)


def test_a_declined_question_looks_different_and_offers_what_is_closest(page):
    reply = ask(page, FRANCE)
    assert reply.locator(".declined").inner_text() == DECLINED
    assert page.inner_text("#panel h2") == "Closest, but not an answer"
    reply.locator("button.near").click()
    page.wait_for_selector("#panel .card.near")
    assert page.locator("#panel .card.active, #panel mark").count() == 0
    assert page.locator("#panel .card.near").count() >= 1


def test_what_cannot_be_asked_is_said_in_words_and_the_next_question_works(page):
    for question, words in (("why?" * 2_001, "8,004 characters"), ("?!", "only punctuation")):
        page.fill("#question textarea", question)
        page.press("#question textarea", "Enter")
        page.wait_for_function("w => document.querySelector('#chat .notice')?.textContent.includes(w)", arg=words)
        assert page.input_value("#question textarea") == question  # to be mended, not typed anew
    page.fill("#question textarea", "   ")
    page.press("#question textarea", "Enter")  # nothing
    page.wait_for_timeout(500)
    page.fill("#question textarea", GRIFFITHS)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#chat button.cite")
    assert page.locator("#chat .message.user").all_inner_texts() == [GRIFFITHS]


def test_hostile_text_is_shown_literally_and_does_nothing(page, service):
    text = f"The Quillon reactor {HOSTILE} produced 42 gigawatts in May. It is cooled by water."
    id = service.add(text, title=f"Reactor {HOSTILE}", outlet=HOSTILE)
    try:
        question = f"How many gigawatts did the Quillon reactor produce? {HOSTILE}"
        ask(page, question)
        assert _flat(page.locator("#chat .message.user").last.inner_text()) == _flat(question)
        reply = ask(page, "How many gigawatts did the Quillon reactor produce in May?")
        cited = [p for p in reply.locator("p").all() if "42 gigawatts" in p.inner_text()]
        assert cited, reply.inner_text()
        cite = cited[0].locator("button.cite").first
        n = cite.locator("b").inner_text()
        cite.click()
        mark = _active(page, n)
        assert _flat(mark.inner_text()) in [_flat(s) for s in service.sentences(id)]
        assert HOSTILE in _flat(page.inner_text("#panel .card.active h3"))
        assert HOSTILE in _flat(page.inner_text("#panel .card.active .facts"))
        assert HOSTILE in _flat(page.inner_text("#panel .card.active blockquote"))
        _library(page)
        page.wait_for_function("document.querySelector('#table').textContent.includes('Reactor')")
        assert HOSTILE in _flat(page.inner_text("#table table"))
        page.locator("#table tr", has_text="Reactor").first.locator(".menu summary").click()
        page.get_by_role("button", name="Remove Reactor").click()
        assert HOSTILE in _flat(page.locator("#table .confirm").inner_text())
        found = (
            "#chat :is(img, script, a, video, iframe, em, code), #chat strong :is(*), #chat p strong ~ strong,"
            " :is(#panel, #table) :is(img, script, a:not([download], [href^='?open=']))"
        )
        assert page.locator(found).count() == 0
        page.get_by_role("tab", name="Ask").click()
        page.locator("#filters button").first.click()
        page.locator("#filter-outlets input").click()
        page.get_by_role("option").filter(has_text="onerror").click()
        page.wait_for_function("document.querySelector('#chips').textContent.includes('onerror')")
        page.locator("#bar").get_by_text("New conversation").click()
        page.locator("#bar summary", has_text="Earlier").click()
        assert HOSTILE[:38] in _flat(page.inner_text("#bar .earlier"))  # a title has an end
        assert (
            page.locator(":is(#bar, #filters, #chips) :is(img, script, strong, em, code, video, iframe)").count() == 0
        )
        assert page.evaluate("window.hit") is None
    finally:
        service.remove(id)


def test_an_old_citation_says_that_its_article_changed_or_has_gone(page, service):
    id = service.add(BRIDGE, title="The bridge")
    try:
        ask(page, CYCLISTS)
        service.add(BRIDGE.replace("4,200", "5,100"), id=id)
        page.locator("#chat button.cite").first.click()
        assert "has changed since" in page.locator("#panel .card.active .wrong").inner_text()
        assert "4,200" in _active(page).inner_text()
        service.remove(id)
        page.locator("#chat button.cite").first.click()
        page.wait_for_function(
            "document.querySelector('#panel .active .wrong').textContent.includes('has been removed')"
        )
        ask(page, CYCLISTS)
        assert "cyclists every day" not in page.locator(LAST_REPLY).inner_text()
    finally:
        service.remove(id)


def test_a_forged_citation_is_refused_in_words(page, service):
    ask(page, CONTAINERS)
    article = service.get(f"/api/articles/{STARTER}").json()
    version, span = article["version"], article["sentences"][0]
    for token, words in (
        ("no token", "was not made here"),
        ([0, 1, "nothing-of-this-name", version, 0, 10], "is not in the library"),
        ([0, 1, STARTER, "0" * 12, span["start"], span["end"]], "has changed since"),
        ([0, 1, "../../etc/passwd", version, 0, 10], "is not in the library"),
        ([0, 1, STARTER, version, 3, 9], "names no sentence"),
        ([[1], {}, None], "was not made here"),
        ([0, 1, STARTER, version, -5, 10**9], "names no sentence"),
        ([7, 0, "", "", 0, 0], "is not in the library"),
        ("A" * 5000, "was not made here"),
    ):
        _forge(page, token)
        page.wait_for_function("w => document.querySelector('#panel .wrong')?.textContent.includes(w)", arg=words)
    _forge(page, [99, 1, STARTER, version, span["start"], span["end"]])
    assert _flat(_active(page).inner_text()) == _flat(article["text"][span["start"] : span["end"]])


def test_two_visitors_do_not_see_each_others_questions(guarded, service):
    one, two = guarded.open(service), guarded.open(service, visitor="two")
    ask(one, CONTAINERS)
    ask(two, GRIFFITHS)
    assert two.locator("#chat .message.user").all_inner_texts() == [GRIFFITHS]
    two.locator("#chat button.cite").first.click()
    assert "Griffiths" in _active(two).inner_text()


def test_a_phone_shows_sources_in_a_sheet_that_does_not_cover_what_was_tapped(guarded, service):
    page = guarded.open(service, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    for question in (GRIFFITHS, FRANCE, CONTAINERS):
        ask(page, question)
    cite = page.locator("#chat button.cite").last
    n = cite.locator("b").inner_text()
    cite.tap()
    assert _in_view(page, _active(page, n))
    page.wait_for_function(
        "b => b.getBoundingClientRect().bottom <= document.querySelector('#sources').getBoundingClientRect().top",
        arg=cite.element_handle(),
    )
    box = cite.bounding_box()
    assert box["width"] >= 24
    assert box["height"] >= 24
    closing = page.locator("#panel .close").bounding_box()
    assert min(closing["width"], closing["height"]) >= 44
    page.locator("#panel .close").tap()
    page.wait_for_selector("#panel", state="hidden")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    _library(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable_in_light_and_dark(guarded, service, scheme):
    page = guarded.open(service, color_scheme=scheme)
    ask(page, FRANCE)
    ask(page, CONTAINERS)
    page.locator("#chat button.cite").last.click()
    _active(page)
    ink, paper = (page.evaluate(f"getComputedStyle(document.body).{p}") for p in ("color", "backgroundColor"))
    assert (sum(map(int, re.findall(r"\d+", paper)[:3])) < 200) == (scheme == "dark"), (ink, paper)
    for selector in (
        "#chat .bot p", "#chat .user h2", "#chat .declined", "#chat button.near", "#chat button.cite.open",
        "#panel mark", "#panel h3", "#panel .facts span", "#panel .asked", "#title p", "#state .state",
        "#question .submit-button",
    ):  # fmt: skip
        assert _contrast(page, selector) >= 4.5, selector


def _violations(page) -> list:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(v["id"], v["impact"], [n["target"] for n in v["nodes"]][:3]) for v in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing(guarded, service, scheme, view):
    """Empty, answered, with a citation open, with filters open, with the whole article open."""
    page = guarded.open(service, color_scheme=scheme, viewport=view)
    page.wait_for_selector("#chat button.example")
    assert _violations(page) == [], "empty"
    ask(page, FRANCE)
    ask(page, CONTAINERS)
    page.locator("#filters button").first.click()
    page.wait_for_selector("#filter-from input")
    assert _violations(page) == [], "answered"
    page.locator("#chat button.cite").last.click()
    _active(page)
    assert _violations(page) == [], "cited"
    page.locator("#panel .card.active").get_by_text("Open the article").click()
    page.wait_for_selector("#panel .whole mark.active")
    assert _violations(page) == [], "article"


def test_the_guard_of_these_tests_notices_a_foreign_request_and_an_error(guarded, service):
    page = guarded.open(service)
    page.evaluate("document.body.append(Object.assign(new Image(), { src: 'http://x.invalid/i.png' }))")
    page.evaluate("fetch('http://x.invalid/').catch(() => setTimeout(() => { throw Error('thrown') }))")
    page.wait_for_timeout(300)
    records = " ".join(guarded.finish())
    assert "x.invalid/i.png" in records
    assert "thrown" in records


def test_the_page_carries_a_content_security_policy_and_a_cookie_for_itself_only(service):
    reply = service.get("/")
    assert "default-src 'self'" in reply.headers["content-security-policy"]
    assert "SameSite=Strict" in reply.headers["set-cookie"]
    assert "HttpOnly" in reply.headers["set-cookie"]


def test_no_endpoint_of_ours_is_listed_by_gradio(service):
    info = service.get("/gradio_api/info").json()
    assert info["named_endpoints"] == {}
    assert info["unnamed_endpoints"] == {}


@pytest.mark.parametrize("path", ["queue/join", "upload", "run/ask", "api/ask", "call/ask", "cancel", "vibe-edit"])
def test_gradios_endpoints_take_no_post_without_the_cookie(service, path):
    with httpx.Client(trust_env=False) as stranger:
        assert stranger.post(f"{service.url}/gradio_api/{path}", json={}).status_code == 403


@pytest.mark.parametrize("path", ["run/ask", "api/ask", "call/ask", "call/v2/ask", "component_server", "vibe-edit/"])
def test_gradios_endpoints_that_the_page_does_not_need_are_closed(service, path):
    assert service.http.post(f"{service.url}/gradio_api/{path}", json={}).status_code == 403


@pytest.mark.parametrize("path", ["file=http://x.invalid/a", "file=/etc/passwd", "proxy=http://x.invalid/", "file/x"])
def test_gradio_serves_and_fetches_no_file(service, path):
    assert service.get(f"/gradio_api/{path}").status_code == 403


@pytest.mark.parametrize("headers", [{"origin": "http://x.invalid"}, {"host": "x.invalid"}])
def test_other_sites_are_refused(service, headers):
    assert service.get("/", headers=headers).status_code == 403
    join = f"{service.url}/gradio_api/queue/join"
    assert service.http.post(join, json={}, headers=headers).status_code == 403
