"""What was asked and answered is kept: for its visitor only, through restarts, and never as half a turn."""

from __future__ import annotations

import json
import multiprocessing
import os
import sqlite3
from dataclasses import replace
from types import SimpleNamespace

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.core.errors import StorageError, UnknownConversation
from qa.core.types import DECLINED, Answer, AnswerSentence, Citation, Filters, SourcePassage
from qa.service import conversations
from qa.service.conversations import Conversations
from qa.service.transcript import as_markdown, as_text, conversation_markdown, conversation_values
from qa.web.page.chat.chat import AskTab
from qa.web.running import RunningService

QUOTE = "It carries *4,200* cyclists [every day]."
ANN, BEN = "guest:ann", "guest:ben"
FILTERS = Filters(outlets=("The Example",), published_from="2024-05-17")


def _answer(quote: str = QUOTE) -> Answer:
    citation = Citation(
        1, "bridge", "0123456789ab", 10, 10 + len(quote), quote, "The bridge", "The Example", "2024-05-17"
    )
    passage = SourcePassage(
        "bridge", "0123456789ab", 0, 80, "A secret passage around it.", "The bridge", "The Example", "2024-05-17", 0.5,
        ((10, 10 + len(quote)),),
    )  # fmt: skip
    return Answer(
        "How many?", False, 0.9, (AnswerSentence(quote, (citation,)),), (passage,), (passage,), {"total": 5.0}
    )


@pytest.fixture
def store(tmp_path):
    kept = Conversations(tmp_path / "conversations.sqlite")
    yield kept
    kept.close()


def _ask(store: Conversations, visitor: str = ANN, question: str = "How many?"):
    id = store.latest(visitor) or store.start(visitor)
    turn = replace(store.ask(visitor, id, question, FILTERS), state="answered", answer=_answer())
    store.finish(id, turn)
    return id, turn


def test_a_turn_is_read_back_as_it_was_but_without_the_text_around_its_quotes(store, tmp_path):
    id, turn = _ask(store)
    (found,) = store.turns(ANN, id)
    assert (found.question, found.filters, found.state) == ("How many?", FILTERS, "answered")
    assert found.answer.sentences == turn.answer.sentences
    assert found.answer.passages == (replace(turn.answer.passages[0], text=""),)
    store.close()
    kept = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert b"4,200" in kept
    assert b"secret passage" not in kept


def test_conversations_outlive_the_service(tmp_path):
    first = Conversations(tmp_path / "c")
    id, _ = _ask(first)
    first.close()
    second = Conversations(tmp_path / "c")
    assert second.latest(ANN) == id
    assert [t.question for t in second.turns(ANN, id)] == ["How many?"]
    second.close()


def test_a_question_that_was_under_way_when_the_service_was_killed_is_stopped_afterwards(tmp_path):
    def killed() -> None:
        store = Conversations(tmp_path / "c")
        store.ask(ANN, store.start(ANN), "How many?", Filters())
        os._exit(9)

    child = multiprocessing.get_context("fork").Process(target=killed)
    child.start()
    child.join(120)
    assert child.exitcode == 9
    store = Conversations(tmp_path / "c")
    store.tidy()
    assert [t.state for t in store.turns(ANN, store.latest(ANN))] == ["stopped"]
    store.close()


def test_tidying_leaves_what_is_being_asked_and_forgets_what_nobody_can_see(store):
    page = store.start("page:abc")
    store.ask("page:abc", page, "One?", Filters())
    id = store.start(ANN)
    store.ask(ANN, id, "Two?", Filters())
    store.tidy()
    assert [t.state for t in store.turns(ANN, id)] == ["asked"]
    assert [t.state for t in store.turns("page:abc", page)] == ["asked"]
    store._began = "9999"  # as a service that is started later
    store.tidy()
    assert [t.state for t in store.turns(ANN, id)] == ["stopped"]
    assert store.latest("page:abc") is None


def test_a_late_end_of_an_earlier_attempt_does_not_end_the_new_one(store):
    id = store.start(ANN)
    first = store.ask(ANN, id, "How many?", Filters())
    again = store.ask(ANN, id, "How many?", Filters(), again=first.n)
    store.finish(id, replace(first, state="stopped"))
    store.finish(id, replace(again, state="answered", answer=_answer()))
    assert [(t.state, t.answer is None) for t in store.turns(ANN, id)] == [("answered", False)]


def test_a_turn_that_another_version_kept_in_another_shape_is_said_to_be_unreadable(store):
    id, _ = _ask(store)
    store._db.execute("UPDATE turns SET answer = '{}'")
    (turn,) = store.turns(ANN, id)
    assert (turn.state, turn.question) == ("failed", "How many?")
    assert "another version" in turn.message


