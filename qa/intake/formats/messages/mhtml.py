"""Web archives (MHTML) to a draft: the page that a browser has saved with its pictures, read as the page it is.

Knows the parts of the archive; the page is qa/intake/page/extract.py's. The date of the archive is when it was saved.
"""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

from qa.core.errors import ArticleError
from qa.core.types import Draft
from qa.intake.drafts import stem_of
from qa.intake.page.extract import parse as parse_page

MAX_PARTS = 5_000  # a page with every picture and style sheet has some hundreds
_LOCATION = ("snapshot-content-location", "content-location")


def parse(data: bytes, name: str) -> list[Draft]:
    """Return the article of the archive's page. Raises ArticleError when it holds none."""
    try:
        message = message_from_bytes(data, policy=policy.default)
        parts = [part for part in message.walk() if not part.is_multipart()]
    except RecursionError as error:
        raise ArticleError("Its parts are nested hundreds deep; no page's are. Save it as HTML instead.") from error
    if len(parts) > MAX_PARTS:
        raise ArticleError(f"It has {len(parts):,} parts; at most {MAX_PARTS:,} are read. Save it as HTML instead.")
    address = next((value for field in _LOCATION if (value := _raw(message, field)).startswith("http")), None)
    page = _page(parts, address)
    if page is None:
        raise ArticleError("The web archive holds no page. Save it as HTML (complete or only) and add that.")
    located = next((value for value in (_raw(page, "content-location"),) if value.startswith("http")), None)
    markup = page.get_payload(decode=True)
    charset = page.get_content_charset()
    return parse_page(markup if isinstance(markup, bytes) else b"", stem_of(name), address or located, charset)


def _page(parts: list[EmailMessage], address: str | None) -> EmailMessage | None:
    """Return the part that is the page itself: the one at its address, else the first; frames come later."""
    pages = [part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    same = [part for part in pages if address and _raw(part, "content-location") == address]
    return next(iter([*same, *pages]), None)


def _raw(part: EmailMessage, field: str) -> str:
    value = next((str(v) for k, v in part.raw_items() if k.lower() == field), "")
    return "".join(value.split())
