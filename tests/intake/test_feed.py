"""Feeds: every entry that holds text is an article, with what the feed says of it."""

from __future__ import annotations

from itertools import islice

import pytest
from documents import WORDS, rss

from qa.core.errors import ArticleError
from qa.core.types import Draft, Refusal
from qa.intake.formats.messages import feed
from qa.intake.formats.messages.feed import parse

LONG = f"<p>{WORDS}</p><p>{WORDS}</p>"
ITEM = (
    "<title>A &amp;amp; B &lt;i&gt;win&lt;/i&gt;</title><link>https://vesk.example/1</link><guid>n1</guid>"
    "<pubDate>Tue, 07 May 2024 10:00:00 +0200</pubDate><dc:creator>Marta Dahl</dc:creator>"
    f"<description>Short.</description><content:encoded><![CDATA[{LONG}]]></content:encoded>"
)


def only(data: bytes) -> Draft:
    (draft,) = parse(data, "x")
    assert isinstance(draft, Draft)
    return draft


def test_an_entry_has_its_whole_text_and_what_the_feed_says_of_it() -> None:
    draft = only(rss(ITEM))
    assert draft.text == f"{WORDS}\n\n{WORDS}"
    assert {k: (v.value, v.origin) for k, v in draft.metadata.items()} == {
        "title": ("A & B win", "feed entry"),
        "outlet": ("The Vesk Gazette", "feed"),
        "author": ("Marta Dahl", "feed entry"),
        "published": ("2024-05-07T10:00:00+02:00", "feed entry"),
        "language": ("en-gb", "feed"),
        "url": ("https://vesk.example/1", "feed entry"),
    }
    assert draft.notes == ()


ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Gazette</title><entry>
<title type="html">The &lt;b&gt;harbour&lt;/b&gt;</title><link rel="alternate" href="https://vesk.example/2"/>
<id>tag:vesk.example,2024:2</id>{dates}<author><name>Marta</name></author><author><name>Jan</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One.</p><p>Two.</p></div></content></entry></feed>"""


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-16", "Größe, 市当局"),
        ("windows-1252", "Größe – “Café”"),
        ("shift_jis", "市当局は木曜日に"),
        ("koi8-r", "Власти города объявили"),
    ],
)
def test_a_feed_is_read_in_the_encoding_that_it_states(encoding: str, text: str) -> None:
    item = f"<title>{text}</title><description>{text}</description>"
    data = rss(item).decode().replace('encoding="utf-8"', f'encoding="{encoding}"').encode(encoding)
    draft = only(data)
    assert (draft.text, draft.metadata["title"].value) == (text, text)


def test_atom_is_read_and_a_last_change_is_called_one() -> None:
    both = "<published>2024-05-07T10:00:00-03:00</published><updated>2024-05-09T10:00:00Z</updated>"
    draft = only(ATOM.format(dates=both).encode())
    assert draft.text == "One.\n\nTwo."
    assert draft.metadata["title"].value == "The harbour"
    assert draft.metadata["author"].value == "Marta, Jan"
    assert (draft.metadata["published"].value, draft.metadata["published"].origin) == (
        "2024-05-07T10:00:00-03:00",
        "feed entry",
    )
    changed = only(ATOM.format(dates="<updated>2024-05-09T10:00:00Z</updated>").encode()).metadata["published"]
    assert (changed.value, changed.origin) == ("2024-05-09T10:00:00+00:00", "feed entry, updated")
    assert "published" not in only(ATOM.format(dates="").encode()).metadata


def test_rdf_with_dublin_core_is_read() -> None:
    data = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        b' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Gazette</title></channel><item rdf:about="u">'
        b"<title>T</title><link>https://vesk.example/3</link><dc:date>2024-05-07</dc:date>"
        b"<description>The tank is green.</description></item></rdf:RDF>"
    )
    draft = only(data)
    assert draft.text == "The tank is green."
    assert (draft.metadata["published"].value, draft.metadata["published"].origin) == ("2024-05-07", "feed entry")
    assert draft.metadata["outlet"].value == "Gazette"


def test_a_teaser_is_kept_and_called_one() -> None:
    draft = only(rss("<title>T</title><description>The tank is green, it turned out...</description>"))
    assert draft.text == "The tank is green, it turned out..."
    assert "only the beginning" in draft.notes[0]


def test_an_entry_without_text_is_named_and_the_others_go_on() -> None:
    bare = "<title>Bare</title><link>https://vesk.example/4</link>"
    first, second, third = parse(rss(bare, ITEM, "<description> </description>"), "x")
    assert first == Refusal(
        "Bare", "The feed holds its title and no text. Add its page instead: https://vesk.example/4"
    )
    assert isinstance(second, Draft)
    assert isinstance(third, Refusal)
    assert third.name == "entry 3"


def test_what_a_blog_system_appends_is_out() -> None:
    tail = '<p>The post <a href="x">A</a> appeared first on <a href="y">Gazette</a>.</p>'
    item = f"<title>A</title><content:encoded><![CDATA[{LONG}{tail}]]></content:encoded>"
    assert only(rss(item)).text == f"{WORDS}\n\n{WORDS}"


def test_a_feed_that_collects_others_names_the_outlet_of_each() -> None:
    item = '<title>A</title><description>The tank is green.</description><source url="x">The Post</source>'
    outlet = only(rss(item)).metadata["outlet"]
    assert (outlet.value, outlet.origin) == ("The Post", "feed entry")


def test_plain_text_with_angle_brackets_is_not_markup() -> None:
    atom = ATOM.replace(
        'type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One.</p><p>Two.</p></div>',
        'type="text">3 &lt; 4 &amp;&amp; 5 &gt; 4',
    )
    assert only(atom.format(dates="").encode()).text == "3 < 4 && 5 > 4"


def test_a_feed_that_is_not_well_formed_is_read_as_far_as_it_goes() -> None:
    data = rss(ITEM, "<title>B & C</title><description>The tank is <b>green.</description>")
    drafts = list(parse(data, "x"))
    assert any("The tank is green." in d.text for d in drafts if isinstance(d, Draft))


def test_a_feed_without_entries_is_refused() -> None:
    with pytest.raises(ArticleError, match="without entries"):
        list(parse(rss(), "x"))


def test_entries_beyond_the_limit_are_named(monkeypatch) -> None:
    monkeypatch.setattr(feed, "MAX_ENTRIES", 2)
    *drafts, last = parse(rss(*[ITEM] * 3), "x")
    assert len(drafts) == 2
    assert last == Refusal("entries from 3 on", "The feed has 3 entries; the first 2 were read. Split it.")


def test_entries_come_one_by_one() -> None:
    assert len(list(islice(parse(rss(*[ITEM] * 50), "x"), 3))) == 3
