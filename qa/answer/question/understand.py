"""The one place that understands a question, before anything is searched.

`understand` returns a `Meaning`: what is searched in place of the question, what is looked for beside it, the time that
it names, what it leans on, and, where nothing need be searched, what is said to it. What it is not sure of it leaves
alone: a question that none of the steps knows comes out as it went in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from qa.answer.question.acronyms import Definition, asks_for_a_form, definitions_in
from qa.answer.question.conversation import Earlier, Whole, leans, made_whole, names_in
from qa.answer.question.facts import Facts, outlet_of
from qa.answer.question.frames import Clause, clause_of, is_keywords, joined
from qa.answer.question.kinds.classifier import PLAIN
from qa.answer.question.kinds.guess import PERSON, request_as, who_is
from qa.answer.question.kinds.request import Request, is_of_this_one, request_of
from qa.answer.question.meta import intent_named, intent_of, said
from qa.answer.question.subquestions import parts_of
from qa.answer.question.times import (
    Time,
    asks_for_news,
    meets,
    says_newest,
    tells_of_past,
    time_in,
    wants_newest,
    without,
)
from qa.answer.question.words import corrected
from qa.core.types import Understood


@dataclass(frozen=True, slots=True)
class Meaning:
    """A question as it is searched and answered; `understood` is what a reader is shown of it.

    `text` is ranked against, `forms` are looked for beside it. `behaviour` and `says` are set where it is answered
    without a search (meta, smalltalk, refusal) or otherwise than by sentences (clarify, results). `explicit`: a
    word asks for the newest, not the tense alone. `articles` are those that it is about or that were cited before,
    `told` the sentences that were; `outlets` those whose news is asked for; `asked` is the clause as it was asked,
    and `bare` how much it counts beside the whole. `thin`: more was said than is asked, so that the confidence of
    what answers is too low. `request` is the kind of answer that is asked for, where it is not a plain one.
    `guessed`: that nothing need be searched is told by no phrase.
    """

    understood: Understood
    text: str
    forms: tuple[str, ...] = ()
    time: Time | None = None
    definitions: tuple[Definition, ...] = ()
    asks_form: bool = False
    explicit: bool = False
    articles: tuple[str, ...] = ()
    asked: str = ""
    bare: float = 0.0
    thin: bool = False
    told: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    guessed: bool = False
    behaviour: str = ""
    says: str = ""
    request: Request | None = None

    @property
    def plain(self) -> bool:
        """Return True if the question is searched and answered just as it stands."""
        u = self.understood
        return not (
            self.thin or self.forms or self.time or self.definitions or u.newest or self.behaviour or u.kind != "plain"
        )


History = Callable[[], Sequence[Earlier]]


def understand(
    text: str,
    facts: Facts,
    today: date,
    *,
    spoken_before: bool = False,
    history: History = tuple[Earlier, ...],
    without: Collection[str] = (),
    open_article: bool = False,
    kind_of: Callable[[str], str] = lambda _: PLAIN,
) -> Meaning:
    """Return what a question means.

    `kind_of` tells the kind of answer that a question asks for where no phrase does.
    `history` finds the earlier questions' answers, and is asked only by one that leans on them; `without` are parts
    (qa.core.parts) that the reader wants left out; `open_article`: one article alone may answer, "this" is that one.
    """
    clause = clause_of(text)
    understood = Understood(searched=clause.text, today=today.isoformat(), without=tuple(sorted(without)))
    spoken_before = spoken_before and "context" not in without
    if clause.task:
        return Meaning(replace(understood, kind="task", searched=""), text, behaviour="refusal")
    of_this_one = "kind" not in without and is_of_this_one(clause.text)
    if of_this_one and open_article:
        return _searched(Whole(clause.text), clause, understood, facts, today)
    intent = intent_of(clause.text) or intent_of(text)
    known = intent is not None or "kind" in without or request_of(clause.text) is not None
    kind = PLAIN if known else kind_of(clause.text)
    named = intent
    intent = named or (None if names_in(clause.text) else intent_named(kind))
    leaning = spoken_before and leans(clause.text, spoken_before=True)
    other = leaning or _asks_for_news_of_a_time(clause.text, facts, today)
    if intent is not None and not (other and intent.behaviour == "meta"):
        says, articles = said(intent, facts)
        about = replace(understood, kind=intent.behaviour, searched="")
        return Meaning(
            about, text, behaviour=intent.behaviour, says=says, articles=articles, guessed=named is None
        )  # fmt: skip
    whole = None if of_this_one and not spoken_before else _whole(clause, spoken_before, history)
    if whole is None:
        return Meaning(replace(understood, kind="clarify"), clause.text, behaviour="clarify")
    return _searched(whole, clause, replace(understood, leans_on=whole.on), facts, today, kind)


def _whole(clause: Clause, spoken_before: bool, history: History) -> Whole | None:
    """Return the question made whole; None where it leans and there is nothing to lean on."""
    if clause.context:
        apart = joined([clause.context, clause.text])
        return Whole(apart if leans(clause.text, spoken_before=True) else clause.text, (apart,))
    if not leans(clause.text, spoken_before=spoken_before):
        return Whole(clause.text)
    turns = history() if spoken_before else ()
    return made_whole(clause.text, turns) if turns else None


def _searched(
    whole: Whole, clause: Clause, understood: Understood, facts: Facts, today: date, guessed: str = PLAIN
) -> Meaning:
    """Return the words and the time of a question that is searched; `guessed` is its kind where no phrase tells it."""
    left_out = understood.without
    time = _of_articles(time_in(whole.text, today), whole.text, facts, today)
    newest = "newest" not in left_out and (wants_newest(whole.text, time) or (time is None and is_keywords(whole.text)))
    time = None if "time" in left_out else time
    asked = whole.text
    if time is not None and time.kind == "published":
        if asks_for_news(asked, time, facts.outlets):
            outlet = outlet_of(without(asked, time), facts.outlets)[0]
            return Meaning(
                _timed(understood, time, newest, "results"), asked, time=time, behaviour="results",
                outlets=(outlet,) if outlet else (),
            )  # fmt: skip
        asked = without(asked, time)
    asked = asked if guessed != PERSON else who_is(asked)
    asked, corrections = (asked, ()) if "corrections" in left_out else corrected(asked, facts)
    definitions = () if "acronyms" in left_out else tuple(definitions_in(asked, facts))
    forms = tuple(form for form in whole.forms if form != asked)
    asks_form = bool(definitions) and asks_for_a_form(asked, _without_long(asked, definitions))
    for found in definitions if asks_form else ():
        other = found.long if found.short in asked else found.short
        forms += (f"{asked} {other}",)
    kind = "definition" if asks_form else "keywords" if is_keywords(clause.text) else "plain"
    if whole.on and clause.text not in (whole.text, *forms):
        forms += (clause.text,)
    understood = replace(
        _timed(understood, time, newest, kind), searched=asked, corrections=corrections,
        acronyms=tuple((d.short, d.long) for d in definitions),
    )  # fmt: skip
    return Meaning(
        understood, asked, forms, time, definitions, asks_form,
        explicit="newest" not in left_out and says_newest(whole.text), articles=whole.articles, asked=clause.text,
        told=whole.told, bare=whole.bare, thin=bool(clause.context),
        request=None if "kind" in left_out else request_of(asked) or _guessed(guessed, asked, facts),
    )  # fmt: skip


def _guessed(kind: str, asked: str, facts: Facts) -> Request | None:
    """Return the request of a question of this kind; None where it asks for several things."""
    if kind == PLAIN or len(parts_of(asked)[0]) > 1:
        return None
    return request_as(kind, asked, lambda: (*facts.outlets, *facts.authors))


def _asks_for_news_of_a_time(text: str, facts: Facts, today: date) -> bool:
    """Return True if the text asks what was published at a time: "What is new today?"."""
    time = time_in(text, today)
    return time is not None and time.kind == "published" and asks_for_news(text, time, facts.outlets)


def _of_articles(time: Time | None, text: str, facts: Facts, today: date) -> Time | None:
    """Return the time as it can be meant of these articles: one long before or after them is looked for in their text.

    "Today" in the present tense is no day but the state of today. Where all that is asked is what happened, it is what
    was published then.
    """
    if time is None:
        return None
    first, last, _ = facts.period
    covered = first is not None and last is not None
    covered = covered and meets(time, date.fromisoformat(first or ""), date.fromisoformat(last or ""))
    if asks_for_news(text, time, facts.outlets):
        return replace(time, kind="published") if covered else time
    if time.kind == "text" or not covered:
        return replace(time, kind="text")
    return None if time.start == time.end == today and not tells_of_past(text) else time


def _timed(understood: Understood, time: Time | None, newest: bool, kind: str) -> Understood:
    if time is None:
        return replace(understood, newest=newest, kind=kind)
    start, end = (day.isoformat() if day and time.kind != "text" else None for day in (time.start, time.end))
    return replace(
        understood, newest=newest, kind=kind, time=time.words, time_kind=time.kind, published_from=start,
        published_to=end,
    )  # fmt: skip


def _without_long(text: str, definitions: Sequence[Definition]) -> str:
    for found in definitions:
        text = text.replace(found.long, " ")
    return text


def spelt_out(text: str, definitions: Sequence[Definition]) -> str:
    """Return the question with its acronyms' long forms in their place, as sentences may have only these."""
    for found in definitions:
        if found.short in text and found.long not in text:
            text = text.replace(found.short, found.long, 1)
    return text
