"""The parts that the tabs of the page share: assets, options of events, and panels that show again what they showed."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gradio as gr

ASSETS = Path(__file__).parent / "assets"
QUIET = {"show_progress": "hidden", "api_visibility": "private"}  # events of the page; programs use the JSON routes
WRONG = "Something went wrong on our side. The service's log has the details."

_count = itertools.count(1)


def asset(name: str) -> str:
    """Return the text of a script or style of the page."""
    return (ASSETS / name).read_text("utf-8")


def drawn(html: str, script: str, **options: Any) -> gr.HTML:
    """Make a part that draws itself: what its reader has opened, typed or in focus there stays, whatever is drawn."""
    return gr.HTML(html, html_template=" ", js_on_load=asset("draw.js") + asset(script), **options)


def tell(news: str) -> str:
    """Return a script that tells the scripts of all parts of something that happened."""
    return f"() => {{ window.dispatchEvent(new Event('groundwire-{news}')); }}"


def shown(html: str) -> str:
    """Return the value of a `gr.HTML` so that its script notices it, and once, even when the text is the same."""
    return f"<!--{next(_count)}-->{html}"


def visitor_of(request: gr.Request) -> str:
    """Return who asks, as the guard says; nobody in particular without a cookie."""
    visitor: str = getattr(request.state, "visitor", "")
    return visitor


def visitor_or_page(request: gr.Request) -> str:
    """Return who asks, as the guard says; without a cookie, this page and no other."""
    return visitor_of(request) or f"page:{request.session_hash}"


def data_of(event: gr.EventData) -> Mapping[str, Any]:
    """Return what a script sent with an event, which a client can have made up."""
    return event._data if isinstance(event._data, dict) else {}
