"""The sources that a citation opens: passages behind an answer, or a whole article, as the catalog has them now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from qa.answer.evidence.furniture import is_correction
from qa.core.display import page_of
from qa.core.errors import GroundwireError, NotReady, UnknownArticle
from qa.core.types import Answer, Article, Citation, Filters, Sentence, SourcePassage
from qa.service.conversations import Turn
from qa.web.page import marks
from qa.web.page.chat import sources_html as render
from qa.web.page.chat.chat_html import Beside
from qa.web.page.chat.sources_html import Card, Later
from qa.web.page.chat.tokens import Token
from qa.web.page.markup import write_day
from qa.web.running import RunningService
from qa.web.wording import in_words

CONTEXT = 2  # sentences around a cited one whose answer the page no longer has

CHANGED = "“{}” has changed since this answer. This is what it said then."
REMOVED = "“{}” has been removed from the library since this answer. This is what it said."

REMEMBERED = 500  # articles whose later ones are
UNDATED = 3  # articles without a date that are named
LISTING = ("meta", "results", "count", "clarify")  # behaviours whose articles are listed below what is said

Found = tuple[Article, list[Sentence]]
See = Callable[[Token, Sequence[Turn]], str]


class Sources:
    """Panels as HTML. Tokens come from the browser, so everything they say is checked against catalog and turns."""

    def __init__(self, service: RunningService) -> None:
        self._service = service
        self._later: dict[tuple[str, str, int], list[Article]] = {}

    def see(self, act: object) -> See:
        """Return what shows the panel for a token: the whole article, or the sources of its turn."""
        seen: dict[object, See] = {"article": self.article, "heal": self.healed}
        return seen.get(act, self.opened)

    def beside(self, turn: Turn) -> Beside:
        """Return the articles that are shown with an answer, those that are still there."""
        answer = turn.answer
        if answer is None:
            return Beside()
        try:
            listed = map(self._found, answer.articles) if answer.behaviour in LISTING else ()
            among = Filters(turn.filters.outlets, turn.filters.articles)
            undated = answer.undated_left_out and self._service.qa.articles(
                among=among, undated=True, order="title", limit=UNDATED
            )
            return Beside([found[0] for found in listed if found], undated or ())
        except GroundwireError:  # none can be read now
            return Beside()

    def panel(self, turn: Turn | None, opened: Token | None = None, *, story: bool = True) -> str:
        """Return the sources of a turn; the card of `opened` is the active one. n = 0 opens the panel without one.

        What is known of their stories takes a moment; an answer that is still coming goes without.
        """
        answer = turn.answer if turn else None
        if turn is None or answer is None:
            return render.panel(())
        cards = self._cards(answer, turn.n) if answer.behaviour != "clarify" else []
        cards = [self._with_story(card) for card in cards] if story else cards
        active = next((i for i, card in enumerate(cards) if card.label and card.token == opened), -1)
        return render.panel(
            cards, active=active, question=turn.question, open=opened is not None,
            declined=answer.declined and answer.behaviour != "results",
        )  # fmt: skip

    def opened(self, token: Token, turns: Sequence[Turn]) -> str:
        """Return the panel that a click on a citation opens. Raises UnknownArticle."""
        turn = next((t for t in turns if t.n == token.turn and t.answer), None)
        if turn and (token.n == 0 or token in _cited(turn)):
            return self.panel(turn, token)
        return render.panel([self._alone(token)], active=0)

    def healed(self, token: Token, turns: Sequence[Turn]) -> str:
        """Return the sources of a turn as they can be read by now, none of them opened."""
        return self.panel(next((t for t in turns if t.n == token.turn), None))

    def article(self, token: Token, turns: Sequence[Turn]) -> str:
        """Return a whole article with every sentence marked that the turn cites from it. Raises UnknownArticle."""
        turn = next((t for t in turns if t.n == token.turn and t.answer), None)
        found = self._found(token.article)
        if found is None or found[0].version != token.version:
            gone = "been removed from the library" if found is None else "changed"
            return render.panel_notice(
                f"The article has {gone} since this answer. Its sentences are with the answer.", token
            )
        article = found[0]
        cited = [t for t in _cited(turn) if (t.article, t.version) == (token.article, token.version)]
        marks = {(t.start, t.end): str(t.n) for t in cited}
        if token.n and (token.start, token.end) not in marks:
            self._alone(token)  # it says why when this is no sentence
            marks[token.start, token.end] = str(token.n)
        return render.article(article, marks, (token.start, token.end), token)

    def _cards(self, answer: Answer, turn: int) -> list[Card]:
        known: dict[str, Found | None] = {}
        if answer.declined:
            nearest = ((Token(turn, 0, p.article, p.version, p.start, p.end), p) for p in answer.nearest)
            cards = [self._card("", token, p, known) for token, p in nearest]
            return _by_article([card for card in cards if not card.notice])  # without their article they say nothing
        cited = [(Token.of(turn, c), c) for s in answer.sentences for c in s.citations]
        return _by_article(
            [
                self._card(str(c.n), token, passage, known, c)
                for (token, c), passage in zip(cited, answer.passages, strict=True)
            ]
        )

    def _card(
        self, label: str, token: Token, p: SourcePassage, known: dict[str, Found | None], c: Citation | None = None
    ) -> Card:
        """Return a card as the catalog has it; the quote alone where its article has gone, changed or is not read."""
        waiting = False
        try:
            found = known[p.article] = known.get(p.article) or self._found(p.article)
            if found and found[0].version == p.version:
                shown = replace(p, text=found[0].text[p.start : p.end])
                if c is None:
                    return Card(label, shown, token, url=found[0].url)
                return Card(label, shown, token, answer=c.answer, also_in=c.also_in, page=page_of(c), url=found[0].url)
            wrong = (CHANGED if found else REMOVED).format(p.title)
        except NotReady as error:
            wrong, waiting = in_words(error), True
        if c:
            p = replace(p, start=c.start, end=c.end, text=c.quote, marks=((c.start, c.end),))
        return Card(label, p, token, wrong, waiting=waiting)

    def _with_story(self, card: Card) -> Card:
        """Return a card that says what its reader should know of the story: a correction, a later article."""
        found = self._found(card.passage.article) if card.label and not card.notice and not card.goes_on else None
        if found is None:
            return card
        article, qa = found[0], self._service.qa
        key = (article.id, article.version, qa.article_count())
        if key not in self._later:
            self._later.pop(next(iter(self._later)), None) if len(self._later) >= REMEMBERED else None
            self._later[key] = qa.later(article.id)
        later = self._later[key]
        newest = next((a for a in later if is_correction(a)), later[0] if later else None)
        if newest is None:
            return replace(card, correction=is_correction(article))
        token = Token(card.token.turn, 0, newest.id, newest.version)
        told = ", ".join(filter(None, [newest.outlet, write_day(newest.published)]))
        shown = Later(token, newest.shown_title, told, is_correction(newest))
        return replace(card, correction=is_correction(article), later=shown)

    def _found(self, id: str) -> Found | None:
        try:
            return self._service.qa.article(id)
        except UnknownArticle:
            return None

    def _alone(self, token: Token) -> Card:
        """Return a card for a citation of no turn here, from the catalog only. Raises UnknownArticle."""
        found = self._found(token.article)
        if found is None:
            raise UnknownArticle(marks.REMOVED)
        article, sentences = found
        if article.version != token.version:
            raise UnknownArticle(marks.CHANGED.format(article.shown_title))
        spans = [(s.start, s.end) for s in sentences]
        if (token.start, token.end) not in spans:
            raise UnknownArticle(f"This citation names no sentence of “{article.shown_title}”.")
        i = spans.index((token.start, token.end))
        start, end = spans[max(0, i - CONTEXT)][0], spans[min(len(spans) - 1, i + CONTEXT)][1]
        passage = SourcePassage(
            article=article.id, version=article.version, start=start, end=end, text=article.text[start:end],
            title=article.shown_title, outlet=article.outlet, published=article.published, score=0.0,
            marks=(spans[i],),
        )  # fmt: skip
        return Card(str(token.n), passage, token, url=article.url)


def _by_article(cards: Sequence[Card]) -> list[Card]:
    """Return the cards of each article together, each but its first marked as one that goes on."""
    order: dict[tuple[str, str], int] = {}
    for card in cards:
        order.setdefault((card.passage.article, card.passage.version), len(order))

    def place(card: Card) -> int:
        return order[card.passage.article, card.passage.version]

    groups = (list(group) for _, group in groupby(sorted(cards, key=place), place))
    return [replace(card, goes_on=i > 0) for group in groups for i, card in enumerate(group)]


def _cited(turn: Turn | None) -> list[Token]:
    answer = turn.answer if turn else None
    return [Token.of(turn.n, c) for s in answer.sentences for c in s.citations] if turn and answer else []
