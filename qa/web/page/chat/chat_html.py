"""The chat, as the Markdown that its component takes. Pure functions, no gradio.

Templates ending in `.md.jinja` say where what stands; every text of an article or a person passes `inert` in them.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.core.parts import parts_left_out, read_parts
from qa.core.types import DECLINED, Article, Filters
from qa.service.conversations import Turn
from qa.service.transcript import STOPPED
from qa.web.page.chat.tokens import Token
from qa.web.page.markup import make_inert, render, write_day


def question(text: str) -> str:
    """Return a question as a person wrote it, with nothing in it that acts."""
    return make_inert(text)


def notice(text: str) -> str:
    """Return a message of ours, which may quote what the user wrote."""
    return render("said.md", kind="notice", text=text)


def pending(text: str) -> str:
    """Return what an answer is waited for with."""
    return render("said.md", kind="pending", text=text)


def growing(turn: Turn, listed: Sequence[Article] = ()) -> str:
    """Return an answer as far as there is one, without its buttons; `listed` are the articles that it lists."""
    return _render_turn("sentences.md", turn, listed, last=True)


def reply(turn: Turn, conversation: str, listed: Sequence[Article] = (), *, last: bool = True) -> str:
    """Return what became of a question, with its buttons; the last one can be asked again, also without a part."""
    return _render_turn("reply.md", turn, listed, notes=_notes(turn), conversation=conversation, last=last)


def placeholder(examples: Sequence[str]) -> str:
    """Return what stands where no question was asked yet, with questions that the articles answer."""
    return render("placeholder.md", examples=examples)


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


def _render_turn(template: str, turn: Turn, listed: Sequence[Article], **values: object) -> str:
    understood = turn.answer.understood if turn.answer else None
    return render(
        template, turn=turn, nearest=Token(turn.n, 0), declined=DECLINED, token_of=Token.of, around=around,
        read=read_parts(turn.question, understood), left=parts_left_out(understood), said=_said(turn, listed),
        listed=[(Token(turn.n, 0, a.id, a.version), a) for a in listed], **values,
    )  # fmt: skip


def _said(turn: Turn, listed: Sequence[Article]) -> str:
    """Return what is said without a citation; where the articles that it names are listed below, what leads to them."""
    answer = turn.answer
    if answer is None:
        return ""
    lead, colon, _ = answer.text.partition(": ")
    return f"{lead}:" if colon and listed and answer.behaviour in ("results", "count", "clarify") else answer.text


def _notes(turn: Turn) -> list[str]:
    """Return what a reader should know beside the answer."""
    notes = [*turn.answer.notes] if turn.answer else []
    if turn.filters:
        notes.append(f"Filters: {filter_words(turn.filters)}.")
    if turn.answer and turn.answer.undated_left_out:
        notes.append(f"{turn.answer.undated_left_out} articles without a date were left out by the date filter.")
    if turn.state == "stopped":
        notes.append(STOPPED)
    elif turn.state == "answered" and turn.message:
        notes.append(turn.message)
    return notes
