"""The Library tab: listing, opening, adding and removing articles."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import Any

import gradio as gr

from qa.core.errors import ArticleError, DuplicateArticle, GroundwireError, UnknownArticle
from qa.core.reports import Outcome
from qa.core.types import Draft, Refusal
from qa.corpus.canonical import MAX_BYTES
from qa.intake.importer import MAX_FILE
from qa.service.batches import Item
from qa.web.page.components import QUIET, WRONG, asset, data_of, drawn, shown, tell, visitor_of
from qa.web.page.days import read_published
from qa.web.page.library import library_html as tables
from qa.web.page.library import reports
from qa.web.page.library.library_html import View
from qa.web.page.library.reports import Result
from qa.web.page.marks import REMOVED
from qa.web.running import RunningService
from qa.web.uploads import Upload, batch
from qa.web.wording import in_words

log = logging.getLogger(__name__)

KEPT = 300  # outcomes of a visit that stay listed
LONGEST_ADDRESS = 2_000  # characters
CONTROLS = ("files", "address", "paste", "table")  # each with what came of it beside it
Results = tuple[Result, ...]
DROP = f"""<h2>Upload files</h2>
<label class="drop"><input type="file" multiple data-max="{MAX_FILE}" data-text="{MAX_BYTES}">
<span>Choose files, or drop them here</span><small>Web page, PDF, Word, e-book, mail, feed, JSON lines, Markdown or
text, up to {MAX_FILE // 2**20} MB each</small></label>
<p class="sending" role="status"></p>"""


class Library:
    """The handlers of the tab's events. They return the components' new values."""

    def __init__(self, service: RunningService) -> None:
        self._service = service

    def listing(
        self, search: str | None, view: View, stated: Mapping[str, str] | None = None, problem: str = ""
    ) -> tuple[Any, View]:
        """Show the table as it is now, under a search that may have changed.

        In the form of the opened article stands what was `stated`, and the `problem` of that.
        """
        view = view.searching((search or "").strip())
        try:
            qa = self._service.qa
            total = qa.article_count(view.search, view.among, view.undated)
            view = view.within(total)
            rows = qa.articles(
                search=view.search, among=view.among, undated=view.undated, order=view.order,
                descending=view.descending, offset=view.offset, limit=tables.ROWS,
            )  # fmt: skip
            html = tables.library(view, rows, total, self._preview(view, stated, problem), qa.holdings())
        except GroundwireError as error:
            html = tables.problem(in_words(error))
        return shown(html), view

    def _preview(self, view: View, stated: Mapping[str, str] | None, problem: str) -> str:
        """Return the opened article; nothing where there is none, or it has gone, unless an address names it."""
        with suppress(UnknownArticle):
            article, sentences = self._service.qa.article(view.opened)
            return tables.preview(article, len(sentences), view, stated, problem)
        return tables.problem(REMOVED) if view.at else ""

    def show(self, search: str | None, view: View, event: gr.EventData) -> tuple[Any, View]:
        """Show the table after one of its buttons."""
        data = data_of(event)
        return self.listing(search, view.after(data.get("act"), data.get("value")))

    def save(self, search: str | None, view: View, earlier: Results, event: gr.EventData) -> tuple[Any, ...]:
        """Change what is known about an article, as its form says. Returns table, view, results twice (shown, kept)."""
        data = data_of(event)
        id, fields = str(data.get("id", "")), data.get("fields")
        stated = {k: v for k, v in fields.items() if isinstance(v, str)} if isinstance(fields, dict) else {}

        def change() -> Outcome:
            published = {"published": read_published(stated["published"])} if "published" in stated else {}
            done = self._service.qa.edit(id, **{k: v for k, v in stated.items() if k in tables.EDITED} | published)
            if done.status != "updated":
                return done
            return replace(
                done, message=tables.changed_words(self._service.qa.article(id)[0], done.message.split(", "))
            )

        if not stated:
            return (*self.listing(search, view.after("unedit", "")), gr.skip(), gr.skip())
        result = self._result(self._title(id) or id, change)
        if result.outcome.status == "refused":
            return (*self.listing(search, view, stated, result.outcome.message), gr.skip(), gr.skip())
        return (*self.listing(search, view.after("unedit", "")), *_listed((result, *earlier)))

    def paste(
        self, text: str, title: str, outlet: str, author: str, published: str, earlier: Results
    ) -> tuple[Any, ...]:
        """Add what was pasted. Returns results twice (shown, kept) and the fields, emptied unless it was refused."""

        def add() -> Outcome:
            day = read_published(published)
            return self._service.qa.add(text or "", title=title, outlet=outlet, author=author, published=day)

        result = self._result((title or "").strip() or "The pasted text", add)
        field = "" if result.outcome.status == "added" else gr.skip()
        return (*_listed((result, *earlier)), *[field] * 5)

    def upload(self, earlier: Results, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, Any]]:
        """Add uploaded files one by one. Yields results twice (shown, kept), the newest batch first."""
        files, visitor, done = batch(data_of(event)), visitor_of(request), list[Result]()
        ids = [file.id for file in files]
        with self._service.uploads.claimed(visitor, ids) if self._service.open else nullcontext():
            for n, file in enumerate(files, 1):
                doing = f"Adding {n} of {len(files)}: {file.name}"
                yield shown(reports.outcomes((*done, *earlier)[:KEPT], doing)), gr.skip()
                done += self._add(visitor, file)
            yield _listed((*done, *earlier))

    def fetch(self, address: str, earlier: Results) -> Iterator[tuple[Any, Any, Any]]:
        """Add what is at a web address. Yields results twice (shown, kept) and the field, emptied unless refused."""
        address = (address or "").strip()[:LONGEST_ADDRESS]
        yield shown(reports.outcomes(earlier, f"Fetching {address}")), gr.skip(), gr.skip()
        done = self._results(address or "No address", lambda: self._fetched(_with_scheme(address)))
        refused = any(r.outcome.status == "refused" for r in done)
        yield *_listed((*done, *earlier)), gr.skip() if refused else ""

    def remove(self, earlier: Results, event: gr.EventData) -> tuple[Any, Any]:
        """Remove an article. Returns results twice (shown, kept)."""
        id = str(data_of(event).get("value", ""))
        return _listed((self._result(self._title(id) or id, lambda: self._service.qa.remove(id)), *earlier))

    def _add(self, visitor: str, file: Upload) -> list[Result]:
        """Add all that a file holds; return what became of it, under its name where that is one article."""

        def add() -> list[Outcome]:
            if file.problem:
                raise ArticleError(file.problem)
            data = self._service.uploads.read(visitor, file.id)
            self._service.uploads.drop(visitor, file.id)  # of many files only one takes its room twice
            return self._added(self._service.intake.read(data, file.name))

        return self._results(file.name, add)

    def _fetched(self, address: str) -> list[Outcome]:
        return self._added(self._service.intake.fetch(address).found)

    def _added(self, found: Iterable[Draft | Refusal]) -> list[Outcome]:
        return list(self._service.qa.add_many(map(Item, found)))

    def _result(self, name: str, change: Callable[[], Outcome]) -> Result:
        """Return what a change came to, refusals included, under a name that the user knows."""
        [result] = self._results(name, lambda: [change()])
        return result

    def _results(self, name: str, change: Callable[[], list[Outcome]]) -> list[Result]:
        """Return what a change came to, each with the title of its article."""
        return [Result(o, self._title(o.article)) for o in _outcomes(name, change)]

    def _title(self, id: str | None) -> str:
        """Return an article's title; nothing where there is no such article."""
        with suppress(GroundwireError):
            return self._service.qa.article(id)[0].shown_title if id else ""
        return ""

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
    """The components. `table` also fires `ask`, with an article's id as `id`, for whoever wants to listen."""

    def __init__(self, service: RunningService) -> None:
        self._library = Library(service)
        self.view = gr.State(View())
        self.kept = {control: gr.State(()) for control in CONTROLS}
        self.results = dict[str, gr.HTML]()
        with gr.Row(elem_id="shelf"):
            with gr.Column(scale=3, min_width=300, elem_id="books"):
                self.search = gr.Textbox(
                    elem_id="search", label="Search the library", placeholder="Search title, outlet, author and text",
                    show_label=False, container=False, max_lines=1,
                )  # fmt: skip
                self._add_results("table")
                self.table = drawn(tables.OPENING, "library.js", elem_id="table")
            with gr.Column(scale=1, min_width=300, elem_id="add"):
                self.files = gr.HTML(DROP, elem_id="files", js_on_load=asset("upload.js"))
                self._add_results("files")
                gr.HTML("<h2>Fetch a web address</h2>", js_on_load=None)
                self.address = gr.Textbox(
                    elem_id="address", label="Web address", placeholder="https://...", max_lines=1, show_label=False,
                    container=False, submit_btn="Fetch",
                )  # fmt: skip
                self._add_results("address")
                self.fields = self._paste_fields()
                self.add = gr.Button("Add article", variant="primary", elem_id="add-button")
                self._add_results("paste")
                self.index = drawn("", "index.js", elem_id="index")
        self._wire()

    def arrive(self, request: gr.Request) -> tuple[View, Any]:
        """Open the article that the page's address names. Returns the view and the tabs."""
        id, at, version = (request.query_params.get(name, "") for name in ("open", "at", "v"))
        return View(opened=id, at=at, version=version), gr.Tabs(selected="library") if id else gr.skip()

    def _add_results(self, control: str) -> None:
        """Make the place for what comes of a control, where it is looked for: beside it."""
        self.results[control] = gr.HTML(
            reports.outcomes(()), elem_id=f"results-{control}", elem_classes="results",
            js_on_load=asset("results.js"),
        )  # fmt: skip

    def _paste_fields(self) -> list[gr.Textbox]:
        def line(label: str, id: str, **options: Any) -> gr.Textbox:
            return gr.Textbox(label=f"{label} (optional)", max_lines=1, elem_id=f"article-{id}", **options)

        gr.HTML("<h2>Paste an article</h2>", js_on_load=None)
        text = gr.Textbox(label="Text", lines=5, max_lines=10, elem_id="text")
        fields = [text, line("Title", "title"), line("Outlet", "outlet")]
        with gr.Accordion("More about it", open=False, elem_id="more"):
            fields += [line("Author", "author"), line("Published", "published", placeholder="17 May 2024")]
        return fields

    def _wire(self) -> None:
        library, listed = self._library, [self.table, self.view]
        kept = {control: [self.results[control], self.kept[control]] for control in CONTROLS}
        pasted = [*self.fields, self.kept["paste"]]
        adding = {**QUIET, "concurrency_id": "ingest", "concurrency_limit": 1, "trigger_mode": "multiple"}
        fetching = {**adding, "concurrency_id": "fetch", "concurrency_limit": 4}  # a slow server delays no upload
        # The table asks for one thing at a time. `input` of the search misses what was not typed key by key.
        self.search.change(None, js=tell("search"), **QUIET)
        self.table.show(library.show, [self.search, self.view], listed, trigger_mode="multiple", **QUIET)
        self.table.save(
            library.save, [self.search, self.view, self.kept["table"]], [*listed, *kept["table"]],
            trigger_mode="multiple", **QUIET,
        )  # fmt: skip
        self.table.remove(library.remove, [self.kept["table"]], kept["table"], trigger_mode="multiple", **QUIET)
        self.add.click(library.paste, pasted, [*kept["paste"], *self.fields], js=asset("paste.js"), **adding)
        self.address.submit(
            library.fetch, [self.address, self.kept["address"]], [*kept["address"], self.address], **fetching
        )
        self.files.sent(library.upload, [self.kept["files"]], kept["files"], **adding)
        self.index.look(library.state, None, [self.index], trigger_mode="always_last", **QUIET)


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"https://{address}"


def _listed(results: Results) -> tuple[Any, Results]:
    kept = results[:KEPT]
    return shown(reports.outcomes(kept)), kept


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
