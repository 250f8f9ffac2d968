"""What the page shows, as text: chat Markdown, source cards. Pure functions, no gradio.

Article text and user text are data. In the chat (Markdown) every ASCII punctuation character is escaped, so that
nothing is markup; in HTML everything passes `html.escape`. A citation's button carries a token that describes itself;
whoever handles a click checks it against the catalog, since a client can send what it likes.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date
from html import escape

from qa.types import DECLINED, Answer, Citation, SourcePassage

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_TOKEN_LENGTH = 4_096  # characters; an id has at most 200 bytes, so a longer token is not ours


@dataclass(frozen=True, slots=True)
class Token:
    """What a citation's button carries: the turn and number it was shown as, and the sentence it names.

    `n` is 0 for the button below a declined answer, which names no sentence.
    """

    turn: int
    n: int
    article: str = ""
    version: str = ""
    start: int = 0
    end: int = 0

    def encode(self) -> str:
        return base64.urlsafe_b64encode(json.dumps(astuple(self)).encode()).decode()

    @classmethod
    def decode(cls, raw: object) -> Token | None:
        """The token, or None for anything that no button of ours carries."""
        if not isinstance(raw, str) or len(raw) > _TOKEN_LENGTH:
            return None
        try:
            values = json.loads(base64.urlsafe_b64decode(raw.encode("ascii")))
        except (ValueError, binascii.Error, RecursionError):
            return None
        if not isinstance(values, list) or [type(v) for v in values] != [int, int, str, str, int, int]:
            return None
        return cls(*values)


@dataclass(frozen=True, slots=True)
class Card:
    """A source in the panel: its number ("" for one that is no answer), the passage, and what is wrong with it."""

    label: str
    passage: SourcePassage
    notice: str = ""


def inert(text: str) -> str:
    """Text for the chat, on one line, with nothing left that Markdown or HTML could act on."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def notice(text: str) -> str:
    """A message of ours in the chat, which may quote what the user wrote."""
    return f'<span class="notice">{inert(text)}</span>'


def pending(text: str) -> str:
    return f'<span class="pending">{inert(text)}</span>'


def reply(answer: Answer, turn: int, note: str = "") -> str:
    """An answer as chat Markdown: a paragraph for each sentence, so that only new ones are drawn anew."""
    notes = [*answer.notes, *([note] if note else [])]
    if answer.undated_left_out:
        notes.append(f"{answer.undated_left_out} articles without a date were left out by the date filter.")
    paragraphs = [f"{inert(s.text)} {' '.join(_button(turn, c) for c in s.citations)}" for s in answer.sentences]
    if answer.declined:
        paragraphs = [f'<span class="declined">{DECLINED}</span>']
        if answer.nearest:
            token = Token(turn, 0).encode()
            paragraphs.append(
                f'<button class="cite near" type="button" value="{token}">Show the closest passages</button>'
            )
    return "\n\n".join([*paragraphs, *(f'<span class="note">{inert(n)}</span>' for n in notes)])


def panel(
    cards: Sequence[Card], *, active: int = -1, question: str = "", declined: bool = False, open: bool = False
) -> str:
    """The sources beside the chat; the card at `active` is ringed and scrolled into view.

    `open` brings the panel up where it is a sheet, although no card is active.
    """
    if not cards:
        return _frame("Sources", '<p class="empty">The passages behind an answer appear here.</p>')
    title = "Closest, but not an answer" if declined else f"Sources ({len(cards)})"
    asked = f'<p class="asked"{" data-open" if open else ""}>{escape(question)}</p>' if question else ""
    return _frame(title, asked + "".join(_card(c, i == active) for i, c in enumerate(cards)))


def panel_notice(text: str) -> str:
    """The panel when a citation leads nowhere, saying why."""
    return _frame("Sources", f'<p class="wrong active" tabindex="-1">{escape(text)}</p>')


def day(stamp: str | None) -> str:
    """An ISO date or date-time as people read it; other text as it stands, nothing for None."""
    try:
        d = date.fromisoformat((stamp or "")[:10])
    except ValueError:
        return stamp or ""
    return f"{d.day} {d:%B} {d.year}"


def _button(turn: int, c: Citation) -> str:
    token = Token(turn, c.n, c.article, c.version, c.start, c.end).encode()
    return f'<button class="cite" type="button" value="{token}" title="Show source {c.n}">{c.n}</button>'


def _frame(title: str, body: str) -> str:
    return (
        f'<div class="head"><h2>{title}</h2>'
        '<button class="close" type="button" aria-label="Close sources">×</button></div>'
        f'<div class="list" tabindex="0" role="region" aria-label="Sources">{body}</div>'
    )


def _card(card: Card, active: bool) -> str:
    p = card.passage
    facts = " · ".join(f"<span>{escape(f)}</span>" for f in (p.outlet, day(p.published)) if f)
    number = f'<span class="number">{escape(card.label)}</span>' if card.label else ""
    wrong = f'<p class="wrong">{escape(card.notice)}</p>' if card.notice else ""
    return (
        f'<article class="card{" active" if active else ""}{"" if card.label else " near"}">'
        f"<h3>{number}<span>{escape(p.title)}</span></h3>"
        f'<p class="facts">{facts or "Outlet and date unknown"}</p>{wrong}'
        f"<blockquote>{_marked(p)}</blockquote></article>"
    )


def _marked(passage: SourcePassage) -> str:
    """The passage with its marked spans in <mark>."""
    parts, at = [], passage.start
    for start, end in sorted(passage.marks):
        before, marked = (
            passage.text[at - passage.start : start - passage.start],
            passage.text[start - passage.start : end - passage.start],
        )
        parts.append(f'{escape(before)}<mark tabindex="-1">{escape(marked)}</mark>')
        at = end
    return "".join([*parts, escape(passage.text[at - passage.start :])])
