"""Word documents to a draft: mammoth reads the body, this module what it says of itself.

mammoth follows what Word shows: insertions are text, deletions, comments, headers and footers are not, content controls
and text boxes are. Its HTML becomes text as every fragment does. It is given a lean copy: only parts that were read
without entities, and neighbouring runs as one, since Word cuts words anywhere and mammoth is slow over runs.
docs/intake-formats.md compares it with python-docx.
"""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

from lxml import etree

from qa.core.errors import ArticleError
from qa.core.types import Draft, Found
from qa.intake.drafts import drafted, stated, stem_of
from qa.intake.formats.documents.markup import fragment_text
from qa.intake.formats.records.archive import Archive, parse_xml

ORIGIN = "document properties"
_READ = ("[Content_Types].xml", "_rels/", "word/")  # what mammoth looks at
_NO_TEXT = ("proofErr", "bookmarkStart", "bookmarkEnd", "lastRenderedPageBreak")
_CORE = "docProps/core.xml"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TEMPLATE_TITLES = {"untitled", "document", "word document", "microsoft word document"}
_TOOLS = {"python-docx", "user", "admin", "administrator", "author", "unknown", "microsoft office user"}  # not people


def parse(data: bytes, name: str) -> list[Draft]:
    """One draft. Raises ArticleError for a damaged or hostile document, and for one without words."""
    archive = Archive(data)
    return [drafted(_body(_lean(archive)), _properties(archive), stem_of(name))]


def _lean(archive: Archive) -> BytesIO:
    """The document without its pictures, its runs merged."""
    copy = BytesIO()
    with ZipFile(copy, "w") as lean:
        for part in archive.names:
            if part.startswith(_READ) and part.endswith((".xml", ".rels")):
                root = parse_xml(archive.read(part))  # mammoth's own parser expands entities
                _merge_runs(root)
                lean.writestr(part, etree.tostring(root, encoding="utf-8"))
    return copy


def _merge_runs(root: etree._Element) -> None:
    """Make one run of neighbours that hold text only, however their letters look."""
    etree.strip_elements(root, *(f"{{*}}{name}" for name in _NO_TEXT), with_tail=False)
    for run in list(root.iter("{*}r")):
        before = run.getprevious()
        if before is not None and _is_text(run) and _is_text(before):
            before[-1].text = f"{before[-1].text or ''}{''.join(t.text or '' for t in run.iter('{*}t'))}"
            run.getparent().remove(run)


def _is_text(run: etree._Element) -> bool:
    names = [_local(child) for child in run]
    return _local(run) == "r" and names[-1:] == ["t"] and set(names) <= {"t", "rPr"}


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _body(document: BytesIO) -> str:
    from mammoth import convert_to_html

    try:
        converted = convert_to_html(document)
    except RecursionError as error:
        raise ArticleError("It is nested hundreds deep; no article is. Save its text instead.") from error
    except Exception as error:  # mammoth meets a part that is not as expected with whatever Python raises there
        raise ArticleError(
            f"It is no Word document that can be read ({type(error).__name__}). Open and save it again."
        ) from error
    return fragment_text(converted.value)


def _properties(archive: Archive) -> dict[str, Found]:
    """Title, authors and language. When it was made and last saved is not when it was published."""
    if _CORE not in archive:
        return {}
    root = parse_xml(archive.read(_CORE))
    title, creators, language = (root.findtext(f"{_DC}{field}") or "" for field in ("title", "creator", "language"))
    authors = [a for a in creators.split(";") if a.strip().lower() not in _TOOLS]
    return stated(
        ORIGIN,
        title=None if title.strip().lower() in _TEMPLATE_TITLES else title,
        author=", ".join(a.strip() for a in authors if a.strip()),
        language=language,
    )
