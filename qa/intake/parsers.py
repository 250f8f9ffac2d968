"""The one door: a file's bytes to drafts, by what the file is. Every parser is loaded when it is first needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module

from qa.core.types import Draft, Refusal
from qa.intake.drafts import stated
from qa.intake.formats.records.packed import members, unpacked
from qa.intake.kinds import Kind, kind_of

MODULES: dict[Kind, str] = {
    "html": "page.extract",
    "pdf": "formats.paged.pdf",
    "docx": "formats.office.docx",
    "odt": "formats.office.odt",
    "rtf": "formats.office.rtf",
    "epub": "formats.documents.epub",
    "markdown": "formats.documents.text",
    "text": "formats.documents.text",
    "subtitles": "formats.documents.subtitles",
    "jats": "formats.documents.jats",
    "mail": "formats.messages.mail",
    "mbox": "formats.messages.mbox",
    "mhtml": "formats.messages.mhtml",
    "feed": "formats.messages.feed",
    "jsonl": "formats.records.jsonl",
    "json": "formats.records.jsondoc",
    "table": "formats.records.table",
    "links": "formats.records.links",
    "zip": "formats.records.packed",
    "gzip": "formats.records.packed",
}
TEXTS: set[Kind] = {"text", "markdown"}  # of the others each says itself what it is written in
COLLECTIONS: set[Kind] = {
    "feed",
    "jsonl",
    "mbox",
    "mhtml",
    "json",
    "table",
    "links",
}  # their records have addresses of their own


def parse(data: bytes, name: str, address: str | None = None, charset: str | None = None) -> Iterator[Draft | Refusal]:
    """Yield the drafts in a file, and the records that were left out of one that holds many.

    `name` is the file's own, for messages and ids; `address` is where it was fetched from and `charset` what was said
    there. Raises ArticleError.
    """
    kind = kind_of(data, name)
    if kind == "zip":
        yield from members(data, parse)
        return
    if kind == "gzip":
        yield from parse(unpacked(data), re.sub(r"\.gz$", "", name, flags=re.IGNORECASE), address, charset)
        return
    module = import_module(f"qa.intake.{MODULES[kind]}")
    if kind == "html":
        yield from module.parse(data, name, address, charset)
        return
    fetched = stated("the address it was fetched from", url=address) if kind not in COLLECTIONS else {}
    said = {"charset": charset} if kind in TEXTS else {}
    for found in module.parse(data, name, **said):
        yield replace(found, metadata={**fetched, **found.metadata}) if isinstance(found, Draft) else found
