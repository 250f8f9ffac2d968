"""Who holds an office today, and who somebody is: the newest sentence that puts a name to the office comes first.

"Who is the coach?" is answered by "Her assistant, X, takes over", not by the sentence that has most of its words and
tells who left.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from qa.answer.evidence.evidence import Evidence
from qa.answer.evidence.preference.newest import newer_of_story
from qa.answer.evidence.preference.ranked import Found, Search, merged, put_first
from qa.answer.evidence.signals import Question, term_set
from qa.answer.evidence.story import day_of
from qa.answer.question.understand import Meaning
from qa.core.types import Filters
from qa.corpus.words import STOPWORDS, stem, words
from qa.index.catalog.snapshot import Snapshot

READ = 4  # newest articles of the story that are read for who holds the office
LEAD = 400  # characters of an article that say what it is about
NEAR = 6.0  # of scores: how far behind the best one a sentence that says who somebody is may lie
TOLD = 0.5  # confidence of a sentence that says of the very name who bears it

_NAME = r"(?-i:[^\W\d_a-z][\w’'-]+(?: (?:(?:de|van|von|of|al) )?[^\W\d_a-z][\w’'-]+){1,3})"


@cache
def _rules() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("holders.toml").read_text("utf-8"))


@cache
def _pattern(source: str, asked: str = "", who: str = "") -> re.Pattern[str]:
    role = _rules()["role"]
    for mark, value in (("{role}", role), ("{asked}", f"(?:{asked or role})"), ("{who}", who), ("{name}", _NAME)):
        source = source.replace(mark, value)
    return re.compile(source, 0 if who or "(?P<name>" in source else re.IGNORECASE)


def office_asked(text: str, *, keywords: bool = False) -> re.Match[str] | None:
    """Return where a question asks who holds an office."""
    patterns = [_rules()["keywords"]] if keywords else _rules()["asks"]
    return next((m for p in patterns if (m := _pattern(p).search(text))), None)


def holder_first(meaning: Meaning, question: Question, found: Found, search: Search, snapshot: Snapshot) -> Found:
    """Put the newest sentence that says who holds the office first where that is asked, or who somebody is."""
    hits, ranking = found
    if not ranking.evidence:
        return found
    asked = office_asked(meaning.text, keywords=meaning.understood.kind == "keywords")
    if asked is None or not meaning.understood.newest:
        return found
    groups = asked.groupdict()
    office = re.escape(groups["role"]) if groups.get("role") else _rules()["verbs"].get(groups.get("verb") or "", "")
    of = _of_what(meaning, question, asked.group())
    best = ranking.evidence[0].candidate.article
    evidence, more = list(ranking.evidence), list(hits)
    for article in newer_of_story(snapshot, best, hits)[:READ]:
        own_hits, own = search(Filters(articles=(article.id,)))
        evidence += own.evidence
        more = merged(more, own_hits)
    named = [(e, rank) for e in evidence if (rank := _holds(e, office, of, any_office=not office))]
    if not named:
        return found
    first = max(named, key=lambda pair: (day_of(pair[0].candidate.article) or date.min, pair[1], -pair[0].place[1]))
    return more, put_first(ranking, first[0])


def _of_what(meaning: Meaning, question: Question, asked: str) -> set[str]:
    """Return the words for what the office is of, an acronym as its long form."""
    of = set(question.stems) - term_set(asked)
    for found in meaning.definitions:
        if short := of & term_set(found.short):
            of = (of - short) | {stem(w) for w in words(found.long) if w not in STOPWORDS}
    return of


def _holds(evidence: Evidence, office: str, of: set[str], *, any_office: bool) -> int:
    """Return how well a sentence says who holds the office: 0 not at all, 2 where somebody comes into it."""
    candidate, sentences = evidence.candidate, _rules()["sentences"]
    text = candidate.text
    about = term_set(text) | candidate.nearby | term_set(candidate.article.text[:LEAD])
    if 2 * len(of & about) < len(of) or not re.search(_NAME, text):
        return 0
    beside = _pattern(sentences["beside"], office).search(text) is not None
    if _pattern(sentences["begins"], office).search(text) and (beside or not any_office or of & term_set(text)):
        return 2
    whose = not any_office or of & term_set(text) or _pattern(sentences["own"]).search(text)
    return int(bool(beside and whose and not _pattern(sentences["ends"]).search(text)))


def person_asked(text: str) -> str:
    """Return the name of whom a question asks who that is; "" where it asks something else."""
    found = (_pattern(form).match(text) for form in _rules()["who"]["asks"])
    return next((m["name"] for m in found if m), "")


def described_first(question: Question, found: Found) -> Found:
    """Put a sentence that says who somebody is before one that only has the name, where that is asked."""
    hits, ranking = found
    name = person_asked(question.text).split()
    if not name or not ranking.evidence:
        return found
    whole, last = re.escape(" ".join(name)), re.escape(name[-1])
    near = [e for e in ranking.evidence if e.score >= ranking.evidence[0].score - NEAR]
    said = _best_described(near, whole) or _best_described(near, last)
    if said is None:
        return found
    first = ranking if said.place == ranking.evidence[0].place else put_first(ranking, said)
    return hits, replace(first, sure=max(ranking.sure, TOLD))


def _best_described(evidence: Sequence[Evidence], who: str) -> Evidence | None:
    pattern = _pattern(_rules()["who"]["is"], who=who)
    return next((e for e in evidence if pattern.search(e.candidate.text)), None)
