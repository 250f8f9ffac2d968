"""OpenDocument texts (.odt) to a draft, read with zipfile and lxml.

odfpy has had no release since 2020, odfdo is a whole editor; what is wanted is the text as its reader sees it: changes
that were struck out, comments and the marks of notes are not text.
"""

from __future__ import annotations

from lxml import etree

from qa.core.errors import ArticleError
from qa.core.types import Draft, Found
from qa.intake.drafts import drafted, stated, stem_of
from qa.intake.formats.office.tools import real_author, real_title
from qa.intake.formats.records.archive import Archive, parse_xml

MAX_SPACES = 100  # of those that a document counts instead of writing them
_LEFT_OUT = (
    "tracked-changes",
    "annotation",
    "note-citation",
    "table-of-content",
    "alphabetical-index",
    "forms",
    "desc",
    "title",
)
_BLOCKS = ("p", "h")


def parse(data: bytes, name: str) -> list[Draft]:
    """Return one draft. Raises ArticleError for a damaged or protected document, and for one without words."""
    archive = Archive(data)
    if "META-INF/manifest.xml" in archive and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise ArticleError("It is protected by a password. Save it without one and add it again.")
    body = next(parse_xml(archive.read("content.xml")).iter("{*}body"), None)
    if body is None:
        raise ArticleError("It holds no text. Open and save it again.")
    etree.strip_elements(body, *(f"{{*}}{tag}" for tag in _LEFT_OUT), with_tail=False)
    return [drafted("".join(_blocks(body)), {**_title(body), **_metadata(archive)}, stem_of(name))]


def _blocks(body: etree._Element) -> list[str]:
    """Yield paragraphs apart by an empty line, items and rows on lines of their own, cells by a bar."""
    parts: list[str] = []
    for node in body.iter("{*}p", "{*}h", "{*}table-row", "{*}table-cell"):
        tag = _local(node)
        if tag in _BLOCKS and not any(_local(above) in _BLOCKS for above in node.iterancestors()):
            in_cell = any(_local(above) == "table-cell" for above in node.iterancestors())
            in_item = any(_local(above) == "list-item" for above in node.iterancestors())
            first = parts and parts[-1] in ("\n", " | ")
            gap = "" if not parts or first else " " if in_cell else "\n" if in_item else "\n\n"
            parts += [gap, _words(node)]
        elif tag == "table-row":
            parts.append("\n")
        elif tag == "table-cell" and parts and parts[-1] != "\n":
            parts.append(" | ")
    return parts


def _words(node: etree._Element) -> str:
    """Return the text of a paragraph with its counted spaces, tabs and breaks; a note's text goes on in brackets."""
    pieces = [node.text or ""]
    for child in node:
        tag = _local(child)
        if tag == "s":
            count = next((v for k, v in child.attrib.items() if str(k).endswith("}c")), "1")
            pieces.append(" " * min(int(count) if str(count).isdecimal() else 1, MAX_SPACES))
        elif tag == "tab":
            pieces.append(" ")
        elif tag == "line-break":
            pieces.append("\n")
        elif tag == "note":
            pieces.append(f" ({' '.join(''.join(child.itertext()).split())})")
        elif isinstance(child.tag, str):
            pieces.append(_words(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _title(body: etree._Element) -> dict[str, Found]:
    first = next(body.iter("{*}p", "{*}h"), None)
    style = (
        next((str(v) for k, v in first.attrib.items() if str(k).endswith("}style-name")), "")
        if first is not None
        else ""
    )
    return stated("title style", title=_words(first)) if first is not None and style.lower() == "title" else {}


def _metadata(archive: Archive) -> dict[str, Found]:
    if "meta.xml" not in archive:
        return {}
    try:
        root = parse_xml(archive.read("meta.xml"))
    except ArticleError:
        return {}
    author = root.findtext(".//{*}initial-creator") or root.findtext(".//{*}creator")
    return stated(
        "document properties",
        title=real_title(root.findtext(".//{*}title")),
        author=real_author(author),
        language=root.findtext(".//{http://purl.org/dc/elements/1.1/}language"),
    )


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""
