"""What must not come in, sent to a real `qa serve` over real sockets: floods, other sites, other machines, strangers.

The bodies are streamed: what the service refuses early is never sent whole.
"""

from __future__ import annotations

import re
import signal
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from click.testing import CliRunner
from guarding import JOIN, Served, home_of
from places import ROOT, STARTER

from qa.cli.commands import main
from qa.index.freshness import WHOLE
from qa.service.client import RemoteQA
from qa.service.service import QA
from qa.service.users import Users
from qa.web.guard.bodies import MAX_BODY, MAX_LOGIN, MAX_UPLOAD, UPLOAD
from qa.web.server import GRACE_SECONDS

pytest_plugins = ["browser"]

MB = 1 << 20
# What is under way in the sockets' buffers when the refusal arrives (Linux: 6 MB to read, 4 MB to write).
SLACK = 12 * MB
BLOCK = b"x" * MB
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator[Served]:
    """On loopback, without a login."""
    served = Served(home_of(tmp_path_factory, "guarded"))
    yield served
    served.stop()


@pytest.fixture(scope="module")
def ana(tmp_path_factory) -> bytes:
    """A users file: hashing a password is slow on purpose, so it is done once."""
    users = Users(tmp_path_factory.mktemp("users") / "users.json")
    users.add("ana", PASSWORD)
    return users.path.read_bytes()


@pytest.fixture
def with_login(service, ana) -> Iterator[Served]:
    """The same service, which has a user now."""
    path = service.home / "users.json"
    path.write_bytes(ana)
    yield service
    path.unlink()


# --- floods -------------------------------------------------------------------------------------------------------


@contextmanager
def connected(service: Served, path: str, headers: dict[str, str], method: str = "POST") -> Iterator[socket.socket]:
    """A connection on which the head of a request has been sent."""
    head = {"host": f"127.0.0.1:{service.port}", **service.own, **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in head.items()), "", ""]
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as line:
        line.sendall("\r\n".join(lines).encode())
        yield line


def sent(service: Served, path: str, headers: dict[str, str], body: Iterable[bytes]) -> tuple[int, int]:
    """The status of the answer, 0 when there is none, and how many bytes of the body went out before it came."""
    with connected(service, path, headers) as line:
        gone, answer = 0, b""
        try:
            for block in body:
                line.sendall(block)
                gone += len(block)
                line.setblocking(False)
                try:
                    answer = line.recv(65_536)
                    break
                except BlockingIOError:
                    line.settimeout(30)
            line.settimeout(30)
            answer = answer or line.recv(65_536)
        except OSError:
            pass  # closed in mid-sending; what it said before may have been lost with it
        return (int(answer.split()[1]) if answer else 0), gone


def chunked(blocks: Iterable[bytes]) -> Iterator[bytes]:
    for block in blocks:
        yield b"%x\r\n%s\r\n" % (len(block), block)
    yield b"0\r\n\r\n"


CHUNKED = {"transfer-encoding": "chunked"}


