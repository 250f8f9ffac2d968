"""Who asks: a guest by a cookie, a user by a session or a token, a program by nothing at all."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from html import escape

import pytest
from click.testing import CliRunner
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

import qa.service.users as accounts
from qa.cli.commands import main
from qa.core.errors import StorageError
from qa.core.types import Filters
from qa.service.conversations import Conversations
from qa.service.users import PasswordHash, Users
from qa.web.guard.login import FREE_IN_NETWORK, FREE_PER_ADDRESS, FREE_PER_NAME, FREE_PER_NETWORK, Login, login_routes
from qa.web.guard.middleware import Guard
from qa.web.guard.throttle import REMEMBERED, Throttle

BASE = "http://127.0.0.1:7860"
TOKEN = "service-token"
PASSWORD = "correct horse battery"


def client(**options) -> TestClient:
    """An application that says who asks, behind the guard."""
    app = FastAPI()

    @app.get("/{path:path}")
    def who(request: Request) -> dict[str, str]:
        return {"visitor": request.state.visitor}

    app.add_middleware(Guard, token=TOKEN, **options)
    return TestClient(app, base_url=BASE)


def test_whoever_opens_the_page_is_a_visitor_at_once_and_the_same_one_ever_after():
    with client() as http:
        first = http.get("/")
        visitor = first.json()["visitor"]
        assert re.fullmatch("guest:[0-9a-f]{32}", visitor)
        cookie = next(c for c in first.headers.get_list("set-cookie") if c.startswith("groundwire-visitor-7860="))
        assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"} <= set(cookie.split("; "))
        again = http.get("/")
        assert again.json()["visitor"] == visitor
        assert "groundwire-visitor" not in str(again.headers.get_list("set-cookie"))
        assert http.get("/api/conversations").json()["visitor"] == visitor


def test_two_browsers_are_two_visitors():
    with client() as one, client() as other:
        assert one.get("/").json() != other.get("/").json()


def test_a_program_is_nobody_and_gets_no_cookie():
    with client() as http:
        answer = http.get("/api/health")
        assert answer.json()["visitor"] == ""
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("made_up", ["", "x", "A" * 32, "a" * 33, "user:ana", "' OR 1=1", "0" * 31 + "\u00e9"])
def test_a_malformed_visitor_is_replaced_never_believed(made_up):
    with client() as http:
        header = {"cookie": f"a=b; groundwire-visitor-7860={made_up}".encode()}
        assert http.get("/api/health", headers=header).json()["visitor"] == ""
        assert re.fullmatch("guest:[0-9a-f]{32}", http.get("/", headers=header).json()["visitor"])


# --- users --------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    """New passwords are hashed 2**10 times faster; everything else is as it is."""
    monkeypatch.setitem(accounts.COST, "n", 2**4)
    monkeypatch.setattr("qa.web.guard.login._NOBODY", PasswordHash(bytes(16).hex(), "", **accounts.COST))


@pytest.fixture
def users(home) -> Users:
    made = Users(home / "users.json")
    made.add("ana", PASSWORD)
    return made


def qa_user(home, *words: str, typed: str = ""):
    return CliRunner().invoke(main, ["--home", str(home), "user", *words], input=typed)


def test_users_are_added_listed_and_removed_by_the_command_line(home):
    added = qa_user(home, "add", "ana", "--password-stdin", typed=PASSWORD + "\n")
    assert added.output == "added: ana. From now on everything needs a login.\n"
    prompted = qa_user(home, "add", "josé", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert "added: josé" in prompted.output
    assert PASSWORD not in prompted.output
    token = qa_user(home, "token", "josé").output.strip()
    users = Users(home / "users.json")
    assert users.by_token(token).name == "josé"
    assert [line.split("\t")[::2] for line in qa_user(home, "list").output.splitlines()] == [["ana"], ["josé", "token"]]
    assert qa_user(home, "remove", "ana").output == "removed: ana\n"
    assert "there is no login any more" in qa_user(home, "remove", "josé").output
    assert dict(users.all()) == {}
    assert users.by_token(token) is None


@pytest.mark.parametrize(
    ("words", "typed", "says"),
    [
        (["add", "bob", "--password-stdin"], "1234567\n", "has 7 characters; expected 8 to 1,024"),
        (["add", "bob", "--password-stdin"], "", "has 0 characters"),
        (["add", "bob", "--password-stdin"], "x" * 1025, "has 1025 characters"),
        (["add", "ana", "--password-stdin"], PASSWORD, "qa user password ana"),
        (["add", "a b", "--password-stdin"], PASSWORD, "cannot name a user"),
        (["add", "../x", "--password-stdin"], PASSWORD, "cannot name a user"),
        (["add", "", "--password-stdin"], PASSWORD, "cannot name a user"),
        (["remove", "bob"], "", "no user 'bob' (users: ana)"),
        (["token", "bob"], "", "no user 'bob'"),
        (["password", "bob"], "", "no user 'bob'"),
        (["password", "ana", "--password-stdin"], "short", "has 5 characters"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(users, words, typed, says):
    before = users.path.read_bytes()
    refused = qa_user(users.path.parent, *words, typed=typed)
    assert refused.exit_code == 2
    assert says in refused.output
    assert users.path.read_bytes() == before


def test_two_passwords_that_differ_are_asked_for_again(home):
    asked = qa_user(home, "add", "ana", typed=f"{PASSWORD}\nanother thing\n{PASSWORD}\n{PASSWORD}\n")
    assert asked.exit_code == 0
    assert "do not match" in asked.output
    assert Users(home / "users.json").get("ana").password.matches(PASSWORD)


def test_the_file_is_its_owners_alone_and_holds_no_password_and_no_token(users):
    users.add("bob", PASSWORD)
    token, kept = users.new_token("ana"), users.path.read_text()
    assert users.path.stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in kept
    assert token not in kept
    ana, bob = users.get("ana"), users.get("bob")
    assert ana.password.key != bob.password.key, "one password, two salts"
    assert "key" not in repr(ana)


def test_a_password_is_hashed_as_slowly_as_is_advised(monkeypatch):
    monkeypatch.undo()
    assert (accounts.COST["n"], accounts.COST["r"], accounts.COST["p"]) == (2**14, 8, 5)


def test_a_name_and_a_password_are_the_same_however_they_are_typed(users):
    users.add("jose\u0301", "cafe\u0301 au lait")
    assert users.get("jos\u00e9").password.matches("caf\u00e9 au lait")


def test_changes_from_many_sides_at_once_are_all_kept(users):
    def add(n: int) -> None:
        Users(users.path).add(f"user{n}", PASSWORD)

    threads = [threading.Thread(target=add, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(users.all()) == 13


def test_a_change_that_cannot_be_written_leaves_the_users_as_they_were(users, monkeypatch):
    before = users.path.read_bytes()
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(StorageError, match="Nothing was changed"):
        users.add("bob", PASSWORD)
    assert users.path.read_bytes() == before
    assert {p.name for p in users.path.parent.iterdir() if "users" in p.name} <= {"users.json", "users.json.lock"}


# --- sessions -----------------------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def application(users, clock):
    """What `client` has, behind a login. Each call is a service that has just been started."""

    def start(token: str = TOKEN, address: str = "10.0.0.1", required: bool = False) -> TestClient:
        app, login = FastAPI(), Login(users, token, required=required, clock=clock, ticks=clock)
        app.include_router(login_routes(login))

        @app.get("/{path:path}")
        def who(request: Request) -> dict[str, str]:
            return {"visitor": request.state.visitor}

        app.add_middleware(Guard, token=token, login=login)
        return from_address(TestClient(app, base_url=BASE), address)

    return start


def from_address(http: TestClient, address: str) -> TestClient:
    """Another machine's view of the same service."""
    other = TestClient(http.app, base_url=BASE, client=(address, 5), follow_redirects=False)
    other.headers["origin"] = BASE
    return other


