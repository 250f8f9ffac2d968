"""What a page says about itself: title, outlet, authors, date, language, address, each with where it stands.

Read in the order in which publishers mean it: JSON-LD, the meta tags, then what is printed around the headline. What is
not stated is left out: no date from an address or a copyright line, no date of change where one of publication is
wanted, no author who is the outlet itself.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from qa.core.types import Found
from qa.intake.dates import stated_date
from qa.intake.page.about.authors import byline, cleaned, is_handle, looks_like_a_name
from qa.intake.page.about.jsonld import article_body, article_node, names, people
from qa.intake.page.about.printed import (
    CHANGED,
    DATE_LABEL,
    Stated,
    is_of_else,
    marks_author,
    marks_publication,
    moment_of,
    printed_lines,
    story_headings,
    without_changes,
    words_of,
)
from qa.intake.page.about.titles import best_title, plain, site_name

MAX_LINE = 150  # characters of a byline or date line; more is a paragraph
LINES_BEFORE, LINES_AFTER = 4, 8  # around the headline, where such lines stand
MAX_PARTS = 2  # elements in a line that says that a date follows
MAX_AWAY = 80  # elements from the headline within which an element marked as author or time is the story's

_DATES = """
article:published_time og:article:published_time og:published_time datepublished dc.date.issued dcterms.issued dc.date
dcterms.date dc.date.created dcterms.created parsely-pub-date sailthru.date article_date_original
citation_publication_date citation_date prism.publicationdate cxenseparse:recs:publishtime publication_date
publicationdate publish-date publish_date publishdate pubdate date
""".split()
_AUTHORS = """
author article:author og:article:author article_author parsely-author sailthru.author cse_author byl dc.creator
dcterms.creator citation_author
""".split()
_TITLES = "og:title twitter:title dc.title dcterms.title citation_title parsely-title sailthru.title title".split()
_DESCRIPTIONS = "description og:description twitter:description dc.description sailthru.description".split()
_OUTLETS = """
og:site_name article_publication_name prism.publicationname citation_journal_title dc.publisher dcterms.publisher
application-name
""".split()
_LANGUAGES = "og:locale language content-language dc.language dcterms.language inlanguage".split()

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", re.IGNORECASE)


class PageAbout:
    """A page's own statements about its article; made from the whole tree, before anything is taken out."""

    def __init__(self, tree: Any, address: str | None = None) -> None:
        self._tree = tree
        self._address = address
        self._metas = list(_metas(tree))
        self._node = article_node(tree)
        self.language = next(self._languages(), ("", ""))[0]
        document_title = " ".join(next((t.text or "" for t in tree.iter("title")), "").split())
        outlets = list(self._outlets())
        titles = [*self._titles(), *([(document_title, "title")] if document_title else [])]
        headings = list(story_headings(tree, titles))
        self._title, heading = best_title(titles, headings, [*(v for v, _ in outlets), *self._hosts()])
        self._sites = [value for value, _ in outlets]
        named = site_name(document_title, self._title[0]) if self._title else None
        self._outlet = _chosen(outlets, named)
        self._elements = list(tree.iter())
        self._place = self._elements.index(heading) if heading is not None else self._found_title()
        self.title = self._title[0] if self._title else None
        self.body = article_body(self._node)
        self.descriptions = list(self._descriptions())
        self.headline = None if self._place is None else self._elements[self._place]
        self._lines = list(self._lines_around())

    def fields(self) -> dict[str, Found]:
        """Return the fields of a draft that the page states."""
        stated: dict[str, Stated | None] = {
            "title": self._title,
            "outlet": self._outlet,
            "author": next(self._authors(), None),
            "published": next(self._dates(), None),
            "language": next(self._languages(), None),
            "url": next(self._addresses(), None),
        }
        lines = {k: (" ".join(v[0].split()), v[1]) for k, v in stated.items() if v is not None}
        return {k: Found(*v) for k, v in lines.items() if v[0]}

    def _meta(self, wanted: list[str]) -> Iterator[Stated]:
        for key in wanted:
            yield from ((value, key if ":" in key else f"meta {key}") for name, value in self._metas if name == key)

    def _titles(self) -> Iterator[Stated]:
        yield from ((name, "json-ld") for name in names(self._node.get("headline", [])))
        yield from self._meta(_TITLES)

    def _outlets(self) -> Iterator[Stated]:
        """Yield names of the publication, the likeliest first."""
        metas = list(self._meta(_OUTLETS))
        yield from metas[:1]
        yield from ((name, "json-ld") for name in names(self._node.get("publisher", [])))
        yield from metas[1:]

    def _descriptions(self) -> Iterator[str]:
        """Yield what the page says of its story in a sentence or two, as it is for others to show."""
        described = self._node.get("description"), self._node.get("alternativeHeadline")
        yield from (html.unescape(one) for one in described if isinstance(one, str))
        yield from (value for value, _ in self._meta(_DESCRIPTIONS))

    def _hosts(self) -> Iterator[str]:
        for value, _ in self._addresses():
            yield (urlsplit(value).hostname or "").removeprefix("www.")
            yield (urlsplit(value).hostname or "").removeprefix("www.").rsplit(".", 1)[0]

    def _languages(self) -> Iterator[Stated]:
        marked = [(self._tree.get("lang") or self._tree.get("xml:lang") or "", "html lang")]
        said = [(name, "json-ld") for name in names(self._node.get("inLanguage", []))]
        for value, origin in [*marked, *said, *self._meta(_LANGUAGES)]:
            tag = value.strip().replace("_", "-")
            if _LANGUAGE.fullmatch(tag):
                yield tag, origin

    def _addresses(self) -> Iterator[Stated]:
        links = [link for link in self._tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split()]
        found = [(link.get("href") or "", "canonical link") for link in links]
        found += self._meta(["og:url"])
        entity = self._node.get("mainEntityOfPage")
        found += [(v, "json-ld") for v in (entity, self._node.get("url")) if isinstance(v, str)]
        for value, origin in [*found, *([(self._address, "address")] if self._address else [])]:
            whole = urljoin(self._address or "", value.strip())
            if _is_web(whole):
                yield whole, origin

    def _dates(self) -> Iterator[Stated]:
        """Yield dates of publication, the most trusted first."""
        stated = [(v, "json-ld") for v in [self._node.get("datePublished")] if isinstance(v, str)]
        stated += self._meta(_DATES)
        marked = [e for e in self._elements if e.get("itemprop") == "datePublished"]
        stated += [(moment_of(e), "itemprop datePublished") for e in marked]
        times = [e for e in self._near("time") if not CHANGED.search(words_of(e)) and not is_of_else(e)]
        stated += [(moment_of(e), "time") for e in times if marks_publication(e)]
        stated += [(line, "date line") for line in self._lines if DATE_LABEL.search(line)]
        stated += [(moment_of(e), "time") for e in times]
        stated += [(line, "date line") for line in self._lines]
        stated += [(line, "date line") for line in self._labelled_lines()]
        for value, origin in stated:
            if day := stated_date(without_changes(value), self.language):
                yield day, origin

    def _labelled_lines(self) -> Iterator[str]:
        """Yield short lines anywhere that begin by saying that a date follows."""
        for element in self._elements:
            if element.tag in ("p", "li", "div", "span") and len(element) <= MAX_PARTS:
                line = words_of(element)
                if len(line) <= MAX_LINE and DATE_LABEL.match(line):
                    yield line

    def _authors(self) -> Iterator[Stated]:
        """Yield all authors in one line, from the first place that names a person."""
        said = [*self._sites, self._outlet[0] if self._outlet else ""]
        candidates = [(cleaned(people(self._node.get("author", [])), said), "json-ld")]
        for key in _AUTHORS:
            values = list(self._meta([key]))
            candidates += [(cleaned([v for v, _ in values], said), origin) for _, origin in values[:1]]
        candidates += [(self._marked_authors(said), "byline")]
        candidates += [(byline(line, said), "byline") for line in self._lines]
        named = [(people, origin) for people, origin in candidates if people]
        named.sort(key=lambda found: all(map(is_handle, found[0])))  # the person behind a handle goes before it
        yield from ((", ".join(people), origin) for people, origin in named)

    def _marked_authors(self, said: list[str]) -> list[str]:
        """Return those in elements near the headline that say that they name an author."""
        people: list[str] = []
        place = None  # where the first stands; its neighbours are authors too, others have other parts in the page
        for element in self._near(None):
            text = words_of(element)
            if marks_author(element) and len(text) <= MAX_LINE and place in (None, element.getparent()):
                named = [p for p in byline(text, said) or cleaned([text], said) if looks_like_a_name(p)]
                place = element.getparent() if named else place
                people += named
        return cleaned(people, said)

    def _near(self, tag: str | None) -> list[Any]:
        """Return elements around the headline, those after it first."""
        if self._place is None:
            return []
        after = self._elements[self._place : self._place + MAX_AWAY]
        before = self._elements[max(self._place - MAX_AWAY, 0) : self._place]
        return [e for e in [*after, *reversed(before)] if isinstance(e.tag, str) and (tag is None or e.tag == tag)]

    def _found_title(self) -> int | None:
        """Return the place of the title when it is in no heading."""
        if self._title is None:
            return None
        wanted = plain(self._title[0])
        places = (n for n, e in enumerate(self._elements) if e.text and e.tag != "title" and plain(e.text) == wanted)
        return next(places, None)

    def _lines_around(self) -> Iterator[str]:
        """Yield short lines after the headline, then those before it, the nearest first."""
        if self._place is None:
            return
        head = self._elements[self._place]
        body = self._tree.body if self._tree.body is not None else self._tree
        lines: list[str] = []
        here = 0
        for text, holder in printed_lines(body):
            if holder is head or head in holder.iterancestors():
                here = len(lines)
            elif is_of_else(holder):
                continue
            lines.append(text)
        after, before = lines[here + 1 : here + 1 + LINES_AFTER], lines[max(here - LINES_BEFORE, 0) : here]
        yield from (line for line in [*after, *reversed(before)] if len(line) <= MAX_LINE)


def _metas(tree: Any) -> Iterator[tuple[str, str]]:
    for meta in tree.iter("meta"):
        value = html.unescape(meta.get("content") or "").strip()
        for key in ("property", "name", "itemprop", "http-equiv"):
            if value and meta.get(key):
                yield meta.get(key).strip().lower(), value


def _chosen(outlets: list[Stated], named: str | None) -> Stated | None:
    """Return the outlet: what the document's title names too, else the likeliest."""
    agreed = [o for o in outlets if named and plain(o[0]) == plain(named)]
    fallback = [(named, "title")] if named else []
    return next(iter([*agreed, *outlets, *fallback]), None)


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
