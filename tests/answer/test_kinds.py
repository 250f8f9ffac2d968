"""Laws of answers of other kinds: what is recognised by its phrase, and what each kind makes of the articles."""

from __future__ import annotations

import pytest
from fakes import exact, open_fake, write_article

from qa.answer.kinds import summary, timeline
from qa.answer.kinds.marks import side_of
from qa.answer.kinds.sides import sides_of
from qa.answer.kinds.speakers import speakers_of, speaks
from qa.answer.question.conversation import parts_made_whole
from qa.answer.question.kinds.request import request_of
from qa.core.types import Article, Filters
from qa.corpus.canonical import canonical_text
from qa.corpus.sentences import sentence_spans
from qa.service.codec import answer_from_dict, answer_to_dict

PLAIN = [
    "Who is Ida Holm?",
    "When did the bridge open?",
    "Which timeline is the most accurate?",
    "What happened in 1066?",
    "How did the price of a ticket change on 1 February?",
    "How did the fire start?",
    "What are the stages in a compound engine called?",
    "What is the main purpose of the treaty?",
]


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_question_asks_for_no_other_kind_of_answer(text):
    assert request_of(text) is None


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Summarise the harbour dispute.", "the harbour dispute"),
        ("Could you please sum up the ferry affair in two sentences?", "the ferry affair"),
        ("Give me a short overview of the flood in Ulm", "the flood in Ulm"),
        ("What's the gist of the interview with Ida Holm?", "the interview with Ida Holm"),
        ("Tell me everything about the Ida", "the Ida"),
        ("What is the article about the dam about?", "the article about the dam"),
        ("What does the editorial on the tram say?", "the editorial on the tram"),
        ("What do we know about the leak so far?", "the leak"),
        ("What is going on at the port?", "the port"),
    ],
)
def test_an_overview_is_asked_for_in_many_words(text, about):
    request = request_of(text)
    assert request is not None
    assert (request.kind, request.about) == ("overview", about)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Timeline of the ferry affair", "the ferry affair"),
        ("Give me a chronology of the flood", "the flood"),
        ("How did the price of bread develop over time?", "the price of bread"),
        ("List the events around the mayor in chronological order.", "the mayor"),
        ("Trace the law from the first draft to the vote.", "the law"),
        ("How has the strike unfolded?", "the strike"),
        ("What were the key dates of the trial?", "the trial"),
    ],
)
def test_a_timeline_is_asked_for_in_many_words(text, about):
    request = request_of(text)
    assert request is not None
    assert (request.kind, request.about) == ("timeline", about)


FERRY = [
    ("ferry-1", "2025-03-01", "The ferry Ida was sold", "The ferry Ida of Dunmere was sold to Orrin Lines on Friday. "
     "The crew of the ferry Ida was not told before. Nobody in Dunmere had expected the sale of the ferry."),
    ("ferry-2", "2025-03-09", "Crew of the ferry Ida walks out", "The crew of the ferry Ida walked out on Sunday over "
     "the sale to Orrin Lines. The ferry Ida lay idle in Dunmere all day. Orrin Lines would not comment on the ferry."),
    ("ferry-3", "2025-03-20", "Ferry Ida sails again", "The ferry Ida sailed again from Dunmere on Thursday after its "
     "crew and Orrin Lines had agreed. The fare for the ferry rises to 4 crowns. Before it was 3 crowns."),
    ("bees", "2025-03-11", "Bees of Ulm", "A keeper of bees in Ulm won a prize for honey. The honey was very sweet."),
]  # fmt: skip


@pytest.fixture
def news(tmp_path):
    for id, day, title, text in FERRY:
        write_article(tmp_path, id, text, title=title, published=day, outlet="The Post")
    with open_fake(tmp_path) as qa:
        qa.sync()
        yield qa


def test_an_overview_is_of_the_story_alone_in_the_order_in_which_it_was_told(news):
    answer = news.ask("Summarise the story of the ferry Ida.")
    assert answer.behaviour == answer.understood.kind == "overview"
    told = [s.citations[0].article for s in answer.sentences]
    assert 3 <= len(told) <= 7
    assert told == sorted(told)
    assert set(told) == {"ferry-1", "ferry-2", "ferry-3"}
    exact(news, answer)


