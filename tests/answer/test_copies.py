"""Copies of one story count once, and one that says something else is heard (five copies, one liar)."""

from __future__ import annotations

import json

import pytest
from fakes import exact, open_fake, write_article
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.answer.evidence.retrieve import RRF_K, HybridRetriever, distinct
from qa.answer.evidence.sameness import says_the_same
from qa.cli import printing
from qa.core.types import Answer, Filters
from qa.corpus.words import words
from qa.service.codec import answer_from_dict, answer_to_dict
from qa.service.conversations import Turn
from qa.service.transcript import as_markdown
from qa.web.page.chat.sources import Sources
from qa.web.page.chat.tokens import Token
from qa.web.running import RunningService

STORY = (
    "The Zorvan dam broke on Monday after a week of rain. The flood killed 12 people in the town of Elst. "
    "Mayor Ilka Brandt asked the army for boats and tents. Engineers had warned of cracks in the wall since March. "
    "The power station below the dam stopped working at noon. Farmers along the river lost their sheep and their hay. "
    "A school on the hill took in two hundred families for the night. The railway to the coast will stay closed until "
    "the bridge has been checked. Insurers said that it was too early to name a sum."
)
LIE = STORY.replace("killed 12 people", "killed 40 people")
QUESTION = "How many people did the flood kill in Elst?"
OUTLETS = ("Agency", "Gazette", "Herald", "Courier", "Tribune")


@pytest.fixture
def qa(home):
    """Five copies, the agency's published first although it was added last, and one with another figure."""
    for n, outlet in enumerate(OUTLETS):
        day = f"2024-05-{17 if outlet == 'Agency' else 18 + n}"
        text = f"{outlet} headline of the day.\n\n{STORY}\n\nPrinted by the {outlet}."
        write_article(home, f"{outlet.lower()}", text, outlet=outlet, published=day, added=f"2024-06-{20 - n}")
    write_article(home, "liar", f"Another headline.\n\n{LIE}", outlet="Liar", published="2024-05-30")
    write_article(home, "other", "A ferry sank near the coast and 3 people were saved.", outlet="Other")
    with open_fake(home) as qa:
        qa.sync()
        with qa.catalog.snapshot() as snapshot:
            assert snapshot.near_duplicates("liar") == ["agency", "gazette", "herald", "courier", "tribune", "liar"]
        yield qa


def cited(answer: Answer) -> dict[str, list[tuple[str, list[str]]]]:
    return {s.text: [(c.article, [copy.article for copy in c.also_in]) for c in s.citations] for s in answer.sentences}


def test_five_copies_are_one_sentence_with_one_citation_and_the_liar_is_shown_too(qa):
    answer = qa.ask(QUESTION)
    exact(qa, answer)
    said = cited(answer)
    assert said["The flood killed 12 people in the town of Elst."] == [
        ("agency", ["gazette", "herald", "courier", "tribune"])
    ]
    assert said["The flood killed 40 people in the town of Elst."] == [("liar", [])]
    assert len([c for s in answer.sentences for c in s.citations]) == len(answer.sentences)
    for sentence in answer.sentences:
        for copy in sentence.citations[0].also_in:
            article = qa.article(copy.article)[0]
            assert article.text[copy.start : copy.end] == sentence.text
            assert (article.version, article.outlet) == (copy.version, copy.outlet)


def test_five_copies_do_not_fill_the_passages(qa):
    found = [p.article for p in qa.search(QUESTION, k=3)]
    assert {"liar", "other"} < set(found)
    assert len(set(found) & {o.lower() for o in OUTLETS}) == 1
    assert len({p.article for p in qa.search(QUESTION, k=7)}) == 7, "where there is room nothing is left out"


def test_a_filter_hides_the_copies_that_it_leaves_out(qa):
    only = Filters(outlets=("Herald", "Courier"))
    assert cited(qa.ask(QUESTION, only))["The flood killed 12 people in the town of Elst."] == [("herald", ["courier"])]


def test_a_copy_that_lacks_the_sentence_is_not_named(qa, home):
    text = STORY.replace("The flood killed 12 people in the town of Elst. ", "")
    write_article(home, "short", text, outlet="Short", published="2024-05-01")
    qa.sync()
    [(article, copies)] = cited(qa.ask(QUESTION))["The flood killed 12 people in the town of Elst."]
    assert article == "agency"
    assert "short" not in copies


def test_a_copy_that_writes_the_number_as_a_word_has_the_sentence_too(qa, home):
    text = STORY.replace("12 people", "twelve people")
    write_article(home, "word", f"A headline of its own.\n\n{text}", outlet="Word", published="2024-06-02")
    qa.sync()
    [(article, copies)] = cited(qa.ask(QUESTION))["The flood killed 12 people in the town of Elst."]
    assert (article, copies[-1]) == ("agency", "word")


def test_the_copy_added_first_is_cited_where_none_has_a_date(home):
    for n, id in enumerate(("a", "b", "c")):
        write_article(home, id, f"{STORY} Number {n}.", added=f"2024-06-0{3 - n}")
    with open_fake(home) as qa:
        qa.sync()
        assert cited(qa.ask(QUESTION))["The flood killed 12 people in the town of Elst."] == [("c", ["b", "a"])]


