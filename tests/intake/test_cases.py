"""Small files after what people really have: each gives its right value, whole, through the one door.

`cases` holds the inputs; a row says how many articles there are, what stands in the text and what is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from qa.core.errors import ArticleError
from qa.core.types import Draft, Link, Refusal
from qa.intake.folders import walk
from qa.intake.parsers import parse

CASES = Path(__file__).parent / "cases"
P1 = "The harbour board of Selmouth voted on Tuesday to close the old fish market after ninety years of trade."
P2 = (
    "Board chair Ida Lindqvist said the roof could no longer be repaired and that 41 traders would move to the north "
    "quay in October."
)
P3 = "The move will cost the city 3.2 million crowns, of which the state pays a third."
P4 = (
    "Traders had collected more than two thousand signatures against the plan, but only two of the nine members voted "
    "against it."
)
STORY = "\n\n".join((P1, P2, P3, P4))
TITLE, AUTHOR, DAY, TIME = "Fish market to close", "Jonas Berg", "2024-05-14", "2024-05-14T08:30:00+02:00"


@dataclass(frozen=True)
class Right:
    """What a file should give. A field that is None must be unknown; `text` is the first article's whole text."""

    articles: int = 1
    text: str | None = None
    begins: str = ""
    ends: str = ""
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    known: dict[str, str | None] = field(default_factory=dict)
    titles: tuple[str, ...] = ()


def page(name: str, **known: str | None) -> tuple[str, Right]:
    return f"page-{name}.html", Right(text=STORY, known=known)