def test_an_overview_has_as_many_sentences_as_are_asked_for(news):
    assert len(news.ask("Summarise the sale of the ferry Ida in two sentences.").sentences) == 2


def test_an_overview_of_an_article_that_is_named_by_its_title_quotes_that_one_only(news):
    answer = news.ask("What is this about: “Crew of the ferry Ida walks out”?")
    assert {s.citations[0].article for s in answer.sentences} == {"ferry-2"}


@pytest.mark.parametrize("text", ["Summarise this article.", "Summarise", "What is this about?", "Give me a summary"])
def test_this_is_the_article_that_is_open(news, text):
    answer = news.ask(text, Filters(articles=("ferry-2",)))
    assert answer.understood.kind == "overview"
    assert {s.citations[0].article for s in answer.sentences} == {"ferry-2"}


def test_an_overview_of_nothing_that_is_named_is_asked_back(news):
    answer = news.ask("Summarise this article.")
    assert answer.behaviour == "clarify"
    assert len(answer.articles) >= 2


def test_a_timeline_has_a_sentence_a_day_the_oldest_first_and_the_day_as_its_label(news):
    answer = news.ask("Give me a timeline of the ferry Ida.")
    assert answer.behaviour == answer.understood.kind == "timeline"
    assert [s.label for s in answer.sentences] == ["1 March 2025", "9 March 2025", "20 March 2025"]
    exact(news, answer)


def test_a_timeline_goes_on_with_articles_months_later_whose_head_names_its_subject(tmp_path):
    """Told over months a story changes its words and who is in it; what is only near in words is none of it."""
    told = {
        "golden": (
            "2024-03-04",
            "Work begins",
            "Mayor Ida Holm opened the site of the Orsta tunnel on Monday. Bands played, and schools were shut.",
        ),
        "stuck": (
            "2024-11-20",
            "Machine stuck",
            "The machine of the Orsta tunnel has been stuck since Friday. Nobody knows which rock holds it.",
        ),
        "death": (
            "2025-08-14",
            "Worker killed",
            "A worker was killed in the Orsta tunnel when a segment fell. An inquiry asks how it was hung.",
        ),
        "metro": (
            "2025-09-01",
            "A metro for Fjarn",
            "Fjarn wants to dig a tunnel for a metro under its harbour. The council votes on the money in May.",
        ),
    }
    for id, (day, title, text) in told.items():
        write_article(tmp_path, id, text, title=title, published=day)
    with open_fake(tmp_path) as qa:
        qa.sync()
        answer = qa.ask("Chronology of the Orsta tunnel")
        assert answer.behaviour == "timeline"
        assert [s.citations[0].article for s in answer.sentences] == ["golden", "stuck", "death"]
        later = qa.ask("Summarise the Orsta tunnel, published in 2025.")
        assert {s.citations[0].article for s in later.sentences} == {"death"}


def test_a_timeline_of_what_one_article_tells_goes_by_the_times_that_its_sentences_name(tmp_path):
    write_article(
        tmp_path, "mill",
        "The Orsta mill is to be a museum. It was bought by the town in March 1964 for a thousand crowns.\n\n"
        "Ida Holm built the mill in 1871. A fire took its roof on 3 May 1902, and it was mended. It is red.",
        title="The Orsta mill",
    )  # fmt: skip
    write_article(tmp_path, "bees", "Bees of Ulm won a prize in 1990. It was the first one.", title="Bees of Ulm")
    with open_fake(tmp_path) as qa:
        qa.sync()
        answer = qa.ask("Give me a timeline of the Orsta mill")
        assert (answer.behaviour, [s.label for s in answer.sentences]) == (
            "timeline", ["1871", "3 May 1902", "March 1964"],
        )  # fmt: skip
        exact(qa, answer)
        assert qa.ask("Give me a timeline of the bees of Ulm").behaviour != "timeline"


