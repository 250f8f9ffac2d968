"""What a question takes for granted: its years and countries must be mentioned by an article that was found."""

from __future__ import annotations

import time

import pytest
from countryinfo import all_countries
from hypothesis import given
from hypothesis import strategies as st

from qa.answer.question.countries import mention, named
from qa.answer.question.premises import MOST, Premises
from qa.core.types import Article

NAMED = sorted({country.name() for country in all_countries() if named(f"Where is {country.name()}?")})


def absent(question: str, text: str, title: str | None = None, published: str | None = None) -> tuple[str, ...]:
    return Premises(question).absent([Article("a", text, title=title, published=published)])


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("How many tanks did China send?", "Russia sent 64 tanks.", ("China",)),
        ("how many tanks did china send to russia", "Moscow got 64 tanks from Tehran.", ("china",)),
        ("What did the US do to us?", "They gave us nothing.", ("US",)),
        ("What did Oman do?", "A woman and a Roman went.", ("Oman",)),
        ("What happened in 2022?", "In 2024 a bridge fell.", ("2022",)),
        ("Who came to 2024's summit?", "Nobody came in 2023.", ("2024",)),
        ("Who won in the 1960's?", "They won in 1974.", ("1960's",)),
        ("Who was president in 1952?", "He was president from 1933 to 1945.", ("1952",)),
        ("What did Japan do in 2022?", "In 2024 a bridge fell in China.", ("2022", "Japan")),
    ],
)
def test_a_year_or_a_country_that_the_article_never_mentions_is_absent(question, text, missing):
    assert absent(question, text) == missing


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many tanks did China send?", "Beijing sent 64 tanks."),
        ("What did the US do to us?", "The U.S.-based firm gave us nothing."),
        ("What did the U.S. build?", "Texas has a new road."),
        ("Who flooded Britain?", "A town in Wales was flooded."),
        ("Who won in France?", "The Frenchwoman was first."),
        ("Who won in Spain?", "Two Spaniards were first."),
        ("Who won in Slovenia?", "A Slovene was first."),
        ("Who won in Saudi Arabia?", "The Saudis were first."),
        ("Who rules Bosnia and Herzegovina?", "The Bosnian president."),
        ("Which city of Ukraine was hit?", "Kharkiv was hit."),
        ("Who governs Brazil?", "In Brasilia they vote."),
        ("Who governs Ivory Coast?", "Côte d’Ivoire votes."),
        ("Who governs South Korea?", "In South\nKorea they vote."),
        ("Who sent tanks to Chile?", "CHINA SENDS TANKS TO CHILE"),
        ("who sent tanks to chile?", "so they went to chile and that was it"),
        ("What grows in Latin America?", "Coffee grows there."),
        ("Who lives in New Mexico?", "In Santa Fe live many."),
        ("Which Island was hit by the storm?", "It was hit."),
        ("how do you cook a turkey?", "In the oven."),
        ("What did Brussels cover?", "The European Union paid half."),
        ("İran kaç füze attı?", "Hiç."),
        ("WHAT DID HE GIVE US?", "Nothing."),
        ("Who won in 2022?", "They won the 2021/22 season."),
        ("Who won in 2022?", "They won the 21/22 season."),
        ("Who won in 2022?", "They won in the 2020s."),
        ("Who won in the 1960s?", "They won in 1964."),
        ("Who won in the 1960s?", "They won in the ‘60s."),
        ("Who won in 1964?", "They won in the 1960's."),
        ("Who found it in the 1800's?", "It was found in 1897."),
        ("Who found it in 1897?", "It was found late in the 19th century."),
        ("Who was president in 1942?", "He was president from 1933 to 1945."),
        ("Who governed in 2011?", "Cameron governed 2010–16."),
        ("How many of the 2000 workers left?", "Half of the 2,000 left."),
        ("Who paid $2000 for 2,022 cars?", "Nobody knows."),
        ("Where does flight BA-1999 land?", "In Oslo."),
    ],
)
def test_what_is_said_in_other_words_is_not_absent(question, text):
    assert absent(question, text) == ()


def test_title_outlet_and_date_of_an_article_count_as_its_words():
    assert absent("What did China do in 2022?", "It sent tanks.") == ("2022", "China")
    assert absent("What did China do in 2022?", "It sent tanks.", title="China in 2022") == ()
    assert absent("What did it do in 2022?", "Last year it sent tanks.", published="2023-03-01T08:00:00+00:00") == ()
    assert absent("What did it do in 2022?", "It sent tanks.", published="2024-03-01") == ("2022",)
    assert Premises("What does the Japan Times say?").absent([Article("a", "Nothing.", outlet="Japan Times")]) == ()


def test_what_any_of_several_articles_mentions_is_not_absent():
    articles = [Article("a", "China sent tanks."), Article("b", "In 2022 there were none.")]
    assert Premises("What did China send in 2022?").absent(articles) == ()
    assert Premises("What did Japan send in 2022?").absent(articles) == ("Japan",)
    assert Premises("What did Japan send in 2022?").absent([]) == ("2022", "Japan")


@pytest.mark.parametrize("name", NAMED)
def test_a_country_is_mentioned_by_its_own_name_and_not_by_nothing(name):
    (countries,) = named(f"What did {name} say?").values()
    assert mention(countries).search(f"It was said by {name}.")
    assert not mention(countries).search("Nobody said anything.")


@given(st.lists(st.sampled_from([*NAMED, "1899", "2022", "the 1960s", "the US"]), max_size=4), st.text(max_size=40))
def test_nothing_that_is_typed_is_missing_from_itself(said, more):
    question = f"What of {', '.join(said)}?"
    assert absent(question, f"{question}\n{more}") == ()


def test_long_articles_and_many_premises_take_little_time():
    question = " ".join(NAMED[:80])
    article = Article("a", "Nothing was said, and Nobody said it. " * 25_000)  # a million characters
    started = time.thread_time()
    assert 0 < len(Premises(question).absent([article])) <= MOST
    assert time.thread_time() - started < 3
