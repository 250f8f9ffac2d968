"""Laws of who says a sentence."""

from __future__ import annotations

import pytest
from fakes import open_fake, write_article

from qa.answer.kinds.speakers import speakers_of
from qa.core.types import Article
from qa.corpus.canonical import canonical_text
from qa.corpus.sentences import sentence_spans


def spoken(text: str, title: str | None = None) -> list[str]:
    article = Article("talk", canonical_text(text), title=title)
    return list(speakers_of(article, tuple(sentence_spans(article.text))))


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("IDA HOLM: The bridge is safe.\n\nIt was closed.", ["IDA HOLM", ""]),
        ("Ida Holm met Jonas Kern. He said that the bridge was safe.", ["", "Jonas Kern"]),
        ("The mayor said: “It is safe. Nobody was hurt. We go on.” Trade is bad.", ["The mayor"] * 3 + [""]),
        ("“It is safe,” said Ida Holm.\n\nTrade is bad.", ["Ida Holm", ""]),
        ("Everybody knows four notes by Jonas Kern. He wrote them in Ulm.", ["", "Jonas Kern"]),
        ("Ida Holm disagrees: “It is safe.”\n\nTrade is bad.", ["Ida Holm", ""]),
        (
            "Ida Holm came. Maud Senn came too. “It is safe,” she said. A baker said it was bad. She said so again.",
            ["", "", "Maud Senn", "A baker", "Maud Senn"],
        ),
        ('"It is safe," said Ida Holm. "Nobody was hurt."\n\nTrade is good.', ["Ida Holm", "Ida Holm", ""]),
    ],
)
def test_a_sentence_is_said_by_who_stands_beside_it_or_by_the_one_before_where_it_goes_on(text, speakers):
    assert spoken(text) == speakers


LETTERS = (
    "Close the bridge at once. It is a shame.\n\nIda Holm, Old Town\n\nKeep it open. “No,” said Lea Roth. I walk there."
    "\n\nJonas Kern, New Town"
)


def test_a_letter_is_said_by_who_signs_below_it_and_only_among_letters():
    signed = ["Ida Holm", "Ida Holm", "", "Jonas Kern", "Lea Roth", "Jonas Kern", ""]
    assert spoken(LETTERS, "Letters to the editor") == signed
    assert spoken(LETTERS, "The bridge of Ulm") == ["", "", "", "", "Lea Roth", "", ""]


@pytest.fixture
def bridge(tmp_path):
    write_article(
        tmp_path, "hall", "“It was dear,” said Ida Holm. “The bridge of Ulm was never safe.” The hall was full."
    )
    write_article(
        tmp_path, "debate", "In the long debate on Monday in the hall of the city Ida Holm said that the bridge of Ulm "
        "was never safe at all for anybody.",
    )  # fmt: skip
    with open_fake(tmp_path) as qa:
        qa.sync()
        yield qa


def test_who_said_something_is_told_by_a_sentence_that_quotes_and_names_him(bridge):
    answer = bridge.ask("Who said “the bridge of Ulm was never safe”?")
    assert answer.understood.kind == "quotation"
    assert answer.sentences[0].citations[0].article == "debate"
