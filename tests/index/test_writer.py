"""The whole path through the real catalog and the real Chroma, with a fake model: what holds for any text."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEmbedding, exact, open_fake, write_article
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from strategies import any_text, prose

from qa.answer.compose import ABSENT, NONE_PASSES
from qa.answer.question.clean import MAX_QUESTION
from qa.core.errors import QuestionError
from qa.core.types import Filters
from qa.corpus.canonical import canonical_text, storable
from qa.index.catalog.catalog import passage_id
from qa.quality.doctor import examine
from qa.service.service import QA

SENTENCES = [
    "The missile struck at dawn.",
    "Twelve people were killed.",
    "“It is over,” she said.",
    "据报道，导弹袭击了基辅。",
    "Mr. J. K. Roy paid 3.5 million.",
    "हमले में बारह लोग मारे गए।",
    "👩‍👩‍👧‍👦 arrived in Kyiv.",
    "قُتل اثنا عشر شخصًا؟",
]
repetitive = st.lists(st.sampled_from(SENTENCES), min_size=2, max_size=40).map(" ".join)
texts = (repetitive | prose | any_text).map(canonical_text).filter(lambda t: any(c.isalnum() for c in t))
corpora = st.lists(texts, min_size=1, max_size=4, unique=True)


@contextmanager
def opened(corpus=(), fake=None):
    """A service over articles a0, a1, ..., with Chroma at work."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "corpus").mkdir()
        for i, text in enumerate(corpus):
            write_article(home, f"a{i}", text)
        with open_fake(home, fake) as qa:
            qa.sync()
            qa.attach_chroma()
            assert qa.dense.chroma is not None
            yield qa


def is_question(text: str) -> bool:
    return storable(text) and any(c.isalnum() for c in canonical_text(text)) and len(text) <= MAX_QUESTION


def ask(qa: QA, question: str, filters: Filters | None = None):
    """The answer, each of its citations exact; None for what is no question."""
    try:
        answer = qa.ask(question, filters)
    except QuestionError:
        assert not is_question(question)
        return None
    exact(qa, answer)
    return answer


@settings(max_examples=30)
@given(corpora, st.data())
def test_every_citation_is_the_stored_text_at_its_offsets(corpus, data):
    with opened(corpus) as qa:
        text = data.draw(st.sampled_from(corpus))
        start = data.draw(st.integers(0, len(text) - 1))
        for question in (text[start : start + 60], "Who was killed in Kyiv?"):
            answer = ask(qa, question)
            assert answer is None or bool(answer.sentences) != answer.declined


@settings(max_examples=20)
@given(st.lists(st.sampled_from(SENTENCES), min_size=20, max_size=60).map(" ".join))  # several passages that overlap
def test_a_repeated_sentence_is_a_place_of_its_own_each_time(text):
    """ "A. B. A." has three sentences at three places; searching for the string "A." would find one place twice."""
    with opened([text]) as qa:
        spans = [(s.start, s.end) for s in qa.article("a0")[1]]
        ranking = qa.answerer.explain("Who was killed in Kyiv at dawn?", Filters()).ranking
        found = [(e.candidate.sentence.span.start, e.candidate.sentence.span.end) for e in ranking.evidence]
        assert len(set(found)) == len(found)
        assert set(found) <= set(spans)
        assert all(text[a:b] == e.candidate.text for (a, b), e in zip(found, ranking.evidence, strict=True))


@settings(max_examples=20)
@given(corpora, st.randoms(use_true_random=False))
def test_ids_spans_and_vectors_are_equal_however_the_index_came_to_be(corpus, random):
    """All at once, one by one in another order with detours, and rebuilt: the same index."""
    ids = [f"a{i}" for i in range(len(corpus))]
    with opened(corpus) as at_once, tempfile.TemporaryDirectory() as folder:
        with open_fake(Path(folder)) as step_by_step:
            for i in random.sample(range(len(corpus)), len(corpus)):
                step_by_step.add(f"Something else about {i}.", id=ids[i])
                write_article(Path(folder), ids[i], corpus[i])
                step_by_step.sync()
            expected = contents(at_once)
            assert contents(step_by_step) == expected
        with open_fake(Path(folder), rebuild=True) as rebuilt:
            rebuilt.sync()
            assert contents(rebuilt) == expected
        for id, text in zip(ids, corpus, strict=True):
            version = at_once.article(id)[0].version
            mine = [p for p in expected["passages"] if p.startswith(f"{id}:{version}:")]
            assert mine == [passage_id(id, version, n) for n in range(len(mine))]
            assert at_once.article(id)[0].text == text


