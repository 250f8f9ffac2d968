"""Markup that Obsidian and other note takers add to Markdown, made plain before Markdown is read.

Links, highlights, comments, callouts, marks of notes and blocks, check boxes. What stands in code is left alone.
"""

from __future__ import annotations

import re

_CODE = re.compile(r"(^(?:```|~~~).*?^(?:```|~~~)[^\n]*$|`[^`\n]*`)", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"%%.*?%%", re.DOTALL)
_EMBED = re.compile(r"!\[\[[^\[\]\n]{0,500}\]\]")
_LINK = re.compile(r"\[\[(?:[^\[\]|\n]{0,500}\|)?([^\[\]|\n]{1,500})\]\]")
_HIGHLIGHT = re.compile(r"==(?=\S)([^=\n]{1,2000}?)(?<=\S)==")
_CALLOUT = re.compile(r"^((?:>[ \t]*)+)\[![\w-]{1,40}\][+-]?[ \t]*", re.MULTILINE)
_NOTE_TEXT = re.compile(r"^\[\^[^\]\s]{1,60}\]:[ \t]*", re.MULTILINE)
_NOTE_MARK = re.compile(r"\[\^[^\]\s]{1,60}\]")
_INLINE_NOTE = re.compile(r"\^\[[^\[\]\n]{1,1000}\]")
_BLOCK_MARK = re.compile(r"(?<![ \t])[ \t]++\^[A-Za-z0-9-]{1,60}[ \t]*+$", re.MULTILINE)
_CHECK_BOX = re.compile(r"^([ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+)\[[ xX/-]\][ \t]+", re.MULTILINE)


def plain_markdown(source: str) -> str:
    """Return the source as any reader of Markdown understands it."""
    return "".join(part if n % 2 else _plain(part) for n, part in enumerate(_CODE.split(source)))


def _plain(text: str) -> str:
    text = _EMBED.sub("", _COMMENT.sub("", text))
    text = _LINK.sub(r"\1", text)
    text = _CALLOUT.sub(r"\1", _HIGHLIGHT.sub(r"\1", text))
    text = _NOTE_MARK.sub("", _NOTE_TEXT.sub("\n", _INLINE_NOTE.sub("", text)))
    return _CHECK_BOX.sub(r"\1", _BLOCK_MARK.sub("", text))
