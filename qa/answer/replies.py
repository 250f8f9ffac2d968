"""From what was understood and found to what is said: an answer of sentences, a list, a question back, a plain line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from qa.answer.compose import ABSENT, NEAREST, cite, compose, source
from qa.answer.evidence.evidence import Ranking
from qa.answer.evidence.preference.times import within
from qa.answer.evidence.signals import Question
from qa.answer.kinds.asking import Asking, Told
from qa.answer.question.conversation import names_in
from qa.answer.question.meta import spoken
from qa.answer.question.times import is_relative
from qa.answer.question.understand import Meaning
from qa.answer.refusal import TASK, reason
from qa.core.types import Answer, Filters, Hit
from qa.index.catalog.snapshot import Snapshot

CHANGED = (
    0.12  # for one whose time or earlier questions chose the articles: that speaks for them, unknown to the reader
)
PASSAGES = "No sentence is sure enough to be an answer to these words; these passages fit them best."
COUNTED = "“{}” is counted from {}, the day of the newest article."
UNDATED = "{} without a date {} last: nothing tells of which time."
LISTED = 50  # articles of a time that are listed
CANDIDATES = 3  # that a leaning question may mean


def without_search(meaning: Meaning, question: str) -> Answer:
    """Return what is said to small talk, to a question about the collection and to work that is no question."""
    refused = meaning.behaviour == "refusal"
    text = TASK if refused else meaning.says
    return replace(_empty(question, meaning), declined=refused, text=text, articles=meaning.articles)


def results(snapshot: Snapshot, meaning: Meaning, question: str, filters: Filters) -> Answer | None:
    """Return the articles of a time, newest first; None where there is none or no time."""
    time = meaning.time
    narrowed = within(filters, time.start, time.end) if time else None
    if time is None or narrowed is None:
        return None
    if meaning.outlets and not filters.outlets:
        narrowed = replace(narrowed, outlets=meaning.outlets)
    rows = snapshot.published(narrowed, LISTED)
    if not rows:
        newest = snapshot.published(filters, 1)
        last = f" The newest is of {spoken(newest[0].published[:10])}." if newest and newest[0].published else ""
        return replace(
            _empty(question, meaning), text=f"No article was published {_by(narrowed)}{_when(meaning)}.{last}",
            articles=tuple(a.id for a in newest), undated_left_out=snapshot.undated(narrowed),
        )  # fmt: skip
    titles = "; ".join(f"“{a.shown_title}” ({spoken((a.published or '')[:10])})" for a in rows)
    count = f"{len(rows)} article{'s' if len(rows) > 1 else ''}"
    return replace(
        _empty(question, meaning), text=f"{count} published {_by(narrowed)}{_when(meaning)}: {titles}.",
        articles=tuple(a.id for a in rows), undated_left_out=snapshot.undated(narrowed),
    )  # fmt: skip


def composed(
    snapshot: Snapshot,
    meaning: Meaning,
    hits: Sequence[Hit],
    ranking: Ranking,
    said: tuple[str, ...],
    filters: Filters,
    threshold: float,
) -> Answer:
    """Compose the answer to a question that was searched; `said` are notes on how it was found."""
    if meaning.behaviour == "clarify":
        return _asked_back(snapshot, meaning, hits, ranking)
    least = min(threshold, CHANGED) if _chosen_otherwise(meaning, ranking, said) else threshold
    answer = compose(snapshot, Question(meaning.text), ranking, hits, filters, least)
    text = reason(snapshot, meaning, answer, filters) if answer.declined else ""
    told = bool(text) and all(name in text for name in ranking.absent)  # of no article at all, so of the closest too
    notes = tuple(note for note in answer.notes if not (told and note.startswith(ABSENT)))
    notes = notes if answer.declined else (*notes, *said)
    searched = answer.declined and meaning.understood.kind == "keywords" and bool(answer.nearest)
    days = {sentence.citations[0].published for sentence in answer.sentences}
    u = meaning.understood
    understood = replace(u, newest=u.newest and (meaning.explicit or len(days) > 1))
    return replace(
        answer, notes=notes, understood=understood, text=text or (PASSAGES if searched else ""),
        behaviour="results" if searched else "",
        articles=tuple(dict.fromkeys(p.article for p in answer.nearest)) if searched else (),
    )  # fmt: skip


def notes_on_time(snapshot: Snapshot, meaning: Meaning, today: date | None) -> tuple[str, ...]:
    """Return what a reader should know of how a time was counted: from which day, and what has no date."""
    time, counted = meaning.time, meaning.understood.today or ""
    if time is None or time.kind == "text":
        return ()
    notes = []
    if today is None and counted != date.today().isoformat() and is_relative(time):
        notes.append(COUNTED.format(time.words, spoken(counted)))
    if undated := snapshot.undated(Filters(published_from=date.min.isoformat())):
        notes.append(
            UNDATED.format(f"{undated} article{'s' if undated > 1 else ''}", "come" if undated > 1 else "comes")
        )
    return tuple(notes)


def answer_of_kind(snapshot: Snapshot, asking: Asking, told: Told, hits: Sequence[Hit]) -> Answer:
    """Return an answer of the kind that was asked for."""
    groups = [(chosen.label, chosen.evidence) for chosen in told.chosen]
    sentences, passages = cite(snapshot, groups, asking.filters)
    understood = replace(asking.meaning.understood, kind=asking.request.kind)
    return replace(
        _empty(asking.meaning.text, asking.meaning), declined=told.declined, confidence=round(told.sure, 4),
        sentences=sentences,
        passages=passages, nearest=tuple(source(snapshot, hit) for hit in hits[:NEAREST]), notes=told.notes,
        behaviour=told.behaviour, text=told.text, articles=told.articles, understood=understood,
        undated_left_out=snapshot.undated(asking.filters),
    )  # fmt: skip


def _chosen_otherwise(meaning: Meaning, ranking: Ranking, said: tuple[str, ...]) -> bool:
    """Return True if a time, earlier questions or statements chose what is shown, of which the reader knows nothing."""
    timed = meaning.time is not None and meaning.time.kind == "published" and not said
    dated = bool(ranking.evidence) and ranking.evidence[0].candidate.article.published is not None
    return meaning.thin or bool(meaning.understood.leans_on) or (dated and (timed or meaning.explicit))


def _asked_back(snapshot: Snapshot, meaning: Meaning, hits: Sequence[Hit], ranking: Ranking) -> Answer:
    """Who or what is meant, with what the collection has to offer."""
    wants_person = re.search(r"\b(?:he|she|him|his|her|hers|who)\b", meaning.text, re.IGNORECASE) is not None
    named = dict[str, str]()
    titles = dict[str, str]()
    for e in ranking.evidence:
        article = e.candidate.article
        titles.setdefault(article.id, article.shown_title)
        for name in names_in(e.candidate.text) if wants_person else ():
            if len(name.split()) in (2, 3) and name not in named and article.id not in named.values():
                named[name] = article.id
    chosen = list(named.items())[:CANDIDATES]
    offered = [f"{name} (“{titles[id]}”)" for name, id in chosen]
    ids = [id for _, id in chosen]
    for id, title in titles.items():
        if len(ids) < CANDIDATES and id not in ids:
            ids.append(id)
            offered.append(f"“{title}”")
    whom = "Who" if wants_person else "What"
    text = f"{whom} is meant? Nothing was asked before that this could refer to. Name it, for example from: "
    nearest = tuple(source(snapshot, hit) for hit in hits[:NEAREST])
    answer = replace(_empty(meaning.text, meaning), declined=True, nearest=nearest)
    return replace(answer, text=text + "; ".join(offered) + ".", articles=tuple(ids))


def _empty(question: str, meaning: Meaning) -> Answer:
    return Answer(
        question=question, declined=False, confidence=1.0, sentences=(), nearest=(), passages=(), timings_ms={},
        behaviour=meaning.behaviour, understood=meaning.understood,
    )  # fmt: skip


def _by(filters: Filters) -> str:
    return f"by {' or '.join(filters.outlets)} " if filters.outlets else ""


def _when(meaning: Meaning) -> str:
    time = meaning.time
    if time is None or (time.start is None and time.end is None):
        return "then"
    if time.start is None or time.end is None:
        return f"since {spoken(time.start)}" if time.start else f"until {spoken(time.end or '')}"
    same = time.start == time.end
    return f"on {spoken(time.start)}" if same else f"from {spoken(time.start)} to {spoken(time.end)}"
