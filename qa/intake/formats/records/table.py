"""Tables (CSV, TSV) with a column of texts to drafts, row by row. A list of addresses without texts is named so."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from qa.core.errors import ArticleError
from qa.core.types import Draft, Refusal
from qa.corpus.canonical import MAX_BYTES
from qa.intake.drafts import stem_of
from qa.intake.encodings import decoded
from qa.intake.formats.records.links import address_in, is_kept, links_of
from qa.intake.formats.records.records import NAMES, draft_of, has_text, lacking, plain_name

SUFFIXES = (".csv", ".tsv", ".tab")
DELIMITERS = ",;\t|"
MAX_COLUMNS = 500
_SHOWN = 3  # addresses of a list in a message


def parse(data: bytes, name: str) -> Iterator[Draft | Refusal]:
    """Yield a draft for every row with a text, a link for every row of a list to read later.

    Raises ArticleError when no column holds texts.
    """
    text = decoded(data).text.removeprefix("\ufeff")
    csv.field_size_limit(4 * MAX_BYTES)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    header = [cell.strip() for cell in next(rows, [])][:MAX_COLUMNS]
    if not has_text(header):
        if not is_kept(header):
            raise ArticleError(_without_text(header, rows))
        yield from links_of(address_in(dict(zip(header, row, strict=False))) for row in rows)
        return
    row_number = 1
    while True:
        row_number += 1
        place = f"row {row_number}"
        try:
            row = next(rows)
            if not any(cell.strip() for cell in row):
                continue
            record = {name: cell for name, cell in zip(header, row, strict=False) if cell.strip()}
            yield draft_of(record, f"{stem_of(name)} {place}", "its row")
        except StopIteration:
            return
        except ArticleError as error:
            yield Refusal(place, str(error))
        except csv.Error as error:
            yield Refusal(place, f"The table is damaged from here on ({error}). Export it again.")
            return


def delimiter_of(text: str) -> str:
    """Return the sign between the cells of the first line: one that parts known names, else the most frequent."""
    first = text.partition("\n")[0]
    return max(DELIMITERS, key=lambda sign: (_known(first.split(sign)), first.count(sign)))


def is_table(first: str) -> bool:
    """Return True if a first line names the columns of a table with texts or addresses."""
    cells = [cell.strip(' "\r') for cell in first.split(delimiter_of(first))]
    return len(cells) > 1 and len(cells) == len(set(cells)) and has_text(cells) and _known(cells) > 1


def _known(cells: list[str]) -> int:
    names = {plain_name(cell) for cell in cells}
    return sum(not names.isdisjoint(known) for known in NAMES.values())


def _without_text(header: list[str], rows: Iterator[list[str]]) -> str:
    """Say why a table gives no articles: a list of addresses to read later is to be fetched."""
    addresses = []
    for row in rows:
        addresses += [cell for cell in row if cell.startswith(("http://", "https://"))][:1]
        if len(addresses) > _SHOWN:
            break
    if addresses:
        shown = " ".join(addresses[:_SHOWN])
        return (
            "It is a list of web addresses without their texts. Add the addresses themselves, which are fetched: "
            f"qa add {shown}{' ...' if len(addresses) > _SHOWN else ''}"
        )
    return lacking(dict.fromkeys(header))
