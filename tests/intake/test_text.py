"""Text in any encoding: right, or the guess is said, or refused; wrapped lines are joined and verse is not."""

from __future__ import annotations

import textwrap

import pytest
from documents import WORDS
from encoded import SENTENCES
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import any_text

from qa.core.errors import ArticleError
from qa.corpus.canonical import MAX_BYTES, canonical_text
from qa.intake.dates import date_of
from qa.intake.drafts import stated, stem_of
from qa.intake.encodings import decoded
from qa.intake.formats.documents.text import parse
from qa.intake.formats.documents.wrapping import unwrapped


@pytest.mark.parametrize("encoding", SENTENCES)
def test_a_paragraph_in_an_old_encoding_is_read_right_and_the_guess_is_said(encoding: str) -> None:
    text = "\n".join([SENTENCES[encoding]] * 2)
    (draft,) = parse(text.encode(encoding), "a.txt")
    assert draft.text == unwrapped(text)
    assert len(draft.notes) == 1
    assert draft.notes[0].startswith("Read as ")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_unicode_is_read_right_in_every_form(encoding: str, sentence: str) -> None:
    text = f"{sentence} OK.\n\nA second one."
    data = text.encode(encoding)
    if encoding.endswith(("le", "be")):  # without its mark
        assert decoded(data).note == f"Read as {encoding.upper()}: its encoding is not stated."
    else:
        assert decoded(data).note is None
    (draft,) = parse(data, "a.txt")
    assert draft.text == text


@pytest.mark.parametrize("charset", ["koi8-r", "KOI8_R", "iso-8859-1", "no-such", "utf-16", "base64", "", None])
def test_what_the_sender_says_is_believed_where_the_bytes_fit(charset: str | None) -> None:
    text = SENTENCES["cp1251"]
    assert parse(text.encode(), "a.txt", charset)[0].text == text  # UTF-8 is seen
    said = parse(text.encode("koi8-r"), "a.txt", charset)[0]
    if charset in ("koi8-r", "KOI8_R"):
        assert (said.text, said.notes) == (text, ())
    elif charset != "iso-8859-1":  # in which everything fits
        assert (said.text, len(said.notes)) == (text, 1)


@given(any_text)
def test_utf_8_goes_round(text: str) -> None:
    assume(not text.startswith("\ufeff") and "\x1b$" not in text and "\x00" not in text)
    try:
        read = decoded(text.encode())
    except ArticleError:
        assert sum(c < " " for c in text)  # control characters throughout
        return
    assert (read.text, read.note) == (text, None)


def test_damaged_utf_8_stays_utf_8_and_says_where_it_is_damaged() -> None:
    data = SENTENCES["cp1251"].encode() * 10
    read = decoded(data + b"\xff" + data)
    assert read.text.replace("\ufffd", "") == SENTENCES["cp1251"] * 20
    assert read.note == "Read as UTF-8; 1 damaged place is shown as \ufffd."


@pytest.mark.parametrize("data", [b"caf\x8e au lait", b"\xc3\xf1\xe5", b"abc \xff\xfe\xfd def \x81"])
def test_what_may_be_anything_is_refused_with_the_way_to_mend_it(data: bytes) -> None:
    with pytest.raises(ArticleError, match="iconv"):
        decoded(data)


def test_a_mark_that_lies_is_refused() -> None:
    with pytest.raises(ArticleError, match="is not"):
        decoded(b"\xef\xbb\xbf" + SENTENCES["shift_jis"].encode("shift_jis"))


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n ", "\u3000\u200b\ufeff".encode(), b"--- *** ..."])
def test_nothing_to_read_is_said_so(data: bytes) -> None:
    with pytest.raises(ArticleError, match=r"nothing but white space|no letter"):
        parse(data, "a.txt")


def test_one_word_is_an_article_and_so_is_a_line_of_a_megabyte() -> None:
    assert parse(b"Dredged", "a.txt")[0].text == "Dredged"
    line = "word " * 200_000
    assert parse(line.encode(), "a.txt")[0].text == line.strip()


def test_more_than_an_article_may_hold_is_refused() -> None:
    with pytest.raises(ArticleError, match="Split"):
        parse(b"word " * (MAX_BYTES // 5 + 1), "a.txt")


def test_front_matter_says_what_it_says_and_the_rest_stays_unknown() -> None:
    (draft,) = parse(b"---\ntitle: The harbour\npublished: 2024-05-07\nlanguage: en_GB\n---\nIt is deep.", "x.md")
    assert {k: (v.value, v.origin) for k, v in draft.metadata.items()} == {
        "title": ("The harbour", "front matter"),
        "published": ("2024-05-07", "front matter"),
        "language": ("en-GB", "front matter"),
    }
    assert parse(b"It is deep.", "harbour.txt")[0].metadata == {}


def test_markdown_loses_its_markup_and_text_keeps_its_stars() -> None:
    assert parse(b"# Head\n\nA **bold** word.", "a.md")[0].text == "Head\n\nA bold word."
    assert parse(b"# Head\n\nA **bold** word.", "a.txt")[0].text == "# Head\n\nA **bold** word."


# Wrapped lines


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=11), min_size=30, max_size=80), st.integers(55, 95))
def test_wrapping_is_taken_back(words: list[str], width: int) -> None:
    paragraph = " ".join(words)
    lines = textwrap.wrap(paragraph, width)
    assume(max(map(len, lines)) in range(50, 101))
    assert unwrapped("\n".join(lines)) == paragraph


