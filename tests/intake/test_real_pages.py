"""Kinds of faults that pages of real outlets showed; the pages here are made, each stands for a kind."""

from __future__ import annotations

import pytest

from qa.core.types import Draft
from qa.intake.page.about.authors import cleaned
from qa.intake.page.extract import parse

TITLE = "Night ferry to Norvik stops"
P = [
    "The ferry company of Norvik stops its night line on Monday, since too few passengers have come in the winter months.",
    "Its director Ola Brandt said that the last ship would leave at ten in the evening and reach the island at dawn.",
    "Two hundred islanders had asked the council to pay for the line, which had run for forty years without a break.",
    "The council will decide in March whether the summer line stays, and what a ticket for the fast boat may cost.",
]
BODY = "".join(f"<p>{p}</p>" for p in P)
STORY = "\n\n".join(P)
LONG = "The board asks its readers to be polite and to stay with the matter, and it takes out what breaks these rules. "


def page(body: str, head: str = "") -> Draft:
    html = f"<html lang='en'><head><title>{TITLE}</title>{head}</head><body>{body}</body></html>"
    (draft,) = parse(html.encode(), "x.html")
    return draft


def story(body: str = BODY, before: str = "", after: str = "") -> str:
    return f"{before}<main><h1>{TITLE}</h1><div class='entry-content'>{body}</div></main>{after}"


@pytest.mark.parametrize(
    "body",
    [
        story(after=f"<div class='modal-window rules modalWindow'><section class='body'>{f'<p>{LONG}</p>' * 4}</section></div>"),
        story(before=f"<div class='breaking-news'><ul>{f'<li>Oslo: {LONG}</li>' * 9}</ul></div>"),
        story(before=f"<div class='news-ticker'><p>{LONG * 8}</p></div>"),
        story(BODY + f"<div class='nrplus-cta-wrap'><div class='plus-cta'><p>{LONG}</p></div></div>"),
        story(BODY + "<div>More Great Harbour Stories</div><ul>" + "<li>Why ships <a href='/s'>sink so often</a></li>" * 3 + "</ul>"),
        story("<div class='photo'><span class='newsCaption'>The ferry at its quay (Image: GETTY)</span></div>" + BODY),
        story(BODY.replace("Ola Brandt", "<span>Ola Brandt<span class='rollover-people-block'>Ola Brandt runs on</span></span>")),
        story("<p>Updated Nov 19, 6:55 AM; Posted Nov 19, 6:51 AM</p>" + BODY),
        story("<p>Lesezeit: 3 Minuten</p>" + BODY),
        story(BODY + "<p>Reporting by Ida Holm; Editing by Jonas Berg</p>"),
        story(BODY + "<p>Ida Holm and Jonas Berg contributed to this report.</p>"),
        story(after=f"<div style='display:none' itemscope><div itemprop='articleBody'>{' '.join(P)}</div></div>"),
        f"<div class='l-root'><article class='l-main'><h1>{TITLE}</h1><div class='l-sidebar-fixed l-article-body-segment'>"
        f"<div class='c-entry-content'>{BODY}</div></div></article><div class='comments'>{f'<p>{LONG}</p>' * 3}</div></div>",
        story(f"<noscript>{BODY}</noscript>"),
        f"{story()}<footer><p class='imprint'>{TITLE}</p></footer>",
    ],
    ids=[
        "dialog", "breaking", "ticker", "call to action", "labelled list", "caption", "hover card", "dates", "reading time",
        "reporting by", "contributed", "copy for machines", "sidebar layout", "without scripts", "title again",
    ],
)  # fmt: skip
def test_the_story_comes_out_and_nothing_else(body: str) -> None:
    assert page(body).text == STORY


def test_a_post_that_the_story_quotes_is_part_of_it() -> None:
    post = "<blockquote class='twitter-tweet'><p>So the night line ends, and nobody asked those who need it most.</p>&mdash; Ola (@ola) <a href='/x'>May 14</a></blockquote>"
    told = page(story(BODY + f"<div class='social-media-embed'>{post}</div>" + f"<p>{P[0]} Again.</p>")).text
    assert "nobody asked those who need it" in told


def test_a_gallery_whose_captions_are_its_text_keeps_them() -> None:
    slides = "".join(f"<figure><img><div class='slide-caption'>{p}</div></figure>" for p in P)
    assert P[2] in page(f"<main><h1>{TITLE}</h1>{slides}</main>").text


@pytest.mark.parametrize(
    "heading",
    [
        f"<span class='overline'>Ferries</span>{TITLE}",
        f"<span class='article-kicker'>Ferries</span><span class='hidden-dash'>: </span><span>{TITLE}</span>",
        f"<span>Open Seas</span><br><span itemprop='headline'>{TITLE}</span>",
        f"<time datetime='2024-05-14'>14 May</time> {TITLE}",
        "<span>Night ferry</span><span>to Norvik stops</span>",
    ],
)
def test_a_headline_is_read_without_what_stands_above_it(heading: str) -> None:
    assert page(f"<article><h1>{heading}</h1>{BODY}</article>").metadata["title"].value == TITLE


@pytest.mark.parametrize(
    ("field", "people"),
    [
        ("Alexa von Heyden", ["Alexa von Heyden"]),
        ("Geschrieben von Anna Beck", ["Anna Beck"]),
        ("Text und Fotos von Anna Beck", ["Anna Beck"]),
        ("Juan Carlos Soto C.", ["Juan Carlos Soto C."]),
        ("Perry Bacon Jr.", ["Perry Bacon Jr"]),
        ("Rodolfo Costa.", ["Rodolfo Costa"]),
        ("Matthieu Hy le", ["Matthieu Hy"]),
        ("Christoph Hein Chefredakteur", ["Christoph Hein"]),
        ("Redacción EC", []),
        ("Seemanns-Stiftung e.V.", []),
        ("No Author", []),
    ],
)
def test_an_author_is_a_person_with_the_whole_name(field: str, people: list[str]) -> None:
    assert cleaned([field]) == people


def test_the_person_behind_a_handle_goes_before_it() -> None:
    body = f"<article><h1>{TITLE}</h1><p class='byline'>By Ida Holm</p>{BODY}</article>"
    assert page(body, '<meta name="author" content="ida.holm">').metadata["author"].value == "Ida Holm"


def test_date_and_time_in_parts_that_stand_side_by_side_are_apart() -> None:
    body = f"<article><h1>{TITLE}</h1><p><span>28.09.2019</span><span>12:44</span></p>{BODY}</article>"
    assert page(body).metadata["published"].value == "2019-09-28"


FIRST = "The night line to the island ends after forty years, and nobody knows yet what comes after it."


@pytest.mark.parametrize(
    "body",
    [
        f"<form id='aspnetForm'><div><h1>{TITLE}</h1><p class='heading-des'>{FIRST}</p></div>{BODY}</form>",
        f"<article><h1>{TITLE}</h1><div>{'<svg><g><path d=x></path></g></svg>' * 40}</div><div>{FIRST}</div>{BODY}</article>",
        f"<article><header><div>Another title</div><p class='lead-paragraph'>{FIRST}</p></header>{BODY}</article>",
    ],
    ids=["all in a form", "behind icons", "without a headline"],
)
def test_a_standfirst_that_the_page_says_of_itself_comes_first(body: str) -> None:
    assert page(body, f'<meta property="og:description" content="{FIRST}">').text == f"{FIRST}\n\n{STORY}"
