"""Takes from a page's tree what is not its story: what nobody sees, menus, banners, comments, links to other stories.

It knows HTML and the words that sites call such parts by in class, id and what else names them, in six languages, and
no site. It does not look for the story: what looks like clutter but holds the headline or most of the running text is
left alone.
"""

from __future__ import annotations

import re
from typing import Any

from qa.intake.page.links import remove_by_links
from qa.intake.page.sections import remove_sections
from qa.intake.page.tree import drop, running_text

MOSTLY = 0.5  # of the page's running text: a part with more is no side matter, whatever it is called
NEARLY_ALL = 0.8  # the same for what can hardly be anything but a sidebar
LITTLE = 200  # characters of running text: less than a paragraph or two
MAX_FORM = 400  # characters of a part that asks for something with a form
MAX_AD = 300  # characters of a part that begins with the word Advertisement
MAX_NAME = 300  # characters of class and id that are looked at

_UNSEEN_TAGS = frozenset(
    "script style noscript template iframe object embed svg canvas audio video map button input select textarea "
    "option datalist dialog amp-ad amp-embed amp-consent amp-sidebar amp-list amp-social-share".split()
)
_HIDING_STYLE = re.compile(
    r"display:none|visibility:hidden|font-size:0(?![.\d]*[1-9])|opacity:0(?![.\d]*[1-9])|(?:left|top|text-indent):-\d{3,}"
    r"|clip:rect\((?:0|1)px|transparent;?$|(?<!-)color:transparent"
)
_COLOUR = re.compile(r"(?<![-\w])color:([^;]+)")
_BACKGROUND = re.compile(r"background(?:-color)?:([^;]+)")
_WHITE = re.compile(r"^(?:white|#f{3}|#f{6}|rgba?\(255,255,255(?:,1)?\))$")
_CLUTTER_ROLES = frozenset(
    "navigation complementary contentinfo search dialog alertdialog menu menubar toolbar tooltip alert banner".split()
)

_PURPOSES = ("aria-label", "itemprop", "data-component", "data-module", "data-testid", "data-widget-type")

_NAME_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")
_NAME_NOISE = re.compile(
    r"(?:^|(?<=\s))(?:category|tag|type|is|js)-\S*|\S*layout\S*|(?:^|(?<=[\s_-]))(?:has|with|no|not|without)-\S*"
)


