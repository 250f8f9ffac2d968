"""Takes from a page's tree what is not its story: what nobody sees, menus, banners, comments, links to other stories.

It knows HTML and the words that sites call such parts by in class, id and what else names them, in six languages, and
no site. It does not look for the story: what looks like clutter but holds the headline or most of the running text is
left alone.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from qa.intake.page.about.titles import plain
from qa.intake.page.links import remove_by_links
from qa.intake.page.sections import remove_sections
from qa.intake.page.tree import drop, running_text, told_before
from qa.intake.phrases import any_of, phrases

MOSTLY = 0.5  # of the page's running text: a part with more is no side matter, whatever it is called
NEARLY_ALL = 0.8  # the same for what can hardly be anything but a sidebar
MUCH = 0.2  # the same for a part that says it is the story's text
TOLD = 200  # characters of running text before comments that are longer than their story
LITTLE = 200  # characters of running text: less than a paragraph or two
MAX_FORM = 400  # characters of a part that asks for something with a form
MAX_AD = 300  # characters of a part that begins with the word Advertisement
MAX_CAPTION = 500  # characters of the words under a picture
MAX_NAME = 300  # characters of class and id that are looked at

_CLUTTER_ROLES = frozenset(
    "navigation complementary contentinfo search dialog alertdialog menu menubar toolbar tooltip alert banner".split()
)

_PURPOSES = ("aria-label", "itemprop", "data-component", "data-module", "data-testid", "data-widget-type")

_NAME_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")
_NAME_NOISE = re.compile(
    r"(?:^|(?<=\s))(?:category|tag|type|is|js)-\S*|\S*(?:layout|grid|columns?)(?=[\s_-]|$)\S*"
    r"|(?:^|(?<=[\s_-]))(?:has|with|no|not|without|allow|show|hide|hidden|enable|disable)-\S*"
    r"|(?<=\s)\S+-(?:on|off|open|opened|closed|enabled|disabled|allowed|active|ready|visible)(?=\s|$)"
    r"|^\S+-(?:on|off|open|opened|closed|enabled|disabled|allowed|active|ready|visible)(?=\s|$)"
)
_ELEMENT_OF = re.compile(r"(?<!\S)[\w-]*?[^\W_]__(?=[^\W_])")  # of a block's element only its own name counts


_PHRASES = phrases(__package__, "clutter.toml")


def _named(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{any_of(_PHRASES, name)})\b")


# A request for consent, which has whole texts in it.
_CONSENT = _named("consent")
# What opens over the page.
_DIALOG = _named("dialog")
# In the middle of a line, shown when the pointer stands on a word.
_HOVERING = _named("hovering")
# The words under a picture.
_CAPTION = _named("caption")
# Seldom the story.
_SURELY = _named("surely")
_SIDEBAR = _named("sidebar")
# Not the story, unless it holds most of the running text.
_PROBABLY = _named("probably")
# Words for parts of a page as well as for the look of a story: clutter only where there is little running text.
_PERHAPS = _named("perhaps")
_AUTHOR = re.compile(r"(?:author|publisher|creator)(?: person| organization)?")

_AD_LABEL = re.compile(
    r"^(?:advertisements?|advertorial|sponsored|anzeige|werbung|publicité|publicidad|pubblicità)\W*$", re.I
)
_STORY_NAME = re.compile(
    r"(?:\w{1,2} )?(?:the )?(?:article|story|post|entry|news|blog|single|page|main|content)? ?"
    r"(?:body|content|text|main|inner|copy|html)(?: (?:body|content|text|inner|container|wrapper|segment|section))?"
    r"|(?:article|story|post|entry)(?: (?:main|full|single))?|rich text"
)
_PARTS = ("div", "section", "article", "main", "td")
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_SIDE_TAGS = frozenset(("nav", "aside", "footer"))
_POST = re.compile(r"\b(?:twitter|instagram|bluesky|tiktok|mastodon|threads|text-post|fb)-(?:tweet|media|embed|post)\b")
_INLINE = frozenset("a abbr b bdi cite code em font i mark q small span strong sub sup time u".split())


def remove_clutter(body: Any, headline: Any | None = None, host: str | None = None) -> None:
    """Take out what a reader sees and does not read as the story.

    Its heading is `headline`, the site's name `host`, each where it is known.
    """
    prose = running_text(body)
    keepers = _keepers(body, headline)
    names = {node: _name(node) for node in body.iter() if node.tag not in _INLINE}
    shared = _shared(names, prose)
    kept = {body, *keepers, *_said_to_be_the_story(body, prose), *_quoted_posts(body)}
    above = _above(body, headline, prose)
    for node in list(body.iter()):
        if node in kept or node.tag in _INLINE or node.getparent() is None:
            continue
        name = names[node]
        size = max(prose[node], shared.get(name, 0))
        surely = bool(_SURELY.search(name)) and _may_be_beside(node, size, prose, prose[body])
        surely = surely or (bool(_CONSENT.search(name)) and prose[body] - size >= LITTLE)
        surely = surely or (node in above and bool(_PROBABLY.search(name)))
        if (
            surely
            or _is_side(node, name, size, prose[body])
            or _is_ad(node)
            or _is_caption(node, name, size, prose[body])
        ):
            drop(node)
    spans = [(span, _name(span)) for span in body.iter("span") if span.get("class")]
    for span, name in spans:
        if _HOVERING.search(name) or _is_caption(span, name, prose.get(span, 0), prose[body]):
            drop(span)
    remove_sections(body, keepers, prose)
    remove_by_links(body, keepers, host)


def _above(body: Any, headline: Any | None, prose: dict[Any, int]) -> set[Any]:
    """Return what stands above the story's heading, where a story follows it: however long, it is not the story."""
    nodes = list(body.iter())
    if headline is None or headline not in nodes or prose[body] - told_before(headline, prose) < TOLD:
        return set()
    return {*nodes[: nodes.index(headline)]}.difference(headline.iterancestors())


