"""Pages become articles: the story and nothing beside it, what the page states and nothing guessed."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import ROOT
from webpages import SITE, STORY, TITLE, draft, html

from qa.core.errors import ArticleError
from qa.core.types import METADATA
from qa.corpus.canonical import canonical_text
from qa.intake.dates import stated_date
from qa.intake.encodings import Decoded, decoded_page
from qa.intake.page.about.authors import byline, cleaned
from qa.intake.page.end_matter import is_formula
from qa.intake.page.extract import parse

PAGES = ROOT / "bench" / "extraction" / "pages"
LABELS = {p["file"]: p for p in json.loads((ROOT / "bench" / "extraction" / "labels.json").read_text("utf-8"))}


def stated(field: str, head: str = "", before: str = "", inside: str = "", **more: str) -> tuple[str, str] | None:
    found = draft(html(head=head, before=before, inside=inside, **more)).metadata.get(field)
    return None if found is None else (found.value, found.origin)


def json_ld(**node: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **node})}</script>'


def test_paragraphs_and_headings_are_blocks_and_the_title_is_not_repeated():
    text = draft(html(inside="<h2>A fault an hour before</h2>")).text
    assert text.split("\n\n") == [*STORY[:2], "A fault an hour before", *STORY[2:]]


@pytest.mark.parametrize(
    "block",
    [
        '<nav><a href="/">Home</a> <a href="/news">All the news of the day from our own reporters</a></nav>',
        '<div class="cookie-banner"><p>We and our partners store and access information on your device.</p></div>',
        '<div class="relatedLinks"><p>The last lighthouse keeper of the northern coast goes home for good.</p></div>',
        '<p>Read more: <a href="/x">The last lighthouse keeper goes home</a></p>',
        '<p><a href="/x">The last lighthouse keeper goes home after forty years</a></p>',
        '<p><b>Lire aussi</b> <a href="/x">Le dernier gardien de phare rentre chez lui</a></p>',
        '<section id="comments"><p>I was on that ferry and nobody told us anything at all for an hour.</p></section>',
        '<div class="newsletter-box"><p>Have the news of the day in your mailbox before breakfast, free.</p></div>',
        "<footer><p>The Harbour Gazette is published by Harbour Media, registered in Sandvik since 1903.</p></footer>",
        "<p>© 2024 Harbour Gazette. All rights reserved. No part of this site may be reproduced.</p>",
        "<p>Alle Rechte vorbehalten. Vervielfältigung nur mit Genehmigung des Verlags.</p>",
        "<div><div>Advertisement</div><p>Buy tyres at Hansen's, now with free fitting on Saturdays.</p></div>",
        '<aside role="complementary"><p>Our editors choose the five stories of the day that matter most.</p></aside>',
    ],
    ids=lambda b: b[:28],
)
def test_what_is_not_the_story_does_not_become_text(block: str):
    """Wherever it stands: before, in the middle, behind."""
    for place in ("before", "inside", "after"):
        assert draft(html(**{place: block})).text.split("\n\n") == list(STORY), place


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>{}</p>",
        '<p style="display: none">{}</p>',
        '<div style="visibility:hidden"><p>{}</p></div>',
        '<p aria-hidden="true">{}</p>',
        '<p style="font-size:0px">{}</p>',
        '<p style="opacity: 0.0">{}</p>',
        '<p style="position:absolute;left:-9999px">{}</p>',
        '<p style="color:#FFF; background:white">{}</p>',
        "<noscript><p>{}</p></noscript>",
        "<template><p>{}</p></template>",
        "<!-- <p>{}</p> -->",
        "<script>document.write('{}')</script>",
        "<textarea>{}</textarea>",
        "<iframe><p>{}</p></iframe>",
    ],
)
def test_what_a_reader_does_not_see_does_not_become_text(hidden: str):
    secret = "The mayor secretly owns the ferry and was paid two million by its insurers."
    assert draft(html(inside=hidden.format(secret))).text.split("\n\n") == list(STORY)


def test_visible_styles_hide_nothing():
    seen = '<p style="color:#fff;background:#000;opacity:0.9;font-size:0.9em">The harbour was closed until noon.</p>'
    assert "closed until noon" in draft(html(inside=seen)).text


def test_a_story_about_cookies_and_comments_keeps_its_words():
    """The words of clutter are clutter in the names of parts, not in sentences."""
    told = "“We use cookies,” the minister said, “and the website must accept that comments are moderated.”"
    assert told in draft(html(inside=f"<p>{told}</p>")).text


@pytest.mark.parametrize("end", ["<br><br>", "<div>", "<p>", "<section>"])
def test_paragraphs_need_no_paragraph_tags(end: str):
    story = "".join(f"{end}{s}" + (end.replace("<", "</") if end in ("<div>", "<section>") else "") for s in STORY)
    page = f"<title>{TITLE}</title><table><tr><td><a href=/>Home</a></td><td><h1>{TITLE}</h1>{story}</td></tr></table>"
    assert [b for b in draft(page).text.split("\n") if b] == list(STORY)


def test_rows_of_a_table_are_lines():
    table = "<table><tr><th>Harbour</th><th>2023</th></tr><tr><td>Sandvik</td><td>30.9</td></tr></table>"
    assert "Harbour  2023\nSandvik  30.9" in draft(html(inside=table)).text


@pytest.mark.parametrize("name", sorted(f for f, p in LABELS.items() if p["package"] is None and "body" in p))
def test_every_page_of_ours_gives_up_its_title_and_date(name: str):
    label = LABELS[name]
    found = draft((PAGES.parent / name).read_bytes()).metadata
    assert found["title"].value in label["title"]
    assert (found["published"].value[:10] if "published" in found else None) == (label["date"] or [None])[0]


@pytest.mark.parametrize("name", sorted(f for f, p in LABELS.items() if p["package"] is None and "body" not in p))
def test_a_page_without_a_story_is_refused_and_told_why(name: str):
    with pytest.raises(ArticleError, match=r"(?s)page.*\. .*add"):
        draft((PAGES.parent / name).read_bytes())


def test_the_end_matter_of_a_press_release_is_not_the_story():
    about = "<h3>About Orion Pumps</h3><p>Orion Pumps, founded in 1871, builds pumps for water works.</p>"
    contact = "<h3>Media contact</h3><p>Kim Berge, press office, +47 555 01 234</p>"
    assert draft(html(after=about + contact)).text.split("\n\n") == list(STORY)
    told = "<h3>About midnight</h3><p>The second lifeboat reached the ship and took off the crew.</p>"
    assert "The second lifeboat" in draft(html(inside=told)).text


# Metadata.


def test_every_field_is_one_of_a_drafts_and_names_its_origin():
    found = draft((PAGES / "news.html").read_bytes()).metadata
    assert set(found) == set(METADATA)
    assert all(f.value and f.origin for f in found.values())


def test_json_ld_is_believed_first():
    head = (
        json_ld(
            headline=TITLE,
            datePublished="2024-03-12T07:41:00+01:00",
            dateModified="2024-03-13T09:02:00+01:00",
            author=[{"name": "Marta Dahl"}, {"name": "Odd Nygård"}],
            publisher={"name": "Harbour Gazette"},
            inLanguage="en-GB",
        )
        + '<meta property="article:published_time" content="2020-01-01">'
    )
    found = {k: (f.value, f.origin) for k, f in draft(html(head=head)).metadata.items()}
    assert found["published"] == ("2024-03-12T07:41:00+01:00", "json-ld")
    assert found["author"] == ("Marta Dahl, Odd Nygård", "json-ld")
    assert found["outlet"] == ("Harbour Gazette", "json-ld")
    assert found["language"] == ("en-GB", "json-ld")


@pytest.mark.parametrize(
    "script",
    [
        '{"@graph":[{"@type":"WebSite","name":"X"},{"@type":"NewsArticle","headline":"T","datePublished":"2024-03-12"}]}',
        '[{"@type":"BreadcrumbList"},{"@type":["Article"],"headline":"T","datePublished":"2024-03-12"}]',
        '<!-- {"@type":"NewsArticle","headline":"T", "datePublished":"2024-03-12",} -->',
        '{"@type":"NewsArticle","headline":"T // no comment", // a comment\n"datePublished":"2024-03-12"}',
        '{"@type":"https://schema.org/BlogPosting","headline":"a\nb","datePublished":"2024-03-12"}',
        '//<![CDATA[\n{"@type":"Article","headline":"T","datePublished":"2024-03-12"}\n//]]>',
    ],
)
def test_json_ld_is_read_as_loosely_as_it_is_written(script: str):
    assert stated("published", f'<script type="application/ld+json">{script}</script>') == ("2024-03-12", "json-ld")


def test_authors_by_reference_are_found():
    story = {"@type": "Article", "headline": "T", "author": {"@id": "#p"}}
    head = json_ld(**{"@type": "WebPage", "@graph": [story, {"@id": "#p", "name": "Ines Okafor"}]})
    assert stated("author", head) == ("Ines Okafor", "json-ld")


def test_json_ld_of_other_stories_says_nothing_about_this_one():
    other = {"@type": "NewsArticle", "headline": "X", "datePublished": "2020-01-01"}
    assert stated("published", json_ld(**{"@type": "ItemList", "itemListElement": [other]})) is None


@pytest.mark.parametrize(
    ("head", "origin"),
    [
        ('<meta property="article:published_time" content="2024-03-12T06:41:00Z">', "article:published_time"),
        ('<meta name="DC.date.issued" content="2024-03-12">', "meta dc.date.issued"),
        ('<meta itemprop="datePublished" content="2024-03-12">', "meta datepublished"),
        ('<meta name="pubdate" content="March 12, 2024 07:41">', "meta pubdate"),
        ('<meta name="date" content="20240312">', "meta date"),
    ],
)
def test_the_meta_tags_state_the_date(head: str, origin: str):
    found = stated("published", head)
    assert found is not None
    assert (found[0][:10], found[1]) == ("2024-03-12", origin)


def test_the_page_itself_states_the_date_beside_its_headline():
    assert stated("published", inside='<time datetime="2024-03-12T07:41:00+01:00">today</time>') == (
        "2024-03-12T07:41:00+01:00",
        "time",
    )
    assert stated("published", before="<p>12 March 2024</p>") == ("2024-03-12", "date line")


@pytest.mark.parametrize(
    "where",
    [
        {"after": "<footer>© 2019 Harbour Gazette</footer>"},
        {"head": '<meta property="og:updated_time" content="2024-03-12T07:41:00Z">'},
        {"head": '<meta property="article:modified_time" content="2024-03-12T07:41:00Z">'},
        {"head": '<link rel="canonical" href="https://x.example/2024/03/12/ferry">'},
        {"before": "<p>Updated: 12 March 2024</p>"},
        {"head": json_ld(headline=TITLE, dateModified="2024-03-12")},
        {"head": '<meta name="date" content="0001-01-01T00:00:00">'},
    ],
    ids=str,
)
def test_a_date_that_is_not_stated_stays_unknown(where: dict[str, str]):
    """Neither the year of a copyright, nor a date of change, nor an address, nor today."""
    assert "published" not in draft(html(**where)).metadata


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("2023-11-06T13:00:15.055Z", "", "2023-11-06T13:00:15+00:00"),
        ("2013-12-30T14:42:01-0700", "", "2013-12-30T14:42:01-07:00"),
        ("2021-01-03T17:40:00EET", "", "2021-01-03"),
        ("Mon, 20 Jan 2020 09:49:32 GMT", "", "2020-01-20T09:49:32+00:00"),
        ("Saturday, December 27, 2014, 12:06 PM", "en", "2014-12-27"),
        ("Von Jürgen Weiß | 3. März 2024, 17:05 Uhr", "de", "2024-03-03"),
        ("Publié le 14 février 2023 à 18h05", "fr", "2023-02-14"),
        ("Tarifa | 28/11/2020 - 10:15", "es", "2020-11-28"),
        ("2015年6月8日 09時30分", "ja", "2015-06-08"),
        ("03/04/2024", "en-US", "2024-03-04"),
        ("03/04/2024", "de", "2024-04-03"),
        ("03/04/2024", "en", None),
        ("25/04/2024", "en", "2024-04-25"),
        ("31 February 2024", "en", None),
        ("20 May", "en", None),
        ("1529283660000", "", None),
    ],
)
def test_a_date_counts_when_day_month_and_year_are_certain(text: str, language: str, day: str | None):
    assert stated_date(text, language) == day


@pytest.mark.parametrize(
    ("values", "people"),
    [
        (["By Marta Dahl"], ["Marta Dahl"]),
        (["Tomás Riquelme, Hanna Lie and Odd Nygård, The Ledger"], ["Tomás Riquelme", "Hanna Lie", "Odd Nygård"]),
        (["https://www.facebook.com/marta", "@marta", "marta@x.example"], []),
        (["The Ledger", "admin", "Editorial Team"], []),
        (["Süddeutsche.de GmbH, Munich, Germany"], []),
        (["Martin King, Jr.", "martin king jr"], ["Martin King Jr"]),
        (["<b>Ines&nbsp;Okafor</b>"], ["Ines Okafor"]),
    ],
)
def test_authors_are_people(values: list[str], people: list[str]):
    assert cleaned(values, ["The Ledger"]) == people


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("Analysis by Joan Biskupic, CNN Senior Supreme Court Analyst", ["Joan Biskupic"]),
        ("Von Markus Balser, Berlin", ["Markus Balser"]),
        ("Posted by Ned Deily at 5:11 AM", ["Ned Deily"]),
        ("Text by Lucie Armand. Photographs by Idris Kone.", ["Lucie Armand"]),
        ("Written by Kavya Raman | Updated: August 20, 2022", ["Kavya Raman"]),
        ("By the end of the week the strait was open again", []),
        ("Ferry runs aground", []),
    ],
)
def test_a_byline_says_who_wrote(line: str, people: list[str]):
    assert byline(line) == people


@pytest.mark.parametrize(
    "title",
    [f"{TITLE} | {SITE}", f"{TITLE} - {SITE}", f"{SITE}: {TITLE}", f"{TITLE} » News » {SITE}"],
)
def test_a_title_does_not_name_the_site(title: str):
    head = '<meta property="og:site_name" content="Harbour Gazette">'
    page = html(head=head).replace(f"<title>{TITLE}", f"<title>{title}").replace(f"<h1>{TITLE}</h1>", "")
    found = draft(page).metadata
    assert (found["title"].value, found["outlet"].value) == (TITLE, "Harbour Gazette")


def test_the_heading_that_says_the_same_is_the_title():
    head = '<meta property="og:title" content="Ferry aground off Vesk">'
    found = draft(html(head=head, before="<h1>We value your privacy</h1>")).metadata
    assert (found["title"].value, found["title"].origin) == (TITLE, "h1")


@pytest.mark.parametrize(
    ("head", "address", "url"),
    [
        ('<link rel="canonical" href="https://x.example/a">', None, "https://x.example/a"),
        ('<link rel="canonical" href="/a">', "https://x.example/b?c", "https://x.example/a"),
        ('<meta property="og:url" content="https://x.example/a">', "https://x.example/b", "https://x.example/a"),
        ("", "https://x.example/b", "https://x.example/b"),
        ('<link rel="canonical" href="javascript:alert(1)">', None, None),
        ('<link rel="canonical" href="file:///etc/passwd">', "ftp://x.example/", None),
        ('<link rel="canonical" href="http://[">', None, None),
    ],
)
def test_the_address_is_of_the_web_or_unknown(head: str, address: str | None, url: str | None):
    found = draft(html(head=head), address).metadata.get("url")
    assert (found.value if found else None) == url


# Encodings.

CHARSETS = (
    None,
    "utf-8",
    "utf-16",
    "x-user-defined",
    "nonsense",
    "replacement",
    "base64",
    "rot13",
    "é",
    "\x00",
    "cp850",
)


@pytest.mark.parametrize(
    ("encoding", "label"),
    [
        ("utf-8", "utf-8"),
        ("windows-1252", "iso-8859-1"),
        ("shift_jis", "Shift_JIS"),
        ("euc-jp", "x-euc-jp"),
        ("koi8-r", "koi8-r"),
        ("gb18030", "gb2312"),
    ],
)
def test_a_stated_encoding_is_read_as_the_standard_says(encoding: str, label: str):
    words = {"windows-1252": "“Café” – 5 €", "koi8-r": "Ракета", "utf-8": "“Café” – 据"}.get(encoding, "図書館")
    page = f'<meta charset="{label}"><p>{words}'
    assert decoded_page(page.encode(encoding)) == Decoded(page)
    assert decoded_page(f"<p>{words}".encode(encoding), label) == Decoded(f"<p>{words}")


def test_a_guessed_encoding_is_said():
    read = decoded_page("<p>Ракета попала в дом на рассвете, сообщили спасатели в понедельник".encode("windows-1251"))
    assert "Ракета попала" in read.text
    assert read.note == "Read as windows-1251: its encoding is not stated."
    [one] = parse(html(inside="<p>Der Café-Besitzer überquerte die Straße.</p>").encode("windows-1252"), "x")
    assert one.notes == ("Read as windows-1252: its encoding is not stated.",)
    assert "überquerte die Straße" in one.text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_marked_and_wide_encodings_are_read(encoding: str):
    assert "“alive”" in decoded_page("<p>“alive”</p>".encode(encoding)).text


def test_utf8_that_claims_to_be_latin_is_utf8():
    page = '<meta charset="iso-8859-1"><p>“Café”'
    assert decoded_page(page.encode()) == Decoded(page)


@given(st.binary(max_size=300), st.sampled_from(CHARSETS))
def test_any_bytes_are_text(data: bytes, charset: str | None):
    assert isinstance(decoded_page(data, charset).text, str)


# Whatever is given.

EATEN = ("attributes", "class")
PIECES = (
    "<p>", "</p>", "<div>", "</div>", "<h1>", "</h1>", "<table>", "<tr>", "<td>", "</table>", "<b>", "</i>", "<br>",
    "<a href=/x>", "</a>", "<script>", "</script>", "<!--", "-->", "<svg>", "<body>", "</body>", "<html lang=de>",
    "<frameset>", "<title>", "<style>", "&amp;", "&#0;", "\x00", "<article>", "<time datetime=2024-03-12>",
    "<meta name=author content='A B'>", "<form>", "<select>", "<ul>", "<li>", *STORY,
    "word ", "日本語の文章。", "\u202e", "<p hidden>secretly",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@settings(max_examples=150)
def test_any_page_gives_canonical_text_or_is_refused(page: str):
    try:
        one = draft(page)
    except ArticleError:
        return
    assert one.text
    assert canonical_text(one.text) == one.text
    assert "secretly" not in one.text.split("<")[0] or "hidden" not in page
    assert set(one.metadata) <= set(METADATA)


@given(st.permutations(STORY), st.sampled_from(["p", "div", "section", "li"]))
@settings(max_examples=40)
def test_no_markup_is_in_the_text(paragraphs: list[str], tag: str):
    inner = "".join(f"<{tag}>{p.replace(' ', ' <em>', 1).replace(',', '</em>,', 1)}</{tag}>" for p in paragraphs)
    text = draft(f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{inner}</body></html>").text
    assert "<" not in text
    assert [line for line in text.split("\n") if line] == paragraphs


@pytest.mark.parametrize("tag", ["p", "div", "blockquote"])
@pytest.mark.parametrize("at", range(len(STORY)))
def test_a_story_most_of_which_is_one_paragraph_is_whole(at: int, tag: str):
    long = " ".join(f"{STORY[at][:-1]}, and so on for the {n}th time." for n in range(40))
    paragraphs = [*STORY[:at], long, *STORY[at + 1 :]]
    inner = "".join(f"<{tag}>{p}</{tag}>" if p == long else f"<p>{p}</p>" for p in paragraphs)
    text = draft(f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{inner}</body></html>").text
    assert text.split("\n\n") == paragraphs


@pytest.mark.parametrize(
    "page",
    [
        "<html><body>" + "<div>" * 200_000 + "deep" + "</div>" * 200_000,
        "<html><body><p>" + "<b>bold words " * 50_000,
        html(inside="<table><tr>" + "<td>cell</td>" * 600_000 + "</tr></table>"),
        "<div><ul><li><a href=x><table><tr><td>word " * 20_000,
        html(inside="<p>" + "x" * 1_000_000),
        html(inside="<br>" * 300_000),
        "<" * 1_000_000,
        html(inside="<a href=" * 100_000),
        html(head="<script type='application/ld+json'>" + "[" * 100_000 + "</script>"),
        html(head="<meta name=author content='" + "By A, " * 100_000 + "'>"),
        html(inside="<div class='" + "related-" * 100_000 + "'>"),
        html(inside="<div style='" + "a:b;" * 100_000 + "'>"),
    ],
    ids="depth unclosed cells everything word breaks angles attributes json authors class style".split(),
)
def test_a_hostile_page_ends_with_text_or_is_refused(page: str, request: pytest.FixtureRequest):
    """And never with less than the story, but where the rest of it is inside a link or a part for other stories."""
    begun = time.thread_time()
    try:
        text = draft(page).text
    except ArticleError:
        text = ""
    assert time.thread_time() - begun < 60
    assert text == "" or all(p in text for p in STORY if p in page) or request.node.callspec.id in EATEN


def test_a_page_nested_as_deep_as_pages_are_is_read():
    assert draft(f"{'<div>' * 600}{html()}{'</div>' * 600}").text.split("\n\n") == list(STORY)


def test_entities_and_doctypes_read_nothing(tmp_path: Path):
    canary = tmp_path / "canary"
    canary.write_text("The secret word is plover and it stands in a file of this machine.")
    declared = f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file://{canary}">]>'
    text = draft(declared + html(inside="<p>&x;</p>").removeprefix("<!DOCTYPE html>")).text
    assert "plover" not in text
    assert STORY[0] in text


@pytest.mark.parametrize("line", [*STORY, "“We use cookies,” he said.", "Related work was cited by both of them."])
def test_no_line_of_a_story_is_a_formula(line: str):
    assert not is_formula(line)
