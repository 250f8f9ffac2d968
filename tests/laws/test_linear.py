"""What is read costs in proportion to its length, whatever it is made of: patterns, sentences, front matter.

Costs are this thread's own processor time and compared within one run: twice as much may take twice as long, and noise
on top, never four times.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
import yaml
from attacks import ENDS, NOISE, PROPORTIONAL, Used, attacks, cost, growth, patterns_of

import qa
import qa.corpus.frontmatter
from qa.answer.question.clean import MAX_QUESTION, clean_question
from qa.answer.question.conversation import names_in
from qa.answer.question.frames import SEARCHED
from qa.answer.question.subquestions import parts_of
from qa.core.errors import ArticleError
from qa.core.types import Sentence
from qa.corpus.boilerplate import boilerplate_lines
from qa.corpus.canonical import canonical_text
from qa.corpus.frontmatter import MAX_CHARACTERS, render_front_matter, split_front_matter
from qa.corpus.lookalikes import lookalike_note
from qa.corpus.markdown import markdown_to_text
from qa.corpus.passages import MAX_CHARACTERS as LONGEST_PASSAGE
from qa.corpus.passages import make_passages
from qa.corpus.sentences import LONGEST, segment, sentence_spans
from qa.corpus.words import words
from qa.index.catalog.acronyms import read_definitions
from qa.index.catalog.near_duplicates import sign_text
from qa.intake.drafts import LONGEST_HEAD

PAGE = 2000  # characters from which on the square is plain to see

# Patterns over what is short: the most characters that they see. White space has been made single in them.
SHORT = {
    "qa.answer.question.frames": MAX_QUESTION,
    "qa.answer.question": SEARCHED,  # the clause that asks
    "qa.answer.evidence.signals": SEARCHED,
    "qa.service.patterns": LONGEST,  # sentences
    "qa.intake.dates": 120,  # what stands around a date
    "qa.intake.days": 120,
    "qa.intake.calendars": 120,
    "qa.intake.formats.office.tools": 500,
    "qa.intake.drafts._WITH_BYLINE": LONGEST_HEAD,
    "qa.intake.page.about.authors": 500,  # fields and bylines
    "qa.intake.page.about.titles": 500,
    "qa.intake.page.clutter._NAME_NOISE": 300,
    "qa.intake.formats.paged.reflow._PAGE_NUMBER": 200,
    "qa.intake.formats.paged.pdf._TOOL": 500,
    "qa.intake.formats.documents.markup._AROUND_BREAK": PAGE,  # behind _GAP
}

# Hostile pieces of an article: stops, closers, marks, nothing.
SHAPES = (
    "!?", "!", ".)", '."', "!) ", "..)", ". . ", ".\n", "。[1]", "[。]", ".[1]", "a.b.", "U.S.", "aa.Aa", "“Why?”",
    "…)", "!'", ".@", "http://a.b/c?d=e&", "\u0301\u0316", "\u0f73", "a", "A\n", "- a\n", "\ufffd\n", "?” he", "x.  X",
    "AB ", "Ab ", "(AB", "AB (", "AB (Aa Bb) ",
)  # fmt: skip


def _repeated(piece: str) -> Callable[[int], str]:
    return lambda size: (piece * (size // len(piece) + 1))[:size]


def _slow_attack(name: str, used: Used) -> tuple[str, str] | None:
    """An attack under which a pattern's cost grows faster than its length."""
    source, encoded = used.pattern.pattern, isinstance(used.pattern.pattern, bytes)
    flags = used.pattern.flags & ~re.UNICODE
    limit = next((most for prefix, most in SHORT.items() if name.startswith(prefix)), None)

    def work(text: str) -> None:
        subject: Any = text.encode("latin-1", "replace") if encoded else text
        if limit is not None:
            subject = re.sub(r"\s+", " ", subject)
        if used.anywhere:
            list(used.pattern.finditer(subject))
        else:
            used.pattern.match(subject), used.pattern.fullmatch(subject)

    for piece in attacks(source.decode("latin-1") if encoded else source, flags):
        for end in ENDS:
            if growth(work, partial(_ended, piece, end), (limit or PAGE) // 4, NOISE / 4) > PROPORTIONAL:
                return piece, end
    return None


def _ended(piece: str, end: str, size: int) -> str:
    return _repeated(piece)(size) + end


def test_every_pattern_over_questions_and_pages_costs_linear_time() -> None:
    patterns = patterns_of(qa)  # imports every module, so not before it is wanted
    unique = {(used.pattern.pattern, used.pattern.flags, used.anywhere): name for name, used in patterns.items()}
    assert len(unique) > 150
    slow = {name: found for name in unique.values() if (found := _slow_attack(name, patterns[name]))}
    assert not slow


def test_a_pattern_that_is_slow_is_found() -> None:
    assert _slow_attack("slow", Used(re.compile(r"\s*x\s*y"), anywhere=True))
    assert _slow_attack("slow", Used(re.compile(r"[^,]*?\W*,"), anywhere=False))


@pytest.mark.parametrize("piece", SHAPES)
def test_cutting_sentences_costs_linear_time_on_twenty_shapes(piece: str) -> None:
    def work(text: str) -> None:
        sentence_spans(text)

    assert growth(work, _repeated(piece), 10_000, NOISE) < PROPORTIONAL


@pytest.mark.parametrize(
    "step",
    [canonical_text, boilerplate_lines, words, lookalike_note, sign_text, read_definitions],
    ids=lambda step: step.__name__,
)
def test_every_step_from_a_text_to_its_index_costs_linear_time(step: Callable[[str], object]) -> None:
    def text(piece: str, size: int) -> str:
        made = _repeated(piece)(size)
        return made if step is canonical_text else canonical_text(made)  # all that comes later sees canonical text

    assert not [piece for piece in SHAPES if growth(step, partial(text, piece), 10_000, NOISE) > PROPORTIONAL]


@pytest.mark.parametrize("piece", ["Ab cd. ", "Ulm? ", "AB CD! ", "Ulm   "])
def test_finding_names_costs_linear_time(piece: str) -> None:
    assert growth(names_in, _repeated(piece), 20_000, NOISE) < PROPORTIONAL


def test_passages_of_sentences_that_hold_nothing_are_not_repeated_for_ever() -> None:
    sentences = [Sentence(2 * n, 2 * n + 1) for n in range(4000)]
    passages = make_passages("x " * 4000, sentences, lambda text: [], 100)
    assert sum(p.end - p.start for p in passages) < 3 * 8000
    assert all(p.end - p.start <= LONGEST_PASSAGE for p in passages)


def test_marks_in_any_order_become_the_same_normal_form() -> None:
    for marks in ("\u0301\u0316" * 40, "\u0f73\u0301" * 40, "\u0344\u0316\u0301" * 30, "\u0316" * 50 + "\u0301"):
        assert canonical_text(f"a{marks}b") == unicodedata.normalize("NFC", f"a{marks}b")


@pytest.mark.parametrize(
    "piece",
    [
        "Is A and B ",
        "Are A of the ",
        "both the 1.",
        "or A ",
        "the same as ",
        "A and A, ",
        "or A!!",
        "and how ",
        "A of ",
    ],
)
def test_telling_a_question_apart_costs_linear_time(piece: str) -> None:
    for start in ("", "Are ", "Which is older, "):
        for end in ("", " x", ",x", " the same as"):

            def make(size: int, start: str = start, end: str = end) -> str:
                return clean_question((start + _repeated(piece)(size))[: MAX_QUESTION - len(end)] + end)

            assert growth(parts_of, make, MAX_QUESTION // 4, NOISE / 4) < PROPORTIONAL


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"k{n}: v\n" for n in range(6000)),
        f"a: [{'a,' * 30_000}]\n",
        f"a: {{{'a: b, ' * 10_000}}}\n",
        "- " * 30_000 + "\n",
        "? " * 30_000 + "\n",
    ],
    ids=["keys", "a list", "a mapping", "lists in lists", "keys in keys"],
)
def test_front_matter_up_to_its_limit_is_read_or_refused_in_time(body: str) -> None:
    """Compared with what the same number of characters costs as JSON a hundred times over."""
    size = len(body)
    assert size <= MAX_CHARACTERS
    plain = cost(json.loads, json.dumps(["a"] * (size // 5)), 3)
    assert cost(_split, f"---\n{body}---\nText") < 2_000 * max(plain, 0.001)


def test_front_matter_over_the_limit_is_refused_with_what_to_do() -> None:
    with pytest.raises(ArticleError, match=r"has 80,\d{3} characters; at most 65,536.*Keep the fields.*empty line"):
        split_front_matter("---\n" + "".join(f"k{n:05d}: v\n" for n in range(8000)) + "---\nText")


def test_a_rule_that_none_follows_within_the_limit_is_drawn_between_paragraphs() -> None:
    for raw in ("---\nA quiet day.\n" * 1, "---\n" + "A quiet day.\n" * 8000 + "---\nMore.\n"):
        assert split_front_matter(raw) == ({}, raw)


@pytest.mark.parametrize("body", ["a: &x [b]\nc: *x\n", "a: " + "[" * 21 + "]" * 21 + "\n", "a: &a [*a]\n"])
def test_front_matter_that_repeats_itself_or_lies_deep_is_refused(body: str) -> None:
    with pytest.raises(ArticleError, match=r"not valid YAML at line \d: it (?:holds the alias|is nested)"):
        split_front_matter(f"---\n{body}---\nText")


def test_no_front_matter_is_written_that_would_not_be_read() -> None:
    with pytest.raises(ArticleError, match="at most"):
        render_front_matter({"tags": ["x"] * 20_000})


def test_the_fast_reader_of_yaml_is_used_where_there_is_one() -> None:
    assert yaml.__with_libyaml__
    assert issubclass(qa.corpus.frontmatter._Scalars, yaml.CBaseLoader)


def _split(raw: str) -> None:
    with suppress(ArticleError):
        split_front_matter(raw)


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "![",
        "*a ",
        "*a _b ",
        "`a ",
        "``` ",
        "<a ",
        "> ",
        "- ",
        "[a](",
        "[a]: ",
        "a|",
        "~~a ",
        "&a",
        "\\",
        "<!--",
        "**a*",
    ],
)
def test_reading_markdown_costs_linear_time(piece: str) -> None:
    def work(text: str) -> None:
        with suppress(ArticleError):
            markdown_to_text(text)

    assert growth(work, _repeated(piece), 2_500, NOISE) < PROPORTIONAL


def test_segmenting_keeps_every_word() -> None:
    text = canonical_text("Real words here. " + "!?" * 5000 + " And more words. The end")
    spans = segment(text)
    assert next(text[s.start : s.end] for s in spans) == "Real words here."
    assert "".join(text[s.start : s.end] for s in spans).replace(" ", "") == text.replace(" ", "")
