"""Small writers of the files that people have, for the tests of intake: what stands in them is what a test says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from email.message import EmailMessage

from fpdf import FPDF

WORDS = (
    "The council of Vesk decided on Tuesday that the old harbour will be dredged before winter, because two ferries "
    "had touched the ground there since May. Divers will first remove the wreck of a tug that sank in 1974. The work "
    "costs four million crowns, of which the state pays a third. Fishermen fear for the spawning grounds of the cod."
)


def zipped(members: Mapping[str, str | bytes], *, first: str | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if first is not None:
            archive.writestr("mimetype", first, compress_type=zipfile.ZIP_STORED)
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


# Word

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_CONTENT_TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
_RELATIONSHIPS = """<?xml version="1.0"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Target="word/document.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>"""


def paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{properties}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def docx(body: str, core: str = "", **parts: str | bytes) -> bytes:
    """A Word document with this body in WordprocessingML; `core` holds Dublin Core elements, `parts` other members."""
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _RELATIONSHIPS,
        "word/document.xml": f'<?xml version="1.0"?><w:document {_W}><w:body>{body}</w:body></w:document>',
    }
    if core:
        members["docProps/core.xml"] = (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
            f' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">{core}'
            "</cp:coreProperties>"
        )
    return zipped({**members, **parts})


# E-books


def xhtml(body: str, title: str = "", attributes: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"'
        f' xmlns:epub="http://www.idpf.org/2007/ops"><head><title>{title}</title></head>'
        f"<body {attributes}>{body}</body></html>"
    )


def epub(
    documents: Mapping[str, str],
    contents: Sequence[tuple[str, str]] = (),
    metadata: str = "<dc:title>The Harbour</dc:title>",
    extra: Mapping[str, str] | None = None,
    version: int = 3,
) -> bytes:
    """An EPUB: documents in reading order by name, and a table of contents of (link, title)."""
    items = "".join(f'<item id="{n}" href="{n}" media-type="application/xhtml+xml"/>' for n in documents)
    spine = "".join(f'<itemref idref="{n}"/>' for n in documents)
    links = "".join(f'<li><a href="{href}">{title}</a></li>' for href, title in contents)
    nav = xhtml(f'<nav epub:type="toc"><ol>{links}</ol></nav>')
    points = "".join(
        f'<navPoint><navLabel><text>{title}</text></navLabel><content src="{href}"/></navPoint>'
        for href, title in contents
    )
    ncx = f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{points}</navMap></ncx>'
    kind = {3: "application/xhtml+xml", 2: "application/x-dtbncx+xml"}[version]
    opf = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
        f'{metadata}</metadata><manifest>{items}<item id="nav" href="nav" properties="{"nav" if version == 3 else ""}"'
        f' media-type="{kind}"/></manifest><spine>{spine}</spine></package>'
    )
    container = (
        '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
        '<rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles>'
        "</container>"
    )
    members = {"META-INF/container.xml": container, "OEBPS/content.opf": opf, "OEBPS/nav": nav if version == 3 else ncx}
    members |= {f"OEBPS/{name}": content for name, content in documents.items()}
    return zipped({**members, **(extra or {})}, first="application/epub+zip")


# PDF


class _Sheets(FPDF):
    def __init__(self, head: Callable[[int], str] | None, foot: Callable[[int], str] | None) -> None:
        super().__init__(format="A4")
        self._head, self._foot = head, foot
        self.set_auto_page_break(True, margin=25)
        self.set_font("Helvetica", size=11)

    def header(self) -> None:
        if self._head:
            self.set_font("Helvetica", size=9)
            self.cell(0, 8, self._head(self.page_no()))
            self.ln(14)
            self.set_font("Helvetica", size=11)

    def footer(self) -> None:
        if self._foot:
            self.set_y(-18)
            self.set_font("Helvetica", size=9)
            self.cell(0, 8, self._foot(self.page_no()), align="C")


def pdf(
    paragraphs: Iterable[str] = (),
    *,
    heading: str = "",
    head: Callable[[int], str] | None = None,
    foot: Callable[[int], str] | None = None,
    columns: int = 1,
    gap: float = 4,
    prepare: Callable[[FPDF], object] | None = None,
    pages: int = 1,
) -> bytes:
    """A PDF of justified paragraphs, `gap` millimetres apart; `pages` empty ones where there are none."""
    sheets = _Sheets(head, foot)
    if prepare:
        prepare(sheets)
    given = list(paragraphs)
    for _ in range(pages if not given else 1):
        sheets.add_page()
    if heading:
        sheets.set_font("Helvetica", "B", size=18)
        sheets.multi_cell(0, 10, heading, new_x="LMARGIN", new_y="NEXT")
        sheets.set_font("Helvetica", size=11)
    if columns > 1:
        with sheets.text_columns(text_align="J", ncols=columns, gutter=8) as area:
            for text in given:
                with area.paragraph(bottom_margin=gap) as block:
                    block.write(text)
    else:
        for text in given:
            sheets.multi_cell(0, 5, text, align="J", new_x="LMARGIN", new_y="NEXT")
            sheets.ln(gap)
    return bytes(sheets.output())


# Mail


def mail(plain: str | None = None, html: str | None = None, **headers: str) -> bytes:
    message = EmailMessage()
    defaults = {"From": "Marta Dahl <marta@vesk.example>", "To": "all@vesk.example", "Subject": "The harbour"}
    given = {**defaults, "Message-ID": "<1@vesk.example>", **{k.replace("_", "-"): v for k, v in headers.items()}}
    for name, value in given.items():
        if value:
            message[name] = value
    if plain is not None:
        message.set_content(plain)
    if html is not None:
        (message.add_alternative if plain is not None else message.set_content)(html, subtype="html")
    return message.as_bytes()


# Feeds


def rss(*items: str, channel: str = "<title>The Vesk Gazette</title><language>en-gb</language>") -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel>{channel}{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"
    ).encode()
