"""The steps of understanding and choosing that a table leaves out in turn, and what stands in for each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from unittest.mock import patch

from qa.answer.evidence import selectors
from qa.answer.evidence.reader import Reader
from qa.answer.question.frames import SEARCHED, Clause
from qa.answer.question.kinds.classifier import PLAIN
from qa.answer.question.subquestions import Parts

Neutral = Callable[..., Any]


@dataclass
class Step:
    """What is switched off: a function by where it is used, and what stands in for it."""

    name: str
    target: str
    neutral: Neutral
    fired: set[str] = field(default_factory=set)


def _same(_: Any, found: Any, *__: Any) -> Any:
    return found


UNDERSTAND, ANSWERER, TELL = "qa.answer.question.understand.", "qa.answer.answerer.", "qa.answer.kinds.tell."
SEEKER = "qa.answer.seeker."
STEPS = [
    Step("frames", UNDERSTAND + "clause_of", lambda text: Clause(text[:SEARCHED])),
    Step("corrections", UNDERSTAND + "corrected", lambda text, _: (text, ())),
    Step("acronyms", UNDERSTAND + "definitions_in", lambda *_: []),
    Step("time", UNDERSTAND + "time_in", lambda *_: None),
    Step("newest", UNDERSTAND + "wants_newest", lambda *_: False),
    Step("conversation", UNDERSTAND + "leans", lambda *_, **__: False),
    Step("furniture", "qa.answer.evidence.evidence.facts_only", lambda _, evidence: evidence),
    Step("questions in the text", "qa.answer.evidence.furniture.asks", lambda _: False),
    Step("said before", SEEKER + "said_before", _same),
    Step("names", SEEKER + "checked", lambda _, ranking: (ranking, ())),
    Step("reason beside", SEEKER + "reason_beside", _same),
    Step("echoes last", SEEKER + "echoes_last", _same),
    Step("value first", SEEKER + "value_first", _same),
    Step("correction first", SEEKER + "correction_first", _same),
    Step("correction beside", SEEKER + "correction_beside", lambda found: found),
    Step("denial first", SEEKER + "denial_first", _same),
    Step("exception first", SEEKER + "exception_first", _same),
    Step("described first", SEEKER + "described_first", _same),
    Step("rival shown", SEEKER + "rival_shown", _same),
    Step("items together", SEEKER + "items_together", _same),
    Step("lead first", SEEKER + "lead_first", _same),
    Step("definition first", SEEKER + "definition_first", _same),
    Step("holder first", SEEKER + "holder_first", lambda _, __, found, *___: found),
    Step("news of an outlet", "qa.answer.question.times.outlet_of", lambda *_: ("", "")),
    Step("meta", UNDERSTAND + "intent_of", lambda _: None),
    Step("classifier", ANSWERER + "Answerer._kind_of", lambda *_: PLAIN),
    Step("sub-questions", SEEKER + "parts_of", lambda _: Parts([])),
    Step("overview", TELL + "overview", lambda _: None),
    Step("timeline by name", "qa.answer.kinds.timeline._by_name", lambda *_: None),
    Step("timeline", TELL + "timeline", lambda _: None),
    Step("counting", TELL + "counting", lambda _: None),
    Step("listing", TELL + "listing", lambda _: None),
    Step("sides", TELL + "sides", lambda _: None),
    Step("saying", TELL + "saying", lambda _: None),
    Step("quoting", TELL + "quoting", lambda _: None),
    Step("opinions", TELL + "opinions", lambda _: None),
    Step("marks", ANSWERER + "marked", lambda _, __, answer: answer),
    Step("premises", "qa.answer.question.premises.Premises.absent", lambda *_: ()),
    Step("copies", "qa.answer.compose.once_a_story", lambda _, group, __: [(e, ()) for e in group]),
    Step("distinct", "qa.answer.choose.says_the_same", lambda a, b: a == b),
    Step("in_kind", "qa.answer.evidence.signals.Question.answered_in_kind", lambda *_: 1.0),
]


@contextmanager
def watched(asking: Callable[[], str]) -> Iterator[None]:
    """Note for every step the questions in which it did something; `asking` says which is being asked."""
    patches = [patch(step.target, _watching(step, _found(step.target), asking)) for step in STEPS]
    for p in patches:
        p.start()
    try:
        yield
    finally:
        for p in patches:
            p.stop()


def _found(target: str) -> Callable[..., Any]:
    owner, _, name = target.rpartition(".")
    module, _, cls = owner.rpartition(".")
    holder = sys.modules[owner] if owner in sys.modules else getattr(sys.modules[module], cls)
    function: Callable[..., Any] = getattr(holder, name)
    return function


def _watching(step: Step, function: Callable[..., Any], asking: Callable[[], str]) -> Callable[..., Any]:
    def called(*given: Any, **named: Any) -> Any:
        result = function(*given, **named)
        neutral = step.neutral(*given, **named)
        if result is not neutral and not _equal(result, neutral):
            step.fired.add(asking())
        return result

    return called


def _equal(a: Any, b: Any) -> bool:
    try:
        return bool(a == b)
    except ValueError:  # arrays within
        return False


@contextmanager
def measuring() -> Iterator[None]:
    """Read every passage once, however often it is asked, and as long as it takes: load must not change an answer."""
    with patch.object(selectors, "TIME_LIMIT", 1e9), patch.object(Reader, "read", lru_cache(None)(Reader.read)):
        yield
