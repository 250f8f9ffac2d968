"""PDF to a draft: PDFium finds the letters and where they stand, documents/reflow.py makes text of them.

Knows what a PDF says of itself, and that its dates are when the file was made, not when the article was published. Of
the libraries compared (docs/intake-formats.md) PDFium is the fastest by far and puts spaces and broken words right.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import isfinite
from statistics import median
from typing import Any

from qa.core.errors import ArticleError
from qa.core.types import Draft, Found
from qa.corpus.canonical import MAX_BYTES
from qa.intake.drafts import drafted, joined_names, stated, stem_of
from qa.intake.formats.office.tools import real_author, real_title
from qa.intake.formats.paged.lines import Line, Page, first_offsets
from qa.intake.formats.paged.reflow import running_text
from qa.intake.formats.records.archive import parse_xml

MAX_PAGES = 2_000  # a long book has 1,500; a page costs about twenty milliseconds
WIDE_GAP = 1.0  # times the letters' height: beyond it begins another column or cell
MAX_UNREADABLE = 0.2  # share of letters that the fonts do not name
MAX_XMP = 2**20  # bytes; real ones have a few thousand
TITLE_SIZE = 1.2  # times the usual letters: a title is set larger
MAX_TITLE_LINES = 4
MAX_TITLE = 200  # characters; larger type that goes on longer is a poster

_HYPHEN = 0x02  # PDFium's mark for a hyphen at a line's end, in place of it and of the line break
_ENDS = (0x0A, 0x0D, _HYPHEN)
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_NS = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "prism": "http://prismstandard.org/namespaces/basic/2.0/",
}

_Box = tuple[float, float, float, float]


def parse(data: bytes, name: str) -> list[Draft]:
    """Return one draft. Raises ArticleError for what is damaged, protected, too long, or pictures of text."""
    document = _opened(data)
    try:
        if len(document) > MAX_PAGES:
            raise ArticleError(f"It has {len(document):,} pages; at most {MAX_PAGES:,} are read. Split it.")
        pages, failed = _pages(document)
        metadata = {**_by_size(pages), **_information(document), **_xmp(data)}
    finally:
        document.close()
    notes = (f"Pages that could not be read: {', '.join(map(str, failed[:20]))}.",) if failed else ()
    texts = [text.translate(_LIGATURES) for text in running_text(pages)]
    text = "".join(texts)
    if not any(c.isalnum() for c in text):
        raise ArticleError(
            "No text found: its pages seem to be pictures. Recognise their text first (OCR), then add it."
        )
    draft = drafted(text, metadata, stem_of(name), notes)
    for number in failed:  # its page has no text
        texts.insert(number - 1, "")
    return [replace(draft, pages=first_offsets(texts, draft.text))]


def _opened(data: bytes) -> Any:
    import pypdfium2
    from pypdfium2 import raw

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise ArticleError("It is protected by a password. Save it without one and add it again.") from error
        raise ArticleError("Its PDF is damaged and cannot be opened. Save or download it again.") from error


def _pages(document: Any) -> tuple[list[Page], list[int]]:
    """Return the pages' lines, and the numbers of pages that PDFium cannot read."""
    import pypdfium2

    pages, failed, letters, unreadable = [], [], 0, 0
    for n in range(len(document)):
        try:
            page = document[n]
            text = page.get_textpage()
            letters += text.count_chars()
            if letters > MAX_BYTES:
                raise ArticleError(
                    f"It holds more than {MAX_BYTES:,} characters, the most that an article may. Split it."
                )
            lines, lost = _lines(text)
            width, height = page.get_size()
            pages.append(Page(_from_the_left(lines, width), width, height))
            unreadable += lost
            text.close()
            page.close()
        except pypdfium2.PdfiumError:
            failed.append(n + 1)
    if not pages:
        raise ArticleError("None of its pages can be read. Save or download it again.")
    if unreadable > MAX_UNREADABLE * letters:
        raise ArticleError("Its fonts do not say which letters they draw. Recognise its text first (OCR), then add it.")
    return pages, failed


def _from_the_left(lines: list[Line], width: float) -> list[Line]:
    """Return the lines of a page, mirrored where most are written from the right: reflowing knows one direction."""
    right = sum(len(line.text) for line in lines if is_from_the_right(line.text))
    if 2 * right <= sum(len(line.text) for line in lines):
        return lines
    return [replace(line, left=width - line.right, right=width - line.left) for line in lines]


def is_from_the_right(text: str) -> bool:
    """Return True if most letters of a text are of scripts that are written from the right."""
    sides = Counter(unicodedata.bidirectional(c) for c in text)
    return sides["R"] + sides["AL"] > sides["L"]


def _lines(page: Any) -> tuple[list[Line], int]:
    """Return the page's lines in the file's order, cut at wide gaps, and the count of letters its fonts do not name."""
    lines: list[Line] = []
    run = _Run()
    unreadable = 0
    for word in _words(page):
        unreadable += word.unreadable
        if word.letters:
            first, last = page.get_charbox(word.first, loose=True), page.get_charbox(word.last, loose=True)
            if run.is_away(first, last):
                lines += run.ended()
            if all(map(isfinite, (*first, *last))):
                run.add("".join(word.letters), first, last)
        if word.end in _ENDS:
            lines += run.ended(hyphen=word.end == _HYPHEN)
    return lines + run.ended(), unreadable


