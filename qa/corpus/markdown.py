"""Markdown to plain text: paragraphs, headings and list items survive as lines, markup does not.

Parsing is markdown-it-py's (CommonMark plus tables and strikethrough); this module only writes the tokens out.
HTML inside Markdown is read tag by tag in one pass: the standard library's parser takes minutes over hostile input.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from qa.core.errors import ArticleError

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_NESTING = 100  # markdown-it drops in silence what lies deeper; its default is 20
MAX_LINKS = 20_000  # opening brackets; each costs up to 80 microseconds, and no article has as many links

_BLOCK_ENDS = {"paragraph_close", "heading_close", "bullet_list_close", "ordered_list_close", "table_close"}
_CELL_ENDS = {"th_close", "td_close"}
_TAG = re.compile(r"""<(/?)([a-z][a-z0-9-]*)((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>|<[!?][^<>]*>""", re.IGNORECASE)
_UNSEEN = {"script", "style", "template", "noscript", "head"}
_HTML_CELLS = {"td", "th"}
_HTML_BLOCKS = set(
    "address article aside blockquote br caption dd details div dl dt fieldset figcaption figure footer form h1 h2 h3"
    " h4 h5 h6 header hr legend li main nav ol option p pre section summary table tbody tfoot thead title tr ul".split()
)


def markdown_to_text(source: str) -> str:
    """Return the words a reader of the rendered page would see: links keep theirs, images their alternative text.

    List markers, rules and link targets go. In a text of more than MAX_LINKS brackets they are brackets, no links.
    Raises ArticleError for quotes or lists nested deeper than MAX_NESTING.
    """
    from markdown_it import MarkdownIt  # here, since most commands never read Markdown

    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable(["table", "strikethrough"])
    if source.count("[") > MAX_LINKS:
        source = source.replace("[", "\\[")
    tokens = parser.parse(source)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        raise ArticleError("Its quotes or lists are nested dozens deep; no article's are. Take out the markers.")
    return "".join(_block(token) for token in tokens)


def html_to_text(source: str) -> str:
    """Return text content of an HTML fragment, without scripts, styles and comments."""
    parts: list[str] = []
    hidden: str | None = None
    cursor = 0
    source = _without_comments(source)
    for match in _TAG.finditer(source):
        if hidden is None:
            parts.append(html.unescape(source[cursor : match.start()]))
        cursor = match.end()
        tag = (match.group(2) or "").lower()
        hidden = _hidden(hidden, tag, closing=bool(match.group(1)))
        parts.append("\n" if tag in _HTML_BLOCKS else " " if tag in _HTML_CELLS else "")
    if hidden is None:
        parts.append(html.unescape(source[cursor:]))
    return "".join(parts).strip()


def _block(token: Token) -> str:
    if token.type == "inline":
        return _inline(token.children or [])
    if token.type in ("fence", "code_block"):
        return f"{token.content.rstrip()}\n\n"
    if token.type == "html_block":
        return html_to_text(token.content) + "\n\n"
    if token.type in _CELL_ENDS:
        return " "
    if token.type == "tr_close" or (token.type == "paragraph_close" and token.hidden):
        return "\n"  # a row, or an item of a list without blank lines: a line of its own
    return "\n\n" if token.type in _BLOCK_ENDS else ""


def _inline(tokens: list[Token]) -> str:
    parts: list[str] = []
    hidden: str | None = None
    for token in tokens:
        if token.type == "html_inline":
            match = _TAG.match(token.content)
            tag = (match.group(2) or "").lower() if match else ""
            hidden = _hidden(hidden, tag, closing=token.content.startswith("</"))
            parts.append("\n" if tag == "br" else "")
        elif hidden is not None:
            continue
        elif token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif token.type == "image":
            parts.append(_inline(token.children or []))
    return "".join(parts)


def _hidden(hidden: str | None, tag: str, *, closing: bool) -> str | None:
    """Return the element that hides what comes next, after this tag: inside a script only the script's end counts."""
    if hidden is not None:
        return None if closing and tag == hidden else hidden
    return tag if tag in _UNSEEN and not closing else None


def _without_comments(source: str) -> str:
    parts, cursor = [], 0
    while (start := source.find("<!--", cursor)) >= 0:
        parts.append(source[cursor:start])
        end = source.find("-->", start + 4)
        cursor = end + 3 if end >= 0 else len(source)
    return "".join(parts) + source[cursor:]
