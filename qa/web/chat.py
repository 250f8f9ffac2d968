"""Asking, and opening what an answer rests on: the Ask tab and its events."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from qa.errors import GroundwireError, UnknownArticle
from qa.types import Answer, Citation, SourcePassage
from qa.web import render
from qa.web.host import Host
from qa.web.parts import QUIET, WRONG, asset, shown
from qa.web.render import Card, Token

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 60.0  # how long a question waits for the index before it is answered from what is there
CONTEXT = 2  # sentences around a cited one whose answer the page no longer has
EMPTY = "The library is empty. Add an article under Library, then ask again."
PLACEHOLDER = (
    "### Ask a question\n\n"
    "Every sentence of an answer is a sentence of an article, word for word. "
    "Its number opens the passage it stands in."
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it was asked, the reply as chat Markdown, and the answer when there was one."""

    question: str
    reply: str
    answer: Answer | None = None


Turns = tuple[Turn, ...]


class Chat:
    """Asking, and opening what an answer rests on."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def ask(self, question: str, turns: Turns) -> Iterator[tuple[Any, ...]]:
        """Show the question at once, then the answer. Yields the box, the chat, the turns and the panel."""
        question = question.strip()
        if not question:
            yield gr.skip(), gr.skip(), gr.skip(), gr.skip()
            return
        for words in self._until_ready():
            yield "", _messages((*turns, Turn(question, render.pending(words)))), gr.skip(), gr.skip()
        turns = (*turns, self._answered(question, len(turns)))
        answer = turns[-1].answer
        cards = self._cards(answer) if answer else ()
        yield (
            "",
            _messages(turns),
            turns,
            shown(render.panel(cards, question=question, declined=bool(answer and answer.declined))),
        )

    def open(self, turns: Turns, event: gr.EventData) -> Any:
        """The panel for a citation. The token comes from the browser, so all of it is checked here."""
        token = Token.decode((event._data or {}).get("token") if isinstance(event._data, dict) else None)
        if token is None:
            return shown(render.panel_notice("This citation was not made here, so it opens nothing."))
        try:
            return shown(self._opened(token, turns))
        except GroundwireError as error:
            return shown(render.panel_notice(str(error)))
        except Exception:
            log.exception("opening a citation failed")
            return shown(render.panel_notice(WRONG))

    def _until_ready(self) -> Iterator[str]:
        yield "Reading the articles…"
        host, deadline = self._host, time.monotonic() + PATIENCE_SECONDS
        while host.state in ("starting", "indexing") and time.monotonic() < deadline:
            doing = f"indexing {host.detail}" if host.detail else "getting ready"
            yield f"Groundwire is {doing}; your question is next…"
            time.sleep(0.25)

    def _answered(self, question: str, n: int) -> Turn:
        try:
            qa = self._host.qa
            if not qa.status()["articles"]:
                return Turn(question, render.notice(EMPTY))
            answer = qa.ask(question)
        except GroundwireError as error:
            return Turn(question, render.notice(str(error)))
        except Exception:
            log.exception("a question failed")
            return Turn(question, render.notice(WRONG))
        note = "Indexing goes on: articles that are not indexed yet were not asked." * (self._host.state == "indexing")
        return Turn(question, render.reply(answer, n, note), answer)

    def _opened(self, token: Token, turns: Turns) -> str:
        turn = turns[token.turn] if 0 <= token.turn < len(turns) else None
        answer = turn.answer if turn else None
        if turn and answer and token.n == 0:
            return render.panel(self._cards(answer), question=turn.question, declined=True, open=True)
        citations = [c for s in answer.sentences for c in s.citations] if answer else []
        for i, c in enumerate(citations):
            if turn and answer and Token(token.turn, c.n, c.article, c.version, c.start, c.end) == token:
                return render.panel(self._cards(answer), active=i, question=turn.question)
        return render.panel([self._alone(token)], active=0)

    def _cards(self, answer: Answer) -> list[Card]:
        if answer.declined:
            return [Card("", passage) for passage in answer.nearest]
        citations = (c for s in answer.sentences for c in s.citations)
        return [self._card(c, p) for c, p in zip(citations, answer.passages, strict=True)]

    def _card(self, c: Citation, passage: SourcePassage) -> Card:
        """A citation's card as the catalog has it now; the quote alone where the article has gone or changed."""
        wrong = self._what_is_wrong(c.article, c.version, c.title)
        if wrong:
            passage = replace(passage, start=c.start, end=c.end, text=c.quote, marks=((c.start, c.end),))
        return Card(str(c.n), passage, wrong)

    def _what_is_wrong(self, id: str, version: str, title: str) -> str:
        try:
            article, _ = self._host.qa.article(id)
        except UnknownArticle:
            return f"“{title}” has been removed from the library since this answer. This is what it said."
        if article.version != version:
            return f"“{title}” has changed since this answer. This is what it said then."
        return ""

    def _alone(self, token: Token) -> Card:
        """A card for a citation that no turn of this visit made: from the catalog only. Raises UnknownArticle."""
        try:
            article, sentences = self._host.qa.article(token.article)
        except UnknownArticle:
            raise UnknownArticle("The article of this citation is not in the library.") from None
        if article.version != token.version:
            raise UnknownArticle(f"“{article.shown_title}” has changed since this citation was made.")
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
        return Card(str(token.n), passage)


def ask_tab(chat: Chat) -> None:
    turns = gr.State(())
    with gr.Row(elem_id="ask"):
        with gr.Column(scale=3, min_width=320, elem_id="talk"):
            with gr.HTML(html_template="@children", js_on_load=asset("chat.js"), elem_id="chat-frame") as frame:
                talk = gr.Chatbot(
                    elem_id="chat", show_label=False, container=False, layout="panel", placeholder=PLACEHOLDER,
                    latex_delimiters=[], buttons=[], feedback_options=None, allow_file_downloads=False,
                    group_consecutive_messages=False, height="100%", autoscroll=True,
                )  # fmt: skip
            box = gr.Textbox(
                elem_id="question", show_label=False, label="Question", container=False, autofocus=True, lines=1,
                max_lines=4, placeholder="What do you want to know?", submit_btn="Ask",
            )  # fmt: skip
        with gr.Column(scale=2, min_width=300, elem_id="sources"):
            panel = gr.HTML(render.panel(()), seq=0, elem_id="panel", js_on_load=asset("panel.js"))
    gr.on([box.submit], chat.ask, [box, turns], [box, talk, turns, panel], concurrency_id="ask", **QUIET)
    talk.clear(lambda: ((), shown(render.panel(()))), None, [turns, panel], **QUIET)
    frame.cite(chat.open, [turns], [panel], concurrency_limit=None, **QUIET)


def _messages(turns: Turns) -> list[dict[str, str]]:
    pairs = ((("user", render.inert(t.question)), ("assistant", t.reply)) for t in turns)
    return [{"role": role, "content": content} for pair in pairs for role, content in pair]
