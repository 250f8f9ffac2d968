"""Laws of lists, timelines, counts and comparisons: how many things an answer names, and which it leaves out."""

from __future__ import annotations

import pytest
from fakes import exact, open_fake, write_article

from qa.core.types import Filters

FIRES = {
    "a": ("2024-06-01", "Fires in Ulm", "Fires burned in Ulm on Monday. Nobody was hurt. Ulm thanked the crews."),
    "b": ("2024-06-03", "Fires in Ulm are out", "Fires in Ulm are out. Fires of Ulm took two days to put out. "
          "Ulm thanked the crews again."),
    "c": ("2025-06-01", "Fires near Trier", "Fires burned a barn near Trier. The farmer saved his cows."),
    "d": ("2025-09-01", "Fires in Bonn", "Fires burned a mill in Bonn. The miller wept."),
    "bees": ("2025-09-02", "Bees", "Bees won a prize."),
}  # fmt: skip


@pytest.fixture
def library(tmp_path):
    opened = []

    def make(articles):
        for id, (day, title, text, *more) in articles.items():
            write_article(tmp_path, id, text, published=day, title=title, **dict(*more))
        opened.append(open_fake(tmp_path))
        opened[0].sync()
        return opened[0]

    yield make
    for qa in opened:
        qa.close()


def cited(answer):
    return [s.citations[0].article for s in answer.sentences]


def test_a_list_is_in_the_order_of_days_with_every_article_of_a_story_and_none_about_something_else(library):
    answer = library(FIRES).ask("Which fires were there?")
    assert (answer.behaviour, cited(answer)) == ("list", ["a", "b", "c", "d"])
    assert [s.text for s in answer.sentences][:2] == ["Fires burned in Ulm on Monday.", "Fires in Ulm are out."]


def test_a_list_of_a_year_has_the_articles_of_that_year_only(library):
    answer = library(FIRES).ask("Which fires were there in 2025?")
    assert (answer.behaviour, cited(answer)) == ("list", ["c", "d"])


@pytest.mark.parametrize("question", ["Which fires were there in 2024?", "Which fires were there in 2019?"])
def test_one_story_and_a_year_without_any_make_no_list(library, question):
    assert library(FIRES).ask(question).behaviour == ""


@pytest.mark.parametrize(
    ("behind", "behaviour"),
    [
        ("The villages are Elst, Bremel and Tarnow.", "list"),
        ("It rained. It was dark. They left. They wept. The villages are Elst, Bremel and Tarnow.", "list"),
        ("Then the villages Elst, Bremel and Tarnow were quiet.", "list"),
        ("It rained. It was dark. They left. They wept. Then the villages Elst, Bremel and Tarnow were quiet.", ""),
        ("The roads are Elst Lane, Bremel Lane and Tarnow Lane.", ""),
    ],
)
def test_a_sentence_that_enumerates_what_is_asked_comes_first_where_it_stands_near(library, behind, behaviour):
    text = f"Several villages were evacuated on Monday. {behind} The road is shut."
    qa = library({"a": ("2024-06-01", "Flood", text), "bees": ("2024-06-02", "Bees", "Bees of Ulm won a prize.")})
    answer = qa.ask("Which villages were evacuated?")
    assert answer.behaviour == behaviour
    assert ("Bremel" in answer.sentences[0].text) is bool(behaviour)


def test_a_list_of_people_has_a_sentence_for_each_new_name(library):
    chair = "The chair of the Ulm club is {}"
    qa = library({
        "a": ("2024-06-01", "A", chair.format("Ida Holm. She is a baker.")),
        "b": ("2024-07-01", "B", chair.format("Jonas Kern. He is a smith.")),
        "c": ("2024-08-01", "C", chair.format("Jonas Kern again. The chair of the Ulm club is red.")),
    })  # fmt: skip
    answer = qa.ask("Who has been the chair of the Ulm club since May?", today="2024-08-02")
    assert answer.behaviour == "list"
    told = [s.text for s in answer.sentences]
    assert len(told) == 2
    assert [sum(name in text for text in told) for name in ("Ida Holm", "Jonas Kern")] == [1, 1]


TRAM = {
    "plan": ("2024-06-01", "Tram of Ulm planned", "The tram of Ulm was planned. It was dear.",
             {"author": "Ada Lund", "outlet": "Post"}),
    "built": ("2024-07-01", "Tram of Ulm built", "The tram of Ulm was built. It was green.",
              {"author": "Otto Lund", "outlet": "Sun"}),
    "bees": ("2024-07-02", "Bees of Ulm", "Bees of Ulm won.", {"author": "Ada Lund", "outlet": "Post"}),
}  # fmt: skip
RUNS = ("2024-08-01", "Tram of Ulm runs", "The tram of Ulm ran for the first time. It was full.", {"outlet": "Sun"})


