"""What every parser hands back: an article as it was found, before the corpus has it.

Knows no format. A value that is not stated is absent, never a guess and never the time of adding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FIELDS = ("title", "outlet", "url", "author", "published", "language")  # what can be stated about an article


@dataclass(frozen=True, slots=True)
class Found:
    """A value and where it stands, in a word or two: `json-ld`, `og:title`, `pdf information`, `the text`."""

    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One article. `text` is plain: no markup, paragraphs and headings as blocks with an empty line between them.

    `metadata` has keys of FIELDS: `author` is all authors, joined by ", "; `published` an ISO 8601 date, or a
    date-time with its offset where one is stated; `language` a BCP 47 tag; `url` the canonical address.
    `name` is what to derive an id from where there is no title, such as a file name or the entry's own id in a feed.
    `notes` are sentences for the person who added it ("Read as windows-1252: its encoding is not stated.").
    `id` is the one that its source gives the article, to derive ours from before any title.
    """

    text: str
    metadata: Mapping[str, Found] = field(default_factory=dict)
    name: str = ""
    notes: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record of a file that holds many (a line, an entry), left out while the others go on: which, and why."""

    name: str
    reason: str
