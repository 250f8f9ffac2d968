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
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from html import escape

from qa.core.dates import parse_date
from qa.core.types import DECLINED, AnswerSentence, Article, Citation, Copy, Filters, SourcePassage
from qa.service.conversations import Turn
from qa.service.transcript import STOPPED

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
LONGEST = 200_000  # characters of an article in the panel; more would make a browser slow
PLACEHOLDER = (
    "## Ask a question\n\n"
    "Every sentence of an answer is a sentence of an article, word for word. "
    "Its number opens the passage it stands in."
)
COPIES = 8  # of a story that a card names; of more, how many
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

    @classmethod
    def of(cls, turn: int, c: Citation) -> Token:
        return cls(turn, c.n, c.article, c.version, c.start, c.end)

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
    """A source in the panel: its number ("" for one that is no answer), the passage, what names it, what is wrong.

    `answer` is the span, in the article's offsets, of the words that answer; `also_in` are copies that say the same.
    """

    label: str
    passage: SourcePassage
    token: Token
    notice: str = ""
    answer: tuple[int, int] | None = None
    also_in: tuple[Copy, ...] = ()


def inert(text: str) -> str:
    """Text for the chat, on one line, with nothing left that Markdown or HTML could act on."""
    return _escaped(text.strip())


def _escaped(text: str) -> str:
    return _PUNCTUATION.sub(r"\\\1", " ".join(re.split(r"\s+", text)))


def _sentence(sentence: AnswerSentence) -> str:
    """A sentence for the chat, the words that answer emphasised."""
    c = sentence.citations[0]
    if c.answer is None:
        return inert(sentence.text)
    before, words, after = map(_escaped, _around(c.quote, c.start, c.answer))
    return f"{before}<strong>{words}</strong>{after}"


def _around(text: str, at: int, span: tuple[int, int]) -> tuple[str, str, str]:
    """The text, which begins at `at`, before, in and after a span."""
    start, end = max(0, span[0] - at), max(0, span[1] - at)
    return text[:start], text[start:end], text[end:]


def notice(text: str) -> str:
    """A message of ours in the chat, which may quote what the user wrote."""
    return f'<span class="notice">{inert(text)}</span>'


def pending(text: str) -> str:
    return f'<span class="pending">{inert(text)}</span>'


def reply(turn: Turn, conversation: str, *, last: bool = True) -> str:
    """What became of a question, as chat Markdown: a paragraph for each sentence, so that only new ones are drawn anew.

    A turn that is done ends with its buttons; the last one can be asked again.
    """
    return "\n\n".join([*_sentences(turn), *_remarks(turn), *([_acts(turn, conversation, last)])])


def growing(turn: Turn) -> str:
    """An answer of which more is coming."""
    return "\n\n".join(_sentences(turn)) or pending("Reading the articles…")


def _sentences(turn: Turn) -> list[str]:
    answer = turn.answer
    if answer is None:
        return []
    if answer.declined:
        token = Token(turn.n, 0).encode()
        more = f'<button class="cite near" type="button" value="{token}">Show the closest passages</button>'
        return [f'<span class="declined">{DECLINED}</span>', *([more] if answer.nearest else [])]
    return ["\u00a0".join([_sentence(s), *(_button(turn.n, c) for c in s.citations)]) for s in answer.sentences]


def _remarks(turn: Turn) -> list[str]:
    """What a reader should know beside the answer."""
    notes = [*turn.answer.notes] if turn.answer else []
    if turn.filters:
        notes.append(f"Filters: {filter_words(turn.filters)}.")
    if turn.answer and turn.answer.undated_left_out:
        notes.append(f"{turn.answer.undated_left_out} articles without a date were left out by the date filter.")
    if turn.state == "stopped":
        notes.append(STOPPED)
    elif turn.state == "answered" and turn.message:
        notes.append(turn.message)
    wrong = [notice(turn.message)] if turn.state == "failed" else []
    return [*wrong, *(f'<span class="note">{inert(n)}</span>' for n in notes)]


def _acts(turn: Turn, conversation: str, last: bool) -> str:
    """The buttons below an answer, as one block. Their values say what they do; `chat.js` carries it out."""
    place = escape(f"{conversation}/{turn.n}")
    acts = []
    if turn.answer and turn.answer.sentences:
        acts.append(f'<button class="act copy" type="button" value="{place}.txt">Copy</button>')
        acts.append(f'<button class="act copy" type="button" value="{place}.md">Copy as Markdown</button>')
    if last:
        acts.append(f'<button class="act again" type="button" value="{turn.n}">Ask again</button>')
    return f'<div class="acts">{" ".join(acts)}</div>'


def filter_words(filters: Filters) -> str:
    """What filters let through: "The Example only, published from 1 May 2024"."""
    words = []
    if filters.articles:
        words.append("one article only" if len(filters.articles) == 1 else f"{len(filters.articles)} articles only")
    if filters.outlets:
        words.append(f"{', '.join(filters.outlets)} only")
    if filters.by_date:
        since = f"from {day(filters.published_from)}" if filters.published_from else ""
        until = f"to {day(filters.published_to)}" if filters.published_to else ""
        words.append(" ".join(w for w in ("published", since, until) if w))
    return ", ".join(words)


