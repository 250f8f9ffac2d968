"""What a file is, by what is in it.

A name decides only between what looks alike: Markdown and text, and JSON lines of which the first is a bad one.
Knows the marks of formats, not how to read them: qa/intake/parsers.py does. What cannot become an article is refused
by what it seems to be, with what to do about it.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import Literal

from qa.core.errors import ArticleError
from qa.intake.encodings import HEAD, is_text
from qa.intake.formats.documents.subtitles import is_subtitles
from qa.intake.formats.documents.text import MARKDOWN
from qa.intake.formats.messages.mbox import count as count_messages
from qa.intake.formats.records.archive import Archive
from qa.intake.formats.records.jsonl import JSON_LINES
from qa.intake.formats.records.links import is_list
from qa.intake.formats.records.table import SUFFIXES as TABLES
from qa.intake.formats.records.table import is_table

Kind = Literal[
    "html", "pdf", "docx", "odt", "rtf", "epub", "markdown", "text", "mail", "mbox", "mhtml", "feed", "jsonl", "json",
    "table", "links", "subtitles", "jats", "zip", "gzip",
]  # fmt: skip

ACCEPTED = (
    "Add a web page or web archive, PDF, .docx, .odt, .rtf, EPUB, Markdown, text, subtitles, a mail or mailbox, a "
    "feed, JSON, a table with a column of texts, or a .zip of such files."
)

_MHTML_WITHIN = 4_000  # characters
_SOURCES = tuple(
    f".{e}" for e in "js mjs cjs ts tsx jsx css scss less py rb php java c h cpp go rs sh ps1 map sql".split()
)
_PDF_MARK_WITHIN = 1024  # bytes; readers accept what mailers and servers put before it
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Office before 2007, and everything of Office's with a password
_OLE_KINDS = {
    "EncryptedPackage": "an Office document with a password. Save it without one",
    "WordDocument": "a Word document of before 2007 (.doc). Save it as .docx",
    "Workbook": "a spreadsheet (.xls)",
    "PowerPoint Document": "a presentation (.ppt). Export it as PDF",
    "__nameid_version1.0": "an Outlook message (.msg). Save it as .eml",
}
_ZIP_KINDS = {
    "xl/workbook.xml": "a spreadsheet (.xlsx)",
    "xl/workbook.bin": "a spreadsheet (.xlsb)",
    "ppt/presentation.xml": "a presentation (.pptx). Export it as PDF",
    "META-INF/MANIFEST.MF": "a Java program",
    "AndroidManifest.xml": "an Android program",
}
_WORD = re.compile(rb"wordprocessingml\.(?:document|template)\.main|ms-word\.(?:document|template)\.macroEnabled")
_OPEN_DOCUMENT = "an OpenDocument table, presentation or drawing. Export it as PDF"
_NAMED = {"image": "an image", "video": "a video", "audio": "a sound recording", "font": "a font"}
_PROGRAMS = {"application/x-msdownload", "application/x-executable", "application/x-mach-binary", "application/wasm"}

_TAG = re.compile(r"<([A-Za-z][\w.:-]*)[\s/>]")
_HTML_TAGS = set(
    "html head body title meta link base style script main article section nav header footer div span p a img h1 h2 h3"
    " h4 h5 h6 ul ol li dl table tbody tr td blockquote pre hr br b i em strong figure form center font details".split()
)
_FEED_ROOTS = {"rss", "feed", "rdf"}
_HEADER = re.compile(r"([!-9;-~]+):")
_MAIL_HEADERS = {"from", "to", "subject", "date", "sender", "cc"}
_POSTMARKS = set(
    "message-id mime-version received return-path content-type delivered-to dkim-signature list-id list-unsubscribe"
    " reply-to content-transfer-encoding".split()
)


def kind_of(data: bytes, name: str) -> Kind:
    """Return the kind of a file. Raises ArticleError, naming what it seems to be, for what cannot become an article."""
    if not data:
        raise ArticleError("It is empty. Add a file with text in it.")
    if _is_pdf(data):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _zip_kind(data)
    if data.startswith(b"\x1f\x8b"):
        return _gzip_kind(data)
    if data.startswith(b"{\\rtf"):
        return "rtf"
    lines = name.lower().endswith(JSON_LINES)
    if not is_text(data.replace(b"\x00", b"") if lines else data):  # a line with NUL in it is a bad line
        raise _refused(_binary_kind(data))
    return "jsonl" if lines else _text_kind(data, name.lower())


def _refused(seems: str) -> ArticleError:
    return ArticleError(f"It seems to be {seems}. {ACCEPTED}")


def _is_pdf(data: bytes) -> bool:
    at = data.find(b"%PDF-", 0, _PDF_MARK_WITHIN)
    return at == 0 or (at > 0 and (data[:at].isspace() or b"startxref" in data[-2048:]))


def _zip_kind(data: bytes) -> Kind:
    archive = Archive(data)
    if "word/document.xml" in archive:
        return "docx"
    stated = archive.read("mimetype")[:100].strip() if "mimetype" in archive else b""
    if stated == b"application/epub+zip" or "META-INF/container.xml" in archive:
        return "epub"
    if "[Content_Types].xml" in archive and _WORD.search(archive.read("[Content_Types].xml")):
        return "docx"
    if stated.startswith(b"application/vnd.oasis.opendocument.text"):
        return "odt"
    if stated.startswith(b"application/vnd.oasis.opendocument"):
        raise _refused(_OPEN_DOCUMENT)
    if seems := next((seems for member, seems in _ZIP_KINDS.items() if member in archive), None):
        raise _refused(seems)
    return "zip"


def _gzip_kind(data: bytes) -> Kind:
    try:
        begins = zlib.decompressobj(31).decompress(data[:HEAD], HEAD)
    except zlib.error:
        begins = b""
    if begins[257:262] == b"ustar":
        raise _refused("an archive (tar). Unpack it and add the files in it")
    return "jsonl" if _is_json_lines(begins) else "gzip"


def _is_json_lines(begins: bytes) -> bool:
    first = begins.lstrip().partition(b"\n")[0]
    if not (first.startswith(b"{") and is_text(begins)):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return len(first) > HEAD // 2  # cut off: a long line


def _binary_kind(data: bytes) -> str:
    import filetype  # here, since most files are none of these

    if data.startswith(_OLE):
        found = (seems for stream, seems in _OLE_KINDS.items() if stream.encode("utf-16-le") in data)
        return next(found, "an Office document of before 2007")
    guess = filetype.guess(data[:HEAD])
    if guess is None:
        return "a binary file, not text"
    if guess.mime in _PROGRAMS or guess.extension in ("exe", "elf"):
        return f"a program ({guess.extension})"
    family = guess.mime.partition("/")[0]
    return f"{_NAMED.get(family, 'a binary file')} ({guess.extension})"


def _head(data: bytes) -> str:
    """Return the first characters, good enough to see markup by: all marks of formats are ASCII."""
    head = data[:HEAD]
    if b"\x00" in head:
        wide = "utf-16-be" if head.startswith((b"\xfe\xff", b"\x00")) else "utf-16-le"
        return head[: len(head) // 2 * 2].decode(wide, errors="replace").lstrip("\ufeff")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _text_kind(data: bytes, name: str) -> Kind:
    head = _head(data)
    if is_subtitles(head):
        return "subtitles"
    if name.endswith(_SOURCES):
        raise _refused(f"a program's source or a style sheet ({name.rpartition('.')[2]})")
    if name.endswith(TABLES) or is_table(head.lstrip().partition("\n")[0]):
        return "table"
    start = head.lstrip()
    if start.startswith("<"):
        kind = _markup_kind(start, markdown=name.endswith(MARKDOWN))
        if kind:
            return kind
    elif start.startswith("{") and not name.endswith(MARKDOWN):  # Hugo's front matter may be JSON
        return _json_kind(start)
    elif re.match(r'\[\s*\{\s*"', start):
        return "json"
    elif _is_mail(start, name):
        return _mail_kind(data, start, name)
    return "markdown" if name.endswith(MARKDOWN) else "text"


def _markup_kind(start: str, *, markdown: bool) -> Kind | None:
    """Return the kind by the first element; None for text that happens to begin with an angle bracket."""
    xml = start.startswith("<?xml")
    page = re.match(r"<!doctype\s+html\b|<html[\s>]", start, re.IGNORECASE) is not None
    tag = _TAG.match(_after_prolog(start))
    root = tag.group(1).rpartition(":")[2].lower() if tag else ""
    if root in _FEED_ROOTS and (xml or "xmlns" in start or root == "rss"):
        return "feed"
    if root == "article" and ("JATS" in start or "NLM" in start or "article-meta" in start):
        return "jats"
    if is_list(start) and not markdown:
        return "links"
    if page or root == "html":
        return "html"
    if root in _HTML_TAGS and not xml:
        return None if markdown else "html"
    if root == "svg":
        raise _refused("an image (svg)")
    if xml:
        raise _refused(f"an XML file of its own kind (its root is {root[:40] or 'missing'!r})")
    return None


def _after_prolog(start: str) -> str:
    """Return what follows declarations, comments and the document type, which may have its own in brackets."""
    while True:
        start = start.lstrip()
        if start.startswith("<?"):
            close, begin = "?>", 0
        elif start.startswith("<!--"):
            close, begin = "-->", 4
        elif start[:9].lower() == "<!doctype":
            close, begin = ">", 9
            if -1 < start.find("[") < start.find(">"):
                begin = start.find("]")
        else:
            return start
        end = start.find(close, begin) if begin >= 0 else -1
        if end < 0:
            return ""
        start = start[end + len(close) :]


def _json_kind(start: str) -> Kind:
    first = start.partition("\n")[0]
    try:
        is_record = isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        is_record = "\n" not in start and re.match(r'\{\s*"[^"\n]*"\s*:', start) is not None  # cut off: a long line
    if is_record:
        return "jsonl"
    return "json" if re.match(r'\{\s*"[^"\n]*"\s*:', start) else "text"


def _is_mail(start: str, name: str) -> bool:
    """Return True if it begins with a mail's headers; a memo's "From:" and "Date:" need a postmark or the name."""
    lines = start.replace("\r\n", "\n").partition("\n\n")[0].split("\n")
    mailbox = lines[0].startswith("From ") and len(lines) > 1
    headers = set()
    for line in lines[1:] if mailbox else lines:
        match = _HEADER.match(line)
        if match:
            headers.add(match.group(1).lower())
        elif line[:1] not in (" ", "\t"):
            return False
    named = name.endswith((".eml", ".mbox", ".mhtml", ".mht")) or mailbox
    return len(headers & _MAIL_HEADERS) >= 2 and bool(headers & _POSTMARKS or named)


def _mail_kind(data: bytes, start: str, name: str) -> Kind:
    """Return the kind: a web archive, a mailbox of several messages, or a mail."""
    head = start[:_MHTML_WITHIN].lower()
    if "snapshot-content-location:" in head or "<saved by" in head or name.endswith((".mhtml", ".mht")):
        return "mhtml"
    if "multipart/related" in head and "content-location:" in head and "message-id:" not in head:
        return "mhtml"
    is_box = start.startswith("From ") and (name.endswith(".mbox") or count_messages(data) > 1)
    return "mbox" if is_box else "mail"
