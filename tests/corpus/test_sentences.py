"""Sentence spans: exact over any text, and cut where a reader of news would cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from attacks import is_linear
from hypothesis import given
from places import ROOT
from strategies import any_text

from qa.corpus.article_file import parse_article
from qa.corpus.canonical import canonical_text
from qa.corpus.sentences import LONGEST, segment, sentence_spans

NEWS = ROOT / "bench" / "data"

# One string a case; ⏐ marks where it is cut.
EXAMPLES = {
    "quotes that close after the stop": "“It is over.”⏐ She left.⏐ 'No.'⏐ He stayed.⏐ \"Why?\"⏐ Nobody knew.",
    "brackets that close after the stop": "(He left.)⏐ She stayed [for now.]⏐ It ended.",
    "a quotation of two sentences": "“We lost everything.⏐ We have nothing,” he said.⏐ “God help us.”",
    "a question that is reported": "“Is it over?” he asked.⏐ “Is it?” Ms. Grant asked.⏐ “Go!” they shouted.",
    "titles": "Mr. Lee met Dr. Roy, Gov. Hale and Lt. Gov. Anne Cole.⏐ Sen. Ted Ames (R-Ohio) left.",
    "initials": "J. K. Rowling met George W. Bush.⏐ A. B. Yehoshua wrote.",
    "decimals": "It grew by 3.5 percent.⏐ Prices rose $1.2 billion.⏐ The index closed at 88.30.⏐ Then it fell.",
    "numbers": "No. 10 was quiet.⏐ It was ranked No. 3.⏐ He said no.⏐ She paid Rs. 500 to him.",
    "U.S.": (
        "The U.S. Senate met in the U.S.-led talks.⏐ He moved to the U.S. in 2010.⏐ He likes the U.S.⏐ "
        "His wife does not."
    ),
    "capital cities": "In Washington, D.C., it rained.⏐ He lives in Washington, D.C.⏐ The president spoke.",
    "clock times": (
        "At 5 p.m. the siren rang.⏐ It ended at 9 p.m.⏐ Police came at 6 a.m. Monday, 1 a.m. GMT.⏐ It was over."
    ),
    "dates": "It began on Jan. 5.⏐ It ended on Feb. 6, 2023.⏐ May came.",
    "companies": "Acme Inc. fell.⏐ Others at Brandt & Co. rose.⏐ He runs Acme Corp.⏐ The firm is old.",
    "words that only a court abbreviates": (
        "It lasted all day.⏐ “So,” he said, “it was in the media.⏐ Officials met.⏐ St. Ives won.”"
    ),
    "names that only a court abbreviates": (
        "He lives in New York.⏐ Hamill left Utah.⏐ Liam Hughes.⏐ Smith v. Jones went on."
    ),
    "ellipses": "Wait... what happened?⏐ Nothing…⏐ Then it ended.⏐ It was … strange.",
    "several marks": "What?!⏐ No way!!⏐ He left.",
    "names with a mark": "Yahoo! announced profits.⏐ The Jeopardy! host left.",
    "years of an era": "It was built around 170 AD.⏐ Karl Marx saw it.⏐ In 16 BC. it was not there.",
    "German dates": "Es wurde am 5. Mai 2022 eröffnet.⏐ Es kamen 12.⏐ Alle blieben.",
    "web addresses": "See www.example.com.⏐ Mail a.b@example.org today.⏐ Read https://example.org/a.b?c=d.e now.",
    "no space after a stop": "It ended there.No one spoke.⏐ He left.”She stayed.⏐ In 2024.Then more.".replace(
        "there.", "there.⏐"
    )
    .replace("”She", "”⏐She")
    .replace("2024.Then", "2024.⏐Then"),
    "headings": "A HEADING\n⏐The story begins.⏐ It ends.\n\n⏐What happens next\n\n⏐It goes on.",
    "list lines": "We know this:\n⏐- one thing\n⏐- another thing\n⏐• a third\n⏐It is over.",
    "numbered list lines": "1. First item.\n⏐2. Second item\n⏐(3) Third item\n⏐a) Fourth item",
    "footnotes": "It is known.[1]⏐ It is not.[2][citation needed]⏐ It is.",
    "a closing quote with a comma": "The film “Who Is It?”, released in 2001, won.⏐ It was loved.",
    "Chinese": "据报道，导弹袭击了基辅。⏐死者十二人！⏐真的吗？⏐“是的。”⏐他说。",
    "Japanese": "戦争は終わった。⏐本当か？⏐「はい。」⏐皆が帰った。",
    "Hindi": "हमले में बारह लोग मारे गए।⏐ यह सच है।⏐ क्या यह सच है?",
    "Arabic": "قُتل اثنا عشر شخصًا.⏐ هل انتهت الحرب؟⏐ لا أحد يعرف.",
    "Armenian": "Պատերազմն ավարտվեց։⏐ Ոչ ոք չգիտի։",
}


def spans_of(marked: str) -> tuple[str, list[str]]:
    return marked.replace("⏐", ""), [s.strip() for s in marked.split("⏐")]


@pytest.mark.parametrize("marked", EXAMPLES.values(), ids=EXAMPLES)
def test_news_is_cut_where_a_reader_would_cut(marked: str) -> None:
    text, expected = spans_of(marked)
    assert [text[a:b] for a, b in sentence_spans(text)] == expected


@pytest.mark.parametrize("name", ["news_sentences.txt"])
def test_hand_labelled_news_is_cut_as_labelled(name: str) -> None:
    for paragraph in (NEWS / name).read_text(encoding="utf-8").strip().split("\n\n"):
        text, expected = "", []
        for line in paragraph.split("\n"):
            gap = "" if not text or text.endswith("\\") else "\n" if line.startswith("- ") else " "
            text = text.removesuffix("\\") + gap + line
            expected.append(line.removesuffix("\\"))
        assert [text[a:b] for a, b in sentence_spans(text)] == expected


def test_the_starter_article_is_cut_as_labelled() -> None:
    name = "kyiv-missile-strike-north-korea"
    file = NEWS.parent.parent / "corpus" / f"{name}.md"
    text = parse_article(file.read_text(encoding="utf-8"), name, markdown=True).text
    expected = [s for s in (NEWS / f"{name}.txt").read_text(encoding="utf-8").split("\n") if s]
    assert [text[a:b] for a, b in sentence_spans(text)] == expected


@given(any_text)
def test_spans_are_ordered_disjoint_and_cover_everything_but_white_space(raw: str) -> None:
    text = canonical_text(raw)
    spans = sentence_spans(text)
    assert all(a < b for a, b in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    covered = "".join(text[a:b] for a, b in spans)
    assert "".join(covered.split()) == "".join(text.split())


@given(any_text)
def test_no_span_has_outer_white_space(raw: str) -> None:
    text = canonical_text(raw)
    for a, b in sentence_spans(text):
        assert text[a:b] == text[a:b].strip() != ""


@given(any_text)
def test_no_sentence_crosses_a_blank_line(raw: str) -> None:
    text = canonical_text(raw)
    assert all("\n\n" not in text[a:b] for a, b in sentence_spans(text))


@given(any_text)
def test_equal_texts_are_cut_equally(raw: str) -> None:
    text = canonical_text(raw)
    assert sentence_spans(text) == sentence_spans(text)
    assert [(s.start, s.end) for s in segment(text)] == sentence_spans(text)


def test_repeated_sentences_have_their_own_spans() -> None:
    text = "It is war. It is war.\nIt is war. Is it? It is war."
    spans = sentence_spans(text)
    assert len(spans) == len(set(spans)) == 5
    assert [text[a:b] for a, b in spans] == ["It is war.", "It is war.", "It is war.", "Is it?", "It is war."]


WRAPPED = """\
KYIV, Ukraine (AP) — Rescue workers pulled three more people from the
rubble on Friday, a day after a missile tore through a nine-storey block
of flats. Officials said that 12 people had died. The search, led by Lt.
Col. James Avery, goes on. It began at 5 p.m.
on Thursday.

