"""Takes from a page's tree what nobody sees: scripts, hidden parts, letters in the colour of their ground.

Only what the page itself says is known: no style sheet is fetched, no script run. So what hides by a script's leave
(an application behind a dialog, a page still being streamed) is told from what is hidden for good by its size: what
would leave almost nothing was what its readers saw.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from qa.intake.page.tree import MIN_RUN, drop, running_text

LEFT = 0.25  # of the page's running text: with less left, what is hidden is the page
MIN_TOLD = 400  # characters of running text shown without scripts: more than that scripts are wanted
MOST_WHITE = 0.3  # of the page's running text: with more of it in white, its ground is dark by a style sheet's word
MAX_STYLE_SHEET = 300_000  # characters of the page's own styles that are looked at

_UNSEEN_TAGS = frozenset(
    "script style noscript template iframe object embed svg canvas audio video map button input select textarea "
    "option datalist dialog amp-ad amp-embed amp-consent amp-sidebar amp-list amp-social-share".split()
)
_HIDING_STYLE = re.compile(
    r"(?:^|;)(?:display:none|visibility:hidden|font-size:0(?![.\d]*[1-9])|opacity:0(?![.\d]*[1-9])"
    r"|(?:left|top|text-indent):-\d{3,}|clip:rect\((?:0|1)px|color:transparent)"
)
_CLIPS_TO_TEXT = re.compile(r"background-clip:text")
_COLOUR = re.compile(r"(?:^|;)color:([^;!]+)")
_BACKGROUND = re.compile(r"(?:^|;)background(?:-color|-image)?:([^;!]+)")
_WHITE = re.compile(r"^(?:white|#f{3}|#f{6}|rgba?\(255,255,255(?:,1(?:\.0)?)?\))$")
_GROUND_NAME = re.compile(
    r"dark|black|invers|invert|overlay|hero|cover|banner|\bbg\b|background|night|navy|parallax|slide|colou?r", re.I
)
_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{0,2000})\}")
_SELECTED = re.compile(r"[.#]([\w-]+)")
_STREAMED = re.compile(r"S:[0-9a-f]+", re.IGNORECASE)  # where React keeps a part until its script puts it in place


def remove_unseen(body: Any) -> None:
    """Take out what a reader of the page does not see, and comments."""
    grounds = _grounds(body.getroottree())
    _show_what_needs_no_script(body)
    for node in list(body.iter()):
        if not isinstance(node.tag, str) or (node is not body and _is_no_text(node)):
            drop(node)
    prose = running_text(body)
    for hides, most in ((_is_hidden, 1 - LEFT), (lambda node: _is_white(node, grounds), MOST_WHITE)):
        _drop_unless_most(body, hides, most * prose[body])


def _show_what_needs_no_script(body: Any) -> None:
    """Make parts of what is shown where scripts are not run, where that is paragraphs that stand nowhere else."""
    prose = running_text(body)
    without = {node for node in body.iter("noscript") if prose[node] >= MIN_TOLD}
    seen = _words_outside(body, without) if without else ""
    for node in without:
        if not _stands_in(node, seen):
            node.tag = "div"


def _drop_unless_most(body: Any, hides: Callable[[Any], bool], most: float) -> None:
    shown = {body}
    while True:
        found = {node for node in body.iter() if node not in shown and hides(node)}
        outermost = [node for node in found if found.isdisjoint(node.iterancestors())]
        if not outermost:
            return
        prose = running_text(body)
        too_much = sum(prose[node] for node in outermost) > most
        seen = _words_outside(body, set(outermost)) if too_much else ""
        for node in outermost:
            if too_much and prose[node] > most / len(outermost) and not _stands_in(node, seen):
                shown.add(node)  # it is the page; what is hidden in it and beside it is as hidden as it says
            else:
                drop(node)


def _words_outside(body: Any, hidden: set[Any]) -> str:
    """Return the page's text without that of some parts."""
    parts: list[str] = []
    stack = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            parts.append(node)
            continue
        if node in hidden or not isinstance(node.tag, str):
            continue
        inner = [node.text or "", *(one for child in node for one in (child, child.tail or ""))]
        stack += reversed(inner)
    return " ".join(" ".join(parts).split())


def _stands_in(node: Any, seen: str) -> bool:
    """Return True if most of its long pieces begin as what readers see does: a copy for machines."""
    pieces = [" ".join(piece.split()) for piece in node.itertext() if len(piece) >= MIN_RUN]
    return 2 * sum(len(piece) for piece in pieces if piece[:MIN_RUN] in seen) > sum(map(len, pieces))


def _is_no_text(node: Any) -> bool:
    if node.tag == "template":
        return node.get("shadowrootmode") is None
    return node.tag in _UNSEEN_TAGS


def _is_hidden(node: Any) -> bool:
    if node.get("hidden") is not None:
        return not _STREAMED.fullmatch(node.get("id") or "")
    style = _style(node)
    if node.get("aria-hidden") == "true":
        return True
    return bool(style and _HIDING_STYLE.search(style) and not _CLIPS_TO_TEXT.search(style)) or _is_on_its_colour(style)


def _is_on_its_colour(style: str) -> bool:
    """Return True if letters and ground are said to be of one colour."""
    colour, ground = _COLOUR.search(style), _BACKGROUND.search(style)
    if colour is None or ground is None:
        return False
    return colour[1] == ground[1] or bool(_WHITE.match(colour[1]) and _WHITE.match(ground[1]))


def _is_white(node: Any, grounds: set[str]) -> bool:
    """Return True if its letters are white and nothing says that the ground is not."""
    colour = _COLOUR.search(_style(node))
    if colour is None or not _WHITE.match(colour[1]):
        return False
    return not any(_has_ground(one, grounds) for one in (node, *node.iterancestors()))


def _has_ground(node: Any, grounds: set[str]) -> bool:
    ground = _BACKGROUND.search(_style(node))
    if ground is not None or node.get("bgcolor") or node.get("background"):
        said = (ground[1] if ground else node.get("bgcolor") or "image").strip().lower()
        return not (_WHITE.match(said) or said in ("transparent", "none", "inherit", "initial"))
    names = {*(node.get("class") or "").split(), node.get("id") or ""}
    return not names.isdisjoint(grounds) or any(_GROUND_NAME.search(name) for name in names)


def _grounds(tree: Any) -> set[str]:
    """Return the classes and ids to which the page's own styles give a ground that is not white."""
    found: set[str] = set()
    for sheet in tree.iter("style"):
        for selectors, rules in _RULE.findall((sheet.text or "")[:MAX_STYLE_SHEET]):
            ground = _BACKGROUND.search("".join(rules.lower().split()))
            if ground and not _WHITE.match(ground[1]) and ground[1] not in ("transparent", "none"):
                found.update(_SELECTED.findall(selectors))
    return found


def _style(node: Any) -> str:
    return "".join((node.get("style") or "").lower().split())
