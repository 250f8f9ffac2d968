"""Word documents to a draft: mammoth reads the body, this module what it says of itself.

mammoth follows what Word shows: insertions are text, deletions, comments, headers and footers are not, content controls
and text boxes are. Its HTML becomes text as every fragment does. docs/intake-formats.md compares it with python-docx.
"""

from __future__ import annotations

from io import BytesIO

from qa.errors import ArticleError
from qa.intake.archive import Archive, parse_xml
from qa.intake.draft import Draft, Found
from qa.intake.drafting import drafted, stated, stem_of
from qa.intake.markup import fragment_text

ORIGIN = "document properties"
_CORE = "docProps/core.xml"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TEMPLATE_TITLES = {"untitled", "document", "word document", "microsoft word document"}
_TOOLS = {"python-docx", "user", "admin", "administrator", "author", "unknown", "microsoft office user"}  # not people


def parse(data: bytes, name: str) -> list[Draft]:
    """One draft. Raises ArticleError for a damaged or hostile document, and for one without words."""
    archive = Archive(data)
    for part in archive.names:
        if part.endswith((".xml", ".rels")):
            parse_xml(archive.read(part))  # mammoth's own XML parser expands entities
    return [drafted(_body(data), _properties(archive), stem_of(name))]


def _body(data: bytes) -> str:
    from mammoth import convert_to_html, images

    try:
        converted = convert_to_html(BytesIO(data), convert_image=images.img_element(lambda _: {}))
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