def _named(*words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b")


# Never the story, however long.
_SURELY = _named(
    r"comment(?!ar)\w*|kommentare?|commentaires?|comentarios?|reactions?|reacties|disqus|respond|responses|forum",
    "cookies?|consent|gdpr",
    "footer|legal|disclaimers?|disclosures?|imprint|impressum",
)
_SIDEBAR = _named("side ?bar")
# Not the story, unless it holds most of the running text.
_PROBABLY = _named(
    "nav|navi(?:gation)?|navbar|menu|breadcrumbs?|pagination|pager|toolbar|skip",
    "shar(?:e|ing)|social|sociable|sharedaddy|addtoany|bookmarks?|sns|follow us",
    "related|recommend(?:ed|ations?)?|recirc(?:ulation)?|trending|popular|outbrain|taboola|promos?",
    "most (?:read|popular|viewed|recent)|(?:read|see|view) (?:more|also|next)|more (?:on|from|stories|news|links)",
    "also (?:like|read)|rich link|next (?:post|article|story)|prev(?:ious)? (?:post|article|story)",
    "relacionad[ao]s?|lire aussi|verwandte|weiterlesen|siehe auch|kanren|correlat[ie]",
    r"newsletters?|subscrib\w*|subscription|sign ?up|log ?in|register|registration|donat(?:e|ion)s?|membership",
    "paywall (?:prompt|box|banner|barrier|overlay)|meter(?:ed)? wall",
    "adverts?|advertisements?|advertising|sponsor(?:ed)?|affiliates?|dfp",
    "modal|popup|pop up|lightbox|toast|tooltip|notification|cmp|privacy (?:notice|prompt|manager|cent(?:er|re))",
    "sr only|visually ?hidden|screen reader text|hidden text|noprint|no print|print hint|trust (?:badge|project)",
    "author (?:bio|box|info|card|profile|details)|about (?:the )?author|profile card",
)
# Words for parts of a page as well as for the look of a story: clutter only where there is little running text.
_PERHAPS = _named(
    "ads?|banner|overlay|teasers?|(?<!elementor )widgets?|shop|commerce|deals?|piano",
    "tags?|topics?|keywords|categories|etiquetas|schlagworte|copyright|rights|credits?",
    "bio|post author|contributors?|writers?",
    "feedback|rating|survey|poll|report (?:error|a typo)|discussion",
)
_AUTHOR = re.compile(r"(?:author|publisher|creator)(?: person| organization)?")

_AD_LABEL = re.compile(
    r"^(?:advertisements?|advertorial|sponsored|anzeige|werbung|publicité|publicidad|pubblicità)\W*$", re.I
)
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_SIDE_TAGS = frozenset(("nav", "aside", "footer"))
_INLINE = frozenset("a abbr b bdi cite code em font i mark q small span strong sub sup time u".split())


def remove_unseen(body: Any) -> None:
    """Take out what a reader of the page does not see, and comments."""
    for node in list(body.iter()):
        if not isinstance(node.tag, str) or (node is not body and _is_unseen(node)):
            drop(node)


def remove_clutter(body: Any, headline: Any | None = None, host: str | None = None) -> None:
    """Take out what a reader sees and does not read as the story. Its heading is `headline`, the site's name `host`,

    each where it is known.
    """
    prose = running_text(body)
    keepers = _keepers(body, headline)
    for node in list(body.iter()):
        if node is body or node in keepers or node.tag in _INLINE or node.getparent() is None:
            continue
        name = _name(node)
        if _SURELY.search(name) or _is_side(node, name, prose[node], prose[body]) or _is_ad(node):
            drop(node)
    remove_sections(body, keepers, prose)
    remove_by_links(body, keepers, host)


def _is_unseen(node: Any) -> bool:
    if node.tag in _UNSEEN_TAGS:
        return True
    if node.get("hidden") is not None or node.get("aria-hidden") == "true":
        return True
    style = node.get("style")
    return bool(style) and _hides("".join(style.lower().split()))


def _hides(style: str) -> bool:
    if _HIDING_STYLE.search(style):
        return True
    colour, ground = _COLOUR.search(style), _BACKGROUND.search(style)
    if colour is None:
        return False
    if ground is None:
        return bool(_WHITE.match(colour[1]))
    return colour[1] == ground[1] or bool(_WHITE.match(colour[1]) and _WHITE.match(ground[1]))


def _purpose(node: Any) -> str:
    """What its other attributes say that it is: `aria-label`, a component's name, a type of schema.org."""
    said = [node.get(attribute) or "" for attribute in _PURPOSES]
    said.append((node.get("itemtype") or "").rstrip("/").rsplit("/", 1)[-1])
    return " ".join(_NAME_PARTS.findall(" ".join(said)[:MAX_NAME])).lower()


def _name(node: Any) -> str:
    """The words of class and id: `relatedLinks-box` is `related links box`. A heading's id is an anchor of a menu."""
    id = "" if node.tag in _HEADINGS else node.get("id") or ""
    raw = f"{node.get('class') or ''} {id}"[:MAX_NAME]
    return " ".join(_NAME_PARTS.findall(_NAME_NOISE.sub(" ", raw))).lower()


def _is_side(node: Any, name: str, prose: int, total: int) -> bool:
    if node.tag == "aside" or _SIDEBAR.search(name):
        return prose <= NEARLY_ALL * total
    if node.get("role") in _CLUTTER_ROLES or node.tag in _SIDE_TAGS or _PROBABLY.search(name):
        return prose <= MOSTLY * total
    if prose <= LITTLE and (_PERHAPS.search(name) or (prose <= MOSTLY * total and _asks(node))):
        return True
    return _serves_else(_purpose(node), prose, total)


def _asks(node: Any) -> bool:
    """Whether it is a form, with the few words around it that say what for."""
    small = node.tag in ("div", "section", "form") and len(node.text_content()) <= MAX_FORM
    return small and next(node.iter("form"), None) is not None


def _serves_else(purpose: str, prose: int, total: int) -> bool:
    """Whether what it is for is not to tell the story, unless it holds most of the page."""
    if prose > MOSTLY * total or not purpose:
        return False
    if _SURELY.search(purpose) or _PROBABLY.search(purpose):
        return True
    return prose <= LITTLE and bool(_PERHAPS.search(purpose) or _AUTHOR.fullmatch(purpose))


def _is_ad(node: Any) -> bool:
    """Whether it is a small part that calls itself an advertisement."""
    if node.tag not in ("div", "table", "section", "td", "li"):
        return False
    words = next((t.strip() for t in node.itertext() if t.strip()), "")
    return bool(_AD_LABEL.match(words)) and len(" ".join(node.itertext())) <= MAX_AD


def _keepers(body: Any, headline: Any | None) -> set[Any]:
    """The elements that hold the story's heading, or say that they hold its text."""
    marked = [n for n in body.iter() if n.get("itemprop") == "articleBody" or n.tag == "main"]
    headings = list(body.iter("h1")) if headline is None else [headline]
    return {*marked, *headings, *(a for n in [*marked, *headings] for a in n.iterancestors())}
