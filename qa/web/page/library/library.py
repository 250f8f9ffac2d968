"""The Library tab: listing, opening, adding and removing articles."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import Any

import gradio as gr

from qa.core.errors import ArticleError, DuplicateArticle, GroundwireError
from qa.core.types import Draft, Outcome, Refusal
from qa.corpus.canonical import MAX_BYTES
from qa.intake.importer import MAX_FILE
from qa.service.batches import Item
from qa.web.page.components import QUIET, WRONG, asset, data_of, shown, visitor_of
from qa.web.page.library import library_html as tables
from qa.web.page.library import reports
from qa.web.page.library.library_html import View
from qa.web.running import RunningService
from qa.web.uploads import Upload, batch
from qa.web.wording import in_words

log = logging.getLogger(__name__)

KEPT = 300  # outcomes of a visit that stay listed
LONGEST_ADDRESS = 2_000  # characters
Outcomes = tuple[Outcome, ...]
DROP = f"""<h2>Upload files</h2>
<label class="drop"><input type="file" multiple data-max="{MAX_FILE}" data-text="{MAX_BYTES}">
<span>Choose files, or drop them here</span><small>Web page, PDF, Word, e-book, mail, feed, JSON lines, Markdown or
text, up to {MAX_FILE // 2**20} MB each</small></label>
<p class="sending" role="status"></p>"""


class Library:
    """The handlers of the tab's events. They return the components' new values."""

    def __init__(self, service: RunningService) -> None:
        self._service = service

    def listing(self, search: str | None, view: View) -> tuple[Any, View]:
        """Show the table as it is now, under a search that may have changed."""
        view = view.searching((search or "").strip())
        try:
            qa = self._service.qa
            total = qa.article_count(view.search)
            view = view.within(total)
            rows = qa.articles(
                search=view.search, order=view.order, descending=view.descending, offset=view.offset, limit=tables.ROWS
            )
            opened = ""
            if any(r.id == view.opened for r in rows):
                article, sentences = qa.article(view.opened)
                opened = tables.preview(article, len(sentences))
        except GroundwireError as error:
            return shown(tables.problem(in_words(error))), view
        return shown(tables.library(view, rows, total, opened)), view

    def show(self, search: str | None, view: View, event: gr.EventData) -> tuple[Any, View]:
        """Show the table after one of its buttons."""
        data = data_of(event)
        return self.listing(search, view.after(data.get("act"), data.get("value")))

    def paste(
        self, text: str, title: str, outlet: str, author: str, published: str, earlier: Outcomes
    ) -> tuple[Any, ...]:
        """Add what was pasted. Returns outcomes twice (shown, kept) and the fields, emptied unless it was refused."""

        def add() -> Outcome:
            return self._service.qa.add(text or "", title=title, outlet=outlet, author=author, published=published)

        result = _outcome((title or "").strip() or "The pasted text", add)
        field = "" if result.status == "added" else gr.skip()
        return (*_listed((result, *earlier)), *[field] * 5)

    def upload(self, earlier: Outcomes, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, Any]]:
        """Add uploaded files one by one. Yields outcomes twice (shown, kept), the newest batch first."""
        files, visitor, done = batch(data_of(event)), visitor_of(request), list[Outcome]()
        ids = [file.id for file in files]
        with self._service.uploads.claimed(visitor, ids) if self._service.open else nullcontext():
            for n, file in enumerate(files, 1):
                doing = f"Adding {n} of {len(files)}: {file.name}"
                yield shown(reports.outcomes((*done, *earlier)[:KEPT], doing)), gr.skip()
                done += self._add(visitor, file)
            yield _listed((*done, *earlier))

    def fetch(self, address: str, earlier: Outcomes) -> Iterator[tuple[Any, Any, Any]]:
        """Add what is at a web address. Yields outcomes twice (shown, kept) and the field, emptied unless refused."""
        address = (address or "").strip()[:LONGEST_ADDRESS]
        yield shown(reports.outcomes(earlier, f"Fetching {address}")), gr.skip(), gr.skip()
        done = _outcomes(address or "No address", lambda: self._fetched(_with_scheme(address)))
        yield *_listed((*done, *earlier)), gr.skip() if any(o.status == "refused" for o in done) else ""

    def _add(self, visitor: str, file: Upload) -> list[Outcome]:
        """Add all that a file holds; return what became of it, under its name where that is one article."""

        def add() -> list[Outcome]:
            if file.problem:
                raise ArticleError(file.problem)
            data = self._service.uploads.read(visitor, file.id)
            self._service.uploads.drop(visitor, file.id)  # of many files only one takes its room twice
            return self._added(self._service.intake.read(data, file.name))

        return _outcomes(file.name, add)

    def _fetched(self, address: str) -> list[Outcome]:
        return self._added(self._service.intake.fetch(address).found)

    def _added(self, found: Iterable[Draft | Refusal]) -> list[Outcome]:
        return list(self._service.qa.add_many(map(Item, found)))

    def remove(self, earlier: Outcomes, event: gr.EventData) -> tuple[Any, Any]:
        """Remove an article. Returns outcomes twice (shown, kept)."""
        id = str(data_of(event).get("value", ""))
        title = id
        with suppress(GroundwireError):
            title = self._service.qa.article(id)[0].shown_title
        return _listed((_outcome(title, lambda: self._service.qa.remove(id)), *earlier))

    def state(self) -> Any:
        """Show how the index is."""
        service = self._service
        try:
            qa, report = service.qa, service.report
            refused = {n: r for n, r in (report.refused if report else {}).items() if (qa.settings.corpus / n).exists()}
            html = reports.index_state(
                service.state,
                service.detail,
                qa.status(),
                refused | qa.refusals(),
                [in_words(note) for note in report.notes] if report else (),
                service.watching,
            )
        except GroundwireError as error:
            html = reports.index_state(service.state, in_words(error))
        return shown(html)


class LibraryTab:
    """The components. `table` also fires `ask`, with an article's id as `value`, for whoever wants to listen."""

    def __init__(self, service: RunningService) -> None:
        self._library = Library(service)
        self.view = gr.State(View())
        self.outcomes = gr.State(())
        with gr.Row(elem_id="shelf"):
            with gr.Column(scale=3, min_width=300, elem_id="books"):
                self.search = gr.Textbox(
                    elem_id="search", label="Search the library", placeholder="Search titles and outlets",
                    show_label=False, container=False, max_lines=1,
                )  # fmt: skip
                self.table = gr.HTML(tables.OPENING, seq=0, elem_id="table", js_on_load=asset("library.js"))
            with gr.Column(scale=1, min_width=300, elem_id="add"):
                self.files = gr.HTML(DROP, elem_id="files", js_on_load=asset("upload.js"))
                gr.HTML("<h2>Fetch a web address</h2>", js_on_load=None)
                self.address = gr.Textbox(
                    elem_id="address", label="Web address", placeholder="https://...", max_lines=1, show_label=False,
                    container=False, submit_btn="Fetch",
                )  # fmt: skip
                self.results = gr.HTML(reports.outcomes(()), seq=0, elem_id="results", js_on_load=None)
                self.fields = self._paste_fields()
                self.add = gr.Button("Add article", variant="primary", elem_id="add-button")
                self.index = gr.HTML("", seq=0, elem_id="index", js_on_load=asset("index.js"))
        self._wire()

    def redraw(self, event: Callable[..., Any]) -> Any:
        """Show on an event what the library and the index hold now."""
        event(self._library.state, None, [self.index], trigger_mode="always_last", **QUIET)
        return self._list(event)

    def _paste_fields(self) -> list[gr.Textbox]:
        def line(label: str, id: str, **options: Any) -> gr.Textbox:
            return gr.Textbox(label=f"{label} (optional)", max_lines=1, elem_id=f"article-{id}", **options)

        gr.HTML("<h2>Paste an article</h2>", js_on_load=None)
        text = gr.Textbox(label="Text", lines=5, max_lines=10, elem_id="text")
        fields = [text, line("Title", "title"), line("Outlet", "outlet")]
        with gr.Accordion("More about it", open=False, elem_id="more"):
            fields += [line("Author", "author"), line("Published", "published", placeholder="2024-05-17")]
        return fields

    def _list(self, event: Callable[..., Any], handler: Callable[..., Any] | None = None) -> Any:
        inputs, outputs = [self.search, self.view], [self.table, self.view]
        return event(handler or self._library.listing, inputs, outputs, trigger_mode="always_last", **QUIET)

    def _wire(self) -> None:
        library, kept = self._library, [self.results, self.outcomes]
        adding = {**QUIET, "concurrency_id": "ingest", "concurrency_limit": 1, "trigger_mode": "multiple"}
        self._list(self.search.change)  # `input` misses what was not typed key by key
        self._list(self.table.show, library.show)
        self.index.look(library.state, None, [self.index], **QUIET)
        changes = (
            self.add.click(
                library.paste, [*self.fields, self.outcomes], [*kept, *self.fields], js=asset("paste.js"), **adding
            ),
            self.address.submit(
                library.fetch,
                [self.address, self.outcomes],
                [*kept, self.address],
                **{
                    **adding,
                    "concurrency_id": "fetch",
                    "concurrency_limit": 4,
                },  # a slow server keeps no upload waiting
            ),
            self.files.sent(library.upload, [self.outcomes], kept, **adding),
            self.table.remove(library.remove, [self.outcomes], kept, trigger_mode="multiple", **QUIET),
        )
        for change in changes:
            self.redraw(change.then)


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"https://{address}"


def _listed(outcomes: Outcomes) -> tuple[Any, Outcomes]:
    kept = outcomes[:KEPT]
    return shown(reports.outcomes(kept)), kept


def _outcome(name: str, change: Callable[[], Outcome]) -> Outcome:
    """Return what a change came to, refusals included, under a name that the user knows."""
    [outcome] = _outcomes(name, lambda: [change()])
    return outcome


def _outcomes(name: str, change: Callable[[], list[Outcome]]) -> list[Outcome]:
    """Return what a change came to of a source with several articles: a refused record keeps its own name too."""
    try:
        done = change()
        return [o if o.status == "refused" and len(done) > 1 else replace(o, name=name) for o in done]
    except DuplicateArticle as error:
        return [Outcome(name, "duplicate", error.article, in_words(error))]
    except GroundwireError as error:
        return [Outcome(name, "refused", None, in_words(error))]
    except Exception:
        log.exception("a change of the library failed")
        return [Outcome(name, "refused", None, WRONG)]
