"""Libraries that read files compared on real ones, as Markdown: what is in docs/intake-formats.md comes from here.

    pip install pypdf==7.1.0 pdfminer.six==20260107 python-docx==1.2.0 atoma==0.0.17 ebooklib==0.20 puremagic==1.30
    pip download --no-deps --no-binary :all: -d FOLDER pdfminer==20191125 feedparser==6.0.8 python-docx==1.2.0
    (cd FOLDER && for f in *.tar.gz; do tar xzf $f; done)
    python bench/formats.py FOLDER

The real files are those that the libraries test themselves with, in their source packages. The paragraphs of three PDFs
were labelled by looking at the pages (bench/data/pdf_paragraphs.json). A library that is not installed is left out.
"""

from __future__ import annotations

import html
import json
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from importlib import import_module
from io import BytesIO
from pathlib import Path
from random import Random

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

import documents  # noqa: E402  (the writers of the tests)

from qa.core.errors import ArticleError  # noqa: E402
from qa.intake.encodings import decoded  # noqa: E402
from qa.intake.formats.documents import epub  # noqa: E402
from qa.intake.formats.messages import feed  # noqa: E402
from qa.intake.formats.office import docx  # noqa: E402
from qa.intake.formats.paged import pdf  # noqa: E402

Reader = Callable[[bytes], str]
GOLD = json.loads((Path(__file__).parent / "data" / "pdf_paragraphs.json").read_text("utf-8"))
WIDTHS = (80, 30, 8)  # characters of the text that encodings are guessed from


def main(folder: Path) -> None:
    for title, rows in (
        ("PDF: paragraphs of three real files", pdf_rows(folder)),
        ("PDF: paragraphs of generated files", generated_rows()),
        ("Word: what Word shows and what it does not", word_rows()),
        ("Word: python-docx's own files", word_file_rows(folder)),
        ("E-books: generated, two chapters in one document and two in two", epub_rows()),
        ("Feeds: feedparser's own files", feed_rows(folder)),
        ("Encodings: pieces of a sentence", encoding_rows()),
        ("Kinds: text that begins like a binary file", kind_rows()),
    ):
        head, *body = rows
        print(f"\n**{title}**\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
        for row in body:
            print(f"| {' | '.join(map(str, row))} |")


def installed(readers: dict[str, tuple[str, Reader]]) -> Iterator[tuple[str, Reader]]:
    for name, (module, reader) in readers.items():
        try:
            import_module(module)
        except ImportError:
            continue
        yield name, reader


# PDF


def _pypdf(data: bytes) -> str:
    from pypdf import PdfReader

    return "\n\n".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)


def _pdfminer(data: bytes) -> str:
    from pdfminer.high_level import extract_text

    return extract_text(BytesIO(data))


def _pdfium(data: bytes) -> str:
    from pypdfium2 import PdfDocument

    pages = [page.get_textpage().get_text_range() for page in PdfDocument(data)]
    return "\n\n".join(pages).replace("\r\n", "\n").replace("\ufffe", "")


def _ours(data: bytes) -> str:
    return pdf.parse(data, "x.pdf")[0].text.replace("\n", "\n\n")  # its lines are joined already


PDF_READERS: dict[str, tuple[str, Reader]] = {
    "pypdf": ("pypdf", _pypdf),
    "pdfminer.six": ("pdfminer", _pdfminer),
    "pypdfium2, its text as it is": ("pypdfium2", _pdfium),
    "Groundwire (pypdfium2 and qa/intake/formats/paged/reflow.py)": ("pypdfium2", _ours),
}


def plain(text: str) -> str:
    """For comparing: no white space, no hyphens (a broken word's is nobody's fault), no ligatures."""
    return re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", text))


def found(text: str, paragraphs: list[str]) -> tuple[int, int]:
    """How many paragraphs stand in the text in one piece, and how many are a block of their own."""
    whole, blocks = plain(text), {plain(block) for block in re.split(r"\n\s*\n", text)}
    return sum(plain(p) in whole for p in paragraphs), sum(plain(p) in blocks for p in paragraphs)


def pdf_rows(folder: Path) -> Iterator[list[object]]:
    yield ["library", *(f"{name}: in one piece / a block / seconds" for name in GOLD), "lines of headers left"]
    files = {name: next(folder.rglob(name)).read_bytes() for name in GOLD}
    for library, reader in installed(PDF_READERS):
        cells, left = [], 0
        for name, gold in GOLD.items():
            begun = time.process_time()
            text = reader(files[name])
            seconds = time.process_time() - begun
            pieces, blocks = found(text, gold["paragraphs"])
            cells.append(f"{pieces} / {blocks} of {len(gold['paragraphs'])} / {seconds:.1f}")
            left += sum(plain(text).count(plain(line)) for line in gold["furniture"])
        yield [library, *cells, left]


