"""The text of a page's bytes: what the page says about its encoding, checked against the bytes.

Labels mean what the HTML standard says (`iso-8859-1` is windows-1252, `shift_jis` is windows-31j). Bytes that are
valid UTF-8 are UTF-8 whatever the page claims: that other encodings come out so by chance is next to impossible.
Does not know HTML beyond the places where an encoding is declared.
"""

from __future__ import annotations

import codecs
import re

import chardet
import webencodings

DECLARED_WITHIN = 4096  # bytes; the standard looks at 1,024, but saved pages carry long comments first
SAMPLE = 1 << 20  # bytes that are looked at when an encoding must be guessed
MAX_DAMAGE = 0.001  # share of broken characters up to which a declared encoding is believed
FALLBACK = "windows-1252"  # what browsers take in the west where nothing is declared

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16le"), (codecs.BOM_UTF16_BE, "utf-16be"))
_NUL_PATTERNS = ((b"<\x00", "utf-16le"), (b"\x00<", "utf-16be"))
_LABELS = {"CP932": "shift_jis", "CP949": "euc-kr", "CP950": "big5"}  # names that the standard does not know
_DECLARED = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""", re.I)  # fmt: skip # noqa: E501


def decode(data: bytes, charset: str | None = None) -> tuple[str, str | None]:
    """The text, and a sentence for the reader where the encoding is not the one that was stated.

    `charset` is what the server said, where somebody knows it.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), None
    for start, name in _NUL_PATTERNS:
        if data.lstrip(b"\n\r\t ").startswith(start):
            return data.decode(name, "replace"), f"Read as {name}: its encoding is not stated."
    stated = _codec(charset) or _codec(_declared(data))
    if stated in (None, "utf-8") or not data.isascii():
        try:
            return data.decode("utf-8"), None
        except UnicodeDecodeError:
            pass
    return _decoded(data, stated)


def _decoded(data: bytes, stated: str | None) -> tuple[str, str | None]:
    if stated:
        text = _replacing(data, stated)
        if text.count("\ufffd") <= MAX_DAMAGE * len(text):
            return text, None
    best = chardet.detect(data[:SAMPLE])["encoding"] or FALLBACK
    guess = _codec(_LABELS.get(best, best)) or FALLBACK
    reason = f"it is not {stated}, as it says" if stated else "its encoding is not stated"
    return _replacing(data, guess), f"Read as {guess}: {reason}."


def _replacing(data: bytes, name: str) -> str:
    return str(webencodings.decode(data, name, errors="replace")[0])


def _declared(data: bytes) -> str | None:
    found = _DECLARED.search(data[:DECLARED_WITHIN])
    return (found[1] or found[2]).decode("ascii", "ignore") if found else None


def _codec(label: str | None) -> str | None:
    """The standard's name of an encoding; None for a label that it does not know."""
    encoding = webencodings.lookup(label) if label else None
    if encoding is None:
        return None
    # In a page whose ASCII can be read, UTF-16 is a mistake for UTF-8, says the standard.
    return "utf-8" if encoding.name.startswith("utf-16") else str(encoding.name)