def _quoted_posts(body: Any) -> set[Any]:
    """Return the parts that are little else than a post of a social network, which the story quotes.

    They lose their names and links, by which trafilatura would take them for clutter.
    """
    found: set[Any] = set()
    for quote in list(body.iter("blockquote")):
        if _POST.search(quote.get("class") or ""):
            etree.strip_tags(quote, "a")
            quote.tag = "div"
            size = len(quote.text_content())
            around = (a for a in quote.iterancestors("div", "section", "figure") if len(a.text_content()) <= 2 * size)
            found.update(quote.iter(), around)
    for node in found:
        for name in ("class", "id"):
            node.attrib.pop(name, None)
    return found


def _is_caption(node: Any, name: str, size: int, total: int) -> bool:
    """Return True if it is the words under a picture, unless such words are most of the page: a gallery."""
    if not _CAPTION.search(name) or size > MOSTLY * total:
        return False
    return len(" ".join(node.text_content().split())) <= MAX_CAPTION


def _shared(names: dict[Any, str], prose: dict[Any, int]) -> dict[str, int]:
    """Count the running text in parts of the same name: a name that most of it has is no name of clutter."""
    sizes: dict[str, int] = {}
    for node, name in names.items():
        if name and prose[node] and not any(names.get(above) == name for above in node.iterancestors()):
            sizes[name] = sizes.get(name, 0) + prose[node]
    return sizes


def _said_to_be_the_story(body: Any, prose: dict[Any, int]) -> set[Any]:
    """Return the parts that say that they are an article's text and hold much of the page's, and those around them.

    A part that holds one such is no clutter; one that holds many is a list of comments or of other stories.
    """
    said = [node for node in body.iter(*_PARTS) if prose[node] >= MUCH * prose[body] and _is_named_story(node)]
    said = [n for n in said if not any(_is_dialog(a) for a in n.iterancestors(*_PARTS))]
    outermost = [node for node in said if not any(above in said for above in node.iterancestors())]
    inner = [n for n in said if any(a in outermost and prose[n] >= MOSTLY * prose[a] for a in n.iterancestors())]
    told = [*outermost, *inner]
    around = {a for node in told for a in node.iterancestors() if prose[node] >= NEARLY_ALL * prose.get(a, 0)}
    return {*told, *around}


