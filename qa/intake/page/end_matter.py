"""Lines in which a page speaks of itself, in languages that boilerplate.toml does not know, and those of pages only.

Each pattern is a phrase that no story uses about its subject: the page says "we", "this site", "your inbox". A line
that quotes somebody is left alone. English lines of outlets are boilerplate.toml's.
"""

from __future__ import annotations

import re

from qa.intake.phrases import any_of, phrases

MAX_SIGNATURE = 8  # lines; more is a part of the story
MAX_LINE = 500  # characters; a longer paragraph is about more than the page
MAX_BIOS = 3  # lines at the end that may say who the authors are
MAX_PAGE_LINE = 240  # the same for phrases that a story may use in passing

_QUOTED = re.compile(r"[“”„«»]|\b(?:said|says|told|sagte|dijo|déclaré)\b")
_PHRASES = phrases(__package__, "end_matter.toml")
_FORMULAS = re.compile(any_of(_PHRASES, "formulas"), re.IGNORECASE)
_PAGE = re.compile(any_of(_PHRASES, "page"), re.IGNORECASE)
_ELSEWHERE = re.compile(rf"^\W*(?:{any_of(_PHRASES, 'elsewhere')})", re.IGNORECASE)
_CREDITS = re.compile(rf"^\W*(?:{any_of(_PHRASES, 'credits')})", re.IGNORECASE)
_ABOUT = re.compile(r"^about (?:the )?(\w.{1,60})$", re.IGNORECASE)
_BIO = re.compile(r",? (?:is|was|has|writes|covers|reports|works|teaches|lives|joined|studie[sd]|leads|ist|est|es)\b")
_CONTACT = re.compile(r"^(?:media|press|news) (?:contacts?|enquiries|inquiries)\W*$", re.IGNORECASE)


def is_formula(line: str) -> bool:
    """Return True if the page speaks of itself in this line, or sends the reader elsewhere."""
    if len(line) > MAX_LINE:
        return False
    if _ELSEWHERE.match(line):
        return True
    if _QUOTED.search(line):
        return False
    return bool(_FORMULAS.search(line)) or (len(line) <= MAX_PAGE_LINE and bool(_PAGE.search(line)))


def without_credits(lines: list[str], authors: list[str]) -> list[str]:
    """Return lines without those at the end that say who wrote: "Ann Lee covers ports.", "Reporting by Ann Lee."

    Of people who are not the authors a story tells.
    """
    last = [n for n, line in enumerate(lines) if line][-MAX_BIOS:]
    about = {n for n in last if len(lines[n]) <= MAX_LINE and _is_about_authors(lines[n], authors)}
    return [line for n, line in enumerate(lines) if n not in about]


def _is_about_authors(line: str, authors: list[str]) -> bool:
    return bool(_CREDITS.match(line)) or any(_is_bio(line, name) for name in authors)


def _is_bio(line: str, name: str) -> bool:
    after = line.removeprefix(name)
    return len(after) < len(line) and _BIO.match(after) is not None


def without_signature(lines: list[str]) -> list[str]:
    """Return lines up to the end matter of a press release: who to call, and "About ACME", followed by what ACME is."""
    for n, line in enumerate(lines):
        rest = [one for one in lines[n + 1 :] if one]
        if not line or len(rest) > MAX_SIGNATURE or n == 0:
            continue
        about = _ABOUT.match(line)
        if _CONTACT.match(line) or (about and rest and about[1].lower() in rest[0][: len(line)].lower()):
            return lines[:n]
    return lines
