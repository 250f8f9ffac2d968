"""Fixtures for the browser tests: a real service in a process of its own, a real Chromium, and a guard around pages.

Requests to other hosts fail and are recorded; at the end of a test any record, console error, page error, dialog or
HTTP status of 400 and above fails it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from ensure_chromium import MISSING, find_chromium, in_ci
from places import ROOT, put_starter

from qa.service.conversations import Conversations
from qa.web.running import RunningService

ARGUMENTS = [
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--disable-gpu", "--disable-quic", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
START_SECONDS = 240
WAIT_MS = 60_000  # the machine may be busy; all waits poll
WIDE = {"width": 1280, "height": 800}
WIDTHS = [(320, 640), (390, 844), (820, 800), (1024, 800), (1280, 800), (1440, 900), (640, 400)]
SAMPLED = {(320, "dark"), (1024, "light"), (640, "dark")}  # of these widths in both schemes; the others are long
LOOKS = [
    pytest.param(size, scheme, marks=() if (size[0], scheme) in SAMPLED else pytest.mark.long)
    for size in WIDTHS
    for scheme in ("light", "dark")
]
# What the browser and gradio say of streams that end with their page or their service.
WHILE_GONE = re.compile("ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to fetch|network error|errored out|AbortError")
LAST_REPLY = "#chat .message.bot >> nth=-1"


class Service:
    """`qa serve` on a free port, spoken to over HTTP only."""

    def __init__(self, home: Path, port: int = 0) -> None:
        self.home = home
        environment = {k: v for k, v in os.environ.items() if not k.startswith("QA_")}
        self._log = (home / "serve.log").open("w+")
        serve = ["--home", str(home), "serve", "--port", str(port)]
        command = [sys.executable, "-c", "from qa.cli.commands import main; main()", *serve]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=self._log, stderr=subprocess.STDOUT, text=True
        )
        self.http = httpx.Client(trust_env=False, timeout=120)
        self.state_when_up = self._wait_for_page()
        token = (home / "index" / "token").read_text("ascii").strip()
        self.http.headers["authorization"] = f"Bearer {token}"

    def log(self) -> str:
        return (self.home / "serve.log").read_text()

    def get(self, path: str, **options) -> httpx.Response:
        return self.http.get(self.url + path, **options)

    def add(self, text: str, **fields: str) -> str:
        """Add or replace an article through the routes; returns its id."""
        reply = self.http.post(f"{self.url}/api/articles", json={"text": text, **fields})
        assert reply.status_code == 200, reply.text
        return reply.json()["article"]

    def remove(self, id: str) -> None:
        reply = self.http.delete(f"{self.url}/api/articles/{id}")
        assert reply.status_code in (200, 204, 404), reply.text

    def sentences(self, id: str) -> list[str]:
        """The stored sentences of an article."""
        article = self.get(f"/api/articles/{id}").json()
        return [article["text"][s["start"] : s["end"]] for s in article["sentences"]]

    def wait_until_ready(self) -> None:
        self._until(lambda: self.get("/api/health").json()["state"] == "ready", "ready")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._log.close()

    def _wait_for_page(self) -> str:
        self._until(lambda: "Groundwire: " in self.log(), "printed")
        self.url = re.search(r"Groundwire: (\S+)", self.log()).group(1)  # type: ignore[union-attr]
        self._until(lambda: self.get("/").status_code == 200, "up")
        return self.get("/api/health").json()["state"]

    def _until(self, true, what: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process.poll() is None, f"the service ended: {self.log()}"
            try:
                if true():
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"the service was not {what} within {START_SECONDS} s: {self.log()}")


class Guarded:
    """Pages that may talk to one service only. `records` is what went wrong.

    Other hosts do not resolve (see ARGUMENTS), so that requests to them fail besides being recorded. Not Playwright's
    own routing: it turns the browser's cache off, and every page would load gradio anew. Contexts are kept for the
    session, pages are not.
    """

    def __init__(self, browser) -> None:
        self._browser = browser
        self._contexts: dict[str, Any] = {}
        self._pages: list[Any] = []
        self.records: list[str] = []

    def open(self, service, *, visitor: str = "one", again: bool = False, query: str = "", **options):
        """The service's page, with the question box there, as a visitor's browser with these options shows it.

        A visitor comes as a new one, unless they come `again`.
        """
        context = self._context(visitor, options)
        if not again:
            context.clear_cookies(name=re.compile("groundwire-visitor"))
        return self._open(context, service.url, query)

    def again(self, page):
        """The page as it is after a reload: its address, in a fresh tab of the same browser."""
        address = urlsplit(page.url)
        page.close()
        return self._open(page.context, f"{address.scheme}://{address.netloc}", f"{address.path}?{address.query}")

    def _open(self, context, url: str, query: str):
        page = context.new_page()
        self._pages.append(page)
        own = urlsplit(url).netloc

        def check(request) -> None:
            parts = urlsplit(request.url)
            if parts.scheme not in ("data", "blob") and parts.netloc != own:
                self.records.append(f"request to {request.url}")

        page.on("request", check)
        page.on("websocket", lambda w: self.records.append(f"websocket to {w.url}"))
        page.on("console", lambda m: self.records.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda e: self.records.append(f"page error: {e}"))
        page.on("response", lambda r: self.records.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.on("dialog", lambda d: (self.records.append(f"dialog: {d.message}"), d.dismiss()))
        page.goto(url + query)
        page.wait_for_selector("#question textarea")
        page.wait_for_function("document.querySelector('#state .state')?.textContent")
        return page

    def finish(self) -> list[str]:
        """Close the pages of a test; returns what went wrong in them before: closing breaks off what they wait for."""
        records = list(self.records)
        for page in self._pages:
            page.close()
        self._pages, self.records = [], []
        return records

    def _context(self, visitor: str, options: dict[str, Any]):
        key = f"{visitor} {sorted(options.items())}"
        if key not in self._contexts:
            self._contexts[key] = self._browser.new_context(**{"viewport": WIDE, "color_scheme": "light", **options})
            self._contexts[key].set_default_timeout(WAIT_MS)
        return self._contexts[key]


def set_date(page, moment: str) -> None:
    """Have the page's `Date` say this moment. Playwright's clock takes the timers over too, for every later page."""
    page.evaluate(
        """moment => {
            const Real = Date, fixed = Real.parse(moment);
            window.Date = class extends Real {
                constructor(...parts) { parts.length ? super(...parts) : super(fixed); }
                static now() { return fixed; }
            };
        }""",
        moment,
    )


def ask(page, question: str, *, button: bool = False):
    """Ask, wait for the reply and return it."""
    asked = page.locator("#chat .message.user").count()
    page.fill("#question textarea", question)
    _submit(page, asked, button)
    try:
        page.wait_for_function(
            "n => document.querySelectorAll('#chat .message.user').length > n"
            " && document.querySelectorAll('#chat .message.bot').length > n"
            " && !document.querySelector('#chat .pending') && document.querySelector('#question .submit-button')",
            arg=asked,
            timeout=2 * WAIT_MS,
        )
    except Exception as error:
        shown = {part: page.locator(part).inner_text() for part in ("#chat", "#state", "#question")}
        box = page.input_value("#question textarea")
        raise AssertionError(f"no reply to {question!r}: {asked} asked before, box {box!r}, {shown}") from error
    wait_until_still(page)
    return page.locator(LAST_REPLY)


def wait_until_still(page) -> None:
    """Wait until the chat stands still: what moves between a press and its release gets no click."""
    where = "() => [...document.querySelectorAll('#chat button')].at(-1)?.getBoundingClientRect().top"
    before, now = None, page.evaluate(where)
    while before != now:
        page.wait_for_timeout(100)
        before, now = now, page.evaluate(where)


def _submit(page, asked: int, button: bool) -> None:
    """Send what stands in the box; again where a busy gradio was still at the last question and took no notice."""
    for _ in range(6):
        if button:
            page.get_by_role("button", name="Ask", exact=True).click()
        else:
            page.press("#question textarea", "Enter")
        for _ in range(50):
            if page.locator("#chat .message.user").count() > asked:
                return
            page.wait_for_timeout(200)


@contextmanager
def served(qa) -> Iterator[SimpleNamespace]:
    """The page over a service of this process, so that a test can slow it down or break it."""
    from ui import build_app

    host = RunningService(lambda: qa)
    host._qa, host.state = qa, "ready"
    store = Conversations(None)
    app = build_app(host, store, "secret")
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield SimpleNamespace(url=f"http://127.0.0.1:{port}", host=host, store=store, sessions=_sessions(app))
    finally:  # also after a test that fails: a server that goes on would keep the whole run from ending
        server.force_exit = server.should_exit = True
        thread.join(20)


def _sessions(app) -> Any:
    """What gradio remembers of each open page, as a restart forgets it."""
    mounted = next(r.app for r in app.routes if hasattr(getattr(r, "app", None), "state_holder"))
    return mounted.state_holder.session_data


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    """A running Chromium. Without one the tests skip, but not in CI."""
    path = find_chromium()
    if path is None:
        if in_ci():
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    from playwright.sync_api import sync_playwright

    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *sandbox])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def _pages(chromium) -> Guarded:
    return Guarded(chromium)


@pytest.fixture
def guarded(_pages) -> Iterator[Guarded]:
    """Opens pages; whatever went wrong in them fails the test."""
    yield _pages
    records = _pages.finish()
    assert not records, records


@pytest.fixture(scope="session")
def service(chromium, tmp_path_factory) -> Iterator[Service]:
    """A service over the starter article, ready."""
    running = Service(put_starter(tmp_path_factory.mktemp("service")))
    try:
        running.wait_until_ready()
        yield running
    finally:
        running.stop()


@pytest.fixture
def empty_service(chromium, tmp_path) -> Iterator[Service]:
    """A service over nothing, whose page is up; it is most likely still loading."""
    (tmp_path / "corpus").mkdir()
    running = Service(tmp_path)
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def page(guarded, service):
    return guarded.open(service)
