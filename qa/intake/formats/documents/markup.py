"""HTML fragments to plain text: paragraphs and headings as blocks, list items and table rows as lines.

For what is an article already and stands in HTML: an entry of a feed, a mail, a chapter. Knows nothing of pages, where
the article must first be found. What a reader would not see (scripts, hidden elements) is left out, and so are marks
that lead to a note.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection

from lxml import etree

from qa.core.errors import ArticleError
from qa.corpus.canonical import storable
from qa.intake.formats.records.archive import parse_xml

_BLOCKS = set(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hr legend main nav ol p pre section summary table ul".split()
)
_LINES = {"li", "tr", "br"}
_CELLS = {"td", "th"}
_UNSEEN = set(
    "audio button canvas head iframe math-error noscript object rp rt script select style svg template textarea title"
    " video".split()
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
MAX_MARK = 8  # characters of the mark of a note: "[123]", "note 4"
_MARK = re.compile(r"\W*(?:\d{1,4}|[a-z]{1,2}|[ivxlc]{1,6})?\W*", re.IGNORECASE)
_NAMES_A_NOTE = ("{http://www.idpf.org/2007/ops}type", "epub:type", "type", "role", "class")
_NOTE_NAMES = set(
    "noteref doc-noteref footnote-ref footnoteref fnref endnote-ref backlink doc-backlink footnote-back"
    " footnote-backref footnote-reference".split()
)
_BACK = set("↑↩^⏎") | {"↩︎"}
_SPACE = re.compile(r"[ \t\n\r\f]+")
_CELL = "\x1f"  # the end of a table's cell; no markup can hold it once _ILLEGAL has gone over it
_GAP = re.compile(f"[ {_CELL}]+")
_AROUND_BREAK = re.compile(f"[ {_CELL}]*\n[ {_CELL}]*")
_BREAKS = re.compile(r"\n{3,}")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def fragment_text(markup: str, leave_out: Collection[str] = ()) -> str:
    """Return the text of an HTML fragment or page, without elements whose class, id or type is in `leave_out`."""
    root = html_root(markup)
    return "" if root is None else "\n\n".join(text for _, text in sections(root, (), leave_out))


def html_root(markup: str) -> etree._Element | None:
    """Return the tree of any HTML; None when it holds nothing. Raises ArticleError where it is nested too deeply."""
    if not storable(markup):
        markup = markup.encode(errors="replace").decode()
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, recover=True
    )
    try:
        root = etree.fromstring(_ILLEGAL.sub("", markup).encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise ArticleError(
            "Its markup is nested hundreds deep or its text endless; no article's is. Save its text instead."
        )
    return root


def xhtml_root(data: bytes) -> etree._Element | None:
    """Return the tree of an XHTML document, read as HTML where it is not well-formed."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    declared = re.match(
        rb"<\?xml[^>]{0,100}?encoding=[\"']([A-Za-z0-9._-]{1,40})[\"']", data.lstrip(b"\xef\xbb\xbf \n\r\t")
    )
    if declared and encoding == "utf-8":
        encoding = declared.group(1).decode()
    try:
        source = data.decode(encoding, errors="replace")
    except LookupError:
        source = data.decode(errors="replace")
    source = re.sub(r"^\ufeff?\s*<\?xml[^>]*\?>", "", source)
    try:
        return parse_xml(_ENTITY.sub(_named, _ILLEGAL.sub("", source)).encode())
    except ArticleError:
        return html_root(source)


def sections(root: etree._Element, starts: Collection[str], leave_out: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return the text cut before each element whose id is in `starts`: (id, text) pairs, the first with no id."""
    found: list[tuple[str, list[str]]] = [("", [])]
    hidden: etree._Element | None = None
    literal = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = "span" if _is_whole_cell(element) else _tag(element)
        if event == "start":
            if hidden is not None:
                continue
            if _is_hidden(element, tag, leave_out):
                hidden = element
                continue
            if (id := element.get("id") or element.get("name") or "") and id in starts:
                found.append((id, []))
            literal += tag == "pre"
            found[-1][1].extend((_break_before(tag), _words(element.text, literal)))
        else:
            if hidden is None:
                literal -= tag == "pre"
                found[-1][1].append(_CELL if tag in _CELLS else "\n\n" if tag in _BLOCKS else "")
            elif hidden is element:
                hidden = None
            if hidden is None and element is not root:
                found[-1][1].append(_words(element.tail, literal))
    return [(id, _tidy("".join(pieces))) for id, pieces in found]


def _tag(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _is_whole_cell(element: etree._Element) -> bool:
    """Return True if it is the one paragraph of a cell beside others, as Word writes all cells: its row is one line."""
    cell = element.getparent() if _tag(element) == "p" else None
    row = cell.getparent() if cell is not None and _tag(cell) in _CELLS and len(cell) == 1 else None
    return row is not None and len(row) > 1


def _is_hidden(element: etree._Element, tag: str, leave_out: Collection[str]) -> bool:
    if tag in _UNSEEN or element.get("hidden") is not None or _HIDDEN_STYLE.search(element.get("style") or ""):
        return True
    if leave_out and not {*(element.get("class") or "").split(), element.get("id"), element.get("type")}.isdisjoint(
        leave_out
    ):
        return True
    return tag == "a" and _is_note_mark(element)


def _is_note_mark(link: etree._Element) -> bool:
    """Return True if a link leads to a note or back from it: it says so, or is a raised sign and leads to a place."""
    shown = "".join(link.itertext()).strip()
    said = {word.lower() for name in _NAMES_A_NOTE for word in re.split(r"[\s_]+", link.get(name) or "")}
    if not said.isdisjoint(_NOTE_NAMES) and len(shown) <= MAX_MARK:
        return True
    target = link.get("href") or ""
    if not target.startswith("#"):
        return "#" in target and _is_raised(link) and _MARK.fullmatch(shown) is not None
    parent = link.getparent()
    return (
        shown in _BACK
        or (parent is not None and _tag(parent) == "sup")
        or (_is_raised(link) and len(shown) <= MAX_MARK)
    )


def _is_raised(link: etree._Element) -> bool:
    parent = link.getparent()
    inner = [child for child in link if _tag(child) == "sup"]
    return (parent is not None and _tag(parent) == "sup") or (len(inner) == 1 and len(link) == 1 and not link.text)


def _break_before(tag: str) -> str:
    return "\n\n" if tag in _BLOCKS else "\n" if tag in _LINES else ""


def _words(text: str | None, literal: int) -> str:
    if not text:
        return ""
    return text if literal else _SPACE.sub(" ", text)


def _tidy(text: str) -> str:
    text = _GAP.sub(lambda gap: _CELL if _CELL in gap.group() else " ", text)
    text = _BREAKS.sub("\n\n", _AROUND_BREAK.sub("\n", text))
    return text.strip(f" \n{_CELL}").replace(_CELL, " | ")


def _named(match: re.Match[str]) -> str:
    """Return a character that HTML has a name for and XML has not."""
    reference = match.group()
    if match.group(1) in _XML_ENTITIES:
        return reference
    return html.escape(html.unescape(reference))
