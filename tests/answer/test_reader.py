"""Laws of the reader: what it reads, what it says, and how its readings take part in choosing."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from candidates import evidence
from fakes import open_fake, write_article
from hypothesis import given
from hypothesis import strategies as st
from models import cross_encoder
from sentence_transformers import CrossEncoder

from qa.answer.evidence.calibration import Calibration
from qa.answer.evidence.evidence import LinearSelector, Score
from qa.answer.evidence.pairs import QUESTION_PIECES, WINDOW, PairTokenizer, Shown, batch
from qa.answer.evidence.reader import FOLDER, UNSEEN, Reader, Reading
from qa.answer.evidence.selectors import BEHIND, READ, UNREAD, CrossEncoderSelector, ReaderSelector, load_selector
from qa.answer.evidence.signals import Question
from qa.core.errors import ModelUnavailable
from qa.core.settings import DEFAULT_MODEL, Settings
from qa.corpus.passages import TITLE_PIECES
from qa.index.embedding import model_folder

KYIV = (
    "A missile strike killed 12 civilians in Kyiv.",
    "The weather stayed mild all week.",
    "Hugh Griffiths, a former UN coordinator, called the shipments vital.",
    "The mayor opened a new bridge across the river in May.",
)


def shown(*sentences: str, title: str = "", start: int = 0) -> Shown:
    spans, text = [], ""
    for s in sentences:
        at = len(text) + bool(text)
        text = f"{text} {s}" if text else s
        spans.append((at, at + len(s)))
    return Shown(title, text, tuple(spans), 0, start)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


@pytest.fixture(scope="module")
def tokenizer() -> PairTokenizer:
    return PairTokenizer(model_folder(DEFAULT_MODEL))


SENTENCES = st.lists(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200), min_size=1, max_size=12
)


@given(st.text(min_size=1, max_size=400), st.text(max_size=300), SENTENCES)
def test_a_row_holds_whole_words_of_the_passage_and_each_piece_is_of_one_sentence_at_most(
    tokenizer, question, title, sentences
):
    passage = shown(*sentences, title=title)
    row = tokenizer.row(*map(tokenizer.pieces, (question, title, passage.text)), passage.sentences)
    assert len(row.ids) <= WINDOW
    assert row.second <= QUESTION_PIECES + 2
    assert row.first - row.second <= TITLE_PIECES + 1
    assert len(row.sentences) == len(sentences)
    members = batch([row]).members[0]
    assert (members.sum(0) <= 1).all()
    for (start, end), (a, b) in zip(passage.sentences, row.sentences, strict=True):
        assert all(start <= x and y <= end for x, y in row.pieces.spans[a:b])


def test_rows_of_different_lengths_are_padded_and_masked(tokenizer):
    rows = [
        tokenizer.row(*map(tokenizer.pieces, ("Who?", "", p.text)), p.sentences) for p in (shown("One."), shown(*KYIV))
    ]
    b = batch(rows)
    assert b.input_ids.shape == b.attention_mask.shape == b.token_type_ids.shape
    assert b.attention_mask.sum(1).tolist() == [len(r.ids) for r in rows]
    assert b.members.shape == (2, len(KYIV), b.input_ids.shape[1])
    assert not b.members[0, 1:].any(), "a sentence that is not there has no pieces"


@pytest.mark.parametrize(
    ("question", "right", "words"),
    [
        ("How many civilians were killed?", 0, "12"),
        ("Who called the shipments vital?", 2, "Hugh Griffiths"),
        ("When did the bridge open?", 3, "May"),
    ],
)
def test_the_sentence_that_answers_is_scored_highest_and_its_words_are_found(reader, question, right, words):
    passage = shown(*KYIV, title="Strike on Kyiv", start=1000)
    readings = reader.read(question, passage)
    assert int(np.argmax([r.score for r in readings])) == right
    start, end = readings[right].answer
    assert words in passage.text[start - 1000 : end - 1000]


def test_a_sentence_is_scored_lower_for_a_question_that_it_does_not_answer(reader):
    passage = shown(*KYIV)
    asked = max(r.score for r in reader.read("How many civilians were killed?", passage))
    other = max(r.score for r in reader.read("What is the capital of France?", passage))
    assert asked > other + 2


def test_equal_questions_are_read_equally_whatever_was_read_between(reader):
    passage = shown(*KYIV)
    first = reader.read("Who opened the bridge?", passage)
    reader.read("Why?", shown("Another passage altogether.", "It has two sentences."))
    assert reader.read("Who opened the bridge?", passage) == first


def test_a_sentence_beyond_the_window_is_unseen_and_the_others_are_read(reader):
    readings = reader.read("Who?", shown("A mayor spoke.", *["word " * 300, "The end."]))
    assert readings[0].score > UNSEEN
    assert (readings[2].score, readings[2].sure) == (UNSEEN, 0.0)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300), SENTENCES)
def test_whatever_it_reads_each_sentence_has_a_finite_score_and_an_answer_inside_it(reader, question, sentences):
    passage = shown(*sentences, start=7)
    readings = reader.read(question, passage)
    assert len(readings) == len(sentences)
    for reading, (start, end) in zip(readings, passage.sentences, strict=True):
        assert np.isfinite(reading.score)
        assert 0.0 <= reading.sure <= 1.0
        if reading.score != UNSEEN:
            assert start <= reading.answer[0] - 7 <= reading.answer[1] - 7 <= end


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "calibration.json"])
def test_weights_that_are_not_those_that_were_shipped_are_refused(tmp_path, name):
    folder = tmp_path / "weights"
    shutil.copytree(FOLDER, folder)
    with (folder / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ModelUnavailable, match=f"{name} is not the file that was shipped"):
        Reader.load(folder)
    (folder / name).unlink()
    with pytest.raises(ModelUnavailable, match="is not whole"):
        Reader.load(folder)


def test_the_card_names_the_weights_it_describes():
    sums = json.loads((FOLDER / "checksums.json").read_text("utf-8"))
    assert sums["model.onnx"][:16] in (FOLDER / "README.md").read_text("utf-8")


class Listed:
    """A reader whose scores are looked up by sentence; what it was asked to read is kept."""

    calibration = Calibration.load(FOLDER)

    def __init__(self, scores: dict[str, float]) -> None:
        self.scores = scores
        self.read_passages: list[str] = []

    def read(self, question: str, passage: Shown) -> list[Reading]:
        self.read_passages.append(passage.text)
        texts = [passage.text[a:b] for a, b in passage.sentences]
        return [Reading(self.scores.get(t, -5.0), (0, 1), 0.5) for t in texts]


def test_at_most_so_many_passages_are_read_and_the_unread_stand_behind(monkeypatch):
    candidates = [evidence(f"Sentence number {n}.", 0, article=f"a{n}").candidate for n in range(READ + 5)]
    listed = Listed({c.text: 0.0 for c in candidates})
    scores = ReaderSelector(listed, Calibration({"reading": 1.0}, 0.0, {})).score(Question("Which number?"), candidates)
    assert len(listed.read_passages) == READ
    assert [s.value for s in scores if s.reading is None] == [UNREAD] * 5
    assert all(s.value == 0.0 for s in scores if s.reading)


def test_a_passage_far_behind_is_not_read(monkeypatch):
    behind = {"a0": 0.0, "a1": BEHIND - 0.1, "a2": BEHIND + 0.1, "a3": 2 * BEHIND}
    monkeypatch.setattr(LinearSelector, "score", lambda self, q, cs: [Score(7.0 - behind[c.article.id]) for c in cs])
    candidates = [evidence(f"Sentence of {id}.", 0, article=id).candidate for id in reversed(behind)]
    listed = Listed({c.text: 0.0 for c in candidates})
    scores = ReaderSelector(listed, Calibration({"reading": 1.0}, 0.0, {})).score(Question("Which number?"), candidates)
    assert listed.read_passages == ["Sentence of a0.", "Sentence of a1."]
    assert [s.value for s in scores] == [UNREAD, UNREAD, 0.0, 0.0]


def test_reading_stops_at_the_time_limit_and_the_question_is_still_answered(monkeypatch, caplog):
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr("qa.answer.evidence.selectors.time.monotonic", lambda: float(next(clock)))
    candidates = [evidence(f"Sentence number {n}.", 0, article=f"a{n}").candidate for n in range(READ)]
    listed = Listed({})
    scores = ReaderSelector(listed).score(Question("Which number?"), candidates)
    assert 0 < len(listed.read_passages) < READ
    assert len(scores) == READ
    assert "passages were read in" in caplog.text


def test_a_reader_in_the_service_changes_which_sentence_comes_first(tmp_path):
    write_article(
        tmp_path, "bridge", "The bridge opened on Monday.\n\nThe ferry sank on Friday.\n\nThe crane fell down."
    )
    with open_fake(tmp_path) as qa:
        qa.sync()
        before = qa.ask("The ferry sank when?").sentences[0].text
    with open_fake(tmp_path, selector=ReaderSelector(Listed({"The crane fell down.": 50.0}))) as qa:
        after = qa.ask("The ferry sank when?").sentences[0].text
    assert before == "The ferry sank on Friday."
    assert after == "The crane fell down."


def test_a_selector_that_is_none_names_those_that_are(tmp_path):
    with pytest.raises(ModelUnavailable, match="expected reader, first-stage or the folder of"):
        load_selector(str(tmp_path / "nothing"))


def test_a_cross_encoder_from_a_folder_is_asked_for_logits_not_for_probabilities(tmp_path):
    made = cross_encoder(tmp_path / "model")
    candidates = [evidence(text, 0.0, n=n).candidate for n, text in enumerate(KYIV)]
    question = Question("How many civilians were killed in Kyiv?")
    scores = [s.value for s in CrossEncoderSelector(made).score(question, candidates)]
    pairs = [(question.text, text) for text in KYIV]
    logits = CrossEncoder(str(made), device="cpu").predict(pairs, activation_fn=torch.nn.Identity())
    assert scores == pytest.approx([float(x) for x in logits], abs=1e-5)
    assert max(abs(s) for s in scores) > 1.0, "logits, which no probability is"


@pytest.mark.parametrize("level", ["cautious", "balanced", "eager"])
def test_the_three_levels_are_thresholds_by_name(monkeypatch, tmp_path, level):
    from qa.core.settings import LEVELS

    monkeypatch.setenv("QA_THRESHOLD", level)
    assert Settings.from_environment(tmp_path).threshold == LEVELS[level]
    assert LEVELS["cautious"] > LEVELS["balanced"] > LEVELS["eager"]
