"""Every selector keeps the same laws: the first stage, the trained reader, and a cross-encoder from a folder."""

from __future__ import annotations

import math

import pytest
from candidates import evidence
from models import cross_encoder

from qa.answer.evidence.calibration import Calibration, first_stage
from qa.answer.evidence.evidence import rank
from qa.answer.evidence.reader import Reading
from qa.answer.evidence.selectors import FIRST_STAGE, READER, ReaderSelector, load_selector
from qa.answer.evidence.signals import Question

QUESTION = Question("How many civilians were killed in Kyiv?")
TEXTS = (
    "A missile strike killed 12 civilians in Kyiv.",
    "The weather stayed mild all week.",
    "Hugh Griffiths, a former UN coordinator, called the shipments vital.",
    "The mayor opened a new bridge across the river in May.",
)


@pytest.fixture(scope="module", params=[FIRST_STAGE, READER, "cross-encoder"])
def selector(request, tmp_path_factory):
    if request.param != "cross-encoder":
        return load_selector(request.param)
    return load_selector(str(cross_encoder(tmp_path_factory.mktemp("selector") / "model")))


@pytest.fixture
def candidates():
    return [evidence(text, 0.0, article=f"a{n}").candidate for n, text in enumerate(TEXTS)]


@pytest.mark.model
def test_every_candidate_has_one_finite_score_in_its_place(selector, candidates):
    scores = selector.score(QUESTION, candidates)
    assert len(scores) == len(candidates)
    assert all(math.isfinite(s.value) for s in scores)
    turned = selector.score(QUESTION, candidates[::-1])[::-1]
    assert [s.value for s in turned] == pytest.approx([s.value for s in scores], abs=1e-4)


@pytest.mark.model
def test_no_candidate_has_no_score(selector):
    assert selector.score(QUESTION, []) == []


@pytest.mark.model
def test_asked_twice_it_says_the_same(selector, candidates):
    assert selector.score(QUESTION, candidates) == selector.score(QUESTION, candidates)


@pytest.mark.model
def test_what_it_ranks_has_a_confidence_between_nothing_and_certainty(selector, candidates):
    ranked = rank(QUESTION, candidates, selector)
    assert len(ranked) == len(candidates)
    for found in ranked:
        assert 0.0 < found.confidence(QUESTION, absent=True) < found.confidence(QUESTION) < 1.0


@pytest.mark.model
def test_a_reading_lies_inside_its_sentence(selector, candidates):
    for candidate, score in zip(candidates, selector.score(QUESTION, candidates), strict=True):
        if score.reading is not None:
            start, end = score.reading.answer
            assert candidate.sentence.span.start <= start <= end <= candidate.sentence.span.end


def test_what_a_reader_read_is_judged_by_its_own_calibration_and_the_rest_by_the_first_stages(candidates):
    class Reads:
        calibration = Calibration({"reading": 1.0}, 0.0, {"reading": 1.0})

        def read(self, question, passage):
            return [Reading(2.0, (0, 1), 0.5) for _ in passage.sentences]

    scores = ReaderSelector(Reads(), read=1).score(QUESTION, candidates)
    assert [s.calibration for s in scores if s.reading] == [Reads.calibration]
    assert {id(s.calibration) for s in scores if not s.reading} == {id(first_stage())}