def contents(qa: QA) -> dict:
    with qa.catalog.snapshot() as snapshot:
        ids, _, vectors = snapshot.vectors(qa.dense.dimension)
        keys = {snapshot.article_by_key(k).id: k for k in snapshot.allowed(Filters())}
        return {
            "passages": ids,
            "vectors": vectors.tobytes(),
            "sentences": {
                id: [(s.span, s.vector.tobytes()) for s in snapshot.sentences(key, 0, 10_000)]
                for id, key in sorted(keys.items())
            },
            "lexical": snapshot.lexical('"the" OR "missile" OR "killed"', Filters(), 50),
        }


def traces(qa: QA, id: str, version: str, word: str) -> list[str]:
    """Where this version of an article, or a word that only it has, can still be found."""
    with qa.catalog.snapshot() as snapshot:
        found = ["catalog" for p in snapshot.passage_ids() if p.startswith(f"{id}:{version}:")]
        found += ["words" for _ in snapshot.lexical(f'"{word}"', Filters(), 10)]
        found += ["terms" for _ in snapshot.passages_with([word])]
    found += ["chroma" for p in qa.dense.chroma.ids() if p.startswith(f"{id}:{version}:")]
    found += ["search" for p in qa.search(word) if p.version == version and p.article == id]
    answer = ask(qa, f"What is {word}?")
    found += ["answer" for s in answer.sentences for c in s.citations if (c.article, c.version) == (id, version)]
    found += ["nearest" for p in answer.nearest if (p.article, p.version) == (id, version)]
    return found


@settings(max_examples=20)
@given(corpora)
def test_an_edited_article_is_served_in_its_new_text_only_and_a_removed_one_never_again(corpus):
    with opened(corpus) as qa:
        home = qa.settings.home
        write_article(home, "a0", f"{corpus[0]}\n\nThe zyxvolt is old.")
        assert qa.sync().replaced == ["a0"]
        old = qa.article("a0")[0]
        assert set(traces(qa, "a0", old.version, "zyxvolt")) >= {"catalog", "words", "terms", "chroma", "search"}

        write_article(home, "a0", f"{corpus[0]}\n\nThe qwivolt is new.")
        qa.sync()
        new = qa.article("a0")[0]
        assert traces(qa, "a0", old.version, "zyxvolt") == []
        assert set(traces(qa, "a0", new.version, "qwivolt")) >= {"catalog", "words", "terms", "chroma", "search"}

        qa.remove("a0")
        assert not (home / "corpus" / "a0.md").exists()
        qa.sync()
        assert traces(qa, "a0", new.version, "qwivolt") == []
        assert "a0" not in [a.id for a in qa.articles()]


def test_only_what_changed_is_embedded_again():
    fake = FakeEmbedding()
    with opened(["One story about tanks.", "Another story about ships."], fake) as qa:
        assert fake.embedded == 2
        assert not qa.sync().changed
        write_article(qa.settings.home, "a0", "One story about tanks.", outlet="The Gazette")
        assert qa.sync().replaced == ["a0"]
        write_article(qa.settings.home, "a2", "A third story.")
        assert qa.sync().added == ["a2"]
        assert fake.embedded == 3, "an outlet is in no vector"
        write_article(qa.settings.home, "a0", "One story about tanks.", outlet="The Gazette", title="Tanks")
        assert qa.sync().replaced == ["a0"]
        assert fake.embedded == 4, "a title is"


# --- dense search against the plain truth -----------------------------------------------------------------------