@pytest.mark.parametrize("size", [200 * MB, 300 * MB], ids=str)
@pytest.mark.parametrize("announced", [True, False], ids=["with a length", "chunked"])
def test_a_body_that_is_far_too_large_is_refused_early_in_bounded_memory(service, size, announced):
    body = (BLOCK for _ in range(size // MB))
    headers = {"content-length": str(size)} if announced else CHUNKED
    with service.bounded():
        status, gone = sent(service, UPLOAD, headers, body if announced else chunked(body))
        assert status in (413, 0)
        assert gone <= (SLACK if announced else MAX_UPLOAD + SLACK)


@pytest.mark.parametrize("path", ["/api/ask", "/api/articles", "/gradio_api/queue/join", "/mcp", UPLOAD])
def test_a_body_without_a_length_is_refused_when_it_passes_the_limit(service, path):
    with service.bounded():
        status, gone = sent(service, path, CHUNKED, chunked(BLOCK for _ in range(100)))
        assert status in (400, 413, 0)
        assert gone <= (MAX_UPLOAD if path == UPLOAD else MAX_BODY) + SLACK


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/upload/", "/gradio_api/process_recording"])
def test_no_form_is_ever_taken_apart(service, path):
    """A thousand parts, boundaries that two readers take differently: there is no reader."""
    part = b'--XX\r\ncontent-disposition: form-data; name="files"; filename="a.txt"\r\n\r\nA tank.\r\n'
    headers = {**service.own, "content-type": "multipart/form-data; boundary=XX"}
    with service.bounded():
        assert service.post(path, headers=headers, content=part * 1_000 + b"--XX--\r\n").status_code == 403
        kept = service.post(UPLOAD, headers=headers, content=part * 1_000)
        [file] = service.left_over()
        assert (file.name, file.read_bytes()) == (kept.json()["id"], part * 1_000)
        file.unlink()


@pytest.mark.parametrize("name", ["host", "origin", "content-type", "authorization", "cookie"])
def test_a_header_that_is_there_twice_is_refused(service, name):
    others = {"origin": service.url, "cookie": "a=b", "content-type": "text/plain"}
    again = {"host": f"127.0.0.1:{service.port}", **others, **service.own}[name]
    with connected(service, UPLOAD, {**others, name.upper(): again, "content-length": "0"}) as line:
        answer = ""
        while not answer.endswith("}") and (more := line.recv(65_536)):  # head and body can come apart
            answer += more.decode()
    assert answer.startswith("HTTP/1.1 400 ")
    assert f"two headers '{name}'" in answer or name == "host"  # of which HTTP itself allows but one


@pytest.mark.parametrize("blocks", [1, 9], ids=["a file", "a large file"])
def test_an_upload_that_breaks_off_leaves_no_file(service, blocks):
    with service.bounded(), connected(service, UPLOAD, {"content-length": str(12 * MB)}) as line:
        for _ in range(blocks):
            line.sendall(BLOCK)
        service.until(service.left_over, "writing the upload")


def test_a_stranger_may_send_the_login_little(with_login):
    answer = with_login.post("/login", content=b"name=" + b"x" * MAX_LOGIN)
    assert answer.status_code == 413
    status, gone = sent(with_login, "/login", CHUNKED, chunked(BLOCK for _ in range(100)))
    assert status in (413, 0)
    assert gone <= SLACK


BUSY = {
    "numbers": b"[" + b"0," * (7 * MB) + b"0]",
    "lists": b"[" + b"[]," * (5 * MB) + b"[]]",
    "strings": b"[" + b'"",' * (5 * MB) + b'""]',
    "behind escapes": b'["\\\\\\"",' + b"0," * (7 * MB) + b"0]",
    "in UTF-16": ('["\u2200", ' + "0," * (3 * MB) + "0]").encode("utf-16-le"),
}


@pytest.mark.parametrize("path", [JOIN, "/api/ask", "/mcp"])
@pytest.mark.parametrize("what", BUSY)
def test_a_message_of_millions_of_values_is_refused_in_bounded_memory_while_others_are_answered(service, path, what):
    waits, over = [], threading.Event()

    def others() -> None:
        while not over.is_set():
            began = time.monotonic()
            service.get("/api/health")
            waits.append(time.monotonic() - began)

    asking = threading.Thread(target=others)
    with service.bounded():
        asking.start()
        answer = service.post(path, headers=service.own | {"content-type": "application/json"}, content=BUSY[what])
        over.set()
        asking.join()
    assert answer.status_code == (400 if "UTF-16" in what else 413)
    assert "values" in answer.json()["message"] or "UTF-8" in answer.json()["message"]
    assert max(waits) < 10


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 5_000 + b"]" * 5_000, b"\xff"], ids=ascii)
def test_a_message_that_cannot_be_read_is_refused(service, body):
    answer = service.post(JOIN, headers=service.own | {"content-type": "application/json"}, content=body)
    assert answer.status_code == 400
    assert "JSON in UTF-8" in answer.json()["message"]


# --- slow and strange ---------------------------------------------------------------------------------------------


