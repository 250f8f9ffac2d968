"""E-books (EPUB 2 and 3) to drafts: one for each chapter, "Book: Chapter", or one for a book without long chapters.

A chapter is what the book's own table of contents names, whether its files are cut there or not: a citation then names
the chapter, and an answer does not come from four hundred pages. Covers, tables of contents and copyright pages are not
text. Knows the package (container, manifest, spine, contents) and reads it with zipfile and lxml: ebooklib, which does
the same, is under the AGPL.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from lxml import etree

from qa.core.errors import ArticleError
from qa.core.types import Draft, Found
from qa.corpus.article_file import MAX_FIELD
from qa.intake.drafts import drafted, joined_names, stated, stem_of
from qa.intake.formats.documents.markup import fragment_text, sections, xhtml_root
from qa.intake.formats.records.archive import Archive, parse_xml

MIN_CHAPTER = 1_500  # characters, a few paragraphs; a shorter one (a part's title, a motto) belongs to the next
MAX_IMPRINT = 6_000  # characters; a longer text is no copyright page, whatever it mentions
_SHOWN = 10  # names of lacking documents in a note
MAX_DOCUMENTS = 5_000  # a dictionary has one a letter, a Bible one a chapter: 1,189
LINKED = 0.6  # share of a page's letters in links from which on it is a table of contents

_OPF = "{http://www.idpf.org/2007/opf}"
_TYPE = "{http://www.idpf.org/2007/ops}type"
_ASIDE = set(
    "cover titlepage title-page toc copyright-page copyright imprint colophon landmarks page-list loi lot".split()
)
_LICENCE = ("pg-boilerplate", "pg-header", "pg-footer")  # what Project Gutenberg puts around its books
_IMPRINT = (
    r"\bISBN\b",
    r"all rights reserved",
    r"©|\(c\) \d{4}|copyright \d{4}",
    r"no part of this (?:book|publication|e-?book)",
    r"(?:first|originally) published",
    r"library of congress|cataloging|cataloguing",
)


@dataclass(slots=True)
class _Chapter:
    title: str
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n\n".join(text for text in self.texts if text)


def parse(data: bytes, name: str) -> list[Draft]:
    """Return the chapters in reading order. Raises ArticleError for a book damaged, protected or without words."""
    archive = Archive(data)
    opf_name = _package_name(archive)
    package = parse_xml(archive.read(opf_name))
    if _is_protected(archive):
        raise ArticleError("The e-book is protected (DRM), so its text cannot be read. Add one without protection.")
    folder = posixpath.dirname(opf_name)
    documents, aside, contents = _spine(package, folder)
    chapters = _joined(_chapters(archive, documents, aside, _contents(archive, contents)))
    if not chapters and aside:  # a short book of one file, which is its own cover
        chapters = _joined(_chapters(archive, documents, set(), _contents(archive, contents)))
    if not chapters:
        raise ArticleError("The e-book holds no text. Its pages may be pictures; recognise their text first (OCR).")
    lacking = [posixpath.basename(d) for d in documents if d not in archive]
    notes = (f"The e-book lacks documents that it names: {', '.join(lacking[:_SHOWN])}.",) if lacking else ()
    return list(_drafts(chapters, _metadata(package), stem_of(name), notes))


def _drafts(chapters: list[_Chapter], metadata: dict[str, Found], name: str, notes: tuple[str, ...]) -> Iterator[Draft]:
    if len(chapters) == 1:
        yield drafted(chapters[0].text, metadata, name, notes)
        return
    metadata = {k: v for k, v in metadata.items() if k != "url"}  # the book's is no address of a chapter
    book = metadata["title"].value if "title" in metadata else ""
    for number, chapter in enumerate(chapters, start=1):
        shown = chapter.title or f"part {number}"
        title = f"{book}: {shown}" if book else shown
        named = stated("e-book contents", title=title[:MAX_FIELD])
        yield drafted(chapter.text, {**metadata, **named}, f"{name} {shown}".strip(), notes)


# The package


def _package_name(archive: Archive) -> str:
    packages = [name for name in archive.names if name.lower().endswith(".opf")]
    if "META-INF/container.xml" not in archive and packages:
        return packages[0]
    container = parse_xml(archive.read("META-INF/container.xml"))
    path = next((e.get("full-path") for e in container.iter() if _local(e) == "rootfile" and e.get("full-path")), None)
    if path and unquote(path) not in archive and packages:
        return packages[0]
    if not path:
        raise ArticleError("The e-book's container names no package. Save or download it again.")
    return unquote(path)


def _is_protected(archive: Archive) -> bool:
    """Return True if more than its fonts is encrypted."""
    if "META-INF/encryption.xml" not in archive:
        return False
    root = parse_xml(archive.read("META-INF/encryption.xml"))
    targets = [e.get("URI", "") for e in root.iter() if _local(e) == "CipherReference"]
    return any(target.lower().endswith(("html", "htm", "xml", ".opf", ".ncx")) for target in targets)


def _spine(package: etree._Element, folder: str) -> tuple[list[str], set[str], str | None]:
    """Return the documents in reading order, those that only lead into the book, and the one with its contents."""
    items = {e.get("id", ""): e for e in package.iter("{*}item")}
    guide = [_path(folder, e.get("href", "")) for e in package.iter("{*}reference") if e.get("type", "") in _ASIDE]
    aside = {document for document, place in guide if not place}  # with a place in it, the rest is something else
    documents, contents = [], None
    for item in items.values():
        if "nav" in (item.get("properties") or "").split():
            contents = _path(folder, item.get("href", ""))[0]
            aside.add(contents)
        elif contents is None and item.get("media-type") == "application/x-dtbncx+xml":
            contents = _path(folder, item.get("href", ""))[0]
    refs = list(package.iter("{*}itemref"))
    linear = [items.get(ref.get("idref", "")) for ref in refs if ref.get("linear") != "no"]
    for item in linear or list(items.values()):
        if item is not None and _is_document(item):
            documents.append(_path(folder, item.get("href", ""))[0])
    if len(documents) > MAX_DOCUMENTS:
        raise ArticleError(f"The e-book has {len(documents):,} documents; at most {MAX_DOCUMENTS:,} are read.")
    return list(dict.fromkeys(documents)), aside, contents


def _is_document(item: etree._Element) -> bool:
    kind, name = item.get("media-type") or "", item.get("href") or ""
    return "html" in kind or "oeb1-document" in kind or name.lower().endswith((".xhtml", ".html", ".htm"))


def _metadata(package: etree._Element) -> dict[str, Found]:
    def values(field: str) -> list[etree._Element]:
        return [e for e in package.iter(f"{{*}}{field}") if (e.text or "").strip()]

    def first(field: str) -> str | None:
        return next((e.text for e in values(field)), None)

    events = {e.get(f"{_OPF}event") or e.get("event") or "publication": e.text for e in reversed(values("date"))}
    return stated(
        "e-book package",
        title=first("title"),
        author=joined_names([e.text or "" for e in values("creator")]),
        outlet=first("publisher"),
        published=events.get("publication"),
        language=first("language"),
        url=first("source"),
    )


def _contents(archive: Archive, name: str | None) -> dict[tuple[str, str], str]:
    """Return the table of contents: (document, id of an element in it or "") to the chapter's title, in its order."""
    if name is None or name not in archive:
        return {}
    root = xhtml_root(archive.read(name))
    found: dict[tuple[str, str], str] = {}
    for element in root.iter() if root is not None else ():
        if _local(element) == "navPoint":
            label = " ".join("".join(e.itertext()) for e in element if _local(e) == "navLabel")
            target = next((e.get("src", "") for e in element if _local(e) == "content"), "")
        elif _local(element) == "a" and element.get("href") and _in_contents(element):
            label, target = "".join(element.itertext()), element.get("href", "")
        else:
            continue
        if title := " ".join(label.split()):
            found.setdefault(_path(posixpath.dirname(name), target), title)
    return found


