"""The Ask tab: what stands where in it, and what happens on each event.

Conversations are kept by the server under the visitor's name; the browser holds nothing that is trusted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from qa.answer.question.clean import clean_question
from qa.core.errors import FilterError, GroundwireError, UnknownConversation
from qa.core.types import Filters
from qa.service.conversations import Conversations, Turn
from qa.web.page.chat import chat_html as render
from qa.web.page.chat import sources_html as panels
from qa.web.page.chat.answering import Answering, Asked, UnderWay
from qa.web.page.chat.bar import Bar
from qa.web.page.chat.earlier import TODAY, Circumstances, asked_on, left_out
from qa.web.page.chat.filters import FilterBox
from qa.web.page.chat.messages import Message, messages, pair, refused
from qa.web.page.chat.panel import Panel
from qa.web.page.chat.sources import Sources
from qa.web.page.chat.tokens import Token
from qa.web.page.components import QUIET, WRONG, asset, data_of, visitor_or_page
from qa.web.running import RunningService
from qa.web.wording import in_words

log = logging.getLogger(__name__)

EXAMPLES = 3
PARTLY = "Indexing goes on: articles that are not indexed yet were not asked."

Update = dict[Any, Any]


class AskTab:
    """Components and handlers. Each handler returns the components it changes."""

    def __init__(self, service: RunningService, conversations: Conversations) -> None:
        self._service = service
        self._store = conversations
        self._sources = Sources(service)
        self._said = partial(messages, beside=self._sources.beside)
        self._under_way = UnderWay()
        self._panel = Panel(self._sources, self._under_way, self._kept)
        # The conversation's id, held by the page: it outlives the service, and the store checks whose it is.
        self.current = gr.Textbox("", visible=False)
        self.today = gr.Textbox("", visible=False)  # the browser's own day, said anew with each question
        with gr.Row(elem_id="ask"):
            with gr.Column(scale=3, min_width=320, elem_id="talk"):
                self._bar = Bar(conversations)
                with gr.HTML(
                    html_template="@children", js_on_load=asset("chat.js"), elem_id="chat-frame"
                ) as self.frame:
                    self.talk = gr.Chatbot(
                        elem_id="chat", show_label=False, container=False, layout="panel", height="100%",
                        placeholder=render.placeholder(()), latex_delimiters=[], buttons=[], feedback_options=None,
                        allow_file_downloads=False, group_consecutive_messages=False, autoscroll=False,
                    )  # fmt: skip
                self.filters = FilterBox(service)
                self.box = gr.Textbox(
                    elem_id="question", show_label=False, label="Question", container=False, autofocus=True, lines=1,
                    max_lines=4, placeholder="What do you want to know?", submit_btn="Ask",
                )  # fmt: skip
                self.filters.add_fields()
            with gr.Column(scale=2, min_width=300, elem_id="sources"):
                self.panel = gr.HTML(panels.panel(()), elem_id="panel", js_on_load=asset("panel.js"))
        self.fields = [*self.filters.inputs, self.filters.frame, self.filters.chips]

    def wire(self, load: Callable[..., Any], ready: Callable[..., Any]) -> None:
        """Say what happens on `load`, when the service is `ready` for the page, and on all that people do here."""
        asking = [self.box, self.current, *self.filters.inputs, self.today]
        view = [self.box, self.talk, self.current, self.panel, self._bar.html, *self.fields]
        answers = [
            event(self.ask, asking, view, concurrency_id="ask", js=TODAY, **QUIET)
            for event in (self.box.submit, self.frame.example, self.frame.again)
        ]
        # With a limit of its own: nobody waits for the questions of others to see a page.
        answers.append(load(self.arrive, [self.today], view, concurrency_limit=16, js=TODAY, **QUIET))
        ready(self.examples, None, [self.talk, *self.filters.inputs], **QUIET)
        self.box.stop(self.stop, None, None, concurrency_limit=None, **QUIET)
        self.frame.cite(
            self.open, [self.current], [self.panel], trigger_mode="multiple", concurrency_limit=None, **QUIET
        )
        self.panel.act(self.act, [self.current], [self.panel, *self.fields], **QUIET)
        self._bar.html.act(
            self.turn_to, None, view, cancels=answers, **QUIET
        )  # else their last word would be shown over it

    def arrive(self, today: str, request: gr.Request) -> Iterator[Update]:
        """Show the visitor's latest conversation, and ask the question of the page's address."""
        visitor, query = visitor_or_page(request), request.query_params
        question = query.get("q", "").strip()
        if linked := query.get("conversation", ""):
            with suppress(UnknownConversation):  # somebody else's, or deleted: the latest one is shown
                self._store.touch(visitor, linked)
        current, view = self._latest(visitor)
        if self._under_way.of(request.session_hash):  # somebody was quicker than the page
            return
        yield view | {self.box: gr.skip()}
        if question:
            try:
                filters = self.filters.from_query(query)
            except GroundwireError as error:
                yield self._refuse(visitor, current, question, error)
                return
            yield self.filters.show(filters)
            yield from self._answer(visitor, request.session_hash, current, question, filters, asked_on(today))

    def ask(
        self, text: str, current: str, outlets: Any, since: Any, until: Any, articles: Any, today: str,
        event: gr.EventData, request: gr.Request,
    ) -> Iterator[Update]:  # fmt: skip
        """Answer a question from the box, an example, or one asked again. It is shown at once."""
        visitor, data = visitor_or_page(request), data_of(event)
        question, again = str(data.get("question") or text), None
        given = asked_on(today)
        try:
            filters = self.filters.read(outlets, since, until, articles)
            if "again" in data:
                last = self._kept(visitor, current)[1][-1:]
                if not last or str(last[0].n) != str(data["again"]) or last[0].state == "asked":
                    yield self._view(visitor, current)  # another window was here: this one shows what there is now
                    return
                question, filters, again = last[0].question, last[0].filters, last[0].n
                given = replace(given, without=left_out(last[0], data.get("part")))
                if data.get("all"):
                    filters = Filters()
                    yield self.filters.show(filters)
        except GroundwireError as error:
            yield self._refuse(visitor, current, question, error)
            return
        if question.strip():
            yield from self._answer(visitor, request.session_hash, current, question, filters, given, again)
        else:
            yield {self.box: gr.skip()}

    def _answer(
        self, visitor: str, page: str | None, current: str, question: str, filters: Filters,
        given: Circumstances, again: int | None = None,
    ) -> Iterator[Update]:  # fmt: skip
        """Store a question, wait for its answer, store that, and show the very value that was stored."""
        try:
            question = clean_question(question)
            current = self._kept(visitor, current)[0] or self._store.start(visitor)
            turn = self._store.ask(visitor, current, question, filters, again)
        except GroundwireError as error:
            yield self._refuse(visitor, current, question, error)
            return
        before = [t for t in self._kept(visitor, current)[1] if t.n < turn.n]
        asked = Asked(current, turn, Answering(self._service, question, filters, given.after(before)))
        self._under_way.begin(page, asked)
        try:
            yield from self._waiting(asked, self._said(before, current, last=False))
            if not asked.answering.stopped:
                asked.turn = replace(asked.turn, state="answered", message=PARTLY * self._service.unfinished)
        except GroundwireError as error:
            asked.turn = replace(asked.turn, state="failed", message=in_words(error))
        except Exception:
            log.exception("a question failed")
            asked.turn = replace(asked.turn, state="failed", message=WRONG)
        finally:  # also when nobody waits any more
            asked.answering.stop()
            if asked.turn.state == "asked":
                asked.turn = replace(asked.turn, state="stopped")
            try:
                self._store.finish(current, asked.turn)
            finally:
                self._under_way.end(page, asked)  # from now on what is opened is looked up in the store
        if not asked.left:
            yield self._show(visitor, *self._kept(visitor, current, asked), asked.see)

    def _waiting(self, asked: Asked, before: list[Message]) -> Iterator[Update]:
        """Show the question below what was said before, what it waits for, and its answer as far as it has come."""
        busy: Update = {
            self.box: gr.Textbox("", submit_btn=False, stop_btn="Stop"),
            self.filters.frame: gr.Accordion(open=False),
            self.current: asked.conversation,
        }
        for found in asked.answering:
            if isinstance(found, str):
                yield {**busy, self.talk: [*before, *pair(asked.turn.question, render.pending(found))]}
                busy = {}  # once: what is typed meanwhile stays
            elif found is asked.turn.answer:
                yield {self.current: asked.conversation}  # nothing new, but a page that has gone is noticed
            else:
                asked.turn = replace(asked.turn, answer=found)
                said = render.growing(asked.turn, self._sources.beside(asked.turn))
                yield {
                    self.talk: [*before, *pair(asked.turn.question, said)],
                    self.panel: self._panel.checked(asked.see or self._panel.of([asked.turn], story=False)),
                }

    def stop(self, request: gr.Request) -> None:
        """Stop what the page waits for; whoever waits marks what there is of the answer as stopped."""
        if asked := self._under_way.of(request.session_hash):
            asked.answering.stop()

    def open(self, current: str, event: gr.EventData, request: gr.Request) -> Any:
        """Show the panel for a citation, or a whole article that is listed."""
        return self._panel.opened(data_of(event), current, request)

    def act(self, current: str, event: gr.EventData, request: gr.Request) -> Update:
        """Do what a button of the panel says: open the whole article, go back, ask of this article only."""
        data = data_of(event)
        token = Token.decode(data.get("token"))
        if token and data.get("act") == "only":
            return self._only(token.article)
        return {self.panel: self._panel.opened(data, current, request)}

    def only(self, event: gr.EventData) -> Update:
        """Set the filter to the article of the library's "Ask this article"."""
        try:
            return self._only(str(data_of(event).get("id", "")))
        except FilterError:  # half a character: no article's id
            return {self.filters.frame: gr.skip()}

    def turn_to(self, event: gr.EventData, request: gr.Request) -> Update:
        """Show a new conversation or an earlier one, or forget this one."""
        data, visitor = data_of(event), visitor_or_page(request)
        id = str(data.get("id", ""))
        self._under_way.leave(request.session_hash)
        try:
            if data.get("act") == "new":
                return self._view(visitor, self._store.start(visitor)) | self.filters.show(Filters())
            if data.get("act") == "forget":
                self._store.remove(visitor, id)
                return self._view(visitor, self._store.start(visitor))
            self._store.touch(visitor, id)
            return self._view(visitor, id)
        except GroundwireError as error:
            gr.Warning(in_words(error))
            return self._view(visitor, "")

    def examples(self) -> Update:
        """Show questions that the articles answer, and the outlets and articles to choose from."""
        try:
            found, held = self._service.qa.examples(EXAMPLES), self._service.qa.holdings()
        except GroundwireError:
            return {self.talk: gr.skip()}
        return {self.talk: gr.Chatbot(placeholder=render.placeholder(found, held)), **self.filters.choices()}

    def _only(self, article: str) -> Update:
        return self.filters.show(Filters(articles=(article,)))

    def _latest(self, visitor: str) -> tuple[str, Update]:
        """Return the latest conversation and its view, made anew when a question is asked and answered meanwhile."""
        while True:
            current = self._store.latest(visitor) or ""
            kept, view = self._kept(visitor, current), self._view(visitor, current)
            if kept == self._kept(visitor, self._store.latest(visitor) or ""):
                return current, view

    def _view(self, visitor: str, current: str) -> Update:
        """Show a conversation as it was stored."""
        return self._show(visitor, *self._kept(visitor, current))

    def _show(self, visitor: str, current: str, turns: Sequence[Turn], see: Callable[[], str] | None = None) -> Update:
        """Show a conversation with nothing under way, and in the panel what was opened there."""
        return {
            self.box: gr.Textbox(submit_btn="Ask", stop_btn=False),
            self.talk: self._said(turns, current),
            self.current: current,
            self.panel: self._panel.checked(see or self._panel.of(turns)),
            self._bar.html: self._bar.show(visitor, current, asked=bool(turns)),
        }

    def _refuse(self, visitor: str, current: str, question: str, error: GroundwireError) -> Update:
        """Show why a question is not asked, below the conversation."""
        current, turns = self._kept(visitor, current)
        return {self.talk: [*self._said(turns, current), *refused(question, in_words(error))]}

    def _kept(self, visitor: str, current: str, asked: Asked | None = None) -> tuple[str, tuple[Turn, ...]]:
        """Return the conversation and its turns; none when it was deleted meanwhile, as another window can do.

        The turn of `asked` is the one that was composed, not the one that was stored.
        """
        try:
            turns = self._store.turns(visitor, current) if current else ()
        except UnknownConversation:
            return "", ()
        return current, tuple(asked.turn if asked and t.n == asked.turn.n else t for t in turns)
