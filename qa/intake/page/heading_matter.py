"""Lines between a story's headline and its text: bylines, date lines, how long reading takes. They are no text."""

from __future__ import annotations

import re

from qa.intake.dates import stated_date
from qa.intake.page.about.authors import byline
from qa.intake.page.about.printed import CHANGED, DATE_LABEL
from qa.intake.phrases import any_of, phrases

MAX_LINE = 100  # characters
MAX_BESIDE = 12  # words of a line with a date; one with more tells of something on a day

_READING_TIME = re.compile(rf"^\W*(?:{any_of(phrases(__package__, 'end_matter.toml'), 'reading_time')})", re.IGNORECASE)
_DIGIT = re.compile(r"\d")


def is_heading_matter(line: str, language: str = "") -> bool:
    """Return True if it is a byline, a date line or the like."""
    if len(line) > MAX_LINE:
        return False
    if byline(line) or _READING_TIME.match(line):
        return True
    if stated_date(line, language):
        return len(line.split()) <= MAX_BESIDE
    labelled = CHANGED.match(line) or DATE_LABEL.match(line)
    return bool(labelled and _DIGIT.search(line)) and len(line.split()) <= MAX_BESIDE
