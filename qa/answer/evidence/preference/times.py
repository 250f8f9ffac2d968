"""The time that a question names: what was published then, or told the state of then, comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from qa.answer.evidence.evidence import Evidence, Ranking
from qa.answer.evidence.preference.newest import newest_of_story
from qa.answer.evidence.preference.ranked import Found, Search, in_order, merged
from qa.answer.evidence.signals import Question
from qa.answer.evidence.story import day_of
from qa.answer.question.times import Time, names_time, without
from qa.answer.question.understand import Meaning
from qa.core.types import Filters
from qa.index.catalog.snapshot import Snapshot

GRACE = {"day": 2, "week": 3, "month": 5, "season": 14, "year": 14}  # days after a time in which it is still reported
INSIDE = 0.12  # confidence from which an article of the time asked for answers
IN_TIME = 3.0  # of scores: what a sentence of the time asked for is ahead
RECENT = 45  # days before "until May" whose articles are of that time
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
    return (merged(hits, found[0]), _ahead(ranking, found[1])), ()


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
            return newest_of_story((more, ranking), meaning, asked, _until(search, inside or filters), snapshot)
    moved = [replace(e, score=e.score + IN_TIME) if _of_time(e, time) else e for e in everything]
    both = in_order(replace(found[1], evidence=moved))
    return merged(found[0], more), replace(both, sure=max(found[1].sure, ranking.sure))


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
