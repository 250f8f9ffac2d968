"""What a file is: decided by what is in it, and said by name where it cannot become an article."""

from __future__ import annotations

import gzip
import struct

import pytest
from documents import WORDS, docx, epub, mail, paragraph, pdf, rss, xhtml, zipped
from hypothesis import given
from hypothesis import strategies as st

from qa.core.errors import ArticleError
from qa.intake.kinds import kind_of
from qa.intake.parsers import MODULES, parse

LINE = b'{"title": "A", "text": "The tank is green."}\n'
ATOM = b'<?xml version="1.0"?><!-- x --><feed xmlns="http://www.w3.org/2005/Atom"><title>A</title></feed>'
RDF = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"></rdf:RDF>'
EXAMPLES = {
    "pdf": pdf([WORDS]),
    "pdf after junk": b"\r\n" + pdf([WORDS]),
    "docx": docx(paragraph(WORDS)),
    "epub": epub({"a.xhtml": xhtml(WORDS)}),
    "mail": mail(WORDS),
    "feed": rss("<title>A</title>"),
    "feed atom": ATOM,
    "feed rdf": RDF,
    "feed doctype": b'<!DOCTYPE rss [<!ENTITY a "b">]><rss version="0.91"></rss>',
    "jsonl": LINE,
    "jsonl packed": gzip.compress(LINE * 3),
    "jsonl long": b'{"text": "' + b"word " * 30_000 + b'"}\n',
    "jsonl utf-16": LINE.decode().encode("utf-16"),
    "json": b'{\n  "title": "A",\n  "text": "B"\n}',
    "json list": b'[\n  {"title": "A"}\n]',
    "mail after its postmark": b"From marta Tue May  7 10:00:00 2024\nFrom: a@b\nDate: x\nMessage-ID: <1>\n\nHello",
    "rtf": rb"{\rtf1\ansi words}",
    "odt": zipped({"content.xml": "x"}, first="application/vnd.oasis.opendocument.text"),
    "zip": zipped({"a.txt": WORDS}),
    "gzip": gzip.compress(b"words"),
    "table": b"title,text\nA,The tank is green.\n",
    "subtitles": b"1\n00:00:01,000 --> 00:00:02,000\nThe tank is green.\n",
    "subtitles of the web": b"WEBVTT\n\n00:01.000 --> 00:02.000\nThe tank is green.\n",
    "jats": b'<article xmlns:x="x"><front><article-meta></article-meta></front></article>',
    "html": b"<!doctype html><title>A</title><p>B",
    "html bare": b"\n <!-- c --> <div class=x>words</div>",
    "html xhtml": xhtml("words").encode(),
    "html utf-16": "<html><p>words".encode("utf-16"),
    "text": WORDS.encode(),
    "text arrow": b"<3 is what they wrote on the wall.",
    "text brace": b"{not json} at all\nsays the author",
    "text bracket": b"[Editor's note] The tank is green.",
    "text memo": b"From: the mayor\nTo: the council\nDate: Tuesday\n\nThe harbour is dredged.",
    "text like a bitmap": b"BMW announced a new car on Tuesday, and it is green.",
    "text like a program": b"MZ is what the town is called by those who live there.",
    "text about pdf": b"A file that begins with %PDF-1.7 is a PDF, the manual says.",
    "text sjis": "市当局は木曜日、橋を二週間閉鎖すると発表した。".encode("shift_jis"),
}


@pytest.mark.parametrize("suffix", [".txt", ".pdf", ".html", ".exe", ""])
@pytest.mark.parametrize("example", EXAMPLES)
def test_the_kind_is_what_is_in_the_file_whatever_its_name_says(example: str, suffix: str) -> None:
    assert kind_of(EXAMPLES[example], f"x{suffix}") == example.split()[0]


def test_the_name_tells_markdown_from_text() -> None:
    assert kind_of(b"# Title\n\nwords", "a.md") == "markdown"
    assert kind_of(b"# Title\n\nwords", "a.txt") == "text"
    assert kind_of(b"<div align=center>\n\n# Title\n\n</div>", "README.MD") == "markdown"
    assert kind_of(b"<!doctype html><p>words", "a.md") == "html"
    assert kind_of(pdf([WORDS]), "a.md") == "pdf"


