"""Laws of questions that ask for several things: told apart only for sure, and each part has its sentence."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from candidates import evidence
from hypothesis import given
from hypothesis import strategies as st

from qa.answer.choose import choose
from qa.answer.compose import ABSENT, UNANSWERED
from qa.answer.evidence.evidence import Ranking
from qa.answer.question.subquestions import MOST, parts_of
from qa.core.settings import Settings
from qa.service.service import QA


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who called them vital, and how many were there?", ["Who called them vital?", "how many were there?"]),
        ("What did he say and what did she do", ["What did he say?", "what did she do?"]),
        ("Who is Ann Lee? When did she leave?", ["Who is Ann Lee?", "When did she leave?"]),
        ("Is it blue; and who says so?", ["Is it blue?", "who says so?"]),
        ("In which year was it built and by whom was it paid for?", []),
        ("What is the link between what he said and what she did?", []),
        ("Who won the match, which was held in Ulm?", []),
        ("When steering the sled, which muscles are used?", []),
        ("How and when did it come to Europe?", []),
        ("When was he born, and where?", []),
        ("Why did it close and who was told and how did they hear and when did they say so?", []),
        ("Who is Ann Lee?", []),
        ("Which is older, Ulm or Trier?", ["Which is older, Ulm?", "Which is older, Trier?"]),
        ("Who won more, Ann Lee or the Bad Kids?", ["Who won more, Ann Lee?", "Who won more, the Bad Kids?"]),
        ("Are Ann Lee and Bo Ek both poets?", ["Are Ann Lee poets?", "Are Bo Ek poets?"]),
        ("What do the Isle of Man and Malta have in common?", ["What do the Isle of Man have?", "What do Malta have?"]),
        (
            "Are Oslo and Bergen in the same country?",
            ["Are Oslo in the same country?", "Are Bergen in the same country?"],
        ),
        ("Which is older, Łódź or Évora?", ["Which is older, Łódź?", "Which is older, Évora?"]),
        ("Is Bosnia and Herzegovina in the same time zone as Ulm?", []),  # one thing, compared with another
        ("Are the Harlan Bridge and Kessel tunnel both closed?", []),  # where the name ends is not plain
        ("Who is older, Ann, Bo or Cy?", []),
        ("When did North and South Korea sign?", []),
        ("Is it red or blue?", []),
        ("Did they both leave, and why?", []),
        ("What may it cost, plus: what if it fails?", ["What may it cost?", "what if it fails?"]),
        ("What did it cost, and was anyone hurt?", ["What did it cost?", "was anyone hurt?"]),
        ("When does he leave and who comes after him", ["When does he leave?", "who comes after him?"]),
        ("Two things: who is he, and where is he?", ["who is he?", "where is he?"]),
        ("Who is the man who ran and who fell?", []),
        ("Who came, and was arrested?", []),
    ],
)
def test_a_question_is_cut_where_another_begins_and_nowhere_else(question, parts):
    assert parts_of(question).texts == parts


WORDS = st.sampled_from("who what how many did is he she say and or both , ; ? which held Kyiv Ulm in where".split())


@given(st.lists(WORDS, max_size=20).map(" ".join) | st.text(max_size=100))
def test_parts_are_two_or_three_in_the_words_of_the_question_in_their_order(question):
    parts = parts_of(question).texts
    assert len(parts) in (0, *range(2, MOST + 1))
    for part in parts:
        left = iter(re.findall(r"\w+", question))
        assert all(word in left for word in re.findall(r"\w+", part))


def ranking(*scores: float, sure: float, first: int = 0) -> Ranking:
    """Sentences 0, 1, 2, ... with these scores, the one numbered `first` moved to the front."""
    ranked = [evidence(f"Sentence {n} tells of its own matter {n * 7919}.", s, n=n) for n, s in enumerate(scores)]
    return Ranking([ranked.pop(first), *ranked], sure)


def numbers(of: Ranking) -> list[int]:
    return sorted(group[0].candidate.sentence.n for group in choose(of.evidence))


@pytest.mark.parametrize(
    ("whole", "parts", "chosen", "sure", "unanswered"),
    [
        (0.9, [(2, 0.8), (1, 0.7)], [0, 1, 2], 0.7, ()),  # the whole's own choice stays
        (0.1, [(2, 0.8), (1, 0.7)], [1, 2], 0.7, ()),  # nothing but the parts' where the whole is not answered
        (0.1, [(2, 0.8), (1, 0.2)], [2], 0.8, ("b?",)),  # a part that is not answered brings nothing, and is named
        (0.9, [(2, 0.2), (1, 0.2)], [0], 0.9, ()),  # the whole alone
        (0.1, [(2, 0.8), (2, 0.6)], [2], 0.6, ()),  # one sentence for both
    ],
)
def test_each_part_that_is_answered_well_enough_has_its_sentence(whole, parts, chosen, sure, unanswered):
    scores = (5.0, 1.0, 0.0, -1.0)
    ranked = {text: ranking(*scores, sure=s, first=n) for text, (n, s) in zip(("a?", "b?"), parts, strict=True)}
    found = ranking(*scores, sure=whole).with_parts(ranked, threshold=0.3)
    assert found.unanswered == unanswered
    assert numbers(found) == chosen
    assert found.sure == sure
    assert len(found.evidence) == len(scores)


def test_a_comparison_is_answered_by_all_that_it_compares_or_not_at_all():
    scores = (5.0, 1.0, 0.0)
    whole, sure, unsure = (ranking(*scores, sure=s, first=n) for s, n in ((0.1, 0), (0.8, 1), (0.2, 2)))
    assert whole.with_parts({"a?": sure, "b?": unsure}, 0.3, together=True) is whole
    both = whole.with_parts({"a?": sure, "b?": replace(unsure, sure=0.5)}, 0.3, together=True)
    assert (numbers(both), both.sure, both.unanswered) == ([1, 2], 0.5, ())


def test_a_comparison_with_a_thing_that_no_article_tells_of_is_declined(tmp_path, model):
    (tmp_path / "corpus").mkdir()
    with QA.open(settings=Settings(tmp_path), model=model) as qa:
        qa.add("Ulm was founded in 854. Ulm lies in Germany, on the Danube, and has 126,000 people.", title="Ulm")
        qa.add("Trier was founded in 16 BC by the Romans. Trier lies in Germany, on the Moselle.", title="Trier")
        founded = qa.ask("Which was founded first, Ulm or Trier?")
        assert [s.text.split()[0] for s in founded.sentences] == ["Ulm", "Trier"]
        for question in ("Which was founded first, Ulm or Tokyo?", "What do Ulm and Tokyo have in common?"):
            assert qa.ask(question).declined, question


def test_both_halves_of_a_question_are_answered(starter_home, model):
    with QA.open(settings=Settings(starter_home), model=model) as qa:
        qa.sync()
        for question, said in (
            ("Who called the shipments vital, and how many containers did they hold?", ["Griffiths", "16,000"]),
            ("Who is Hugh Griffiths, and how many North Korean soldiers were sent to Kursk?", ["Griffiths", "Kursk"]),
        ):
            text = " ".join(s.text for s in qa.ask(question).sentences)
            assert [w for w in said if not re.search(w, text)] == []
        half = qa.ask("Who called the shipments vital, and how many penguins live in Antarctica?")
        assert ["Griffiths" in s.text for s in half.sentences] == [True]
        assert half.notes == (f"{UNANSWERED} how many penguins live in Antarctica?",)
        neither = qa.ask("What is the capital of France, and who won the World Cup in 2018?")
        assert neither.declined
        assert neither.notes == (f"{ABSENT} 2018 or France.",)
