"""What understanding a question may ask of the collection: its words, its articles, its days. One state, read only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from rapidfuzz.distance import OSA

from qa.answer.question.kinds.request import words_of_asking
from qa.core.reports import ArticleSummary
from qa.corpus.words import stem, words
from qa.index.catalog.snapshot import Snapshot

SHORTEST = 4  # characters of an outlet's last word that names it without the others
LOOKED_AT = 40  # passages that are looked through for how a word is written, or what it is short for


def outlet_in(text: str, outlet: str) -> str:
    """Return how a text names an outlet: in full, or "the Chronicle" for the Castrell Chronicle; "" if it does not."""
    last = outlet.split()[-1]
    if last.casefold() not in text.casefold():  # of thousands of outlets a text names one
        return ""
    short = re.search(rf"\b[Tt]he {re.escape(last)}(?:['’]s)?(?!\w)", text) if last[:1].isupper() else None
    return _in_full(text, outlet) or (short.group() if short else "")


def outlet_of(text: str, outlets: Sequence[str]) -> tuple[str, str]:
    """Return which outlet a text names, and how; two empty texts where it names none, or one of several.

    One that is named in full goes before one that is named by its last word alone, which needs no capital there.
    """
    near = [outlet for outlet in outlets if outlet.split()[-1].casefold() in text.casefold()]
    full = [(outlet, named) for outlet in near if (named := _in_full(text, outlet))]
    short = [(outlet, named) for outlet in near if (named := _by_last_word(text, outlet))] if not full else []
    if full:
        return max(full, key=lambda found: len(found[1]))
    return short[0] if len(short) == 1 else ("", "")


def _in_full(text: str, outlet: str) -> str:
    """Return a text's words for the whole name of an outlet, in its own capitals where it is an ordinary word."""
    if outlet.casefold() not in text.casefold():
        return ""
    letters = 0 if outlet.casefold() in words_of_asking() else re.IGNORECASE
    found = re.search(rf"\b(?:[Tt]he )?{re.escape(outlet)}(?:['’]s)?(?!\w)", text, letters)
    return found.group() if found else ""


def _by_last_word(text: str, outlet: str) -> str:
    last = outlet.split()[-1]
    if len(last) < SHORTEST or last.casefold() in words_of_asking():
        return outlet_in(text, outlet)
    found = re.search(rf"\b(?:the )?{re.escape(last)}(?:['’]s)?(?!\w)", text, re.IGNORECASE)
    return found.group() if found else ""


class Vocabulary:
    """The indexed terms of one state of the catalog, kept from one question to the next."""

    def __init__(self, terms: Sequence[tuple[str, int]]) -> None:
        self.passages = dict(terms)

    @cached_property
    def by_length(self) -> dict[int, list[str]]:
        """The terms that are words, by their length: a misspelling is about as long as what was meant."""
        found: dict[int, list[str]] = {}
        for term in self.passages:
            if not any(c.isdigit() for c in term):
                found.setdefault(len(term), []).append(term)
        return found


class Facts:
    """The collection, as far as a question's understanding needs it."""

    def __init__(self, snapshot: Snapshot, kept: dict[int, Vocabulary]) -> None:
        self._snapshot = snapshot
        self._kept = kept

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """All terms of the articles: read once for each state of the index, and only when a word is in none."""
        generation = self._snapshot.generation()
        found = self._kept.get(generation)
        if found is None:
            found = Vocabulary(self._snapshot.vocabulary())
            self._kept.clear()
            self._kept[generation] = found
        return found

    def passages_with(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each of the terms stands; one that stands in none is left out."""
        return self._snapshot.passages_with(terms)

    def matching(self, match: str, k: int = LOOKED_AT) -> list[tuple[str, str]]:
        """Ids and texts of passages that fit an FTS5 expression."""
        return self._snapshot.matching(match, k)

    def long_forms(self, short: str) -> list[str]:
        """Return what the articles say an acronym is short for, what most say first."""
        return self._snapshot.long_forms(short)

    def short_forms(self, long: str) -> list[str]:
        """Return how the articles abbreviate a long form, what most do first."""
        return self._snapshot.short_forms(long)

    def any_with(self, *phrases: str) -> bool:
        """Return True if a passage has all of the phrases, each word for word."""
        return bool(self.matching(" AND ".join(f'"{phrase}"' for phrase in phrases), 1))

    def says(self, phrase: str) -> bool:
        """Return True if a passage has the phrase letter for letter, where its stems alone could mean another one."""
        found = re.compile(rf"\b{re.escape(phrase)}", re.IGNORECASE)
        return any(found.search(text) for _, text in self.matching(f'"{phrase}"'))

    def written(self, term: str, like: str) -> str:
        """Return how the articles write the word with this stem: the form most like `like`, the commonest of these."""
        forms: Counter[str] = Counter()
        for _, text in self.matching(f'"{term}"'):
            for word in text.split():
                bare = word.strip('.,;:!?"“”‘()[]').removesuffix("'s").removesuffix("’s").strip("'’")
                folded = words(bare)
                if len(folded) == 1 and stem(folded[0]) == term:
                    forms[bare] += 1
        return min(forms, key=lambda form: (OSA.distance(form.casefold(), like), -forms[form]), default=term)

    @cached_property
    def articles(self) -> int:
        return self._snapshot.summary_count()

    @cached_property
    def outlets(self) -> list[str]:
        return self._snapshot.outlets()

    @cached_property
    def authors(self) -> list[str]:
        return self._snapshot.authors()

    @cached_property
    def period(self) -> tuple[str | None, str | None, int]:
        """The first and the last day of publication, and how many articles have none."""
        return self._snapshot.period()

    def newest(self, n: int) -> list[ArticleSummary]:
        """Return the n articles that were published last."""
        return self._snapshot.summaries(order="published", descending=True, limit=n)

    def oldest(self, n: int) -> list[ArticleSummary]:
        """Return the n articles that were published first."""
        return self._snapshot.summaries(order="published", limit=n)

    def last_added(self) -> str | None:
        rows = self._snapshot.summaries(order="added", descending=True, limit=1)
        return rows[0].added if rows else None
