"""Lists of addresses that people keep to read later, without the texts: each address is a link, to be fetched.

Pocket, Instapaper, Readwise Reader, Raindrop, Omnivore and browsers export such lists, as tables, JSON or HTML. A list
of addresses is theirs where it says what only such services say: when a page was put away, in which folder, how far
it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from qa.core.errors import ArticleError
from qa.core.types import Link
from qa.intake.encodings import decoded_page
from qa.intake.formats.documents.markup import html_root
from qa.intake.formats.records.records import DATA, NAMES, plain_name

_KEPT = frozenset(DATA["kept"].split())
_IS_LIST = re.compile(
    r"<!doctype netscape-bookmark-file-1>|<title>(?:pocket|instapaper|raindrop|readwise)\W{0,3} ?(?:io )?export|"
    r"<a\s[^<>]{1,2000}\s(?:time_added|add_date)=",
    re.IGNORECASE,
)


def parse(data: bytes, name: str) -> Iterator[Link]:
    """Yield the links of a list in HTML, each once. Raises ArticleError where there is none."""
    del name
    root = html_root(decoded_page(data, None).text)
    links = list(links_of(str(a.get("href") or "") for a in root.iter("a"))) if root is not None else []
    if not links:
        raise ArticleError("It is a list of bookmarks with no web address in it.")
    yield from links


def is_list(start: str) -> bool:
    """Return True if a page begins as an export of bookmarks does."""
    return _IS_LIST.search(start) is not None


def is_kept(names: Iterable[str]) -> bool:
    """Return True if a record with fields so named is of a page that somebody put away."""
    plain = {plain_name(name) for name in names}
    return not plain.isdisjoint(NAMES["url"]) and not plain.isdisjoint(_KEPT)


def address_in(record: Mapping[str, Any]) -> str:
    """Return the address that a record names; empty where it names none."""
    named = {plain_name(name): value for name, value in reversed(list(record.items()))}
    return next((str(named[name]).strip() for name in NAMES["url"] if named.get(name)), "")


def links_of(addresses: Iterable[str]) -> Iterator[Link]:
    """Yield a link for every web address, once; what else a browser keeps (its own pages, scripts) is none."""
    seen = set()
    for address in addresses:
        address = "".join(address.split())
        if address not in seen and _is_web(address):
            seen.add(address)
            yield Link(address, f"It is an address without its text. To have it fetched: qa add {address}", address)


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
