"""Text in any encoding: a stated one is believed, UTF is known by its form, anything else is a guess that is said.

Labels mean what the HTML standard says (`iso-8859-1` is windows-1252). Bytes that are valid UTF-8 are UTF-8 whatever
anybody claims: that other encodings come out so by chance is next to impossible. Of a file a guess that is not well
founded is refused with the way to mend it; a page is always read, as browsers do, and may state its own encoding.
Knows bytes and characters, no file format beyond the places where a page states it.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

import webencodings

from qa.core.errors import ArticleError

HEAD = 2**16  # bytes that are looked at to tell text from other things
SAMPLE = 2**18  # bytes that a guess is made from
PAGE_SAMPLE = 2**20  # the same of a page, of which most is markup
DECLARED_WITHIN = 4096  # bytes; the standard looks at 1,024, but saved pages carry long comments first
PAGE_DAMAGE = 0.001  # share of broken characters up to which what a page or its server states is believed
MAX_CONTROLS = 0.02  # share of control characters; packed data has a tenth and more, old texts a few page breaks
DAMAGE = 0.02  # UTF-8 with so few bad places among its many-byte characters is damaged UTF-8, not another encoding
MAX_CHAOS = 0.1  # of charset-normalizer: its measure of characters that do not go together
MIN_COHERENCE = 0.3  # of the same: its measure of letters being as frequent as in a language; wrong guesses have 0
MIN_PAIRS = 60  # bytes beyond ASCII from which on the pairs of an East Asian encoding prove it by their form
MAX_WESTERN = 0.25  # share of accented letters in Western European words; French has a tenth

# What people's files are in, but for windows-1252, which is told by its letters. Asked for every encoding that there
# is, charset-normalizer answers iso8859_14 for Polish.
_ENCODINGS = (
    "cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 koi8_r koi8_u cp866 cp850 iso8859_2 mac_roman cp874"
    " cp932 euc_jp gb18030 big5 cp949"
).split()
_PAIRED = {"cp932", "euc_jp", "gb18030", "big5", "cp949"}
_SIGN_IN_WORD = re.compile(r"[^\W\d_][‚«»‹›•€£¢§©®™°¡¿²³¹ˇ˘˙˛˝¸¨´][^\W\d_]")  # where another alphabet has a letter
_WESTERN = set("àáâãäåæçèéêëìíîïñòóôõöøœùúûüÿßÀÁÂÄÅÆÇÈÉÊËÎÏÑÓÔÖØŒÙÚÛÜ‘’“”„‚«»‹›–—…•·€£¢§©®™°ºª¡¿\xa0\xad")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE_TAGS = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
_DECLARED = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""", re.I)  # fmt: skip # noqa: E501
_PAGE_LABELS = {"CP932": "shift_jis", "CP949": "euc-kr", "CP950": "big5"}  # chardet's, which the standard does not know
_CONTROLS = bytes(c for c in range(0x20) if c not in b"\t\n\x0b\x0c\r\x1b") + b"\x7f"
_ESCAPES = (b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b$(D")  # ISO-2022-JP, which is ASCII to everybody else
_SPACES_OR_STOPS = set(" \n。、，．")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and a sentence about how it was read where nobody says."""

    text: str
    note: str | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        return (self.note,) if self.note else ()


def decoded(data: bytes, charset: str | None = None) -> Decoded:
    """Return the text of a file's bytes; `charset` is what its sender said, which servers often say of all files.

    Raises ArticleError for what is no text or cannot be read with confidence."""
    if mark := _marked(data):
        return _with_damage(data, mark)
    if encoding := _unmarked_utf16(data):
        return Decoded(data.decode(encoding), _unstated(encoding))
    if not is_text(data):
        raise ArticleError("It is not text: it holds control characters throughout. Add a text or a document.")
    if any(escape in data[:SAMPLE] for escape in _ESCAPES):
        return Decoded(data.decode("iso2022_jp_ext", errors="replace"), "Read as ISO-2022-JP, by its escape sequences.")
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _stated(data, _codec(charset)) or _damaged_utf8(data) or _guessed(data)


def decoded_page(data: bytes, charset: str | None = None) -> Decoded:
    """Return the text of a page's bytes; `charset` is what its server said, where somebody knows it."""
    if mark := _marked(data):
        return Decoded(data.decode(mark, errors="replace"))
    for start, encoding in _WIDE_TAGS:
        if data.lstrip(b"\n\r\t ").startswith(start):
            return Decoded(data.decode(encoding, errors="replace"), _unstated(encoding))
    stated = _codec(charset) or _codec(_declared(data))
    if stated in (None, "utf-8") or not data.isascii():  # ISO-2022-JP is ASCII throughout
        try:
            return Decoded(data.decode("utf-8"))
        except UnicodeDecodeError:
            pass
    return _stated(data, stated, PAGE_DAMAGE) or _guessed_page(data, stated)


def is_text(data: bytes) -> bool:
    """Return True if the first bytes are text in some encoding: NUL in UTF-16 or UTF-32 only, few controls."""
    head = data[:HEAD]
    if _marked(head) or _unmarked_utf16(head):
        return True
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return b"\x00" not in head and controls <= MAX_CONTROLS * len(head)


def _marked(data: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)


def _unmarked_utf16(data: bytes) -> str | None:
    """Read UTF-16 without its mark: in the right byte order it has spaces or stops and only assigned characters."""
    head = data[: HEAD // 8]
    if len(data) % 2 or b"\x00" not in head:
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = head[: len(head) // 2 * 2].decode(encoding)
        except UnicodeDecodeError:
            continue
        odd = sum(unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs") and c not in "\t\n\r\f" for c in text)
        letters = sum(c.isalpha() for c in text)
        if odd == 0 and letters >= len(text) / 2 and not _SPACES_OR_STOPS.isdisjoint(text):
            return encoding
    return None


def _with_damage(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding))
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
        shown = encoding.removesuffix("-sig").upper()
        if text.count("\ufffd") > DAMAGE * len(text):
            raise ArticleError(f"It says that it is {shown} and is not. Save it as UTF-8 and add it again.") from None
        return Decoded(text, f"Read as {shown}; damaged places are shown as \ufffd.")


def _stated(data: bytes, encoding: str | None, damage: float = 0) -> Decoded | None:
    """Decode in the encoding that was said, where the bytes fit but for a share of damage."""
    if encoding is None:
        return None
    text = data.decode(encoding, errors="replace")
    return Decoded(text) if text.count("\ufffd") <= damage * len(text) else None


def _declared(data: bytes) -> str | None:
    found = _DECLARED.search(data[:DECLARED_WITHIN])
    return (found[1] or found[2]).decode("ascii", "ignore") if found else None


def _codec(label: str | None) -> str | None:
    """Return Python's name of the encoding that a label means; None for one that means nothing.

    UTF-16 would have been seen: where the ASCII of a text can be read, it is a mistake for UTF-8, says the standard.
    """
    try:
        known = webencodings.lookup(label or "")
        name: str = known.codec_info.name if known else codecs.lookup(label or "").name
        "".encode(name)  # not everything that Python calls a codec is an encoding of text
    except (LookupError, ValueError):
        return None
    return "utf-8" if name.startswith(("utf-16", "utf-32")) else name


def _damaged_utf8(data: bytes) -> Decoded | None:
    text = data.decode("utf-8", errors="replace")
    bad = text.count("\ufffd") - data.count("\ufffd".encode())
    good = sum(c > "\x7f" for c in text[:SAMPLE]) - text[:SAMPLE].count("\ufffd")
    if bad > DAMAGE * good:
        return None
    places = "1 damaged place is" if bad == 1 else f"{bad:,} damaged places are"
    return Decoded(text, f"Read as UTF-8; {places} shown as \ufffd.")


def _guessed(data: bytes) -> Decoded:
    sample = _whole_lines(data)
    encoding = "cp1252" if _is_western(sample) else _detected(sample)
    if encoding:
        try:
            text = data.decode(encoding, errors="strict" if encoding in _PAIRED else "replace")
            return Decoded(text, f"{_unstated(encoding)} Check its letters.")
        except UnicodeDecodeError:
            pass
    raise ArticleError(
        "It is not UTF-8, and what else it may be cannot be told. Convert it and add it again, "
        "for example: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW"
    )


def _guessed_page(data: bytes, stated: str | None) -> Decoded:
    import chardet  # here, since most pages are UTF-8; of short texts between markup it knows more than the other

    best = chardet.detect(data[:PAGE_SAMPLE])["encoding"] or ""
    guess = _codec(_PAGE_LABELS.get(best, best)) or "cp1252"  # which browsers take in the west
    why = f"Read as {_shown(guess)}: it is not {_shown(stated)}, as it says." if stated else _unstated(guess)
    return Decoded(data.decode(guess, errors="replace"), why)


def _is_western(sample: bytes) -> bool:
    """Return True if, read as windows-1252, it is ASCII with the letters and signs of Western Europe among it."""
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    high = [c for c in text if c > "\x7f"]
    few = sum(c.isalpha() for c in high) <= MAX_WESTERN * sum(c.isalpha() for c in text)
    return few and all(c in _WESTERN for c in high) and not _SIGN_IN_WORD.search(text)


def _detected(sample: bytes) -> str | None:
    """Decode as charset-normalizer advises, where it has good reasons."""
    from charset_normalizer import from_bytes  # here, since most text is UTF-8

    best = from_bytes(sample, cp_isolation=_ENCODINGS).best()
    if best is None or best.chaos > MAX_CHAOS:
        return None
    high = sum(byte > 0x7F for byte in sample)
    if best.encoding in _PAIRED:
        sure = high >= MIN_PAIRS
    else:
        sure = best.coherence >= MIN_COHERENCE and not _SIGN_IN_WORD.search(str(best))
    return best.encoding if sure else None


def _whole_lines(data: bytes) -> bytes:
    """Return as much of the data as a guess needs, from lines that hold more than ASCII where there are any."""
    if len(data) <= SAMPLE:
        return data
    lines = [line for line in data[: 16 * SAMPLE].split(b"\n")[:-1] if not line.isascii()]
    sample = b"\n".join(lines)[:SAMPLE] or data[:SAMPLE]
    return sample[: sample.rfind(b"\n") + 1] or sample


def _unstated(encoding: str) -> str:
    return f"Read as {_shown(encoding)}: its encoding is not stated."


def _shown(encoding: str) -> str:
    return re.sub(r"^CP(?=125)", "windows-", encoding.upper().replace("_", "-"))
