"""What was said before: the articles that earlier answers cited, read for the question as it was asked."""

from __future__ import annotations

from dataclasses import replace

from qa.answer.evidence.preference.ranked import Found, Search, in_order, merged
from qa.answer.question.understand import Meaning
from qa.core.types import Filters

SAID_BEFORE = 1.5  # of scores: what a sentence of an article that was cited before is ahead
READ_AGAIN = 3  # sentences whose articles are read for the question as it was asked
TOLD = 3.0  # of scores: what a sentence falls back that an earlier answer has told


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
    return merged(more, hits), in_order(replace(ranking, evidence=every, sure=sure))