def test_half_requests_by_the_hundreds_leave_room_for_everybody_else(service):
    with ExitStack() as held:
        for _ in range(1_200):
            line = held.enter_context(socket.create_connection(("127.0.0.1", service.port), timeout=30))
            line.sendall(b"GET / HTTP/1.1\r\nhost: ")
        other = httpx.HTTPTransport(local_address="127.0.0.2")
        with httpx.Client(transport=other, base_url=service.url, timeout=30) as http:
            assert http.get("/api/health").status_code == 200
        assert line.recv(65_536).startswith(b"HTTP/1.1 503 "), "one place has so many and no more"
    service.until(lambda: service.get("/api/health").status_code == 200, "answering again")


def test_what_is_no_request_at_all_is_answered_as_everything_is(service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as line:
        line.sendall(b"hello\r\n\r\n")
        answer = line.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"content-security-policy" in answer
    assert b'{"error": "Refused"' in answer


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere.html", 404), ("POST", "/gradio_api/queue/join", 400), ("PUT", "/", 404), ("GET", "/login", 0),
        ("GET", "/gradio_api/queue/data?session_hash=none", 0), ("GET", "/gradio_api/heartbeat", 403),
        ("GET", "/assets/nothing.js", 404), ("GET", "/custom_component/x/y/z", 0), ("GET", "/theme.css", 200),
        ("GET", "/static/fonts/../../../etc/passwd", 0), ("GET", "/config", 200), ("GET", "/gradio_api/info", 0),
    ],
)  # fmt: skip
def test_whatever_gradio_answers_has_the_headers_and_every_failure_a_sentence(service, method, path, status):
    own = {"accept": "application/json"} | (service.own if method != "GET" else {})
    with httpx.stream(method, service.url + path, headers=own, json=None, trust_env=False, timeout=30) as answer:
        assert status in (0, answer.status_code)
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        static = path.startswith(("/assets", "/static", "/theme.css"))
        assert static or answer.headers["cache-control"] == "no-store"
        if answer.status_code >= 400:
            answer.read()
            assert answer.json()["message"]
            assert str(ROOT) not in answer.text


# --- other sites and other machines -------------------------------------------------------------------------------

WRITES = [
    ("POST", "/api/articles"), ("DELETE", "/api/articles/" + STARTER), ("POST", "/api/index"), ("POST", "/api/doctor"),
    ("POST", "/gradio_api/queue/join"), ("POST", UPLOAD), ("POST", "/gradio_api/cancel"), ("POST", "/logout"),
]  # fmt: skip
POSTS = [*WRITES, ("POST", "/api/ask"), ("POST", "/mcp"), ("POST", "/login")]
FOREIGN = [
    {"host": "evil.example"}, {"host": "169.254.169.254"}, {"origin": "http://evil.example"}, {"origin": "null"},
    {"origin": "http://127.0.0.1:1"}, {"sec-fetch-site": "cross-site"},
]  # fmt: skip


@pytest.mark.parametrize("foreign", FOREIGN, ids=str)
@pytest.mark.parametrize(("method", "path"), POSTS)
def test_what_another_site_sends_is_refused_even_with_the_token(service, method, path, foreign):
    answer = httpx.request(method, service.url + path, headers={**service.own, **foreign}, trust_env=False)
    assert answer.status_code == 403


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("credential", [{}, {"authorization": "Bearer no"}, {"authorization": "Basic YTpi"}], ids=str)
def test_a_write_without_the_token_is_refused(service, method, path, credential):
    assert httpx.request(method, service.url + path, headers=credential, trust_env=False).status_code == 403


def test_the_pages_cookie_opens_the_writes_and_is_not_the_token(service):
    with httpx.Client(base_url=service.url, trust_env=False) as browser:
        browser.get("/")
        kept = browser.cookies[f"groundwire-{service.port}"]
        assert browser.post("/api/index").status_code == 200
        assert kept not in service.own["authorization"]
        stolen = {"authorization": f"Bearer {kept}"}
        assert httpx.post(service.url + "/api/index", headers=stolen, trust_env=False).status_code == 403


# --- strangers ----------------------------------------------------------------------------------------------------

EVERYTHING = [
    "/", "/?q=a", "/api/health", "/api/articles", "/api/openapi.json", "/api/conversations", "/config", "/info",
    "/theme.css", "/pwa_icon/9", "/assets/index.js", "/static/img/logo.svg", "/svelte/svelte.js", "/gradio_api/info",
    "/gradio_api/queue/data?session_hash=x", "/gradio_api/heartbeat/x", "/mcp",
    "/nothing", "/manifest.json", "/robots.txt", "/user", "/token", "/login/", "/login/x", "//login",
    "/LOGIN", "/favicon.ico/x",
]  # fmt: skip


