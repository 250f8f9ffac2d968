"""Words that are not what they seem: letters of another alphabet among Latin ones that look the same.

They are the article's own letters and stay. That they are there is said to whoever adds it, because nobody sees it.
"""

from __future__ import annotations

import re
import unicodedata

_LATIN = "A-Za-z\u00c0-\u024f"
_ALIKE = "аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧο"  # Cyrillic and Greek; not those of "TNFα" and "kΩ"
_MIXED = re.compile(f"(?<=[{_LATIN}])[{_ALIKE}]|[{_ALIKE}](?=[{_LATIN}])")
_WORD = re.compile(r"\w+")
_SHOWN = 30  # characters of a word


def lookalike_note(text: str) -> str | None:
    """Return a sentence that names the first word in which alphabets are mixed; None when there is none."""
    found = _MIXED.search(text)
    if found is None:
        return None
    line = text[max(0, found.start() - _SHOWN) : found.end() + _SHOWN]
    at = found.start() - max(0, found.start() - _SHOWN)
    word = next(w[0] for w in _WORD.finditer(line) if w.start() <= at < w.end())
    alphabet = unicodedata.name(found[0]).split()[0].capitalize()
    return (
        f"It has words with letters of another alphabet that look alike, such as {word!r}, whose {found[0]!r} is "
        f"{alphabet}: a search for the word as it looks does not find them."
    )