@pytest.mark.parametrize("question", ["Summarise the Orsta mill", "Give me a timeline of the Orsta mill"])
def test_of_a_book_no_more_sentences_are_compared_or_read_for_times_than_of_a_long_article(
    tmp_path, monkeypatch, question
):
    """All pairs of a book's sentences took the memory of the machine, and the service with it."""
    compared, read = [], []
    central, named_in = summary.central, timeline._named_in
    monkeypatch.setattr(summary, "central", lambda told, subject: compared.append(len(told)) or central(told, subject))
    monkeypatch.setattr(timeline, "_named_in", lambda text: read.append(text) or named_in(text))
    told = (f"In {1500 + n % 525} the Orsta mill was rebuilt by builder {n}." for n in range(2_000))
    write_article(tmp_path, "mill", f"The Orsta mill is old and red. {' '.join(told)}", title="The Orsta mill")
    with open_fake(tmp_path) as qa:
        qa.sync()
        answer = qa.ask(question)
        assert answer.behaviour in ("overview", "timeline")
        assert 4 <= len(answer.sentences) <= 12
    assert sum(compared) <= summary.COMPARED
    assert len(read) <= timeline.READ
    assert compared or read


def test_what_no_article_is_about_is_left_to_the_plain_way(news):
    assert news.ask("Summarise the eruption of Mount Tarn.").understood.kind == "plain"


def test_the_kind_is_left_out_where_the_reader_wants_that(news):
    answer = news.ask("Give me a timeline of the ferry Ida.", without=["kind"])
    assert answer.understood.kind == "plain"
    assert not any(s.label for s in answer.sentences)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How many articles mention the ferry Ida?", "count"),
        ("How many reports did Ada Lund write?", "count"),
        ("In how many articles is Orrin Lines mentioned?", "count"),
        ("How often did The Post report on the ferry?", "count"),
        ("How many newspapers wrote about the flood?", "count"),
        ("Which articles are about bees?", "results"),
        ("Show me all stories by Ada Lund", "results"),
        ("Which outlets covered the trial?", "results"),
        ("Which ships were sold in 2025?", "list"),
        ("Who has led the club since the summer?", "list"),
        ("List all the villages that were evacuated.", "list"),
        ("Who is older, Ida Holm or Jonas Kern?", "comparison"),
        ("Which bridge was longer, the one at Ulm or the one at Trier?", "comparison"),
        ("What cost more, the ferry or the bridge?", "comparison"),
        ("Did Ulm or Trier spend more money on trams?", "comparison"),
        ("Is the ferry or the bridge older?", "comparison"),
        ("What's Ida Holm's answer to the neighbours of the ferry?", "speech"),
        ("Do you have anything from The Post?", "results"),
        ("Were there more visitors in Ulm or in Trier?", "comparison"),
        ("What is the difference between the first and the second draft?", "comparison"),
        ("Compare the votes in May and in June.", "comparison"),
        ("What did Ida Holm say about the bridge?", "speech"),
        ("What is Jonas Kern's view of the ferry?", "speech"),
        ("How did the union react to the offer?", "speech"),
        ("Who said that the bridge was safe?", "quotation"),
        ("Who said “nobody asked us”?", "quotation"),
        ("Should the bridge be closed?", "opinion"),
        ("What do readers think about the toll?", "opinion"),
    ],
)
def test_numbers_lists_and_comparisons_are_told_by_their_phrase(text, kind):
    request = request_of(text)
    assert request is not None
    assert request.kind == kind


def test_the_sides_of_a_comparison_are_named_in_full():
    request = request_of("Which bridge was longer, the one at Ulm or that at Trier?")
    one, other = sides_of(dict(request.parts))
    assert (one.question, other.question) == ("How long was the bridge at Ulm?", "How long was the bridge at Trier?")


@pytest.mark.parametrize(
    ("question", "says", "articles"),
    [
        ("How many articles mention Orrin Lines?", "3 articles", ("ferry-1", "ferry-2", "ferry-3")),
        ("How many articles did The Post publish?", "4 articles", ("ferry-1", "ferry-2", "bees", "ferry-3")),
        ("How many articles mention honey?", "1 article ", ("bees",)),
        ("How many articles mention volcanoes?", "No article", ()),
        ("How many outlets wrote about honey?", "1 outlet ", ("bees",)),
        ("Which articles mention Orrin Lines?", "3 articles", ("ferry-1", "ferry-2", "ferry-3")),
        ("How many articles has Ada Lund written?", "No article by Ada Lund", ()),
    ],
)
def test_a_number_of_articles_is_said_and_they_are_its_proof(news, question, says, articles):
    answer = news.ask(question)
    assert answer.behaviour in ("count", "results")
    assert answer.text.startswith(says)
    assert answer.articles == articles