days = st.none() | st.dates(date(2024, 1, 1), date(2024, 1, 9)).map(date.isoformat)
outlets = st.none() | st.sampled_from(["The Gazette", "Häggblad", "No. 3"])
library = st.lists(st.tuples(repetitive | texts, outlets, days), min_size=1, max_size=12)
some_filters = st.builds(
    Filters,
    outlets=st.lists(st.sampled_from(["The Gazette", "Häggblad", "Nobody"]), max_size=2, unique=True).map(tuple),
    articles=st.lists(st.sampled_from(["a0", "a1", "a2", "a99"]), max_size=2, unique=True).map(tuple),
    published_from=st.none() | st.sampled_from(["2024-01-01", "2024-01-04"]),
    published_to=st.none() | st.sampled_from(["2024-01-05", "2024-01-09"]),
)


def passes(article, filters: Filters) -> bool:
    """The filters as a person reads them."""
    day = article.published
    return (
        (not filters.outlets or article.outlet in filters.outlets)
        and (not filters.articles or article.id in filters.articles)
        and (filters.published_from is None or (day is not None and day >= filters.published_from))
        and (filters.published_to is None or (day is not None and day <= filters.published_to))
    )


def write_library(home: Path, rows) -> None:
    for i, (text, outlet, day) in enumerate(rows):
        known = {"outlet": outlet, "published": day}
        write_article(home, f"a{i}", text, **{k: v for k, v in known.items() if v})


def same_ranking(got, expected, k: int) -> None:
    """Equal scores in order, and equal ids but among passages that tie with the last one kept."""
    assert len(got) == min(k, len(expected))
    np.testing.assert_allclose([s for _, s in got], [s for _, s in expected[:k]], atol=1e-6)
    border = expected[:k][-1][1] + 1e-6 if got else 0.0
    above = [id for id, score in expected[:k] if score > border]
    assert [id for id, _ in got][: len(above)] == above
    assert len({id for id, _ in got}) == len(got)


@settings(max_examples=25)
@given(library, some_filters, st.integers(1, 60), texts, st.data())
def test_dense_search_equals_brute_force_with_and_without_filters(rows, filters, k, question, data):
    with opened() as qa:
        write_library(qa.settings.home, rows)
        qa.sync()
        dense, vector = qa.dense, FakeEmbedding().encode([question])[0]
        # Some passages wait for Chroma, some that Chroma holds are gone from the catalog.
        with qa.catalog.snapshot() as snapshot:
            ids = snapshot.passage_ids()
        qa.catalog.mark_pending(waiting := data.draw(st.lists(st.sampled_from(ids), unique=True, max_size=5)))
        dense.chroma.delete(waiting)
        for chosen in (filters, Filters()):
            with qa.catalog.snapshot() as snapshot:
                truth = []
                for id, p in snapshot.passages(snapshot.passage_ids()).items():
                    if passes(snapshot.article_by_key(p.article), chosen):
                        truth.append((id, float(np.dot(p.vector, vector))))
                truth.sort(key=lambda s: (-s[1], s[0]))
                before = dense.answered_by_chroma
                same_ranking(dense.search(snapshot, vector, k, chosen), truth, k)
                assert dense.answered_by_chroma == before + 1
                held, dense.chroma = dense.chroma, None
                same_ranking(dense.search(snapshot, vector, k, chosen), truth, k)
                dense.chroma = held


@settings(max_examples=25)
@given(library, some_filters)
def test_filters_let_through_what_a_person_would_and_undated_articles_are_counted(rows, filters):
    with opened() as qa:
        write_library(qa.settings.home, rows)
        qa.sync()
        allowed = {a.id for a in (qa.article(s.id)[0] for s in qa.articles()) if passes(a, filters)}
        answer = ask(qa, "Who was killed at dawn in Kyiv by the missile?", filters)
        assert {c.article for s in answer.sentences for c in s.citations} <= allowed
        assert {p.article for p in (*answer.nearest, *answer.passages)} <= allowed
        assert {p.article for p in qa.search("Who was killed?", filters, 50)} <= allowed
        undated = Filters(filters.outlets, filters.articles)
        left_out = [
            a
            for a in (qa.article(s.id)[0] for s in qa.articles())
            if filters.by_date and a.published is None and passes(a, undated)
        ]
        assert answer.undated_left_out == len(left_out)


