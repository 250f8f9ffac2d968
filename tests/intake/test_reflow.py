"""Lines on pages to running text: nothing is lost but headers, whatever the lines look like."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa.intake.formats.paged.lines import Line, Page
from qa.intake.formats.paged.reflow import running_text as texts_of_pages

WIDTH, HEIGHT = 600.0, 800.0
numbers = st.floats(-50, 900) | st.sampled_from([0.0, 72.0, 300.0])
texts = st.lists(st.from_regex(r"[A-Za-z]{1,8}[.,]?", fullmatch=True), min_size=1, max_size=8).map(" ".join)


def running_text(pages: list[Page]) -> str:
    return "".join(texts_of_pages(pages))


@st.composite
def any_line(draw) -> Line:
    left = draw(numbers)
    size = draw(st.floats(0, 40) | st.sampled_from([0.0, 10.0]))
    return Line(draw(texts), left, draw(numbers), left + draw(st.floats(0, 700)), size, draw(st.booleans()))


@given(st.lists(st.lists(any_line(), max_size=12), max_size=4), st.sampled_from([WIDTH, 0.0, 1e9]))
def test_any_lines_give_text(pages: list[list[Line]], width: float) -> None:
    assert len(texts_of_pages([Page(lines, width, HEIGHT) for lines in pages])) == len(pages)


@given(st.lists(any_line(), max_size=20))
def test_no_letter_of_a_page_is_lost_or_moved_into_another_word(lines: list[Line]) -> None:
    text = running_text([Page(lines, WIDTH, HEIGHT)])
    assert sorted(c for c in text if c.isalpha()) == sorted(c for line in lines for c in line.text if c.isalpha())


def column(words: list[str], left: float = 72, top: float = 700, right: float = 300, hyphens: tuple[int, ...] = ()):
    """Full lines, one below the other."""
    return [Line(text, left, top - 12 * n, right, 10, n in hyphens) for n, text in enumerate(words)]


def joined(words: list[str], hyphens: tuple[int, ...] = ()) -> str:
    return running_text([Page(column(words, hyphens=hyphens), WIDTH, HEIGHT)])


def test_a_broken_word_is_mended() -> None:
    assert joined(["the har", "bour of Vesk"], hyphens=(0,)) == "the harbour of Vesk"


def test_a_hyphen_stays_where_the_text_has_the_word_with_it() -> None:
    assert joined(["a well-known well", "known har", "bour"], hyphens=(0, 1)) == "a well-known well-known harbour"
    assert joined(["in the years 1998", "2004 and North", "South lines"], hyphens=(0, 1)) == (
        "in the years 1998-2004 and North-South lines"
    )


def test_a_short_line_that_is_no_sentence_keeps_its_break() -> None:
    lines = column(["The quay is full of nets today", "Harbour Office", "Quay 7 and then some more text"])
    lines[1] = Line("Harbour Office", 72, lines[1].bottom, 130, 10)
    assert running_text([Page(lines, WIDTH, HEIGHT)]).endswith("Harbour Office\nQuay 7 and then some more text")


def test_lines_stored_across_the_columns_are_read_down_the_columns() -> None:
    left = column([f"left line {n}" for n in range(12)], 60, right=280)
    right = column([f"right line {n}" for n in range(12)], 320, right=540)
    heading = Line("A heading over both of the columns of this page", 60, 730, 540, 16)
    across = [heading, *(line for row in zip(left, right, strict=True) for line in row)]
    text = running_text([Page(across, WIDTH, HEIGHT)])
    assert text.index("left line 11") < text.index("right line 0")
    assert text.startswith(heading.text)


def test_a_table_is_read_along_its_rows() -> None:
    rows = [
        Line(word, left, 600 - 12 * n, left + 40, 10)
        for n in range(12)
        for left, word in ((60, f"ship{n}"), (200, f"length{n}"), (340, f"year{n}"))
    ]
    assert "ship3 length3 year3" in running_text([Page(rows, WIDTH, HEIGHT)])


def test_lines_of_a_table_of_contents_are_out() -> None:
    lines = column(["The harbour is deep and old", "1 Fog . . . . . . . . . 7", "2 Ice ........................ xii"])
    assert running_text([Page(lines, WIDTH, HEIGHT)]) == "The harbour is deep and old"


def test_what_differs_from_page_to_page_is_no_header() -> None:
    pages = [Page([Line(f"Chapter begins {word}", 72, 760, 300, 10)], WIDTH, HEIGHT) for word in ("fog", "ice", "rain")]
    assert running_text(pages).split("\n\n") == ["Chapter begins fog", "Chapter begins ice", "Chapter begins rain"]


def test_figures_that_do_not_count_the_pages_are_no_page_numbers() -> None:
    pages = [Page([Line(f"{n} ships came", 72, 760, 300, 10)], WIDTH, HEIGHT) for n in (120, 340, 7)]
    assert "340 ships came" in running_text(pages)