ROWS: dict[str, Right] = {
    # lost or refused whole
    "docx-picture.docx": Right(has=(P1, P3)),
    "epub-source-url.epub": Right(3, known={"url": None}, has=("Chapter 1 tells in part 0",)),
    "feed-same-link.xml": Right(3),
    "epub-guide-toc.epub": Right(2, has=("Chapter 1 tells in part 0",)),
    **dict(
        page(name)
        for name in (
            "aem-cmp react-streaming margin-top bg-transparent white-text sidebar-grid comment-selection aria-hidden "
            "class-article-footer-on class-comments-open class-gdpr-text class-reactions-post class-text--comment"
        ).split()
    ),
    "page-section-id.html": Right(has=(P1, "Sharing the cost", P3, "Related work", P2, "Comments of the traders", P4)),
    "page-conde.html": Right(has=tuple(f"Sentence number {n} " for n in range(40))),
    **dict([page("jsonld-body", title=TITLE, author=AUTHOR, published=TIME)]),
    "fm-obsidian-clipper.md": Right(
        text=STORY,
        known={
            "title": TITLE,
            "author": "Jonas Berg, Ida Holm",
            "published": DAY,
            "url": "https://news.example.org/fish-market",
        },
    ),
    "fm-human-date.md": Right(text=STORY, known={"published": DAY, "author": AUTHOR, "title": TITLE}),
    "fm-published-true.md": Right(text=STORY, known={"published": DAY, "title": TITLE}),
    "fm-language-name.md": Right(text=STORY, known={"title": TITLE, "language": "en"}),
    "fm-jekyll-colon.md": Right(text=STORY, known={"title": "Harbour: fish market to close", "published": DAY}),
    "mail-from-line.eml": Right(text=f"{P1}\n\n{P2}", known={"published": TIME, "title": TITLE}),
    # part of the text lost
    "page-standfirst.html": Right(
        begins="The old hall goes: 41 traders must leave the fish market in October", has=(P1, P3, P4)
    ),
    "page-link-sentence.html": Right(has=(P1, "It also co-ordinates the harbour plans", P3, P4)),
    "page-repeated.html": Right(has=(P1, P3, "Walk to the quay")),
    "mail-fwd-newsletter.eml": Right(has=(P1, P2), known={"title": TITLE, "published": DAY}),
    "mail-fwd-plain.eml": Right(has=(P1, P2, P3, P4), known={"title": TITLE, "published": DAY}),
    "mail-on-day-wrote-story.eml": Right(begins="On Tuesday at 8:30 the board met in the old hall."),
    "docx-ruby.docx": Right(begins="東京の港湾"),
    "docx-altchunk.docx": Right(has=(P1, P3)),
    "pdf-hyphens.pdf": Right(
        has=(
            "price-determining",
            "long-term",
            "northern",
            "self-employed",
            "forty-one",
            "well-known",
            "1934-35",
            "market",
            "Franco-German",
        )
    ),
    # text that is not the story's, or in pieces
    "mht-chrome.mhtml": Right(
        text=STORY,
        known={
            "title": TITLE,
            "author": AUTHOR,
            "outlet": "Harbour News",
            "published": TIME,
            "url": "https://news.example.org/fish",
        },
    ),
    "mail-reply-bottom.eml": Right(text=P3),
    "feed-wordpress-export.xml": Right(
        1,
        begins=f"{P1}\n\n{P2}\n\n",
        ends=P3,
        lacks=("[caption", "[gallery", "unfinished", "First comment"),
        known={"title": TITLE},
    ),
    "fm-hugo-toml.md": Right(text=STORY, known={"title": TITLE, "author": AUTHOR, "published": TIME}),
    "fm-dots.md": Right(text=STORY, known={"title": TITLE, "author": AUTHOR, "published": DAY}),
    "fm-pandoc-title.md": Right(text=STORY, known={"title": TITLE, "author": AUTHOR, "published": DAY}),
    "md-obsidian-links.md": Right(
        has=("The harbour board of Selmouth voted", "the fish market after", "The move will cost the city"),
        lacks=("[[", "]]", "%%", "private comment", "[!note]", "[^1]", "==", "^block-id", "[x]", "[ ]"),
    ),
    "epub-noteref.epub": Right(has=("ninety years old when it closed in May.",)),
    "pdf-hebrew-words.pdf": Right(lacks=("\n\n",)),
    "docx-hidden.docx": Right(text="The board voted on Tuesday."),
    "subs.srt": Right(
        has=("The harbour board voted on Tuesday to close the old fish market.",),
        lacks=("00:00", "<i>", "-->", "\n1"),
    ),
    "subs.vtt": Right(
        has=("The harbour board voted on Tuesday to close the old fish market.",),
        lacks=("00:00", "<v", "-->", "WEBVTT", "made by hand"),
    ),
    "articles.csv": Right(2, known={"title": TITLE, "published": DAY, "url": "https://news.example.org/fish"}),
    "mail-newsletter.eml": Right(ends=P4, lacks=("Preheader", "View in browser")),
    "jats-noxmldecl.xml": Right(known={"title": TITLE}, has=(P1,)),
    # metadata
    "fm-jekyll.md": Right(text=STORY, known={"title": TITLE, "author": AUTHOR, "published": TIME}),
    "fm-authors-list.md": Right(
        text=STORY,
        known={"title": TITLE, "author": "Jonas Berg, Ida Holm", "published": TIME, "language": "en"},
    ),
    "fm-capital.md": Right(text=STORY, known={"title": TITLE, "author": AUTHOR, "published": DAY}),
    "md-setext.md": Right(has=(P1,), known={"title": TITLE, "author": AUTHOR, "published": DAY}),
    "page-tweet-date.html": Right(has=(P1, P2, P3, P4), known={"published": None}),
    "page-date-caption.html": Right(known={"published": DAY, "author": AUTHOR}),
    **{
        f"page-date-{name}.html": Right(known={"published": DAY})
        for name in "ar ar2 da fa fi hi hu ja-reiwa pl ru th uk updated-first".split()
    },
    "feed-relative-link.xml": Right(2, known={"url": "https://news.example.org/fish"}),
    **dict(
        [
            page("author-number", author=None),
            page("author-credit", author=AUTHOR),
            page("author-og", author="Jonas Berg, Ida Holm"),
            page("author-org", author=AUTHOR),
        ]
    ),
    "page-title-h3.html": Right(
        known={"title": "Why the fish market in Selmouth must close and what comes after it"}, has=(P1, P2)
    ),
    "docx-title-style.docx": Right(has=(STORY,), known={"title": TITLE}),
    "docx-title-normal-dotm.docx": Right(text=STORY, known={"title": None}),
    "pdf-anonymous.pdf": Right(known={"title": None, "author": None}),
    # messages and people's forms
    "json-newsplease.json": Right(text=STORY, known={"title": TITLE, "author": AUTHOR}),
    "json-newsplease-oneline.json": Right(text=STORY, known={"title": TITLE, "author": AUTHOR}),
    "json-field-content.jsonl": Right(text=STORY, known={"title": TITLE}),
    "json-field-maintext.jsonl": Right(text=STORY, known={"title": TITLE}),
    "json-field-variants.jsonl": Right(10, known={"published": DAY, "author": AUTHOR}),
    "json-jsonfeed.json": Right(text=STORY, known={"title": TITLE, "author": AUTHOR, "published": TIME}),
    "mail-two.mbox": Right(
        2, text=STORY, known={"title": TITLE, "author": AUTHOR, "published": "2024-05-14T08:30:01+02:00"}
    ),
}


