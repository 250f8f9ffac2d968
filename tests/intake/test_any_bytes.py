"""Damaged files of every format end in drafts, refusals or an ArticleError, and what a draft holds is canonical."""

from __future__ import annotations

import gzip
import json

import pytest
from documents import WORDS, docx, epub, mail, paragraph, pdf, rss, xhtml
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.core.errors import ArticleError
from qa.core.types import METADATA, Draft, Refusal
from qa.corpus.canonical import canonical_text
from qa.intake.parsers import parse

CORE = "<dc:title>The harbour</dc:title><dc:creator>Marta</dc:creator>"
ITEM = (
    "<title>A</title><link>https://v.example/1</link><pubDate>Tue, 07 May 2024 10:00:00 GMT</pubDate>"
    f"<description>{WORDS}</description>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>G</title><entry><title>T</title><updated>2024-05-09T10:00:00Z'
    f'</updated><content type="html">&lt;p&gt;{WORDS}&lt;/p&gt;</content></entry></feed>'
)
SOUND = {
    "text": WORDS.encode(),
    "text with front matter": f"---\ntitle: A\npublished: 2024-05-07\n---\n{WORDS}".encode(),
    "utf-16": WORDS.encode("utf-16"),
    "cp1252": (WORDS.replace("harbour", "café") + "“so”").encode("cp1252"),
    "markdown": f"# Head\n\n- **a**\n- [b](http://x)\n\n| c |\n|---|\n| d |\n\n{WORDS}".encode(),
    "docx": docx(paragraph("Head", "Heading1") + paragraph(WORDS), CORE),
    "epub": epub({"a.xhtml": xhtml(f"<h1>A</h1><p>{WORDS}</p>")}, [("a.xhtml", "A")]),
    "mail": mail(WORDS, f"<p>{WORDS}</p>", Date="Tue, 07 May 2024 10:00:00 +0200"),
    "rss": rss(ITEM, ITEM),
    "atom": ATOM.encode(),
    "jsonl": json.dumps({"title": "A", "text": WORDS, "date": "2024-05-07"}).encode(),
    "jsonl packed": gzip.compress(json.dumps({"title": "A", "text": WORDS}).encode() + b"\n"),
    "pdf": pdf([WORDS] * 3, heading="Harbour", head=lambda n: f"Gazette {n}"),
}


def check(data: bytes, name: str) -> int:
    """How many drafts there are; they are what qa.intake.draft promises."""
    drafts = 0
    try:
        for found in parse(data, name):
            if isinstance(found, Refusal):
                assert found.name
                assert found.reason
                continue
            assert isinstance(found, Draft)
            assert found.text == canonical_text(found.text)
            assert any(c.isalnum() for c in found.text)
            assert set(found.metadata) <= set(METADATA)
            assert all(canonical_text(f.value) == f.value and f.origin for f in found.metadata.values())
            drafts += 1
    except ArticleError:
        return drafts
    return drafts


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_file_becomes_drafts(name: str) -> None:
    assert check(SOUND[name], f"x.{name}") >= 1


@pytest.mark.parametrize("name", SOUND)
@settings(max_examples=150)
@given(data=st.data())
def test_a_file_with_flipped_bytes_is_read_or_refused(name: str, data) -> None:
    damaged = bytearray(SOUND[name])
    for _ in range(data.draw(st.integers(1, 12))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    check(bytes(damaged), "x.md")


@pytest.mark.parametrize("name", SOUND)
@settings(max_examples=60)
@given(data=st.data())
def test_a_file_that_is_cut_off_or_has_a_hole_is_read_or_refused(name: str, data) -> None:
    sound = SOUND[name]
    a, b = sorted(data.draw(st.tuples(st.integers(0, len(sound)), st.integers(0, len(sound)))))
    check(sound[:a] + sound[b:], "x")
    check(sound[:b], "x")


@pytest.mark.parametrize("name", ["docx", "epub"])
@settings(max_examples=150)
@given(data=st.data())
def test_flipped_bytes_inside_an_archives_member_are_read_or_refused(name: str, data) -> None:
    """The archive is whole, its checksums too: the reader of the format meets the damage."""
    body = bytearray(
        paragraph("Head", "Heading1") + paragraph(WORDS)
        if name == "docx"
        else f"<h1>A</h1><p>{WORDS}</p><table><tr><td>x</td></tr></table>",
        "utf-8",
    )
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 127))
    text = body.decode()
    check(docx(text, CORE) if name == "docx" else epub({"a.xhtml": xhtml(text)}, [("a.xhtml", "A")]), "x")