def enter(http: TestClient, password: str = PASSWORD, name: str = "ana", next: str = "/"):
    return http.post("/login", data={"name": name, "password": password, "next": next})


def session_of(http: TestClient) -> str:
    return http.cookies["groundwire-session-7860"].strip('"')


def visitor(http: TestClient, session: str) -> str:
    """Whom the session is for, or nothing."""
    fresh = from_address(http, "10.0.0.1")
    answer = fresh.get("/api/x", headers={"cookie": f"groundwire-session-7860={session}"})
    return answer.json()["visitor"].partition("/")[0] if answer.status_code == 200 else ""


def test_a_session_outlives_a_restart_and_ends_after_fourteen_days(application, clock):
    http = application()
    assert enter(http).status_code == 303
    session = session_of(http)
    assert visitor(application(), session) == "user:ana"
    clock.now += 14 * 24 * 3600 - 1
    assert visitor(application(), session) == "user:ana"
    clock.now += 1
    assert visitor(application(), session) == ""


@pytest.mark.parametrize("ends", ["password", "remove", "remove and add", "token of the service"])
def test_a_session_ends_with_what_it_stood_on(application, users, ends):
    http, token = application(), TOKEN
    enter(http)
    assert visitor(http, session_of(http)) == "user:ana"
    if ends == "password":
        users.set_password("ana", PASSWORD)
    elif ends.startswith("remove"):
        users.add("bob", PASSWORD)
        users.remove("ana")
        if "add" in ends:
            users.add("ana", PASSWORD)
    else:
        token = "another"
    assert visitor(application(token), session_of(http)) == ""


