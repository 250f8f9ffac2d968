"""HTML fragments: what a reader sees, in the blocks in which it is seen."""

from __future__ import annotations

from contextlib import suppress

import pytest
from attacks import is_linear
from hypothesis import given
from hypothesis import strategies as st
from strategies import any_text

from qa.core.errors import ArticleError
from qa.corpus.canonical import canonical_text
from qa.intake.formats.documents.markup import fragment_text, html_root, sections, xhtml_root


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<h1>Head</h1><p>one\n two</p><p>three</p>", "Head\n\none two\n\nthree"),
        ("<ul><li>a</li><li>b <b>c</b></li></ul>after", "a\nb c\n\nafter"),
        ("<ol><li><p>a</p></li><li>b<ul><li>c</li></ul></li></ol>", "a\n\nb\n\nc"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<table><tr><th>a</th><td>b</td></tr><tr><td>c</td><td></td></tr></table>", "a | b\nc"),
        ("<table><tr><td><table><tr><td><p>one</p></td></tr></table></td></tr></table>", "one"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("a | b || c", "a | b || c"),
        ("a<script>x</script><style>y</style><!-- z --><b hidden>h</b>b", "ab"),
        ('<div style="display: none">preview</div>words', "words"),
        ("&lt;b&gt; &amp; &eacute;&nbsp;x", "<b> & é\xa0x"),
        ('news<sup><a href="#n1">1</a></sup> and <a href="#r1">↑</a> <a href="#x">a link</a>', "news and a link"),
        ("H<sub>2</sub>O is 10<sup>2</sup>", "H2O is 102"),
        ("<ruby>橋<rt>はし</rt></ruby>", "橋"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_a_reader_sees_the_words_in_their_blocks(markup: str, text: str) -> None:
    assert fragment_text(markup) == text


def test_what_is_to_be_left_out_is_named_by_class_id_or_type() -> None:
    markup = '<p>a</p><div class="x quote">b</div><p id="q">c</p><blockquote type="cite">d</blockquote>e'
    assert fragment_text(markup, ("quote", "q", "cite")) == "a\n\ne"


def test_text_is_cut_where_a_chapter_begins() -> None:
    root = html_root('<p>before</p><h2 id="c1">One</h2><p>first</p><a name="c2"></a><p>second</p>')
    assert root is not None
    assert sections(root, {"c1", "c2"}) == [("", "before"), ("c1", "One\n\nfirst"), ("c2", "second")]


def test_xhtml_is_read_as_xml_with_the_names_of_html() -> None:
    root = xhtml_root(
        b'<?xml version="1.0" encoding="latin-1"?><html xmlns="http://www.w3.org/1999/xhtml">'
        b"<head><title/><script src='x'/></head><body>"
        b"<p><a id='p1'/>caf\xe9&nbsp;&mdash; x &amp; &unknown;</p></body></html>"
    )
    assert root is not None
    assert sections(root, ()) == [("", "café\xa0— x & &unknown;")]


@given(any_text)
def test_any_markup_gives_text_that_is_canonical_in_one_step(source: str) -> None:
    text = canonical_text(fragment_text(source))
    assert canonical_text(text) == text


@given(
    st.lists(
        st.sampled_from(
            "<b> </b> <p> <td> </table> <table> <script> word <!-- --> &lt; <pre> </pre> <li> <a\xa0 \x00".split(" ")
        )
    )
)
def test_broken_markup_gives_text(pieces: list[str]) -> None:
    assert isinstance(fragment_text("".join(pieces)), str)
    assert isinstance(xhtml_root("".join(pieces).encode()), object)


def test_deep_nesting_is_read_whole_or_refused_never_dropped() -> None:
    assert fragment_text("<div>" * 100 + "deep" + "</div>" * 100) == "deep"
    with pytest.raises(ArticleError, match="nested"):
        fragment_text("<div>" * 200_000 + "deep")


@pytest.mark.parametrize(
    "piece",
    ["<div ", "<!--", "<pre>x</pre>", "<td>", "&amp;", "<p>a", '<b x="', "<pre>" + " " * 99, "<td></td>"],
    ids=repr,
)
def test_hostile_markup_costs_linear_time(piece: str) -> None:
    def read(text: str) -> None:
        with suppress(ArticleError):  # nested too deeply
            fragment_text(text)

    assert is_linear(read, piece, 50_000)
