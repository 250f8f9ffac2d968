"""The form of a question: one that presumes may be denied, one that asks what letters stand for is defined."""

from __future__ import annotations

import re
from dataclasses import replace

from qa.answer.evidence.evidence import Ranking
from qa.answer.evidence.preference.ranked import Found, put_first
from qa.answer.evidence.signals import Question, term_set
from qa.answer.question.understand import Meaning
from qa.index.catalog.acronyms import read_definitions

CERTAIN = 0.9  # confidence of a definition that stands in the articles, letter for letter
DENIED = 0.4  # of scores that a sentence which denies may lie behind
PRESUMES = re.compile(r"(?:who|whom|when|where|why|how)\b.*\b(?:did|was|were|do|does|has|have|had)\b|who \w+ed\b", re.I)
DENIES = re.compile(
    r"\b(?:never|nobody|no one|none|nothing|not|neither|against|reject(?:ed|s)?|den(?:ied|ies|y)|refused|opposed"
    r"|instead|false|wrong)\b",
    re.IGNORECASE,
)


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
            return hits, put_first(ranking, e)
    return found


def definition_first(meaning: Meaning, found: Found) -> Found:
    """Put the sentence that gives the long form first where that is what is asked."""
    hits, ranking = found
    if not meaning.asks_form:
        return found
    for e in ranking.evidence:
        if any(short == d.short for d in meaning.definitions for short, _ in read_definitions(e.candidate.text)):
            rest = [r for r in ranking.evidence if r.place != e.place]
            first = replace(e, score=max(e.score, ranking.evidence[0].score) + 2.0)
            return hits, Ranking([first, *rest], max(CERTAIN, ranking.sure), ranking.absent)
    return found