def test_a_new_token_for_programs_ends_no_session(application, users):
    http = application()
    enter(http)
    users.new_token("ana")
    assert visitor(http, session_of(http)) == "user:ana"


@pytest.mark.parametrize("forge", ["name", "expiry", "later", "signature", "none", "empty", "dots", "padding"])
def test_a_session_that_was_not_signed_here_is_nobodys(application, users, forge):
    users.add("bob", PASSWORD)
    http = application()
    enter(http)
    name, expiry, signature = session_of(http).split(".")
    bob = base64.urlsafe_b64encode(b"bob").decode()
    forged = {
        "name": f"{bob}.{expiry}.{signature}",
        "expiry": f"{name}.{int(expiry) + 1}.{signature}",
        "later": f"{name}.{'9' * 5000}.{signature}",
        "signature": f"{name}.{expiry}.{'0' * 64}",
        "none": f"{name}.{expiry}",
        "empty": "",
        "dots": "...",
        "padding": f"{name}.+{expiry}.{signature}",
    }
    assert visitor(http, forged[forge]) == ""


def test_whoever_is_logged_in_is_not_asked_again(application):
    http = application()
    assert http.get("/login").status_code == 200
    enter(http)
    assert http.get("/login?next=/here").headers["location"] == "/here"
    assert client().get("/login").json(), "without a login there is none"


@pytest.mark.parametrize(
    "next",
    ["//evil", "///evil", "/\\evil", "\\\\evil", "https:", "https://evil", "javascript:alert(1)", "evil", "", " //evil",
     "/\t/evil", "/\n/evil", "\t//evil", "/login", "/login?next=/login", "/logout"],
)  # fmt: skip
def test_a_login_leads_to_this_service_only(application, next):
    http = application()
    assert enter(http, next=next).headers["location"] == "/"
    assert http.get("/login", params={"next": next}).headers["location"] == "/"


@pytest.mark.parametrize(
    "next", ["/", "/?q=a%20b&c=d", "/api/articles?search=x", "/caf%C3%A9", "/?u=https://a.example/"]
)
def test_a_login_leads_to_where_one_was_going(application, next):
    http = application()
    asked = http.get(next, headers={"accept": "text/html"})
    page = http.get(asked.headers["location"])
    assert f'name="next" value="{escape(next)}"' in page.text
    assert enter(http, next=next).headers["location"] == next


def test_the_login_page_shows_what_was_typed_as_text_and_has_no_script(application):
    http = application()
    page = enter(http, "wrong", name='"><script>alert(1)</script>', next='/"><script>')
    assert page.status_code == 401
    assert "<script" not in page.text
    assert '<p role="alert"' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "wrong" in page.text
    assert 'value="wrong"' not in page.text


@pytest.mark.parametrize(
    "body", [b"", b"name=ana", b"\xff=%ff", b"&" * 9999, b'{"name":"ana"}'], ids=lambda b: str(b[:9])
)
def test_a_login_that_is_no_form_is_wrong_and_no_failure(application, body):
    assert application().post("/login", content=body).status_code == 401


