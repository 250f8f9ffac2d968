"""What a question takes for granted: its years and countries must be somewhere in the article that answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.countries import mention, named
from qa.premises import Premises
from qa.types import Article


def absent(question: str, text: str, title: str | None = None, published: str | None = None) -> tuple[str, ...]:
    return Premises(question).absent([Article("a", text, title=title, published=published)])


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("How many tanks did China send?", "Russia sent 64 tanks.", ("China",)),
        ("How many tanks did China send?", "Beijing sent 64 tanks.", ()),
        ("How many tanks did Beijing send?", "The Chinese sent 64 tanks.", ()),
        ("how many tanks did china send to russia", "Moscow got 64 tanks from Tehran.", ("china",)),
        ("What did the US do to us?", "They gave us nothing.", ("US",)),
        ("What did the US do to us?", "The U.S.-based firm gave us nothing.", ()),
        ("What did the U.S. build?", "Texas has a new road.", ()),
        ("Which British town flooded?", "A town in Wales was flooded.", ()),
        ("What do the French and the Spanish eat?", "In France people eat snails.", ("Spanish",)),
        ("Who rules South Korea?", "North Korea is ruled by Kim.", ("South Korea",)),
        ("What grows in Latin America?", "Coffee grows there.", ()),
        ("What is a turkey?", "A bird.", ()),
        ("What happened in 2022?", "In 2024 a bridge fell.", ("2022",)),
        ("What happened in 2022?", "In 2022 a bridge fell.", ()),
        ("Who won in 2022?", "They won the 2021/22 season.", ()),
        ("Who won in 2022?", "They won in the 2020s.", ()),
        ("Who won in the 1960s?", "They won in 1964.", ()),
        ("Who won in the 1960's?", "They won in 1974.", ("1960's",)),
        ("Who came to 2024's summit?", "Nobody came in 2023.", ("2024's",)),
        ("Who found it in the 1800's?", "Found in 1897.", ()),
        ("Who sent tanks to Chile?", "CHINA SENDS TANKS TO CHILE", ()),
        ("Who paid $2000 for 2,022 cars?", "Nobody knows.", ()),
        ("Where does flight BA-1999 land?", "In Oslo.", ()),
    ],
)
def test_a_year_or_a_country_that_the_article_never_mentions_is_absent(question, text, missing):
    assert absent(question, text) == missing


def test_the_title_and_the_date_of_an_article_count_as_its_words():
    assert absent("What did China do in 2022?", "It sent tanks.") == ("2022", "China")
    assert absent("What did China do in 2022?", "It sent tanks.", title="China in 2022") == ()
    assert absent("What did it do in 2022?", "It sent tanks.", published="2022-03-01") == ()
    assert absent("What did it do in 2022?", "Last year it sent tanks.", published="2023-03-01T08:00:00+00:00") == ()
    assert absent("What did it do in 2022?", "It sent tanks.", published="2024-03-01") == ("2022",)


def test_what_any_of_several_articles_mentions_is_not_absent():
    articles = [Article("a", "China sent tanks."), Article("b", "In 2022 there were none.")]
    assert Premises("What did China send in 2022?").absent(articles) == ()
    assert Premises("What did Japan send in 2022?").absent(articles) == ("Japan",)
    assert Premises("What did Japan send in 2022?").absent([]) == ("2022", "Japan")


@given(st.sampled_from(["China", "Russia", "the United Kingdom", "Chile", "Chad", "New Zealand", "the DPRK"]))
def test_a_country_is_mentioned_by_its_own_name(name):
    (country,) = named(f"What did {name} say?").values()
    assert mention(country).search(f"It was said by {name}.")
    assert not mention(country).search("Nobody said anything.")


@given(st.text(max_size=80), st.text(max_size=80))
def test_nothing_that_is_typed_is_missing_from_itself(question, text):
    assert absent(question, question + text) == ()
