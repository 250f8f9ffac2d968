"""Asking as a person does it over a while: examples, links, filters, earlier conversations, stopping, copying."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import replace

import httpx
import pytest
from browser import LAST_REPLY, Service, ask, served
from fakes import open_fake, write_article
from places import STARTER, put_starter

from qa.core.types import DECLINED

pytest_plugins = ["browser"]
pytestmark = pytest.mark.browser

CONTAINERS = "How many containers did the shipments contain?"
GRIFFITHS = "Who is Hugh Griffiths?"
TANK = "Which tank is it?"
TANKS = "The tank is green. The tank is old. The tank is heavy. The tank is loud."


def _asked(page) -> list[str]:
    return page.locator("#chat .message.user").all_inner_texts()


def _wait_asked(page, questions: list[str]) -> None:
    page.wait_for_function(
        "q => JSON.stringify([...document.querySelectorAll('#chat .message.user')].map(m => m.innerText.trim())) === q",
        arg=json.dumps(questions, separators=(",", ":")),
    )


def _bar(page, name: str):
    return page.locator("#bar").get_by_text(name, exact=True)


class Gate:
    """A service whose answers come when the test lets them."""

    def __init__(self, qa) -> None:
        self._ask, self._let = qa.ask, threading.Semaphore(0)
        self.fails = False
        qa.ask = self._gated

    def let(self, answers: int = 1) -> None:
        self._let.release(answers)

    def _gated(self, question, filters=None, **given):
        assert self._let.acquire(timeout=60)
        if self.fails:
            raise RuntimeError("the disk is on fire")
        return self._ask(question, filters, **given)


@pytest.fixture
def slow(chromium, tmp_path, monkeypatch):
    """A page over such a service, and its gate. All four sentences are kept for an answer."""
    monkeypatch.setattr("qa.answer.choose.KEEP", 0.0)
    write_article(tmp_path, "tank", TANKS)
    with open_fake(tmp_path) as qa:
        qa.sync()
        with served(qa) as service:
            gate = Gate(qa)
            yield service, gate
            gate.let(1000)


def _begin(page, question: str = TANK) -> None:
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#chat .pending")


def _sentences(page, n: int) -> None:
    page.wait_for_function("n => document.querySelectorAll('#chat .message.bot button.cite').length === n", arg=n)


# Examples, links, conversations


def test_the_examples_are_questions_that_are_answered_when_they_are_clicked(page):
    page.wait_for_selector("#chat button.example")
    examples = page.locator("#chat button.example").all_inner_texts()
    assert 2 <= len(examples) <= 4
    page.locator("#chat button.example").first.click()
    page.wait_for_selector("#chat button.cite")
    assert _asked(page) == [examples[0]]
    assert page.locator("#chat .declined").count() == 0


def test_a_conversation_survives_a_reload(guarded, service):
    page = guarded.open(service)
    ask(page, CONTAINERS)
    ask(page, GRIFFITHS)
    said = page.locator("#chat .message.bot").all_inner_texts()
    page = guarded.again(page)
    _wait_asked(page, [CONTAINERS, GRIFFITHS])
    assert page.locator("#chat .message.bot").all_inner_texts() == said
    page.locator("#chat button.cite").first.click()
    page.wait_for_selector("#panel .card.active mark")
    assert "16,000 containers" in page.locator("#panel .card.active mark").inner_text()


def test_a_conversation_survives_a_restart_of_the_service_and_goes_on_in_the_open_page(guarded, tmp_path):
    first = Service(put_starter(tmp_path))
    first.wait_until_ready()
    page = guarded.open(first)
    ask(page, CONTAINERS)
    first.stop()
    second = Service(tmp_path, port=int(first.url.rpartition(":")[2]))
    try:
        assert second.url == first.url
        second.wait_until_ready()
        ask(page, GRIFFITHS)
        assert _asked(page) == [CONTAINERS, GRIFFITHS]
        page = guarded.again(page)
        _wait_asked(page, [CONTAINERS, GRIFFITHS])
        page.close()
    finally:
        second.stop()
    while_gone = re.compile("ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to fetch|network error|errored out")
    assert [record for record in guarded.finish() if not while_gone.search(record)] == []


def test_a_link_with_a_question_asks_it_once(guarded, service):
    page = guarded.open(service, query="/?q=Who+is+Hugh+Griffiths%3F")
    page.wait_for_selector("#chat button.cite")
    assert _asked(page) == [GRIFFITHS]
    page.wait_for_function("!location.search.includes('q=')")
    page = guarded.again(page)
    _wait_asked(page, [GRIFFITHS])


def test_a_link_can_carry_filters_and_an_impossible_one_is_said_in_words(guarded, service):
    page = guarded.open(service, query="/?q=Who+is+Hugh+Griffiths%3F&outlet=The+Nowhere+Times")
    page.wait_for_selector("#chat .declined")
    page.locator(LAST_REPLY, has_text="The Nowhere Times only").wait_for()
    page = guarded.open(service, query="/?q=Who+is+Hugh+Griffiths%3F&from=soon")
    page.wait_for_selector("#chat .notice")
    assert "“soon” is no day. Write it like 17 May 2024." in page.locator(LAST_REPLY).inner_text()


def test_a_new_conversation_is_empty_and_the_earlier_one_can_be_taken_up_again_and_deleted(guarded, service):
    page = guarded.open(service)
    ask(page, CONTAINERS)
    _bar(page, "New conversation").click()
    _wait_asked(page, [])
    page.wait_for_selector("#panel .empty")
    ask(page, GRIFFITHS)
    page.locator("#bar summary", has_text="Earlier").click()
    page.locator("#bar .earlier button", has_text=CONTAINERS).click()
    _wait_asked(page, [CONTAINERS])
    page = guarded.again(page)
    _wait_asked(page, [CONTAINERS])
    _bar(page, "Delete").click()
    _bar(page, "Delete for good?").click()
    _wait_asked(page, [])
    page.locator("#bar summary", has_text="Earlier").click()
    assert page.locator("#bar .earlier button").count() == 1
    assert GRIFFITHS in page.locator("#bar .earlier button").inner_text()


def test_a_conversation_that_another_window_deleted_gives_way_to_a_new_one(guarded, service):
    page = guarded.open(service)
    ask(page, CONTAINERS)
    other = guarded.open(service, again=True)
    _wait_asked(other, [CONTAINERS])
    _bar(other, "Delete").click()
    _bar(other, "Delete for good?").click()
    _wait_asked(other, [])
    page.fill("#question textarea", GRIFFITHS)
    page.press("#question textarea", "Enter")
    _wait_asked(page, [GRIFFITHS])
    page.wait_for_selector("#chat button.cite")
    assert page.locator("#chat .notice").count() == 0


def test_a_conversation_is_exported_with_quotes_ids_versions_and_offsets(page, service):
    ask(page, CONTAINERS)
    article = service.get(f"/api/articles/{STARTER}").json()
    for kind, name in (("JSON", "json"), ("Markdown", "md")):
        page.locator("#bar summary", has_text="Export").click()
        with page.expect_download() as waiting:
            page.locator("#bar .export a", has_text=kind).click()
        assert waiting.value.suggested_filename == CONTAINERS.rstrip("?") + f".{name}"
        exported = waiting.value.path().read_text()
        if kind == "JSON":
            (turn,) = json.loads(exported)["turns"]
            for c in (c for s in turn["sentences"] for c in s["citations"]):
                assert article["text"][c["start"] : c["end"]] == c["quote"]
                assert (c["article"], c["version"]) == (STARTER, article["version"])
        else:
            assert article["version"] in exported
        page.keyboard.press("Escape")


def test_an_answer_is_copied_with_its_citations(guarded, service):
    page = guarded.open(service)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, CONTAINERS)
    for name, words in (("Copy", "[1] "), ("Copy as Markdown", "\\[1\\] ")):
        page.locator("#chat .acts").get_by_text(name, exact=True).click()
        page.wait_for_selector("#chat .acts >> text=Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert "nearly 16,000 containers" in copied
        assert words in copied
        assert "<button" not in copied
        page.wait_for_selector("#chat .acts >> text=Copied", state="detached")


def test_nobody_else_can_export_a_conversation(guarded, service):
    page = guarded.open(service)
    ask(page, CONTAINERS)
    link = page.locator("#bar .export a").first.get_attribute("href")
    assert service.get(f"/{link}").status_code == 404  # the service's own token is no visitor
    two = guarded.open(service, visitor="two")
    assert two.evaluate("l => fetch(l).then(r => r.status)", link) == 404
    assert guarded.finish() != []  # the browser says so in its console


# The whole article, filters


def test_the_whole_article_opens_with_every_cited_sentence_marked_and_the_active_one_in_view(page, service):
    ask(page, "How many civilians were killed in the missile strike on Kyiv?")
    n = page.locator("#chat button.cite").count()
    page.locator("#chat button.cite").last.click()
    page.wait_for_selector("#panel .card.active")
    quote = " ".join(page.locator("#panel .card.active mark").inner_text().split())
    page.locator("#panel .card.active").get_by_text("Open the article").click()
    active = page.locator("#panel .whole mark.active")
    assert " ".join(active.inner_text().split()) == quote
    assert page.locator("#panel .whole mark").count() == n
    assert active.evaluate(
        "e => { const r = e.getBoundingClientRect(), l = e.closest('.list').getBoundingClientRect();"
        " return r.top >= l.top && r.bottom <= l.bottom; }"
    )
    text = service.get(f"/api/articles/{STARTER}").json()["text"]
    paragraphs = page.locator("#panel .whole p:not(.facts, .more)").evaluate_all(
        "ps => ps.flatMap(p => [...p.childNodes].filter(n => n.nodeName !== 'SUP').map(n => n.textContent))"
    )
    shown = "".join(paragraphs)
    assert "".join(text.split()) == "".join(shown.split())
    page.get_by_text("Back to the sources").click()
    page.wait_for_selector("#panel .card.active")


def test_asking_one_article_only_filters_and_says_so(guarded, service):
    text = "The Lindby bridge opened in 1931. Its architect was Hugh Griffiths."
    id = service.add(text, title="Bridges", outlet="The Example")
    try:
        page = guarded.open(service)
        ask(page, "When did the Lindby bridge open?")
        page.locator("#panel .card").first.get_by_text("Ask only this article").click()
        page.wait_for_selector("#chips .chip")
        reply = ask(page, GRIFFITHS)
        assert "architect" in reply.inner_text()
        assert "Filters: one article only." in reply.inner_text()
        service_answer = service.http.post(
            f"{service.url}/api/ask", json={"question": GRIFFITHS, "filters": {"articles": [id]}}
        ).json()
        assert service_answer["sentences"][0]["text"] in reply.inner_text()
    finally:
        service.remove(id)


def test_filters_by_outlet_and_date_are_chosen_below_the_box(guarded, service):
    id = service.add("The Orsta ferry carries 90 cars.", outlet="The Example", published="2024-05-17")
    try:
        page = guarded.open(service)
        page.locator("#filters button").first.click()
        page.locator("#filter-outlets input").click()
        page.get_by_role("option", name="The Example").click()
        page.fill("#filter-from input", "2024-05-18")
        page.press("#filter-from input", "Tab")
        page.wait_for_selector("#chips >> text=The Example")
        page.wait_for_selector("#chips >> text=From 18 May 2024")
        assert DECLINED in ask(page, "How many cars does the Orsta ferry carry?").inner_text()
        page.locator("#filters button").first.click()
        page.fill("#filter-from input", "2024-05-17")
        page.press("#filter-from input", "Tab")
        page.wait_for_selector("#chips >> text=From 17 May 2024")
        assert "90 cars" in ask(page, "How many cars does the Orsta ferry carry?").inner_text()
        page.locator("#filters button").first.click()
        page.fill("#filter-to input", "soon")
        page.fill("#question textarea", GRIFFITHS)
        page.press("#question textarea", "Enter")
        page.wait_for_selector("#chat .notice")
        assert "“soon” is no day. Write it like 17 May 2024." in page.locator(LAST_REPLY).inner_text()
    finally:
        service.remove(id)


# While the answer comes


def test_citations_work_as_soon_as_the_answer_is_there_and_stay_open_when_it_is_stored(slow, guarded):
    service, gate = slow
    storing, store = threading.Event(), service.store.finish

    def stored_later(*given):
        assert storing.wait(60)
        store(*given)

    service.store.finish = stored_later
    page = guarded.open(service)
    _begin(page)
    gate.let()
    _sentences(page, 4)
    cite = page.locator("#chat button.cite").first
    cite.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel .card.active mark")
    assert page.locator("#panel .card.active mark").inner_text() in TANKS
    page.keyboard.press("Escape")
    assert cite.evaluate("b => b === document.activeElement")
    storing.set()
    page.wait_for_selector("#chat .acts")
    assert cite.evaluate("b => b === document.activeElement")  # its paragraph was not drawn anew
    assert page.locator("#chat button.cite").count() == 4
    assert page.locator("#panel .card.active").count() == 1


def test_the_answer_shown_is_the_one_that_was_composed_and_not_read_back(slow, guarded):
    service, gate = slow
    kept = service.store.turns
    page = guarded.open(service)
    _begin(page)
    service.store.turns = lambda *given: tuple(replace(t, answer=None) for t in kept(*given))
    gate.let()
    page.wait_for_selector("#chat .acts")
    assert page.locator("#chat button.cite").count() == 4
    assert page.locator("#panel .card").count() == 4
    shown = page.locator("#chat .message.bot").all_inner_texts()
    service.store.turns = kept
    page = guarded.again(page)
    page.wait_for_selector("#chat .acts")
    assert page.locator("#chat .message.bot").all_inner_texts() == shown


def _stop(page) -> None:
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector("#chat .note >> text=Stopped")
    page.wait_for_selector("#question button.submit-button:has-text('Ask')")


def test_a_question_can_be_stopped_while_it_is_answered_and_asked_again_later(slow, guarded):
    service, gate = slow
    page = guarded.open(service)
    _begin(page)
    _stop(page)  # nobody waits for the answer, which is still under way
    assert page.locator("#chat button.cite").count() == 0
    page.close()
    page = guarded.open(service, again=True)
    page.wait_for_selector("#chat .note >> text=Stopped")
    gate.let(100)
    page.get_by_text("Ask again").click()
    _sentences(page, 4)
    assert _asked(page) == [TANK]
    page.wait_for_selector("#chat .note", state="detached")


def test_after_a_stop_the_next_question_is_answered_at_once(slow, guarded):
    service, gate = slow
    page = guarded.open(service)
    _begin(page)
    _stop(page)
    gate.let(100)
    page.locator("#chat button.again").click()
    _sentences(page, 4)
    page.wait_for_selector("#question .submit-button")
    assert page.locator("#chat .note").count() == 0


def test_a_new_question_takes_the_place_of_one_that_is_asked_again(slow, guarded):
    service, gate = slow
    gate.let()
    page = guarded.open(service)
    ask(page, TANK)
    page.locator("#chat button.again").click()
    page.wait_for_selector("#chat .pending")
    page.fill("#question textarea", "Is the tank old?")
    page.press("#question textarea", "Enter")
    _wait_asked(page, [TANK, "Is the tank old?"])
    gate.let(100)
    page.wait_for_selector("#question .submit-button")
    page.wait_for_timeout(1500)  # the earlier run would come back within a second
    assert _asked(page) == [TANK, "Is the tank old?"]
    assert "Stopped" in page.locator("#chat .message.bot").first.inner_text()
    assert page.locator("#chat .message.bot").last.locator("button.cite").count() == 4


def test_a_new_conversation_leaves_an_answer_that_is_coming_however_long_that_takes_to_end(slow, guarded):
    service, gate = slow
    finish = service.store.finish

    def slowly(*given, **named):
        time.sleep(0.5)
        finish(*given, **named)

    service.store.finish = slowly
    gate.let()
    page = guarded.open(service)
    ask(page, TANK)
    _begin(page, "Is the tank old?")
    _bar(page, "New conversation").click()
    _wait_asked(page, [])
    gate.let(100)
    page.wait_for_timeout(1500)
    assert _asked(page) == []
    assert page.evaluate("document.activeElement.matches('#question textarea')")
    page.locator("#bar summary", has_text="Earlier").click()
    page.locator("#bar .earlier button").first.click()
    _wait_asked(page, [TANK, "Is the tank old?"])
    assert "Stopped" in page.locator("#chat .message.bot").last.inner_text()


def test_two_windows_keep_their_conversations_when_the_service_forgets_its_sessions(slow, guarded):
    service, gate = slow
    gate.let(100)
    one = guarded.open(service)
    ask(one, TANK)
    two = guarded.open(service, again=True)
    _bar(two, "New conversation").click()
    _wait_asked(two, [])
    ask(two, "Is the tank old?")
    service.sessions.clear()
    ask(one, "Is the tank loud?")
    assert _asked(one) == [TANK, "Is the tank loud?"]


def test_a_page_that_comes_up_while_the_service_starts_shows_the_conversation_and_asks_its_question_when_ready(
    slow, guarded
):
    service, gate = slow
    gate.let(100)
    ask(guarded.open(service), TANK)
    qa, service.host._qa, service.host.state = service.host._qa, None, "starting"
    page = guarded.open(service, again=True)
    _wait_asked(page, [TANK])
    assert page.locator("#chat button.cite").count() == 4
    linked = guarded.open(service, visitor="two", query="/?q=Is+the+tank+old%3F&article=tank")
    linked.wait_for_selector("#chat .pending")
    again = guarded.again(linked)  # the address is clean by now, so nothing is asked twice
    service.host._qa, service.host.state = qa, "ready"
    again.wait_for_function("document.querySelector('#state .state').textContent === '1 article'")
    again.wait_for_selector("#chat .message.user")
    _wait_asked(guarded.again(again), ["Is the tank old?"])


def test_a_question_whose_reader_left_is_stopped(slow, guarded):
    service, _ = slow
    page = guarded.open(service)
    _begin(page)
    page.close()
    page = guarded.open(service, again=True)
    for _ in range(50):
        page = guarded.again(page)
        page.wait_for_selector("#chat .message.bot")
        if page.locator("#chat .note").count():
            break
        page.wait_for_timeout(200)
    assert "Stopped" in page.locator("#chat .note").inner_text()


def test_what_goes_wrong_inside_is_said_without_a_traceback(slow, guarded):
    service, gate = slow
    page = guarded.open(service)
    _begin(page)
    gate.fails = True
    gate.let()
    page.wait_for_selector("#chat .notice")
    assert "Something went wrong on our side" in page.locator(LAST_REPLY).inner_text()
    assert "on fire" not in page.content()
    gate.fails = False
    gate.let(100)
    ask(page, "Is the tank green?")
    assert page.locator("#chat .message.bot").last.locator("button.cite").count() >= 1


def test_what_is_typed_while_an_answer_comes_stays_in_the_box(slow, guarded):
    service, gate = slow
    page = guarded.open(service)
    _begin(page)
    page.fill("#question textarea", "Is the tank old?")
    page.press("#question textarea", "Enter")
    gate.let(100)
    page.wait_for_selector("#chat .acts")
    assert page.input_value("#question textarea") == "Is the tank old?"


def test_rapid_clicks_end_on_the_last_citation(slow, guarded):
    service, gate = slow
    gate.let(100)
    page = guarded.open(service)
    ask(page, TANK)
    cites = page.locator("#chat button.cite")
    numbers = [c.locator("b").inner_text() for c in cites.all()]
    page.evaluate("document.querySelectorAll('#chat button.cite').forEach(b => b.click())")
    page.wait_for_function(
        "n => document.querySelector('#panel .card.active .number')?.textContent === n", arg=numbers[-1]
    )
    page.wait_for_timeout(400)
    assert page.locator("#panel .card.active .number").inner_text() == numbers[-1]


def test_a_question_to_a_service_that_is_too_busy_is_refused_in_words_and_stays_in_the_box(
    chromium, guarded, tmp_path, monkeypatch
):
    monkeypatch.setattr("qa.web.page.page.WAITING", 6)
    write_article(tmp_path, "tank", TANKS)
    with open_fake(tmp_path) as qa:
        qa.sync()
        with served(qa) as service:
            gate, page = Gate(qa), guarded.open(service)
            page.wait_for_selector("#chat button.example, #chat .placeholder")
            page.wait_for_timeout(1000)  # until the page's own events are through
            statuses = _crowd(service, 30)
            assert set(statuses) == {200, 503}
            page.fill("#question textarea", TANK)
            page.press("#question textarea", "Enter")
            page.wait_for_selector(".toast-body")
            assert "busy" in page.locator(".toast-body").first.inner_text()
            assert page.input_value("#question textarea") == TANK
            gate.let(1000)
            page.wait_for_timeout(2000)
            assert ask(page, TANK).locator("button.cite").count() >= 1
            page.close()
    assert all("503" in record for record in guarded.finish())


def _crowd(service, n: int) -> list[int]:
    """Questions of others, straight to the queue."""
    with httpx.Client(base_url=service.url, trust_env=False, headers={"authorization": "Bearer secret"}) as http:
        dependencies = http.get("/config").json()["dependencies"]
        data = [TANK, None, [], "", "", []]
        submits = [d for d in dependencies if any(t[1] == "submit" for t in d["targets"])]
        [(submit, inputs)] = [(d["id"], len(d["inputs"])) for d in submits if len(d["inputs"]) >= len(data)]
        data += [""] * (inputs - len(data))
        body = {"data": data, "fn_index": submit, "event_data": None}
        return [
            http.post("/gradio_api/queue/join", json={**body, "session_hash": f"other{i}"}).status_code
            for i in range(n)
        ]


def test_questions_are_answered_while_an_article_is_being_added(slow, guarded):
    service, gate = slow
    gate.let(1000)
    adding, go = service.host.qa.add, threading.Event()

    def slowly(*given, **named):
        assert go.wait(60)
        return adding(*given, **named)

    service.host.qa.add = slowly
    page = guarded.open(service)
    page.get_by_role("tab", name="Library").click()
    page.get_by_label("Text", exact=True).fill("The ferry is blue.")
    page.get_by_role("button", name="Add article").click()
    page.get_by_role("tab", name="Ask").click()
    assert ask(page, TANK).locator("button.cite").count() >= 1
    go.set()
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector("#shelf .results .done")


def test_ask_this_article_in_the_library_leads_back_to_the_question_box_with_the_filter_set(page):
    page.get_by_role("tab", name="Library").click()
    page.locator("#table td.title button").first.click()
    page.locator("#table").get_by_text("Ask this article").click()
    page.wait_for_selector("#question textarea", state="visible")
    page.wait_for_selector("#chips .chip")
    assert "Filters: one article only." in ask(page, GRIFFITHS).inner_text()


def test_an_index_held_by_another_process_is_read_and_taken_over_when_it_is_free(guarded, tmp_path):
    write_article(tmp_path, "bridge", "The Lindby bridge carries 4,200 cyclists every day.")
    from qa.service.service import QA

    with QA.open(tmp_path, command="qa index") as holder:
        holder.sync()
        service = Service(tmp_path)
        try:
            page = guarded.open(service)
            page.wait_for_selector("#state >> text=Read only")
            assert "4,200 cyclists" in ask(page, "How many cyclists does the Lindby bridge carry?").inner_text()
            reply = service.http.post(f"{service.url}/api/articles", json={"text": "The ferry is blue."})
            assert reply.status_code >= 400
            assert re.search(r"qa index|reading only", reply.json()["message"])
            holder.close()
            service.wait_until_ready()
            assert service.add("The ferry is blue.")
            page.close()
        finally:
            service.stop()
