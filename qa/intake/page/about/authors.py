"""Names of authors out of what stands in author fields and bylines.

Knows the words around names ("By", "Von", "Posted by ... at"), and that addresses, handles, companies and the outlet
itself are no authors. Does not know names: two to five words with capitals are one.
"""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from qa.intake.page.about.titles import plain

MAX_NAME = 60  # characters
MAX_AUTHORS = 20  # more is a list of something else

DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_name("authors.toml").read_text("utf-8"))
_BY = re.compile(
    rf"^\W*(?:(?:\w+\s+){{0,2}}?(?:{DATA['by']})(?=[\s:])"
    rf"|(?:(?:{DATA['leads']})\s+){{0,3}}?(?:{DATA['inside_names']})(?=[\s:])|(?:{DATA['labels']})\s*(?=:)|di(?=\s)"
    r"|author(?=\s+(?-i:[A-Z]))|(?:av|af)(?=\s+(?-i:[A-ZÀ-Þ])))\s*:?\s*",
    re.IGNORECASE,
)
_END = re.compile(
    r"(?<!\s)\s*(?:[|·•—–(\[\d\n]|\s-\s|\.\s+(?=\w+ by\b)|\b(?:at|on|in|for|aus|à|pour|para|updated|published|publié|"
    r"posted|editing|additional)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_BETWEEN = re.compile(
    rf"\s*[,;&/、，·]\s*(?:(?:{DATA['and']})\s+)?|\s+(?:{DATA['and']}|with|mit|avec)\s+", re.IGNORECASE
)
_CREDIT = re.compile(rf"\([^()]*\)|\[[^\[\]]*\]|\b(?:{DATA['credits']})\s*[:/].*$", re.IGNORECASE)
_PICTURES = re.compile(rf"\b(?:{DATA['credits']}|{DATA['agencies_of_pictures']})\b", re.IGNORECASE)
_FAMILY_FIRST = re.compile(r"([^\W\d_][^\s,;]{1,30}), ([^\W\d_][^\s,;]{1,30}(?: [A-ZÀ-Þ]\.)?)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.?\s?-?){1,3}")
_ORGANISATION = re.compile(rf"\b(?:{DATA['organisations']})\b", re.IGNORECASE)
_INITIAL_AT_END = re.compile(r"\s[^\W\d_]\.$")
_AFTER_NAME = re.compile(
    r"\s+(?:le|am|el|il|den|vom|on|(?i:(?:chef|freie[rn]? )?(?:redakteur|journalist|autor)(?:in)?"
    r"|(?:senior |staff )?(?:reporter|editor|correspondent|writer)))$"
)
_HANDLE = re.compile(r"[a-z\d]+(?:[._-][a-z\d]+)*")
_TAG = re.compile(r"<[^<>]*>")
_NO_NAME = re.compile(r"https?:|www\.|@|\.(?:com|org|net|de|co|gov|edu)\b|\b(?:gmbh|ltd|inc|llc|limited|corp)\b", re.I)
_NOBODY = frozenset(DATA["nobody"].split())
_AGENCIES = frozenset(line.strip() for line in DATA["agencies"].strip().splitlines())
_NOBODY_PHRASES = re.compile(r"^(?:the )?(?:editorial|news|web|online|our) (?:team|staff|board|desk|department)$|staff (?:writer|reporter)s?$")  # fmt: skip # noqa: E501
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|ph\.?d|m\.?d|mba|esq)\.?$", re.IGNORECASE)
_JOB = re.compile(
    r"\b(?:editor|correspondent|reporter|writer|analyst|columnist|critic|staff|chief|contributor|redakteur\w*)\b", re.I
)
_NAME_WORD = re.compile(r"^(?:[^\W\d_a-zß-ÿ]|['’\"“„(])|^(?:de|del|della|di|da|dos|do|van|von|der|den|la|le|el|al|bin|ibn|y|af|zu|ten|ter)$")  # fmt: skip # noqa: E501


def cleaned(values: Iterable[str], outlets: Iterable[str] = ()) -> list[str]:
    """Return the people in author fields, each once. `outlets` are names of the publication, which is nobody."""
    nobody = {plain(part) for o in outlets for part in (o, *o.split(" | "))}
    found = [name for value in values for name in _people(value)]
    people = {plain(n): n for n in reversed(found) if plain(n) not in nobody and not _is_nobody(n)}
    return list(reversed(people.values()))[:MAX_AUTHORS]


def byline(line: str, outlets: Iterable[str] = ()) -> list[str]:
    """Return the people in a printed byline, which begins with a word such as "By"; none where it is something else."""
    if not _BY.match(line):
        return []
    named: list[str] = []
    for name in cleaned([_END.sub("", _BY.sub("", line, count=1))], outlets):
        if not looks_like_a_name(name):
            break
        named.append(name)
    return named


def byline_free(name: str) -> str:
    """Return a name without the "By" that people write before it."""
    return _BY.sub("", name, count=1) if _BY.match(name) and len(name.split()) > 2 else name


def is_handle(name: str) -> bool:
    """Return True if it is what somebody logs in as."""
    return _HANDLE.fullmatch(name) is not None


def looks_like_a_name(text: str) -> bool:
    """Return True for two to five words, all of which may be part of a name."""
    words = text.split()
    if _JOB.search(text):
        return False
    return 2 <= len(words) <= 5 and all(_NAME_WORD.match(word) for word in words) and words[0][0].isupper()


def _people(value: str) -> list[str]:
    text = " ".join(html.unescape(_TAG.sub(" ", value)).split()).split(" | ")[0]
    text = _CREDIT.sub(" ", text).strip(" ,;")
    if not text or _NO_NAME.search(text):
        return []
    if family := _FAMILY_FIRST.fullmatch(text):
        return [f"{family[2]} {family[1]}"]
    if _BY.match(text):
        text = _END.sub("", _BY.sub("", text, count=1))
    people: list[str] = []
    for part in _BETWEEN.split(text):
        part = part.strip(" ,:;-").lstrip(".")
        part = _AFTER_NAME.sub("", part if _INITIAL_AT_END.search(part) else part.rstrip(" ."))
        if _SUFFIX.match(part) and people:
            people[-1] += f" {part}"
        elif part:
            people.append(part)
    return [p for p in people if len(p) <= MAX_NAME and not _PICTURES.search(p)]


def _is_nobody(name: str) -> bool:
    words = plain(name)
    if not any(c.isalpha() for c in words) or words in _AGENCIES:
        return True
    if _ORGANISATION.search(name):
        return True
    initials = " " not in name and _INITIALS.fullmatch(name) is not None and name.isascii()
    return initials or words in _NOBODY or bool(_NOBODY_PHRASES.search(words))
