"""Files of many records are read piece by piece: the same articles come out, and memory holds a piece."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from qa.core.settings import Settings
from qa.core.types import Draft, Refusal
from qa.intake.formats.records import pieces
from qa.intake.formats.records.pieces import Piece, cut
from qa.intake.importer import Importer

RSS = (
    '<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>B</title>'
    "<wp:wxr_version>1.2</wp:wxr_version>"
)


def text(n: int) -> str:
    return f'Ferry {n} left the "old" harbour, {{late}} again; [it] \\ had waited.\nFrom noon on, ferry {n} was full.'


def json_list(count: int) -> bytes:
    return json.dumps([{"title": f"T{n}", "text": text(n), "tags": [["x"], {"y": "]"}]} for n in range(count)]).encode()


def table(count: int) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows([["title", "text"], *([f"T{n}", text(n)] for n in range(count))])
    return file.getvalue().encode()


def mailbox(count: int) -> bytes:
    message = (
        "From a@x.example Tue May 14 08:30:00 2024\nFrom: A <a@x.example>\nTo: b@x.example\nSubject: T{}\n\n{}\n\n"
    )
    return "".join(message.format(n, text(n).replace("\nFrom", "\n>From")) for n in range(count)).encode()


def export(count: int) -> bytes:
    item = (
        "<item><title>T{}</title><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>"
        "<description><![CDATA[{}]]></description></item>\n"
    )
    return (RSS + "".join(item.format(n, text(n)) for n in range(count)) + "</channel></rss>").encode()


FORMS = {"list.json": json_list, "table.csv": table, "mail.mbox": mailbox, "blog.xml": export}


def read(data: bytes, name: str) -> list[Draft | Refusal]:
    with Importer(Settings.from_environment(Path("."))) as intake:
        return list(intake.stream(io.BytesIO(data), name))


@pytest.mark.process
@pytest.mark.parametrize(("name", "make"), FORMS.items())
def test_a_file_cut_anywhere_gives_what_it_gives_whole(name: str, make: Callable[[int], bytes], monkeypatch) -> None:
    whole = read(make(40), name)
    assert [d.metadata["title"].value for d in whole if isinstance(d, Draft)] == [f"T{n}" for n in range(40)]
    same = [(d.text, d.metadata) for d in whole if isinstance(d, Draft)]
    for size in (200, 1_000, 3_333):
        monkeypatch.setattr(pieces, "PIECE", size)
        found = read(make(40), name)
        assert [(f.text, f.metadata) for f in found if isinstance(f, Draft)] == same


@pytest.mark.parametrize(("name", "make"), FORMS.items())
def test_memory_holds_a_piece_however_long_the_file(name: str, make: Callable[[int], bytes], monkeypatch) -> None:
    monkeypatch.setattr(pieces, "PIECE", 50_000)
    file = io.BytesIO(make(20_000))  # some megabytes
    first = file.read(pieces.PIECE)
    tracemalloc.start()
    try:
        parts = cut(first, file, name)
        assert parts is not None
        assert sum(isinstance(part, Piece) for part in parts) > 20
        assert tracemalloc.get_traced_memory()[1] < 10 * pieces.PIECE
    finally:
        tracemalloc.stop()


@pytest.mark.process
@pytest.mark.parametrize("name", ["list.json", "table.csv", "blog.xml"])
def test_a_record_longer_than_any_article_costs_that_record(name: str, monkeypatch) -> None:
    monkeypatch.setattr(pieces, "PIECE", 1_000)
    monkeypatch.setattr(pieces, "MAX_LINE", 2_000)
    data = FORMS[name](30).replace(b"Ferry 7 left", b"Ferry 7 left" + b" left" * 1_000)
    found = read(data, name)
    named = {"list.json": "record 8", "table.csv": "row 9", "blog.xml": "entry 8"}
    assert [f.name.rpartition(": ")[2] for f in found if isinstance(f, Refusal)] == [named[name]]
    assert len(found) == 30


@pytest.mark.process
def test_a_refusal_names_the_record_by_its_number_in_the_file(monkeypatch) -> None:
    monkeypatch.setattr(pieces, "PIECE", 300)
    records = json.loads(json_list(30))
    records[20] = {"title": "no text"}
    found = read(json.dumps(records).encode(), "list.json")
    assert [f.name for f in found if isinstance(f, Refusal)] == ["list.json: record 21"]


@pytest.mark.process
def test_a_list_that_breaks_off_says_so_and_keeps_what_came_before(monkeypatch) -> None:
    monkeypatch.setattr(pieces, "PIECE", 300)
    data = json_list(30)
    found = read(data[: len(data) * 2 // 3], "list.json")
    assert len([f for f in found if isinstance(f, Draft)]) >= 15
    assert [f for f in found if isinstance(f, Refusal)]