def _in_contents(element: etree._Element) -> bool:
    """Return True if a link stands in the list of chapters and not in those of pages or landmarks."""
    nav = next((e for e in element.iterancestors() if _local(e) == "nav"), None)
    return nav is not None and "toc" in (nav.get(_TYPE) or nav.get("epub:type") or "toc").split()


# The text


def _chapters(
    archive: Archive, documents: list[str], aside: set[str], contents: dict[tuple[str, str], str]
) -> Iterator[_Chapter]:
    """Return the book's text cut where its contents say; what no entry names goes on with the chapter before."""
    starts: dict[str, dict[str, str]] = {}
    for (document, id), title in contents.items():
        starts.setdefault(document, {})[id] = title
    chapter = _Chapter("")
    for document in documents:
        root = xhtml_root(archive.read(document)) if document in archive else None
        if root is not None:
            _write_out_drawings(root)
        if root is None or _is_aside(root, said=document in aside):
            continue
        titles = starts.get(document, {})
        if not contents:
            titles = {"": _heading(root) or ""}
        for id, text in sections(root, titles, _LICENCE):
            if id in titles:
                yield chapter
                chapter = _Chapter(titles[id])
            if not _is_imprint(text):
                chapter.texts.append(text)
    yield chapter


def _write_out_drawings(root: etree._Element) -> None:
    """Make paragraphs of what is written in a page's drawings, where nothing is written beside them: a fixed layout."""
    body = next((e for e in root.iter() if _local(e) == "body"), root)
    drawings = [e for e in body.iter() if _local(e) == "svg"]
    drawn = sum(len("".join(e.itertext()).strip()) for e in drawings)
    if not drawings or len("".join(body.itertext()).strip()) > drawn:
        return
    for drawing in drawings:
        above = drawing.getparent()
        if above is None:
            continue
        for text in (e for e in drawing.iter() if _local(e) == "text"):
            paragraph = above.makeelement("p")
            paragraph.text = " ".join(" ".join(text.itertext()).split())
            drawing.addprevious(paragraph)
        above.remove(drawing)