def test_a_number_that_is_not_of_articles_is_a_plain_question(news):
    assert news.ask("How many stories does the tower have?").understood.kind == "plain"


def test_a_list_has_a_sentence_of_each_story_that_tells_of_one(tmp_path):
    fires = {"ulm": "A fire broke out in Ulm on Monday. Nobody was hurt in the town hall.",
             "trier": "A fire burned down a barn near Trier. The farmer saved his cows."}  # fmt: skip
    for n, (id, text) in enumerate(fires.items()):
        write_article(tmp_path, id, text, title=f"Fire {id}", published=f"202{4 + n}-06-01")
    with open_fake(tmp_path) as qa:
        qa.sync()
        answer = qa.ask("Which fires were there?")
        assert {s.citations[0].article for s in answer.sentences} == set(fires)
        exact(qa, answer)


TALK = (
    "The bridge of Ulm is shut. “It was never safe,” said Ida Holm, the engineer. “Nobody listened.” Jonas Kern, the "
    "mayor, said that the bridge would open soon. He promised a new bridge. According to Maud Senn, a baker, trade is "
    "bad. “We wait,” she said."
)


def test_every_sentence_has_the_speaker_who_stands_beside_before_or_behind_it():
    article = Article("talk", canonical_text(TALK))
    spans = tuple(sentence_spans(article.text))
    who = dict(zip((article.text[a:b] for a, b in spans), speakers_of(article, spans), strict=True))
    assert [name.split(",")[0] for name in who.values()] == [
        "", "Ida Holm", "Ida Holm", "Jonas Kern", "Jonas Kern", "Maud Senn", "Maud Senn",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "speaker", "same"),
    [
        ("Ida Holm, the engineer", "Ida Holm", True),
        ("Dr. Holm", "Ida Holm", True),
        ("the presiding judge, Magnus Orde", "the judge", True),
        ("the Holm Group", "Ida Holm", False),
        ("Otto Holm", "Ida Holm", False),
        ("the mayor", "the judge", False),
    ],
)
def test_a_speaker_is_meant_by_name_or_by_role(who, speaker, same):
    assert speaks(who, speaker) is same


@pytest.fixture
def talk(tmp_path):
    write_article(tmp_path, "talk", TALK, title="Bridge of Ulm shut")
    write_article(tmp_path, "honey", "The honey of Trier won a prize. “It is sweet,” said Lea Brand.", title="Honey")
    piece = "The bridge of Ulm should be closed for good. I walk. In my opinion the ferry is better than the bridge."
    write_article(tmp_path, "piece", piece, title="Opinion: Close the bridge of Ulm", author="Otto Lund")
    with open_fake(tmp_path) as qa:
        qa.sync()
        yield qa


def test_what_somebody_said_is_answered_in_her_words_only(talk):
    answer = talk.ask("What did Ida Holm say about the bridge?")
    assert answer.understood.kind == "speech"
    assert {s.text for s in answer.sentences} <= {
        "“It was never safe,” said Ida Holm, the engineer.", "“Nobody listened.”",
    }  # fmt: skip
    assert {s.label for s in answer.sentences} == {"Ida Holm"}
    exact(talk, answer)


def test_who_said_nothing_about_it_is_not_answered_for_by_others(talk):
    answer = talk.ask("What did Lea Brand say about the bridge of Ulm?")
    assert answer.declined
    assert answer.text.startswith("No article quotes Lea Brand")
    assert "Ida Holm" in answer.text


def test_a_sentence_that_only_names_somebody_is_not_what_he_said_about_something_else(talk):
    answer = talk.ask("What did Lea Brand say about submarines?")
    assert answer.declined
    assert not answer.sentences