# --- guessing -----------------------------------------------------------------------------------------------------


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait_longer_each_time(application, clock):
    http = application()
    assert [enter(http, "wrong").status_code for _ in range(5)] == [401] * 5
    waits = []
    for _ in range(7):
        turned = enter(http)
        assert turned.status_code == 429
        assert "Too many" in turned.text
        waits.append(int(turned.headers["retry-after"]))
        clock.now += waits[-1] - 1
        assert enter(http).status_code == 429
        clock.now += 1
        assert enter(http, "wrong").status_code == 401
    assert waits == [30, 60, 120, 240, 480, 900, 900]
    clock.now += 900
    assert enter(http).status_code == 303
    assert enter(http, "wrong").status_code == 401, "and with that all is forgotten"


def test_wrong_passwords_are_forgotten_after_a_quarter_of_an_hour(application, clock):
    http = application()
    for _ in range(3):
        assert [enter(http, "wrong").status_code for _ in range(4)] == [401] * 4
        clock.now += 15 * 60 + 1


def test_one_persons_mistakes_keep_nobody_else_out(application, users):
    users.add("bob", PASSWORD)
    http = application()
    for _ in range(6):
        enter(http, "wrong")
    assert enter(http, name="bob").status_code == 303
    assert enter(from_address(http, "10.0.0.2")).status_code == 303
    assert enter(http).status_code == 429


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:9::"]], ids=str)
def test_one_place_cannot_try_many_names(application, addresses):
    http = application()
    places = [from_address(http, a) for a in addresses]
    got = [enter(places[n % len(places)], "wrong", name=f"name{n}").status_code for n in range(FREE_PER_ADDRESS + 5)]
    assert got == [401] * FREE_PER_ADDRESS + [429] * 5
    assert enter(from_address(http, "10.9.9.9")).status_code == 303


def test_logging_in_oneself_does_not_make_room_to_try_others(application, users):
    users.add("bob", PASSWORD)
    http = application()
    got = []
    for n in range(FREE_PER_ADDRESS + 1):
        got.append(enter(http, "wrong", name=f"name{n}").status_code)
        enter(from_address(http, "10.0.0.1"), name="bob")
    assert got == [401] * FREE_PER_ADDRESS + [429]


def test_wrong_tokens_are_throttled_and_right_ones_never(application, users, clock):
    http, token = application(), users.new_token("ana")
    got = [http.get("/", headers={"authorization": f"Bearer no{n}"}) for n in range(FREE_PER_ADDRESS + 1)]
    assert [a.status_code for a in got] == [401] * FREE_PER_ADDRESS + [429]
    assert got[-1].headers["retry-after"] == "30"
    assert http.get("/", headers={"authorization": f"Bearer {token}"}).json()["visitor"].startswith("user:ana/")
    assert http.get("/", headers={"authorization": f"Bearer {TOKEN}"}).json() == {"visitor": ""}
    assert enter(http).status_code == 303, "a program with an old token keeps no person out"


def test_many_guesses_at_once_are_no_more_than_five_and_two_are_hashed_at_a_time(users, monkeypatch):
    running, most, hashed = 0, 0, 0
    lock = threading.Lock()

    def slow(self, password: str) -> bool:
        nonlocal running, most, hashed
        with lock:
            running, hashed = running + 1, hashed + 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        return False

    monkeypatch.setattr(PasswordHash, "matches", slow)
    login = Login(users, TOKEN)

    async def guess() -> list[str | int]:
        return await asyncio.gather(*(login.enter("ana", f"guess{n}", "10.0.0.1") for n in range(30)))

    with ThreadPoolExecutor(1) as pool:  # away from the loop that a browser test may have left running here
        answers = pool.submit(asyncio.run, guess()).result()
    assert (answers.count(""), answers.count(30), hashed, most) == (5, 25, 5, 2)


def test_an_unknown_name_is_told_the_same_after_the_same_work(application, users, monkeypatch):
    work, scrypt = [], hashlib.scrypt
    monkeypatch.undo()  # the real cost: an unknown name has no hash of its own to be made cheap
    users.set_password("ana", PASSWORD)
    monkeypatch.setattr("qa.service.users.hashlib.scrypt", lambda *a, **o: (work.append(o), scrypt(*a, **o))[1])
    http = application()
    known, unknown = enter(http, "wrong"), enter(http, "wrong", name="eva")
    costs = [{k: v for k, v in o.items() if k != "salt"} for o in work]
    assert len(costs) == 2
    assert costs[0] == costs[1]
    assert known.status_code == unknown.status_code == 401
    assert known.text.replace("ana", "eva") == unknown.text


