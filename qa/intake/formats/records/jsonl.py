"""JSON lines to drafts, one by one: a file may hold more than memory does, and a bad line costs that line.

    {"id": ..., "title": ..., "text": ..., "date": ..., "url": ..., "source": ..., "authors": ..., "language": ...}

Only the text is needed, and other names of the fields are known (`records`). May be packed with gzip.
"""

from __future__ import annotations

import codecs
import gzip
import json
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, cast

from qa.core.errors import ArticleError
from qa.core.types import Draft, Refusal
from qa.corpus.canonical import MAX_BYTES
from qa.intake.drafts import stem_of
from qa.intake.formats.records.records import draft_of

JSON_LINES = (".jsonl", ".ndjson", ".jsonlines")
MAX_LINE = 2 * MAX_BYTES  # bytes; an article of the longest kind, some of it escaped
MAX_UNPACKED = 2 * 2**30  # bytes of a packed file: a million articles


def parse(data: bytes, name: str) -> Iterator[Draft | Refusal]:
    """Return the records of a file in memory, plain or packed."""
    file = stem_of(name)
    if data.startswith(b"\x1f\x8b"):
        return records(cast(BinaryIO, gzip.open(BytesIO(data))), file)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", errors="replace").encode()
    return records(BytesIO(data), file)


def records(stream: BinaryIO, file: str = "") -> Iterator[Draft | Refusal]:
    """Yield a draft for every line that is an article, a refusal naming the line for every other that is not blank.

    `file` names those that have no id.
    """
    number, total = 0, 0
    while True:
        number += 1
        try:
            line = stream.readline(MAX_LINE + 1)
            total += len(line)
            too_long = len(line) > MAX_LINE
            while len(line) > MAX_LINE and not line.endswith(b"\n"):  # the rest of it, without keeping it
                line = stream.readline(MAX_LINE + 1)
                total += len(line)
                line = line if len(line) > MAX_LINE else b"\n"
        except (OSError, EOFError, zlib.error) as error:
            yield Refusal(f"line {number}", f"The file is damaged from here on ({error}). Download it again.")
            return
        if not line:
            return
        if total > MAX_UNPACKED:
            yield Refusal(f"line {number}", f"The file unpacks to more than {MAX_UNPACKED:,} bytes; split it here.")
            return
        if too_long:
            yield Refusal(f"line {number}", f"It has more than {MAX_LINE:,} bytes, the most that an article may.")
        elif line.strip(b" \t\r\n\xef\xbb\xbf"):
            yield _record(line, f"line {number}", file)


def _record(line: bytes, place: str, file: str) -> Draft | Refusal:
    try:
        return _draft(json.loads(line.decode("utf-8-sig")), f"{file} {place}".strip())
    except UnicodeDecodeError as error:
        return Refusal(place, f"It is not UTF-8 (byte {error.object[error.start]:#04x} at offset {error.start}).")
    except json.JSONDecodeError as error:
        return Refusal(place, f"It is not JSON: {error.msg} at character {error.pos + 1}.")
    except (ValueError, RecursionError):
        return Refusal(place, "It is not JSON that can be read: a number without end, or nested too deeply.")
    except ArticleError as error:
        return Refusal(place, str(error))


def _draft(record: object, label: str) -> Draft:
    if not isinstance(record, dict):
        raise ArticleError('It is no JSON object; expected one like {"title": "...", "text": "..."}.')
    return draft_of(record, label, "its JSON line")
