"""The newest state first: of one story the newest sentence that answers, or the first one of its newest article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from qa.answer.evidence.evidence import Evidence, Ranking
from qa.answer.evidence.preference.ranked import Found, Search, in_order, merged, put_first
from qa.answer.evidence.signals import DAY_NAMES, Question
from qa.answer.evidence.story import day_of, stories_of
from qa.answer.question.conversation import names_in
from qa.answer.question.times import asks_for_lead, same_state
from qa.answer.question.understand import Meaning
from qa.core.types import Article, Filters, Hit
from qa.index.catalog.snapshot import Snapshot

HOLDS = 0.55  # of the best one's confidence: what a newer sentence needs to answer too
HOLDS_UNASKED = 0.65  # the same where no word asks for the newest, only the tense
LOOKED_AT = 6  # best sentences of a newer article
WHOLE = 8  # words of a first sentence that is no heading
SAME_STATE = 1.6  # of scores: what a sentence with "now" is ahead where "now" was asked
HEAD = 400  # characters of an article that say what it is about
NEWER = 4  # newer articles of a story that are read for one


def newest_first(meaning: Meaning, question: Question, found: Found, search: Search, snapshot: Snapshot) -> Found:
    """Put the newest sentence that answers before the older ones of its story."""
    hits, ranking = found
    if not meaning.understood.newest or not ranking.evidence or not ranking.evidence[0].candidate.article.published:
        return found
    moved = [
        replace(e, score=e.score + SAME_STATE) if same_state(question.text, e.candidate.text) else e
        for e in ranking.evidence
    ]
    return newest_of_story((hits, in_order(replace(ranking, evidence=moved))), meaning, question, search, snapshot)


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
    return hits, put_first(ranking, first)


def newest_of_story(found: Found, meaning: Meaning, question: Question, search: Search, snapshot: Snapshot) -> Found:
    """Put the newest sentence that answers before the older ones of the best one's story."""
    hits, ranking = found
    best = ranking.evidence[0]
    top = best.candidate.article
    if top.published is None:
        return found
    lead = asks_for_lead(meaning.asked)
    least = (HOLDS if meaning.explicit else HOLDS_UNASKED) * ranking.sure
    named = () if lead else [name for name in names_in(question.text) if not DAY_NAMES.match(name)]
    for article in newer_of_story(snapshot, top, hits, named)[: 1 if lead else NEWER]:
        more, own = search(Filters(articles=(article.id,)))
        told = _lead(own, article.id) if lead else _that_holds(own, question, least)
        if told is not None:
            return merged(more, hits), put_first(ranking, told)
    return found


def newer_of_story(snapshot: Snapshot, top: Article, hits: Sequence[Hit], named: Sequence[str] = ()) -> list[Article]:
    """Return the retrieved articles of the same story that were published later, the newest first.

    One that begins with all that is `named`, where that is more than a word, is of the story of it.
    """
    ids = list(dict.fromkeys([top.id, *(h.article for h in hits)]))
    articles = [a for a in map(snapshot.article, ids) if a is not None]
    groups = stories_of(snapshot, articles)
    than = day_of(top) or date.min
    subject = named if any(" " in name for name in named) else ()
    newer = [
        a
        for a, group in zip(articles, groups, strict=True)
        if (group == groups[0] or (subject and _begins_with(a, subject))) and (day_of(a) or date.min) > than
    ]
    return sorted(newer, key=lambda a: (day_of(a) or date.min, a.id), reverse=True)


def _begins_with(article: Article, names: Sequence[str]) -> bool:
    head = f"{article.title or ''} {article.text[:HEAD]}"
    return all(name in head for name in names)


def _that_holds(ranking: Ranking, question: Question, least: float) -> Evidence | None:
    """Return the first sentence of an article that answers about as well as the best of all, and in kind."""
    best = (e for e in ranking.evidence[:LOOKED_AT] if e.confidence(question) >= least)
    return next((e for e in best if _tells_value(question, e)), None)


def _tells_value(question: Question, evidence: Evidence) -> bool:
    """Return True if a sentence has what is asked for, and where the reader knows the words, in these."""
    candidate, reading = evidence.candidate, evidence.reading
    if not question.answered_in_kind(candidate.text):
        return False
    if reading is None or question.answer_pattern is None or reading.answer[0] >= reading.answer[1]:
        return True
    return question.answered_in_kind(candidate.article.text[slice(*reading.answer)]) > 0


def _lead(ranking: Ranking, article: str) -> Evidence | None:
    """Return the first whole sentence of an article among the evidence."""
    own = (e for e in ranking.evidence if e.candidate.article.id == article)
    return min((e for e in own if len(e.candidate.text.split()) >= WHOLE), key=lambda e: e.place[1], default=None)
