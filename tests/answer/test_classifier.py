"""What kind of answer a question asks for where no phrase tells it: by a model, and what it is then to be about."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import fakes
import pytest
from fakes import FakeEmbedding, fake_settings, open_fake
from places import ROOT

from qa.answer import answerer
from qa.answer.question.kinds.classifier import FILE, FOLDER, PLAIN, classifier, terms
from qa.answer.question.kinds.guess import about_of, request_as, who_is
from qa.answer.question.kinds.request import request_of
from qa.answer.question.meta import intent_named, intent_of
from qa.core.errors import ModelUnavailable
from qa.core.onnx import check
from qa.index.embedding import SentenceEmbedding

# None of these is among the questions that it was fitted to, and no phrase fits them.
OF_A_KIND = {
    "Take me through the harbour scandal, from the first complaint to the verdict": "timeline",
    "pls get me up to speed on that ferry business": "overview",
    "number of pieces about the drought": "count",
    "everything you've got by the Northern Echo on floods": "results",
    "nice one, that was a great help": "smalltalk:thanks",
    "names of the people whose bylines you have in here": "meta:authors",
    "Whose words were these: “we shall not pay a penny”?": "quotation",
}
FACTS = (
    "How many people were hurt in the derailment?",
    "What did the new roof cost?",
    "Which court heard the appeal?",
    "Thanks to whom was the mill saved?",
    "When was the bridge over the Orne opened?",
    "Why did the council close the pool?",
)


@pytest.fixture(scope="module")
def kind_of():
    embedding = SentenceEmbedding.load()
    return lambda text: classifier().kind_of(text, embedding.encode([text])[0])


@pytest.mark.parametrize(("text", "kind"), OF_A_KIND.items())
def test_a_kind_is_told_by_its_meaning_where_no_phrase_tells_it(kind_of, text, kind):
    assert request_of(text) is None
    assert intent_of(text) is None
    assert kind_of(text) == kind


@pytest.mark.parametrize("text", FACTS)
def test_a_question_for_a_fact_stays_plain(kind_of, text):
    assert kind_of(text) == PLAIN


def test_the_questions_of_these_tests_are_not_among_those_it_was_fitted_to():
    lines = (ROOT / "training/kinds/questions.jsonl").read_text("utf-8").splitlines()
    fitted = {json.loads(line)["text"].lower() for line in lines}
    assert len(fitted) > 5_000
    assert not fitted & {text.lower() for text in (*OF_A_KIND, *FACTS)}


def test_every_kind_that_it_tells_has_an_answer_of_its_own():
    """A kind that nothing answers would be plain without anybody noticing."""
    unanswered = {"comparison"}  # its sides are told by phrases only
    for kind in set(classifier().kinds) - {PLAIN, "person"} - unanswered:
        text = "Which articles has Ida Holm of the ferry dock rows in them"
        assert intent_named(kind) or request_as(kind, text, tuple), kind


def test_weights_that_are_not_those_that_were_shipped_are_refused(tmp_path):
    for name in (FILE, "checksums.json"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    check(tmp_path)
    (tmp_path / FILE).write_bytes(b"others")
    with pytest.raises(ModelUnavailable, match=FILE):
        check(tmp_path)


def test_a_question_is_read_in_words_and_pairs_with_its_ends_and_a_number_is_a_number():
    assert terms("Who won 3:2?") == {"who", "won", "0", "?", "^ who", "who won", "won 0", "0 ?", "? $"}


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Walk me through the Orne flood, please", "Orne flood"),
        ("whats that rent thing about, short summary pls", "rent"),
        ("number of stories on the Week of Saint Ida", "Week Saint Ida"),
        ("Tell me everything", ""),
    ],
)
def test_what_an_answer_is_to_be_about_is_what_says_neither_how_nor_that_something_is_asked(text, about):
    assert about_of(text) == about


def test_a_number_of_articles_needs_a_word_for_them_and_a_list_of_them_a_word_or_a_source():
    def kind(asked: str, text: str) -> str | None:
        request = request_as(asked, text, lambda: ["Open Check"])
        return request.kind if request else None

    assert kind("count", "How many recommendations does the report on the dam make?") is None
    assert kind("count", "number of stories on the dam") == "count"
    assert kind("results", "anything on the dam?") == "overview"
    assert kind("results", "everything from Open Check") == "results"


def test_a_bare_name_is_asked_as_a_question():
    assert who_is("Ottoline Marsh?") == "Who is Ottoline Marsh?"
    long = "a mayor of a town with a harbour and a mill and a school"
    assert who_is(long) == long


def test_a_question_is_embedded_once_though_it_is_understood_and_searched_by_its_vector(tmp_path, monkeypatch):
    encoded: list[str] = []
    encode = FakeEmbedding.encode

    def counting(self: FakeEmbedding, texts: list[str]):
        encoded.extend(texts)
        return encode(self, texts)

    monkeypatch.setattr(FakeEmbedding, "encode", counting)
    monkeypatch.setattr(answerer, "PackagedEmbedding", FakeEmbedding)
    monkeypatch.setattr(answerer, "classifier", lambda: SimpleNamespace(kind_of=lambda text, vector: PLAIN))
    with open_fake(tmp_path) as qa:
        qa.add("The tank is green. It holds 12 litres.", name="tank.txt")
        encoded.clear()
        qa.ask("How many litres does the tank hold?")
    assert encoded.count("How many litres does the tank hold?") == 1


def test_what_is_only_guessed_to_be_about_the_service_is_asked_of_the_articles_first(tmp_path, monkeypatch):
    monkeypatch.setattr(answerer, "PackagedEmbedding", FakeEmbedding)
    monkeypatch.setattr(answerer, "classifier", lambda: SimpleNamespace(kind_of=lambda text, vector: "meta:adding"))
    with open_fake(tmp_path) as qa:
        qa.add("To file a complaint with the council you fill in the green form. The council meets on Monday.")
        told = qa.ask("How do you file a complaint with the council?")
        assert (told.declined, told.behaviour) == (False, "")
        assert told.sentences[0].text.startswith("To file a complaint")
    nothing_is_sure = replace(fake_settings(tmp_path), threshold=1.0)
    monkeypatch.setattr(fakes, "fake_settings", lambda _: nothing_is_sure)
    with open_fake(tmp_path) as qa:
        own = qa.ask("How do you file a complaint with the council?")
        assert (own.declined, own.behaviour, own.sentences) == (False, "meta", ())
