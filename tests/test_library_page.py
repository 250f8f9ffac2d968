"""The Library tab as a person meets it: a real service, the real model, a real Chromium, no request to another host."""

from __future__ import annotations

import pytest
from browser import ask

pytest_plugins = ["browser"]
pytestmark = pytest.mark.browser

BRIDGE = "The Lindby bridge opened in 1931. It carries 4,200 cyclists every day. Its architect was Marta Solberg."
CYCLISTS = "How many cyclists does the Lindby bridge carry every day?"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _library(page) -> None:
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector("#table table, #table .empty:not(.opening)")


def test_a_pasted_article_is_listed_and_answers_at_once(page, service):
    _library(page)
    page.get_by_label("Text", exact=True).fill(BRIDGE)
    page.get_by_label("Title (optional)").fill("The Lindby bridge")
    page.get_by_label("Outlet (optional)").fill("Lindby Post")
    page.get_by_role("button", name="Add article").click()
    page.wait_for_selector("#results li.done")
    assert "Added The Lindby bridge" in page.inner_text("#results")
    assert page.get_by_label("Text", exact=True).input_value() == ""
    row = page.locator("#table tr", has_text="The Lindby bridge")
    assert [_flat(c) for c in row.locator("td").all_inner_texts()][:4] == ["The Lindby bridge", "Lindby Post", "", "3"]
    page.get_by_label("Text", exact=True).fill(BRIDGE)
    page.get_by_role("button", name="Add article").click()
    page.wait_for_selector("#results li.not-done")
    assert "already in the corpus" in page.inner_text("#results")
    assert page.get_by_label("Text", exact=True).input_value() == BRIDGE
    page.get_by_role("tab", name="Ask").click()
    reply = ask(page, CYCLISTS)
    assert "4,200 cyclists" in reply.inner_text()
    assert "Lindby Post" in page.inner_text("#panel .card .facts >> nth=0")
    service.remove("the-lindby-bridge")


def test_uploaded_files_are_added_or_refused_one_by_one(page, service):
    _library(page)
    files = [
        {
            "name": "ferry.txt",
            "mimeType": "text/plain",
            "buffer": b"The Hollin ferry sinks no more. It seats 77 people.",
        },
        {"name": "tower.md", "mimeType": "text/markdown", "buffer": b"# The tower\n\nIt is **88** metres high today."},
        {"name": "photo.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(64)},
        {"name": "empty.txt", "mimeType": "text/plain", "buffer": b"   \n"},
        {
            "name": "again.txt",
            "mimeType": "text/plain",
            "buffer": b"The Hollin ferry sinks no more. It seats 77 people.",
        },
    ]
    page.set_input_files("#files input[type=file]", files)
    page.wait_for_selector("#results li >> nth=4")
    lines = [_flat(t) for t in page.locator("#results li").all_inner_texts()]
    expected = ("Added ferry.txt", "Added tower.md", "Refused photo.png", "Refused empty.txt", "Duplicate again.txt")
    assert [line.startswith(start) for line, start in zip(lines, expected, strict=True)] == [True] * 5, lines
    assert "expected .txt or .md" in lines[2]
    page.get_by_role("tab", name="Ask").click()
    assert "77 people" in ask(page, "How many people does the Hollin ferry seat?").inner_text()
    for id in ("ferry", "tower"):
        service.remove(id)


def test_an_article_is_removed_after_an_inline_confirmation(page, service):
    id = service.add(BRIDGE, title="The bridge")
    try:
        _library(page)
        page.get_by_role("button", name="Remove The bridge").click()
        page.get_by_role("button", name="Keep it").click()
        page.wait_for_selector("#table .confirm", state="detached")
        assert service.get(f"/api/articles/{id}").status_code == 200
        page.get_by_role("button", name="Remove The bridge").click()
        page.get_by_role("button", name="Yes, remove it").click()
        page.wait_for_selector("#results li.done")
        assert page.locator("#table tr", has_text="The bridge").count() == 0
        assert service.get(f"/api/articles/{id}").status_code == 404
    finally:
        service.remove(id)


def test_the_library_is_searched_by_title_and_outlet(page, service):
    ids = [service.add(f"{BRIDGE} Note {n}.", title=f"Bridge {n}", outlet=f"Paper {n}") for n in (1, 2)]
    try:
        _library(page)
        page.wait_for_function("document.querySelectorAll('#table tbody tr').length === 3")
        page.locator("#search").locator("input, textarea").fill("Paper 2")
        page.wait_for_function("document.querySelectorAll('#table tbody tr').length === 1")
        assert "Bridge 2" in page.inner_text("#table")
        page.locator("#search").locator("input, textarea").fill("<b>none</b>")
        page.wait_for_selector("#table .empty")
        assert "<b>none</b>" in page.inner_text("#table")
    finally:
        for id in ids:
            service.remove(id)
