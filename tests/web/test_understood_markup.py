"""The markup of what is said without citations and of what was understood: hostile texts stay texts, for every kind."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rendered import HOSTILE

from qa.core.display import UNSURE
from qa.core.reports import ArticleSummary
from qa.core.types import DECLINED, Answer, AnswerSentence, Article, Citation, SourcePassage, Understood
from qa.service.conversations import Turn
from qa.service.transcript import as_markdown, as_text, conversation_values
from qa.web.page.chat import chat_html
from qa.web.page.chat.earlier import asked_on, earlier_of, left_out

BEHAVIOURS = ("", "meta", "smalltalk", "clarify", "results", "refusal")
OURS = {"span", "button", "div"}
NEAR = SourcePassage("a", "0" * 12, 0, 4, "Near", "Title", None, None, 0.5)


def _turn(behaviour: str, hostile: str, **changes: object) -> Turn:
    understood = Understood(
        searched=f"{hostile} 1", corrections=((hostile, hostile),), acronyms=((hostile, hostile),), leans_on=(hostile,),
        time=hostile, time_kind="text", newest=True, without=("time",),
    )  # fmt: skip
    answer = Answer(
        hostile, behaviour in ("", "clarify", "refusal"), 0.1, (), (NEAR,), (), {}, behaviour=behaviour,
        articles=("a",), undated_left_out=3, text=f"What: {hostile}", understood=understood,
    )  # fmt: skip
    return Turn(3, "2024-06-01T12:00:00+00:00", hostile, state="answered", answer=replace(answer, **changes))


def _listed(hostile: str) -> chat_html.Beside:
    undated = ArticleSummary("a", "", hostile, hostile, None, None, None, None, 1, 1, 1)
    return chat_html.Beside([Article("a", hostile, title=hostile, outlet=hostile, published=hostile)], [undated])


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_hostile_text_becomes_markup(behaviour, hostile):
    turn = _turn(behaviour, hostile)
    for markup in (
        chat_html.reply(turn, "c", _listed(hostile)),
        chat_html.reply(turn, "c", _listed(hostile), last=False),
        chat_html.growing(turn, _listed(hostile)),
    ):
        tags = re.findall(r"(?<!\\)<(?!/)([^>]*)>", markup)
        assert {tag.split()[0] for tag in tags} <= OURS
        assert not any(re.search(r"\bon\w+=", re.sub(r'"[^"]*"', "", tag)) for tag in tags)
        left = re.sub(r"(?<!\\)<[^>]*>|\\.", "", markup)  # less our tags and all that is escaped
        assert not re.search(r"[`*_\[\]<>#$!&]", left), left


@pytest.mark.parametrize(
    ("behaviour", "declined", "near"),
    [("", True, "Show the closest passages"), ("refusal", True, "Show the closest passages"),
     ("results", False, "Show the passages"), ("meta", False, ""), ("smalltalk", False, ""), ("clarify", False, "")],
)  # fmt: skip
def test_only_what_is_declined_says_so_and_only_what_was_searched_shows_passages(behaviour, declined, near):
    turn = _turn(behaviour, "word")
    if behaviour == "results":  # of keywords, where no sentence is sure
        turn = replace(turn, answer=replace(turn.answer, declined=True))
    markup = chat_html.reply(turn, "c")
    assert ('class="declined"' in markup) == declined
    assert re.findall(r'class="cite near"[^>]*>([^<]*)<', markup) == ([near] if near else [])
    if declined:  # what was done, then why
        assert markup.index('class="declined"') < markup.index('class="plain"')


def test_what_leads_to_a_list_is_said_without_the_list():
    turn = _turn("results", "word", text="2 articles published on 3 May 2024: “A” (3 May 2024); “B” (3 May 2024).")
    assert "2 articles published on 3 May 2024\\:<" in chat_html.reply(turn, "c", _listed("word"))
    assert "“B”" in chat_html.reply(turn, "c")


def _of_days(*days: str) -> tuple[AnswerSentence, ...]:
    cited = (Citation(n, "a", "", 0, 1, "S", "T", "The Post", day) for n, day in enumerate(days, 1))
    return tuple(AnswerSentence("S", (c,)) for c in cited)


def test_parts_are_buttons_below_the_last_question_only():
    turn = _turn("", "word", declined=False, sentences=_of_days("2024-05-17", "2023-01-02"))
    names = re.findall(r'class="act part \w+" type="button" value="3/(\w+)"', chat_html.reply(turn, "c"))
    assert names == ["context", "corrections", "acronyms", "time", "newest", "time"]
    assert "part" not in chat_html.reply(turn, "c", last=False)


def test_the_order_is_told_of_only_where_it_made_a_difference():
    for days, told in ((("2024-05-17", "2023-01-02"), True), (("2024-05-17", "2024-05-17"), False), (("",), False)):
        understood = Understood(searched="word", newest=True)
        turn = _turn("", "word", declined=False, sentences=_of_days(*days), understood=understood)
        assert ("newest first" in chat_html.reply(turn, "c")) == told
        assert "Understood as" not in chat_html.reply(turn, "c")


@pytest.mark.parametrize(
    ("published", "told"),
    [("2024-05-17", "The Post, 17 May 2024"), ("2024-03-01", "The Post, 1 Mar 2024, 3 months old"),
     ("2021-05-17T10:00:00+00:00", "The Post, 17 May 2021, 3 years old"), (None, "The Post, undated")],
)  # fmt: skip
def test_a_citation_says_who_told_it_when_and_how_old_that_is(published, told):
    turn = _turn("", "word", declined=False, sentences=_of_days(published), understood=None)
    markup = chat_html.reply(turn, "c").replace("\\", "")
    assert f'title="{told}: show it in its article"><b>1</b> <span class="from">{told}</span></button>' in markup


def test_what_a_filter_of_dates_left_out_is_named_to_be_given_a_date():
    markup = chat_html.reply(_turn("", "word"), "c", _listed("Ferry"))
    assert "3 articles without a date were left out" in markup
    assert re.findall(r'class="act (edit|library)" type="button" value="(\w+)"', markup) == [
        ("edit", "a"), ("library", "undated")
    ]  # fmt: skip


def test_a_copy_and_an_export_carry_what_was_said_and_understood():
    turn = _turn("meta", "word", understood=Understood(searched="other", newest=True))
    for text in (as_text(turn), as_markdown(turn)):
        assert "What: word" in text
        assert "Understood as: “other” · newest first." in text
        assert DECLINED not in text
    (values,) = conversation_values("c", [turn])["turns"]
    assert (values["behaviour"], values["text"], values["articles"]) == ("meta", "What: word", ["a"])
    assert values["understood"]["searched"] == "other"


@pytest.mark.parametrize("behaviour", ["clarify", "results", "meta", "smalltalk"])
def test_a_copy_of_what_is_no_refusal_does_not_say_that_it_is_one(behaviour):
    turn = _turn(behaviour, "word")
    assert DECLINED not in as_text(turn)


def test_leaving_a_part_out_twice_takes_it_back_and_what_is_no_part_changes_nothing():
    turn = _turn("", "word")
    assert left_out(turn, "newest") == {"time", "newest"}
    assert left_out(turn, "time") == frozenset()
    assert left_out(turn, None) == left_out(turn, "weather") == {"time"}


def test_the_last_six_questions_count_and_small_talk_is_no_subject():
    turns = [replace(_turn("", f"q{n}", understood=None), question=f"q{n}") for n in range(8)]
    turns.append(replace(_turn("smalltalk", "thanks"), question="thanks"))
    assert [turn.question for turn in earlier_of(turns)] == [f"q{n}" for n in range(2, 8)]


def test_a_follow_up_counts_as_it_was_made_whole():
    (earlier,) = earlier_of([_turn("", "it", understood=Understood(searched="Whole?", leans_on=("A?",)))])
    assert earlier.question == "Whole?"


@pytest.mark.parametrize("said", ["", "yesterday", "2024-13-01", None, 7, ["2024-01-01"]])
def test_a_day_that_is_none_is_the_clocks(said):
    assert asked_on(said).today is None


def test_the_day_that_a_browser_says_is_asked_on():
    assert str(asked_on("2024-01-11").today) == "2024-01-11"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_the_label_of_a_sentence_stays_a_text_on_the_page_and_stands_before_it_in_exports(hostile):
    cited = Citation(1, "a", "0" * 12, 0, 4, "Near", "Title", None, None)
    sentence = AnswerSentence("Near", (cited,), hostile)
    turn = _turn("overview", "what", sentences=(sentence,), declined=False)
    markup = chat_html.reply(turn, "c")
    tags = re.findall(r"(?<!\\)<(?!/)([^>]*)>", markup)
    assert {tag.split()[0] for tag in tags} <= {*OURS, "b"}  # the number of a citation
    left = re.sub(r"(?<!\\)<[^>]*>|\\.", "", markup)
    assert not re.search(r"[`*_\[\]<>#$!&]", left), left
    labelled = _turn("overview", "what", sentences=(replace(sentence, label="3 May 2024"),), declined=False)
    assert "3 May 2024: Near" in as_text(labelled)
    assert "3 May 2024: Near" in as_markdown(labelled)
    assert conversation_values("c", [labelled])["turns"][0]["sentences"][0]["label"] == "3 May 2024"


def test_declining_says_what_was_done_where_no_other_reason_is_known():
    turn = _turn("", "Who?", text="", notes=(), declined=True)
    said = chat_html.make_inert(UNSURE)
    assert said in chat_html.reply(turn, "c")
    for known in ({"text": "No article mentions it."}, {"notes": ("None of the closest articles mentions it.",)}):
        assert said not in chat_html.reply(_turn("", "Who?", **{"text": "", "notes": (), **known}), "c")
