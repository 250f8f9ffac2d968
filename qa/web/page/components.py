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

_seq = itertools.count(1)  # a changing property: without one, showing the same text again does nothing


def asset(name: str) -> str:
    """Return the text of a script or style of the page."""
    return (ASSETS / name).read_text("utf-8")


def shown(html: str) -> Any:
    """Return an update of a `gr.HTML` that its script notices, even when the text is the same."""
    return gr.HTML(html, seq=next(_seq))


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
