"""The vocabulary: what the stages hand to each other. Frozen values without behaviour beyond their own fields.

Offsets are counted in Unicode code points over an article's canonical text, `start` inclusive, `end` exclusive.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NewType

from qa.core.dates import parse_date
from qa.core.errors import FilterError

DECLINED = "No sentence found that answers this."  # the one refusal phrase: page, command line, tests
METADATA = ("title", "outlet", "url", "author", "published", "language")  # what can be stated about an article
GIVEN = "given"  # the origin of a value that a person gave
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, which arguments and JSON may carry and no file holds
TITLE_WORDS = 12  # a derived title is the first words of the text: enough to recognise an article in a list
# Text in the one form that offsets are counted in. `canonical_text` alone makes it, once, on an article's way in;
# what was stored as such comes back as such.
CanonicalText = NewType("CanonicalText", str)


def version_of(text: str) -> str:
    """Return first 12 hex digits of the SHA-256 of the canonical text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


@dataclass(frozen=True)
class Article:
    """One article: canonical text and what is known about it. Unknown metadata is None, never a guess.

    `id` is the stem of its file in `corpus/`. `published` is an ISO 8601 date or date-time, `language` a BCP 47 tag,
    `added` an ISO 8601 date-time in UTC. `origins` says of a field where its value was found ("og:title"), or that a
    person gave it (GIVEN). `pages` are the offsets at which the pages of a PDF begin.
    """

    id: str
    text: CanonicalText
    title: str | None = None
    outlet: str | None = None
    url: str | None = None
    author: str | None = None
    published: str | None = None
    language: str | None = None
    added: str | None = None
    origins: Mapping[str, str] = field(default_factory=dict, hash=False)
    pages: tuple[int, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Return the number of the page, from 1, on which a place stands; None where there are no pages."""
        return bisect_right(self.pages, offset) or None

    @cached_property
    def version(self) -> str:
        return version_of(self.text)

    @cached_property
    def shown_title(self) -> str:
        """Return the given title, or the first words of the text. Never embedded, never indexed when derived."""
        if self.title:
            return self.title
        words = self.text.split(maxsplit=TITLE_WORDS)
        return " ".join(words[:TITLE_WORDS]) + ("…" if len(words) > TITLE_WORDS else "")


@dataclass(frozen=True, slots=True)
class Found:
    """A value and where it stands, in a word or two: `json-ld`, `og:title`, `pdf information`, `the text`."""

    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One article. `text` is plain: no markup, paragraphs and headings as blocks with an empty line between them.

    `metadata` has keys of METADATA: `author` is all authors, joined by ", "; `published` an ISO 8601 date, or a
    date-time with its offset where one is stated; `language` a BCP 47 tag; `url` the canonical address.
    `name` is what to derive an id from where there is no title, such as a file name or the entry's own id in a feed.
    `notes` are sentences for the person who added it ("Read as windows-1252: its encoding is not stated.").
    `id` is the one that its source gives the article, to derive ours from before any title. `pages` are the offsets at
    which the pages of a PDF begin.
    """

    text: str
    metadata: Mapping[str, Found] = field(default_factory=dict)
    name: str = ""
    notes: tuple[str, ...] = ()
    id: str = ""
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record of a file that holds many (a line, an entry), left out while the others go on: which, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Link(Refusal):
    """A web address in a list of such, without its text: to be fetched where that is done, else left out."""

    address: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence's span. `boilerplate` marks what a page says of itself: text that is kept but never answers."""

    start: int
    end: int
    boilerplate: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences `first..last` (half-open) that fits the embedding model.

    A sentence longer than the model's window yields several passages that name it; only then are `start`/`end`
    narrower than the sentences'.
    """

    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Filters:
    """Say which articles may answer. Dates are ISO 8601 days, both ends inclusive; empty means all.

    Filters that cannot be are never made: making them raises FilterError. So whoever is handed some need not check.
    """

    outlets: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    published_from: str | None = None
    published_to: str | None = None

    def __post_init__(self) -> None:
        days = [_day(name, getattr(self, name)) for name in ("published_from", "published_to")]
        for text in (*self.outlets, *self.articles):
            if _SURROGATE.search(text):
                raise FilterError(f"The filter {text!r} is not text: it holds half a character (a lone surrogate).")
        first, last = days
        if first and last and first > last:
            dates = f"{self.published_from} to {self.published_to}"
            raise FilterError(f"The dates {dates} hold no day: the first is after the second.")

    @property
    def by_date(self) -> bool:
        return self.published_from is not None or self.published_to is not None

    def __bool__(self) -> bool:
        return bool(self.outlets or self.articles or self.by_date)


def _day(name: str, value: str | None) -> date | None:
    """Return the day that a filter names. Raises FilterError."""
    try:
        return None if value is None else parse_date(value)
    except (ValueError, TypeError):
        raise FilterError(f"{name} is {value!r}; expected a date such as 2024-05-17.") from None


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. `score` is the fused one (higher is better), `cosine` lies in [-1, 1]."""

    passage: str
    article: str
    score: float
    cosine: float


@dataclass(frozen=True, slots=True)
class Copy:
    """Where another article of the same story has the sentence too: its own offsets and version."""

    article: str
    version: str
    start: int
    end: int
    title: str
    outlet: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence stands: `article.text[start:end] == quote` for the article's `version`.

    `answer` is the span inside it, in the article's offsets too, of the words that answer, where they are known.
    `also_in` are the other articles of its story that have the sentence: copies, which count once. `page` is the page
    of a PDF that it begins on.
    """

    n: int
    article: str
    version: str
    start: int
    end: int
    quote: str
    title: str
    outlet: str | None
    published: str | None
    answer: tuple[int, int] | None = None
    also_in: tuple[Copy, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A sentence of an answer with its citations; `label` is what it stands under: a day, a side, a speaker."""

    text: str
    citations: tuple[Citation, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class SourcePassage:
    """A passage shown to a person: exact text and offsets, with the spans (absolute) cited inside it."""

    article: str
    version: str
    start: int
    end: int
    text: str
    title: str
    outlet: str | None
    published: str | None
    score: float
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question was taken to mean. All of it is JSON as it stands, so that a page can show it and drop a part.

    `kind` is plain, keywords, definition, results, meta, smalltalk, clarify or task, or the kind of answer that is
    given (`qa.answer.kinds`): overview, timeline, list, count. `searched` is what was looked for in place of the
    question, empty where nothing was. `corrections` and `acronyms` are pairs: as written, as read. `leans_on` are the
    earlier questions that it was read with. `time` are the words that name a time; `published_from` and `published_to`
    the days they mean, as a preference: `time_kind` is published, as of or in the text. `newest`: of what answers the
    newest comes first. `today` is the day that relative words were counted from. `without` are the parts that the
    reader had left out.
    """

    kind: str = "plain"
    searched: str = ""
    corrections: tuple[tuple[str, str], ...] = ()
    acronyms: tuple[tuple[str, str], ...] = ()
    leans_on: tuple[str, ...] = ()
    time: str = ""
    time_kind: str = ""
    published_from: str | None = None
    published_to: str | None = None
    newest: bool = False
    today: str | None = None
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service says to a question.

    `confidence` is the estimated probability that the sentences answer the question; below the threshold `declined` is
    true, `sentences` is empty and `nearest` holds the closest passages. `undated_left_out` counts articles that a date
    filter left out for want of a date; `notes` say what else a reader should know, such as a part of the question that
    is not answered. `behaviour` says what kind of answer it is where it is not one of the sentences that answer (meta,
    smalltalk, clarify, results, refusal, overview, timeline, list, count), `text` what is said without a citation,
    `articles` the ids of the articles that it is about; `understood` is what the question was taken to mean.
    """

    question: str
    declined: bool
    confidence: float
    sentences: tuple[AnswerSentence, ...]
    nearest: tuple[SourcePassage, ...]
    passages: tuple[SourcePassage, ...]
    timings_ms: dict[str, float]
    undated_left_out: int = 0
    notes: tuple[str, ...] = ()
    behaviour: str = ""
    articles: tuple[str, ...] = ()
    text: str = ""
    understood: Understood | None = None