@pytest.mark.parametrize("first", [b"broken", b"[1]", b"<html>", b"From: a\nTo: b\nMessage-ID: 1", b"\x00"])
def test_the_name_tells_that_a_file_which_begins_with_a_bad_line_holds_json_lines(first: bytes) -> None:
    assert kind_of(first + b"\n" + LINE, "a.NDJSON") == "jsonl"


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
REFUSED = {
    "a Word document of before 2007": OLE + "WordDocument".encode("utf-16-le"),
    "an Office document with a password": OLE + "EncryptedPackage".encode("utf-16-le"),
    "a spreadsheet (.xls)": OLE + "Workbook".encode("utf-16-le"),
    "a spreadsheet (.xlsx)": zipped({"[Content_Types].xml": "x", "xl/workbook.xml": "x"}),
    "a presentation (.pptx)": zipped({"[Content_Types].xml": "x", "ppt/presentation.xml": "x"}),
    "an OpenDocument table": zipped({"content.xml": "x"}, first="application/vnd.oasis.opendocument.spreadsheet"),
    "an image (png)": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "an image (jpg)": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(100),
    "an image (svg)": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"></svg>',
    "a video": bytes(3) + b"\x18ftypmp42" + bytes(100),
    "a program": b"MZ\x90\x00\x03" + bytes(100),
    "a program (elf)": b"\x7fELF\x02\x01\x01" + bytes(100),
    "a binary file": bytes(range(256)) * 20,
    "an XML file of its own kind (its root is 'opml')": b'<?xml version="1.0"?><opml version="2.0"></opml>',
    "empty": b"",
}


@pytest.mark.parametrize("suffix", [".txt", ".pdf", ".docx"])
@pytest.mark.parametrize("seems", REFUSED)
def test_what_cannot_become_an_article_is_refused_by_what_it_seems_to_be(seems: str, suffix: str) -> None:
    with pytest.raises(ArticleError) as refusal:
        kind_of(REFUSED[seems], f"x{suffix}")
    assert seems in str(refusal.value)


def test_text_with_nul_bytes_in_it_is_a_binary_file() -> None:
    with pytest.raises(ArticleError, match="binary"):
        kind_of(WORDS.encode() + b"\x00\x01" + WORDS.encode(), "a.txt")


@given(st.binary(max_size=400))
def test_any_bytes_have_a_kind_or_are_refused(data: bytes) -> None:
    try:
        assert kind_of(data, "x") in MODULES
    except ArticleError:
        return


@given(st.sampled_from(sorted(EXAMPLES)), st.integers(0, 2000))
def test_a_file_that_is_cut_off_has_a_kind_or_is_refused(example: str, length: int) -> None:
    try:
        assert kind_of(EXAMPLES[example][:length], "x") in MODULES
    except ArticleError:
        return


def test_a_file_of_any_kind_becomes_drafts_through_one_door() -> None:
    (draft,) = parse(EXAMPLES["docx"], "x.txt")
    assert draft.text == WORDS
    assert [d.text for d in parse(LINE * 2, "x")] == ["The tank is green."] * 2


def test_the_address_that_a_document_was_fetched_from_is_its_own_but_never_a_records() -> None:
    (draft,) = parse(EXAMPLES["pdf"], "x", "https://vesk.example/a.pdf")
    assert draft.metadata["url"].value == "https://vesk.example/a.pdf"
    assert draft.metadata["url"].origin == "the address it was fetched from"
    (record,) = parse(LINE, "x", "https://vesk.example/a.jsonl")
    assert "url" not in record.metadata


def test_a_huge_zip_directory_is_refused_before_anything_is_unpacked() -> None:
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, 46, 0, 0)
    with pytest.raises(ArticleError):
        kind_of(b"PK\x03\x04" + bytes(60) + end, "x.docx")