@pytest.mark.parametrize("path", EVERYTHING)
def test_with_a_login_nothing_answers_a_stranger(with_login, path):
    answer = with_login.get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert set(answer.json()) - {"detail"} == {"error", "message"}
    assert "set-cookie" not in answer.headers
    page = with_login.get(path, headers={"accept": "text/html,*/*"})
    assert page.status_code == 303
    assert page.headers["location"].startswith("/login?next=%2F")


@pytest.mark.parametrize(("method", "path"), [p for p in POSTS if p[1] not in ("/login", "/logout")])
def test_with_a_login_nothing_is_done_for_a_stranger(with_login, method, path):
    assert httpx.request(method, with_login.url + path, trust_env=False).status_code == 401


def test_the_pages_script_is_told_what_a_person_is_to_do_where_it_looks_for_it(service, ana):
    stale = service.post(JOIN, json={})
    sentence = "This page is older than the service: reload it."
    assert (stale.status_code, stale.json()) == (403, {"error": "Refused", "message": sentence, "detail": sentence})
    assert set(service.post("/api/index").json()) == {"error", "message"}
    (service.home / "users.json").write_bytes(ana)
    try:
        left = service.post(JOIN, json={})
        assert (left.status_code, left.json()["detail"]) == (
            401,
            "You are logged out: reload the page to log in again.",
        )
        assert set(service.get("/api/health").json()) == {"error", "message"}
    finally:
        (service.home / "users.json").unlink()


@pytest.mark.browser
def test_whoever_has_logged_out_in_another_tab_is_told_so_on_asking(chromium, with_login):
    context = chromium.new_context()
    try:
        page, other = context.new_page(), context.new_page()
        page.goto(with_login.url)
        page.get_by_label("Name").fill("ana")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("#who b")
        page.wait_for_function("document.querySelector('#state .state')?.textContent")
        other.goto(with_login.url)
        other.get_by_role("button", name="Log out").click()
        other.wait_for_selector("#password")
        page.fill("#question textarea", "Who is Hugh Griffiths?")
        page.press("#question textarea", "Enter")
        page.wait_for_selector(".toast-body")
        assert "You are logged out: reload the page to log in again." in page.inner_text(".toast-body")
    finally:
        context.close()


def test_the_cookie_from_before_the_login_opens_nothing_with_one(service, ana):
    path = service.home / "users.json"
    with httpx.Client(base_url=service.url, trust_env=False) as browser:
        assert browser.get("/").status_code == 200
        path.write_bytes(ana)
        try:
            assert browser.get("/api/health").status_code == 401, "the running service has noticed"
            assert browser.post("/api/index").status_code == 401
        finally:
            path.unlink()
        assert browser.post("/api/index").status_code == 200


def test_a_person_logs_in_asks_and_logs_out(with_login):
    with httpx.Client(base_url=with_login.url, trust_env=False, headers={"origin": with_login.url}) as browser:
        login = browser.get("/", headers={"accept": "text/html"}, follow_redirects=True)
        assert login.url.path == "/login"
        assert browser.get("/favicon.ico").status_code == 200
        entered = browser.post("/login", data={"name": "ana", "password": PASSWORD, "next": "/?q=a&b=c"})
        assert (entered.status_code, entered.headers["location"]) == (303, "/?q=a&b=c")
        cookie = set(entered.headers.get_list("set-cookie")[0].split("; ")[1:])
        assert cookie == {"HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={14 * 24 * 3600}"}
        assert "gradio" in browser.get("/").text
        assert f"groundwire-{with_login.port}" not in browser.cookies, "the session opens the writes"
        assert browser.post("/api/ask", json={"question": "Who is Hugh Griffiths?"}).json()["sentences"]
        assert browser.post("/api/index").status_code == 200
        assert browser.post("/logout").headers["location"] == "/login"
        assert browser.get("/api/health").status_code == 401


