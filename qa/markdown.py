"""Markdown to plain text: paragraphs, headings and list items survive as lines, markup does not.

Parsing is markdown-it-py's (CommonMark plus tables); this module only writes the tokens out.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

_ITEM_ENDS = {"list_item_close", "tr_close"}
_BLOCK_ENDS = {"paragraph_close", "heading_close", "bullet_list_close", "ordered_list_close", "table_close"}
_CELL_ENDS = {"th_close", "td_close"}
_UNSEEN = {"script", "style", "template", "noscript", "head"}
_HTML_BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section", "article"}


def markdown_to_text(source: str) -> str:
    """The text a reader of the rendered page would see; links keep their words, images their alternative text."""
    from markdown_it import MarkdownIt  # here, since most commands never read Markdown

    out: list[str] = []
    depth = 0
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        depth += token.nesting if token.type in ("bullet_list_open", "ordered_list_open") else 0
        depth -= 1 if token.type in ("bullet_list_close", "ordered_list_close") else 0
        if token.type == "inline":
            out.append(_inline(token.children or []))
        elif token.type in ("fence", "code_block"):
            out.append(token.content.rstrip("\n") + "\n\n")
        elif token.type == "html_block":
            out.append(html_to_text(token.content) + "\n\n")
        elif token.type in _CELL_ENDS:
            out.append(" ")
        elif token.type in _ITEM_ENDS:
            out.append("\n")
        elif token.type in _BLOCK_ENDS:
            out.append("\n" if depth else "\n\n")
    return "".join(out)


def html_to_text(source: str) -> str:
    """Text content of an HTML fragment, without scripts and styles."""
    parser = _TextOnly()
    parser.feed(source)
    parser.close()
    return "".join(parser.parts).strip()


def _inline(tokens: list[Token]) -> str:
    parts: list[str] = []
    for token in tokens:
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif token.type == "image":
            parts.append(_inline(token.children or []))
        elif token.type == "html_inline" and token.content.lower().startswith("<br"):
            parts.append("\n")
    return "".join(parts)


class _TextOnly(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        if tag in _HTML_BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        if tag in _HTML_BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)
