"""Articles of journals in JATS XML to a draft: title, authors, journal, date and the text without references."""

from __future__ import annotations

from lxml import etree

from qa.core.errors import ArticleError
from qa.core.types import Draft, Found
from qa.intake.drafts import drafted, joined_names, stated, stem_of
from qa.intake.formats.documents.markup import fragment_text
from qa.intake.formats.records.archive import parse_xml

_RENAMED = {"title": "h2", "sec": "section", "list": "ul", "list-item": "li", "disp-quote": "blockquote"}
_LEFT_OUT = (
    "ref-list",
    "table-wrap-foot",
    "object-id",
    "label",
    "inline-formula",
    "disp-formula",
    "supplementary-material",
)


def parse(data: bytes, name: str) -> list[Draft]:
    """Return one draft. Raises ArticleError for damaged XML, and for an article without a text."""
    root = parse_xml(data)
    article = root if _local(root) == "article" else next(root.iter("{*}article"), root)
    metadata = _metadata(article)  # before the references go, which have titles too
    etree.strip_elements(article, *(f"{{*}}{tag}" for tag in _LEFT_OUT), with_tail=False)
    for xref in list(article.iter("{*}xref")):
        if xref.get("ref-type") in ("bibr", "fn", "table-fn"):
            _drop(xref)
    parts = [*article.iter("{*}abstract"), *article.iterchildren("{*}body")]
    for part in parts:
        for node in part.iter():
            node.tag = _RENAMED.get(_local(node), _local(node))
    text = "\n\n".join(fragment_text(etree.tostring(part, encoding="unicode", with_tail=False)) for part in parts)
    if not text.strip():
        raise ArticleError("It is a journal's article without its text. Add the full text, or its page.")
    return [drafted(text, metadata, stem_of(name))]


def _metadata(article: etree._Element) -> dict[str, Found]:
    def words(path: str) -> str:
        found = article.find(path)
        return "" if found is None else " ".join("".join(found.itertext()).split())

    names = [
        " ".join(filter(None, (n.findtext("{*}given-names"), n.findtext("{*}surname"))))
        for contrib in article.iterfind(".//{*}contrib")
        if contrib.get("contrib-type", "author") == "author"
        for n in contrib.iter("{*}name")
    ]
    date = article.find(".//{*}pub-date")
    day = [date.findtext(f"{{*}}{part}") or "" for part in ("year", "month", "day")] if date is not None else []
    return stated(
        "article metadata",
        title=words(".//{*}article-meta//{*}article-title") or words(".//{*}article-title"),
        outlet=words(".//{*}journal-title"),
        author=joined_names(names),
        published="-".join(part.zfill(2) for part in day) if all(day) else None,
        language=article.get("{http://www.w3.org/XML/1998/namespace}lang"),
    )


def _drop(node: etree._Element) -> None:
    parent, before = node.getparent(), node.getprevious()
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + (node.tail or "")
    else:
        parent.text = (parent.text or "") + (node.tail or "")
    parent.remove(node)


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""
