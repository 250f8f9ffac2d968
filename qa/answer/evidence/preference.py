"""What a question's time, its earlier questions and its acronyms mean for the evidence: which of it comes first.

Works on rankings. Each step may search again within some of the articles, and changes nothing where that finds no
answer: a preference never hides what answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Protocol

from qa.answer.evidence.evidence import Evidence, Ranking
from qa.answer.evidence.signals import Question, term_set
from qa.answer.evidence.story import day_of, stories_of
from qa.answer.question.acronyms import long_form
from qa.answer.question.times import Time, asks_for_lead, names_time, same_state, without
from qa.answer.question.understand import Meaning
from qa.core.types import Article, Filters, Hit
from qa.index.catalog.snapshot import Snapshot

_HEADING = re.compile(
    r"By (?:[^\W\d_a-z][\w.’'-]*,? ?(?:and )?){1,6}"
)  # a byline names a person and tells nothingDENIED = 0.4  # of scores that a sentence which denies may lie behind
PRESUMES = re.compile(r"(?:who|whom|when|where|why|how)\b.*\b(?:did|was|were|do|does|has|have|had)\b|who \w+ed\b", re.I)
DENIES = re.compile(
    r"\b(?:never|nobody|no one|none|nothing|not|neither|against|reject(?:ed|s)?|den(?:ied|ies|y)|refused|opposed"
    r"|instead|false|wrong)\b",
    re.IGNORECASE,
)
Found = tuple[list[Hit], Ranking]


class Search(Protocol):
    """Rank a text, the question as it is searched where none is given, within some of the articles."""

    def __call__(self, filters: Filters, text: str = "", /) -> Found: ...


GRACE = {"day": 2, "week": 3, "month": 5, "season": 14, "year": 14}  # days after a time in which it is still reported
INSIDE = 0.12  # confidence from which an article of the time asked for answers
IN_TIME = 3.0  # of scores: what a sentence of the time asked for is ahead
SAID_BEFORE = 1.5  # of scores: what a sentence of an article that was cited before is ahead
READ_AGAIN = 3  # sentences whose articles are read for the question as it was asked
TOLD = 3.0  # of scores: what a sentence falls back that an earlier answer has told
HOLDS = 0.55  # of the best one's confidence: what a newer sentence needs to answer too
RECENT = 45  # days before "until May" whose articles are of that time
DENIED = 0.4  # of scores that a sentence which denies may lie behind
AHEAD = 0.01  # of scores: what is put first is ahead of what was
WHOLE = 8  # words of a first sentence that is no heading
SAME_STATE = 1.6  # of scores: what a sentence with "now" is ahead where "now" was asked
NEWER = 4  # newer articles of a story that are read for one
CERTAIN = 0.9  # confidence of a definition that stands in the articles, letter for letter
NOTHING_THEN = "No article published {} answers; what is shown is of another time."


def by_time(
    meaning: Meaning, found: Found, search: Search, filters: Filters, snapshot: Snapshot
) -> tuple[Found, tuple[str, ...]]:
    """Put what was published at the time asked for first; say so where nothing of that time answers."""
    time = meaning.time
    if time is None or time.kind == "text":
        return found, ()
    if time.kind == "as of":
        return _as_of(meaning, time, found, search, filters, snapshot), ()
    inside = within(filters, time.start, time.end and time.end + timedelta(days=GRACE[time.unit]))
    hits, ranking = search(inside) if inside else ([], Ranking([], 0.0))
    if not ranking.evidence or ranking.sure < INSIDE:
        return found, (NOTHING_THEN.format(_span(time)),)
    return (_merged(hits, found[0]), _ahead(ranking, found[1])), ()


def newest_first(meaning: Meaning, question: Question, found: Found, search: Search, snapshot: Snapshot) -> Found:
    """Put the newest sentence that answers before the older ones of its story."""
    hits, ranking = found
    if not meaning.understood.newest or not ranking.evidence or not ranking.evidence[0].candidate.article.published:
        return found
    moved = [
        replace(e, score=e.score + SAME_STATE) if same_state(question.text, e.candidate.text) else e
        for e in ranking.evidence
    ]
    return _newest((hits, _sorted(replace(ranking, evidence=moved))), meaning, question, search, snapshot)


def lead_first(meaning: Meaning, found: Found) -> Found:
    """Put the first sentence of the best article first where whatever is new is asked for."""
    hits, ranking = found
    asks = meaning.understood.newest or (meaning.time is not None and meaning.time.kind == "published")
    if not asks or not ranking.evidence or not asks_for_lead(meaning.asked):
        return found
    best = ranking.evidence[0]
    if not best.candidate.article.published:  # no news
        return found
    first = _lead(ranking, best.candidate.article.id) or best
    rest = [e for e in ranking.evidence if e.place != first.place]
    return hits, replace(ranking, evidence=[replace(first, score=best.score + AHEAD), *rest])


def _newest(found: Found, meaning: Meaning, question: Question, search: Search, snapshot: Snapshot) -> Found:
    hits, ranking = found
    best = ranking.evidence[0]
    top = best.candidate.article
    if top.published is None:
        return found
    lead = asks_for_lead(meaning.asked)
    for article in _newer(snapshot, top, hits)[: 1 if lead else NEWER]:
        more, own = search(Filters(articles=(article.id,)))
        told = _lead(own, article.id) if lead else _that_holds(own, question, ranking.sure)
        if told is not None:
            first = replace(told, score=best.score + AHEAD)
            rest = [e for e in ranking.evidence if e.place != told.place]
            return _merged(more, hits), replace(ranking, evidence=[first, *rest])
    return found


def _newer(snapshot: Snapshot, top: Article, hits: Sequence[Hit]) -> list[Article]:
    """Return the retrieved articles of the same story that were published later, the newest first."""
    ids = list(dict.fromkeys([top.id, *(h.article for h in hits)]))
    articles = [a for a in map(snapshot.article, ids) if a is not None]
    groups = stories_of(snapshot, articles)
    than = day_of(top) or date.min
    newer = [a for a, g in zip(articles, groups, strict=True) if g == groups[0] and (day_of(a) or date.min) > than]
    return sorted(newer, key=lambda a: (day_of(a) or date.min, a.id), reverse=True)


def _that_holds(ranking: Ranking, question: Question, sure: float) -> Evidence | None:
    """Return the first sentence of an article that answers about as well as the best of all, and in kind."""
    best = next((e for e in ranking.evidence if not _heads(e)), None)
    if best is None or not question.answered_in_kind(best.candidate.text):
        return None
    return best if best.confidence(question) >= HOLDS * sure else None


def _heads(evidence: Evidence) -> bool:
    text = evidence.candidate.text
    return _HEADING.fullmatch(text) is not None or text.isupper()


def _lead(ranking: Ranking, article: str) -> Evidence | None:
    """Return the first whole sentence of an article among the evidence."""
    own = (e for e in ranking.evidence if e.candidate.article.id == article and not _heads(e))
    return min((e for e in own if len(e.candidate.text.split()) >= WHOLE), key=lambda e: e.place[1], default=None)


def said_before(meaning: Meaning, found: Found, search: Search) -> Found:
    """Read the articles that earlier answers cited for the question as it was asked.

    "He wants to be a pilot" is no worse an answer for not repeating the name. What was cited before is not told again.
    """
    hits, ranking = found
    if not meaning.understood.leans_on or not ranking.evidence:
        return found
    near = [*meaning.articles, *(e.candidate.article.id for e in ranking.evidence[:READ_AGAIN])]
    inside = Filters(articles=tuple(dict.fromkeys(near)))
    more, whole = search(inside, meaning.text)
    _, bare = search(inside, meaning.asked)
    asked = {e.place: e for e in bare.evidence}
    both = [
        replace(e, score=(1 - meaning.bare) * e.score + meaning.bare * asked[e.place].score)
        for e in whole.evidence
        if e.place in asked
    ]
    lead = SAID_BEFORE if meaning.articles else 0.0
    both = [replace(e, score=e.score + lead * (e.candidate.article.id in meaning.articles)) for e in both]
    places = {e.place for e in both}
    every = [*both, *(e for e in ranking.evidence if e.place not in places)]
    every = [replace(e, score=e.score - TOLD) if e.candidate.text in meaning.told else e for e in every]
    sure = max(ranking.sure, whole.sure, bare.sure)
    return _merged(more, hits), _sorted(replace(ranking, evidence=every, sure=sure))


def denial_first(question: Question, found: Found) -> Found:
    """Put a sentence that denies or opposes before one that is about as good but passes over what is asked."""
    hits, ranking = found
    if not ranking.evidence or not PRESUMES.match(question.text):
        return found
    best = ranking.evidence[0]
    missing = set(question.stems) - question.names - term_set(best.candidate.text)
    if not missing or DENIES.search(best.candidate.text):
        return found
    for e in ranking.evidence[1:3]:
        same = e.candidate.article.id == best.candidate.article.id or e.candidate.cosine > best.candidate.cosine
        if same and e.score >= best.score - DENIED and DENIES.search(e.candidate.text):
            rest = [r for r in ranking.evidence if r.place != e.place]
            return hits, replace(ranking, evidence=[replace(e, score=best.score + AHEAD), *rest])
    return found


def definition_first(meaning: Meaning, found: Found) -> Found:
    """Put the sentence that gives the long form first where that is what is asked."""
    hits, ranking = found
    if not meaning.asks_form:
        return found
    for e in ranking.evidence:
        if any(long_form(e.candidate.text, d.short) for d in meaning.definitions):
            rest = [r for r in ranking.evidence if r.place != e.place]
            first = replace(e, score=max(e.score, ranking.evidence[0].score) + 2.0)
            return hits, Ranking([first, *rest], max(CERTAIN, ranking.sure), ranking.absent)
    return found


def _as_of(meaning: Meaning, time: Time, found: Found, search: Search, filters: Filters, snapshot: Snapshot) -> Found:
    """Put sentences of the time, or that name it, first; where there are none the latest from before it."""
    until = time.end and time.end + timedelta(days=GRACE["day"])
    inside = within(filters, None, until)
    more, ranking = search(inside, without(meaning.text, time)) if inside else ([], Ranking([], 0.0))
    known = {e.place for e in found[1].evidence}
    everything = [*found[1].evidence, *(e for e in ranking.evidence if e.place not in known)]
    if not everything:
        return found
    best = max(everything, key=lambda e: e.score)
    if ranking.evidence and best.candidate.article.published and not names_time(best.candidate.text, time):
        near = [e for e in everything if _of_time(e, time) and e.score >= best.score - IN_TIME]
        if not near:
            asked = Question(without(meaning.text, time))
            return _newest((more, ranking), meaning, asked, _until(search, inside or filters), snapshot)
    moved = [replace(e, score=e.score + IN_TIME) if _of_time(e, time) else e for e in everything]
    both = _sorted(replace(found[1], evidence=moved))
    return _merged(found[0], more), replace(both, sure=max(found[1].sure, ranking.sure))


def _of_time(evidence: Evidence, time: Time) -> bool:
    day = day_of(evidence.candidate.article)
    if day is None:
        return False
    end = (time.end or date.max - timedelta(days=40)) + timedelta(days=GRACE[time.unit])
    start = time.start or (end - timedelta(days=RECENT))
    return start <= day <= end


def _until(search: Search, inside: Filters) -> Search:
    """Return the search, kept within a time: what came after it is not the state of then."""

    def narrowed(filters: Filters, text: str = "") -> Found:
        return search(replace(inside, articles=filters.articles), text)

    return narrowed


def _ahead(first: Ranking, second: Ranking) -> Ranking:
    """Return the evidence of the first ranking before that of the second, left behind where it is no better."""
    places = {e.place for e in first.evidence}
    low = min(e.score for e in first.evidence)
    rest = [replace(e, score=min(e.score, low) - 20.0) for e in second.evidence if e.place not in places]
    return Ranking([*first.evidence, *rest], first.sure, first.absent, first.unanswered)


def _sorted(ranking: Ranking) -> Ranking:
    order = sorted(ranking.evidence, key=lambda e: (-e.score, e.candidate.article.id, e.candidate.sentence.n))
    return replace(ranking, evidence=order)


def _merged(first: Sequence[Hit], second: Sequence[Hit]) -> list[Hit]:
    seen = {h.passage for h in first}
    return [*first, *(h for h in second if h.passage not in seen)]


def within(filters: Filters, start: date | None, end: date | None) -> Filters | None:
    """Return the filters, narrowed to a time; None where they leave no day of it."""
    firsts = [day for day in (filters.published_from, start.isoformat() if start else None) if day]
    lasts = [day for day in (filters.published_to, end.isoformat() if end else None) if day]
    first, last = max(firsts, default=None), min(lasts, default=None)
    if first and last and first > last:
        return None
    return replace(filters, published_from=first, published_to=last)


def _span(time: Time) -> str:
    if time.start is None or time.end is None:
        return f"since {time.start}" if time.start else f"until {time.end}"
    return f"on {time.start}" if time.start == time.end else f"from {time.start} to {time.end}"
