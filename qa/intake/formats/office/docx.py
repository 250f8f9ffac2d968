"""Word documents to a draft: mammoth reads the body, this module what it says of itself.

mammoth follows what Word shows: insertions are text, deletions, comments, headers and footers are not, content controls
and text boxes are. Its HTML becomes text as every fragment does. It is given a lean copy: only parts that were read
without entities, in the plain markup that `wordml` makes of them. What mammoth cannot read at all keeps its paragraphs'
words, with a note. docs/intake-formats.md compares it with python-docx.
"""

from __future__ import annotations

import posixpath
from io import BytesIO
from zipfile import ZipFile

from lxml import etree

from qa.core.errors import ArticleError
from qa.core.types import Draft, Found
from qa.intake.drafts import drafted, stated, stem_of
from qa.intake.encodings import decoded_page
from qa.intake.formats.documents.markup import fragment_text
from qa.intake.formats.office.tools import real_author, real_title
from qa.intake.formats.office.wordml import hidden_styles, paragraph, plain_markup, value
from qa.intake.formats.records.archive import Archive, parse_xml

ORIGIN = "document properties"
TITLE_STYLE = "title style"
MAX_CHUNKS = 100  # documents inside the document; people who merge reports have some dozens
_MAIN = "word/document.xml"
_BESIDE = ("styles", "numbering", "footnotes", "endnotes")  # what mammoth reads beside the body
_CORE = "docProps/core.xml"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TITLE_PARAGRAPHS = 5  # from the top, in which a title stands


def parse(data: bytes, name: str) -> list[Draft]:
    """Return one draft. Raises ArticleError for a damaged or hostile document, and for one without words."""
    archive = Archive(data)
    document = _Document(archive)
    text = document.text()
    return [drafted(text, {**document.title(), **_properties(archive)}, stem_of(name), tuple(document.notes))]


class _Document:
    """The parts of the document that are read, in plain markup, and what is said about what could not be."""

    def __init__(self, archive: Archive, *, inner: bool = False) -> None:
        self.notes: list[str] = []
        self._archive = archive
        self._inner = inner
        self._main = _main_part(archive)
        self.body = parse_xml(archive.read(self._main))
        self._relations, kinds = _relations(archive, self._main)
        places = {kind: kinds.get(kind, f"{posixpath.dirname(self._main)}/{kind}.xml") for kind in _BESIDE}
        self._parts = {kind: part for kind, place in places.items() if (part := self._read(place)) is not None}
        self._insert_chunks()
        styles = self._parts.get("styles")
        hiding = hidden_styles(styles) if styles is not None else set()
        notes = {
            f"{kind[:-1]} {value(note, 'id')}"
            for kind in ("footnotes", "endnotes")
            if kind in self._parts
            for note in self._parts[kind]
        }
        hidden = sum(plain_markup(root, notes, hiding)["hidden"] for root in (self.body, *self._notes()))
        if hidden:
            self.notes.append("Text that Word hides was left out.")

    def text(self) -> str:
        """Return its text. Raises ArticleError where it is nested too deeply."""
        from mammoth import convert_to_html

        try:
            return fragment_text(convert_to_html(self._lean()).value)
        except RecursionError as error:
            raise ArticleError("It is nested hundreds deep; no article is. Save its text instead.") from error
        except ArticleError:
            raise
        except Exception as error:  # mammoth meets a part that is not as expected with whatever Python raises there
            self.notes.append(
                f"Its lists, tables and notes may be out of order: Word's markup in it is unusual "
                f"({type(error).__name__}). Open and save it again to have them right."
            )
            return "\n\n".join(_words(p) for p in self.body.iter("{*}p"))

    def title(self) -> dict[str, Found]:
        """Return the line at the top in the style of a title."""
        styles = self._parts.get("styles")
        names = {
            value(s, "styleId"): value(n) for s in (styles if styles is not None else ()) for n in s.iter("{*}name")
        }
        for one in list(self.body.iter("{*}p"))[:_TITLE_PARAGRAPHS]:
            style = next((value(s) for s in one.iter("{*}pStyle")), "")
            if "title" in (names.get(style, "").lower(), style.lower()) and (words := _words(one)):
                return stated(TITLE_STYLE, title=words)
        return {}

    def _lean(self) -> BytesIO:
        """Return the document without its pictures, and with the relations that mammoth asks for."""
        copy = BytesIO()
        with ZipFile(copy, "w") as lean:
            lean.writestr("word/document.xml", etree.tostring(self.body, encoding="utf-8"))
            for kind, root in self._parts.items():
                lean.writestr(f"word/{kind}.xml", etree.tostring(root, encoding="utf-8"))
        return copy

    def _notes(self) -> list[etree._Element]:
        return [root for kind, root in self._parts.items() if kind in ("footnotes", "endnotes")]

    def _read(self, name: str) -> etree._Element | None:
        if name not in self._archive:
            return None
        try:
            return parse_xml(self._archive.read(name))
        except ArticleError:
            self.notes.append(f"Its {posixpath.basename(name)} is damaged and was left out.")
            return None

    def _insert_chunks(self) -> None:
        """Put the text of documents inside the document where they stand."""
        for number, chunk in enumerate(list(self.body.iter("{*}altChunk"))):
            target = self._relations.get(value(chunk, "id"), "")
            text = "" if number >= MAX_CHUNKS else self._chunk(target)
            if not text:
                self.notes.append(f"A document inside it ({posixpath.basename(target)[:60]}) was left out.")
            parent = chunk.getparent()
            at = parent.index(chunk)
            parent[at : at + 1] = [paragraph(self.body, block) for block in text.split("\n\n") if block.strip()]

    def _chunk(self, name: str) -> str:
        if name not in self._archive or self._inner:
            return ""
        try:
            data = self._archive.read(name)
            if data.startswith(b"PK"):
                return _Document(Archive(data), inner=True).text()
            text = decoded_page(data, None).text
        except ArticleError:
            return ""
        if text.lstrip().startswith("{\\rtf"):
            return ""
        return fragment_text(text) if "<" in text else text


def _words(element: etree._Element) -> str:
    return " ".join("".join(t.text or "" for t in element.iter("{*}t")).split())


def _main_part(archive: Archive) -> str:
    """Return the part that holds the body, wherever its writer has put it."""
    target = _relations(archive, "")[1].get("officeDocument", _MAIN)
    return target if target in archive else _MAIN


def _relations(archive: Archive, part: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the members that ids in a part mean, and those that kinds of relations lead to."""
    folder, name = posixpath.split(part)
    rels = posixpath.join(folder, f"_rels/{name}.rels")
    if rels not in archive:
        return {}, {}
    try:
        root = parse_xml(archive.read(rels))
    except ArticleError:
        return {}, {}
    inside = [e for e in root if e.get("TargetMode") != "External"]
    targets = [(e, _target(folder, e.get("Target", ""))) for e in inside]
    kinds = {(e.get("Type") or "").rpartition("/")[2]: target for e, target in reversed(targets) if target in archive}
    return {e.get("Id", ""): target for e, target in targets}, kinds


def _target(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/"))).lstrip("/")


def _properties(archive: Archive) -> dict[str, Found]:
    """Return title, authors and language. When it was made and last saved is not when it was published."""
    if _CORE not in archive:
        return {}
    try:
        root = parse_xml(archive.read(_CORE))
    except ArticleError:
        return {}
    title, creators, language = (root.findtext(f"{_DC}{field}") or "" for field in ("title", "creator", "language"))
    authors = [one for a in creators.split(";") if (one := real_author(a))]
    return stated(ORIGIN, title=real_title(title), author=", ".join(authors), language=language)
