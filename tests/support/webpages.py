"""A web page around a story, as most sites make them, and its draft."""

from __future__ import annotations

from qa.core.types import Draft
from qa.intake.page.extract import parse

STORY = (
    "A ferry with 212 people on board ran aground off the island of Vesk early on Tuesday.",
    "Rescuers took everybody off alive, and the last passenger was ashore at twenty past six in the morning.",
    "The captain had reported a fault in the steering an hour before, the coast guard said on Wednesday.",
    "An inquiry has been opened, and the police have taken the log of the ship and its voyage recorder.",
)
TITLE = "Ferry runs aground off Vesk"
SITE = "Harbour Gazette"


def html(*, head: str = "", before: str = "", inside: str = "", after: str = "", title: str = TITLE) -> str:
    """A plain page around the story."""
    paragraphs = "".join(f"<p>{p}</p>" for p in STORY[:2]) + inside + "".join(f"<p>{p}</p>" for p in STORY[2:])
    body = f"{before}<h1>{title}</h1>{paragraphs}{after}"
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def draft(page: str | bytes, address: str | None = None) -> Draft:
    [one] = parse(page.encode() if isinstance(page, str) else page, "page.html", address)
    return one