def test_the_file_is_readable_by_its_user_only(store, tmp_path):
    _ask(store)
    assert {p.stat().st_mode & 0o077 for p in tmp_path.iterdir()} == {0}


def test_a_visitor_sees_and_changes_only_their_own(store):
    id, _ = _ask(store)
    assert store.latest(BEN) is None
    assert store.listed(BEN) == []
    for forbidden in (
        lambda: store.turns(BEN, id),
        lambda: store.ask(BEN, id, "?", Filters()),
        lambda: store.touch(BEN, id),
        lambda: store.remove(BEN, id),
        lambda: store.turns("", id),
        lambda: store.turns(ANN, "no such"),
    ):
        with pytest.raises(UnknownConversation, match="Reload the page"):
            forbidden()
    assert len(store.turns(ANN, id)) == 1


def test_what_stopped_a_turn_first_is_what_became_of_it(store):
    id = store.start(ANN)
    turn = store.ask(ANN, id, "How many?", Filters())
    store.finish(id, replace(turn, state="stopped"))
    store.finish(id, replace(turn, state="answered", answer=_answer()))
    assert [(t.state, t.answer) for t in store.turns(ANN, id)] == [("stopped", None)]


def test_asking_again_takes_the_place_of_the_turn(store):
    id, turn = _ask(store)
    again = store.ask(ANN, id, turn.question, turn.filters, again=turn.n)
    store.finish(id, replace(again, state="failed", message="The disk is full."))
    assert [(t.n, t.state, t.answer) for t in store.turns(ANN, id)] == [(turn.n, "failed", None)]


def test_an_unused_conversation_is_used_before_a_new_one_is_made(store):
    id = store.start(ANN)
    assert store.start(ANN) == id
    _ask(store)
    assert store.start(ANN) != id


def test_the_list_names_conversations_by_their_first_question_the_last_used_first(store):
    first, _ = _ask(store, question="One?")
    _ask(store, question="Two?")
    second = store.start(ANN)
    _ask(store, question="Three?")
    assert [(c.id, c.title, c.turns) for c in store.listed(ANN)] == [(second, "Three?", 1), (first, "One?", 2)]
    store.touch(ANN, first)
    assert [c.id for c in store.listed(ANN)] == [first, second]
    assert store.latest(ANN) == first


def test_a_removed_conversation_leaves_nothing_in_the_file(store, tmp_path):
    id, _ = _ask(store)
    store.remove(ANN, id)
    store.close()
    assert b"4,200" not in b"".join(p.read_bytes() for p in tmp_path.iterdir())


def test_a_damaged_file_is_put_aside_and_a_new_one_begun(tmp_path):
    path = tmp_path / "c"
    path.write_bytes(b"no database at all, but long enough to be looked at" * 30)
    store = Conversations(path)
    _ask(store)
    store.close()
    assert [p.name for p in tmp_path.iterdir() if "damaged" in p.name] != []


@pytest.mark.parametrize("why", ["a folder in its place", "a newer format"])
def test_where_none_can_be_kept_the_service_still_answers(tmp_path, why):
    path = tmp_path / "c"
    if why == "a newer format":
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA user_version = 99")
    else:
        path.mkdir()
    store = Conversations(path)
    id, _ = _ask(store)
    assert len(store.turns(ANN, id)) == 1
    store.close()
    assert path.is_dir() or sqlite3.connect(path).execute("PRAGMA user_version").fetchone() == (99,)


def test_a_closed_store_refuses_in_words(store):
    store.close()
    with pytest.raises(StorageError, match="cannot be kept"):
        store.latest(ANN)


def test_a_turn_to_be_quoted_says_who_told_it_when_and_where_and_an_export_says_it_to_the_character(store):
    _, turn = _ask(store)
    text = as_text(turn, {"bridge": "https://example.org/bridge"})
    assert text.startswith(f"How many?\n\n{QUOTE} [1]\n")
    assert "[1] The bridge, The Example, 2024-05-17, https://example.org/bridge\n" in text
    assert "version" not in text
    exported = conversation_markdown([turn]).replace("\\", "")
    exact = f"(bridge, version 0123456789ab, characters 10-{10 + len(QUOTE)})"
    assert f"The bridge, The Example, 2024-05-17 {exact}" in exported


def test_a_conversation_is_called_by_its_first_question_until_it_is_given_a_name(store):
    id, _ = _ask(store)
    store.ask(ANN, id, "And a zeppelin?", Filters())
    assert store.title(ANN, id) == "How many?"
    store.rename(ANN, id, "  The\n bridge ")
    [listed] = store.listed(ANN)
    assert (store.title(ANN, id), listed.title, listed.questions) == ("The bridge",) * 2 + (
        "How many? And a zeppelin?",
    )
    store.rename(ANN, id, "")
    assert store.title(ANN, id) == "How many?"
    with pytest.raises(UnknownConversation):
        store.rename("somebody else", id, "Mine")


