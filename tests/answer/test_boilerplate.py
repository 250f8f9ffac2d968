"""What a site says of itself under every story answers no question, however well its words fit."""

from __future__ import annotations

import pytest
from fakes import open_fake, write_article

from qa.core.types import Filters

STORY = "The council opened a new bridge on Monday. It cost nine million. Traffic will use it from May."
DISCLAIMER = (
    "The opinions posted here do not belong to the editors. "
    "The person who posts it will be solely responsible for the opinions."
)
RIGHTS = "© 2024 Example Media. All rights reserved."


@pytest.fixture
def qa(home):
    write_article(home, "bridge", f"{STORY}\n\n{DISCLAIMER}\n\n{RIGHTS}", title="A bridge", outlet="Example")
    with open_fake(home) as opened:
        opened.sync()
        yield opened


@pytest.mark.parametrize(
    "question",
    [
        "Who is solely responsible for the opinions?",
        "Who will be solely responsible for the opinions that a person posts?",
        "Do the opinions posted here belong to the editors?",
        "Are all rights reserved by Example Media?",
    ],
)
def test_a_question_in_the_words_of_the_disclaimer_is_never_answered_by_it(qa, question):
    answer = qa.ask(question)
    said = [citation.quote for sentence in answer.sentences for citation in sentence.citations]
    assert said, "the story's own sentences are candidates still: the threshold of the test lets all through"
    assert not [quote for quote in said if quote not in STORY]


def test_the_disclaimer_is_no_candidate_and_stays_in_the_text(qa):
    explained = qa.answerer.explain("Who is solely responsible for the opinions?", Filters())
    candidates = [evidence.candidate.text for evidence in explained.ranking.evidence]
    assert candidates
    assert all(text in STORY for text in candidates)
    assert DISCLAIMER in qa.article("bridge")[0].text