def test_a_clock_that_jumps_keeps_nobody_out_and_lets_nobody_in(users):
    wall = Clock()
    login = Login(users, TOKEN, clock=wall)

    def tried(password: str = "wrong") -> str | int:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, login.enter("ana", password, "10.0.0.1")).result()

    assert [tried() for _ in range(4)] == [""] * 4
    wall.now -= 10 * 365 * 24 * 3600
    assert isinstance(tried(PASSWORD), str), "set back"
    assert [tried() for _ in range(5)] == [""] * 5
    wall.now += 10 * 365 * 24 * 3600
    assert tried() == 30, "set forward"


@pytest.mark.parametrize("place", ["2001:db8:1:{:x}::1", "10.0.7.{}"])
def test_a_subscriber_with_many_networks_has_no_more_guesses_for_that(application, users, place):
    http = application()
    got = [enter(from_address(http, place.format(n + 1)), "wrong").status_code for n in range(10)]
    assert got == [401] * FREE_IN_NETWORK + [429] * 2
    got = [enter(from_address(http, place.format(n + 1)), "wrong", f"n{n}").status_code for n in range(60)]
    assert got == [401] * (FREE_PER_NETWORK - FREE_IN_NETWORK) + [429] * FREE_IN_NETWORK


def guessed_from_everywhere(http: TestClient) -> list[int]:
    return [enter(from_address(http, f"10.{n}.0.1"), "wrong").status_code for n in range(1, FREE_PER_NAME + 3)]


def test_many_strangers_together_have_no_more_guesses_for_one_name(application):
    http = application()
    assert guessed_from_everywhere(http) == [401] * FREE_PER_NAME + [429] * 2
    assert enter(from_address(http, "10.200.0.1"), name="bob").status_code == 401, "another name is not theirs"


def test_strangers_keep_nobody_out_of_a_browser_or_a_place_that_has_logged_in_before(application, users):
    users.add("bob", PASSWORD)
    http = application()
    browser = from_address(http, "10.0.0.1")
    assert enter(browser).status_code == 303
    cookie = next(c for c in browser.cookies if "browser" in c)
    elsewhere = from_address(http, "10.250.0.1")
    elsewhere.cookies.set(cookie, browser.cookies[cookie])
    guessed_from_everywhere(http)
    assert [enter(from_address(http, "10.0.0.99"), "wrong").status_code for _ in range(3)] == [429] * 3
    assert enter(from_address(http, "10.0.0.1")).status_code == 303, "the place is known"
    assert enter(elsewhere).status_code == 303, "the browser is known"
    assert enter(from_address(http, "10.251.0.1")).status_code == 429, "neither is"
    assert enter(from_address(http, "10.251.0.1"), name="bob").status_code == 303


def test_a_neighbour_at_the_same_address_does_not_keep_a_known_browser_waiting(application, clock):
    http = application()
    browser = from_address(http, "10.0.0.1")
    enter(browser)
    for _ in range(8):
        enter(from_address(http, "10.0.0.1"), "wrong")
    assert enter(from_address(http, "10.0.0.1")).status_code == 429
    assert enter(browser).status_code == 303
    assert [enter(browser, "wrong").status_code for _ in range(6)] == [401] * 5 + [429], "it has a few guesses itself"


@pytest.mark.parametrize("mark", ["", "x", "x.y", "0" * 16 + "." + "0" * 64, "\u00e9.\u00e9", "another's", "before"])
def test_a_mark_of_a_browser_that_was_not_given_to_this_user_is_nothing(application, users, mark):
    users.add("bob", PASSWORD)
    http = application()
    browser = from_address(http, "10.0.0.1")
    enter(browser, name="bob" if mark == "another's" else "ana")
    name = next(c for c in browser.cookies if "browser" in c)
    if mark == "before":
        users.remove("ana")
        users.add("ana", PASSWORD)
    forged = browser.cookies[name] if mark in ("another's", "before") else mark
    guessed_from_everywhere(http)
    other = from_address(http, "10.251.0.1")
    answer = other.post(
        "/login", data={"name": "ana", "password": PASSWORD}, headers={"cookie": f"{name}={forged}".encode()}
    )
    assert answer.status_code == 429
    assert http.get("/api/x", headers={"cookie": f"{name}={browser.cookies[name]}"}).status_code == 401, "opens nothing"