Nobody knows more."""


def test_hard_wrapped_text_is_not_cut_at_line_ends() -> None:
    assert [" ".join(WRAPPED[a:b].split()) for a, b in sentence_spans(WRAPPED)] == [
        "KYIV, Ukraine (AP) — Rescue workers pulled three more people from the rubble on Friday, a day after a missile "
        "tore through a nine-storey block of flats.",
        "Officials said that 12 people had died.",
        "The search, led by Lt. Col. James Avery, goes on.",
        "It began at 5 p.m.",
        "on Thursday.",
        "Nobody knows more.",
    ]


def test_what_has_no_stop_is_cut_between_words_and_behind_a_mark_if_there_is_one() -> None:
    talk = "and then we went on to the next one " * 100
    pieces = [talk[a:b] for a, b in sentence_spans(talk)]
    assert all(LONGEST // 2 <= len(p) <= LONGEST for p in pieces[:-1])
    assert " ".join(pieces) == talk.strip()
    law = "whoever holds the land, and " * 15 + "who does not; " + "whoever sells the land, and " * 35 + "who buys."
    assert [law[:b][-1] for _, b in sentence_spans(law)] == [";", ",", "."]
    assert sentence_spans("x" * 5000) == [(0, 5000)]


def test_short_lines_without_a_stop_are_units_of_their_own() -> None:
    text = "By Jane Roy\nKyiv correspondent\n\nMissile hits Kyiv\nTwelve people died."
    assert [text[a:b] for a, b in sentence_spans(text)] == text.replace("\n\n", "\n").split("\n")


@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
def test_a_text_without_words_has_no_sentences(text: str) -> None:
    assert sentence_spans(text) == []


def test_boilerplate_is_marked_and_the_story_is_not() -> None:
    text = "A missile hit Kyiv. Twelve died.\nWe reported it first.\n© 2024 Example Media. All rights reserved."
    assert [s.boilerplate for s in segment(text)] == [False, False, False, True, True]


@pytest.mark.parametrize(
    "piece", [".", "a.", "“", "A. ", "x ", "1.", "U.S. ", "\n.", "? ", "He said no. “Go!” ", "。", "[1]"]
)
def test_odd_text_costs_linear_time(piece: str) -> None:
    assert is_linear(sentence_spans, piece, 100_000 // len(piece))