def drafts(name: str) -> list[Draft]:
    path = CASES / name
    found = list(parse(path.read_bytes(), path.name))
    assert not [f for f in found if isinstance(f, Refusal)]
    return [f for f in found if isinstance(f, Draft)]


@pytest.mark.parametrize("name", ROWS)
def test_a_case_gives_its_right_value(name: str) -> None:
    right, found = ROWS[name], drafts(name)
    assert len(found) == right.articles
    text = found[0].text
    assert right.text is None or text == right.text
    assert text.startswith(right.begins)
    assert text.endswith(right.ends)
    assert [words for words in right.has if words not in text] == []
    assert [words for words in right.lacks if words in text] == []
    known = {k: found[0].metadata[k].value if k in found[0].metadata else None for k in right.known}
    assert known == right.known


def test_every_case_has_its_right_value() -> None:
    own = {"feed-dates.xml", "pocket.csv", "folder-saved-page"}  # below
    assert {path.name for path in CASES.iterdir()} == {*ROWS, *own}


def test_a_feeds_dates_are_read_as_people_write_them() -> None:
    dates = {d.metadata["title"].value: d.metadata.get("published") for d in drafts("feed-dates.xml")}
    right = {"cn": "2016-06-29", "us": DAY, "de": DAY, "fr": TIME, "epoch": DAY, "zero": None}
    for entry, day in right.items():
        found = dates[entry]
        assert (found and found.value[: len(day or "")]) == day, entry


def test_a_list_of_links_to_read_later_is_two_links_which_are_fetched() -> None:
    links = list(parse((CASES / "pocket.csv").read_bytes(), "pocket.csv"))
    assert [type(link) for link in links] == [Link, Link]


def test_of_a_folder_with_a_saved_page_the_page_is_an_article_and_its_parts_and_programs_are_none() -> None:
    listing = walk(CASES / "folder-saved-page")
    found: dict[str, str] = {}
    refused: dict[str, str] = {}
    for path in listing.files:
        try:
            one, *_ = parse(path.read_bytes(), path.name)
        except ArticleError as error:
            refused[path.name] = str(error)
        else:
            if isinstance(one, Draft):
                found[path.name] = one.text
    assert found.keys() == {"Fish market.html"}
    assert [found["Fish market.html"].count(part) for part in (P1, "Home", "rights")] == [1, 0, 0]
    assert refused.keys() == {"count.py"}
    assert "source" in refused["count.py"]
    assert {path.name for path in listing.hidden} == {"Icon", "saved_files", "subs.srt"}
    assert not listing.refused


def test_json_lines_keep_no_tags() -> None:
    found = drafts("json-field-variants.jsonl")
    assert found[8].text == f"{P1}\n\n{P2}"
    authors = [found[n].metadata["author"].value for n in (0, 1, 6, 7)]
    assert authors == ["Jonas Berg"] * 4
    assert [d.metadata["published"].value[:10] for d in found[:8]] == [DAY] * 8
    last = found[9].metadata
    assert (last["title"].value, last["outlet"].value) == ("Fish", "Harbour News")
    assert last["url"].value == "https://news.example.org/j"


def test_a_line_that_a_list_says_three_times_stays() -> None:
    (draft,) = drafts("page-repeated.html")
    assert draft.text.count("Drink a cup of water before the walk") == 3


def test_a_word_document_holds_its_chunks() -> None:
    (draft,) = drafts("docx-altchunk.docx")
    assert len(draft.text.split("\n\n")) == 3 or draft.notes


def test_a_forwarded_newsletter_is_its_senders() -> None:
    for name in ("mail-fwd-newsletter.eml", "mail-fwd-plain.eml"):
        (draft,) = drafts(name)
        known = draft.metadata
        assert "Harbour News" in (known.get("outlet") or known["author"]).value