def test_a_file_of_the_first_format_is_opened_and_can_be_named(tmp_path):
    path = tmp_path / "conversations.sqlite"
    store = Conversations(path)
    id = store.start(ANN)
    store.finish(id, replace(store.ask(ANN, id, "How many?", Filters()), state="stopped"))
    store.close()
    with sqlite3.connect(path) as db:
        db.executescript("ALTER TABLE conversations DROP COLUMN title; PRAGMA user_version = 1;")
    again = Conversations(path)
    again.rename(ANN, id, "Kept")
    assert [(c.title, c.questions) for c in again.listed(ANN)] == [("Kept", "How many?")]
    again.close()


def test_a_declined_and_a_stopped_turn_say_so(store):
    _, turn = _ask(store)
    declined = replace(turn.answer, declined=True, sentences=(), passages=())
    assert DECLINED in as_text(replace(turn, answer=declined))
    assert "Stopped" in as_markdown(replace(turn, answer=None, state="stopped"))


def test_the_exported_values_are_json_with_every_citation_exact(store):
    id, turn = _ask(store)
    values = json.loads(json.dumps(conversation_values(id, store.turns(ANN, id))))
    (exported,) = values["turns"]
    citation = turn.answer.sentences[0].citations[0]
    assert values["format"] == "groundwire-conversation-1"
    assert exported["filters"]["outlets"] == ["The Example"]
    assert exported["sentences"][0]["citations"][0] == {
        "n": 1, "article": "bridge", "version": "0123456789ab", "start": citation.start, "end": citation.end,
        "quote": QUOTE, "title": "The bridge", "outlet": "The Example", "published": "2024-05-17", "answer": None,
        "also_in": [], "page": None,
    }  # fmt: skip


def test_an_empty_conversation_can_be_exported():
    assert "Nothing was asked" in conversation_markdown(())
    assert conversation_values("x", ())["turns"] == []


@given(st.text(min_size=1, max_size=80))
def test_whatever_an_article_says_is_no_markup_in_the_exported_markdown(quote):
    from markdown_it import MarkdownIt

    from qa.service.conversations import Turn

    turn = Turn(1, "2024-05-17T12:00:00+00:00", "How many?", state="answered", answer=_answer(quote))
    tokens = MarkdownIt("commonmark", {"html": True}).parse(as_markdown(turn))
    assert {t.type for t in tokens} <= {
        "heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "bullet_list_open",
        "bullet_list_close", "list_item_open", "list_item_close",
    }  # fmt: skip
    assert {c.type for t in tokens for c in t.children or ()} <= {"text", "text_special"}


def test_a_page_that_comes_up_shows_what_was_asked_and_answered_while_it_was_made(tmp_path, monkeypatch):
    store = Conversations(None)
    with gr.Blocks():
        tab = AskTab(RunningService(lambda: None), store)
    view, made = tab._view, []

    def overtaken(visitor, current):
        shown = view(visitor, current)
        if not made:  # a question is quicker than the page
            made.append(store.start(visitor))
            store.finish(made[0], replace(store.ask(visitor, made[0], "Who?", Filters()), state="stopped"))
        return shown

    monkeypatch.setattr(tab, "_view", overtaken)
    request = SimpleNamespace(state=SimpleNamespace(visitor="v"), session_hash="s", query_params={})
    (update,) = tab.arrive("", request)
    assert update[tab.current] == made[0]
    assert [m["content"] for m in update[tab.talk] if m["role"] == "user"] == ["## Who\\?"]


def test_a_turn_that_the_page_knows_comes_back_itself_unless_something_else_became_of_it(store, monkeypatch):
    id, known = _ask(store)
    other = replace(store.ask(ANN, id, "Where?", FILTERS), state="answered", answer=_answer())
    store.finish(id, other)
    read = []
    real = conversations.answer_from_dict
    monkeypatch.setattr(conversations, "answer_from_dict", lambda data: read.append(data) or real(data))
    conversations._read_answer.cache_clear()  # of what another test has read
    found = store.turns(ANN, id, other)
    assert found[1] is other, "the composed value, with the text of its passages"
    assert len(read) == 1, "the other turn was read, this one was not"
    assert [t.n for t in found] == [known.n, other.n]
    again = store.ask(ANN, id, "Where?", FILTERS, again=other.n)
    assert store.turns(ANN, id, other)[1] == again, "asked anew by another window meanwhile"
    with pytest.raises(UnknownConversation):
        store.turns(BEN, id, other)
