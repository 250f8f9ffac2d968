"""Fifty people at once: one service, everybody asking at the same moment, each about an article of their own.

    python bench/load.py

Prints a Markdown table: what people wait, errors, answers that cite somebody else's article, the service's memory.
"""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from qa.corpus.article_file import parse_article

PEOPLE = 50
ROUNDS = 6
STARTER = Path(__file__).parent.parent / "corpus" / "kyiv-missile-strike-north-korea.md"
Row = tuple[str, str, str]


@dataclass
class Load:
    """What a run of ROUNDS rounds came to: seconds waited, counts, and megabytes after each round."""

    waited: list[float]
    errors: int
    crossed: int
    memory: list[float]


def rows() -> list[Row]:
    """All measurements, as (what, figure, bound)."""
    with tempfile.TemporaryDirectory() as folder, service(_corpus(Path(folder))) as (address, process):
        load = measure(address, process)
    asked = f"{PEOPLE} people at once, {ROUNDS} rounds"
    ordered = sorted(load.waited)
    grown = load.memory[-1] / load.memory[1] - 1
    return [
        (f"waiting, median ({asked})", f"{statistics.median(ordered):.2f} s", "< 5 s"),
        (f"waiting, 95 of 100 ({asked})", f"{ordered[int(0.95 * len(ordered))]:.2f} s", "< 15 s"),
        (f"errors ({asked})", str(load.errors), "0"),
        (f"answers without their own article first ({asked})", str(load.crossed), "0"),
        (f"memory of the service after round 2 and {ROUNDS}", f"{load.memory[1]:.0f}, {load.memory[-1]:.0f} MB "
         f"({grown:+.1%})", "<= +5 %"),
    ]  # fmt: skip


def measure(address: str, process: psutil.Process) -> Load:
    """Ask ROUNDS times with PEOPLE threads that start together."""
    load = Load([], 0, 0, [])
    limits = httpx.Limits(max_connections=PEOPLE)
    with httpx.Client(base_url=address, trust_env=False, timeout=120, limits=limits) as http:
        for turn in range(ROUNDS):
            start = threading.Barrier(PEOPLE)
            people = [threading.Thread(target=_ask, args=(http, start, n, turn, load)) for n in range(PEOPLE)]
            for person in people:
                person.start()
            for person in people:
                person.join()
            load.memory.append(process.memory_info().rss / 2**20)
    return load


def _ask(http: httpx.Client, start: threading.Barrier, person: int, turn: int, load: Load) -> None:
    own = (person + turn) % PEOPLE
    start.wait()
    began = time.perf_counter()
    try:
        answer = http.post("/api/ask", json={"question": f"Which vault holds the seal of Zorvan{own}?"})
        answer.raise_for_status()
        cited = [c["article"] for s in answer.json()["sentences"] for c in s["citations"]]
        load.crossed += cited[:1] != [f"story-{own}"]
    except (httpx.HTTPError, ValueError):
        load.errors += 1
    load.waited.append(time.perf_counter() - began)


def _corpus(home: Path) -> Path:
    """The starter article PEOPLE times, each copy with a sentence that no other has."""
    text = parse_article(STARTER.read_text("utf-8"), STARTER.stem, markdown=False).text
    (home / "corpus").mkdir()
    for n in range(PEOPLE):
        own = f"The seal of Zorvan{n} lies in vault Q{n}Z."
        (home / "corpus" / f"story-{n}.txt").write_text(f"{own}\n{text}\n", "utf-8")
    return home


@contextlib.contextmanager
def service(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    """`qa serve` on a free port, ready: its address and process."""
    command = [sys.executable, "-m", "qa", "--home", str(home), "serve", "--port", "0"]
    service = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        address = ""
        for line in service.stdout or ():
            if line.startswith("Groundwire: "):
                address = line.split()[1]
            if line.startswith("Ready"):
                break
        yield address, psutil.Process(service.pid)
    finally:
        service.terminate()
        service.wait(30)


def print_table(rows: Iterable[Row]) -> None:
    """Print rows as they come."""
    print("| what | figure | bound |\n|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)


def main() -> None:
    print_table(rows())


if __name__ == "__main__":
    main()
