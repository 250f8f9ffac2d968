"""The markup of the page, held to a recording: forty answers, hostile texts among them, white space aside."""

from __future__ import annotations

import json
import re

import pytest
from rendered import FILE, recorded, rendered

ELEMENTS = {
    *(
        "a",
        "article",
        "b",
        "blockquote",
        "body",
        "button",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "form",
        "h1",
        "h2",
        "h3",
    ),
    *(
        "head",
        "header",
        "html",
        "input",
        "label",
        "li",
        "main",
        "mark",
        "meta",
        "nav",
        "option",
        "p",
        "section",
        "select",
        "small",
        "span",
    ),
    *("strong", "style", "summary", "sup", "table", "tbody", "td", "th", "thead", "title", "tr", "ul", "!doctype"),
}
RECORDED = json.loads(FILE.read_text("ascii"))


@pytest.fixture(scope="module")
def now() -> dict[str, str]:
    return rendered()


def test_the_markup_is_the_recorded_one(now):
    assert list(now) == list(RECORDED)
    for name, markup in now.items():
        assert recorded(markup) == RECORDED[name], name


def test_no_hostile_text_becomes_an_element_or_an_attribute(now):
    """A backslash makes it text in the chat, a reference everywhere else."""
    for name, markup in now.items():
        for tag in re.findall(r"(?<!\\)<(?!/)([^>]*)>", markup):
            assert tag.split()[0] in ELEMENTS, (name, tag)
            assert not re.search(r"\bon\w+=", re.sub(r'"[^"]*"', "", tag)), (name, tag)
