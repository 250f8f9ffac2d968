"""PDF: running text in reading order, whole paragraphs, no headers or footers, and honest refusals."""

from __future__ import annotations

import time
from random import Random

import pytest
from documents import WORDS, pdf
from hypothesis import given
from hypothesis import strategies as st

from qa.core.errors import ArticleError
from qa.corpus.article_file import checked_pages
from qa.intake.formats.paged import pdf as module
from qa.intake.formats.paged.pdf import parse

VOCABULARY = sorted({word.strip(".,").lower() for word in WORDS.split()})


def story(n: int) -> str:
    """Return some sentences that no other story has, so that only what is meant to repeats."""
    pick = Random(n)
    sentences = [
        " ".join(pick.choices(VOCABULARY, k=pick.randint(8, 30))).capitalize() for _ in range(pick.randint(2, 6))
    ]
    return ". ".join(sentences) + "."


STORIES = [story(n) for n in range(30)]


def text(data: bytes) -> str:
    (draft,) = parse(data, "x.pdf")
    return draft.text


@pytest.mark.parametrize("gap", [0, 4])
def test_lines_are_joined_to_the_paragraphs_that_were_written(gap: float) -> None:
    assert text(pdf(STORIES[:5], gap=gap)) == "\n\n".join(STORIES[:5])


def test_paragraphs_go_on_over_the_end_of_a_page() -> None:
    assert text(pdf(STORIES)).split("\n\n") == STORIES


@pytest.mark.parametrize("columns", [2, 3])
def test_columns_are_read_one_after_the_other(columns: int) -> None:
    assert text(pdf(STORIES, columns=columns)).split("\n\n") == STORIES


def test_a_heading_is_a_block_of_its_own() -> None:
    data = pdf(STORIES[:2], heading="The old harbour of Vesk will be dredged before the winter, the council decides")
    assert text(data).split("\n\n") == [
        "The old harbour of Vesk will be dredged before the winter, the council decides",
        *STORIES[:2],
    ]


def test_what_stands_at_the_same_place_of_every_page_is_out() -> None:
    heads = (lambda n: "The Vesk Gazette, 7 May 2024", lambda n: ("Gazette", f"Harbour {n}")[n % 2])
    feet = (lambda n: f"Page {n} of 9", lambda n: f"- {n} -", lambda n: "Printed in Vesk. All rights reserved.")
    for head in heads:
        for foot in feet:
            assert text(pdf(STORIES, head=head, foot=foot)).split("\n\n") == STORIES


def test_the_number_of_a_single_page_is_out_and_a_year_is_not() -> None:
    assert text(pdf(STORIES[:1], foot=str)) == STORIES[0]
    assert text(pdf([*STORIES[:1], "1984"])).endswith("1984")


def test_a_line_that_is_on_every_page_is_kept_when_there_is_nothing_else() -> None:
    assert text(pdf(pages=3, head=lambda n: f"Potato {n}")) == "Potato 1\n\nPotato 2\n\nPotato 3"


def test_what_a_tool_or_nobody_put_into_the_title_is_not_the_title() -> None:
    for title in ("Microsoft Word - report.docx", "untitled", "Document1", "report_final_v2", "x.indd", ""):
        data = pdf(STORIES[:1], prepare=lambda sheets, title=title: sheets.set_title(title))
        assert parse(data, "x.pdf")[0].metadata == {}


def test_what_the_file_says_of_itself_is_taken_and_its_dates_are_not() -> None:
    def prepare(sheets) -> None:
        sheets.set_title("The harbour")
        sheets.set_author("Marta Dahl")
        sheets.set_lang("en-GB")

    (draft,) = parse(pdf(STORIES[:1], prepare=prepare), "x.pdf")
    assert {k: (v.value, v.origin) for k, v in draft.metadata.items()} == {
        "title": ("The harbour", "pdf information"),
        "author": ("Marta Dahl", "pdf information"),
        "language": ("en-GB", "pdf catalog"),
    }


def test_a_title_that_is_not_the_utf_16_that_it_claims_to_be_is_left_out() -> None:
    data = pdf(STORIES[:1], prepare=lambda sheets: sheets.set_title("abcdefgh"))
    broken = data.replace(b"(abcdefgh)", b"(\xfe\xff\xd8\x41\x00bcd)")
    assert broken != data
    (draft,) = parse(broken, "x.pdf")
    assert (draft.text, draft.metadata) == (STORIES[0], {})


