"""JSON documents to drafts: a list of records, an object that holds one, a JSON Feed, or a single article."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from qa.core.errors import ArticleError
from qa.core.types import Draft, Refusal
from qa.intake.drafts import stated, stem_of
from qa.intake.encodings import decoded
from qa.intake.formats.records.links import address_in, is_kept, links_of
from qa.intake.formats.records.records import LISTS, draft_of, has_text, lacking, plain_name

MAX_DEPTH = 3  # objects around the list of records


def parse(data: bytes, name: str) -> Iterator[Draft | Refusal]:
    """Yield a draft for every record. Raises ArticleError, naming the fields there are, when there is none."""
    try:
        document = json.loads(decoded(data).text)
    except json.JSONDecodeError as error:
        reason = f"{error.msg} at line {error.lineno}, character {error.colno}"
        raise ArticleError(f"It is not JSON: {reason}. Export it again.") from error
    except (ValueError, RecursionError) as error:
        raise ArticleError("It is not JSON that can be read: nested too deeply, or a number without end.") from error
    records = _records(document)
    kept = [one for one in records or _listed(document) if isinstance(one, dict) and is_kept(one) and not has_text(one)]
    if kept and len(kept) == len(records or kept):
        yield from links_of(map(address_in, kept))
        return
    if records is None:
        raise ArticleError(lacking(document if isinstance(document, dict) else {}))
    outlet = stated("json feed", outlet=document.get("title")) if _is_feed(document) else {}
    single = not isinstance(document, list) and len(records) == 1 and records[0] is document
    for number, record in enumerate(records, start=1):
        place = f"record {number}"
        try:
            if not isinstance(record, dict):
                raise ArticleError("It is no JSON object; expected one with the text of an article.")
            draft = draft_of(record, stem_of(name) if single else f"{stem_of(name)} {place}", "its JSON record")
        except ArticleError as error:
            if single:
                raise
            yield Refusal(place, str(error))
            continue
        yield replace(draft, metadata={**outlet, **draft.metadata}, id="" if outlet else draft.id)


def _records(document: Any, depth: int = 0) -> list[Any] | None:
    """Return the records of a document: itself, its list, or the list in an object in it; None where there are none."""
    if isinstance(document, list):
        return document if any(isinstance(one, dict) for one in document) else None
    if not isinstance(document, Mapping):
        return None
    named = {plain_name(name): value for name, value in document.items()}
    for name in LISTS:
        inner = named.get(name)
        if isinstance(inner, list) and any(isinstance(one, dict) and _is_record(one) for one in inner):
            return inner
        if isinstance(inner, dict) and depth < MAX_DEPTH and (found := _records(inner, depth + 1)) is not None:
            return found
    return [document] if has_text(list(document)) else None


def _listed(document: Any) -> list[Any]:
    """Return the first list of objects in a document."""
    inner = document.values() if isinstance(document, dict) else ()
    return next((one for one in inner if isinstance(one, list) and one and isinstance(one[0], dict)), [])


def _is_record(one: Mapping[str, Any]) -> bool:
    return has_text(list(one))


def _is_feed(document: Any) -> bool:
    return isinstance(document, dict) and "jsonfeed.org" in str(document.get("version", ""))
