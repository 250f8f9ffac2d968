"""Laws of understanding a question before it is searched: frames, times, words, earlier questions, plain replies."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import open_fake, write_article

from qa.answer.evidence.preference.names import MISSING
from qa.answer.question import facts
from qa.answer.question.conversation import Earlier, leans, made_whole, names_in
from qa.answer.question.facts import outlet_of
from qa.answer.question.frames import clause_of, is_keywords
from qa.answer.question.meta import intent_of
from qa.answer.question.times import day_of_reference, is_relative, time_in, wants_newest, without
from qa.core.errors import QuestionError
from qa.core.types import Understood
from qa.index.catalog.acronyms import read_definitions
from qa.service.codec import answer_from_dict, answer_to_dict

TODAY = date(2026, 3, 21)


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("Answer in one sentence: who is Ida Holm?", "Who is Ida Holm?"),
        ("Hi! Quick question: when does the ferry leave? Thanks in advance!", "When does the ferry leave?"),
        ("According to the articles, who won?", "Who won?"),
        ("Could you tell me how high the reward was?", "How high the reward was?"),
        ("You are an assistant. How many cables broke?", "How many cables broke?"),
    ],
)
def test_what_people_put_around_a_question_is_taken_off(said, asks):
    assert clause_of(said).text == asks


@pytest.mark.parametrize(
    "text",
    [
        "Who is Ida Holm?",
        "who plays the doctor",
        "In what year did Rome fall?",
        "List the mayors of Ulm.",
        "Tell me more.",
    ],
)
def test_a_question_without_a_frame_stays_as_it_is(text):
    assert clause_of(text).text == text


def test_a_long_story_is_reduced_to_the_clause_that_asks():
    story = (
        "I am writing about the harbour, where cranes stood still for weeks and nobody knew who was to blame for it. "
    )
    clause = clause_of(story * 3 + "What did the dockers earn?")
    assert clause.text == "What did the dockers earn?"
    assert "harbour" in clause.context


def test_keywords_are_told_from_questions():
    assert is_keywords("harbour crane price")
    assert not is_keywords("who is the mayor")
    assert not is_keywords("harbour?")


@pytest.mark.parametrize(
    ("text", "start", "end", "kind"),
    [
        ("What happened last week?", "2026-03-09", "2026-03-15", "published"),
        ("What did he say yesterday?", "2026-03-20", "2026-03-20", "published"),
        ("What was the rate in February 2025?", "2025-02-01", "2025-02-28", "as of"),
        ("How many were known on April 16, 2025?", "2025-04-16", "2025-04-16", "as of"),
        ("Who won in 1852?", "1852-01-01", "1852-12-31", "text"),
        ("Which articles were published in May 2025?", "2025-05-01", "2025-05-31", "published"),
        ("What burnt last summer?", "2025-06-01", "2025-08-31", "published"),
        ("What burnt last winter?", "2025-12-01", "2026-02-28", "published"),
        ("What was built in winter 2023?", "2023-12-01", "2024-02-29", "as of"),
        ("What opens next summer?", "2026-06-01", "2026-08-31", "text"),
        ("What happened last year?", "2025-01-01", "2025-12-31", "published"),
        ("What was decided this year?", "2026-01-01", "2026-12-31", "published"),
        ("What happened last month?", "2026-02-01", "2026-02-28", "published"),
        ("What happened next month?", "2026-04-01", "2026-04-30", "text"),
        ("What was said this week?", "2026-03-16", "2026-03-22", "published"),
        ("What will happen next week?", "2026-03-23", "2026-03-29", "text"),
        ("What happened last weekend?", "2026-03-14", "2026-03-15", "published"),
        ("What was said in the last three weeks?", "2026-02-28", "2026-03-21", "published"),
        ("What was said in the past 10 days?", "2026-03-11", "2026-03-21", "published"),
        ("What was said 2 days ago?", "2026-03-19", "2026-03-19", "published"),
        ("What was said two weeks ago?", "2026-03-04", "2026-03-10", "published"),
        ("What was said a few days ago?", "2026-03-14", "2026-03-19", "published"),
        ("What was said several days ago?", "2026-03-11", "2026-03-19", "published"),
        ("What was said a couple of weeks ago?", "2026-02-28", "2026-03-14", "published"),
    ],
)
def test_a_time_is_read_as_the_days_it_means(text, start, end, kind):
    time = time_in(text, TODAY)
    assert (str(time.start), str(time.end), time.kind) == (start, end, kind)


def test_a_question_without_a_time_has_none_and_a_modal_may_is_no_month():
    assert time_in("May I park in front of the town hall?", TODAY) is None
    assert time_in("How many of the 2,000 seats were sold?", TODAY) is None


def test_a_relative_time_no_longer_counts_as_words():
    text = "What did the council decide last week?"
    assert without(text, time_in(text, TODAY)) == "What did the council decide?"


def test_the_newest_is_wanted_by_a_word_or_the_present_tense_and_never_for_the_past():
    assert wants_newest("Who is the mayor of Ulm?", None)
    assert wants_newest("Is the ban still in force?", None)
    assert not wants_newest("Who was the first mayor of Ulm?", None)


def test_relative_words_count_from_the_newest_article_where_the_collection_is_old():
    assert day_of_reference(None, date(2026, 6, 1), "2026-03-20") == date(2026, 3, 20)
    assert day_of_reference(None, date(2026, 3, 25), "2026-03-20") == date(2026, 3, 25)
    assert day_of_reference(date(2020, 1, 1), date(2026, 6, 1), "2026-03-20") == date(2020, 1, 1)


@pytest.mark.parametrize(
    "text",
    ["Where did she work before?", "And how many were hurt?", "Why?", "What about Ulm?", "How long did it take her?"],
)
def test_a_question_that_leans_is_noticed(text):
    assert leans(text, spoken_before=True)


@pytest.mark.parametrize(
    "text", ["Who is Ida Holm?", "What caused the fire at Ulm?", "How long did it take to build the bridge?"]
)
def test_a_question_that_stands_alone_is_not_bent(text):
    assert not leans(text, spoken_before=True)


def test_a_leaning_question_is_made_whole_from_the_ones_before():
    who = Earlier("Who was the captain of the Ida?", "Jonas Kern", ("Captain Jonas Kern was last to leave.",), ("a",))
    assert made_whole("What does he want?", [who]).text == "What does Jonas Kern want?"
    rent = Earlier("What is the average rent in Ulm?")
    assert made_whole("What about Trier?", [rent]).text == "What is the average rent in Trier?"


WHO = Earlier("Who is the mayor of Ulm?", "Ida Holm", ("Ida Holm is the mayor, and Jonas Kern her deputy.",), ("a",))
SAID = Earlier("What did Petra Falk say of the mayor?", "Ida Holm", ("Petra Falk praised Ida Holm.",), ("a",))
OLD = Earlier("How old is the bridge?", "nine years", ("The bridge, says Lea Roth, is nine years old.",), ("b",))


@pytest.mark.parametrize(
    ("turns", "means"),
    [([WHO], "Ida Holm"), ([SAID], "Petra Falk"), ([WHO, SAID], "Petra Falk"), ([SAID, WHO], "Ida Holm"),
     ([OLD], "Lea Roth"), ([WHO, OLD], "Ida Holm")],
)  # fmt: skip
def test_she_is_who_the_last_question_was_about_then_who_answered_it_then_who_is_named_beside(turns, means):
    assert made_whole("What does she want?", turns).text == f"What does {means} want?"


@pytest.mark.parametrize(
    ("before", "whole"),
    [
        ("Who spoke in the hall of Ulm?", "How many died in the hall of Ulm?"),
        ("Who spoke in the old hall of Ulm?", "How many died in the old hall of Ulm?"),
        ("What did Ida Holm say?", "How many died (Ida Holm say)?"),
        ("What burnt in the hall?", "How many died: burnt hall?"),
    ],
)
def test_what_an_earlier_question_says_of_the_event_is_kept(before, whole):
    assert made_whole("How many died?", [Earlier(before)]).text == whole


@pytest.mark.parametrize(
    ("text", "name"),
    [("How many articles are there?", "count"), ("thanks a lot!", "thanks"), ("Who are you?", "who"),
     ("Which newspapers do you use?", "outlets"), ("What is the newest article?", "newest")],
)  # fmt: skip
def test_the_collection_and_small_talk_are_told_from_questions_to_the_articles(text, name):
    assert intent_of(text).name == name


@pytest.mark.parametrize(
    "text",
    ["How many articles are about dams?", "Who thanked the crew?", "What did the first test find?", "Who is Ida?"],
)
def test_a_word_of_a_subject_makes_it_a_question_to_the_articles(text):
    assert intent_of(text) is None


def test_an_acronym_is_learnt_both_ways():
    text = "It was approved by the Civil Aviation Office (CAO) on Monday."
    assert read_definitions(text) == {("CAO", "Civil Aviation Office")}
    assert read_definitions("The (CAO) met.") == set()


@pytest.fixture
def service(tmp_path):
    write_article(tmp_path, "crane", "The Harbour Board opened a crane in Dunmere.\n\nIda Holm paid for it.")
    write_article(tmp_path, "ferry", "A ferry sank off Ulm.\n\nJonas Kern was the last to leave the ferry.")
    with open_fake(tmp_path) as qa:
        qa.sync()
        yield qa


def test_a_misspelt_name_is_read_as_the_articles_write_it_and_said_so(service):
    answer = service.ask("Who opened a crane in Dunmeer?")
    assert answer.understood.corrections == (("Dunmeer", "Dunmere"),)


def test_a_long_word_may_have_two_slips_and_a_shorter_one_only_one(tmp_path):
    write_article(tmp_path, "castle", "The castle of Kornelsberg was sold. The mill of Tarnow burnt.")
    with open_fake(tmp_path) as qa:
        qa.sync()
        assert qa.ask("Who bought the castle of Karnelsburg?").understood.corrections == (
            ("Karnelsburg", "Kornelsberg"),
        )
        assert qa.ask("Who burnt the mill of Tornew?").understood.corrections == ()


def test_small_talk_has_no_citation_and_is_no_refusal(service):
    answer = service.ask("Thank you!")
    assert (answer.behaviour, answer.declined, answer.sentences) == ("smalltalk", False, ())
    assert answer.text


def test_a_count_of_the_articles_comes_from_the_catalog(service):
    answer = service.ask("How many articles are there?")
    assert answer.behaviour == "meta"
    assert "2 articles" in answer.text


def test_a_leaning_first_question_is_answered_by_a_question_with_two_candidates(service):
    answer = service.ask("What is his job?")
    assert answer.behaviour == "clarify"
    assert len(set(answer.articles)) >= 2
    assert not answer.sentences


def test_understanding_survives_the_wire_and_answers_of_before_it_still_open(service):
    answer = service.ask("Who opened a crane in Dunmeer?", history=["Who is Ida Holm?"], today="2026-03-21")
    data = answer_to_dict(answer)
    assert answer_from_dict(data) == answer
    for name in ("behaviour", "articles", "text", "understood"):
        del data[name]
    old = answer_from_dict(data)
    assert (old.behaviour, old.articles, old.text, old.understood) == ("", (), "", None)
    assert isinstance(answer.understood, Understood)


@pytest.mark.parametrize(
    ("question", "part", "field", "empty"),
    [
        ("Who opened a crane in Dunmeer?", "corrections", "corrections", ()),
        ("Which ferry sank in May 2024?", "time", "time", ""),
        ("Who is the latest mayor of Ulm?", "newest", "newest", False),
        ("And who paid for it?", "context", "leans_on", ()),
    ],
)
def test_a_part_of_what_was_understood_can_be_left_out(service, question, part, field, empty):
    history = ["Who opened a crane in Dunmere?"]
    whole = service.ask(question, history=history, today="2026-03-21").understood
    assert getattr(whole, field) != empty
    without = service.ask(question, history=history, today="2026-03-21", without=[part]).understood
    assert getattr(without, field) == empty
    assert without.without == (part,)
    assert whole.without == ()


def test_a_part_that_there_is_not_is_refused_by_name(service):
    with pytest.raises(QuestionError, match="weather"):
        service.ask("Who is Ida Holm?", without=["weather"])


def test_an_ordinary_word_of_english_is_never_read_as_another(tmp_path):
    write_article(tmp_path, "trade", "The traders fled to the city of Ulm in a hard winter.")
    with open_fake(tmp_path) as qa:
        qa.sync()
        assert qa.ask("Where did the traders flee to?").understood.corrections == ()


def test_words_are_joined_and_split_only_as_the_articles_write_them(tmp_path):
    write_article(tmp_path, "machine", "A machine had to rest at noon. Its night shift was long.")
    with open_fake(tmp_path) as qa:
        qa.sync()
        assert qa.ask("What was the machine's ability?").understood.corrections == ()
        assert qa.ask("How was the plan restated?").understood.corrections == ()
        assert qa.ask("How long was the nightshift?").understood.corrections == (("nightshift", "night shift"),)


@pytest.mark.parametrize("text", ["Who rules Ulm today?", "What was published by Kern in 1775?"])
def test_a_time_in_which_no_article_was_published_stays_a_word(service, text):
    understood = service.ask(text, today="2026-03-21").understood
    assert understood.searched == text
    assert understood.published_from is None


def test_today_in_the_present_tense_is_the_state_of_today_and_no_day(tmp_path):
    write_article(tmp_path, "mayor", "Ida Holm leads Ulm.", published="2026-03-20")
    with open_fake(tmp_path) as qa:
        qa.sync()
        understood = qa.ask("Who leads Ulm today?", today="2026-03-21").understood
        assert (understood.newest, understood.time) == (True, "")
        assert qa.ask("What did Ida Holm say today?", today="2026-03-20").understood.time == "today"


def test_a_word_that_only_begins_the_question_is_no_name_that_is_missing(service):
    plain, other = service.ask("Whereabouts in Dunmere is the crane?"), service.ask("Who opened a crane in Lindau?")
    assert not [note for note in plain.notes if "Whereabouts" in note]
    assert [note for note in other.notes if "Lindau" in note]


def test_names_that_stand_side_by_side_are_looked_for_each_alone_and_months_are_none(service):
    together = service.ask("What did Ida Holm and Jonas Kern leave in May?")
    assert not [note for note in together.notes if MISSING in note]
    assert [note for note in service.ask("Did Ida Holm and Petra Falk meet?").notes if "Petra Falk" in note]


@pytest.mark.parametrize(
    ("text", "relative"),
    [("What did he say yesterday?", True), ("What happened last week?", True), ("What burnt on 3 May 2024?", False)],
)
def test_a_time_is_relative_where_its_days_depend_on_when_it_is_said(text, relative):
    assert is_relative(time_in(text, TODAY)) is relative


def test_a_reader_is_told_from_which_day_relative_words_count_and_what_has_no_date(tmp_path):
    write_article(tmp_path, "first", "The council of Ulm met.", published="2020-01-07")
    write_article(tmp_path, "dated", "The council of Ulm decided to close the pool.", published="2020-03-20")
    write_article(tmp_path, "undated", "The council of Ulm likes trees.")
    with open_fake(tmp_path) as qa:
        qa.sync()
        notes = " ".join(qa.ask("What did the council of Ulm decide yesterday?").notes)
        assert "“yesterday” is counted from 20 March 2020" in notes
        assert "1 article without a date comes last" in notes
        given = " ".join(qa.ask("What did the council of Ulm decide yesterday?", today="2020-03-21").notes)
        assert "counted from" not in given
        assert qa.ask("What did the council of Ulm decide?").notes == ()


@pytest.mark.parametrize(
    "text", ["What's new?", "what is new", "Any news?", "Give me the latest news", "Show me the headlines"]
)
def test_who_asks_for_the_news_and_nothing_else_is_told_what_is_newest(text):
    assert intent_of(text).say.startswith("The newest")


@pytest.mark.parametrize(
    "text", ["What's new about the bridge?", "What news did Ida Holm bring?", "What is new in Dunmere?"]
)
def test_the_news_of_something_is_no_question_about_the_collection(text):
    assert intent_of(text) is None


def test_what_happened_in_a_year_of_the_articles_lists_them_and_a_year_before_is_looked_for_in_their_text(tmp_path):
    write_article(tmp_path, "crane", "The Harbour Board opened a crane.", published="2024-05-02")
    write_article(tmp_path, "ferry", "A ferry sank off Ulm, as one did in 1852.", published="2025-06-01")
    with open_fake(tmp_path) as qa:
        qa.sync()
        listed = qa.ask("What happened in 2024?", today="2026-01-20")
        text = qa.ask("What happened in 1852?", today="2026-01-20")
    assert (listed.behaviour, listed.articles) == ("results", ("crane",))
    assert text.understood.time_kind == "text"


def test_a_misspelt_form_of_a_word_is_read_as_the_form_that_it_is_nearest_to(tmp_path):
    for n in range(3):
        write_article(tmp_path, f"a{n}", f"The engines explode in the harbour on day {n}.")
    write_article(tmp_path, "b", "One engine exploded in the harbour.")
    with open_fake(tmp_path) as qa:
        qa.sync()
        assert qa.ask("Which engine expoded in the harbour?").understood.corrections == (("expoded", "exploded"),)


@pytest.mark.parametrize("text", ["Tell me about yourself", "What is Groundwire?", "Please introduce yourself"])
def test_who_asks_what_this_is_is_told_and_gets_no_overview(text):
    assert intent_of(text).behaviour == "smalltalk"


def test_newest_first_is_told_only_where_a_word_asks_or_more_than_one_state_is_shown(tmp_path):
    write_article(tmp_path, "mayor", "Ida Holm is the mayor of Ulm.", published="2026-03-20")
    with open_fake(tmp_path) as qa:
        qa.sync()
        assert not qa.ask("Who is the mayor of Ulm?").understood.newest
        assert qa.ask("Who is the mayor of Ulm now?").understood.newest


def test_what_is_new_at_a_time_lists_its_articles_and_what_is_new_at_all_tells_of_the_collection(tmp_path):
    write_article(tmp_path, "old", "Ida Holm met Jonas Kern.", published="2026-03-19")
    write_article(tmp_path, "new", "Ida Holm leads Ulm.", published="2026-03-20")
    with open_fake(tmp_path) as qa:
        qa.sync()
        today = qa.ask("What is new today?", today="2026-03-20")
        assert (today.behaviour, today.articles) == ("results", ("new",))
        assert qa.ask("What is the newest article?", today="2026-03-20").behaviour == "meta"


@pytest.mark.parametrize("today", [date.min, date(1, 1, 3), date(9999, 12, 28), date.max], ids=str)
@pytest.mark.parametrize(
    "when",
    ["several years ago", "a few days ago", "two weeks ago", "yesterday", "tomorrow", "last week", "last month",
     "next year", "last winter", "in the last 3 years", "this weekend"],
)  # fmt: skip
def test_a_time_beyond_the_first_or_the_last_day_is_none_or_another_and_never_a_failure(today, when):
    time = time_in(f"What was said {when}?", today)
    assert time is None or time.start or time.end


@pytest.mark.parametrize(
    ("text", "outlets", "named"),
    [
        ("What did the Selmouth Post say?", ["Castrell Post", "Selmouth Post"], "Selmouth Post"),
        ("What did the Post say?", ["Castrell Post", "Echo"], "Castrell Post"),
        ("what did post say", ["Castrell Post", "Echo"], "Castrell Post"),
        ("What did the Post say?", ["Castrell Post", "Selmouth Post"], ""),
        ("What news was there?", ["Daily News"], ""),
        ("What did the News say?", ["Daily News"], "Daily News"),
        ("What was said last time?", ["Time"], ""),
        ("What did Time say?", ["Time"], "Time"),
        ("What did the Sunday Post say?", ["Post", "Sunday Post"], "Sunday Post"),
    ],
)
def test_an_outlet_is_named_in_full_or_by_a_last_word_that_is_its_own(text, outlets, named):
    assert outlet_of(text, outlets)[0] == named


def test_of_thousands_of_outlets_only_those_are_looked_for_whose_last_word_is_said(monkeypatch):
    looked_for: list[str] = []
    search = facts.re.search
    monkeypatch.setattr(facts.re, "search", lambda p, *given: looked_for.append(p) or search(p, *given))
    outlets = [f"Gazette of Place {n}x" for n in range(5_000)]
    assert outlet_of("What did the Selmouth Post say?", [*outlets, "Selmouth Post"])[0] == "Selmouth Post"
    assert len(looked_for) < 10


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("What happened in Ulm? Give me a timeline", ["Ulm"]),
        ("Was Ida Holm there? Zelenskyy was.", ["Ida Holm", "Zelenskyy"]),
        ("Tell me who leads Ulm", ["Ulm"]),
    ],
)
def test_an_ordinary_word_that_begins_a_sentence_is_no_name(text, names):
    assert names_in(text) == names


@pytest.mark.parametrize("question", ["What did the Post put out on 20 March?", "what has the Ulm Post said today?"])
def test_what_an_outlet_told_at_a_time_lists_its_articles_of_that_time(tmp_path, question):
    write_article(tmp_path, "old", "Ida Holm met Jonas Kern.", published="2026-03-19", outlet="Ulm Post")
    write_article(tmp_path, "new", "Ida Holm leads Ulm.", published="2026-03-20", outlet="Ulm Post")
    write_article(tmp_path, "other", "Bees won a prize.", published="2026-03-20", outlet="Echo")
    with open_fake(tmp_path) as qa:
        qa.sync()
        answer = qa.ask(question, today="2026-03-20")
        assert (answer.behaviour, answer.articles) == ("results", ("new",))
        assert answer.text == "1 article published by Ulm Post on 20 March 2026: “Ida Holm leads Ulm.” (20 March 2026)."


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Can I upload my own articles?", "adding"), ("How do I add a PDF?", "adding"),
        ("Who writes the articles?", "outlets"),
        ("How can I add new documents to the library?", "adding"),
    ],
)  # fmt: skip
def test_who_asks_how_the_collection_grows_or_who_writes_it_is_told(text, name):
    assert intent_of(text).name == name


@pytest.mark.parametrize(
    "text", ["How do I add value to my house?", "Can I add sugar to tea?", "Who writes the laws of Ulm?"]
)
def test_what_only_sounds_like_it_is_asked_of_the_articles(text):
    assert intent_of(text) is None