def _joined(chapters: Iterator[_Chapter]) -> list[_Chapter]:
    """Join chapters to some length: a short one goes to the next, the last short one to the one before."""
    kept: list[_Chapter] = []
    waiting: list[str] = []
    title = ""
    for chapter in chapters:
        if len(chapter.text) < MIN_CHAPTER:
            waiting += chapter.texts
            title = title or (chapter.title if chapter.text else "")
        else:
            kept.append(_Chapter(chapter.title, [*waiting, *chapter.texts]))
            waiting, title = [], ""
    if any(waiting):
        if kept:
            kept[-1].texts += waiting
        else:
            kept.append(_Chapter(title, waiting))
    return kept


def _is_aside(root: etree._Element, *, said: bool) -> bool:
    """Return True if a document consists of links, or says that it is a cover or the like and is not too long.

    `said` is that the book says so.
    """
    body = next((e for e in root.iter() if _local(e) == "body"), root)
    top = [body, *(e for e in body if isinstance(e.tag, str))]
    letters = len("".join(body.itertext()).strip())
    linked = sum(len("".join(e.itertext())) for e in body.iter() if _local(e) == "a" and e.get("href"))
    said = said or any(not _ASIDE.isdisjoint((e.get(_TYPE) or e.get("epub:type") or "").split()) for e in top[:2])
    return linked > LINKED * letters or (said and letters <= MAX_IMPRINT)


def _is_imprint(text: str) -> bool:
    return len(text) <= MAX_IMPRINT and sum(re.search(p, text, re.IGNORECASE) is not None for p in _IMPRINT) >= 2


def _heading(root: etree._Element) -> str | None:
    heading = next((e for e in root.iter() if _local(e) in ("h1", "h2", "h3")), None)
    if heading is None:
        return None
    markup = etree.tostring(heading, encoding="unicode", with_tail=False)
    return " ".join(fragment_text(markup).split())


def _path(folder: str, href: str) -> tuple[str, str]:
    """Return a link in the package as the name of a member and the id of an element in it."""
    target, _, id = href.partition("#")
    return posixpath.normpath(posixpath.join(folder, unquote(target))), unquote(id)


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""
