"""Which of a page's titles is the story's, without the name of the site; and what the site is called.

A heading that says what the metadata says is the title as readers see it. Knows separators, not sites.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from qa.intake.page.tree import spaced_text

MIN_SHARED = 0.6  # of the longer one's words, for a heading to say the same as the metadata
MAX_SITE_WORDS = 5  # a longer segment of a title is part of the headline
MIN_TITLE_WORDS = 2  # what is left when a segment is taken off

_SEPARATOR = re.compile(r"\s+(?:[|–—\-·»›•/]|::|--|\|\|)\s+|\s*[｜：»]\s*|\s*\|\s*|(?<=\w):\s+")
_STRONG = re.compile(r"[|｜»]|::")
_KICKER = re.compile(
    r"(?:^|[\s_-])(?:kicker|over-?line|over-?title|eyebrow|top-?line|dachzeile|roof-?line|spitzmarke|pre-?title|pre-?headline"
    r"|ante-?t[ií]tulo|sur-?titre|occhiello|vignette|title-?header|flag|badge|rubri(?:c|que|k)|category)(?:$|[\s_-])",
    re.IGNORECASE,
)
_AROUND = " :-–—|·•/"  # left of what set a kicker apart
_WORD = re.compile(r"[^\W_]+")
_DATE_LIKE = re.compile(r"\d{4}$|^\d")


def plain(text: str) -> str:
    """Return words in lower case, apart by one space: equal for the same title whatever its quotes and dashes."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def best_title(
    stated: Sequence[tuple[str, str]], headings: Sequence[Any], sites: Iterable[str]
) -> tuple[tuple[str, str] | None, Any | None]:
    """Return the title with its origin, and the heading that it stands in.

    `stated` are titles of the metadata with their origins, the most trusted first; `headings` the page's h1 to h3.
    """
    names = {plain(s) for s in sites}
    clean = [(without_site(value, names), origin) for value, origin in stated]
    ranked = [(rank, -n, h) for n, h in enumerate(headings) if (rank := _rank(h, clean, names)) > 0]
    if ranked:
        heading = max(ranked, key=lambda r: r[:2])[2]
        return _title_of(heading, clean), heading
    if clean:
        return clean[0], None
    first = [h for h in headings if h.tag == "h1" and _text(h) and plain(_text(h)) not in names]
    return ((_text(first[0]), "h1"), first[0]) if first else (None, None)


def _title_of(heading: Any, stated: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Return the heading's text; a stated title where it begins with one and goes on, as unclosed headings do."""
    text = _text(heading)
    if plain(text) in {plain(value) for value, _ in stated}:
        return text, str(heading.tag)
    longer = [s for s in stated if len(s[0].split()) >= MIN_TITLE_WORDS and text.startswith(f"{s[0]} ")]
    return longer[0] if longer else (text, str(heading.tag))


def without_site(title: str, names: set[str]) -> str:
    """Return a title without the segments that name the site, or its section where a bar sets it off."""
    title = " ".join(title.split())
    while True:
        ends = list(_SEPARATOR.finditer(title))
        if not ends:
            return title
        head, tail = title[: ends[-1].start()], title[ends[-1].end() :]
        first, rest = title[: ends[0].start()], title[ends[0].end() :]
        if _is_site(tail, ends[-1].group(), names) and len(head.split()) >= MIN_TITLE_WORDS:
            title = head
        elif plain(first) in names and rest:
            title = rest
        else:
            return title


def site_name(title: str, story: str) -> str | None:
    """Return what the title of the document holds besides the story's title: the site's name, where it is short."""
    parts = [p.strip() for p in _SEPARATOR.split(" ".join(title.split())) if p.strip()]
    told = plain(story)
    others = [p for p in parts if plain(p) and plain(p) not in told and not _DATE_LIKE.search(p)]
    if not others or len(others) == len(parts):
        return None
    name = others[0] if parts[0] == others[0] and plain(parts[-1]) in told else others[-1]
    return name if len(name.split()) <= MAX_SITE_WORDS else None


def _is_site(segment: str, separator: str, names: set[str]) -> bool:
    said = plain(segment)
    if said in names or said.replace(" ", "") in {n.replace(" ", "") for n in names}:
        return True
    return bool(_STRONG.search(separator)) and len(segment.split()) <= MAX_SITE_WORDS


def _rank(heading: Any, stated: Sequence[tuple[str, str]], names: set[str]) -> float:
    """Rank a heading by how much it says what the metadata says: 0 for another thing, above 1 for the same words."""
    said = plain(_text(heading))
    if not said or said in names:
        return 0
    best = 0.0
    for value, _ in stated:
        told = plain(value)
        if said == told:
            best = max(best, 2.0)
        elif min(len(said), len(told)) >= 12 and (said in told or told in said):
            best = max(best, 1.0 + min(len(said), len(told)) / max(len(said), len(told)) / 2)
        else:
            one, two = set(said.split()), set(told.split())
            shared = len(one & two) / max(len(one), len(two), 1)
            best = max(best, shared if shared >= MIN_SHARED else 0)
    return best + (0.1 if best and heading.tag == "h1" else 0)


def _text(heading: Any) -> str:
    """Return a heading's words without a kicker or a date in it, which outlets set above the headline."""
    whole = spaced_text(heading)
    marked = next((part for part in heading.iterdescendants() if part.get("itemprop") == "headline"), heading)
    headline = spaced_text(marked, without=_is_label).strip(_AROUND)
    return headline if len(headline.split()) >= MIN_TITLE_WORDS else whole


def _is_label(part: Any) -> bool:
    return part.tag in ("time", "style", "script") or bool(_KICKER.search(part.get("class") or ""))
