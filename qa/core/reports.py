"""What people are told of their collection: its rows, what became of a file, what a sync did, what a check found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """A row of the library."""

    id: str
    version: str
    title: str
    outlet: str | None
    url: str | None
    author: str | None
    published: str | None
    added: str | None
    sentences: int
    passages: int
    characters: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the library holds: how many articles, of which outlets and years, from which day to which.

    `outlets` and `years` have a count each; `undated` articles have no day.
    """

    articles: int
    outlets: tuple[tuple[str, int], ...] = ()
    years: tuple[tuple[str, int], ...] = ()
    first: str | None = None
    last: str | None = None
    undated: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file or text.

    `status` is added, replaced, updated (what is known about it, not its text), unchanged, duplicate, removed or
    refused.
    """

    name: str
    status: str
    article: str | None = None
    message: str = ""


@dataclass
class SyncReport:
    """What a sync did, by article id or file name."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    unchanged: int = 0
    passages: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.added or self.replaced or self.removed)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, what is wrong (empty when nothing is), and the command that mends it."""

    check: str
    problems: tuple[str, ...] = ()
    mend: str = ""

    @property
    def sound(self) -> bool:
        return not self.problems