def test_paragraphs_of_wrapped_text_stay_apart() -> None:
    wrapped = "\n\n".join(textwrap.fill(WORDS, 72) for _ in range(3))
    assert parse(wrapped.encode(), "a.txt")[0].text == "\n\n".join([WORDS] * 3)


@pytest.mark.parametrize(
    "text",
    [
        "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate:",
        "Marta Dahl\nHarbour Office, Quay 7\nVesk",
        f"{WORDS}\nA second paragraph, on its own line, since lines are paragraphs here.",
        "Needed for the journey across the sound and back again on the day:\n- a boat\n- two oars\n- a bailer",
    ],
    ids=["verse", "address", "lines are paragraphs", "list"],
)
def test_lines_that_are_meant_stay(text: str) -> None:
    assert unwrapped(text) == text


@given(any_text)
def test_unwrapping_changes_nothing_but_white_space(text: str) -> None:
    assert unwrapped(text).split() == text.split()


def test_a_book_of_project_gutenberg_comes_without_its_licence() -> None:
    book = (
        "The Project Gutenberg eBook of The Harbour\n\nThis ebook is for the use of anyone anywhere.\n\n"
        "Title: The Harbour\n\nAuthor: Marta Dahl\n\nLanguage: English\n\n"
        f"*** START OF THE PROJECT GUTENBERG EBOOK THE HARBOUR ***\n\n{textwrap.fill(WORDS, 72)}\n\n"
        "*** END OF THE PROJECT GUTENBERG EBOOK THE HARBOUR ***\n\nSection 1. General Terms of Use\n"
    )
    (draft,) = parse(book.encode(), "pg1.txt")
    assert draft.text == WORDS
    assert {k: v.value for k, v in draft.metadata.items()} == {"title": "The Harbour", "author": "Marta Dahl"}


# What drafts are made of


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2024-05-07", "2024-05-07"),
        ("2024-05-07T10:00:00+02:00", "2024-05-07T10:00:00+02:00"),
        ("2024-05-07 10:00:00Z", "2024-05-07T10:00:00+00:00"),
        ("2024-05-07T10:00", "2024-05-07T10:00:00"),
        ("Tue, 07 May 2024 10:00:00 -0400", "2024-05-07T10:00:00-04:00"),
        ("Tue, 07 May 2024 10:00:00 EDT", "2024-05-07T10:00:00-04:00"),
        ("07 May 2024", "2024-05-07"),
        ("Tue, 07 May 2024", "2024-05-07"),
        ("May 7, 2024", "2024-05-07"),
        ("Sept. 3rd, 2024", "2024-09-03"),
        ("7 mai 2024", "2024-05-07"),
        ("1215-06-15", "1215-06-15"),
        ("07/05/2024", None),
        ("2024", None),
        ("May 2024", None),
        ("0101-01-01T00:00:00+00:00", None),
        ("yesterday", None),
        ("Foo 7, 2024", None),
        ("2024-02-30", None),
        ("", None),
    ],
)
def test_a_date_is_read_with_its_offset_or_not_at_all(written: str, date: str | None) -> None:
    assert date_of(written) == date


@given(st.datetimes(timezones=st.timezones() | st.none()).filter(lambda d: d.year >= 1000))
def test_an_iso_date_keeps_its_time_and_offset(moment) -> None:
    written = moment.replace(microsecond=0).isoformat()
    assert date_of(written) == written


@given(st.text(max_size=60) | any_text)
def test_any_value_is_one_canonical_line_or_left_out(value: str) -> None:
    for field in ("title", "published", "language", "url", "author"):
        for found in stated("test", **{field: value}).values():
            assert found.value == " ".join(canonical_text(found.value).split())
            assert 0 < len(found.value) <= 500


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "https://user:secret@vesk.example/", "//x", "http://[", ""]
)
def test_an_address_that_is_none_for_the_web_is_left_out(address: str) -> None:
    assert stated("test", url=address) == {}


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\files\\The harbour.docx", "The harbour"),
        ("-rf.txt", "rf"),
        ("a\nb\x00c.md", "a bc"),
        ("\u202etxt.exe", "txt"),
        ("x" * 300 + ".pdf", "x" * 200),
        (".hidden", "hidden"),
        ("\ud800.txt", "?"),
        ("..", ""),
    ],
)
def test_a_name_becomes_a_label_and_never_a_path(name: str, stem: str) -> None:
    assert stem_of(name) == stem
