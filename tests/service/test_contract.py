"""The service is the same in this process and in another: one suite, run against `QA` and against `RemoteQA`."""

from __future__ import annotations

import inspect
import os
import socket
import threading
from dataclasses import replace

import pytest
from fakes import exact, open_fake, write_article
from serving import TOKEN, serving

from qa.answer.question import clean
from qa.core import types
from qa.core.errors import ArticleError, DuplicateArticle, FilterError, QuestionError, ServiceError, UnknownArticle
from qa.core.types import GIVEN, Draft, Filters, Found, Refusal
from qa.index.lock import Holder
from qa.quality.doctor import examine
from qa.service.batches import Item
from qa.service.client import RemoteQA
from qa.service.protocol import Service
from qa.service.service import QA

TANK = "The tank is green. It holds 12 litres."
SHIP = "The ship is blue. It was built by sailors."
PAIR = "Who is Karl Ode?"


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A service and the client of the same one, over the loopback."""
    home = tmp_path_factory.mktemp("contract")
    with open_fake(home) as qa, serving(qa) as address, RemoteQA(Holder(os.getpid(), "test", address, TOKEN)) as remote:
        yield {"QA": qa, "RemoteQA": remote}


@pytest.fixture(params=["QA", "RemoteQA"])
def service(both, request) -> Service:
    """Either of them, over a corpus of two articles."""
    qa = both["QA"]
    for row in qa.articles():
        qa.remove(row.id)
    qa.settings.corpus.mkdir(exist_ok=True)
    for path in qa.settings.corpus.iterdir():
        path.unlink()
    qa.add(TANK, name="tank.txt", title="Tanks", outlet="The Gazette", published="2024-05-17")
    qa.add(SHIP, name="ship.txt", title="Ships")
    return both[request.param]


def draft(text: str, **values: str) -> Draft:
    return Draft(text, {field: Found(value, "json-ld") for field, value in values.items()})


@pytest.mark.parametrize("kind", [QA, RemoteQA])
def test_both_offer_all_that_the_protocol_names_and_take_the_same(kind):
    offered = [name for name in vars(Service) if not name.startswith("_")]
    assert len(offered) > 10
    for name in offered:
        assert name in vars(kind), f"{kind.__name__} has no {name} of its own"
        theirs = inspect.signature(getattr(kind, name)).parameters
        ours = inspect.signature(getattr(Service, name)).parameters
        assert [theirs[n].replace(annotation=ours[n].annotation) for n in ours] == list(ours.values())


def test_a_question_is_answered_with_exact_citations(service, both):
    answer = service.ask("Is the  tank\ngreen?")
    assert answer.question == "Is the tank green?"
    assert "The tank is green." in [s.text for s in answer.sentences]
    exact(service, answer)
    mine, theirs = (replace(s.ask("Is the tank green?"), timings_ms={}) for s in both.values())
    assert mine == theirs


def test_a_search_finds_passages_and_filters_leave_out(service):
    found = service.search("tank", k=1)
    assert [(p.article, p.text) for p in found] == [("tank", TANK)]
    assert service.search("tank", Filters(outlets=("Nobody",))) == []
    day = Filters(published_from="2024-05-17", published_to="2024-05-17")
    assert [p.article for p in service.search("ship", day)] == ["tank"]
    assert service.ask("Is the ship blue?", day).undated_left_out == 1


@pytest.mark.parametrize("question", ["", " ... ", "x" * 8_001])
def test_a_question_that_cannot_be_asked_is_refused_in_words(service, question):
    with pytest.raises(QuestionError, match="question"):
        service.ask(question)
    with pytest.raises(QuestionError, match="question"):
        service.search(question)


def test_a_filter_that_cannot_be_is_refused_in_words(service):
    for ask in (service.ask, service.search):
        with pytest.raises(FilterError, match="a date such as"):
            ask("Is the tank green?", Filters(published_from="soon"))
        with pytest.raises(FilterError, match="hold no day"):
            ask("Is the tank green?", Filters(published_from="2024-05-18", published_to="2024-05-17"))


def test_filters_are_checked_when_they_are_made_and_never_again(service, monkeypatch):
    real, checked = types._day, []
    monkeypatch.setattr(types, "_day", lambda name, value: checked.append(value) or real(name, value))
    day = Filters(published_from="2024-05-17")
    for ask in (service.ask, service.search):
        ask("Is the tank green?", day)
    assert checked.count(day.published_from) == (1 if isinstance(service, QA) else 3), "made anew from JSON over there"


def test_a_question_is_cleaned_once(service, monkeypatch):
    real, cleaned = clean.canonical_text, []
    monkeypatch.setattr(clean, "canonical_text", lambda raw: cleaned.append(raw) or real(raw))
    question = clean.clean_question("Is the  tank green?")
    assert service.ask(question).question == question
    assert len(cleaned) == (1 if isinstance(service, QA) else 2)
    assert type(service.ask(question).question) is str


def test_a_text_is_added_with_what_it_says_of_itself(service):
    outcome = service.add(
        "---\noutlet: Gazette\n---\n# One\n\nThe bus is *red*.", name="bus.md", markdown=True, author="A"
    )
    assert (outcome.name, outcome.status, outcome.article) == ("bus.md", "added", "bus")
    article, sentences = service.article("bus")
    assert (article.title, article.outlet, article.author) == ("One", "Gazette", "A")
    assert article.origins == {"title": "first heading", "outlet": "front matter", "author": GIVEN}
    assert article.text[sentences[-1].start : sentences[-1].end] == "The bus is red."
    assert service.ask("Is the bus red?").sentences


def test_a_text_without_a_name_is_known_by_its_title_and_by_its_id(service):
    outcome = service.add("The bus is red.", title="Red buses")
    assert (outcome.name, outcome.article) == ("red-buses", "red-buses")


def test_a_text_takes_the_place_of_the_article_it_names(service):
    assert service.add("The tank is red now.", id="tank").status == "replaced"
    assert service.article("tank")[0].text == "The tank is red now."
    assert service.article("tank")[0].outlet == "The Gazette"


def test_a_text_that_is_there_already_and_one_that_is_none_are_refused(service):
    with pytest.raises(DuplicateArticle, match="already in the corpus") as caught:
        service.add(TANK)
    assert caught.value.article == "tank"
    with pytest.raises(ArticleError, match="no letter or digit"):
        service.add("...")
    with pytest.raises(ArticleError, match="a date such as"):
        service.add("The bus is red.", published="soon")
    assert len(service.articles()) == 2


def test_drafts_are_added_in_order_and_each_is_told_once(service):
    drafts = [
        draft("The bus is red.", title="Buses", published="2024-05-18"),
        Refusal("line 2", "It is not JSON."),
        draft(TANK, title="Tanks"),
        draft("..."),
        draft("The van is white.", title="Vans"),
    ]
    outcomes = list(service.add_many(map(Item, drafts), outlet="The Herald"))
    assert [o.status for o in outcomes] == ["added", "refused", "duplicate", "refused", "added"]
    assert [o.article for o in outcomes] == ["buses", None, "tank", None, "vans"]
    assert outcomes[1].message == "It is not JSON."
    assert service.article("buses")[0].origins == {"title": "json-ld", "published": "json-ld", "outlet": GIVEN}
    [outcome] = service.add_many([Item(draft("The bus is yellow."), "buses")])
    assert (outcome.status, outcome.article) == ("replaced", "buses")


def test_what_is_added_by_drafts_comes_batch_by_batch(service, monkeypatch):
    monkeypatch.setattr("qa.service.batches.CHARACTERS", 1)
    asked = []

    def drafts():
        for n in range(3):
            asked.append(n)
            yield Item(draft(f"Story {n} is about bus {n}.", title=f"Story {n}"))

    outcomes = service.add_many(drafts())
    assert next(outcomes).article == "story-0"
    assert asked == [0, 1], "no further than the next one is read ahead"
    assert service.article("story-0")[0].text == "Story 0 is about bus 0."
    outcomes.close()


def test_an_article_is_edited_and_removed(service):
    outcome = service.edit("tank", outlet="", author="B", title=None)
    assert (outcome.status, outcome.message) == ("updated", "outlet, author")
    article, _ = service.article("tank")
    assert (article.title, article.outlet, article.author) == ("Tanks", None, "B")
    assert service.remove("tank").status == "removed"
    assert [a.id for a in service.articles()] == ["ship"]
    for call in (service.article, service.file, service.remove, lambda id: service.edit(id, title="T")):
        with pytest.raises(UnknownArticle, match="no article 'tank'"):
            call("tank")


def test_the_library_is_listed_searched_ordered_and_cut(service):
    assert [a.id for a in service.articles()] == ["ship", "tank"]
    assert [a.id for a in service.articles(order="title", descending=True)] == ["tank", "ship"]
    assert [a.id for a in service.articles(search="gazette")] == ["tank"]
    assert [a.id for a in service.articles(offset=1, limit=1)] == ["tank"]
    row = service.articles()[1]
    assert (row.title, row.sentences, row.characters) == ("Tanks", 2, len(TANK))


def test_an_articles_file_is_handed_out_as_it_stands(service, both):
    name, data = service.file("tank")
    assert name == "tank.md"
    assert data == (both["QA"].settings.corpus / "tank.md").read_bytes()
    service.add("The wheel is round.", id="\u8f6e\u5b50")
    assert service.file("\u8f6e\u5b50")[0] == "\u8f6e\u5b50.md"


def test_examples_are_questions_that_are_answered(service):
    service.add("The judge Karl Ode came late. It was in the news on that day, and they said so in the town.")
    assert PAIR in service.examples()
    assert service.examples(0) == []
    assert service.ask(PAIR).sentences


def test_what_changed_in_the_folder_is_indexed_and_counted(service, both):
    write_article(both["QA"].settings.home, "bus", "The bus is red.")
    (both["QA"].settings.corpus / "empty.md").write_text("...")
    report = service.sync()
    assert (report.added, report.unchanged, list(report.refused)) == (["bus"], 2, ["empty.md"])
    assert not service.sync().changed
    status = service.status()
    assert (status["articles"], status["refused"], status["dense"]) == (3, 1, "exact")
    assert status == both["QA"].status()


def test_the_doctor_finds_the_same_wherever_it_is_asked(service, both):
    assert [f.check for f in examine(both["QA"])] == [f.check for f in both["RemoteQA"].examine()]
    (both["QA"].settings.corpus / "tank.md").unlink()
    assert [f for f in both["RemoteQA"].examine() if not f.sound] == [f for f in examine(both["QA"]) if not f.sound]


def test_a_service_that_has_gone_is_said_to_have_with_the_next_step():
    """It accepts, reads and closes without a word, as one does that is killed while it adds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            connection, _ = listener.accept()
            connection.recv(65_536)
            connection.close()

        ending = threading.Thread(target=accept)
        ending.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with RemoteQA(Holder(os.getpid(), "test", address, TOKEN)) as remote:
            for _ in range(2):  # killed while it was asked; gone before
                with pytest.raises(ServiceError, match=r"has gone .* Run the same command again"):
                    remote.articles()
                ending.join()
                listener.close()