def test_copies_are_named_on_the_command_line_in_json_in_the_panel_and_in_what_is_taken_along(qa):
    answer = qa.ask(QUESTION)
    named = "also in Gazette, 2024-05-19; Herald, 2024-05-20; Courier, 2024-05-21; Tribune, 2024-05-22"
    assert named in printing.answer_text(answer)
    assert answer_from_dict(json.loads(json.dumps(answer_to_dict(answer)))) == answer
    turn = Turn(1, "2024-06-01", QUESTION, answer=answer)
    assert "also in Gazette, 2024\\-05\\-19" in as_markdown(turn) or "also in Gazette, 2024-05-19" in as_markdown(turn)
    host = RunningService(lambda: qa)
    host._qa, host.state = qa, "ready"
    panel = Sources(host).panel(turn)
    assert panel.count("Also in") == sum(bool(c.also_in) for s in answer.sentences for c in s.citations)
    assert ">Gazette, 19 May 2024</button>" in panel
    n, copy = next((c.n, c.also_in[0]) for s in answer.sentences for c in s.citations if c.also_in)
    token = Token(1, n, copy.article, copy.version, copy.start, copy.end)
    assert f'value="{token.encode()}">Gazette' in panel
    assert '<mark class="active"' in Sources(host).article(token, [turn])


def test_names_of_copies_are_data(qa, home):
    write_article(home, "evil", f"{STORY} Evil.", outlet="<script>alert(1)</script>", published="2024-05-17")
    qa.sync()
    host = RunningService(lambda: qa)
    host._qa, host.state = qa, "ready"
    panel = Sources(host).panel(Turn(1, "", QUESTION, answer=qa.ask(QUESTION)))
    assert "<script>" not in panel
    assert "&lt;script&gt;" in panel


# Sentences


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("The flood killed 12 people in Elst.", "The flood killed 12 people in Elst.", True),
        ("The flood killed 12 people in Elst.", "The flood killed twelve people in Elst.", True),
        ("It cost 1,200 euros to mend the wall, he said.", "It cost 1200 euros to mend the wall, he said.", True),
        ("The flood killed 12 people in Elst.", "The flood killed 21 people in Elst.", False),
        ("The flood killed 12 people in Elst.", "The flood killed people in Elst.", False),
        ("Mayor Ilka Brandt asked for help.", "Mayor Ilka Brauer asked for help.", False),
        ("The mayor of Elst did resign on the Friday.", "The mayor of Elst did not resign on the Friday.", False),
        ("They said the mayor of the town would resign.", "They said the mayor of the town wouldn't resign.", False),
        ("Officials said the road to the coast was open.", "The officials said the road to the coast was open.", True),
        ("Prices rose by 3.5 percent in May, it said.", "Prices rose by 35 percent in May, it said.", False),
        ("On Monday the bridge to the town was closed.", "On Tuesday the bridge to the town was closed.", False),
        ("A crane fell.", "A ferry sank.", False),
    ],
)
def test_sentences_are_the_same_only_if_their_numbers_names_and_negations_agree(a, b, same):
    assert says_the_same(a, b) is same
    assert says_the_same(b, a) is same


sentences = st.lists(st.sampled_from("The A mayor Ilka Elst not 12 40 twelve killed, people. 1,200".split())).map(
    " ".join
)


@given(sentences, sentences)
def test_saying_the_same_has_no_direction_and_everything_says_the_same_as_itself(a, b):
    assert says_the_same(a, a)
    assert says_the_same(a, b) == says_the_same(b, a)


# Passages


def sentences_of(snapshot, id: str) -> list[str]:
    passage = snapshot.passages([id])[id]
    article = snapshot.article_by_key(passage.article)
    spans = [s.span for s in snapshot.sentences(passage.article, passage.first, passage.last) if not s.span.boilerplate]
    return [article.text[s.start : s.end] for s in spans]


def test_no_sentence_is_lost_when_repeating_passages_go(qa, home):
    write_article(home, "again", STORY)
    qa.sync()
    with qa.catalog.snapshot() as snapshot:
        for ranked in (snapshot.passage_ids(), snapshot.passage_ids()[::-1]):
            kept = distinct(snapshot, ranked, len(ranked))
            said = [s for id in kept for s in sentences_of(snapshot, id) if words(s)]
            if not ranked[0].startswith("again:"):
                assert set(ranked) - set(kept), "a copy without a headline of its own repeats"
            for id in set(ranked) - set(kept):
                assert all(any(says_the_same(s, k) for k in said) for s in sentences_of(snapshot, id))


@settings(max_examples=10)
@given(st.integers(1, 9))
def test_without_stories_the_ranking_is_the_fused_one(tmp_path_factory, top):
    home = tmp_path_factory.mktemp("home")
    for n in range(6):
        write_article(home, f"a{n}", f"Story {n} is about the flood. It is not about tank {n}.")
    with open_fake(home) as qa:
        qa.sync()
        with qa.catalog.snapshot() as snapshot:
            hits = HybridRetriever(snapshot, qa.dense, top=top).hits("flood tank", qa.answerer.embed("flood tank"))
            assert len(hits) == min(top, 6)
            assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
            assert hits[0].score <= 2 / (RRF_K + 1)
