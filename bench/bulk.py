"""Ten thousand articles at once: JSON lines added beside a running service that is asked all the while.

    python bench/bulk.py [--articles N]

Each article has six of the starter article's sentences, their words in random order so that no two articles are alike.
The command is interrupted once, by Ctrl-C, and run again. Prints a Markdown table: rate, memory of command and service,
and what a question takes while articles are added. The library grows meanwhile, so that is compared with a question
when all is in.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil
from load import STARTER, service

from qa.corpus.article_file import parse_article
from qa.corpus.sentences import segment

SENTENCES = 6  # an article
ASKED = 40  # questions before and after
QUESTION = "How many containers did the shipments contain?"
INTERRUPTED = 0.3  # of the articles


def write(path: Path, count: int) -> None:
    rng = random.Random(0)
    text = parse_article(STARTER.read_text("utf-8"), "starter", markdown=True).text
    said = [text[s.start : s.end] for s in segment(text) if not s.boilerplate]
    with path.open("w", encoding="utf-8") as file:
        for n in range(count):
            drawn = [sentence.split() for sentence in rng.sample(said, SENTENCES - 1)]
            mixed = (" ".join(rng.sample(sentence, len(sentence))).rstrip(".") + "." for sentence in drawn)
            body = " ".join([f"Report {n} was filed by desk {rng.randrange(10**6)}.", *mixed])
            file.write(json.dumps({"id": f"report-{n}", "title": f"Report {n}", "text": body}) + "\n")


def ask(http: httpx.Client) -> float:
    """Milliseconds that a question takes."""
    started = time.perf_counter()
    http.post("/api/ask", json={"question": QUESTION}).raise_for_status()
    return (time.perf_counter() - started) * 1000


class Run:
    """One `qa add`, watched: its peak memory and the service's, and what questions took meanwhile."""

    def __init__(self, home: Path, file: Path, http: httpx.Client, service: psutil.Process, stop_at: int = 0) -> None:
        self.waited: list[float] = []
        self.command_mb = self.service_mb = 0.0
        started = time.monotonic()
        adding = subprocess.Popen(
            [sys.executable, "-m", "qa", "--home", str(home), "add", str(file)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        process = psutil.Process(adding.pid)
        while adding.poll() is None:
            self.waited.append(ask(http))
            try:
                self.command_mb = max(self.command_mb, process.memory_info().rss / 2**20)
            except psutil.NoSuchProcess:
                break
            self.service_mb = max(self.service_mb, service.memory_info().rss / 2**20)
            if stop_at and http.get("/api/health").json()["articles"] >= stop_at:
                adding.send_signal(signal.SIGINT)
                break
            time.sleep(0.5)
        self.said = adding.communicate()[0].strip()
        self.seconds = time.monotonic() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000)
    count = parser.parse_args().articles
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored, by children too
    with tempfile.TemporaryDirectory() as folder:
        home, file = Path(folder), Path(folder) / "reports.jsonl"
        (home / "corpus").mkdir()
        (home / "corpus" / STARTER.name).write_bytes(STARTER.read_bytes())
        write(file, count)
        with service(home) as (url, process), httpx.Client(base_url=url, trust_env=False, timeout=120) as http:
            idle = [ask(http) for _ in range(ASKED)]
            first = Run(home, file, http, process, round(count * INTERRUPTED))
            there = http.get("/api/health").json()["articles"] - 1
            second = Run(home, file, http, process)
            total = http.get("/api/health").json()["articles"] - 1
            full = [ask(http) for _ in range(ASKED)]
    before, after = statistics.median(idle), statistics.median(full)
    meanwhile = statistics.median(first.waited + second.waited)
    rows = [
        ("articles in the file, of six sentences", f"{count:,}"),
        ("in when the command was interrupted", f"{there:,}"),
        ("the second run said", second.said),
        ("in at the end", f"{total:,}"),
        ("articles a second, asked all the while", f"{total / (first.seconds + second.seconds):.1f}"),
        ("most memory of the command", f"{max(first.command_mb, second.command_mb):.0f} MB"),
        ("most memory of the service", f"{max(first.service_mb, second.service_mb):.0f} MB"),
        ("median question before, over one article", f"{before:.0f} ms"),
        (f"median question meanwhile ({len(first.waited + second.waited)})", f"{meanwhile:.0f} ms"),
        ("median question after, over all", f"{after:.0f} ms"),
        ("meanwhile over after", f"{meanwhile / after:.2f}"),
    ]
    print("| figure | value |\n|---|---|")
    print("\n".join(f"| {name} | {value} |" for name, value in rows))


if __name__ == "__main__":
    main()