@pytest.mark.parametrize(
    ("question", "text", "articles"),
    [
        ("How many articles did Ada Lund write?",
         "2 articles by Ada Lund: “Tram of Ulm planned” (1 June 2024); “Bees of Ulm” (2 July 2024).", ("plan", "bees")),
        ("How many articles did Ada Lund write about the tram?",
         "1 article by Ada Lund about the tram: “Tram of Ulm planned” (1 June 2024).", ("plan",)),
        ("How many articles are about the tram?",
         "2 articles about the tram: “Tram of Ulm planned” (1 June 2024); “Tram of Ulm built” (1 July 2024).",
         ("plan", "built")),
        ("How many articles did The Post publish about the tram?",
         "1 article of Post about the tram: “Tram of Ulm planned” (1 June 2024).", ("plan",)),
        ("How many outlets wrote about the tram?", "2 outlets about the tram: Post; Sun.", ("plan", "built")),
        ("How many articles did Ada Lund write in July 2024?",
         "1 article by Ada Lund, published 1 to 31 July 2024: “Bees of Ulm” (2 July 2024).", ("bees",)),
        ("How many articles mention the tram in July 2024?",
         "1 article with the tram, published 1 to 31 July 2024: “Tram of Ulm built” (1 July 2024).", ("built",)),
        ("How often did the Post report on bees?", "1 article of Post about bees: “Bees of Ulm” (2 July 2024).",
         ("bees",)),
        ("How many articles about bees did the Post print?",
         "1 article of Post about bees: “Bees of Ulm” (2 July 2024).", ("bees",)),
        ("How many articles did Zoe Falk write about bees?", "No article by Zoe Falk about bees.", ()),
        ("How many reports about bees has Zoe Falk published?", "No article by Zoe Falk about bees.", ()),
        ("How many Post articles were published in July 2024?",
         "1 article of Post, published 1 to 31 July 2024: “Bees of Ulm” (2 July 2024).", ("bees",)),
        ("How many news articles were published in July 2024?",
         "2 articles, published 1 to 31 July 2024: “Tram of Ulm built” (1 July 2024); “Bees of Ulm” (2 July 2024).",
         ("built", "bees")),
        ("Do you have anything about bees?", "1 article about bees: “Bees of Ulm” (2 July 2024).", ("bees",)),
        ("Have you got any articles from the Herald?", "No article by the Herald.", ()),
        ("Which articles are by Otto Lund?", "1 article by Otto Lund: “Tram of Ulm built” (1 July 2024).", ("built",)),
    ],
)  # fmt: skip
def test_a_count_says_of_whom_about_what_and_when(library, question, text, articles):
    answer = library(TRAM).ask(question)
    assert (answer.text, answer.articles) == (text, articles)


def test_two_days_of_a_story_are_a_timeline(library):
    answer = library({**TRAM, "runs": RUNS}).ask("Give me a timeline of the tram of Ulm.")
    assert answer.behaviour == "timeline"
    assert [s.label for s in answer.sentences] == ["1 July 2024", "1 August 2024"]


AGES = {
    "a": ("2024-06-01", "Holm", "Ida Holm is 44 years old. She leads Ulm."),
    "b": ("2024-07-01", "Kern", "Jonas Kern is 51 years old. He leads Trier."),
}


def test_each_side_of_a_comparison_is_answered_under_its_name(library):
    qa = library(AGES)
    answer = qa.ask("Who is older, Ida Holm or Jonas Kern?")
    assert answer.behaviour == "comparison"
    assert [(s.label, s.text.split(" is ")[0]) for s in answer.sentences] == [("Ida Holm",) * 2, ("Jonas Kern",) * 2]
    assert not answer.notes
    exact(qa, answer)


def test_one_sentence_for_both_sides_is_a_plain_answer(library):
    both = "The crane of Ulm cost 9 million crowns, and the crane of Trier cost 4 million crowns."
    answer = library({"a": ("2024-05-20", "Cranes", both)}).ask(
        "What cost more, the crane of Ulm or the crane of Trier?"
    )
    assert [s.text for s in answer.sentences] == [both]
    assert not any(s.label for s in answer.sentences)


def test_two_times_are_compared_each_by_what_was_published_then(library):
    vote = "The vote in the council of Ulm in {} was {}."
    qa = library({"may": ("2024-05-20", "Vote", vote.format("May", "20 to 10")),
                  "june": ("2024-06-20", "Vote again", vote.format("June", "16 to 14"))})  # fmt: skip
    answer = qa.ask("Compare the votes in May and in June.", today="2024-07-01")
    assert [(s.label, s.citations[0].article) for s in answer.sentences] == [("in May", "may"), ("in June", "june")]
    assert qa.ask("Compare the votes in May and in August.", today="2024-07-01").behaviour == ""
    june = qa.ask("Compare the votes in May and in June.", Filters(published_from="2024-06-01"), today="2024-07-01")
    assert cited(june) == ["june"]


BAKERY = {
    "a": ("2024-05-20", "Bakery", "Ida Holm opened a bakery in Ulm. The bakery sells bread. It has two ovens. Ida Holm "
          "bakes at night. She was born in Trier. Her bread is dark. She sells it on the market. Many like it."),
    "b": ("2024-06-20", "Bakery sold", "Ida Holm sold the bakery in Ulm. The bakery of Ida Holm goes to a chain. The "
          "chain has ten shops. She wants to travel. The ovens stay. The bread gets dearer. Ulm is sad."),
    "c": ("2024-08-20", "To Rome", "Ida Holm walks to Rome. The way is long. She left in July."),
    "bees": ("2024-09-20", "Bees", "Bees of Ulm won a prize. The bees are small. Their honey is dark."),
}  # fmt: skip


def test_an_overview_of_a_name_is_of_all_that_is_told_of_it_and_one_of_a_thing_of_its_story_alone(library):
    qa = library(BAKERY)
    assert qa.ask("Give me an overview of Ida Holm").articles == ("a", "b", "c")
    assert qa.ask("Give me an overview of the bakery in Ulm").articles == ("a", "b")


def test_an_overview_of_two_articles_has_five_sentences_where_no_number_is_asked_for(library):
    qa = library(BAKERY)
    assert len(qa.ask("Give me an overview of the bakery in Ulm").sentences) == 5
    assert len(qa.ask("Summarise the bakery in Ulm in three sentences").sentences) == 3
