"""Terms: Python and SQLite's full-text index must mean the same words."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import any_text
from wordfreq import top_n_list

from qa.corpus.words import MAX_TERMS, STOPWORDS, acronyms, match_expression, question_words, stem, terms, words

COMMONEST = 50_000
# Artificial in any text: the algorithm's special cases without a word around them.
KNOWN_DIFFERENCES = {"ies", "sses", "eed", "eeds", "sayyed", "seyyed"}

English = [w for w in top_n_list("en", COMMONEST) if all(c.isascii() for c in w) and w not in KNOWN_DIFFERENCES]
text_of_words = st.lists(
    st.sampled_from(English)
    | st.sampled_from(English).map(str.upper)
    | st.sampled_from(["naïve", "Ångström", "Zürich", "Đà Nẵng", "São", "Łódź", "Київ", "який", "Ελλάδα", "ΟΔΟΣ", "ß"])
    | st.sampled_from(["KN-23A", "3.5", "U.S.", "don't", "can’t", "a_b", "(x)", "“y”", "據", "،", "…", "\u200d", "-"]),
    max_size=20,
).map(" ".join)


class FullText:
    """SQLite's own view: the terms that FTS5 stores for a text, and what a MATCH finds."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:")
        tokenize = "porter unicode61 remove_diacritics 2"
        self.db.execute(f"CREATE VIRTUAL TABLE t USING fts5(x, tokenize = '{tokenize}')")
        self.db.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, instance)")

    def fill(self, *texts: str) -> None:
        self.db.execute("DELETE FROM t")
        self.db.executemany("INSERT INTO t (rowid, x) VALUES (?, ?)", enumerate(texts, 1))

    def terms(self) -> list[list[str]]:
        count = self.db.execute("SELECT count(*) FROM t").fetchone()[0]
        found: list[list[str]] = [[] for _ in range(count)]
        for term, row in self.db.execute('SELECT term, doc FROM v ORDER BY doc, "offset"'):
            found[row - 1].append(term)
        return found

    def match(self, expression: str) -> list[int]:
        return [row for (row,) in self.db.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rowid", (expression,))]


@pytest.fixture(scope="module")
def fts() -> Iterator[FullText]:
    store = FullText()
    yield store
    store.db.close()


def test_english_words_have_the_stems_that_the_index_stores(fts: FullText) -> None:
    fts.fill(*English)
    differing = [w for w, stored in zip(English, fts.terms(), strict=True) if stored != terms(w)]
    assert differing == []


@given(text=text_of_words)
def test_a_text_has_the_terms_that_the_index_stores(fts: FullText, text: str) -> None:
    fts.fill(unicodedata.normalize("NFC", text))
    assert terms(text) == fts.terms()[0]


@pytest.mark.parametrize("block", [(0xC0, 0x17F), (0x400, 0x45F), (0x386, 0x3CE), (0x5D0, 0x5EA), (0x4E00, 0x4EFF)])
def test_letters_of_other_scripts_are_folded_as_the_index_folds_them(fts: FullText, block: tuple[int, int]) -> None:
    letters = [c for c in map(chr, range(block[0], block[1] + 1)) if c.isalpha() and c not in "ΐΰϊϋΪΫŉ"]
    samples = [f"ab{c}ab" for c in letters]
    fts.fill(*samples)
    assert [terms(s) for s in samples] == fts.terms()


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("containers", "contain"),
        ("killed", "kill"),
        ("technology", "technolog"),
        ("possibly", "possibl"),
        ("responsibly", "respons"),
        ("trekking", "trek"),
        ("as", "as"),
        ("x" * 70 + "ing", "x" * 70 + "ing"),
    ],
)
def test_stems_are_porters(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_composed_and_decomposed_letters_are_the_same_word() -> None:
    assert words("Café") == words("Cafe\u0301") == ["cafe"]


@given(any_text)
def test_words_are_folded_and_hold_no_punctuation(text: str) -> None:
    for word in words(text):
        assert word == word.lower()
        assert word.isalnum()


@given(any_text)
def test_question_words_are_distinct_capped_and_without_stop_words_when_others_are_there(question: str) -> None:
    found = question_words(question)
    assert len(found) == len(set(found)) <= MAX_TERMS
    if set(found) & STOPWORDS - acronyms(question):
        assert set(words(question)) <= STOPWORDS
    assert bool(found) == bool(words(question))


def test_a_word_in_capitals_is_no_stop_word_unless_all_are() -> None:
    assert question_words("What did the WHO say of IT?") == ["who", "say", "it"]
    assert question_words("WHO SAYS SO?") == ["says"]


def test_a_question_of_stop_words_only_keeps_them() -> None:
    assert question_words("Who was it?") == ["who", "was", "it"]


OPERATORS = [
    "AND",
    "OR",
    "NOT",
    "NEAR(a b)",
    '"',
    "*",
    "^",
    "(",
    ")",
    ":",
    "x:",
    "-",
    "+",
    "{x}",
    "'",
    ";",
    "\\",
    "--",
    "NULL",
]


@given(question=any_text | st.lists(st.sampled_from(OPERATORS) | text_of_words, max_size=12).map(" ".join))
def test_no_question_is_a_syntax_error(fts: FullText, question: str) -> None:
    """Asked in its words, whatever they are, it finds the text that is made of them, and no other."""
    found = question_words(question)
    fts.fill(" ".join(found), "zyzzyva")
    assert not found or fts.match(match_expression(found)) == [1]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1), min_size=1))
def test_no_word_whatever_it_holds_is_an_operator(quoted: list[str]) -> None:
    store = FullText()
    try:
        store.fill("\n".join(quoted), "")
        found = store.match(match_expression(quoted))
        assert found in ([], [1]), "a text without words is never found, as by NOT"
        assert found == [1] or not any(words(word) for word in quoted), "a text is found by its own words"
    finally:
        store.db.close()


def test_a_match_finds_any_of_the_words_in_any_form(fts: FullText) -> None:
    fts.fill("The containers were shipped.", "Nothing here.", "A NEAR miss, AND more.")
    assert fts.match(match_expression(question_words("How many containers were there?"))) == [1]
    assert fts.match(match_expression(question_words("shipping near"))) == [1, 3]