def test_a_program_asks_with_a_users_token_and_the_command_line_with_the_services(with_login):
    users = Users(with_login.home / "users.json")
    old = {"authorization": f"Bearer {users.new_token('ana')}"}
    assert with_login.post("/api/ask", headers=old, json={"question": "Who is Hugh Griffiths?"}).json()["sentences"]
    new = {"authorization": f"bearer {users.new_token('ana')}"}
    assert with_login.get("/api/health", headers=old).status_code == 401
    assert with_login.get("/api/health", headers=new).status_code == 200
    assert with_login.post("/api/index", headers=new).status_code == 200
    remote = RemoteQA.find(with_login.home / "index")
    assert remote.ask("Who is Hugh Griffiths?").sentences
    remote.close()


def attempt(service: Served, password: str, **headers: str) -> httpx.Response:
    form = {"name": "eva" if password != PASSWORD else "ana", "password": password}
    return service.post("/login", data=form, headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_whom_one_claims_to_ask_for_makes_no_room_for_guesses_and_no_cookie_secure(with_login):
    got = [attempt(with_login, "wrong", x_forwarded_for=f"10.0.0.{n}").status_code for n in range(8)]
    assert got == [401] * 5 + [429] * 3
    assert "Secure" not in attempt(with_login, PASSWORD, x_forwarded_proto="https").headers["set-cookie"]


def test_behind_a_proxy_each_address_that_it_names_has_its_own_guesses_and_sessions_travel_by_tls_only(
    tmp_path_factory, ana
):
    home = home_of(tmp_path_factory, "proxied")
    (home / "users.json").write_bytes(ana)
    served = Served(home, "--behind-proxy", "127.0.0.1")
    try:
        claimed = "10.9.9.9, 192.0.2.7"  # a proxy that adds instead of setting: the last one is its own word
        assert [attempt(served, "wrong", x_forwarded_for=claimed).status_code for _ in range(6)] == [401] * 5 + [429]
        assert attempt(served, "wrong", x_forwarded_for="192.0.2.8").status_code == 401
        entered = attempt(served, PASSWORD, x_forwarded_for="192.0.2.8", x_forwarded_proto="https")
        assert entered.headers["set-cookie"].endswith("; Secure")
    finally:
        served.stop()


@pytest.mark.parametrize("address", ["*", "proxy.example", "10.0.0.0/8", "127.0.0.1,10.0.0.1"])
def test_the_proxy_is_one_address(home, address):
    refused = CliRunner().invoke(main, ["--home", str(home), "serve", "--behind-proxy", address])
    assert refused.exit_code == 2
    assert "is no IP address; expected one such as 127.0.0.1" in refused.output


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_page_in_a_browser(chromium, with_login, scheme):
    """By keyboard, on a small screen, in either colours; with Chromium's own Origin and cookies."""
    screen = {"width": 390, "height": 844}
    context = chromium.new_context(viewport=screen, color_scheme=scheme)
    page = context.new_page()
    try:
        page.goto(f"{with_login.url}/?__theme={scheme}")
        assert page.evaluate("document.activeElement.id") == "name"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert violations(page) == []
        page.get_by_label("Name").fill("ana")
        page.get_by_label("Password").fill("not the password")
        page.keyboard.press("Enter")
        assert page.get_by_role("alert").inner_text() == "The name or the password is wrong."
        assert violations(page) == []
        assert page.evaluate("document.activeElement.id") == "password", "the name is there already"
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("#question textarea")
        assert page.url == f"{with_login.url}/?__theme={scheme}"
        kinds = ("browser", "session")
        assert sorted(c["name"] for c in context.cookies()) == [
            f"groundwire-{kind}-{with_login.port}" for kind in kinds
        ]
    finally:
        context.close()


def violations(page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    return [v["id"] for v in Axe().run(page).response["violations"]]


# --- a public address ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reached", [("--host", "0.0.0.0"), ("--behind-proxy", "127.0.0.1")], ids=str)
def test_an_address_that_others_reach_needs_a_login_or_the_word_public(home, reached):
    refused = CliRunner().invoke(main, ["--home", str(home), "serve", *reached, "--port", "0"])
    assert refused.exit_code == 2
    assert "qa user add" in refused.output
    assert "anyone who can reach it can read, add and delete articles" in refused.output
    described = " ".join(CliRunner().invoke(main, ["serve", "--help"]).output.split())
    assert "anyone who can reach the address can read, add and delete articles" in described


def test_a_public_service_answers_to_addresses_and_its_own_names_and_never_opens_when_the_last_user_goes(
    tmp_path_factory,
):
    home = home_of(tmp_path_factory, "public")
    users = Users(home / "users.json")
    users.add("ana", PASSWORD)
    served = Served(home, "--host", "0.0.0.0", "--allow-host", "QA.example.org")
    try:
        assert "Passwords and articles travel in the clear" in served.log()
        names = {"192.168.1.5": 200, "[fe80::1]:80": 200, "qa.example.org": 200, socket.gethostname(): 200}
        names |= {"evil.example": 403, "127.0.0.1.evil.example": 403, "qa.example.org.evil.example": 403, "1.2.3": 403}
        got = {n: served.get("/api/health", headers={**served.own, "host": n}).status_code for n in names}
        assert got == names
        RemoteQA.find(home / "index").close()  # the command line finds it on loopback
        users.remove("ana")
        assert served.get("/api/articles").status_code == 401
        assert served.get("/", headers={"accept": "text/html"}).status_code == 303
        assert served.get("/api/articles", headers=served.own).status_code == 200
    finally:
        served.stop()


# --- stopping -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "seconds"), [(signal.SIGTERM, 20), (signal.SIGINT, 100)], ids=str
)  # after Ctrl-C the interpreter takes itself apart
def test_it_stops_beside_open_pages_closes_the_index_and_says_nothing_alarming(tmp_path_factory, how, seconds):
    served = Served(home_of(tmp_path_factory, "stopped"))
    try:
        with ExitStack() as pages:
            for n in range(2):
                line = pages.enter_context(connected(served, f"/gradio_api/heartbeat/page{n}", {}, "GET"))
                assert b"200" in line.recv(65_536)
            began = time.monotonic()
            served.process.send_signal(how)
            assert served.process.wait(120) in (-signal.SIGTERM, 0, 1)
        assert time.monotonic() - began < seconds
        assert not re.search("Traceback|Cancel", served.log())
        assert (served.home / "index" / WHOLE).is_file(), "closed, not just dropped"
    finally:
        served.stop()


def test_a_request_that_hangs_holds_the_stop_up_for_its_grace_only_and_leaves_no_traceback(tmp_path_factory):
    served = Served(home_of(tmp_path_factory, "stopped-hanging"))
    try:
        with connected(served, "/api/articles", {"content-length": "1000"}):
            time.sleep(0.2)
            began = time.monotonic()
            served.process.terminate()
            assert served.process.wait(120) == -signal.SIGTERM
        assert GRACE_SECONDS <= time.monotonic() - began < GRACE_SECONDS + 20
        assert "Traceback" not in served.log()
        assert (served.home / "index" / WHOLE).is_file()
    finally:
        served.stop()


def test_an_article_that_is_being_added_when_it_is_told_to_stop_is_there_or_not_and_what_was_acknowledged_is(
    tmp_path_factory,
):
    served = Served(home_of(tmp_path_factory, "stopped-adding"))
    acknowledged: list[str] = []

    def add() -> None:
        for n in range(1_000):
            text = f"Number {n} of the tanks is green. " + f"It is as old as {n} others are. " * 200
            try:
                answer = served.post("/api/articles", headers=served.own, json={"text": text})
            except httpx.TransportError:
                return
            if answer.status_code == 200:
                acknowledged.append(answer.json()["article"])

    adding = threading.Thread(target=add)
    adding.start()
    served.until(lambda: len(acknowledged) > 2, "adding")
    began = time.monotonic()
    served.process.terminate()
    served.process.wait(120)
    assert time.monotonic() - began < 100
    adding.join()
    served.stop()
    with QA.open(served.home) as qa:
        known = {row.id for row in qa.articles()}
        assert set(acknowledged) <= known
        qa.sync()
        files = {path.stem for path in (served.home / "corpus").glob("*.md")}
        assert {row.id for row in qa.articles()} == files
