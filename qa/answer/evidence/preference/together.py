"""What answers only together with the best sentence: another value of the same thing, the other items of a list.

"Eleven fires are known to the company. The safety office counts 17." Neither alone answers how many there were. And
what somebody had promised is all of "- a cap on rents", "- free lunches", not the first of them.
"""

from __future__ import annotations

import re
from dataclasses import replace

from qa.answer.evidence.evidence import Evidence
from qa.answer.evidence.preference.ranked import Found, Search, merged
from qa.answer.evidence.preference.values import value_asked
from qa.answer.evidence.signals import Question, coverage, term_set
from qa.core.types import Filters
from qa.corpus.words import stem

BESIDE = 2  # sentences before and behind the best one
BEHIND = 0.5  # of scores: where the other value is put behind the best one
READ = -3.0  # of the reader's scores: what the other sentence has where it does not say of what its figure is
ANSWERS = -0.5  # the same where its figure is said and not counted
MOST = 5  # items that are shown, as many as sentences of an answer
ITEM_BEHIND = 0.1  # of scores: what each further item is below the best
ALONE = 0.5  # of what is rare in the question: what an item has that answers alone

_SPELT = "two three four five six seven eight nine ten eleven twelve half several dozens hundreds thousands".split()
_FIGURE = re.compile(
    rf"(?<![\w.,])(?:\d[\d,]*(?:\.\d+)?|{'|'.join(_SPELT)})\b(?! ?(?:a\.m|p\.m|years? ago))", re.IGNORECASE
)
_UNIT = re.compile(r"[ -](?:(?:hundred|thousand|million|billion)\b ?)?(?:of )?(?P<unit>[a-z]+|%)?")
_SHARE = frozenset({"per", "percent", "%", "ten", "two", "three", "four", "five"})
_COUNTS = re.compile(
    r"\b(?:counts?|counted|puts?|spoke of|speaks? of|according to|estimat(?:es?|ed)|lists?|registers?|known to"
    r"|claim(?:s|ed)?|differ(?:s|ent|ently)?|valued?|insured)\b",
    re.IGNORECASE,
)
_SAYS = re.compile(r"\b(?:said|says|reported|reports|gave|gives)\b", re.IGNORECASE)
_ITEM = re.compile(r"(?:[-*•‣▪–—]|\(?\d{1,2}[.)])\s")


def rival_shown(question: Question, found: Found) -> Found:
    """Put a sentence beside the best one that gives another value of the same thing right behind it."""
    hits, ranking = found
    if not ranking.evidence or not asks_value(question):
        return found
    best = ranking.evidence[0]
    mine = _values(best.candidate.text)
    near = (e for e in ranking.evidence[1:] if _is_beside(e, best))
    shares = value_asked(question.text) == "share"
    rival = next((e for e in near if mine and _rivals(mine, e, READ if shares else ANSWERS)), None)
    if rival is None:
        return found
    rest = [e for e in ranking.evidence[1:] if e.place != rival.place]
    return hits, replace(ranking, evidence=[best, replace(rival, score=best.score - BEHIND), *rest])


def asks_value(question: Question) -> bool:
    """Return True if a question asks for an amount."""
    return (
        value_asked(question.text) not in ("", "name")
        or re.search(
            r"\bhow (?:many|much|large|big|strong)\b|\b(?:figure|number|worth|share|toll|count)\b", question.text, re.I
        )
        is not None
    )


def _is_beside(e: Evidence, best: Evidence) -> bool:
    same = e.candidate.article.id == best.candidate.article.id
    return same and 0 < abs(e.candidate.sentence.n - best.candidate.sentence.n) <= BESIDE


def _rivals(mine: dict[str, set[str]], e: Evidence, answers: float) -> bool:
    """Return True if a sentence gives another value of what is measured, and says who gives it."""
    text, theirs = e.candidate.text, _values(e.candidate.text)
    read = e.reading.score if e.reading is not None else 0.0
    alike = any(unit in theirs and not theirs[unit] & values for unit, values in mine.items())
    if _COUNTS.search(text) is None:
        return alike and read > answers and _SAYS.search(text) is not None
    return alike or ("" in theirs and len(theirs) == 1 and read > READ)


def _values(text: str) -> dict[str, set[str]]:
    """Return the figures of a sentence by what they count: "" for one that stands alone."""
    found = dict[str, set[str]]()
    for m in _FIGURE.finditer(text):
        unit = _UNIT.match(text, m.end())
        of = (unit["unit"] or "").lower() if unit else ""
        if of in _SHARE or (unit and unit.group().startswith(" of ")):
            of = "share"
        found.setdefault(stem(of) if of else "", set()).add(m.group().lower())
    return found


def items_together(question: Question, found: Found, search: Search) -> Found:
    """Put the other items of a list behind the one that came first, in their order, where it does not answer alone."""
    hits, ranking = found
    if not ranking.evidence or question.answer_pattern is not None or question.asks_name:
        return found
    best = ranking.evidence[0]
    if not _is_item(best) or _answers_alone(question, best):
        return found
    more, own = search(Filters(articles=(best.candidate.article.id,)))
    by_number = {e.place[1]: e for e in own.evidence if _is_item(e)}
    n = first = last = best.place[1]
    while first - 1 in by_number and n - first < MOST - 1:
        first -= 1
    while last + 1 in by_number and last - first < MOST - 1:
        last += 1
    others = [by_number[k] for k in range(first, last + 1) if k != n]
    items = [replace(e, score=best.score - ITEM_BEHIND * k) for k, e in enumerate(others, 1)]
    places = {best.place, *(e.place for e in items)}
    rest = [e for e in ranking.evidence if e.place not in places]
    return merged(hits, more), replace(ranking, evidence=[best, *items, *rest])


def _is_item(evidence: Evidence) -> bool:
    return _ITEM.match(evidence.candidate.text) is not None


def _answers_alone(question: Question, evidence: Evidence) -> bool:
    """Return True if an item names what is asked about, or has most of the question's words."""
    said = term_set(evidence.candidate.text)
    share = coverage(question.stems, said, question.english_rarity.__getitem__)
    return bool(question.names & said) or share >= ALONE
