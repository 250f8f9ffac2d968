"""JSON lines: each line an article or named with its reason, in bounded memory."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import any_text

from qa.core.types import Draft, Refusal
from qa.corpus.canonical import canonical_text
from qa.intake.formats.records import jsonl
from qa.intake.formats.records.jsonl import parse, records

FULL = {
    "id": "n1",
    "title": "The harbour",
    "text": "The harbour is deep.",
    "date": "2024-05-07T10:00:00+02:00",
    "url": "https://vesk.example/1",
    "source": "Gazette",
    "authors": ["Marta Dahl", "Jan Roy"],
    "language": "en",
    "ignored": [1],
}


def lines(*given: object) -> bytes:
    return "".join(f"{json.dumps(g) if not isinstance(g, str) else g}\n" for g in given).encode()


def only(*given: object) -> Draft | Refusal:
    (found,) = parse(lines(*given), "x")
    return found


def test_a_line_is_an_article_with_all_that_it_says() -> None:
    draft = only(FULL)
    assert isinstance(draft, Draft)
    assert (draft.text, draft.name, draft.notes) == ("The harbour is deep.", "n1", ())
    assert {k: v.value for k, v in draft.metadata.items()} == {
        "title": "The harbour",
        "outlet": "Gazette",
        "author": "Marta Dahl, Jan Roy",
        "published": "2024-05-07T10:00:00+02:00",
        "language": "en",
        "url": "https://vesk.example/1",
    }
    assert {v.origin for v in draft.metadata.values()} == {"its JSON line"}


def test_other_names_of_the_fields_are_known() -> None:
    draft = only({"text": "A.", "published": "2024-05-07", "outlet": "Gazette", "author": "Marta", "id": 7})
    assert isinstance(draft, Draft)
    assert {k: v.value for k, v in draft.metadata.items()} == {
        "outlet": "Gazette",
        "author": "Marta",
        "published": "2024-05-07",
    }
    assert draft.name == "7"


def test_text_alone_is_enough_and_the_rest_stays_unknown() -> None:
    draft = only({"text": "A.", "title": "", "date": None})
    assert isinstance(draft, Draft)
    assert (draft.metadata, draft.name, draft.notes) == ({}, "x line 1", ())


def test_a_value_that_is_not_its_field_s_is_left_out_and_named() -> None:
    draft = only({"text": "A.", "date": "05/07/2024", "title": 7, "url": "ftp://x"})
    assert isinstance(draft, Draft)
    assert draft.metadata == {}
    assert set(draft.notes) == {
        "Its title '7' was left out: expected a line of text.",
        "Its published '05/07/2024' was left out: expected a date with day, month and year.",
        "Its url 'ftp://x' was left out: expected a web address, https:// and where.",
    }


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{not json}", "not JSON"),
        ("[1, 2]", "no JSON object"),
        ('"text"', "no JSON object"),
        ('{"title": "A"}', '"text"'),
        ('{"text": 7}', '"text"'),
        ('{"text": ""}', "needs words"),
        ('{"text": "\\ud800"}', "surrogate"),
        ("[" * 100_000, "JSON"),
        ('{"text": "A", "n": ' + "9" * 5_000 + "}", "JSON"),
    ],
    ids=lambda value: value[:20],
)
def test_a_bad_line_is_named_by_its_number_and_the_others_go_on(line: str, reason: str) -> None:
    first, bad, last = parse(lines(FULL, line, "", FULL), "x")
    assert isinstance(first, Draft)
    assert isinstance(last, Draft)
    assert isinstance(bad, Refusal)
    assert bad.name == "line 2"
    assert reason in bad.reason


def test_a_line_that_is_not_utf_8_is_named_and_one_with_a_mark_is_read() -> None:
    data = b'{"text": "caf\xe9"}\n' + b'\xef\xbb\xbf{"text": "A."}\r\n'
    bad, good = parse(data, "x")
    assert isinstance(bad, Refusal)
    assert "UTF-8 (byte 0xe9" in bad.reason
    assert isinstance(good, Draft)


def test_a_line_that_is_too_long_is_refused_and_the_next_is_read(monkeypatch) -> None:
    monkeypatch.setattr(jsonl, "MAX_LINE", 1_000)
    for length in (990, 1_000, 2_000, 2_001, 5_000):
        bad, good = parse(lines({"text": "x" * length}, {"text": "A."}), "x")
        assert isinstance(bad, Refusal)
        assert "more than 1,000 bytes" in bad.reason
        assert isinstance(good, Draft)
        assert good.name == "x line 2"


def test_packed_lines_are_read_and_a_bomb_is_cut_off(monkeypatch) -> None:
    assert len(list(parse(gzip.compress(lines(FULL) * 5), "x"))) == 5
    monkeypatch.setattr(jsonl, "MAX_UNPACKED", 10_000)
    *drafts, last = parse(gzip.compress(lines(FULL) * 1_000), "x")
    assert 0 < len(drafts) < 1_000
    assert isinstance(last, Refusal)
    assert "unpacks to more than 10,000 bytes" in last.reason


def test_a_packed_file_that_is_cut_off_gives_what_it_holds_and_says_so() -> None:
    data = gzip.compress(lines(*[{**FULL, "id": n} for n in range(3_000)]))
    *drafts, last = parse(data[: len(data) // 2], "x")
    assert drafts
    assert isinstance(last, Refusal)
    assert "damaged from here on" in last.reason


def test_memory_does_not_grow_with_the_file() -> None:
    stream = BytesIO(lines(*[{"text": "word " * 2_000}] * 2_000))
    tracemalloc.start()
    assert sum(1 for _ in records(stream)) == 2_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


@given(st.lists(any_text, max_size=5))
def test_any_text_goes_round_or_is_refused(texts: list[str]) -> None:
    found = list(parse(lines(*[{"text": text} for text in texts]), "x"))
    assert len(found) == len(texts)
    for text, result in zip(texts, found, strict=True):
        if isinstance(result, Draft):
            assert result.text == canonical_text(text)
        else:
            assert not any(c.isalnum() for c in canonical_text(text))


@given(st.binary(max_size=300))
def test_any_bytes_end_in_drafts_or_refusals(data: bytes) -> None:
    assert all(isinstance(found, Draft | Refusal) for found in parse(data, "x"))
