"""Further forms of the faults in `cases`, by the numbers of their kinds: mended is the kind, never the case.

docs/intake-formats.md counts how many of each kind failed before.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field

import pytest
from documents import docx, epub, mail, paragraph, xhtml, zipped

from qa.core.errors import ArticleError
from qa.core.types import Draft
from qa.intake.drafts import stated
from qa.intake.parsers import parse

P1 = "The ferry company of Norvik stopped its night line on Monday because two of its three captains are ill."
P2 = "Harbour master Ola Brandt said that the day line will run as before and that the post comes by train until June."
P3 = "The night line carries forty lorries a week, which now have to drive around the fjord for three hours."
STORY = f"{P1}\n\n{P2}\n\n{P3}"
BODY = f"<p>{P1}</p><p>{P2}</p><p>{P3}</p>"
TITLE, DAY = "Night ferry stops", "2023-02-07"


@dataclass(frozen=True)
class Variant:
    """A file, and what it must give."""

    name: str
    data: bytes
    articles: int = 1
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    known: dict[str, str | None] = field(default_factory=dict)
    refused: str = ""


def page(inside: str, head: str = "", lang: str = "en") -> bytes:
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{TITLE}</title>{head}</head>'
        f"<body>{inside}</body></html>"
    ).encode()


def story(around: str) -> bytes:
    return page(f"<header><h1>{TITLE}</h1></header>{around.format(BODY)}")


def head(fields: str, mark: str = "---") -> bytes:
    return f"{mark}\n{fields}\n{mark}\n{STORY}\n".encode()


def line(date: str, lang: str) -> bytes:
    return page(f'<article><h1>{TITLE}</h1><p class="info">{date}</p>{BODY}</article>', lang=lang)


def run(text: str, properties: str = "") -> str:
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


_VML = '<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata xmlns:r="r" r:id="no"/></v:shape></w:pict></w:r></w:p>'
_LONG = "".join(
    f"<p>Part {n} tells what the harbour of Norvik lost in the year 19{n:02}, and who paid.</p>" for n in range(40)
)
_GUIDE = (
    '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata/><manifest>'
    '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine>'
    '<guide><reference type="cover" href="a.xhtml"/></guide></package>'
)
_CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="b.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
_WHOLE = {"has": (P1, P2, P3)}

KIND_1 = [  # lost whole
    Variant("picture-vml.docx", docx(paragraph(P1) + _VML + paragraph(P3)), has=(P1, P3)),
    Variant("dead-note.docx", docx(paragraph(P1) + '<w:p><w:r><w:footnoteReference w:id="9"/></w:r></w:p>'), has=(P1,)),
    Variant("dead-link.docx", docx('<w:p><w:hyperlink xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="r99">' + run(P1) + "</w:hyperlink></w:p>"), has=(P1,)),
    Variant("bad-span.docx", docx(f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="x"/></w:tcPr>{paragraph(P1)}</w:tc></w:tr></w:tbl>'), has=(P1,)),
    Variant("cover-is-the-book.epub", zipped({"META-INF/container.xml": _CONTAINER, "b.opf": _GUIDE, "a.xhtml": xhtml(_LONG)}, first="application/epub+zip"), has=("Part 7 tells",)),
    Variant("date-dots.md", head(f"title: {TITLE}\ndate: 7.2.2023"), **_WHOLE, known={"title": TITLE, "published": DAY}),
    Variant("tab.md", head(f"title:\t{TITLE}\ntags:\n\t- ferry"), **_WHOLE, known={"title": TITLE}),
    Variant("percent.md", head(f"title: {TITLE}\nsubtitle: 40% of lorries: gone"), **_WHOLE, known={"title": TITLE}),
    Variant("at.md", head(f"title: {TITLE}\nauthor: @ola"), **_WHOLE, known={"title": TITLE}),
    Variant("mapping.md", head(f"title: {TITLE}\nauthor:\n  name: Ola Brandt\n  email: o@x.example"), **_WHOLE, known={"author": "Ola Brandt"}),
    Variant("hugo.json.md", (json.dumps({"title": TITLE, "date": "2023-02-07"}, indent=1) + f"\n\n{STORY}").encode(), **_WHOLE, known={"title": TITLE, "published": DAY}),
    Variant("multimarkdown.md", f"Title: {TITLE}\nAuthor: Ola Brandt\nDate: 2023-02-07\n\n{STORY}".encode(), **_WHOLE, known={"title": TITLE, "author": "Ola Brandt"}),
    Variant("from.txt", b"From ola@x.example Tue Feb  7 10:00:00 2023\n" + mail(STORY), **_WHOLE),
]  # fmt: skip

KIND_2 = [  # pages taken for clutter
    Variant("comments-enabled.html", story('<div class="single-post comments-enabled">{}</div>'), **_WHOLE),
    Variant("legal-news.html", story('<div class="legal-news-main">{}</div>'), **_WHOLE),
    Variant("consent-given.html", story('<div id="consent-given">{}</div>'), **_WHOLE),
    Variant("top.html", story('<div style="padding-top:0;top:0;margin-left:-200px">{}</div>'), **_WHOLE),
    Variant("gradient.html", story('<div style="background-clip:text;color:transparent">{}</div>'), **_WHOLE),
    Variant("shadow.html", story('<news-story><template shadowrootmode="open">{}</template></news-story>'), **_WHOLE),
    Variant("stream.html", page(f'<div>Loading</div><div hidden id="S:1a"><h1>{TITLE}</h1>{BODY}</div>'), **_WHOLE),
    Variant("prerendered.html", page(f'<div id="root" style="display:none"><h1>{TITLE}</h1>{BODY}</div>'), **_WHOLE),
    Variant("night.html", story('<div style="background:#101010"><div style="color:white">{}</div></div>'), **_WHOLE),
    Variant("newsletter-id.html", page(f'<main><h1>{TITLE}</h1><p>{P1}</p><section id="the-newsletter-that-failed"><h2>The newsletter that failed</h2><p>{P2}</p><p>{P3}</p></section></main>'), **_WHOLE),
    Variant("script-only.html", page("<script>var cookies = 'consent'; draw()</script><div id=app></div>"), refused="script"),
]  # fmt: skip

_PARTS = "".join(
    f'<div class="entry__text"><p>{"Word " * 30}{n}.</p><p>{"More " * 30}{n}.</p></div><div class="ad"></div>'
    for n in range(4)
)
_LD = {"@type": "NewsArticle", "headline": TITLE, "articleBody": STORY}
KIND_3 = [  # lost in part
    Variant("dek.html", page(f'<article><h1>{TITLE}</h1><h2 class="dek">Lorries must drive around the fjord while two captains are ill.</h2><div class="article-body">{BODY}</div></article>'), has=("Lorries must drive around", P1)),
    Variant("described.html", page(f'<header><h1>{TITLE}</h1><p class="x9">Lorries must drive around the fjord while two captains are ill at home.</p></header><article>{BODY}</article>', '<meta name="description" content="Lorries must drive around the fjord while two captains are ill at home.">'), has=("Lorries must drive around", P1)),
    Variant("chapo.html", page(f'<article><h1>{TITLE}</h1><div class="article__chapo"><p>Les camions doivent faire le tour du fjord car deux capitaines sont malades.</p></div>{BODY}</article>', lang="fr"), has=("Les camions doivent",)),
    Variant("parts.html", page(f"<article><h1>{TITLE}</h1>{_PARTS}</article>"), has=tuple(f"Word {n}." for n in range(4))),
    Variant("link.html", page(f'<article><h1>{TITLE}</h1><p>{P1}</p><p>They now <a href="/x">drive around the fjord, which takes three hours or more</a>.</p><p>{P2}</p><p>{P3}</p></article>'), has=("They now drive around",)),
    Variant("teaser.html", page(f"<article><h1>{TITLE}</h1><p>{P1}</p></article>", f'<script type="application/ld+json">{json.dumps(_LD)}</script>'), **_WHOLE),
    Variant("wg.eml", mail(f"Zur Kenntnis\n\n-------- Weitergeleitete Nachricht --------\nBetreff: {TITLE}\nDatum: Tue, 7 Feb 2023 10:00:00 +0100\nVon: Norvik Post <post@x.example>\nAn: a@x.example\n\n{STORY}", Subject=f"WG: {TITLE}"), **_WHOLE, known={"title": TITLE, "author": "Norvik Post"}),
    Variant("formula.docx", docx('<w:p>' + run("The share is ") + '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>3</m:t></m:r></m:den></m:f></m:oMath>' + run(" of all lorries.") + "</w:p>"), has=("The share is 1/3 of all lorries.",)),
]  # fmt: skip

KIND_4 = [  # foreign text
    Variant("saved.mht", mail(None, f"<html><body><nav><a href=/>Home</a><a href=/b>Sport</a></nav><article><h1>{TITLE}</h1>{BODY}</article><footer>About us</footer></body></html>", From="<Saved by WebKit>"), **_WHOLE, lacks=("Sport", "About us")),
    Variant("note.html.epub", epub({"a.xhtml": xhtml(f'<p>The line is old<a href="n.xhtml#n1" role="doc-noteref">1</a> and slow.</p>{_LONG}')}), has=("The line is old and slow.",)),
    Variant("callout.md", f"# {TITLE}\n\n> [!warning]- Lorries\n> {P1}\n\n{P2} ^a1\n\n%%\nnot to be read\n%%\n".encode(), has=("Lorries", P2), lacks=("[!", "^a1", "not to be read")),
    Variant("embed.md", f"{P1} ![[map.png|300]] See [[Norvik#History|the town]].\n\n- [x] {P2}".encode(), has=("See the town.", P2), lacks=("map.png", "[x]")),
    Variant("reply.eml", mail(f"Am 6. Februar 2023 um 09:12 schrieb Ola Brandt <ola@x.example>:\n> Wie lange noch?\n\n{P1}"), has=(P1,), lacks=("Wie lange", "schrieb")),
    Variant("classic.xml", f'<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>B</title><wp:wxr_version>1.2</wp:wxr_version><item><title>A</title><content:encoded><![CDATA[{P1}\n\n[embed]https://x.example/v[/embed]\n\n{P2}\n\n[su_note color="red"]{P3}[/su_note]]]></content:encoded><wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item><item><title>Secret</title><content:encoded>{P3} {P3}</content:encoded><wp:status>private</wp:status><wp:post_type>post</wp:post_type></item></channel></rss>'.encode(), has=(STORY,), lacks=("[embed", "su_note")),
    Variant("page.css", b"body { color: red; margin: 0 auto } /* the colours of the ferry company */", refused="style sheet"),
]  # fmt: skip

KIND_5 = [  # metadata
    Variant("cs.html", line("7. února 2023", "cs"), known={"published": DAY}),
    Variant("el.html", line("7 Φεβρουαρίου 2023", "el"), known={"published": DAY}),
    Variant("tr.html", line("7 Şubat 2023 Salı", "tr"), known={"published": DAY}),
    Variant("lt.html", line("2023 m. vasario 7 d.", "lt"), known={"published": DAY}),
    Variant("he.html", line("7 בפברואר 2023", "he"), known={"published": DAY}),
    Variant("bn.html", line("৭ ফেব্রুয়ারি ২০২৩", "bn"), known={"published": DAY}),
    Variant("fa.html", line("۱۸ بهمن ۱۴۰۱", "fa"), known={"published": DAY}),
    Variant("tw.html", line("民國112年2月7日", "zh-TW"), known={"published": DAY}),
    Variant("vi.html", line("Ngày 7 tháng 2 năm 2023", "vi"), known={"published": DAY}),
    Variant("caption.html", page(f"<article><h1>{TITLE}</h1><figure><figcaption>Photo of 1 May 2019</figcaption></figure>{BODY}</article>"), known={"published": None}),
    Variant("initials.html", page(f"<article><h1>{TITLE}</h1>{BODY}</article>", '<meta name="author" content="ob">'), known={"author": None}),
    Variant("family.html", page(f"<article><h1>{TITLE}</h1>{BODY}</article>", '<meta name="author" content="Brandt, Ola">'), known={"author": "Ola Brandt"}),
    Variant("given.html", page(f"<article><h1>{TITLE}</h1>{BODY}</article>", '<script type="application/ld+json">{"@type":"NewsArticle","author":{"@type":"Person","givenName":"Ola","familyName":"Brandt"}}</script>'), known={"author": "Ola Brandt"}),
    Variant("template.docx", docx(paragraph(P1), "<dc:title>Report 2023.dotx</dc:title><dc:creator>(unknown)</dc:creator>"), known={"title": None, "author": None}),
    Variant("long.jsonl", json.dumps({"text": P1, "url": f"https://x.example/{'a' * 700}"}).encode(), known={"url": f"https://x.example/{'a' * 700}"}),
]  # fmt: skip

KIND_6 = [  # messages and people's forms
    Variant("fields.jsonl", json.dumps({"headline": TITLE, "lede": "x"}).encode() + b"\n{}", refused="'lede'"),
    Variant("scraped.json", json.dumps([{"article_text": STORY, "publishedAt": "2023-02-07T10:00:00Z", "source": {"name": "Post"}}]).encode(), **_WHOLE, known={"outlet": "Post", "published": "2023-02-07T10:00:00+00:00"}),
    Variant("api.json", json.dumps({"status": "ok", "articles": [{"title": TITLE, "content": STORY}] * 1}, indent=1).encode(), **_WHOLE),
    Variant("settings.json", json.dumps({"name": "x", "version": "1", "scripts": {}}, indent=1).encode(), refused="'scripts'"),
    Variant("semicolons.csv", f"Titel;title;body;date\n1;{TITLE};{P1};07.02.2023\n".encode(), has=(P1,), known={"title": TITLE, "published": DAY}),
    Variant("instapaper.csv", b"URL,Title,Selection,Folder,Timestamp\nhttps://x.example/a,A,,Unread,1675764000\n", refused="qa add https://x.example/a"),
    Variant("page.html.gz", gzip.compress(page(f"<article><h1>{TITLE}</h1>{BODY}</article>")), **_WHOLE, known={"title": TITLE}),
    Variant("two.zip", zipped({"a.txt": P1, "b.md": f"# B\n\n{P2}", "__MACOSX/._a.txt": b"\0"}), articles=2, has=(P1,)),
    Variant("film.srt", b"1\r\n00:00:01,000 --> 00:00:03,000\r\n<b>The ferry</b> of Norvik\r\n\r\n2\r\n00:00:03,100 --> 00:00:05,000\r\nstopped on Monday.\r\n", has=("The ferry of Norvik stopped on Monday.",)),
    Variant("letter.rtf", rb"{\rtf1\ansi{\info{\title Night ferry stops}}\pard " + P1.encode() + rb"\par}", has=(P1,), known={"title": TITLE}),
]  # fmt: skip

ALL = [(n, v) for n, kind in enumerate((KIND_1, KIND_2, KIND_3, KIND_4, KIND_5, KIND_6), start=1) for v in kind]


def refusal(variant: Variant) -> str:
    """All that is said of why a file, or records of it, are no articles."""
    try:
        return " ".join(getattr(f, "reason", "") for f in parse(variant.data, variant.name))
    except ArticleError as error:
        return str(error)


@pytest.mark.parametrize(
    ("stated_title", "title"),
    [
        ("about:blank", None),
        ("file:///C:/Users/ann/ferry.html", None),
        ("https://example.org/ferry", None),
        ("About: the ferry", "About: the ferry"),
        ("Ferry sinks off Ulm By Jonas Kern 12 May 2024", "Ferry sinks off Ulm"),
        ("Ferry sinks off Ulm | by Jonas Kern | May 12, 2024", "Ferry sinks off Ulm"),
        ("Hundreds stranded by Storm Anna 12 May 2024", "Hundreds stranded by Storm Anna 12 May 2024"),
        ("What I learnt by walking", "What I learnt by walking"),
    ],
)
def test_an_address_is_no_title_and_a_byline_with_its_date_no_part_of_one(stated_title, title):
    found = stated("document properties", title=stated_title)
    assert (found["title"].value if found else None) == title


@pytest.mark.parametrize(("kind", "variant"), [pytest.param(n, v, id=f"kind-{n}-{v.name}") for n, v in ALL])
def test_another_form_of_a_mended_fault_gives_its_right_value(kind: int, variant: Variant) -> None:
    if variant.refused:
        assert variant.refused in refusal(variant)
        return
    drafts = [f for f in parse(variant.data, variant.name) if isinstance(f, Draft)]
    assert len(drafts) == variant.articles
    assert [words for words in variant.has if words not in drafts[0].text] == []
    assert [words for words in variant.lacks if words in drafts[0].text] == []
    known = drafts[0].metadata
    assert {k: known[k].value if k in known else None for k in variant.known} == variant.known
