"""E-books: chapters as the book's contents name them; covers, contents and copyright pages are not text."""

from __future__ import annotations

import pytest
from documents import WORDS, epub, xhtml

from qa.core.errors import ArticleError
from qa.intake.formats.documents.epub import MIN_CHAPTER, parse

LONG = "".join(f"<p>{WORDS}</p>" for _ in range(1 + MIN_CHAPTER // len(WORDS)))
TEXT = "\n\n".join([WORDS] * (1 + MIN_CHAPTER // len(WORDS)))
METADATA = (
    "<dc:title>The Harbour</dc:title><dc:creator>Marta Dahl</dc:creator><dc:creator>Jan Roy</dc:creator>"
    "<dc:language>en</dc:language><dc:publisher>Quay Press</dc:publisher><dc:date>2019-03-01</dc:date>"
    '<meta property="dcterms:modified">2024-01-01T00:00:00Z</meta>'
)


def titles(data: bytes) -> list[str | None]:
    return [d.metadata["title"].value if "title" in d.metadata else None for d in parse(data, "x.epub")]


@pytest.mark.parametrize("version", [2, 3])
def test_each_long_chapter_is_an_article_named_after_book_and_chapter(version: int) -> None:
    documents = {"a.xhtml": xhtml(f"<h1>1</h1>{LONG}"), "b.xhtml": xhtml(LONG)}
    book = epub(documents, [("a.xhtml", "Fog"), ("b.xhtml", "Ice")], version=version)
    first, second = parse(book, "harbour.epub")
    assert first.metadata["title"].value == "The Harbour: Fog"
    assert first.metadata["title"].origin == "e-book contents"
    assert first.text == f"1\n\n{TEXT}"
    assert second.metadata["title"].value == "The Harbour: Ice"
    assert second.name == "harbour Ice"


def test_chapters_are_cut_where_the_contents_say_not_where_the_files_end() -> None:
    documents = {
        "a.xhtml": xhtml(f'<h2 id="c1">Fog</h2>{LONG}<h2 id="c2">Ice</h2>{LONG}'),
        "b.xhtml": xhtml(f"<p>The end of the ice.</p>{LONG}"),
    }
    first, second = parse(epub(documents, [("a.xhtml#c1", "Fog"), ("a.xhtml#c2", "Ice")]), "x")
    assert first.text == f"Fog\n\n{TEXT}"
    assert second.text == f"Ice\n\n{TEXT}\n\nThe end of the ice.\n\n{TEXT}"


def test_a_short_chapter_goes_to_the_next_and_a_short_book_is_one_article() -> None:
    documents = {"p.xhtml": xhtml("<h1>Part One</h1>"), "a.xhtml": xhtml(LONG), "e.xhtml": xhtml("<p>Thanks.</p>")}
    contents = [("p.xhtml", "Part One"), ("a.xhtml", "Fog"), ("e.xhtml", "Thanks")]
    (draft,) = parse(epub(documents, contents), "x")
    assert draft.text == f"Part One\n\n{TEXT}\n\nThanks."
    assert draft.metadata["title"].value == "The Harbour"
    short = {"a.xhtml": xhtml("<p>One.</p>"), "b.xhtml": xhtml("<p>Two.</p>")}
    assert [d.text for d in parse(epub(short, [("a.xhtml", "A"), ("b.xhtml", "B")]), "x")] == ["One.\n\nTwo."]


def test_a_book_without_contents_takes_its_chapters_from_its_headings() -> None:
    book = epub({"a.xhtml": xhtml(f"<h1>Fog <i>and</i> ice</h1>{LONG}"), "b.xhtml": xhtml(LONG)})
    assert titles(book) == ["The Harbour: Fog and ice", "The Harbour: part 2"]


def test_covers_contents_and_copyright_pages_are_not_text() -> None:
    imprint = "<p>Copyright © 2019 Marta Dahl. All rights reserved.</p><p>ISBN 978-0-00-000000-2</p>"
    links = "".join(f'<p><a href="a.xhtml#{n}">Chapter {n}</a></p>' for n in range(9))
    documents = {
        "cover.xhtml": xhtml("<p>The Harbour, a novel</p>", attributes='epub:type="cover"'),
        "imprint.xhtml": xhtml(imprint),
        "contents.xhtml": xhtml(f"<h1>Contents</h1>{links}"),
        "a.xhtml": xhtml(LONG),
    }
    (draft,) = parse(epub(documents), "x")
    assert draft.text == TEXT


def test_a_story_that_mentions_a_copyright_stays() -> None:
    page = xhtml(f"<p>All rights reserved, he thought, and laughed.</p>{LONG}")
    assert "he thought" in parse(epub({"a.xhtml": page}), "x")[0].text


def test_what_the_book_says_of_itself_is_taken_and_when_it_was_made_is_not() -> None:
    (draft,) = parse(epub({"a.xhtml": xhtml(LONG)}, metadata=METADATA), "x")
    assert {k: v.value for k, v in draft.metadata.items()} == {
        "title": "The Harbour",
        "author": "Marta Dahl, Jan Roy",
        "language": "en",
        "outlet": "Quay Press",
        "published": "2019-03-01",
    }
    assert {v.origin for v in draft.metadata.values()} == {"e-book package"}
    unknown = "<dc:title>A</dc:title><dc:date>0101-01-01T00:00:00+00:00</dc:date><dc:language>und</dc:language>"
    assert set(parse(epub({"a.xhtml": xhtml(LONG)}, metadata=unknown), "x")[0].metadata) == {"title"}
    events = (
        '<dc:date opf:event="modification">2024-01-01</dc:date><dc:date opf:event="publication">1998-05-01</dc:date>'
    )
    assert parse(epub({"a.xhtml": xhtml(LONG)}, metadata=events), "x")[0].metadata["published"].value == "1998-05-01"


def test_a_protected_book_is_refused_and_one_with_protected_fonts_is_read() -> None:
    def encryption(target: str) -> dict[str, str]:
        return {
            "META-INF/encryption.xml": '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><E><C>'
            f'<CipherReference URI="{target}"/></C></E></encryption>'
        }

    with pytest.raises(ArticleError, match="protected"):
        parse(epub({"a.xhtml": xhtml(LONG)}, extra=encryption("OEBPS/a.xhtml")), "x")
    assert parse(epub({"a.xhtml": xhtml(LONG)}, extra=encryption("OEBPS/f.otf")), "x")[0].text == TEXT


def test_a_book_of_pictures_says_that_it_holds_no_text() -> None:
    with pytest.raises(ArticleError, match="no text"):
        parse(epub({"a.xhtml": xhtml('<img src="1.jpg" alt="page"/>')}), "x")


def test_a_link_that_climbs_out_of_the_book_leads_nowhere() -> None:
    (draft,) = parse(epub({"a.xhtml": xhtml(LONG)}, [("../../../etc/passwd", "Out"), ("a.xhtml", "In")]), "x")
    assert draft.text == TEXT


def test_what_is_written_in_the_drawings_of_a_fixed_layout_is_text() -> None:
    lines = f'<tspan y="1">Fog,</tspan><tspan y="2">{WORDS}</tspan>'
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg"><text>{lines}</text></svg>'
    (draft,) = parse(epub({"a.xhtml": xhtml(drawn)}, [("a.xhtml", "Fog")]), "x.epub")
    assert draft.text == f"Fog, {WORDS}"


def test_labels_in_a_drawing_beside_text_are_no_text() -> None:
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg"><text>Figure</text></svg><p>{WORDS}</p>'
    (draft,) = parse(epub({"a.xhtml": xhtml(drawn)}, [("a.xhtml", "Fog")]), "x.epub")
    assert draft.text == WORDS