@dataclass(slots=True)
class _Word:
    """Letters without a space, the places of the first and last in PDFium's list, and the character that ends them."""

    letters: list[str] = field(default_factory=list)
    first: int = 0
    last: int = 0
    end: int = 0
    unreadable: int = 0


def _words(page: Any) -> Iterator[_Word]:
    from pypdfium2 import raw

    word = _Word()
    unicode_at, handle = raw.FPDFText_GetUnicode, page.raw
    for i in range(page.count_chars()):
        code = unicode_at(handle, i)
        if code in (0, 0xFFFD, 0xFFFE, 0xFFFF) or 0xD800 <= code <= 0xF8FF or code > sys.maxunicode:
            word.unreadable += not 0xF000 <= code <= 0xF0FF  # symbol fonts have their signs there
        elif code in _ENDS or chr(code).isspace():
            word.end = code
            yield word
            word = _Word()
        else:
            word.first = word.first if word.letters else i
            word.last = i
            word.letters.append(chr(code))
    yield word


class _Run:
    """Words on one baseline, as they come. A box is left, bottom, right, top."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._words: list[str] = []
        self._left = self._right = self._bottom = 0.0
        self._heights: Counter[float] = Counter()

    def is_away(self, box: _Box, last: _Box) -> bool:
        """Return True if a word that begins there is not the next of this run."""
        left, bottom, _, top = box
        size, gap = top - bottom, left - self._right
        if is_from_the_right(" ".join(self._words)) or last[0] < left:
            gap = max(min(left, last[0]) - self._right, self._left - max(box[2], last[2]))
        away = gap > WIDE_GAP * size or gap < -3 * size or abs(bottom - self._bottom) > size
        return bool(self._words) and away

    def add(self, word: str, first: _Box, last: _Box) -> None:
        if not self._words:
            self._left, self._bottom, self._right, _ = first
            self._left = min(first[0], last[0])
        self._words.append(word)
        self._left, self._right = min(self._left, first[0], last[0]), max(self._right, first[2], last[2])
        self._heights[round(first[3] - first[1], 1)] += len(word)

    def ended(self, *, hyphen: bool = False) -> list[Line]:
        """Return the run as a line, none where it holds nothing, and begin anew."""
        text = " ".join(self._words)
        size = self._heights.most_common(1)[0][0] if self._heights else 0.0
        line = Line(text, self._left, self._bottom, self._right, size, hyphen)
        self._clear()
        return [line] if text else []


# Metadata


def _information(document: Any) -> dict[str, Found]:
    """Return the information dictionary's title and author, unless a tool put them there; its dates are the file's."""
    from pypdfium2 import raw

    def value(key: str) -> str | None:
        try:
            return str(document.get_metadata_value(key))
        except UnicodeDecodeError:  # it says that it is UTF-16 and is not
            return None

    size = raw.FPDFCatalog_GetLanguage(document, None, 0)
    buffer = (raw.FPDF_WCHAR * max(size // 2, 1))()
    raw.FPDFCatalog_GetLanguage(document, buffer, size)
    language = bytes(memoryview(buffer).cast("B")).decode("utf-16-le", errors="replace").strip("\0")
    return {
        **stated("pdf information", title=real_title(value("Title")), author=real_author(value("Author"))),
        **stated("pdf catalog", language=language),
    }


def _xmp(data: bytes) -> dict[str, Found]:
    """Return the XMP packet's, which publishers fill in and tools copy. `prism` is the publishers' own vocabulary."""
    start = data.find(b"<x:xmpmeta")
    end = data.find(b"</x:xmpmeta>", start, start + MAX_XMP)
    if start < 0 or end < 0:
        return {}
    try:
        root = parse_xml(data[start:end] + b"</x:xmpmeta>")
    except ArticleError:
        return {}

    def values(path: str) -> list[str]:
        found = [e.text or "" for e in root.iterfind(f".//{path}", _NS) if isinstance(e.tag, str)]
        return [value for value in found if value.strip()]

    authors = joined_names([a for a in values("dc:creator/rdf:Seq/rdf:li") if real_author(a)])
    return stated(
        "pdf xmp",
        title=real_title(next(iter(values("dc:title/rdf:Alt/rdf:li")), None)),
        author=authors,
        language=next(iter(values("dc:language/rdf:Bag/rdf:li")), None),
        outlet=next(iter(values("prism:publicationName")), None),
        published=next(iter(values("prism:publicationDate") + values("prism:coverDate")), None),
        url=next(iter(values("prism:url")), None),
    )


def _by_size(pages: list[Page]) -> dict[str, Found]:
    """Return the first page's largest text, where it is one title's length and clearly larger than the rest."""
    sizes = [line.size for page in pages[:5] for line in page.lines for _ in range(0, len(line.text), 20)]
    if not sizes:
        return {}
    upper = [line for line in pages[0].lines if line.bottom > pages[0].height / 2]
    largest = max((line.size for line in upper), default=0.0)
    large = [line.text for line in upper if line.size > 0.95 * largest]
    title = " ".join(large)
    fits = largest >= TITLE_SIZE * median(sizes) and len(large) <= MAX_TITLE_LINES and len(title) <= MAX_TITLE
    return stated("largest text of the first page", title=title.translate(_LIGATURES)) if fits and " " in title else {}
