"""Archives and XML from strangers: bounded, without entities, files or sockets."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
import time
import zipfile
from io import BytesIO

import pytest
from documents import WORDS, docx, epub, mail, paragraph, pdf, xhtml, zipped

from qa.core.errors import ArticleError
from qa.intake.formats.records import archive
from qa.intake.formats.records.archive import Archive, parse_xml
from qa.intake.parsers import parse

CANARY = "the canary sings"


def test_members_are_read_as_they_were_written() -> None:
    assert Archive(zipped({"a.xml": "words"})).read("a.xml") == b"words"


@pytest.mark.parametrize("make", [lambda b: docx(b, **{"word/x.xml": b}), lambda b: epub({"a.xhtml": b})])
def test_a_bomb_is_refused_fast(make) -> None:
    data = make("0" * 20_000_000)
    begun = time.thread_time()
    with pytest.raises(ArticleError, match="unpacks"):
        list(parse(data, "x"))
    assert time.thread_time() - begun < 3


def test_a_size_that_lies_gives_an_error_and_not_a_byte_more() -> None:
    data = bytearray(zipped({"a.xml": "0" * 5_000_000}))
    at = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, 100)  # the size in the directory
    with pytest.raises(ArticleError, match="damaged"):
        Archive(bytes(data)).read("a.xml")


def test_what_is_unpacked_is_counted_over_all_members(monkeypatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED", 1_000)
    opened = Archive(zipped({"a": "x" * 400, "b": "y" * 400}))
    opened.read("a")
    opened.read("b")
    with pytest.raises(ArticleError, match="more than"):
        opened.read("a")


def test_too_many_members_are_refused() -> None:
    with pytest.raises(ArticleError, match="members"):
        Archive(zipped({f"{n}": "" for n in range(archive.MAX_MEMBERS + 1)}))


def test_an_archive_with_a_password_is_refused() -> None:
    data = bytearray(zipped({"a.xml": "words"}))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ArticleError, match="password"):
        Archive(bytes(data))


def test_an_archive_in_an_archive_is_never_opened() -> None:
    inner = zipped({"bomb": "0" * 3_000_000})
    (draft,) = parse(docx(paragraph("The tank is green."), **{"word/embeddings/x.docx": inner}), "x")
    assert draft.text == "The tank is green."


def test_a_member_whose_name_climbs_out_is_only_a_name(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    list(parse(docx(paragraph("words"), **{"../../evil.xml": "<a/>"}), "../x"))
    assert list(tmp_path.iterdir()) == []


LAUGHS = "<!DOCTYPE a [" + "".join(
    f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(1, 9)
) + '<!ENTITY l1 "ha">]>'  # fmt: skip


@pytest.fixture
def outside(tmp_path):
    """Entities that would read a file and open a socket, and whether anybody came."""
    canary = tmp_path / "canary.txt"
    canary.write_text(CANARY)
    server = socket.create_server(("127.0.0.1", 0))
    came = []
    watch = threading.Thread(target=lambda: _accept(server, came))
    watch.start()
    port = server.getsockname()[1]
    yield (
        f'<!DOCTYPE a SYSTEM "http://127.0.0.1:{port}/x.dtd" [<!ENTITY f SYSTEM "{canary.as_uri()}">'
        f'<!ENTITY % p SYSTEM "http://127.0.0.1:{port}/p">%p;<!ENTITY n SYSTEM "http://127.0.0.1:{port}/n">]>'
    )
    server.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
    watch.join()
    server.close()
    assert came == []


def _accept(server, came) -> None:
    with contextlib.suppress(OSError):
        while True:
            line, address = server.accept()
            line.close()
            came.append(address)


def hostile(doctype: str, reference: str) -> dict[str, bytes]:
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = f"<w:document {w}><w:body><w:p><w:r><w:t>Read: {reference}</w:t></w:r></w:p></w:body></w:document>"
    plain = docx("")
    word = BytesIO()
    with zipfile.ZipFile(BytesIO(plain)) as old, zipfile.ZipFile(word, "w") as new:
        for name in old.namelist():
            new.writestr(name, doctype + body if name == "word/document.xml" else old.read(name))
    page = f'{doctype}<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Read: {reference}</p></body></html>'
    feed = f"{doctype}<rss version='2.0'><channel><title>{reference}</title><item><title>A</title>"
    remote = "".join(f'<img src="{u}"><iframe src="{u}"></iframe>' for u in re.findall(r'http://[^"]+', doctype))
    wild = f"{doctype}<html><head><title>A</title></head><body><p>{WORDS} {reference}</p>{remote}</body></html>"
    core = f"{doctype}<a xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>{reference}</dc:title></a>"
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{doctype}<a>{reference}</a></x:xmpmeta>'
    return {
        "docx": word.getvalue(),
        "docx properties": docx(paragraph(WORDS), **{"docProps/core.xml": core}),
        "docx styles": docx(paragraph(WORDS), **{"word/styles.xml": core}),
        "html": wild.encode(),
        "mail": mail(None, wild),
        "pdf xmp": pdf([WORDS], prepare=lambda sheets: sheets.set_xmp_metadata(xmp)),
        "epub": epub({"a.xhtml": page}),
        "epub package": epub(
            {"a.xhtml": xhtml("words")}, extra={"META-INF/container.xml": f"{doctype}<a>{reference}</a>"}
        ),
        "epub contents": epub({"a.xhtml": xhtml("words")}, extra={"OEBPS/nav": page}),
        "feed": f"{feed}<description>Read: {reference}</description></item></channel></rss>".encode(),
    }


FORMATS = (
    "docx", "docx properties", "docx styles", "epub", "epub package", "epub contents", "feed", "html", "mail",
    "pdf xmp",
)  # fmt: skip


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("reference", ["&f;", "&n;"])
def test_an_external_entity_reads_nothing_and_opens_no_socket(outside: str, format: str, reference: str) -> None:
    assert CANARY not in text_of(hostile(outside, reference)[format])


@pytest.mark.parametrize("format", FORMATS)
def test_a_billion_laughs_are_not_heard(format: str) -> None:
    begun = time.thread_time()
    text = text_of(hostile(LAUGHS, "&l9;")[format])
    assert "haha" not in text
    assert time.thread_time() - begun < 5


def text_of(data: bytes) -> str:
    try:
        return "\n".join(str(found) for found in parse(data, "x"))
    except ArticleError as refusal:
        return str(refusal)


def test_xml_with_entities_of_its_own_is_refused_by_name() -> None:
    with pytest.raises(ArticleError, match="entities"):
        parse_xml(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')


@pytest.mark.parametrize("data", [b"", b"<a>", b"words", b"<a/>" * 2, b"<" * 1000, b"<a>" * 5000])
def test_broken_xml_is_refused(data: bytes) -> None:
    with pytest.raises(ArticleError, match="XML"):
        parse_xml(data)