def test_a_date_filter_takes_both_its_ends_and_the_day_of_a_date_time(home):
    write_article(home, "first", "Tanks rolled.", published="2024-05-17")
    write_article(home, "evening", "Tanks stopped.", published="2024-05-18T23:30:00+02:00")
    write_article(home, "undated", "Tanks rusted.")
    with open_fake(home) as qa:
        qa.sync()
        qa.attach_chroma()
        for chosen in (Filters(published_from="2024-05-18", published_to="2024-05-18"),):
            assert [p.article for p in qa.search("tanks", chosen)] == ["evening"]
            assert qa.ask("Where are the tanks?", chosen).undated_left_out == 1
        assert {p.article for p in qa.search("tanks", Filters(published_to="2024-05-17"))} == {"first"}
        assert NONE_PASSES in qa.ask("Where are the tanks?", Filters(outlets=("nobody",))).notes
        assert not qa.ask("Where are the penguins?").notes
        assert qa.ask("How many tanks did China send in 2022?").notes == (f"{ABSENT} 2022 or China.",)
        assert not qa.ask("How many tanks were sent in 2024?").notes


def test_a_heading_that_repeats_the_title_answers_nothing(home):
    write_article(
        home, "harbour", "The New Harbour\n\nAnna Lee opened the new harbour in May.", title="The new harbour"
    )
    with open_fake(home) as qa:
        qa.sync()
        qa.attach_chroma()
        quotes = [c.quote for s in qa.ask("Who opened the new harbour?").sentences for c in s.citations]
        assert quotes == ["Anna Lee opened the new harbour in May."]


# --- questions ----------------------------------------------------------------------------------------------------

QUERIES = [
    '"', "'", "\\", "*", "tank*", "^tank", "tank NEAR ship", "NEAR(tank ship, 2)", "NOT tank", "AND", "OR OR OR",
    "tank OR", "(tank", "tank)", "body:tank", "title : tank", "{title body} : tank", "- tank", "+tank", "tank + ship",
    '"tank" "ship', "passage_index MATCH 'x'", "'; DROP TABLE articles; --", "tank\x00ship", "\x00", "%", "_", "?",
    "tank\ud800", "\udfff", "\u202etank", "\ufeff", "ＴＡＮＫ", "tañk", "टैंक", "戦車", "🚀", "1", "a" * 999,
    "a " * 499, "\n\n", " ",
]  # fmt: skip


@pytest.fixture(scope="module")
def small():
    with opened(["The tank is green. It holds 12 litres.", "टैंक नीला है। 戦車は青い。 A ship sailed."]) as qa:
        yield qa


@pytest.mark.parametrize("question", QUERIES, ids=ascii)
def test_no_question_is_a_syntax_error(small, question):
    assert (ask(small, question) is not None) == is_question(question)


@settings(max_examples=200)
@given(question=st.text(max_size=80) | st.text(alphabet="\"'*^():-+{}\\ \x00ANDORTNEAR,", max_size=40))
def test_any_text_is_a_question_or_is_refused_as_one(small, question):
    assert (ask(small, question) is not None) == is_question(question)


# --- a life in any order -------------------------------------------------------------------------------------------


