"""The rules of adding: the same text once, new versions in place, nothing that a person said overwritten in silence."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from fakes import FakeEmbedding, exact, open_fake, write_article
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.core.errors import ArticleError, DuplicateArticle, StorageError, UnknownArticle
from qa.core.reports import Outcome
from qa.core.types import GIVEN, METADATA, Article, Draft, Filters, Found, Refusal
from qa.corpus.folder import Corpus
from qa.corpus.lookalikes import lookalike_note
from qa.quality.doctor import examine
from qa.service.adding import merged
from qa.service.batches import Item

TEXT = "The tank is green. It holds 12 litres."
URL = "https://news.example/tank"


def draft(text: str = TEXT, name: str = "", notes: tuple[str, ...] = (), **values: str) -> Draft:
    return Draft(text, {k: Found(v, "json-ld") for k, v in values.items()}, name, notes)


def added(qa, draft: Draft, **given: str) -> Outcome:
    """What became of one draft."""
    [outcome] = qa.add_many([Item(draft)], **given)
    return outcome


@pytest.fixture
def fake() -> FakeEmbedding:
    return FakeEmbedding()


@pytest.fixture
def qa(home, fake):
    with open_fake(home, fake) as qa:
        yield qa


def known(qa, id: str) -> dict[str, str]:
    article = qa.article(id)[0]
    assert Corpus(qa.settings.corpus).read(Corpus(qa.settings.corpus).file(f"{id}.md")) == article, (
        "file and index agree"
    )
    return {f: v for f in METADATA if (v := getattr(article, f)) is not None}


def test_a_draft_is_added_with_the_origin_of_each_value(qa):
    stated = {"title": "Tanks", "published": "2024-05-17T23:30:00-08:00", "language": "en-GB", "url": URL}
    outcome = added(qa, draft(**stated, notes=("Read as windows-1252.",)), outlet="The Gazette", title="Green tanks")
    assert (outcome.status, outcome.article, outcome.message) == ("added", "green-tanks", "Read as windows-1252.")
    article = qa.article("green-tanks")[0]
    assert known(qa, "green-tanks") == {**stated, "title": "Green tanks", "outlet": "The Gazette"}
    found = dict.fromkeys(("published", "language", "url"), "json-ld")
    assert article.origins == {**found, "title": GIVEN, "outlet": GIVEN}


def test_what_is_not_stated_stays_unknown(qa):
    added(qa, draft(name="tank.html"))
    article = qa.article("tank-html")[0]
    assert known(qa, "tank-html") == {}
    assert article.origins == {}
    assert article.added is not None
    assert article.published is None, "the time of adding is not a date of publication"


def test_a_value_that_cannot_be_is_left_out_with_a_note_and_the_article_is_added(qa):
    outcome = added(qa, draft(title="T", published="soon", language="English"))
    assert outcome.status == "added"
    assert "published 'soon' was left out" in outcome.message
    assert known(qa, outcome.article) == {"title": "T"}
    with pytest.raises(ArticleError, match="a date such as"):
        added(qa, draft("Another text."), published="soon")


def test_front_matter_and_arguments_have_their_origins_too(qa):
    qa.add(f"---\ntitle: A\noutlet: B\norigins: 'outlet: og:site_name'\n---\n{TEXT}", name="x.md", author="C")
    origins = {"title": "front matter", "outlet": "og:site_name", "author": GIVEN}
    assert qa.article("x")[0].origins == origins


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The bank p\u0430ypal is closed.", "'p\u0430ypal', whose '\u0430' is Cyrillic"),
        ("\u041coscow is large.", "'\u041coscow', whose '\u041c' is Cyrillic"),
        ("x" * 99 + "\u039f is a word.", "whose '\u039f' is Greek"),
        ("Москва is Moscow, 5 kΩ, TNFα, Ελλάδα, μm, IT-компания.", None),
    ],
)
def test_letters_of_another_alphabet_that_look_alike_are_kept_and_said(qa, text, said):
    for outcome in (added(qa, draft(text)), qa.add(f"{text} It is pasted.", name="pasted.txt")):
        assert text in qa.article(outcome.article)[0].text, "the article's own letters"
        assert (said or "") in outcome.message
        assert ("look alike" in outcome.message) == (said is not None)


@given(st.text("aoxpA1 _аохрАΟГю", max_size=80))
def test_a_word_that_is_named_mixes_alphabets_and_stands_in_the_text(text):
    note = lookalike_note(text)
    if note is None:
        assert not any({a, b} & set("аохрАΟ") and {a, b} & set("aoxpA") for a, b in pairwise(text))
        return
    word = note.split("'")[1]
    assert word in text
    assert set(word) & set("аохрАΟ")
    assert set(word) & set("aoxpA")


# The same text


def test_the_same_text_is_added_once(qa, fake):
    added(qa, draft(title="Tanks"))
    outcome = added(qa, draft(f"  {TEXT}\r\n\r\n", title="Tanks"))
    assert (outcome.status, outcome.article) == ("duplicate", "tanks")
    assert "already in the corpus as 'tanks'" in outcome.message
    with pytest.raises(DuplicateArticle, match="already in the corpus as 'tanks'") as caught:
        qa.add(f"  {TEXT}\r\n\r\n", title="Tanks")
    assert caught.value.article == "tanks"
    assert ([a.id for a in qa.articles()], fake.embedded) == (["tanks"], 1)


def test_the_same_text_with_more_known_about_it_fills_in_what_was_unknown(qa, fake):
    added(qa, draft(title="Tanks", outlet="The Gazette"))
    outcome = added(qa, draft(title="Tanks", published="2024-05-17", url=URL))
    assert (outcome.status, outcome.article) == ("updated", "tanks")
    assert (
        "already in the corpus as 'tanks'; its url and published, unknown until now, are known now" in outcome.message
    )
    whole = {"title": "Tanks", "outlet": "The Gazette", "published": "2024-05-17", "url": URL}
    assert (known(qa, "tanks"), fake.embedded) == (whole, 1)


def test_the_same_text_that_says_something_else_changes_nothing_and_says_what_differs(qa):
    added(qa, draft(title="Tanks", outlet="The Gazette"))
    before = known(qa, "tanks")
    outcome = added(qa, draft(title="Tanks", outlet="The Copy", published="2024-05-17"))
    assert outcome.status == "duplicate"
    assert "another outlet ('The Gazette' there, 'The Copy' here). Nothing" in outcome.message
    assert known(qa, "tanks") == before


def test_a_twin_whose_file_has_just_gone_is_no_twin(qa):
    added(qa, draft(title="Tanks"))
    (qa.settings.corpus / "tanks.md").unlink()
    assert added(qa, draft(title="Tanks")).status == "added"
    qa.sync()
    assert [a.id for a in qa.articles()] == ["tanks"]


# The same address


def test_the_same_address_with_another_text_is_a_new_version(qa):
    added(qa, draft(title="Tanks", url=URL, outlet="The Gazette"))
    since = qa.article("tanks")[0].added
    outcome = added(qa, draft("The tank is blue now.", title="Blue tanks", url=URL))
    assert (outcome.status, outcome.article) == ("replaced", "tanks")
    assert "new version of 'tanks'" in outcome.message
    article = qa.article("tanks")[0]
    assert (article.text, article.added) == ("The tank is blue now.", since)
    assert known(qa, "tanks") == {"title": "Blue tanks", "url": URL, "outlet": "The Gazette"}


def test_what_a_person_said_outlives_a_new_version(qa):
    added(qa, draft(title="Tanks", url=URL))
    qa.edit("tanks", title="My title", outlet="My outlet")
    added(qa, draft("The tank is blue now.", title="Blue tanks", outlet="The Gazette", url=URL))
    assert known(qa, "tanks") == {"title": "My title", "outlet": "My outlet", "url": URL}
    added(qa, draft("The tank is red now.", url=URL), title="Said again")
    assert known(qa, "tanks")["title"] == "Said again"


@pytest.mark.parametrize("front", ["https://news.example", "https://news.example/", "https://news.example/#top"])
def test_a_sites_front_page_is_nobodys_address(qa, front):
    added(qa, draft(title="One", url=front))
    assert added(qa, draft("Something else.", title="Two", url=front)).status == "added"


values = st.dictionaries(st.sampled_from(METADATA), st.sampled_from("abc"), max_size=6)
origins = st.sampled_from([GIVEN, "json-ld"])


@given(values, values, origins, origins)
def test_merging_loses_nothing_that_was_known_and_keeps_what_was_given(new, old, new_origin, old_origin):
    one = Article("x", "new", **new, origins=dict.fromkeys(new, new_origin))
    other = Article("y", "old", **old, origins=dict.fromkeys(old, old_origin))
    both = merged(one, other)
    for field in METADATA:
        value = getattr(both, field)
        assert (value is None) == (field not in new and field not in old)
        assert value in {new.get(field), old.get(field)}
        if field in old and old_origin == GIVEN and new_origin != GIVEN:
            assert value == old[field]
        elif field in new:
            assert value == new[field]
    assert set(both.origins) == set(new) | set(old)
    assert (both.text, both.id) == ("new", "y")


# Editing


def test_an_edit_changes_what_is_known_and_keeps_text_version_and_citations(qa, fake):
    added(qa, draft(title="Tanks", outlet="Wrong", published="2024-05-17"))
    answer = qa.ask("Is the tank green?")
    version, embedded = qa.article("tanks")[0].version, fake.embedded
    outcome = qa.edit("tanks", outlet="The Gazette", published="", language="en")
    assert (outcome.status, outcome.message) == ("updated", "outlet, published, language")
    assert known(qa, "tanks") == {"title": "Tanks", "outlet": "The Gazette", "language": "en"}
    assert qa.article("tanks")[0].origins == {"title": "json-ld", "outlet": GIVEN, "language": GIVEN}
    assert qa.article("tanks")[0].version == version
    exact(qa, answer)
    assert fake.embedded == embedded, "neither outlet nor date is in a vector"
    assert qa.ask("Is the tank green?", Filters(outlets=("The Gazette",))).sentences
    assert not qa.ask("Is the tank green?", Filters(outlets=("Wrong",))).sentences
    qa.edit("tanks", title="Green tanks")
    assert fake.embedded == embedded + 1, "the title is"
    assert all(f.sound for f in examine(qa))


def test_an_edit_reaches_chromas_filters_without_embedding(qa, fake):
    added(qa, draft(title="Tanks", outlet="Wrong", published="2024-05-17"))
    qa.attach_chroma()
    qa.edit("tanks", outlet="The Gazette", published="2024-05-18T01:00:00+13:00")
    with qa.catalog.snapshot() as snapshot:
        assert snapshot.pending() == []
    day = Filters(outlets=("The Gazette",), published_from="2024-05-18", published_to="2024-05-18")
    before = qa.dense.answered_by_chroma
    assert [p.article for p in qa.search("tank", day)] == ["tanks"]
    assert qa.search("tank", Filters(outlets=("Wrong",))) == []
    assert qa.dense.answered_by_chroma == before + 2
    assert fake.embedded == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "Nothing to change"),
        ({"title": None}, "Nothing to change"),
        ({"published": "soon"}, "a date such as"),
        ({"language": "English"}, "de-AT"),
        ({"colour": "green"}, "Unknown metadata 'colour'"),
        ({"title": "x" * 501}, "at most 500"),
        ({"title": "\ud800"}, "surrogate"),
    ],
    ids=str,
)
def test_an_edit_that_cannot_be_is_refused_and_changes_nothing(qa, changes, says):
    added(qa, draft(title="Tanks"))
    before = (qa.settings.corpus / "tanks.md").read_bytes()
    with pytest.raises(ArticleError, match=says):
        qa.edit("tanks", **changes)
    assert (qa.settings.corpus / "tanks.md").read_bytes() == before


@pytest.mark.parametrize("id", ["nothing", "../tanks", "", "tanks.md", "\ud800"], ids=ascii)
def test_an_edit_of_no_article_is_refused(qa, id):
    added(qa, draft(title="Tanks"))
    with pytest.raises(UnknownArticle, match="qa list"):
        qa.edit(id, title="New")


def test_saying_what_is_so_already_changes_nothing(qa):
    added(qa, draft(title="Tanks"))
    before = (qa.settings.corpus / "tanks.md").stat()
    assert qa.edit("tanks", title=" Tanks ", outlet="").status == "unchanged"
    assert (qa.settings.corpus / "tanks.md").stat() == before


def test_an_edit_of_a_file_placed_by_hand_keeps_what_is_in_it(qa):
    path = qa.settings.corpus / "mine.md"
    path.write_text("---\ntags: [a, b]\n---\n# The **tank**\n\nIt is green.\n")
    qa.sync()
    version = qa.article("mine")[0].version
    qa.edit("mine", outlet="The Gazette")
    assert (
        path.read_text() == "---\ntags:\n- a\n- b\noutlet: The Gazette\norigins: 'outlet: given'\n---\n"
        "# The **tank**\n\nIt is green.\n"
    )
    assert qa.article("mine")[0].version == version
    assert qa.article("mine")[0].title == "The tank"
    assert not qa.sync().changed
    path.write_text(path.read_text().replace("The **tank**", "The plane"))
    qa.sync()
    assert qa.article("mine")[0].title == "The plane"


# Many


def test_many_are_added_in_batches_and_each_is_told_once(qa, monkeypatch):
    monkeypatch.setattr("qa.service.batches.CHARACTERS", 200)
    drafts = [draft(f"Story {n} is about tank {n}.", name=f"r{n}", title=f"Story {n}") for n in range(30)]
    drafts[7] = Refusal("line 8", "It is not JSON.")
    drafts[9] = draft("...", name="r9")
    drafts[11] = draft("Story 3 is about tank 3.", name="r11", title="Story 3")
    drafts[12] = draft("A new text.", name="r12", title="Twelve", url=URL)
    drafts[13] = draft("A newer text.", name="r13", title="Thirteen", url=URL)
    outcomes = {o.name: o for o in qa.add_many(map(Item, drafts), outlet="The Gazette")}
    told = {name: o.status for name, o in outcomes.items() if o.status != "added"}
    assert told == {"line 8": "refused", "r9": "refused", "r11": "duplicate"}
    assert len(outcomes) == 30
    assert {a.id for a in qa.articles()} == {f"story-{n}" for n in range(30) if n not in (7, 9, 11, 12, 13)} | {
        "twelve",
        "thirteen",
    }
    assert qa.article("twelve")[0].text == "A new text."
    assert qa.article("story-5")[0].origins["outlet"] == GIVEN
    again = list(qa.add_many(map(Item, drafts), outlet="The Gazette"))
    assert not {"added"} & {o.status for o in again}, "a rerun adds nothing"
    assert all(f.sound for f in examine(qa))


def test_what_was_told_is_in_the_corpus_and_answers_before_the_next_is_asked_for(qa, monkeypatch):
    monkeypatch.setattr("qa.service.batches.CHARACTERS", 1)
    outcomes = qa.add_many(Item(draft(f"Story {n} is about tank {n}.", title=f"Story {n}")) for n in range(3))
    for n, outcome in enumerate(outcomes):
        assert (qa.settings.corpus / f"story-{n}.md").exists()
        assert qa.article(outcome.article)[0].text == f"Story {n} is about tank {n}."


def test_a_full_disk_ends_it_and_what_is_in_stays_and_answers(qa, monkeypatch):
    real, written = os.replace, []

    def full(source, target):
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        written.append(target)
        return real(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StorageError, match="No space left"):
        list(qa.add_many(Item(draft(f"Story {n} is about tank {n}.", title=f"Story {n}")) for n in range(9)))
    monkeypatch.setattr(os, "replace", real)
    assert [a.id for a in qa.articles()] == ["story-0", "story-1", "story-2"]
    assert not qa.sync().changed
    assert all(f.sound for f in examine(qa))


records = st.lists(
    st.tuples(st.sampled_from(["One.", "Two.", "Three."]), st.sampled_from([None, "https://a.b/1", "https://a.b/2"])),
    max_size=8,
)


@settings(max_examples=30)
@given(records, st.integers(1, 40))
def test_one_adding_comes_to_the_same_in_batches_of_any_size(rows, size):
    def what(characters):
        with tempfile.TemporaryDirectory() as folder, open_fake(Path(folder)) as qa, pytest.MonkeyPatch.context() as m:
            m.setattr("qa.service.batches.CHARACTERS", characters)
            outcomes = list(qa.add_many(Item(draft(t, **({"url": u} if u else {}))) for t, u in rows))
            assert "replaced" not in {o.status for o in outcomes}, "no adding replaces what it has just added"
            return {(a.id, a.version, a.url) for a in qa.articles()}

    assert what(size) == what(10_000)


def test_several_articles_may_share_an_address_and_the_one_of_the_same_title_is_the_older_version(qa):
    episodes = [Item(draft(f"In talk {n} we visit the harbour.", title=f"Episode {n}", url=URL)) for n in (1, 2, 3)]
    assert [o.status for o in qa.add_many(episodes)] == ["added"] * 3
    assert {o.status for o in qa.add_many(episodes)} == {"duplicate"}
    assert added(qa, draft("In talk 4 we visit the bridge.", title="Episode 4", url=URL)).status == "added"
    outcome = added(qa, draft("In talk 2 we visit the old harbour.", title="Episode 2", url=URL))
    assert (outcome.status, outcome.article) == ("replaced", "episode-2")
    assert len(qa.articles()) == 4


def test_a_records_own_id_is_what_its_id_is_derived_from_and_replaces_nobody(qa):
    first = replace(draft("The tank is green.", title="Tanks"), id="N 1")
    other = replace(draft("The quay is long.", title="Quays"), id="N 1")
    assert [o.article for o in qa.add_many([Item(first)])] == ["n-1"]
    (outcome,) = qa.add_many([Item(other)])
    assert (outcome.status, outcome.article) == ("added", "n-1-2")
    assert "Another article has the id 'n-1'" in outcome.message
    (outcome,) = qa.add_many([Item(replace(other, text="The quay is short."), id="n-1-2")])
    assert outcome.status == "replaced"


def test_files_placed_by_hand_with_one_text_are_both_kept(qa):
    for id in ("a", "b"):
        write_article(qa.settings.home, id, TEXT)
    assert qa.sync().added == ["a", "b"]


def test_a_long_address_is_kept_and_an_endless_one_left_out_with_the_true_reason(qa):
    long = f"https://news.example.org/fish?{'a' * 690}"
    assert qa.article(added(qa, draft(url=long)).article)[0].url == long
    outcome = added(qa, draft("Another text.", url=f"https://news.example.org/fish?{'b' * 3000}"))
    assert (outcome.status, qa.article(outcome.article)[0].url) == ("added", None)
    assert "3,030 characters" in outcome.message
