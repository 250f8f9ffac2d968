"""The chat page: what stands where, and what happens on a click. Rendering is in `render.py`, looks in `assets/`.

Knows the service only through `Host`. A visitor's turns live on the server (`gr.State`); the browser holds nothing
that is trusted. Errors of ours become notices; anything else is logged and said to have gone wrong.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from qa.errors import ArticleError, DuplicateArticle, GroundwireError, UnknownArticle
from qa.types import Answer, Citation, Outcome, SourcePassage
from qa.web import render
from qa.web.host import Host
from qa.web.render import Card, Token

log = logging.getLogger(__name__)

ASSETS = Path(__file__).parent / "assets"
SUFFIXES = (".txt", ".md", ".markdown")
MAX_FILE = 10 * 1024 * 1024  # bytes; the service refuses longer articles anyway
ROWS = 200  # of the library at once; the rest is found by searching
PATIENCE_SECONDS = 60.0  # how long a question waits for the index before it is answered from what is there
CONTEXT = 2  # sentences around a cited one whose answer the page no longer has
WRONG = "Something went wrong on our side. The service's log has the details."
EMPTY = "The library is empty. Add an article under Library, then ask again."
PLACEHOLDER = (
    "### Ask a question\n\n"
    "Every sentence of an answer is a sentence of an article, word for word. "
    "Its number opens the passage it stands in."
)

_seq = itertools.count(1)  # a changing property: without one, showing the same panel again does nothing


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it was asked, the reply as chat Markdown, and the answer when there was one."""

    question: str
    reply: str
    answer: Answer | None = None


Turns = tuple[Turn, ...]


def build_page(host: Host) -> gr.Blocks:
    """The page, ready to be mounted. Its events are private: programs use the JSON routes."""
    with gr.Blocks(title="Groundwire", analytics_enabled=False, delete_cache=(3600, 3600), fill_height=True) as page:
        with gr.Row(elem_id="masthead"):
            gr.HTML("<h1>Groundwire</h1><p>Answers in the articles’ own words</p>", elem_id="title", js_on_load=None)
            state = gr.HTML('<p class="state" role="status"></p>', elem_id="state", js_on_load=_asset("state.js"))
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask", id="ask"):
                _ask_tab(Chat(host))
            with gr.Tab("Library", id="library") as tab:
                refresh = _library_tab(Library(host))
        for event in (page.load, tab.select, state.ready):
            refresh(event)
    page.queue(default_concurrency_limit=4, max_size=64)
    return page


def looks() -> dict[str, Any]:
    """What `mount_gradio_app` needs to make the page look as it does, and to keep it to this machine."""
    fonts = ("system-ui", "-apple-system", "Segoe UI", "Liberation Sans", "sans-serif")
    theme = gr.themes.Base(
        primary_hue=gr.themes.colors.slate, neutral_hue=gr.themes.colors.stone, font=fonts, font_mono=("monospace",)
    )
    return {
        "theme": theme,
        "head": f"<style>{_asset('page.css')}</style>",
        "favicon_path": str(ASSETS / "favicon.png"),
        "footer_links": [],
        "run_history": False,
        "enable_monitoring": False,
        "mcp_server": False,
        "ssr_mode": False,
        "show_error": False,
        "max_file_size": MAX_FILE,
    }


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
        shown = (
            _panel(render.panel(self._cards(answer), question=question, declined=answer.declined)) if answer else None
        )
        yield "", _messages(turns), turns, shown or _panel(render.panel(()))

    def open(self, turns: Turns, event: gr.EventData) -> Any:
        """The panel for a citation. The token comes from the browser, so all of it is checked here."""
        token = Token.decode((event._data or {}).get("token") if isinstance(event._data, dict) else None)
        if token is None:
            return _panel(render.panel_notice("This citation was not made here, so it opens nothing."))
        try:
            return _panel(self._opened(token, turns))
        except GroundwireError as error:
            return _panel(render.panel_notice(str(error)))
        except Exception:
            log.exception("opening a citation failed")
            return _panel(render.panel_notice(WRONG))

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


