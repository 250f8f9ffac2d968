"""The newer ways in hold what the older ones do: bounds, names, no entities, any bytes end in drafts or refusals."""

from __future__ import annotations

import gzip
import json

import pytest
from documents import WORDS, zipped
from hypothesis import given
from hypothesis import strategies as st

from qa.core.errors import ArticleError
from qa.core.types import Draft, Refusal
from qa.intake.parsers import parse

ENTITY = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
OFFICE = '<office:document-content xmlns:office="o" xmlns:text="t">{}</office:document-content>'
ODT = "application/vnd.oasis.opendocument.text"


def odt(body: str, prolog: str = "", **parts: str) -> bytes:
    content = prolog + OFFICE.format(f"<office:body><office:text>{body}</office:text></office:body>")
    return zipped({"content.xml": content, **parts}, first=ODT)


def test_what_is_packed_inside_what_is_packed_is_refused_by_name_and_the_rest_is_read() -> None:
    inner = zipped({"a.txt": WORDS})
    found = list(
        parse(zipped({"a.txt": WORDS, "b.zip": inner, "c.gz": gzip.compress(b"x"), "../../d.txt": WORDS}), "x")
    )
    assert [f.text for f in found if isinstance(f, Draft)] == [WORDS, WORDS]
    refused = {f.name: f.reason for f in found if isinstance(f, Refusal)}
    assert refused.keys() == {"b.zip", "c.gz"}
    assert all("packed inside" in reason for reason in refused.values())
    assert [f.name for f in found if isinstance(f, Draft)] == ["a", "d"], "a member's path is no path of ours"
    with pytest.raises(ArticleError, match="packed inside"):
        list(parse(gzip.compress(gzip.compress(WORDS.encode())), "x.gz"))


def test_a_packed_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(ArticleError, match="unpacks to"):
        list(parse(gzip.compress(b"word " * 30_000_000, compresslevel=1), "x.txt.gz"))
    with pytest.raises(ArticleError, match="unpacks to"):
        list(parse(zipped({"a.txt": b"word " * 10_000_000}), "x.zip"))


def test_entities_of_their_own_are_refused_in_every_kind_of_xml() -> None:
    jats = f"{ENTITY}<article><front><article-meta/></front><body><p>&a;</p></body></article>".encode()
    for data in (odt("<text:p>&a;</text:p>", ENTITY), jats):
        with pytest.raises(ArticleError, match="entities"):
            list(parse(data, "x"))


def test_an_open_document_is_read_as_its_reader_sees_it() -> None:
    body = (
        "<text:tracked-changes>gone</text:tracked-changes><text:h>The harbour</text:h>"
        '<text:p>One<text:s text:c="2"/>two<text:line-break/>three</text:p>'
        "<text:list><text:list-item><text:p>a</text:p></text:list-item><text:list-item><text:p>b</text:p>"
        "</text:list-item></text:list><text:p>End.</text:p>"
    )
    (draft,) = parse(odt(body), "x.odt")
    assert isinstance(draft, Draft)
    assert draft.text == "The harbour\n\nOne  two\nthree\na\nb\n\nEnd."
    with pytest.raises(ArticleError, match="password"):
        list(parse(odt("", **{"META-INF/manifest.xml": "<m:encryption-data/>"}), "x.odt"))


def test_two_files_with_equal_ids_and_different_texts_are_two_drafts_with_that_id() -> None:
    texts = ("The tank is green.", "The quay is long.")
    found = [next(iter(parse(json.dumps({"id": 7, "text": t}).encode(), "a.jsonl"))) for t in texts]
    assert [f.id for f in found if isinstance(f, Draft)] == ["7", "7"]


@given(
    st.sampled_from(("a.csv", "a.json", "a.mbox", "a.mht", "a.srt", "a.rtf", "a.md")),
    st.sampled_from(
        (b"", b"title,text\n", b"[{", b'{"text": ', b"From a 2024\n", b"WEBVTT\n", b"{\\rtf1 ", b"+++\n", b"---\n")
    ),
    st.binary(max_size=300),
)
def test_any_bytes_end_in_drafts_or_refusals(name: str, start: bytes, rest: bytes) -> None:
    try:
        assert all(isinstance(f, Draft | Refusal) for f in parse(start + rest, name))
    except ArticleError:
        return
