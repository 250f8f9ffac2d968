"""The pictures of the page in docs/, made anew from a service over the starter article and six invented ones.

python scripts/screenshots.py [NAME...]
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "bench"))

from load import STARTER, service  # noqa: E402
from page import WIDE, ask, chromium  # noqa: E402

ARTICLES = ROOT / "bench" / "data" / "library"
DOCS = ROOT / "docs"
NARROW = {"width": 390, "height": 844}
LARGEST = 200_000  # bytes of a picture
SETTLED = 1_000  # milliseconds until nothing scrolls any more

UMBRELLAS = "How long may an umbrella be kept?"
TURBINE = "When is the turbine switched off?"
FISHERMEN = "What do the fishermen want, and who speaks for the boat owners?"
DRIVERS = "Who drives the night trams?"


def cited(page: Page) -> None:
    """Two questions, the last answer's first citation open."""
    ask(page, UMBRELLAS)
    ask(page, TURBINE)
    _open(page, "button.cite")
    page.wait_for_selector("#panel .card.active mark")


def library(page: Page) -> None:
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector("#table table.library")
    page.wait_for_selector("#index summary")


def declined(page: Page) -> None:
    ask(page, DRIVERS)
    _open(page, "button.near")
    page.wait_for_selector("#panel .card.near")


def article(page: Page) -> None:
    """The whole article, every sentence marked that the answer cites."""
    ask(page, FISHERMEN)
    _open(page, "button.cite")
    page.locator("#panel .card.active").get_by_text("Open the article").click()
    page.wait_for_selector("#panel .whole mark.active")


# Name of the picture: what is done before it is taken, the window's size, the colours.
PICTURES: dict[str, tuple[Callable[[Page], None], dict[str, int], str]] = {
    "page": (cited, WIDE, "light"),
    "page-dark": (cited, WIDE, "dark"),
    "page-narrow": (cited, NARROW, "light"),
    "library": (library, WIDE, "light"),
    "declined": (declined, WIDE, "light"),
    "article": (article, WIDE, "light"),
}


def main() -> None:
    names = sys.argv[1:] or list(PICTURES)
    if unknown := set(names) - set(PICTURES):
        sys.exit(f"No picture is called {', '.join(sorted(unknown))}; there are {', '.join(PICTURES)}.")
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        shutil.copytree(ARTICLES, Path(folder) / "corpus")
        shutil.copy(STARTER, Path(folder) / "corpus")
        with service(Path(folder)) as (address, _):
            for name in names:
                _save(_taken(browser, address, name), DOCS / f"{name}.png")


def _taken(browser: Browser, address: str, name: str) -> bytes:
    """A picture taken by a visitor of its own, with nothing that moves or blinks."""
    prepare, size, scheme = PICTURES[name]
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce", locale="en-GB")
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#chat button.example")
    prepare(page)
    page.mouse.move(0, 0)
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    page.wait_for_timeout(SETTLED)
    picture = page.screenshot(animations="disabled", caret="hide")
    context.close()
    return picture


def _save(picture: bytes, path: Path) -> None:
    """As a PNG of 256 colours, which text on paper does not miss."""
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    if size > LARGEST:
        sys.exit(f"{path} has {size:,} bytes, expected at most {LARGEST:,}.")
    print(f"{path.relative_to(ROOT)}  {size:,} bytes")


def _open(page: Page, button: str) -> None:
    """Click on the last answer's first such button, when the chat has stopped scrolling."""
    page.wait_for_timeout(SETTLED)
    page.locator("#chat .message.bot").last.locator(button).first.click()


if __name__ == "__main__":
    main()
