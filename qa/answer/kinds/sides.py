"""A comparison: each side asked alone, a sentence for each, and a note on the side that is missing.

Nothing is compared; that is the reader's. Where one sentence tells of both sides it answers the plain way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from qa.answer.evidence.evidence import Evidence
from qa.answer.evidence.preference.times import GRACE, within
from qa.answer.evidence.signals import Question, term_set
from qa.answer.kinds.asking import Asking, Chosen, Told
from qa.answer.question.kinds.request import base_of, phrase, sought_by
from qa.answer.question.times import time_in, without
from qa.core.types import Filters
from qa.corpus.words import STOPWORDS, stem, words

TITLED, SAID = 1.0, 0.5  # of scores: what a side's own words in the title, in the sentence are worth
SURE, ALONE = 0.25, 0.5  # confidence that each side, a single one needs where the question as a whole is not answered
LEAST = 0.1  # confidence from which a sentence tells of a side that was asked for
MISSING = "Nothing was found about {}."
_STANDS_FOR = re.compile(r"(?:the ones?|that|those)\b", re.IGNORECASE)
_LAST_ONE = re.compile(r"\bones?$", re.IGNORECASE)
_PLACED = re.compile(r"(?:in|at|on|for|during|under|with|of|from)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two things: its words, and the question that is asked of it alone."""

    words: str
    question: str


def sides(asking: Asking) -> Told | None:
    """Return a sentence for each side; None where one answers for both, or neither is found."""
    one, other = sides_of(dict(asking.request.parts))
    mine, theirs = _apart(one.words, other.words), _apart(other.words, one.words)
    plain = asking.plain()
    if plain.evidence and plain.sure >= asking.threshold:
        best = term_set(plain.evidence[0].candidate.text)
        if not mine - best and not theirs - best:
            return None
    found = [_found(asking, one, mine, theirs), _found(asking, other, theirs, mine)]
    told = [(side, e) for side, e in zip((one, other), found, strict=True) if e is not None]
    if not told:
        return None
    if len({e.place for _, e in told}) < len(told):  # one sentence tells of both
        return Told([Chosen((told[0][1],))], max(asking.threshold, plain.sure), behaviour="comparison")
    missing = [MISSING.format(side.words) for side, e in zip((one, other), found, strict=True) if e is None]
    if missing and plain.sure >= asking.threshold:
        return None
    if plain.sure < asking.threshold and not all(_is_sure(side, e, alone=bool(missing)) for side, e in told):
        return None
    sure = min(e.confidence(Question(side.question)) for side, e in told)
    chosen = [Chosen((e,), side.words) for side, e in told]
    return Told(chosen, max(sure, asking.threshold), tuple(missing), "comparison")


def _is_sure(side: Side, e: Evidence, *, alone: bool) -> bool:
    """Return True if a sentence answers for a side, maybe one alone, where the question as a whole is not answered."""
    sought = sought_by(side.question)
    return e.confidence(Question(side.question)) >= (ALONE if alone else SURE) or (
        sought is not None and sought.search(e.candidate.text) is not None
    )


def sides_of(parts: dict[str, str]) -> tuple[Side, Side]:
    """Return the two sides of a comparison, each named in full, with what is asked of it."""
    noun = parts.get("noun", "")
    one, other = _named(parts["one"], parts["other"], noun), _named(parts["other"], parts["one"], noun)
    placed = _PLACED.match(one)
    if placed and not _PLACED.match(other):
        other = f"{placed.group()} {other}"
    return Side(one, _asked(parts, one)), Side(other, _asked(parts, other))


def _named(side: str, other: str, noun: str) -> str:
    """Return the words of a side with what "the one", "those" or "the old one" stands for in its place."""
    what = noun or re.split(rf"\s{_PLACED.pattern}", other, maxsplit=1)[0]
    if stands := _STANDS_FOR.match(side):
        bare = re.sub(r"^(?:the|an?)\s+", "", what)
        return f"the {bare}{side[stands.end() :]}"
    if _LAST_ONE.search(side):
        return _LAST_ONE.sub(" ".join(other.split()[2:]) or what, side)
    return side


def _asked(parts: dict[str, str], side: str) -> str:
    """Return what is asked of one side."""
    be, noun, verb = parts.get("be", "").lower(), parts.get("noun", ""), parts.get("verb", "")
    subject = f"{noun} {side}".strip() if _PLACED.match(side) else side
    more, rest = parts.get("more", ""), parts.get("rest", "")
    if asks := parts.get("asks"):
        return f"{asks} {subject} {verb}".strip() + "?"
    if aspect := parts.get("aspect"):
        same = phrase("the_same").fullmatch(aspect)
        if same is None:
            return f"{aspect} of {subject}?"
        what = same["what"]
        return (
            f"Why did {subject} {same['verb']}?"
            if what.startswith("reason")
            else f"Which {what} did {subject} {same['verb']}?"
        )
    if verb:
        amount = base_of(more) or "much"
        return f"How {amount}{rest} did {subject} {verb}{parts.get('obj', '')}?"
    if not more:
        return f"{subject}?"
    if more.split()[0] in ("more", "fewer", "less") and noun:
        many = more.split(maxsplit=1)[1] if " " in more else noun
        return f"How many {many} {be} there {side}?"
    return f"How {base_of(more) or more.split()[-1]} {be} {subject}?"


def _apart(mine: str, theirs: str) -> frozenset[str]:
    """Return the terms that only one side has."""
    other = {stem(w) for w in words(theirs)}
    return frozenset(stem(w) for w in words(mine) if w not in STOPWORDS and stem(w) not in other)


def _found(asking: Asking, side: Side, own: frozenset[str], other: frozenset[str]) -> Evidence | None:
    """Return the sentence that answers best for a side, of an article that has its words."""
    text, filters = _of_time(asking, side.question)
    question = Question(text)
    ranked = asking.rank(text, filters).evidence
    told = [e for e in ranked if filters != asking.filters or _tells_of(e, own, other)]
    if sought := sought_by(text):
        seen = [e for e in told if own & term_set(e.candidate.text) and sought.search(e.candidate.text)]
        if seen:
            return seen[0]
    told = [e for e in told if e.confidence(question) >= LEAST]
    told = [e for e in told if question.answered_in_kind(e.candidate.text)] or told
    return max(told, key=lambda e: e.score + _named_in(e, own), default=None)


def _tells_of(evidence: Evidence, own: frozenset[str], other: frozenset[str]) -> bool:
    """Return True if the article of a sentence has the side's own words, and the sentence not only the other's."""
    said, article = term_set(evidence.candidate.text), evidence.candidate.article
    whole = term_set(article.title or "") | term_set(article.text)
    return not own - whole and bool(not other & said or own & said)


def _named_in(evidence: Evidence, own: frozenset[str]) -> float:
    """Return how much a sentence is ahead that has the side's own words, or whose title has them."""
    titled = bool(own & term_set(evidence.candidate.article.title or ""))
    return TITLED * titled + SAID * bool(own & term_set(evidence.candidate.text))


def _of_time(asking: Asking, text: str) -> tuple[str, Filters]:
    """Return what is asked of a side without its time, and the filters narrowed to that."""
    today = date.fromisoformat(asking.meaning.understood.today or date.today().isoformat())
    time = time_in(text, today)
    if time is None or time.unit == "year":
        return text, asking.filters
    until = time.end and time.end + timedelta(days=GRACE[time.unit])
    narrowed = within(asking.filters, time.start, until)
    if narrowed is None or not asking.snapshot.published(narrowed, 1):
        return text, asking.filters
    return without(text, time), narrowed
