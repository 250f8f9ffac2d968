"""A citation's address opens its article with the place marked, or says why nothing is marked."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from browser import WHILE_GONE
from fakes import open_fake
from fastapi import FastAPI
from fastapi.testclient import TestClient
from shelves import Shelf

from qa.core.types import Citation
from qa.service.users import Users
from qa.web.guard.login import Login, login_routes
from qa.web.guard.middleware import Guard
from qa.web.links import link, link_route
from qa.web.page.marks import CHANGED, NOWHERE, REMOVED, UNMARKED

pytest_plugins = ["browser"]

CITED = "The lighthouse was lit in 1912."
LONG = "\n".join([*(f"Line {n} tells of the harbour." for n in range(2_000)), CITED, "The rest is silence. " * 400])


def cited(id: str, version: str = "0123456789ab", start: int = 0, end: int = 10) -> Citation:
    return Citation(1, id, version, start, end, "", "", None, None)


@pytest.fixture
def http():
    app = FastAPI(routes=[link_route()])
    app.add_middleware(Guard, token="secret")
    with TestClient(app, base_url="http://127.0.0.1:7860", follow_redirects=False) as served:
        yield served


@pytest.mark.parametrize("id", ["ferry", "größe", 'a"; b', "50% off?", "a b&c=d#e"])
def test_an_address_leads_to_the_page_with_every_character_of_its_article(http, id):
    answer = http.get(link("/", cited(id)))
    leads = urlsplit(answer.headers["location"])
    assert (answer.status_code, leads.path, leads.netloc) == (303, "/", "")
    assert parse_qs(leads.query) == {"open": [id], "at": ["0-10"], "v": ["0123456789ab"]}


def test_an_address_leads_to_no_other_site(http):
    for path in ("/article//evil.example/x", "/article/https://evil.example", "/article/x?open=https://evil.example"):
        assert http.get(path).headers["location"].startswith("/?open=")


def test_an_address_survives_the_login(tmp_path):
    users = Users(tmp_path / "users.json")
    users.add("ana", "correct horse battery")
    login = Login(users, "secret")
    app = FastAPI(routes=[link_route()])
    app.include_router(login_routes(login))
    app.add_middleware(Guard, token="secret", login=login)
    with TestClient(app, base_url="http://127.0.0.1:7860", follow_redirects=False) as http:
        asked = http.get(link("/", cited("größe")), headers={"accept": "text/html"})
        assert asked.headers["location"].startswith("/login?next=")
        [next] = parse_qs(urlsplit(asked.headers["location"]).query)["next"]
        entered = http.post("/login", data={"name": "ana", "password": "correct horse battery", "next": next})
        assert entered.status_code == 303
        leads = http.get(entered.headers["location"]).headers["location"]
        assert parse_qs(urlsplit(leads).query)["open"] == ["größe"]


@pytest.fixture(scope="module")
def shelf(chromium, tmp_path_factory):
    """The page over an article that is short and one that is long."""
    home = tmp_path_factory.mktemp("linked")
    qa = open_fake(home)
    qa.add("The ferry is blue. It sails at noon.\n\nNobody minds.", title="A ferry", id="ferry")
    qa.add(LONG, title="A lighthouse", id="lighthouse")
    running = Shelf(home, qa)
    yield running
    running.stop()


def _opened(shelf, guarded, address: str, selector: str):
    page = guarded.open(shelf)
    page.goto(f"{shelf.url}{address}")
    page.wait_for_selector(selector)
    return page


def _leave(page, guarded) -> None:
    page.close()
    assert [record for record in guarded.finish() if not WHILE_GONE.search(record)] == []


@pytest.mark.browser
def test_the_marked_sentence_of_a_long_article_comes_into_view(shelf, guarded):
    article, _ = shelf.qa.article("lighthouse")
    start = article.text.index(CITED)
    place = cited(article.id, article.version, start, start + len(CITED))
    page = _opened(shelf, guarded, link("/", place), "#table .opened mark")
    assert page.locator("#table mark").all_inner_texts() == [CITED]
    page.wait_for_function("document.activeElement.matches('#table mark')")
    assert page.evaluate(
        "() => { const m = document.querySelector('#table mark').getBoundingClientRect(),"
        " t = document.querySelector('#table .text').getBoundingClientRect();"
        " return m.top >= t.top && m.bottom <= Math.min(t.bottom, innerHeight); }"
    )
    assert "the part around the place" in page.inner_text("#table .cut")
    page.locator("#table button.title[value=ferry]").click()
    page.wait_for_selector("#table .opened >> text=The ferry is blue.")
    assert page.locator("#table mark").count() == 0
    _leave(page, guarded)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/article/ferry?at=0-18&v=0123456789ab", f"{CHANGED.format('A ferry')} {UNMARKED}"),
        ("/article/ferry?at=18-5000", f"{NOWHERE} {UNMARKED}"),
        ("/article/ferry?at=<b>", f"{NOWHERE} {UNMARKED}"),
        ("/article/gone?at=0-18&v=0123456789ab", REMOVED),
    ],
)
def test_another_version_and_no_place_are_said_and_nothing_is_marked(shelf, guarded, address, says):
    page = _opened(shelf, guarded, address, "#table .wrong")
    assert page.inner_text("#table .wrong") == says
    assert page.locator("#table mark").count() == 0
    _leave(page, guarded)
