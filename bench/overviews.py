"""Counts what readers found in overviews: python bench/overviews.py

Reads bench/data/overviews/sheet.jsonl (its README says how it came about) and prints a Markdown table: of five central
facts an article, how many the overview and the first three sentences give, and in how many articles which gives more.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SHEET = Path(__file__).parent / "data" / "overviews" / "sheet.jsonl"
FACTS = 5  # central facts that a reader names of each article


def row(name: str, counts: list[tuple[int, int]], readers: int) -> str:
    """Return a row of the table for pairs of counts: of the overview, of the first three sentences."""
    ours, first = map(sum, zip(*counts, strict=True))
    more = (sum(a > b for a, b in counts), sum(a == b for a, b in counts), sum(a < b for a, b in counts))
    of = FACTS * readers * len(counts)
    return f"| {name} | {ours} of {of} | {first} of {of} | {' | '.join(map(str, more))} |"


def main() -> None:
    """Print the table."""
    sheet: list[list[dict[str, Any]]] = [json.loads(line)["readers"] for line in SHEET.read_text("utf-8").splitlines()]
    print("| reader | the overview gives | the first three give | overview gives more | as many | fewer |")
    print("|---|---|---|---|---|---|")
    for n in range(2):
        print(row(f"{n + 1}", [(readers[n]["ours"], readers[n]["first"]) for readers in sheet], 1))
    both = [(sum(r["ours"] for r in readers), sum(r["first"] for r in readers)) for readers in sheet]
    print(row("both together", both, 2))


if __name__ == "__main__":
    main()
