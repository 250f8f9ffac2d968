"""What a page asks with besides the question: what was said before it, the browser's own day, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from qa.answer.question.clean import make_day
from qa.answer.question.conversation import MOST, Earlier
from qa.core.errors import QuestionError
from qa.core.parts import PARTS
from qa.core.types import Answer
from qa.service.conversations import Turn

ASIDE = ("smalltalk", "clarify", "refusal")  # what such a turn says is no subject that a question could lean on
TODAY = "(...values) => { const d = new Date(); d.setMinutes(d.getMinutes() - d.getTimezoneOffset()); "
TODAY += "return [...values.slice(0, -1), d.toISOString().slice(0, 10)]; }"  # in place of the last input


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a question is understood with: earlier questions, the day on which it is asked, parts that are left out."""

    history: tuple[Earlier, ...] = ()
    today: date | None = None
    without: frozenset[str] = frozenset()

    def after(self, turns: Sequence[Turn]) -> Circumstances:
        """Return them for a question that is asked after these turns."""
        return replace(self, history=earlier_of(turns))


def earlier_of(turns: Sequence[Turn]) -> tuple[Earlier, ...]:
    """Return the last earlier questions, whole in themselves, with the sentences and articles that answered them."""
    told = [t for t in turns if t.answer is None or t.answer.behaviour not in ASIDE]
    return tuple(_earlier(t.question, t.answer) for t in told[-MOST:])


def _earlier(question: str, answer: Answer | None) -> Earlier:
    if answer is None:
        return Earlier(question)
    understood = answer.understood
    whole = understood.searched if understood and understood.leans_on else question
    citations = [c for sentence in answer.sentences for c in sentence.citations]
    spans = [(c.quote, c.answer[0] - c.start, c.answer[1] - c.start) for c in citations if c.answer]
    words = next((quote[start:end] for quote, start, end in spans), "")
    articles = tuple(dict.fromkeys([c.article for c in citations])) or answer.articles
    return Earlier(whole or question, words, tuple(c.quote for c in citations), articles)


def left_out(turn: Turn, part: object) -> frozenset[str]:
    """Return what a turn is asked again without: what it was, with `part` left out now, or taken back."""
    understood = turn.answer.understood if turn.answer else None
    return frozenset(understood.without if understood else ()) ^ ({str(part)} & PARTS.keys())


def asked_on(today: object) -> Circumstances:
    """Return those of a first question on the day that a browser says it is; the clock's where it says none."""
    try:
        return Circumstances(today=make_day(today) if isinstance(today, str) else None)
    except QuestionError:
        return Circumstances()