def _is_dialog(node: Any) -> bool:
    name = _name(node)
    return node.get("role") in ("dialog", "alertdialog") or bool(_CONSENT.search(name) or _DIALOG.search(name))


def _is_named_story(node: Any) -> bool:
    tokens = f"{node.get('class') or ''} {node.get('id') or ''}"[:MAX_NAME].split()
    return any(_STORY_NAME.fullmatch(" ".join(_NAME_PARTS.findall(token)).lower()) for token in tokens)


def _may_be_beside(node: Any, size: int, prose: dict[Any, int], total: int) -> bool:
    """Return True if a part with a telling name may go: one with most of the text only behind a story."""
    return size <= MOSTLY * total or told_before(node, prose) >= TOLD


def _purpose(node: Any) -> str:
    """Return what its other attributes say that it is: `aria-label`, a component's name, a type of schema.org."""
    said = [node.get(attribute) or "" for attribute in _PURPOSES]
    said.append((node.get("itemtype") or "").rstrip("/").rsplit("/", 1)[-1])
    return " ".join(_NAME_PARTS.findall(" ".join(said)[:MAX_NAME])).lower()


def _name(node: Any) -> str:
    """Return the words of class and id: `relatedLinks-box` is `related links box`. A heading's id is an anchor."""
    id = "" if node.tag in _HEADINGS else node.get("id") or ""
    if id and _is_anchor(id, node):
        del node.attrib["id"]
        id = ""
    raw = f"{node.get('class') or ''} {id}"[:MAX_NAME]
    return " ".join(_NAME_PARTS.findall(_NAME_NOISE.sub(" ", _ELEMENT_OF.sub(" ", raw)))).lower()


def _is_anchor(id: str, node: Any) -> bool:
    """Return True if an id is made of the heading under it: a menu leads there, and the section has no other name."""
    heading = next(node.iter(*_HEADINGS), None)
    if heading is None:
        return False
    said, told = plain(id.replace("_", " ")), plain(heading.text_content())
    return " " in said and (said in told or told in said)


def _is_side(node: Any, name: str, prose: int, total: int) -> bool:
    if node.tag == "aside" or _SIDEBAR.search(name):
        return prose <= NEARLY_ALL * total
    if node.get("role") in _CLUTTER_ROLES or node.tag in _SIDE_TAGS or _PROBABLY.search(name) or _DIALOG.search(name):
        return prose <= MOSTLY * total
    if prose <= LITTLE and (_PERHAPS.search(name) or (prose <= MOSTLY * total and _asks(node))):
        return True
    return _serves_else(_purpose(node), prose, total)


def _asks(node: Any) -> bool:
    """Return True if it is a form, with the few words around it that say what for."""
    small = node.tag in ("div", "section", "form") and len(node.text_content()) <= MAX_FORM
    return small and next(node.iter("form"), None) is not None


def _serves_else(purpose: str, prose: int, total: int) -> bool:
    """Return True if it serves to do something else than tell the story, unless it holds most of the page."""
    if prose > MOSTLY * total or not purpose:
        return False
    if any(named.search(purpose) for named in (_SURELY, _CONSENT, _DIALOG, _PROBABLY)):
        return True
    return prose <= LITTLE and bool(_PERHAPS.search(purpose) or _AUTHOR.fullmatch(purpose))


def _is_ad(node: Any) -> bool:
    """Return True if it is a small part that calls itself an advertisement."""
    if node.tag not in ("div", "table", "section", "td", "li"):
        return False
    words = next((t.strip() for t in node.itertext() if t.strip()), "")
    return bool(_AD_LABEL.match(words)) and len(" ".join(node.itertext())) <= MAX_AD


def _keepers(body: Any, headline: Any | None) -> set[Any]:
    """Return the elements that hold the story's heading, or say that they hold its text."""
    marked = [n for n in body.iter() if n.get("itemprop") == "articleBody" or n.tag == "main"]
    headings = list(body.iter("h1")) if headline is None else [headline]
    return {*marked, *headings, *(a for n in [*marked, *headings] for a in n.iterancestors())}
