"""The filters of the question box: chosen below it, shown above it as chips that can be dropped one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import gradio as gr

from qa.core.errors import GroundwireError
from qa.core.types import Filters
from qa.service.codec import make_filters
from qa.web.page.components import QUIET, asset, data_of, shown, tell
from qa.web.page.days import read_limit
from qa.web.page.markup import render, write_day
from qa.web.running import RunningService
from qa.web.wording import in_words

NAME = "Filters"
LISTED = 200  # articles to choose from


class FilterBox:
    """The fields, what they say, and how they show filters that came from elsewhere."""

    def __init__(self, service: RunningService) -> None:
        self._service = service
        self.chips = gr.HTML(render("chips.html", chips=()), elem_id="chips", js_on_load=asset("chips.js"))

    def add_fields(self) -> None:
        """Make the fields, where they are to stand."""
        with gr.Accordion(NAME, open=False, elem_id="filters") as self.frame, gr.Row():
            self.outlets = _chosen("Outlets", "filter-outlets")
            self.articles = _chosen("Articles", "filter-articles", scale=2)
            self.since = _day("Published from", "filter-from")
            self.until = _day("to", "filter-to")
        self.inputs = [self.outlets, self.since, self.until, self.articles]
        # Opened by hand; the frame must know, or closing it after a question changes nothing.
        self.frame.expand(lambda: gr.Accordion(open=True), None, [self.frame], **QUIET)
        # Filters that are shown at once change several fields; each would send what all of them held at that moment. So
        # the chips ask once for what they hold in the end, else one that was sent with older values could end last.
        gr.on([field.change for field in self.inputs], None, js=tell("filters"), **QUIET)
        self.chips.look(self._named, self.inputs, [self.frame, self.chips], concurrency_limit=1, **QUIET)
        self.chips.drop(self._dropped, self.inputs, [*self.inputs, self.frame, self.chips], **QUIET)

    def read(self, outlets: Any, since: Any, until: Any, articles: Any) -> Filters:
        """Return the chosen filters. Raises FilterError."""
        first, last = read_limit(since), read_limit(until, last=True)
        return make_filters(outlets, articles, first, last)

    def from_query(self, query: Mapping[str, str]) -> Filters:
        """Return the filters of a page's address: `outlet`, `article`, `from`, `to`. Raises FilterError."""
        outlets, articles = ([one] if (one := query.get(name, "").strip()) else () for name in ("outlet", "article"))
        return self.read(outlets, query.get("from"), query.get("to"), articles)

    def choices(self) -> dict[Any, Any]:
        """Show the outlets and articles to choose from: of many articles the first by title, others go by their id."""
        return {
            self.outlets: gr.Dropdown(choices=self._service.qa.outlets()),
            self.articles: gr.Dropdown(choices=self._titles()),
        }

    def show(self, filters: Filters) -> dict[Any, Any]:
        """Show these filters in the fields and as chips."""
        chosen = [(self._title(id), id) for id in filters.articles]
        return {
            self.outlets: gr.Dropdown(value=list(filters.outlets)),
            self.articles: gr.Dropdown(choices=[*chosen, *self._titles()], value=list(filters.articles)),
            self.since: write_day(filters.published_from),
            self.until: write_day(filters.published_to),
            self.frame: gr.Accordion(label=NAME),
            self.chips: self._chips(filters),
        }

    def _chips(self, filters: Filters) -> Any:
        """Show a chip for each filter, with the words and the value that drops it."""
        chips = [("outlet", outlet, outlet) for outlet in filters.outlets]
        chips += [("article", id, self._title(id)) for id in filters.articles]
        chips += [("since", "", f"From {write_day(filters.published_from)}")] if filters.published_from else []
        chips += [("until", "", f"To {write_day(filters.published_to)}")] if filters.published_to else []
        return shown(render("chips.html", chips=chips))

    def _dropped(self, outlets: Any, since: Any, until: Any, articles: Any, event: gr.EventData) -> dict[Any, Any]:
        """Drop the filter of a chip, or all of them."""
        data = data_of(event)
        kind, value = data.get("kind"), data.get("value")
        try:
            filters = self.read(outlets, since, until, articles)
        except GroundwireError:  # what cannot be read goes too
            filters = make_filters(outlets, articles, None, None)
        if kind == "since":
            filters = replace(filters, published_from=None)
        elif kind == "until":
            filters = replace(filters, published_to=None)
        elif kind == "outlet":
            filters = replace(filters, outlets=tuple(o for o in filters.outlets if o != value))
        elif kind == "article":
            filters = replace(filters, articles=tuple(a for a in filters.articles if a != value))
        else:
            filters = Filters()
        return self.show(filters)

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

    def _named(self, *chosen: Any) -> tuple[Any, Any]:
        """Show what was chosen as chips; days that cannot be read are none, and that is said beside the fields."""
        try:
            return gr.Accordion(label=NAME), self._chips(self.read(*chosen))
        except GroundwireError as error:
            outlets, *_, articles = chosen
            return gr.Accordion(label=f"{NAME}: {in_words(error)}"), self._chips(self.read(outlets, "", "", articles))


def _chosen(label: str, id: str, scale: int = 1) -> gr.Dropdown:
    """Make a field of any values: the choices of a page that outlived its service are not known any more."""
    return gr.Dropdown(
        [], label=label, elem_id=id, multiselect=True, allow_custom_value=True, scale=scale, min_width=140
    )  # fmt: skip


def _day(label: str, id: str) -> gr.Textbox:
    return gr.Textbox(label=label, placeholder="17 May 2024", max_lines=1, elem_id=id, min_width=110)
