"""The blocks of text of a page, for labels and for scoring: no extractor's code, and no judgement of what is content.

A block is the text between two block-level tags or line breaks, its white space collapsed. Labels name a block by the
start of the SHA-256 of its text and by its first words, so that they hold no text of pages that are not ours.
Run on a page, it prints the blocks with their numbers: that is what labels are written from.

    python bench/extraction/blocks.py PAGE [ENCODING]
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import lxml.html
from lxml.etree import iterwalk

WORDS_SHOWN = 4
DIGITS = 16  # of the digest
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")  # lxml takes none in text that is decoded already
UNSEEN = frozenset("head script style noscript template svg iframe select textarea object audio video canvas".split())
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark meta nobr picture q rp "
    "rt ruby s samp small source span strike strong sub sup time tt u var wbr link amp-img".split()
)


def blocks(html: str) -> list[str]:
    """Every block of a page in order, hidden ones too."""
    return [text for text, _ in located(html)]


def located(html: str) -> Iterator[tuple[str, str]]:
    """Each block with the tags and classes that it stands in."""
    parts: list[str] = []
    where = ""
    root = lxml.html.document_fromstring(DECLARATION.sub("", html))
    walk = iterwalk(root, events=("start", "end"))
    for event, node in walk:
        unseen = not isinstance(node.tag, str) or node.tag in UNSEEN
        ends = unseen or node.tag not in INLINE
        if event == "start":
            if ends and isinstance(node.tag, str) and (text := _collapsed(parts)):
                yield text, where
                parts.clear()
            if unseen:
                walk.skip_subtree()
            else:
                parts.append(node.text or "")
                where = _place(node) if ends else where
        else:
            if ends and isinstance(node.tag, str) and (text := _collapsed(parts)):
                yield text, where
                parts.clear()
            if ends and node.getparent() is not None:
                where = _place(node.getparent())
            parts.append(node.tail or "")
    if text := _collapsed(parts):
        yield text, where


def digest(text: str) -> str:
    """What a label calls a block: digest, then its first words."""
    words = " ".join(text.split()[:WORDS_SHOWN])
    return f"{hashlib.sha256(text.encode()).hexdigest()[:DIGITS]} {words[:40]}"


def _collapsed(parts: list[str]) -> str:
    return " ".join("".join(parts).split())


def _place(node: lxml.html.HtmlElement) -> str:
    path = [node, *node.iterancestors()][:3]
    return "<".join(f"{n.tag}.{(n.get('class') or n.get('id') or '')[:20]}" for n in path)


if __name__ == "__main__":
    page = Path(sys.argv[1]).read_bytes().decode(sys.argv[2] if len(sys.argv) > 2 else "utf-8")
    for number, (text, where) in enumerate(located(page)):
        print(f"{number:4} {len(text):5} {text[:90]!r} {where}")