def test_an_opinion_stands_under_its_writers_name(talk):
    answer = talk.ask("Should the bridge of Ulm be closed?")
    assert answer.understood.kind == "opinion"
    assert {(s.label, s.citations[0].article) for s in answer.sentences} == {("Otto Lund", "piece")}


@pytest.mark.parametrize(
    ("question", "sentence", "side"),
    [
        ("Was the bridge of Ulm closed?", "The bridge of Ulm was closed on Monday.", "says so"),
        ("Was the bridge of Ulm closed?", "The bridge of Ulm was never closed.", "says not"),
        ("Was the bridge of Ulm closed?", "The bridge of Ulm may be closed.", ""),
        ("Was the bridge of Ulm closed?", "A ferry sank off Trier.", ""),
        ("Is it safe to cross?", "No, the railing is loose.", "says not"),
        ("Who closed the bridge of Ulm?", "The bridge of Ulm was closed by Ida Holm.", ""),
        ("Was the bridge closed or opened?", "The bridge was closed.", ""),
    ],
)
def test_a_sentence_takes_a_side_only_where_that_is_safe_to_say(question, sentence, side):
    assert side_of(question, sentence) == side


def test_two_articles_that_state_other_values_are_said_to_differ(tmp_path):
    write_article(
        tmp_path, "one", "The crown of Ulm is worth 22 million francs.", published="2025-01-02", outlet="Post"
    )
    write_article(tmp_path, "two", "The crown of Ulm is worth 16 million francs.", published="2025-02-03", outlet="Sun")
    with open_fake(tmp_path) as qa:
        qa.sync()
        answer = qa.ask("What is the crown of Ulm worth?")
    [note] = [note for note in answer.notes if "differ" in note]
    assert "Post" in note
    assert "Sun" in note
    assert "2 January 2025" in note


def test_a_sentence_of_an_opinion_piece_bears_its_writers_name(talk):
    answer = talk.ask("Which is better than the bridge of Ulm, the ferry?", without=["kind"])
    assert not any(s.label for s in answer.sentences)
    answer = talk.ask("What is better than the bridge of Ulm in my opinion?")
    assert [s.label for s in answer.sentences if s.citations[0].article == "piece"][:1] == ["opinion, Otto Lund"]


def test_labels_outlive_json_and_those_who_have_none_still_open(talk):
    answer = talk.ask("What did Ida Holm say about the bridge?")
    values = answer_to_dict(answer)
    assert answer_from_dict(values) == answer
    for sentence in values["sentences"]:
        del sentence["label"]
    assert not any(s.label for s in answer_from_dict(values).sentences)


def test_a_text_that_is_longer_than_any_such_phrase_asks_for_no_kind():
    assert request_of("Summarise " + "the ferry and " * 30) is None


@pytest.mark.parametrize(
    "text", ["What happened with the plan after the vote was lost?", "What happened with it when it rained?"]
)
def test_what_happened_at_one_moment_of_something_is_no_overview_of_it(text):
    found = request_of(text)
    assert found is None or found.kind != "overview"


def test_a_part_that_stands_alone_takes_no_place_from_another_part():
    parts = ["Who called the shipments vital?", "how many penguins live in Antarctica?"]
    assert parts_made_whole(parts) == parts
    dying, hurt = parts_made_whole(["How many died?", "how many were hurt when the Ida sank?"])
    assert dying == "How many died when the Ida sank?"
    assert hurt == "how many were hurt when the Ida sank?"


def test_in_how_many_articles_a_name_is_mentioned_counts_them_all_though_an_outlet_bears_it(tmp_path):
    write_article(tmp_path, "pr", "We fly again.", title="Ulm Air flies", outlet="Ulm Air")
    write_article(tmp_path, "a", "The airline Ulm Air stopped.", title="Stop", outlet="Gazette")
    write_article(tmp_path, "b", "Ulm Air and Trier Air are to merge.", title="Merger", outlet="Gazette")
    with open_fake(tmp_path) as qa:
        qa.sync()
        assert set(qa.ask("In how many articles is Ulm Air mentioned?").articles) >= {"a", "b"}