class Library:
    """The articles: listing, adding, removing."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def table(self, search: str, confirming: str = "") -> str:
        try:
            rows = self._host.qa.articles(search=search.strip(), order="title", limit=ROWS + 1)
        except GroundwireError as error:
            return render.problem(str(error))
        return render.library(rows[:ROWS], more=len(rows) > ROWS, search=search.strip(), confirming=confirming)

    def paste(self, text: str, title: str, outlet: str, search: str) -> tuple[Any, ...]:
        """Add what was pasted. Yields outcome, the three fields (kept when refused) and the table."""
        name = title.strip() or "The pasted text"
        result = _outcome(name, lambda: self._host.qa.add(text, title=title.strip(), outlet=outlet.strip()))
        fields = ("", "", "") if result.status == "added" else (text, title, outlet)
        return (_shown([result]), *fields, _seen(self.table(search)))

    def upload(self, paths: Sequence[str] | None, search: str) -> tuple[Any, ...]:
        """Add uploaded files. Returns outcomes, the emptied field and the table."""
        results = [self._upload_one(Path(path)) for path in paths or ()]
        return _shown(results), None, _seen(self.table(search))

    def act(self, search: str, event: gr.EventData) -> tuple[Any, Any]:
        """What a button in the table asks for: ask whether to remove, keep, or remove."""
        data = event._data if isinstance(event._data, dict) else {}
        act, id = data.get("act"), str(data.get("id", ""))
        if act == "remove":
            return _shown([_outcome(id, lambda: self._host.qa.remove(id))]), _seen(self.table(search))
        return gr.skip(), _seen(self.table(search, id if act == "ask" else ""))

    def _upload_one(self, path: Path) -> Outcome:
        def add() -> Outcome:
            if path.suffix.lower() not in SUFFIXES:
                raise ArticleError(f"its name ends in {path.suffix or 'nothing'!r}; expected .txt or .md.")
            return self._host.qa.add_bytes(path.read_bytes(), name=path.name)

        try:
            return _outcome(path.name, add)
        finally:
            with suppress(OSError):  # the corpus has the text now; the temporary copy has served
                path.unlink()


def _ask_tab(chat: Chat) -> None:
    turns = gr.State(())
    with gr.Row(elem_id="ask"):
        with gr.Column(scale=3, min_width=320, elem_id="talk"):
            with gr.HTML(html_template="@children", js_on_load=_asset("chat.js"), elem_id="chat-frame") as frame:
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
            panel = gr.HTML(render.panel(()), seq=0, elem_id="panel", js_on_load=_asset("panel.js"))
    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    gr.on([box.submit], chat.ask, [box, turns], [box, talk, turns, panel], concurrency_id="ask", **quiet)
    talk.clear(lambda: ((), _panel(render.panel(()))), None, [turns, panel], **quiet)
    frame.cite(chat.open, [turns], [panel], concurrency_limit=None, **quiet)


def _library_tab(shelf: Library) -> Callable[[Callable[..., Any]], Any]:
    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    adding = {**quiet, "concurrency_id": "ingest", "concurrency_limit": 1}
    with gr.Column(elem_id="shelf"):
        search = gr.Textbox(
            elem_id="search",
            label="Search the library",
            placeholder="Title or outlet",
            show_label=False,
            container=False,
        )
        table = gr.HTML(render.OPENING, seq=0, elem_id="table", js_on_load=_asset("library.js"))
        results = gr.HTML(render.outcomes(()), seq=0, elem_id="results", js_on_load=None)
        with gr.Row(elem_id="add"):
            with gr.Column(scale=3, min_width=300, elem_id="paste"):
                gr.HTML("<h2>Paste an article</h2>", js_on_load=None)
                text = gr.Textbox(label="Text", lines=6, max_lines=12, elem_id="text")
                with gr.Row():
                    title = gr.Textbox(label="Title (optional)", max_lines=1, elem_id="article-title")
                    outlet = gr.Textbox(label="Outlet (optional)", max_lines=1, elem_id="article-outlet")
                add = gr.Button("Add article", variant="primary", elem_id="add-button")
            with gr.Column(scale=2, min_width=300, elem_id="upload"):
                gr.HTML("<h2>Upload files</h2>", js_on_load=None)
                files = gr.File(label=".txt or .md, several at once", file_count="multiple", elem_id="files")
    add.click(shelf.paste, [text, title, outlet, search], [results, text, title, outlet, table], **adding)
    files.upload(shelf.upload, [files, search], [results, files, table], **adding)
    table.act(shelf.act, [search], [results, table], **adding)

    def refresh(event: Callable[..., Any]) -> Any:
        return event(lambda s: _seen(shelf.table(s)), [search], [table], trigger_mode="always_last", **quiet)

    refresh(search.change)  # `input` misses what was not typed key by key
    return refresh


def _outcome(name: str, change: Callable[[], Outcome]) -> Outcome:
    """What a change came to, refusals included, under a name that the user knows."""
    try:
        return replace(change(), name=name)
    except DuplicateArticle as error:
        return Outcome(name, "duplicate", error.article, str(error))
    except GroundwireError as error:
        return Outcome(name, "refused", None, str(error))
    except Exception:
        log.exception("a change of the library failed")
        return Outcome(name, "refused", None, WRONG)


def _messages(turns: Turns) -> list[dict[str, str]]:
    pairs = ((("user", render.inert(t.question)), ("assistant", t.reply)) for t in turns)
    return [{"role": role, "content": content} for pair in pairs for role, content in pair]


def _panel(html: str) -> Any:
    return gr.HTML(html, seq=next(_seq))


def _seen(html: str) -> Any:
    return gr.HTML(html, seq=next(_seq))


def _shown(results: Sequence[Outcome]) -> Any:
    return gr.HTML(render.outcomes(results), seq=next(_seq))


def _asset(name: str) -> str:
    return (ASSETS / name).read_text("utf-8")
