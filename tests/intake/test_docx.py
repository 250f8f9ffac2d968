"""Word documents: what Word shows as text, in its order, and what the document says of itself."""

from __future__ import annotations

import pytest
from documents import WORDS, docx, paragraph

from qa.core.errors import ArticleError
from qa.intake.formats.office.docx import parse


def text(body: str, **parts: str | bytes) -> str:
    (draft,) = parse(docx(body, **parts), "x.docx")
    return draft.text


def run(words: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'


def test_headings_paragraphs_and_tables_stand_in_their_order() -> None:
    cell = "<w:tc><w:p>{}</w:p></w:tc>"
    table = f"<w:tbl><w:tr>{cell.format(run('ship'))}{cell.format(run('length'))}</w:tr></w:tbl>"
    assert text(paragraph("The harbour", "Heading1") + paragraph(WORDS) + table + paragraph("After.")) == (
        f"The harbour\n\n{WORDS}\n\nship | length\n\nAfter."
    )


def test_insertions_are_text_and_deletions_are_not() -> None:
    body = (
        f"<w:p>{run('The tank is ')}<w:del><w:r><w:delText>red</w:delText></w:r></w:del>"
        f"<w:ins>{run('green')}</w:ins>{run('.')}</w:p>"
    )
    assert text(body) == "The tank is green."


def test_content_controls_links_and_smart_tags_are_text() -> None:
    body = (
        f"<w:sdt><w:sdtContent><w:p>{run('In a control.')}</w:p></w:sdtContent></w:sdt>"
        f'<w:p>{run("See ")}<w:hyperlink w:anchor="x">{run("the quay")}</w:hyperlink>'
        f"<w:smartTag>{run(' in Vesk')}</w:smartTag>{run('.')}</w:p>"
    )
    assert text(body) == "In a control.\n\nSee the quay in Vesk."


def test_a_word_that_is_cut_into_runs_is_whole_and_breaks_stay() -> None:
    bold = "<w:proofErr w:type='spellStart'/><w:r><w:rPr><w:b/></w:rPr><w:t>bour</w:t></w:r>"
    assert (
        text(f"<w:p>{run('The har')}{bold}{run(' is')}<w:r><w:br/></w:r>{run('deep.')}</w:p>")
        == "The harbour is\ndeep."
    )
    pieces = "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r><w:r><w:t>c</w:t><w:t>d</w:t></w:r><w:r><w:t>e</w:t></w:r>"
    assert text(f"<w:p>{pieces}</w:p>").split() == ["a", "bcde"]


def test_a_picture_is_not_looked_at() -> None:
    drawing = (
        '<w:r><w:drawing><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" r:embed="r9"'
        ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/></w:drawing></w:r>'
    )
    assert text(f"<w:p>{drawing}{run('Below the picture.')}</w:p>") == "Below the picture."


def test_headers_footers_and_comments_are_not_text() -> None:
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    relationships = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="r{n}" Target="{part}.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            f'relationships/{part.rstrip("1")}"/>'
            for n, part in enumerate(("header1", "footer1", "comments"))
        )
        + "</Relationships>"
    )
    body = paragraph(WORDS) + (
        '<w:p><w:commentRangeStart w:id="1"/><w:r><w:t>Noted.</w:t></w:r><w:commentRangeEnd w:id="1"/>'
        '<w:r><w:commentReference w:id="1"/></w:r></w:p>'
    )
    assert (
        text(
            body,
            **{
                "word/_rels/document.xml.rels": relationships,
                "word/header1.xml": f"<w:hdr {w}>{paragraph('Confidential')}</w:hdr>",
                "word/footer1.xml": f"<w:ftr {w}>{paragraph('Page 1')}</w:ftr>",
                "word/comments.xml": f'<w:comments {w}><w:comment w:id="1">{paragraph("Eh?")}</w:comment></w:comments>',
            },
        )
        == f"{WORDS}\n\nNoted."
    )


def test_what_the_document_says_of_itself_is_taken_and_its_dates_are_not() -> None:
    core = (
        "<dc:title>The harbour</dc:title><dc:creator>Marta Dahl; Jan Roy</dc:creator><dc:language>en-GB</dc:language>"
        "<dcterms:created>2024-05-07T10:00:00Z</dcterms:created>"
    )
    (draft,) = parse(docx(paragraph(WORDS), core), "report.docx")
    assert {k: v.value for k, v in draft.metadata.items()} == {
        "title": "The harbour",
        "author": "Marta Dahl, Jan Roy",
        "language": "en-GB",
    }
    assert {v.origin for v in draft.metadata.values()} == {"document properties"}
    assert draft.name == "report"


@pytest.mark.parametrize(
    "core", ["", "<dc:title> </dc:title>", "<dc:title>Untitled</dc:title><dc:creator>user</dc:creator>"]
)
def test_what_is_not_stated_stays_unknown(core: str) -> None:
    assert parse(docx(paragraph(WORDS), core), "x.docx")[0].metadata == {}


@pytest.mark.parametrize("body", ["", paragraph(""), paragraph("  "), "<w:p><w:r><w:br/></w:r></w:p>"])
def test_a_document_without_words_is_refused(body: str) -> None:
    with pytest.raises(ArticleError, match="needs words"):
        parse(docx(body), "x.docx")


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(ArticleError):
        parse(docx("<w:sdt><w:sdtContent>" * 5000 + paragraph("x") + "</w:sdtContent></w:sdt>" * 5000), "x.docx")
