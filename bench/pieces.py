"""Files longer than memory: a JSON list, a table, a mailbox and a WordPress export, made and read to the end.

    python bench/pieces.py [--gigabytes N] [--form NAME]

Prints a Markdown table: articles read, megabytes a second, and the most memory that the reading process held. The
parsers' own process has its limit (`qa.intake.sandbox.Limits`); nothing is indexed.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from qa.core.settings import Settings
from qa.core.types import Draft
from qa.intake.importer import Importer

WORDS = 'harbour ferry council vote winter bridge market crane fog "deep" water, price; tide {ebb} [flow]'.split()
RECORD_WORDS = 400  # of an article


def text(n: int) -> str:
    rng = random.Random(n)
    return f"Report {n}. " + " ".join(rng.choices(WORDS, k=RECORD_WORDS)) + "."


def json_list(n: int) -> str:
    return ("[" if n == 0 else ",\n") + json.dumps({"title": f"Report {n}", "text": text(n)})


def table(n: int) -> str:
    quoted = text(n).replace('"', '""')
    return ("title,text\n" if n == 0 else "") + f'Report {n},"{quoted}"\n'


def mailbox(n: int) -> str:
    head = "From a@x.example Tue May 14 08:30:00 2024\nFrom: A <a@x.example>\nTo: b@x.example\n"
    return f"{head}Subject: Report {n}\n\n{text(n)}\n\n"


def export(n: int) -> str:
    head = (
        '<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel><wp:wxr_version>1.2</wp:wxr_version>'
    )
    said = f"<title>Report {n}</title><wp:status>publish</wp:status><description><![CDATA[{text(n)}]]></description>"
    return (head if n == 0 else "") + f"<item>{said}</item>\n"


FORMS: dict[str, tuple[str, Callable[[int], str], str]] = {
    "JSON list": ("reports.json", json_list, "]"),
    "table": ("reports.csv", table, ""),
    "mailbox": ("reports.mbox", mailbox, ""),
    "WordPress export": ("reports.xml", export, "</channel></rss>"),
}


def write(path: Path, make: Callable[[int], str], end: str, size: int) -> int:
    """Write records up to a size; return how many."""
    number = 0
    with path.open("w", encoding="utf-8") as file:
        while file.tell() < size:
            file.writelines(map(make, range(number, number + 500)))
            number += 500
        file.write(end)
    return number


def rows(forms: list[str], size: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, Importer(Settings.from_environment(Path(folder))) as intake:
        for form in forms:
            name, make, end = FORMS[form]
            path = Path(folder) / name
            written = write(path, make, end, size)
            started, read = time.monotonic(), 0
            with path.open("rb") as file:
                read = sum(isinstance(found, Draft) for found in intake.stream(file, name))
            rate = path.stat().st_size / 2**20 / (time.monotonic() - started)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
            yield f"| {form} | {path.stat().st_size / 2**30:.2f} | {read:,} of {written:,} | {rate:.1f} | {peak:.0f} |"
            path.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--form", choices=FORMS, action="append")
    given = parser.parse_args()
    print("| form | GB | articles | MB a second | most MB held |\n|---|---|---|---|---|")
    for row in rows(given.form or list(FORMS), int(given.gigabytes * 2**30)):
        print(row, flush=True)


if __name__ == "__main__":
    main()
