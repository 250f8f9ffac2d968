"""Finds a story's standfirst: the sentence or two between the headline and the text, which outlets mark in many ways.

It is what the page's own description says, or stands beside the headline under a name for it, or in the headline's
header. Extractors take it for a teaser or leave it behind with the header.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any

from qa.corpus.boilerplate import is_boilerplate
from qa.intake.page.about.titles import plain
from qa.intake.page.end_matter import is_formula
from qa.intake.page.heading_matter import is_heading_matter

MAX_AWAY = 80  # blocks after the headline
MAX_ANYWHERE = 300  # blocks of a page without one
MIN_WORDS, MAX_LENGTH = 6, 900  # words and characters
MIN_WIDE = 15  # characters, where words are not apart
SAME = 45  # characters in which a description and a line are the same
MAX_LINKED = 0.5  # of its text
MIN_TEXT = 2  # paragraphs of running text after which no standfirst comes

_BLOCKS = frozenset("p h2 h3 h4 div section blockquote ul ol li span strong".split())
_HOLDS_BLOCKS = frozenset("p div section h1 h2 h3 h4 ul ol table figure article header".split())
_HEADERS = frozenset(("header", "hgroup"))
_NAME = re.compile(
    r"(?:^|[\s_-])(?:stand-?first|dek|deck|sub-?title|sub-?head(?:line|ing)?|sub-?hed|lead|lede|leadin|intro(?:duction|text)?|teaser"
    r"|summary|excerpt|abstract|chap[eô]au?|chapo|sommario|occhiello|entradilla|bajada|copete|subt[ií]tulo|sottotitolo|ingress"
    r"|manchet|vorspann|anleser|synopsis|description|preamble|perex|zajawka|blurb|tagline|strapline|resumen?|ingres|lid|gancho)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CUT = re.compile(r"(?:(?<!\s)\s++)?(?:(?<!\.)\.{2,}+|…|\[…\]|\[\.\.\.\])\s*+$")


def standfirst(body: Any, headline: Any | None, descriptions: Iterable[str], language: str = "") -> str | None:
    """Return its text; None where the page has none. Without a headline only the page's own description tells it."""
    candidates = [(node, text) for node, text in _candidates(body, headline) if not is_heading_matter(text, language)]
    said = [plain(_CUT.sub("", d)) for d in descriptions]
    for _, text in candidates:
        if any(_same(plain(text), d) for d in said):
            return text
    if headline is None:
        return None
    named = (text for node, text in candidates if _is_named(node, headline) or _shares_header(node, headline))
    return next(named, None)


def opens_with(text: str, line: str) -> bool:
    """Return True if a text has the line among its first paragraphs, whatever its quotes and spaces."""
    wanted = plain(line)[: 2 * SAME]
    return wanted in plain(text[: 4 * len(line) + 2_000])


def _candidates(body: Any, headline: Any | None) -> Iterator[tuple[Any, str]]:
    """Yield blocks of a sentence or two after the headline, until the text has begun."""
    elements = list(body.iter())
    if headline is not None and headline not in elements:
        return
    place = -1 if headline is None else elements.index(headline)
    inside = set() if headline is None else set(headline.iter())
    around = set() if headline is None else set(headline.iterancestors())
    blocks = (node for node in elements[place + 1 :] if node.tag in _BLOCKS and node not in inside)
    texts = 0
    for node in islice(blocks, MAX_AWAY if headline is not None else MAX_ANYWHERE):
        if any(inner.tag in _HOLDS_BLOCKS for inner in node.iterdescendants()):
            continue
        text = " ".join(node.text_content().split())
        if _is_a_sentence(node, text, around):
            yield node, text
            texts += node.tag == "p"
        if texts > MIN_TEXT:
            return


def _is_a_sentence(node: Any, text: str, around: Collection[Any]) -> bool:
    wide = sum(c >= "\u2e80" for c in text)
    if len(text) > MAX_LENGTH or (len(text.split()) < MIN_WORDS and wide < MIN_WIDE):
        return False
    if any(
        one.tag in ("figure", "figcaption", "nav", "aside", "footer", "a", "button", "form") and one not in around
        for one in node.iterancestors()
    ):
        return False
    linked = sum(len(a.text_content()) for a in node.iter("a"))
    return linked <= MAX_LINKED * len(text) and not (is_boilerplate(text) or is_formula(text))


def _same(text: str, description: str) -> bool:
    short = min(len(text), len(description))
    return short >= SAME and (text[:short] == description[:short] or description[: 2 * SAME] == text[: 2 * SAME])


def _is_named(node: Any, headline: Any) -> bool:
    """Return True if it, or what it stands in and the headline does not, has a name for a standfirst."""
    around = {headline, *headline.iterancestors()}
    for one in (node, *node.iterancestors()):
        if one in around:
            return False
        names = " ".join(one.get(a) or "" for a in ("class", "id", "itemprop", "data-testid", "data-component"))
        if _NAME.search(_CAMEL.sub("-", names[:300])):
            return True
    return False


def _shares_header(node: Any, headline: Any) -> bool:
    """Return True if it stands in the headline's header, after it."""
    header = next((one for one in headline.iterancestors(*_HEADERS)), None)
    return header is not None and header in node.iterancestors() and node.tag in ("p", "h2", "h3", "div")
