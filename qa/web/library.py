"""The articles: listing, adding, removing. The Library tab and its events."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from qa.errors import ArticleError, DuplicateArticle, GroundwireError
from qa.types import Outcome
from qa.web import tables
from qa.web.host import Host
from qa.web.parts import QUIET, WRONG, asset, shown

log = logging.getLogger(__name__)

SUFFIXES = (".txt", ".md", ".markdown")
ROWS = 200  # of the library at once; the rest is found by searching


class Library:
    """The articles: listing, adding, removing."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def table(self, search: str, confirming: str = "") -> str:
        try:
            rows = self._host.qa.articles(search=search.strip(), order="title", limit=ROWS + 1)
        except GroundwireError as error:
            return tables.problem(str(error))
        return tables.library(rows[:ROWS], more=len(rows) > ROWS, search=search.strip(), confirming=confirming)

    def paste(self, text: str, title: str, outlet: str, search: str) -> tuple[Any, ...]:
        """Add what was pasted. Yields outcome, the three fields (kept when refused) and the table."""
        name = title.strip() or "The pasted text"
        result = _outcome(name, lambda: self._host.qa.add(text, title=title.strip(), outlet=outlet.strip()))
        fields = ("", "", "") if result.status == "added" else (text, title, outlet)
        return (shown(tables.outcomes([result])), *fields, shown(self.table(search)))

    def upload(self, paths: Sequence[str] | None, search: str) -> tuple[Any, ...]:
        """Add uploaded files. Returns outcomes, the emptied field and the table."""
        results = [self._upload_one(Path(path)) for path in paths or ()]
        return shown(tables.outcomes(results)), None, shown(self.table(search))

    def act(self, search: str, event: gr.EventData) -> tuple[Any, Any]:
        """What a button in the table asks for: ask whether to remove, keep, or remove."""
        data = event._data if isinstance(event._data, dict) else {}
        act, id = data.get("act"), str(data.get("id", ""))
        if act == "remove":
            return shown(tables.outcomes([_outcome(id, lambda: self._host.qa.remove(id))])), shown(self.table(search))
        return gr.skip(), shown(self.table(search, id if act == "ask" else ""))

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


def library_tab(shelf: Library) -> Callable[[Callable[..., Any]], Any]:
    adding = {**QUIET, "concurrency_id": "ingest", "concurrency_limit": 1}
    with gr.Column(elem_id="shelf"):
        search = gr.Textbox(
            elem_id="search",
            label="Search the library",
            placeholder="Title or outlet",
            show_label=False,
            container=False,
        )
        table = gr.HTML(tables.OPENING, seq=0, elem_id="table", js_on_load=asset("library.js"))
        results = gr.HTML(tables.outcomes(()), seq=0, elem_id="results", js_on_load=None)
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
        return event(lambda s: shown(shelf.table(s)), [search], [table], trigger_mode="always_last", **QUIET)

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
