"""Laws of two values of the same thing: in one article both are shown, in two it is said that they differ."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest
from candidates import evidence

from qa.answer.choose import choose
from qa.answer.evidence.evidence import Ranking
from qa.answer.evidence.preference.together import items_together, rival_shown
from qa.answer.evidence.reader import Reading
from qa.answer.evidence.signals import Question
from qa.answer.kinds.marks import marked
from qa.core.types import Answer, AnswerSentence, Citation
from qa.index.catalog.snapshot import Snapshot


def shown(question: str, best: str, beside: str, *, reading: float = -1.0, n: int = 1) -> list[int]:
    """The numbers of the sentences that are chosen: the best one is 0, the one beside it n."""
    first, other = evidence(best, 9.0), replace(evidence(beside, 2.0, n=n), reading=Reading(reading, (0, 0), 0.1))
    _, ranking = rival_shown(Question(question), ([], Ranking([first, other], 0.5)))
    return [group[0].candidate.sentence.n for group in choose(ranking.evidence)]


@pytest.mark.parametrize(
    ("question", "best", "beside"),
    [
        ("How many fires were there?", "The office lists 17 fires.", "Eleven fires are known to the company."),
        (
            "How many people came?",
            "Several thousand people came.",
            "The police counted 2,500; the union spoke of 6,000.",
        ),
        ("What is the crown worth?", "It is insured for 16 million crowns.", "The museum put its value at 22 million."),
        ("What share of them struck?", "The union said that nine of ten struck.", "The firm said 71 per cent did."),
    ],
)
def test_a_sentence_beside_the_best_one_in_which_another_figure_is_given_is_shown(question, best, beside):
    assert shown(question, best, beside) == [0, 1]


@pytest.mark.parametrize(
    ("question", "best", "beside", "n"),
    [
        ("How many fires were there?", "The office lists 17 fires.", "The office lists 17 fires in all its books.", 1),
        ("How many fires were there?", "The office lists 17 fires.", "Two people live there, it is estimated.", 1),
        ("How many fires were there?", "The office lists 17 fires.", "Eleven fires are known to the company.", 5),
        ("Who lists the fires?", "The office lists 17 fires.", "Eleven fires are known to the company.", 1),
        ("How many fires were there?", "The office lists 17 fires.", "Eleven fires went out.", 1),
    ],
)
def test_one_of_something_else_or_further_away_or_not_asked_for_is_not(question, best, beside, n):
    assert shown(question, best, beside, n=n) == [0]


@pytest.mark.parametrize(
    ("question", "one", "other", "day", "differ"),
    [
        ("What is it worth?", "The crown is worth 22 million francs.", "It is worth 16 million francs.", "03", True),
        ("What is it worth?", "The crown is worth 22 million francs.", "It is worth 16 million francs.", "12", False),
        ("How strong was the storm?", "The storm cut off 74,000 homes, as the firemen counted.",
         "The storm blew from Trier with great force and cut off 60,000 homes.", "02", False),
        ("How many homes were cut off?", "The storm cut off 74,000 homes, as the firemen counted.",
         "The storm blew from Trier and cut off 60,000 homes.", "02", True),
    ],
)  # fmt: skip
def test_values_of_another_thing_or_another_time_are_not_said_to_differ(question, one, other, day, differ):
    sentences = tuple(
        AnswerSentence(text, (Citation(n, f"a{n}", "v", 0, len(text), text, "Title", "Post", f"2025-{month}-01"),), "")
        for n, (text, month) in enumerate(((one, "01"), (other, day)), 1)
    )
    answer = Answer(question, False, 0.9, sentences, (), (), {})
    assert bool(marked(cast("Snapshot", None), question, answer).notes) is differ


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("What had Holm promised the voters?", [1, 0, 2]),
        ("Which of them has no new toll roads?", [1]),
        ("How many promises had Holm made?", [1]),
    ],
)
def test_the_items_of_a_list_are_shown_together_where_one_does_not_answer_alone(question, numbers):
    items = ["- a cap on rents", "- no new toll roads", "- free lunches in schools", "Holm left.", "- a late supper"]
    told = [evidence(text, 9.0 - 4 * abs(n - 1), n=n) for n, text in enumerate(items)]
    best_first = sorted(told, key=lambda e: -e.score)
    ranking = Ranking(best_first, 0.5)
    _, found = items_together(Question(question), ([], ranking), lambda *_: ([], ranking))
    assert [group[0].candidate.sentence.n for group in choose(found.evidence)] == numbers
