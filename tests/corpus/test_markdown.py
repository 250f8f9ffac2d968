"""Markdown to plain text: what a reader would see, whole."""

from __future__ import annotations

import re

import pytest
from attacks import cost, is_linear
from hypothesis import given
from hypothesis import strategies as st
from strategies import any_text

from qa.core.errors import ArticleError
from qa.corpus.canonical import canonical_text
from qa.corpus.markdown import MAX_LINKS, html_to_text, markdown_to_text

words = st.lists(st.from_regex(r"[A-Za-z]{1,9}", fullmatch=True), min_size=1, max_size=12).map(" ".join)


def shown(source: str) -> str:
    return canonical_text(markdown_to_text(source))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("# Head\ntext", "Head\n\ntext"),
        ("Head\n====\n\none\n\ntwo", "Head\n\none\n\ntwo"),
        ("- a\n- b\n  - c\n\nafter", "a\nb\nc\n\nafter"),
        ("1. one\n\n2. two", "one\n\ntwo"),
        ("> quoted\n> on\n\nafter", "quoted\non\n\nafter"),
        ("| a | b |\n|---|---|\n| c | d |\n\nafter", "a b\nc d\n\nafter"),
        ("a **b** _c_ ~~d~~ `e*` \\*f\\*", "a b c d e* *f*"),
        ("[words](http://x.example 'title') ![alt *text*](y.png)", "words alt text"),
        ("<http://x.example> &amp; &eacute;", "http://x.example & é"),
        ("line  \nbreak<br>again<BR/>end", "line\nbreak\nagain\nend"),
        ("    code\n\n```\nfenced <b>\n```", "code\n\nfenced <b>"),
        ("one\n\n***\n\ntwo", "one\n\ntwo"),
        ("a <script>alert(1)</script>b <!-- c -->d", "a b d"),
        ("<div>\n<p>one</p><p>two</p>\n</div>\n\nthree", "one\n\ntwo\n\nthree"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a  b"),
        ("<ul><li>a<li>b</ul><dl><dt>c<dd>d</dl>", "a\nb\n\nc\nd"),
        ('<p title="1 > 0">x &lt; y</p>', "x < y"),
        ("<script>\nif (a < b) 'x'\n\ny\n</script>\n\nafter", "after"),
        ("<style>p {}</style>\n\nafter", "after"),
        ("[ref]: http://x.example\n\n[ref] stays", "ref stays"),
    ],
)
def test_a_reader_sees_the_words_and_no_markup(source: str, text: str) -> None:
    assert shown(source) == text


@given(words)
def test_plain_words_stay_as_they_are(source: str) -> None:
    assert shown(source) == source


@given(
    words, st.sampled_from(["**{}**", "*{}*", "> {}", "- {}", "# {}", "[{}](http://x.example)", "<p>{}</p>", "| {} |"])
)
def test_markup_never_swallows_the_words_it_dresses(source: str, dress: str) -> None:
    assert source in shown(dress.format(source))


@given(any_text)
def test_any_text_is_read_or_refused(source: str) -> None:
    try:
        assert isinstance(markdown_to_text(source), str)
    except ArticleError:
        return


@given(any_text)
def test_any_html_gives_text(source: str) -> None:
    assert isinstance(html_to_text(source), str)


@given(
    st.lists(st.sampled_from(["<b>", "</b>", "<script>", "</script>", "<p>", "<td>", "word ", "<!--", "-->", "&lt;"]))
)
def test_no_tag_survives(pieces: list[str]) -> None:
    assert not re.search(r"</?(?:b|p|td|script)>", html_to_text("".join(pieces)))


@pytest.mark.parametrize("marker", [">", "- ", "1. "])
def test_deep_nesting_is_kept_whole_or_refused_never_dropped(marker: str) -> None:
    assert "deep" in markdown_to_text(marker * 30 + "deep")
    with pytest.raises(ArticleError, match="nested"):
        markdown_to_text(marker * 300 + "deep")


@pytest.mark.parametrize(
    "piece", ["<div ", "<!--", "<!", "<?", "<script>", "</scrip", "&", "</a ", '<a x="', "<a x=y "], ids=repr
)
def test_hostile_html_costs_linear_time(piece: str) -> None:
    assert is_linear(html_to_text, piece, 20_000)


@pytest.mark.parametrize("piece", ["[", "![", "[a][", "[a](b) "])
def test_a_text_of_nothing_but_brackets_is_read_in_a_moment_and_loses_nothing(piece):
    source, plain = piece * (2 * MAX_LINKS), "a b c\n" * (2 * MAX_LINKS)
    assert cost(markdown_to_text, source) < 3 * cost(markdown_to_text, plain)
    assert markdown_to_text(source).count("[") == source.count("[")