def generated_rows() -> Iterator[list[object]]:
    words = sorted({word.strip(".,").lower() for word in documents.WORDS.split()})

    def story(n: int) -> str:
        pick = Random(n)
        return ". ".join(" ".join(pick.choices(words, k=pick.randint(8, 30))).capitalize() for _ in range(4)) + "."

    stories = [story(n) for n in range(60)]
    head, foot = (lambda n: f"The Vesk Gazette, page {n}"), str
    files = {f"{c} columns": documents.pdf(stories, columns=c, head=head, foot=foot) for c in (1, 2, 3)}
    yield ["library", *(f"{name}: in one piece / a block of {len(stories)}" for name in files)]
    for library, reader in installed(PDF_READERS):
        yield [library, *("{} / {}".format(*found(reader(data), stories)) for data in files.values())]


# Word


def _python_docx(data: bytes) -> str:
    from docx import Document
    from docx.table import Table

    parts = []
    for block in Document(BytesIO(data)).iter_inner_content():
        rows = [" | ".join(cell.text for cell in row.cells) for row in block.rows] if isinstance(block, Table) else None
        parts.append("\n".join(rows) if rows is not None else block.text)
    return "\n\n".join(parts)


def _mammoth(data: bytes) -> str:
    from mammoth import extract_raw_text

    return str(extract_raw_text(BytesIO(data)).value)


def _ours_docx(data: bytes) -> str:
    return docx.parse(data, "x.docx")[0].text


WORD_READERS: dict[str, tuple[str, Reader]] = {
    "python-docx": ("docx", _python_docx),
    "mammoth, raw text": ("mammoth", _mammoth),
    "Groundwire (mammoth's HTML)": ("mammoth", _ours_docx),
}


def run(words: str) -> str:
    return f"<w:r><w:t>{words}</w:t></w:r>"


CELL = "<w:tc><w:p>{}</w:p></w:tc>"
SHOWN = {  # a piece of body: what a reader sees of it
    "insertion": (f"<w:p><w:ins>{run('one')}</w:ins>{run('two')}</w:p>", "onetwo"),
    "deletion": (f"<w:p>{run('one')}<w:del><w:r><w:delText>no</w:delText></w:r></w:del>{run('two')}</w:p>", "onetwo"),
    "moved text": (f"<w:p><w:moveTo>{run('one')}</w:moveTo><w:moveFrom>{run('no')}</w:moveFrom></w:p>", "one"),
    "content control": (f"<w:sdt><w:sdtContent><w:p>{run('one')}</w:p></w:sdtContent></w:sdt>", "one"),
    "control in a line": (f"<w:p><w:sdt><w:sdtContent>{run('one')}</w:sdtContent></w:sdt>{run('two')}</w:p>", "onetwo"),
    "link": (f'<w:p>{run("one")}<w:hyperlink w:anchor="x">{run("two")}</w:hyperlink></w:p>', "onetwo"),
    "smart tag": (f"<w:p><w:smartTag>{run('one')}</w:smartTag></w:p>", "one"),
    "text box": (
        f"<w:p><w:r><w:pict><w:txbxContent><w:p>{run('one')}</w:p></w:txbxContent></w:pict></w:r></w:p>",
        "one",
    ),
    "table's row": (f"<w:tbl><w:tr>{CELL.format(run('one'))}{CELL.format(run('two'))}</w:tr></w:tbl>", "one | two"),
    "field": (f"<w:p><w:r><w:instrText>PAGE</w:instrText></w:r>{run('one')}</w:p>", "one"),
}


def word_rows() -> Iterator[list[object]]:
    yield ["library", *SHOWN]
    for library, reader in installed(WORD_READERS):
        cells = []
        for body, shown in SHOWN.values():
            text = reader(documents.docx(documents.paragraph("first") + body + documents.paragraph("last")))
            cells.append("yes" if re.split(r"\n\s*\n", text.strip())[1:-1] == [shown] else "**no**")
        yield [library, *cells]


def word_file_rows(folder: Path) -> Iterator[list[object]]:
    files = [p for p in sorted(folder.rglob("*.docx")) if "test_files" in p.parts]
    yield ["library", f"of {len(files)} files: read", "words", "seconds"]
    for library, reader in installed(WORD_READERS):
        read, words, begun = 0, 0, time.process_time()
        for path in files:
            try:
                words += len(re.findall(r"\w+", reader(path.read_bytes())))
                read += 1
            except ArticleError as refusal:
                read += "needs words" in str(refusal)
        yield [library, read, words, f"{time.process_time() - begun:.1f}"]


# E-books


def _ebooklib(data: bytes) -> str:
    import tempfile

    import ebooklib
    from ebooklib import epub as library

    with tempfile.NamedTemporaryFile(suffix=".epub") as file:
        file.write(data)
        file.flush()
        book = library.read_epub(file.name)
    items = book.get_items_of_type(ebooklib.ITEM_DOCUMENT)
    return "\x00".join(html.unescape(re.sub(r"<[^>]+>", "\n", i.get_body_content().decode())) for i in items)


def _ours_epub(data: bytes) -> str:
    return "\x00".join(draft.text for draft in epub.parse(data, "x"))


