"""Names of authors out of what stands in author fields and bylines.

Knows the words around names ("By", "Von", "Posted by ... at"), and that addresses, handles, companies and the outlet
itself are no authors. Does not know names: two to five words with capitals are one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from qa.intake.page.titles import plain

MAX_NAME = 60  # characters
MAX_AUTHORS = 20  # more is a list of something else

_BY = re.compile(
    r"^\W*(?:(?:\w+\s+){0,2}?(?:by|von|par|por)(?=[\s:])|(?:author|autor(?:in)?|auteur|interview|text|texte|words|story"
    r"|reporter|di|da|door|af|av)\s*(?=:)|di(?=\s)|author(?=\s+(?-i:[A-Z])))\s*:?\s*",
    re.IGNORECASE,
)
_END = re.compile(
    r"(?<!\s)\s*(?:[|·•—–(\[\d\n]|\s-\s|\.\s+(?=\w+ by\b)|\b(?:at|on|in|for|aus|à|pour|para|updated|published|publié|"
    r"posted|editing|additional)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_BETWEEN = re.compile(r"\s*[,;&/]\s*(?:(?:and|und|et|y|e)\s+)?|\s+(?:and|und|et|with|mit|avec)\s+", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_NO_NAME = re.compile(r"https?:|www\.|@|\.(?:com|org|net|de|co|gov|edu)\b|\b(?:gmbh|ltd|inc|llc|limited|corp)\b", re.I)
_NOBODY = frozenset(
    "admin administrator staff editor editors webmaster root redacción redaccion redaktion rédaction redazione "
    "newsroom guest anonymous unknown none null author editorial online".split()
)
_NOBODY_PHRASES = re.compile(r"^(?:the )?(?:editorial|news|web|online|our) (?:team|staff|board|desk|department)$|staff (?:writer|reporter)s?$")  # fmt: skip # noqa: E501
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|ph\.?d|m\.?d|mba|esq)\.?$", re.IGNORECASE)
_JOB = re.compile(
    r"\b(?:editor|correspondent|reporter|writer|analyst|columnist|critic|staff|chief|contributor|redakteur\w*)\b", re.I
)
_NAME_WORD = re.compile(r"^(?:[^\W\d_a-zß-ÿ]|['’\"“„(])|^(?:de|del|della|di|da|dos|do|van|von|der|den|la|le|el|al|bin|ibn|y|af|zu|ten|ter)$")  # fmt: skip # noqa: E501


def cleaned(values: Iterable[str], outlets: Iterable[str] = ()) -> list[str]:
    """The people in author fields, each once. `outlets` are names of the publication, which is nobody."""
    nobody = {plain(part) for o in outlets for part in (o, *o.split(" | "))}
    found = [name for value in values for name in _people(value)]
    people = {plain(n): n for n in reversed(found) if plain(n) not in nobody and not _is_nobody(n)}
    return list(reversed(people.values()))[:MAX_AUTHORS]


def byline(line: str, outlets: Iterable[str] = ()) -> list[str]:
    """The people in a printed byline, which begins with a word such as "By"; none where it is something else."""
    if not _BY.match(line):
        return []
    named: list[str] = []
    for name in cleaned([_END.sub("", _BY.sub("", line, count=1))], outlets):
        if not looks_like_a_name(name):
            break
        named.append(name)
    return named


def looks_like_a_name(text: str) -> bool:
    """Two to five words, all of which may be part of a name."""
    words = text.split()
    if _JOB.search(text):
        return False
    return 2 <= len(words) <= 5 and all(_NAME_WORD.match(word) for word in words) and words[0][0].isupper()


def _people(value: str) -> list[str]:
    text = " ".join(html.unescape(_TAG.sub(" ", value)).split()).split(" | ")[0]
    if not text or _NO_NAME.search(text):
        return []
    if _BY.match(text):
        text = _END.sub("", _BY.sub("", text, count=1))
    people: list[str] = []
    for part in _BETWEEN.split(text):
        part = part.strip(" .,:;-")
        if _SUFFIX.match(part) and people:
            people[-1] += f" {part}"
        elif part:
            people.append(part)
    return [p for p in people if len(p) <= MAX_NAME]


def _is_nobody(name: str) -> bool:
    words = plain(name)
    return not words or words in _NOBODY or bool(_NOBODY_PHRASES.search(words))
