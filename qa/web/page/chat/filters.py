"""The filters below the question box: outlets, days, single articles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from qa.core.errors import GroundwireError
from qa.core.types import Filters
from qa.service.codec import make_filters
from qa.web.page.chat import chat_html as render
from qa.web.page.components import QUIET
from qa.web.running import RunningService
from qa.web.wording import in_words

NAME = "Filters"
LISTED = 200  # articles to choose from


class FilterBox:
    """The fields, what they say, and how they show filters that came from elsewhere."""

    def __init__(self, service: RunningService) -> None:
        self._service = service
        with gr.Accordion(NAME, open=False, elem_id="filters") as self.frame, gr.Row():
            self.outlets = _chosen("Outlets", "filter-outlets")
            self.articles = _chosen("Articles", "filter-articles", scale=2)
            self.since = _day("Published from", "filter-from")
            self.until = _day("to", "filter-to")
        self.inputs = [self.outlets, self.since, self.until, self.articles]
        # Opened by hand; the frame must know, or closing it after a question changes nothing.
        self.frame.expand(lambda: gr.Accordion(open=True), None, [self.frame], **QUIET)
        for field in self.inputs:
            field.change(self._named, self.inputs, [self.frame], **QUIET)

    def read(self, outlets: Any, since: Any, until: Any, articles: Any) -> Filters:
        """Return the chosen filters. Raises FilterError."""
        return make_filters(outlets, articles, since, until)

    def from_query(self, query: Mapping[str, str]) -> Filters:
        """Return the filters of a page's address: `outlet`, `article`, `from`, `to`. Raises FilterError."""
        outlets, articles = ([one] if (one := query.get(name, "").strip()) else () for name in ("outlet", "article"))
        return make_filters(outlets, articles, query.get("from"), query.get("to"))

    def choices(self) -> dict[Any, Any]:
        """Show the outlets and articles to choose from: of many articles the first by title, others go by their id."""
        return {
            self.outlets: gr.Dropdown(choices=self._service.qa.outlets()),
            self.articles: gr.Dropdown(choices=self._titles()),
        }

    def show(self, filters: Filters) -> dict[Any, Any]:
        """Show these filters in the fields."""
        chosen = [(self._title(id), id) for id in filters.articles]
        return {
            self.outlets: gr.Dropdown(value=list(filters.outlets)),
            self.articles: gr.Dropdown(choices=[*chosen, *self._titles()], value=list(filters.articles)),
            self.since: filters.published_from or "",
            self.until: filters.published_to or "",
            self.frame: gr.Accordion(label=_name(filters), open=bool(filters)),
        }

    def _titles(self) -> list[tuple[str, str]]:
        try:
            return [(a.title, a.id) for a in self._service.qa.articles(order="title", limit=LISTED)]
        except GroundwireError:
            return []

    def _title(self, id: str) -> str:
        try:
            return self._service.qa.article(id)[0].shown_title
        except GroundwireError:  # gone, or the service is not ready: its id is its name
            return id

    def _named(self, *chosen: Any) -> Any:
        try:
            return gr.Accordion(label=_name(self.read(*chosen)))
        except GroundwireError as error:
            return gr.Accordion(label=f"{NAME}: {in_words(error)}")


def _name(filters: Filters) -> str:
    return f"{NAME}: {render.filter_words(filters)}" if filters else NAME


def _chosen(label: str, id: str, scale: int = 1) -> gr.Dropdown:
    """Make a field of any values: the choices of a page that outlived its service are not known any more."""
    return gr.Dropdown(
        [], label=label, elem_id=id, multiselect=True, allow_custom_value=True, scale=scale, min_width=140
    )  # fmt: skip


def _day(label: str, id: str) -> gr.Textbox:
    return gr.Textbox(label=label, placeholder="YYYY-MM-DD", max_lines=1, elem_id=id, min_width=110)