def placeholder(examples: Sequence[str]) -> str:
    """What stands where no question was asked yet, with questions that the articles answer."""
    buttons = [f'<button class="example" type="button" value="{escape(q)}">{inert(q)}</button>' for q in examples]
    offered = ["For example", *buttons] if buttons else []
    return "\n\n".join([PLACEHOLDER, *offered])


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


def panel_notice(text: str, back: Token | None = None) -> str:
    """The panel when a citation leads nowhere, saying why; `back` names the sources to go back to."""
    return _frame(_back(back) if back else "Sources", f'<p class="wrong active" tabindex="-1">{escape(text)}</p>')


def _back(token: Token) -> str:
    return f'<button class="link" type="button" data-act="back" value="{token.encode()}">Back to the sources</button>'


def article(found: Article, marks: Mapping[tuple[int, int], str], active: tuple[int, int], token: Token) -> str:
    """The panel with a whole article: the cited sentences marked with their numbers, the active one in view.

    Of a very long article only the part around the active sentence is shown, and said so.
    """
    first, last = _part(found.text, active)
    facts = " · ".join(f"<span>{escape(f)}</span>" for f in (found.outlet, found.author, day(found.published)) if f)
    cut = (
        '<p class="empty">The article is long; this is the part around the sentence.</p>'
        if last - first < len(found.text)
        else ""
    )
    paragraphs = []
    for line in re.finditer(r"[^\n]+", found.text[first:last]):
        paragraphs.append(f"<p>{_line(found.text, first + line.start(), first + line.end(), marks, active)}</p>")
    head = f'<h3>{escape(found.shown_title)}</h3><p class="facts">{facts}</p>{cut}'
    return _frame(_back(token), f'<article class="whole">{head}{"".join(paragraphs)}</article>')


def _part(text: str, active: tuple[int, int]) -> tuple[int, int]:
    """The whole text, or about LONGEST characters of it around the active span, cut at line ends."""
    if len(text) <= LONGEST:
        return 0, len(text)
    first = text.find("\n", max(0, active[0] - LONGEST // 2)) + 1 if active[0] > LONGEST // 2 else 0
    last = text.rfind("\n", active[1], active[1] + LONGEST // 2)
    return min(first, active[0]), last if last > active[1] else min(len(text), active[1] + LONGEST // 2)


def _line(text: str, start: int, end: int, marks: Mapping[tuple[int, int], str], active: tuple[int, int]) -> str:
    parts, at = [], start
    for (a, b), n in sorted(marks.items()):
        a, b = max(a, at), min(b, end)
        if a >= b:
            continue
        here = ' class="active"' if active[0] <= a < active[1] else ""
        parts.append(f'{escape(text[at:a])}<mark{here} tabindex="-1">{escape(text[a:b])}</mark><sup>{escape(n)}</sup>')
        at = b
    return "".join([*parts, escape(text[at:end])])


def day(stamp: str | None) -> str:
    """An ISO date or date-time as people read it; other text as it stands, nothing for None."""
    try:
        d = parse_date(stamp or "")
    except ValueError:
        return stamp or ""
    return f"{d.day} {d:%B} {d.year}"


def _button(turn: int, c: Citation) -> str:
    token = Token.of(turn, c).encode()
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
    more = "" if card.notice else _also_in(card) + _card_acts(card)
    return (
        f'<article class="card{" active" if active else ""}{"" if card.label else " near"}">'
        f"<h3>{number}<span>{escape(p.title)}</span></h3>"
        f'<p class="facts">{facts or "Outlet and date unknown"}</p>{wrong}'
        f"<blockquote>{_marked(p, card.answer)}</blockquote>{more}</article>"
    )


def _also_in(card: Card) -> str:
    """The copies of the story that have the sentence, each opening its article there."""
    buttons = []
    for c in card.also_in[:COPIES]:
        token = replace(card.token, article=c.article, version=c.version, start=c.start, end=c.end)
        words = ", ".join(x for x in (c.outlet or c.title, day(c.published)) if x)
        buttons.append(
            f'<button class="link" type="button" data-act="article" value="{token.encode()}">{escape(words)}</button>'
        )
    more = len(card.also_in) - len(buttons)
    listed = "; ".join(buttons) + (f" and {more} more" if more else "")
    return f'<p class="facts also">Also in {listed}</p>' if buttons else ""


def _card_acts(card: Card) -> str:
    acts = (("article", "Open the article"), ("only", "Ask only this article"))
    value, title = card.token.encode(), escape(card.passage.title)
    buttons = (
        f'<button class="link" type="button" data-act="{act}" value="{value}"'
        f' aria-label="{words}: {title}">{words}</button>'
        for act, words in acts
    )
    return f'<p class="more">{"".join(buttons)}</p>'


def _marked(passage: SourcePassage, answer: tuple[int, int] | None) -> str:
    """The passage with its marked spans in <mark>, and in them the words that answer in <strong>."""
    parts, at = [], passage.start
    for start, end in sorted(passage.marks):
        before, marked = (
            passage.text[at - passage.start : start - passage.start],
            passage.text[start - passage.start : end - passage.start],
        )
        if answer and start <= answer[0] < answer[1] <= end:
            words = [escape(t) for t in _around(marked, start, answer)]
            inside = f"{words[0]}<strong>{words[1]}</strong>{words[2]}"
        else:
            inside = escape(marked)
        parts.append(f'{escape(before)}<mark tabindex="-1">{inside}</mark>')
        at = end
    return "".join([*parts, escape(passage.text[at - passage.start :])])
