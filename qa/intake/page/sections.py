"""Takes from a page's tree the sections whose heading says that they are not the story: comments, other stories.

Pages without telling classes have headings still. A section goes from its heading to the next one that ranks as high.
It must look like what its heading says: other stories are links, a word about the author or a newsletter is short.
"""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any

from qa.intake.page.tree import drop, told_before

MOSTLY = 0.5  # of the page's running text: more is no section beside the story
NEARLY_ALL = 0.8  # the same for comments, which may be longer than what they are about
TOLD = 200  # of the page's running text before comments: a count of them above the story begins none
LITTLE = 400  # characters of running text about an author, in a sign-up
LINKED = 0.2  # of the text of a section with other stories, teasers and all

_RANKS = ("h1", "h2", "h3", "h4", "h5", "h6")


def _heading(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{'|'.join(alternatives)})\W*", re.IGNORECASE)


_COMMENTS = _heading(
    r"(?:\d+ )?(?:reader |user |your )?(?:comments?|kommentare?|commentaires?|comentarios?|comentários?|commenti|"
    r"комментари(?:и|ев)|コメント|评论|التعليقات)(?: ?[:(]? ?\d+)?",
    r"\d+ (?:responses?|repl(?:y|ies)|thoughts?|comments?) (?:to|on) .{1,200}|\d+ (?:responses?|repl(?:y|ies))",
    r"(?:leave|post|write|add) (?:a|your) (?:comment|reply)|join the (?:conversation|discussion)",
    r"kommentar (?:schreiben|verfassen)|laisser un commentaire|deja un comentario|deixe um comentário",
)
_AUTHOR = _heading(
    r"about (?:the )?authors?|(?:über|ueber) (?:den|die) autor(?:in)?|(?:à propos de )?l['’]auteure?|"
    r"sobre (?:el|la|o|a) autora?",
)
_SIGN_UP = _heading(
    r"(?:sign up|subscribe)(?: (?:now|today|here))?|(?:sign up|subscribe) (?:to|for) (?:our|the) .{1,40}",
    r".{0,30}\bnewsletters?|stay (?:informed|connected|up to date|in touch)|follow us|support .{0,30}journalism",
)
_OTHERS = _heading(
    r"(?:top|latest|more|related|popular|trending|recommended|other|recent|similar|featured|must) "
    r"(?:stories|news|articles|posts|reads?|headlines|coverage|links|videos|topics?)",
    r"you (?:may|might|['’]ll) also (?:like|enjoy|be interested in)|related|read (?:next|more|also)|see also",
    r"recommended(?: for you)?|most (?:read|popular|viewed|shared)|trending(?: now)?|editor['’]s picks?|up next",
    r"more (?:from|on|about) .{1,60}|what to read next|don['’]t miss|in case you missed it",
    r"mehr zum thema|(?:das )?könnte (?:sie|dich|ihnen) auch .{1,20}|lesen sie auch|verwandte (?:artikel|themen)",
    r"(?:à )?lire aussi|sur le même sujet|(?:te|le) puede interesar|noticias relacionadas|leggi anche|leia também",
    r"関連記事|相关(?:新闻|阅读|文章)|читайте также|اقرأ أيضا",
)


def remove_sections(body: Any, keepers: Container[Any], prose: dict[Any, int]) -> None:
    """Take them out; `keepers` hold the story's heading or text, `prose` is the running text of each element."""
    for heading in list(body.iter(*_RANKS[1:])):
        if heading in keepers or not any(a is body for a in heading.iterancestors()):
            continue  # it went with a section before
        section = _section(heading, keepers)
        if section and _is_beside_the_story(_words(heading), section, prose, prose[body]):
            for node in section:
                drop(node)


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
