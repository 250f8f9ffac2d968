"""The panel beside the chat, as HTML: cards of sources, a whole article, a notice. Pure functions, no gradio."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qa.core.display import CLOSEST
from qa.core.types import Article, Copy, SourcePassage
from qa.web.page.chat.chat_html import around
from qa.web.page.chat.tokens import Token
from qa.web.page.marks import Span, marked_line, part_around
from qa.web.page.markup import render, web_address, write_day

LONGEST = 200_000  # characters of an article in the panel; more would make a browser slow
COPIES = 8  # near duplicates that a card names; of more, how many

Stretch = tuple[str, tuple[str, str, str] | None]  # text, and the mark behind it: before, in and after its answer


@dataclass(frozen=True, slots=True)
class Later:
    """An article of the same story that was published after a cited one: the newest, or the one that corrects it."""

    token: Token
    title: str
    told: str
    correction: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A source in the panel: its number ("" for one that is no answer), the passage, what names it, what is wrong.

    `waiting` is True where all that is wrong is that the service is not ready. `answer` is the span, in the article's
    offsets, of the words that answer; `also_in` are near duplicates that say the same. A card that `goes_on` is of the
    same article as the one above it; `correction` is True where its article corrects another one.
    """

    label: str
    passage: SourcePassage
    token: Token
    notice: str = ""
    waiting: bool = False
    answer: Span | None = None
    also_in: tuple[Copy, ...] = ()
    page: str = ""
    url: str | None = None
    goes_on: bool = False
    correction: bool = False
    later: Later | None = None

    @property
    def address(self) -> str:
        """Return where the article was first published, if a link can lead there."""
        return web_address(self.url)

    @property
    def copied(self) -> str:
        """Return the sentence with who told it, when and where, as it is quoted elsewhere; "" without a sentence."""
        p = self.passage
        quotes = (p.text[start - p.start : end - p.start] for start, end in p.marks)
        quote = " ".join(" ".join(quotes).split())
        return f"“{quote}” ({_told(p.title, p.outlet, p.published, self.page, self.url)})" if quote else ""


def panel(
    cards: Sequence[Card], *, active: int = -1, question: str = "", declined: bool = False, open: bool = False
) -> str:
    """Return the sources; the card at `active` is ringed and scrolled into view.

    `open` brings the panel up where it is a sheet, although no card is active.
    """
    return render(
        "panel.html", cards=cards, active=active, question=question, declined=declined, open=open,
        stretches=_stretches, most=COPIES, closest=CLOSEST,
    )  # fmt: skip


def panel_notice(text: str, back: Token | None = None) -> str:
    """Return the panel of a citation that leads nowhere, saying why; `back` names the sources to go back to."""
    return render("notice.html", text=text, back=back)


def article(found: Article, marks: Mapping[Span, str], active: Span, token: Token) -> str:
    """Return the panel with a whole article: the cited sentences marked with their numbers, the active one in view.

    Of a very long article only the part around the active sentence is shown, and said so.
    """
    first, last = part_around(found.text, active, LONGEST)
    lines = re.finditer(r"[^\n]+", found.text[first:last])
    paragraphs = [marked_line(found.text, (first + m.start(), first + m.end()), marks, active) for m in lines]
    cut = last - first < len(found.text)
    return render(
        "article.html", found=found, paragraphs=paragraphs, cut=cut, back=token, open=not marks,
        address=web_address(found.url), several=len(marks) > 1,
        told=_told(found.shown_title, found.outlet, found.published, "", found.url),
    )  # fmt: skip


def _told(title: str, outlet: str | None, published: str | None, page: str, url: str | None) -> str:
    """Return who told something, when and where, as it stands behind a quotation."""
    return ", ".join(filter(None, (title, outlet, write_day(published), page, url)))


def _stretches(card: Card) -> Iterator[Stretch]:
    """Yield a card's passage, cut at its marks, and these at the words that answer."""
    text, first, at, answer = card.passage.text, card.passage.start, card.passage.start, card.answer
    for start, end in sorted(card.passage.marks):
        marked = text[start - first : end - first]
        inside = answer is not None and start <= answer[0] < answer[1] <= end
        yield text[at - first : start - first], around(marked, start, answer) if answer and inside else (marked, "", "")
        at = end
    yield text[at - first :], None
