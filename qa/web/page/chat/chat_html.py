"""The chat, as the Markdown that its component takes. Pure functions, no gradio.

Templates ending in `.md.jinja` say where what stands; every text of an article or a person passes `inert` in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qa.core.dates import parse_date
from qa.core.display import said_of
from qa.core.parts import Part, parts_left_out, read_parts
from qa.core.reports import ArticleSummary, Holdings
from qa.core.types import DECLINED, Article, Citation, Filters
from qa.service.conversations import Turn
from qa.service.transcript import STOPPED
from qa.web.page.chat.tokens import Token
from qa.web.page.markup import make_inert, render, write_day, write_short_day

OLD = 30  # days from which an article's age is told
LONGEST_TITLE = 40  # characters of a title in place of an outlet


@dataclass(frozen=True, slots=True)
class Beside:
    """Articles to show with an answer: those that it lists, and some that a filter left out for want of a date."""

    listed: Sequence[Article] = ()
    undated: Sequence[ArticleSummary] = ()


NOTHING = Beside()


def question(text: str) -> str:
    """Return a question as a person wrote it, as the heading of its answer, with nothing in it that acts."""
    return f"## {make_inert(text)}"


def notice(text: str) -> str:
    """Return a message of ours, which may quote what the user wrote."""
    return render("said.md", kind="notice", text=text)


def pending(text: str) -> str:
    """Return what an answer is waited for with."""
    return render("said.md", kind="pending", text=text)


def growing(turn: Turn, beside: Beside = NOTHING) -> str:
    """Return an answer as far as there is one, without its buttons."""
    return _render_turn("sentences.md", turn, beside, last=True)


def reply(turn: Turn, conversation: str, beside: Beside = NOTHING, *, last: bool = True) -> str:
    """Return what became of a question, with its buttons; the last one can be asked again, also without a part."""
    left_out = turn.answer.undated_left_out if turn.answer else 0
    return _render_turn(
        "reply.md", turn, beside, notes=_notes(turn), conversation=conversation, last=last, left_out=left_out,
        undated=beside.undated,
    )  # fmt: skip


def placeholder(examples: Sequence[str], held: Holdings | None = None) -> str:
    """Return what stands where no question was asked yet: what the library holds, questions that it answers."""
    return render("placeholder.md", examples=examples, held=held_words(held) if held and held.articles else "")


def held_words(held: Holdings) -> str:
    """Return what a library holds: "111 articles, 11 outlets, March 2024 to March 2026." """
    months = list(dict.fromkeys(f"{parse_date(day):%B %Y}" for day in (held.first, held.last) if day))
    outlets = len(held.outlets)
    counts = [f"{held.articles:,} article{'s' * (held.articles != 1)}"]
    counts += [f"{outlets:,} outlet{'s' * (outlets != 1)}"] if outlets else []
    return f"{', '.join([*counts, *([' to '.join(months)] if months else [])])}. Says so when it finds nothing."


def told(c: Citation, today: date) -> str:
    """Return who tells a sentence and when, with its age where that matters: "The Post, 17 May 2024, 2 years old"."""
    title = c.title if len(c.title) <= LONGEST_TITLE else f"{c.title[:LONGEST_TITLE].rstrip()}…"
    return ", ".join(filter(None, [c.outlet or title, write_short_day(c.published) or "undated", _age(c, today)]))


def _age(c: Citation, today: date) -> str:
    try:
        days = (today - parse_date(c.published)).days if c.published else 0
    except ValueError:  # not a date that could be read
        return ""
    if days <= OLD:
        return ""
    many, unit = (days // 365, "year") if days >= 365 else (max(1, round(days / 30.4)), "month")
    return f"{many} {unit}{'s' * (many != 1)} old"


def filters_line(filters: Filters) -> str:
    """Return what is said of the filters below an answer; nothing where there are none."""
    return f"Filters: {filter_words(filters)}." if filters else ""


def filter_words(filters: Filters) -> str:
    """Return what filters let through: "The Example only, published from 1 May 2024"."""
    words = []
    if filters.articles:
        words.append("one article only" if len(filters.articles) == 1 else f"{len(filters.articles)} articles only")
    if filters.outlets:
        words.append(f"{', '.join(filters.outlets)} only")
    if filters.by_date:
        since = f"from {write_day(filters.published_from)}" if filters.published_from else ""
        until = f"to {write_day(filters.published_to)}" if filters.published_to else ""
        words.append(" ".join(w for w in ("published", since, until) if w))
    return ", ".join(words)


def around(text: str, at: int, span: tuple[int, int]) -> tuple[str, str, str]:
    """Return the text, which begins at `at`, before, in and after a span."""
    start, end = max(0, span[0] - at), max(0, span[1] - at)
    return text[:start], text[start:end], text[end:]


def _render_turn(template: str, turn: Turn, beside: Beside, **values: object) -> str:
    understood, today = turn.answer.understood if turn.answer else None, _asked_on(turn)
    return render(
        template, turn=turn, nearest=Token(turn.n, 0), declined=DECLINED, token_of=Token.of, around=around,
        read=_read(turn), left=parts_left_out(understood), said=_said(turn, beside.listed),
        told=lambda c: told(c, today), listed=[(Token(turn.n, 0, a.id, a.version), a) for a in beside.listed], **values,
    )  # fmt: skip


def _asked_on(turn: Turn) -> date:
    """Return the day that a question counts from: the one that was given, else that on which it was asked."""
    understood = turn.answer.understood if turn.answer else None
    stamp = understood.today if understood and understood.today else turn.asked
    return parse_date(stamp) if stamp else date.today()


def _read(turn: Turn) -> list[Part]:
    """Return the parts of what was understood that made a difference: the order does, of sentences of several days."""
    answer = turn.answer
    if answer is None:
        return []
    days = {(c.published or "")[:10] for s in answer.sentences for c in s.citations}
    parts = read_parts(turn.question, answer.understood)
    return [part for part in parts if part.name != "newest" or len(days) > 1]


def _said(turn: Turn, listed: Sequence[Article]) -> str:
    """Return what is said without a citation, so also why there is none.

    Where the articles that it names are listed below, it is what leads to them.
    """
    answer = turn.answer
    if answer is None:
        return ""
    said = said_of(answer)
    lead, colon, _ = said.partition(": ")
    return f"{lead}:" if colon and listed and answer.behaviour in ("results", "count", "clarify") else said


def _notes(turn: Turn) -> list[str]:
    """Return what a reader should know beside the answer."""
    notes = [*turn.answer.notes] if turn.answer else []
    if turn.filters:
        notes.append(filters_line(turn.filters))
    if turn.state == "stopped":
        notes.append(STOPPED)
    elif turn.state == "answered" and turn.message:
        notes.append(turn.message)
    return notes
