"""The page: what stands where, and what it looks like. Each tab has a module of its own; rendering is pure text.

Knows the service only as a `RunningService`. Errors of ours become notices; anything else is logged and said to be
wrong.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.intake.importer import MAX_FILE
from qa.service.conversations import Conversations
from qa.web.page.chat.chat import AskTab
from qa.web.page.components import ASSETS, QUIET, asset, tell, visitor_of
from qa.web.page.library.library import LibraryTab
from qa.web.page.markup import render
from qa.web.page.prompt_queue import PromptQueue
from qa.web.running import RunningService

STYLES = ("page.css", "ask.css", "library.css")
AT_ONCE = 4  # events of a kind, so also questions
WAITING = 300  # events; a page that comes up has six, and what exceeds this is told that the service is busy


def build_page(service: RunningService, conversations: Conversations) -> gr.Blocks:
    """Return the page, ready to be mounted. Its events are private: programs use the JSON routes."""

    def arrive(request: gr.Request) -> tuple[Any, ...]:
        """Show who is logged in, and the article that the page's address names. Returns that, the view and the tabs."""
        return who_is_logged_in(visitor_of(request)), *library.arrive(request)

    with gr.Blocks(title="Groundwire", analytics_enabled=False, delete_cache=(3600, 3600), fill_height=True) as page:
        with gr.Row(elem_id="masthead"):
            gr.HTML("<h1>Groundwire</h1><p>Answers in the articles’ own words</p>", elem_id="title", js_on_load=None)
            who = gr.HTML("", elem_id="who", js_on_load=None)
            state = gr.HTML('<p class="state" role="status"></p>', elem_id="state", js_on_load=asset("state.js"))
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab("Ask", id="ask") as asking:
                ask = AskTab(service, conversations)
            with gr.Tab("Library", id="library") as tab:
                library = LibraryTab(service)
        ask.wire(page.load, state.ready)
        chosen = library.table.ask(ask.only, None, ask.fields, **QUIET)
        chosen.then(lambda: gr.Tabs(selected="ask"), None, [tabs], **QUIET)
        page.load(arrive, None, [who, library.view, tabs], **QUIET)
        for shown, name in ((asking, "ask"), (tab, "library")):
            shown.select(None, js=tell(name), **QUIET)
    page._queue = PromptQueue(
        live_updates=True, concurrency_count=page.max_threads, update_intervals=1, max_size=WAITING, blocks=page,
        default_concurrency_limit=AT_ONCE,
    )  # fmt: skip
    return page


def who_is_logged_in(visitor: str) -> str:
    """Return the name of a visitor who is logged in, with the way out; nothing for guests."""
    kind, _, owner = visitor.partition(":")
    name = owner.partition("/")[0]
    if kind != "user":
        return ""
    return render("visitor.html", name=name)


def looks() -> dict[str, Any]:
    """Return what `mount_gradio_app` needs to make the page look as it does, and to keep it to this machine."""
    fonts = ("system-ui", "-apple-system", "Segoe UI", "Liberation Sans", "sans-serif")
    theme = gr.themes.Base(
        primary_hue=gr.themes.colors.slate, neutral_hue=gr.themes.colors.stone, font=fonts, font_mono=("monospace",)
    )
    return {
        "theme": theme,
        "head": f"<style>{''.join(asset(name) for name in STYLES)}</style><script>{asset('in_order.js')}</script>",
        "favicon_path": str(ASSETS / "favicon.png"),
        "footer_links": [],
        "run_history": False,
        "enable_monitoring": False,
        "mcp_server": False,
        "ssr_mode": False,
        "show_error": False,
        "max_file_size": MAX_FILE,
    }
