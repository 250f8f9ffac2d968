"""Takes from a page what its links show not to be the story: ways to other stories, bars to share it, house rules.

Where a link goes is the same in every language: a bar of links that pass the page's address on is a bar to share it, a
paragraph whose links are the site's terms and privacy policy speaks for the site. Knows forms of addresses and no host.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import Any
from urllib.parse import urlsplit

from qa.intake.page.tree import MIN_RUN, drop
from qa.intake.phrases import any_of, phrases

MOSTLY = 0.5  # of a list's items, of a part's text
LINKED = 0.85  # of a block's text: with more in links it is a way to somewhere else
MIN_OWN = 2  # words outside its links that a sentence has: "It also ...", "..., the board said."
MAX_LABEL = 40  # characters before the colon of "Our standards: ..."
MIN_TITLE = 4  # words of a link that is the title of something, not a name as in "Director: Greta Holm"
MIN_WIDE = 8  # characters of it, where words are not apart
MAX_BAR = 200  # characters of a bar to share a page, with what it says about itself
MAX_SAID = 60  # of those outside its links, where only one link shares
MIN_RULES = 2  # links to house rules: a story may link to one
MAX_RULE_WORDS = 5  # in the address of house rules; that of a story about them has more
MAX_RULES = 800  # characters of a part that holds mostly house rules

_BLOCKS = frozenset("p div li td section ul ol table h1 h2 h3 h4 h5 h6 article blockquote dl pre figure".split())
_BARS = ("p", "div", "section", "ul", "ol", "menu", "footer", "header", "table")
_PHRASES = phrases(__package__, "links.toml")
_FORMULA = re.compile(rf"^\W*(?:{any_of(_PHRASES, 'formula')})\W*", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?…。؟।][\"'”’»)]*$")
_WORD = re.compile(r"[^\W\d_]+")
_LABEL = re.compile(rf"^[^.!?。！？:：|]{{2,{MAX_LABEL}}}(?:[:：|]|>>|»)$")
_CALLS = re.compile(r"\s*(?:tel|mailto|sms|geo):", re.IGNORECASE)
_ADDRESS_IN = r"(?:url|u|uri|text|title|link|href|body|subject|status|media|content)="
_SHARES = re.compile(
    rf"^(?:mailto:|whatsapp:|sms:|viber:|tg:)[^?]*\?(?:.*&)?{_ADDRESS_IN}|"
    r"/(?:sharer?|share-?article|share-?offsite|sharing|intent|submit|pin/create|send|msg|home)\b[^?]*"
    rf"\?(?:.*&)?{_ADDRESS_IN}",
    re.IGNORECASE,
)
_RULES = re.compile(rf"\b(?:{any_of(_PHRASES, 'rules')})\b", re.IGNORECASE)


def remove_by_links(body: Any, keepers: Container[Any], host: str | None) -> None:
    """Take them out; `keepers` hold the story's heading or its text, `host` is the page's own where it is known."""
    for bar in [node for node in body.iter(*_BARS) if node not in keepers and _is_share_bar(node)]:
        drop(bar)
    for rules in [node for node in body.iter("p", "div", "li", "section", "small") if _are_house_rules(node, host)]:
        if (whole := _part_of_rules(rules, keepers)) is not None:
            drop(whole)
    for node in list(_ways_elsewhere(body)):
        drop(node)


def _ways_elsewhere(body: Any) -> Iterator[Any]:
    """Yield blocks without inner blocks whose text is links; items and cells where most of their list or table is."""
    yield from (node for node in body.iter("p", "div", "section") if _is_way_elsewhere(node) or _is_labelled(node))
    for whole in body.iter("ul", "ol", "table"):
        parts = whole.iterchildren("li") if whole.tag != "table" else whole.iterdescendants("td")
        filled = [part for part in parts if len(part) or (part.text or "").strip()]
        ways = [part for part in filled if _is_way_elsewhere(part)]
        if len(ways) > MOSTLY * len(filled):
            yield from ways


def _is_way_elsewhere(node: Any) -> bool:
    if _has_blocks(node) or _is_sentence(node):
        return False
    linked = sum(len(_words(a)) for a in node.iter("a") if a.get("href"))
    rest = _FORMULA.sub("", _words(node), count=1)
    return bool(linked) and linked >= LINKED * len(rest)


def _is_sentence(node: Any) -> bool:
    """Return True if it is a sentence between paragraphs of running text, with words of its own around the link."""
    if node.tag != "p" or not _SENTENCE.search(text := _words(node)):
        return False
    own = text
    for a in node.iter("a"):
        own = own.replace(_words(a), " ", 1)
    if len(_WORD.findall(_FORMULA.sub("", own, count=1))) < MIN_OWN or ":" in own:
        return False
    return all(beside is not None and len(_words(beside)) >= MIN_RUN for beside in _neighbours(node))


def _neighbours(node: Any) -> tuple[Any, Any]:
    """Return the paragraphs before and after."""
    before, after = node.getprevious(), node.getnext()
    return (
        before if before is not None and before.tag == "p" else None,
        after if after is not None and after.tag == "p" else None,
    )


def _is_labelled(node: Any) -> bool:
    """Return True if it is a label with a colon and the title of one thing elsewhere, and nothing more."""
    links = [a for a in node.iter("a") if a.get("href")]
    if len(links) != 1 or _has_blocks(node) or _CALLS.match(links[0].get("href")):
        return False
    text, title = _words(node), _words(links[0])
    label = text.removesuffix(".").removesuffix(title.removesuffix(".")).strip()
    long = len(title.split()) >= MIN_TITLE or sum(c >= "\u2e80" for c in title) >= MIN_WIDE
    return long and _LABEL.match(label) is not None


def _is_share_bar(node: Any) -> bool:
    """Return True if all its links pass the page on, or lead nowhere, and little else is said."""
    links = [a for a in node.iter("a") if a.get("href")]
    sharing = [a for a in links if _SHARES.search(a.get("href"))]
    if not sharing or any(a not in sharing and not _leads_nowhere(a) for a in links):
        return False
    text = _words(node)
    said = len(text) - sum(len(_words(a)) for a in links)
    return len(text) <= MAX_BAR and (len(sharing) > 1 or said <= MAX_SAID)


def _leads_nowhere(link: Any) -> bool:
    return str(link.get("href")).strip().lower().startswith(("#", "javascript:"))


def _are_house_rules(node: Any, host: str | None) -> bool:
    """Return True if its links, two at least, all lead to what this site lays down: terms, privacy, conduct."""
    links = [a.get("href") for a in node.iter("a") if a.get("href")]
    return len(links) >= MIN_RULES and not _has_blocks(node) and all(_is_rule(link, host) for link in links)


def _is_rule(link: str, host: str | None) -> bool:
    try:
        address = urlsplit(link.strip())
    except ValueError:
        return False
    if address.netloc and (address.hostname or "").removeprefix("www.") != (host or "").removeprefix("www."):
        return False
    last = address.path.rstrip("/").rsplit("/", 1)[-1].replace("_", "-")
    return bool(_RULES.search(last)) and len(re.findall(r"\w+", last.rsplit(".", 1)[0])) <= MAX_RULE_WORDS


def _part_of_rules(rules: Any, keepers: Container[Any]) -> Any:
    """Return the largest part, small still, of which they are most; None where they stand in a list with others."""
    size, part = len(_words(rules)), rules
    for above in rules.iterancestors():
        whole = len(_words(above))
        if above in keepers or above.getparent() is None or whole > MAX_RULES or size <= MOSTLY * whole:
            break
        part = above
    return None if size > MAX_RULES or part in keepers else part


def _has_blocks(node: Any) -> bool:
    return any(inner.tag in _BLOCKS for inner in node.iterdescendants())


def _words(node: Any) -> str:
    return " ".join("".join(node.itertext()).split())
