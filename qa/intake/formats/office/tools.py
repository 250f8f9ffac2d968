"""What tools, not people, write into a document's title and author: names of files, templates and accounts."""

from __future__ import annotations

import re

from qa.intake.drafts import one_line

_TITLE = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel)|powerpoint presentation|word document|untitled|ohne titel|sans titre"
    r"|sin t[ií]tulo|unbenannt|no title|document\d*|print|layout \d|slide \d|title|template)\b(?:\W*$|\s*-|\s*\d+$)"
    r"|^(?:microsoft (?:word|powerpoint|excel)|powerpoint presentation)\b"
    r"|\.(?:doc[xm]?|dot[xm]?|pdf|indd|tex|dvi|p65|qxd|ppt[xm]?|xls[xm]?|od[tsp]|ott|rtf|html?|txt|wpd|pmd|ps|pages)$"
    r"|^\S+[_/\\]\S*$|^\(?(?:anonymous|unspecified|untitled|none|null|unknown)\)?$",
    re.IGNORECASE,
)
_AUTHOR = re.compile(
    r"^\(?(?:user\d*|admin\w*|owner|unknown|anonymous|unspecified|author|default|root|\S+@\S+|pc|-|none|null|python-docx"
    r"|microsoft office user|(?:un)?known user|windows user|utente|benutzer|usuario|utilisateur)\)?$",
    re.IGNORECASE,
)


def real_title(title: str | None) -> str | None:
    """Return the title on one line; None where a tool has put it there."""
    line = one_line(title or "")
    return line if line and not _TITLE.search(line) and any(c.isalpha() for c in line) else None


def real_author(author: str | None) -> str | None:
    """Return the author on one line; None where it is an account or a tool."""
    line = one_line(author or "")
    return line if line and not _AUTHOR.match(line) else None
