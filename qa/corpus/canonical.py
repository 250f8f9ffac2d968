"""The one form of an article's text that offsets are counted in, and the file stem that words give.

Knows characters. Does not know files, front matter or markup.
"""

from __future__ import annotations

import re
import unicodedata

from qa.core.errors import ArticleError
from qa.core.types import CanonicalText

MAX_BYTES = 10 * 1024 * 1024  # a long novel is 3 MB; beyond this it is a data file, not an article
MAX_ID = 80  # characters of a file stem, so that it stays readable in a list
MAX_STEM_BYTES = 160  # the file system's own limit is 255 for a whole name

# Removed at ingestion: controls but newline and tab, zero-width space, joiner of words, soft hyphen, byte-order mark,
# bidi overrides and isolates, invisible operators, deprecated formats, annotations, blank Hangul, tag characters.
# ZWJ, ZWNJ, LRM and RLM stay: Persian, Indic scripts and emoji need them. So does a variation selector where there is
# something to vary; any other is invisible, and a run of them can spell a hidden text.
_INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u180e\u200b\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_SELECTORS, _IDEOGRAPHS = "\ufe00-\ufe0f\U000e0100-\U000e01ef", "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_REMOVED = re.compile(
    f"(?=[{_INVISIBLE}{_SELECTORS}])(?:[{_INVISIBLE}]"  # a glance first: most characters are neither
    f"|(?<![^\\s{_INVISIBLE}{_SELECTORS}])[{_SELECTORS}]|(?<![{_IDEOGRAPHS}])[\U000e0100-\U000e01ef])"
)
_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_MARK_RUN = re.compile(r"[^\w\s\x00-\u02ff]{32,}")  # marks are no letters; text has two or three together
_SAME_LETTER = re.compile("x+")  # of a run whose marks that stand on a letter are written x
_BLANK_RUNS = re.compile(r"\n{3,}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_DIACRITICS = re.compile("[\u0300-\u036f]")  # other scripts' marks are letters to a reader


def canonical_text(raw: str) -> CanonicalText:
    """Return plain text in the one form that offsets are counted in; applying it twice changes nothing.

    Raises ArticleError for lone surrogates, which no file can hold and SQLite refuses.
    """
    bad = _SURROGATE.search(raw)
    if bad:
        raise ArticleError(
            f"The text holds a lone surrogate (U+{ord(bad.group()):04X}) at character {bad.start()}, which is "
            "half a character. Save it as UTF-8 and add it again."
        )
    text = _NEWLINES.sub("\n", raw).replace("\t", " ")
    text = unicodedata.normalize("NFC", _MARK_RUN.sub(_in_order, _REMOVED.sub("", text)))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return CanonicalText(_BLANK_RUNS.sub("\n\n", lines).strip())


def _in_order(run: re.Match[str]) -> str:
    """Put marks in the order that normal forms have them in. The library finds it in the square of their number."""
    marks = "".join(unicodedata.normalize("NFD", mark) for mark in run.group())
    parts, cursor = [], 0
    for match in _SAME_LETTER.finditer("".join("x" if unicodedata.combining(c) else " " for c in marks)):
        parts += [marks[cursor : match.start()], *sorted(marks[slice(*match.span())], key=unicodedata.combining)]
        cursor = match.end()
    return "".join(parts) + marks[cursor:]


def checked_text(raw: str) -> CanonicalText:
    """Return the canonical text of an article. Raises ArticleError when it has no words."""
    text = canonical_text(raw)
    if not any(c.isalnum() for c in text):
        got = "nothing but white space" if not text else "no letter or digit"
        raise ArticleError(f"The text holds {got}; an article needs words. Give a file or a text with some.")
    return text


def plain_lines(raw: str) -> str:
    """Return a file's contents as front matter is looked for in them: no byte-order mark, newlines end lines."""
    return _NEWLINES.sub("\n", raw.removeprefix("\ufeff"))


def storable(text: str) -> bool:
    """Return True if files and SQLite can hold it: not with a lone surrogate, which arguments and JSON may carry."""
    return _SURROGATE.search(text) is None


def slug(words: str) -> str:
    """Make a file stem of a title or name: lower-case letters, digits and hyphens, at most MAX_ID characters.

    It holds nothing that a path could be made of, and a slug's slug is itself.
    """
    plain = _DIACRITICS.sub("", unicodedata.normalize("NFKD", words[: 4 * MAX_ID].casefold()))
    plain = unicodedata.normalize("NFKC", plain.casefold())
    stem = ""
    for c in plain:
        joins = bool(stem) and stem[-1] != "-"  # a mark needs the letter that it belongs to
        if c.isalnum() or (joins and unicodedata.category(c).startswith("M")):
            stem += c
        elif joins:
            stem += "-"
    stem = stem[:MAX_ID].encode()[:MAX_STEM_BYTES].decode(errors="ignore")
    return stem.strip("-") or "article"
