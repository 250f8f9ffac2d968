"""What tools, not people, write into a document's title and author: names of files, templates and accounts."""

from __future__ import annotations

import re

from qa.intake.drafts import one_line
from qa.intake.phrases import any_of, phrases

_PHRASES = phrases(__package__, "tools.toml")
_TITLE = re.compile(any_of(_PHRASES, "title"), re.IGNORECASE)
_AUTHOR = re.compile(rf"^\(?(?:{any_of(_PHRASES, 'author')})\)?$", re.IGNORECASE)


def real_title(title: str | None) -> str | None:
    """Return the title on one line; None where a tool has put it there."""
    line = one_line(title or "")
    return line if line and not _TITLE.search(line) and any(c.isalpha() for c in line) else None


def real_author(author: str | None) -> str | None:
    """Return the author on one line; None where it is an account or a tool."""
    line = one_line(author or "")
    return line if line and not _AUTHOR.match(line) else None
