"""Takes from a page's tree the sections whose heading says that they are not the story: comments, other stories.

Pages without telling classes have headings still. A section goes from its heading to the next one that ranks as high.
It must look like what its heading says: other stories are links, a word about the author or a newsletter is short.
"""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any

from qa.intake.page.tree import drop, told_before
from qa.intake.phrases import any_of, phrases

MOSTLY = 0.5  # of the page's running text: more is no section beside the story
NEARLY_ALL = 0.8  # the same for comments, which may be longer than what they are about
TOLD = 200  # of the page's running text before comments: a count of them above the story begins none
LITTLE = 400  # characters of running text about an author, in a sign-up
MAX_LABEL = 120  # characters of a line that says what the list after it holds
LINKED = 0.2  # of the text of a section with other stories, teasers and all

_RANKS = ("h1", "h2", "h3", "h4", "h5", "h6")


_PHRASES = phrases(__package__, "sections.toml")


def _heading(name: str) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{any_of(_PHRASES, name)})\W*", re.IGNORECASE)


_COMMENTS = _heading("comments")
_AUTHOR = _heading("author")
_SIGN_UP = _heading("sign_up")
_OTHERS = _heading("others")


def remove_sections(body: Any, keepers: Container[Any], prose: dict[Any, int]) -> None:
    """Take them out; `keepers` hold the story's heading or text, `prose` is the running text of each element."""
    for heading in list(body.iter(*_RANKS[1:])):
        if heading in keepers or not any(a is body for a in heading.iterancestors()):
            continue  # it went with a section before
        section = _section(heading, keepers)
        if section and _is_beside_the_story(_words(heading), section, prose, prose[body]):
            for node in section:
                drop(node)
    for label in list(body.iter("p", "div")):
        if label not in keepers and _is_label_of_others(label):
            drop(label.getnext())
            drop(label)


def _is_label_of_others(node: Any) -> bool:
    """Return True if it says, as a heading would, that a list of links comes next, and one does."""
    after = node.getnext()
    if after is None or after.tag not in ("ul", "ol") or not _OTHERS.fullmatch(_words(node)[:MAX_LABEL]):
        return False
    return all(next(item.iter("a"), None) is not None for item in after.iterchildren("li"))


def _section(heading: Any, keepers: Container[Any]) -> list[Any]:
    """Return the heading and what follows it, up to a heading as high; nothing where the story would go with it."""
    first = heading
    while (above := first.getparent()) is not None and above not in keepers and _is_all_of(first, above):
        first = above
    section = [first]
    for node in first.itersiblings():
        if any(_rank(inner) <= _rank(heading) for inner in node.iter(*_RANKS)):
            break
        section.append(node)
    return [] if any(node in keepers for node in section) else section


def _is_all_of(node: Any, above: Any) -> bool:
    """Return True if a wrapper holds nothing but a heading."""
    return bool(node.text_content().strip() == above.text_content().strip()) and above.tag != "body"


def _rank(node: Any) -> int:
    return _RANKS.index(node.tag)


def _is_beside_the_story(title: str, section: list[Any], prose: dict[Any, int], total: int) -> bool:
    size = sum(prose.get(node, 0) for node in section)
    if _COMMENTS.fullmatch(title):
        return size <= NEARLY_ALL * total and told_before(section[0], prose) >= TOLD
    if size > MOSTLY * total:
        return False
    if _OTHERS.fullmatch(title):
        text = sum(len(node.text_content()) for node in section[1:])
        linked = sum(len(a.text_content()) for node in section for a in node.iter("a") if a.get("href"))
        return linked > 0 and linked >= LINKED * text
    return size <= LITTLE and bool(_AUTHOR.fullmatch(title) or _SIGN_UP.fullmatch(title))


def _words(node: Any) -> str:
    return " ".join(node.text_content().split())