def test_whoever_gets_a_name_later_gets_nothing_of_whoever_had_it(application, users, home):
    def owner() -> str:
        http = application()
        enter(http)
        return http.get("/api/x").json()["visitor"]

    kept = Conversations(home / "conversations.sqlite")
    before = owner()
    assert owner() == before
    users.set_password("ana", PASSWORD)
    users.new_token("ana")
    assert owner() == before, "it is the same account"
    id = kept.start(before)
    kept.ask(before, id, "What is secret?", Filters())
    users.remove("ana")
    users.add("ana", PASSWORD)
    assert kept.listed(before)
    assert kept.listed(owner()) == []
    kept.close()


def test_an_account_of_before_keeps_what_it_has(application, users):
    values = json.loads(users.path.read_text())
    del values["users"]["ana"]["id"]
    users.path.write_text(json.dumps(values))
    http = application()
    enter(http)
    assert http.get("/api/x").json() == {"visitor": "user:ana"}
    users.set_password("ana", PASSWORD)
    enter(http)
    assert http.get("/api/x").json() == {"visitor": "user:ana"}
    users.remove("ana")
    users.add("ana", PASSWORD)
    enter(http)
    assert http.get("/api/x").json() != {"visitor": "user:ana"}


def test_the_memory_of_failures_is_bounded(clock):
    throttle = Throttle(clock)
    for n in range(REMEMBERED + 500):
        assert throttle.attempt({(str(n),): 5}) == 0
    assert len(throttle._failures) == REMEMBERED


# --- a file that cannot be read -----------------------------------------------------------------------------------

DAMAGED = [
    b"", b"{", b"[]", b"{}", b"\xff", b'{"version": 2, "users": {}}', b'{"version": 1}', b'{"version": 1, "users": []}',
    b'{"version": 1, "users": {"ana": {}}}',
]  # fmt: skip


@pytest.mark.parametrize("content", [*DAMAGED, "half", "folder", "link to nowhere", "salt", "cost"], ids=ascii)
def test_a_users_file_that_cannot_be_read_lets_nobody_in(application, users, content):
    http, path = application(), users.path
    enter(http)
    good = path.read_bytes()
    path.unlink()
    if content == "folder":
        path.mkdir()
    elif content == "link to nowhere":
        path.symlink_to(path.with_name("nowhere"))
    elif isinstance(content, str):
        values = json.loads(good)
        values["users"]["ana"]["password"] |= {"salt": "zz"} if content == "salt" else {"n": 2**40}
        path.write_bytes(good[: len(good) // 2] if content == "half" else json.dumps(values).encode())
    else:
        path.write_bytes(content)
    for asked in ("/", "/api/health", "/login", "/favicon.ico"):
        for headers in ({}, {"authorization": f"Bearer {TOKEN}"}):
            answer = http.get(asked, headers=headers)
            assert answer.status_code == 503, asked
            assert answer.json()["error"] == "UsersDamaged"
            assert "nobody is let in" in answer.json()["message"]
            assert str(path.parent) not in answer.text
    listed = qa_user(path.parent, "list")
    assert listed.exit_code == 1
    assert str(path) in listed.output
    if content not in ("folder", "link to nowhere"):
        path.write_bytes(good)
        assert http.get("/api/health").json()["visitor"].startswith("user:ana/"), "mended: it is read anew"


def test_the_login_is_on_exactly_while_there_is_a_user_unless_it_is_required(application, users):
    http, strict = application(), application(required=True)
    assert http.get("/api/x").status_code == 401
    users.remove("ana")
    assert http.get("/api/x").json() == {"visitor": ""}
    assert strict.get("/api/x").status_code == 401
    users.path.unlink()
    assert http.get("/api/x").json() == {"visitor": ""}
    assert strict.get("/api/x").status_code == 401
    users.add("bob", PASSWORD)
    assert http.get("/api/x").status_code == 401
