"""What people wait for in a real browser: a citation to open, an answer to begin, the page to be there.

    python bench/page.py

Each time is taken inside the page, up to the first animation frame that shows what was waited for. The service has the
starter article, the questions are the golden ones that it answers. Prints a Markdown table.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from load import STARTER, Row, print_table, service
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "laws" / "golden.json"
sys.path.append(str(ROOT / "scripts"))

from ensure_chromium import MISSING, find_chromium  # noqa: E402

WARM = 2  # rounds that do not count
CLICKS = 40
QUESTIONS = 30
LOADS = 11
LENGTH = 5  # questions of a conversation
ARGUMENTS = ("--disable-gpu", "--disable-background-networking", "--disable-component-update")
WIDE = {"width": 1280, "height": 800}

# Milliseconds from an event of `selector` to the first frame in which `shown(element)` holds, in `window.took`.
TIMER = """([kind, selector, shown]) => {
  const there = eval(shown);
  const begin = (event) => {
    const element = event.target.closest(selector);
    if (!element || (kind === 'keydown' && event.key !== 'Enter')) return;
    document.removeEventListener(kind, begin, true);
    const frame = () => {
      if (there(element)) window.took = performance.now() - event.timeStamp;
      else requestAnimationFrame(frame);
    };
    if (!there(element)) requestAnimationFrame(frame);  // else there is nothing to wait for, and no time
  };
  window.took = null;
  document.addEventListener(kind, begin, true);
}"""
MARKED = """(button) => {
  const card = document.querySelector('#panel .card.active');
  const mark = card && card.querySelector('mark');
  if (!mark || card.querySelector('.number').textContent !== button.querySelector('b').textContent) return false;
  const flat = (text) => text.replace(/\\s+/g, ' ').trim();
  if (!flat(button.closest('p').textContent).includes(flat(mark.textContent))) return false;
  const [box, list] = [mark, card.closest('.list')].map((e) => e.getBoundingClientRect());
  return box.height > 0 && box.top >= Math.max(0, list.top) && box.bottom <= Math.min(innerHeight, list.bottom);
}"""
ANSWERED = "() => !!document.querySelectorAll('#chat .message.bot')[%d]?.querySelector('button.cite')"
USABLE = """() => {
  const frame = () => {
    const box = document.querySelector('#question textarea');
    const usable = box && box === document.activeElement && !box.disabled && box.getClientRects().length
      && document.querySelector('#question .submit-button');
    if (usable) window.took = performance.now(); else requestAnimationFrame(frame);
  };
  if (window === top) frame();
}"""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium. Exits where there is none."""
    path = find_chromium()
    if path is None:
        sys.exit(MISSING)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *sandbox])
        yield browser
        browser.close()


def rows() -> list[Row]:
    """All measurements, as (what, figure, bound)."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        (corpus := Path(folder) / "corpus").mkdir()
        shutil.copy(STARTER, corpus)
        with service(Path(folder)) as (address, _):
            loads = [_load(browser, address) for _ in range(LOADS)]
            page = browser.new_page(viewport=WIDE)
            page.goto(address)
            answers = _answers(page)
            clicks = _clicks(page)
    return [
        *_figures("from a click on a citation to its marked sentence in view", clicks, "< 200 ms"),
        *_figures("from Enter to the first cited sentence", answers, "< 700 ms"),
        (f"from opening the page, nothing cached, to a question box to type in, median of {LOADS}",
         f"{statistics.median(loads):.0f} ms", "< 3,000 ms"),
    ]  # fmt: skip


def ask(page: Page, question: str) -> None:
    """Ask, and wait until the answer is whole."""
    replies = page.locator("#chat .message.bot").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function(
        "n => document.querySelectorAll('#chat .message.bot').length > n"
        " && [...document.querySelectorAll('#chat .message.bot')].at(-1).querySelector('.acts')",
        arg=replies,
    )


def _load(browser: Browser, address: str) -> float:
    """One visit of a browser that was never here."""
    context = browser.new_context(viewport=WIDE)
    context.add_init_script(f"({USABLE})()")
    page = context.new_page()
    page.goto(address)
    took = _took(page)
    page.keyboard.type("x")
    if page.input_value("#question textarea") != "x":
        raise RuntimeError("The question box had the focus but took no key: the time of loading means nothing.")
    context.close()
    return took


def _answers(page: Page) -> list[float]:
    golden = [g["question"] for g in json.loads(GOLDEN.read_text("utf-8"))["answered"]]
    times = []
    for n, question in zip(range(WARM + QUESTIONS), itertools.cycle(golden), strict=False):
        if n % LENGTH == 0 and n:
            _start_anew(page)
        page.evaluate(TIMER, ["keydown", "#question textarea", ANSWERED % (n % LENGTH)])
        ask(page, question)
        times.append(_took(page))
    return times[WARM:]


def _clicks(page: Page) -> list[float]:
    """The first citations of two turns in turn, so that every click has a panel to change."""
    _start_anew(page)
    ask(page, "How many civilians were killed in the missile strike on Kyiv?")
    ask(page, "Who is Hugh Griffiths?")
    first, second = (page.locator("#chat .message.bot").nth(n).locator("button.cite").first for n in (0, 1))
    times = []
    for n in range(WARM + CLICKS):
        page.evaluate(TIMER, ["click", "button.cite", MARKED])
        (second if n % 2 else first).click()
        times.append(_took(page))
    return times[WARM:]


def _start_anew(page: Page) -> None:
    page.locator("#bar").get_by_text("New conversation").click()
    page.wait_for_selector("#chat .message", state="detached")


def _took(page: Page) -> float:
    page.wait_for_function("window.took != null")
    took: float = page.evaluate("window.took")
    return took


def _figures(what: str, times: Sequence[float], bound: str) -> list[Row]:
    ordered = sorted(times)
    return [
        (f"{what}, median of {len(times)}", f"{statistics.median(ordered):.0f} ms", bound),
        (f"{what}, 95 of 100", f"{ordered[int(0.95 * len(ordered))]:.0f} ms", "-"),
    ]


def main() -> None:
    print_table(rows())


if __name__ == "__main__":
    main()