def epub_rows() -> Iterator[list[object]]:
    texts = [f"Chapter {n} begins. " + f"{documents.WORDS} " * 6 for n in range(4)]
    body = [f'<h2 id="c{n}">{n}</h2><p>{text}</p>' for n, text in enumerate(texts)]
    names = {"a.xhtml": body[0] + body[1], "b.xhtml": body[2], "c.xhtml": body[3]}
    links = [("a.xhtml#c0", "0"), ("a.xhtml#c1", "1"), ("b.xhtml", "2"), ("c.xhtml", "3")]
    extra = {"i.xhtml": documents.xhtml("<p>© 2019 Marta Dahl. All rights reserved. ISBN 1</p>")}
    book = documents.epub({**extra, **{n: documents.xhtml(b) for n, b in names.items()}}, links)
    readers = {"ebooklib": ("ebooklib", _ebooklib), "Groundwire (zipfile, lxml)": ("lxml", _ours_epub)}
    yield ["library", "pieces", "chapters that are a piece (of 4)", "copyright pages and contents left"]
    for library, reader in installed(readers):
        pieces = reader(book).split("\x00")
        whole = sum(sum(plain(t) in plain(p) for t in texts) == 1 for p in pieces)
        yield [library, len(pieces), whole, sum("ISBN" in p or len(p.strip()) < 50 for p in pieces)]


# Feeds

EXPECTED = re.compile(r"""entries\[0\]\[u?'(title|link)'\] == u?'([^'\\]*)'\s*$""", re.MULTILINE)


def _feedparser(data: bytes) -> dict[str, str]:
    (entry, *_) = feed._read(data).entries
    return {"title": entry.get("title", ""), "link": entry.get("link", "")}


def _atoma(data: bytes) -> dict[str, str]:
    import atoma

    try:
        item = atoma.parse_rss_bytes(data).items[0]
        return {"title": item.title or "", "link": item.link or ""}
    except (atoma.FeedParseError, atoma.FeedXMLError):
        entry = atoma.parse_atom_bytes(data).entries[0]
        link = next((link.href for link in entry.links if link.rel in (None, "alternate")), "")
        return {"title": entry.title.value, "link": link}


def feed_rows(folder: Path) -> Iterator[list[object]]:
    gold = []
    for path in sorted(folder.rglob("tests/*formed/**/*.xml")):
        if "sanitize" in path.parts or path.name.startswith("http_"):  # what pages must not run; what servers say
            continue
        data = path.read_bytes()
        if match := EXPECTED.search(data[:2000].decode("latin-1")):
            gold.append((data, match.group(1), match.group(2)))
    yield ["library", f"of {len(gold)} stated titles and links: right", "wrong", "not read", "seconds"]
    for library, reader in (("feedparser", _feedparser), ("atoma", _atoma)):
        counts = {"right": 0, "wrong": 0, "not read": 0}
        begun = time.process_time()
        for data, field, value in gold:
            try:
                counts["right" if reader(data)[field] == value else "wrong"] += 1
            except Exception:
                counts["not read"] += 1
        yield [library, *counts.values(), f"{time.process_time() - begun:.1f}"]


# Text


def encoding_rows() -> Iterator[list[object]]:
    from charset_normalizer import from_bytes
    from encoded import SENTENCES

    def library(data: bytes) -> str | None:
        best = from_bytes(data).best()
        return str(best) if best else None

    def ours(data: bytes) -> str | None:
        try:
            return decoded(data).text
        except ArticleError:
            return None

    yield ["reader", *(f"{n} characters: right / wrong / refused" for n in WIDTHS)]
    for name, read in (("charset-normalizer, best guess", library), ("Groundwire", ours)):
        cells = []
        for width in WIDTHS:
            counts = [0, 0, 0]
            for encoding, sentence in SENTENCES.items():
                for at in range(0, len(sentence) - width + 1, max(width // 2, 1)):
                    piece = sentence[at : at + width]
                    got = read(piece.encode(encoding))
                    counts[2 if got is None else got != piece] += 1
            cells.append(" / ".join(map(str, counts)))
        yield [name, *cells]


def kind_rows() -> Iterator[list[object]]:
    import filetype

    from qa.intake.kinds import kind_of

    starts = ("BMW", "MZ", "II*", "GIF89a", "ID3", "%!PS", "SIMPLE", "Rar!", "PK", "BZh", "fLaC", "OTTO", "FWS", "RIFF")
    texts = [f"{start} is what the article begins with, and the rest is words. ".encode() * 8 for start in starts]

    def ours(data: bytes) -> bool:
        return kind_of(data, "x") == "text"

    def magic(data: bytes) -> bool:
        import puremagic

        try:
            return not puremagic.from_string(data)
        except puremagic.PureError:
            return True

    readers = {
        "filetype": ("filetype", lambda data: filetype.guess(data) is None),
        "puremagic": ("puremagic", magic),
        "Groundwire (text first, then filetype)": ("filetype", ours),
    }
    yield ["reader", f"of {len(texts)} texts: taken for text"]
    for name, reader in installed(readers):
        yield [name, sum(map(reader, texts))]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