class Life(RuleBasedStateMachine):
    """Adding, editing, removing and restarting in any order, against a dictionary."""

    @initialize()
    def start(self):
        self.folder = tempfile.TemporaryDirectory()
        self.home = Path(self.folder.name)
        (self.home / "corpus").mkdir()
        self.fake = FakeEmbedding()
        self.truth: dict[str, tuple[str, str | None]] = {}
        self.words = 0
        self.qa = None
        self.open()

    def open(self):
        self.qa = open_fake(self.home, self.fake)
        self.qa.sync()
        self.qa.attach_chroma()
        assert self.qa.dense.chroma is not None

    def word(self) -> str:
        self.words += 1
        return f"word{self.words}x"

    def an_article(self, data) -> str:
        return data.draw(st.sampled_from(sorted(self.truth)))

    @rule(text=repetitive, outlet=st.none() | st.just("Gazette"))
    def add(self, text, outlet):
        text = canonical_text(f"{text}\nThe {self.word()} came.")
        outcome = self.qa.add(text, outlet=outlet)
        assert outcome.status == "added"
        self.truth[outcome.article] = (text, outlet)

    @precondition(lambda self: self.truth)
    @rule(data=st.data(), text=repetitive)
    def replace(self, data, text):
        id, text = self.an_article(data), canonical_text(f"{text}\nThe {self.word()} went.")
        assert self.qa.add(text, id=id).status == "replaced"
        self.truth[id] = (text, self.truth[id][1])

    @rule(data=st.data(), text=repetitive, sync=st.booleans())
    def edit_a_file_by_hand(self, data, text, sync):
        id = data.draw(st.sampled_from(["by-hand", *sorted(self.truth)]))
        text = canonical_text(f"{text}\nThe {self.word()} changed.")
        write_article(self.home, id, text)
        self.truth[id] = (text, None)
        if sync:
            self.qa.sync()
        else:
            self.restart("nothing")

    @precondition(lambda self: self.truth)
    @rule(data=st.data(), outlet=st.sampled_from(["Gazette", "Häggblad"]))
    def edit_the_metadata_only(self, data, outlet):
        id = self.an_article(data)
        write_article(self.home, id, self.truth[id][0], outlet=outlet)
        self.truth[id] = (self.truth[id][0], outlet)
        self.qa.sync()

    @precondition(lambda self: self.truth)
    @rule(data=st.data())
    def remove(self, data):
        self.qa.remove(id := self.an_article(data))
        del self.truth[id]

    @precondition(lambda self: self.truth)
    @rule(data=st.data())
    def delete_a_file_by_hand(self, data):
        id = self.an_article(data)
        next((self.home / "corpus").glob(f"{id}.*")).unlink()
        del self.truth[id]
        assert self.qa.sync().removed == [id]

    @rule(delete=st.sampled_from(["nothing", "nothing", "index", "chroma", "catalog"]))
    def restart(self, delete):
        self.qa.close()
        before = self.fake.embedded
        if delete == "index":
            shutil.rmtree(self.home / "index")
        elif delete == "catalog":
            (self.home / "index" / "catalog.sqlite3").unlink()
        elif delete == "chroma":
            for folder in (self.home / "index").glob("chroma-*"):
                shutil.rmtree(folder)
        self.open()
        if delete == "chroma" and not self.qa._index.notes:
            assert self.fake.embedded - before <= len(self.truth)  # files edited by hand, never the whole for Chroma

    @precondition(lambda self: self.truth)
    @rule(data=st.data())
    def ask(self, data):
        id = self.an_article(data)
        text, outlet = self.truth[id]
        word = text.split()[-2]
        answer = ask(self.qa, f"What of {word}?")
        assert any(c.article == id and word in c.quote for s in answer.sentences for c in s.citations)
        filters = Filters(outlets=(outlet or "Nobody",))
        found = {p.article for p in self.qa.search(f"What of {word}?", filters, 50)}
        assert found <= {i for i, (_, o) in self.truth.items() if o == (outlet or "Nobody")}
        assert (id in found) == (outlet is not None)

    @invariant()
    def the_library_is_the_dictionary(self):
        assert {a.id: (a.outlet) for a in self.qa.articles()} == {id: o for id, (_, o) in self.truth.items()}
        assert all(self.qa.article(id)[0].text == text for id, (text, _) in self.truth.items())
        with self.qa.catalog.snapshot() as snapshot:
            assert snapshot.pending() == []
            assert self.qa.dense.chroma.ids() == set(snapshot.passage_ids())

    def teardown(self):
        assert [f for f in examine(self.qa) if not f.sound] == []
        self.qa.close()
        self.folder.cleanup()


def test_any_order_of_adding_editing_removing_and_restarting_keeps_index_and_corpus_equal(quick_probe):
    run_state_machine_as_test(Life, settings=settings(max_examples=12, stateful_step_count=15))
