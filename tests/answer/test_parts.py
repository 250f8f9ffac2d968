"""Laws of the parts of one question: asked of the same thing, they are answered from one story."""

from __future__ import annotations

import pytest
from fakes import open_fake, write_article

from qa.answer.question.conversation import leaning_parts, parts_made_whole


@pytest.mark.parametrize(
    ("parts", "leaning"),
    [
        (["How strong was Storm Ida?", "did it cost lives?"], [False, True]),
        (["How many died?", "how many were hurt when the Ida sank?"], [True, False]),
        (["Where is the gold kept?", "who guards it?"], [False, True]),
        (["Who is Ann Lee?", "who is Bo Ek?"], [False, False]),
    ],
)
def test_a_part_without_a_name_leans_on_the_part_that_has_one(parts, leaning):
    assert leaning_parts(parts) == leaning


@pytest.mark.parametrize(
    ("parts", "second"),
    [
        (["What is Holm’s new novel called?", "what is it about?"], "what is Holm’s new novel about?"),
        (["When does the harbour master of Ulm leave?", "who follows him?"], "who follows the harbour master of Ulm?"),
        (["When does the master of the harbour leave?", "who follows him?"], "who follows the master of the harbour?"),
    ],
)
def test_a_pronoun_stands_for_what_the_part_before_asks_of(parts, second):
    assert parts_made_whole(parts)[1] == second


def test_a_part_that_leans_on_another_is_answered_from_its_story_and_from_no_other(tmp_path):
    write_article(
        tmp_path, "storm",
        "Storm Ida passed over Ulm at a speed of 140 kilometres per hour.\n\nA falling tree killed a postman.\n\n"
        "The Ulm harbour was not flooded.",
    )  # fmt: skip
    write_article(tmp_path, "bridge", "Lives and money: did the bridge cost lives, and what did the lives cost?")
    with open_fake(tmp_path) as qa:
        qa.sync()
        told = qa.ask("What speed had Storm Ida over Ulm? And did it cost lives?")
        assert told.sentences[0].text.startswith("Storm Ida passed")
        assert {c.article for s in told.sentences for c in s.citations} == {"storm"}