def test_a_publishers_date_is_taken() -> None:
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><prism:publicationDate>2024-05-07</prism:publicationDate>'
        "<prism:publicationName>Gazette</prism:publicationName><dc:title><rdf:Alt><rdf:li>Deep</rdf:li></rdf:Alt>"
        "</dc:title></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    (draft,) = parse(pdf(STORIES[:1], prepare=lambda s: s.set_xmp_metadata(xmp)), "x.pdf")
    assert {k: (v.value, v.origin) for k, v in draft.metadata.items()} == {
        "title": ("Deep", "pdf xmp"),
        "outlet": ("Gazette", "pdf xmp"),
        "published": ("2024-05-07", "pdf xmp"),
    }


def test_a_title_set_larger_is_the_title_and_its_origin_says_so() -> None:
    (draft,) = parse(pdf(STORIES[:2], heading="The old harbour"), "x.pdf")
    title = draft.metadata["title"]
    assert (title.value, title.origin) == ("The old harbour", "largest text of the first page")


def test_a_file_with_an_empty_password_opens_and_any_other_is_refused() -> None:
    def owner(sheets) -> None:
        sheets.set_encryption(owner_password="secret")

    def user(sheets) -> None:
        sheets.set_encryption(owner_password="secret", user_password="also")

    assert text(pdf(STORIES[:1], prepare=owner)) == STORIES[0]
    with pytest.raises(ArticleError, match="password"):
        parse(pdf(STORIES[:1], prepare=user), "x.pdf")


def test_pictures_of_text_are_said_to_hold_none() -> None:
    with pytest.raises(ArticleError, match="No text found"):
        parse(pdf(pages=2), "x.pdf")


def test_ten_thousand_pages_are_refused_at_once() -> None:
    data = page_tree(10_000)
    begun = time.thread_time()
    with pytest.raises(ArticleError, match="10,000 pages"):
        parse(data, "x.pdf")
    assert time.thread_time() - begun < 5


def page_tree(pages: int) -> bytes:
    """Return a PDF of so many equal empty pages, without a table of its objects, which readers make again."""
    kids = " ".join(f"{n + 3} 0 R" for n in range(pages))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {pages}/Kids[{kids}]>>"]
    objects += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"] * pages
    body = "".join(f"{n} 0 obj{content}endobj\n" for n, content in enumerate(objects, start=1))
    return f"%PDF-1.4\n{body}trailer<</Root 1 0 R>>\n".encode()


@pytest.mark.parametrize(
    "objects",
    [
        ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>"],
        ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>", "<</Type/Page/Parent 3 0 R>>"],
        ["<</Type/Catalog/Pages 1 0 R>>"],
        ["1 0 R"],
        ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 999999999/Kids[]>>"],
    ],
)
def test_a_loop_ends_in_a_message(objects: list[str]) -> None:
    body = "".join(f"{n} 0 obj{content}endobj\n" for n, content in enumerate(objects, start=1))
    begun = time.thread_time()
    with pytest.raises(ArticleError):
        parse(f"%PDF-1.4\n{body}trailer<</Root 1 0 R>>\n".encode(), "x.pdf")
    assert time.thread_time() - begun < 5


def test_a_form_that_draws_itself_ends() -> None:
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
        "<</Length 5>>stream\n/X Do\nendstream",
        "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>/Length 5>>"
        "stream\n/X Do\nendstream",
    ]
    body = "".join(f"{n} 0 obj{content}endobj\n" for n, content in enumerate(objects, start=1))
    with pytest.raises(ArticleError, match="No text found"):
        parse(f"%PDF-1.4\n{body}trailer<</Root 1 0 R>>\n".encode(), "x.pdf")


def test_more_letters_than_an_article_holds_are_refused(monkeypatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1_000)
    with pytest.raises(ArticleError, match="more than"):
        parse(pdf(STORIES), "x.pdf")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tail: bytes) -> None:
    with pytest.raises(ArticleError):
        parse(b"%PDF-1.7\n" + tail, "x.pdf")


def test_every_page_begins_where_its_first_words_stand() -> None:
    """A page number in the footer says which page a paragraph stands on; here each page has its own words."""

    def sheet(sheets) -> None:
        for n in range(1, 4):
            sheets.add_page()
            if n != 2:  # the second page is empty
                sheets.multi_cell(0, 5, f"Page{n} begins here. {STORIES[n]}", new_x="LMARGIN", new_y="NEXT")

    (draft,) = parse(pdf(prepare=sheet, pages=0), "x.pdf")
    third = draft.text.index("Page3")
    assert draft.pages == (0, third, third)


def test_a_page_in_the_middle_of_a_paragraph_begins_at_a_whole_word() -> None:
    (draft,) = parse(pdf(STORIES), "x.pdf")
    assert len(draft.pages) > 1
    assert list(draft.pages) == sorted(draft.pages)
    assert all(at == 0 or draft.text[at - 1].isspace() for at in draft.pages)
    assert checked_pages(draft.pages, draft.text) == draft.pages
