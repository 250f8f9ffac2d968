"""Equal inputs give equal outputs: two processes with different hash seeds write the same index and say the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from fakes import write_article
from places import SUPPORT

SAY = """
import json, sys
from dataclasses import asdict, replace
from pathlib import Path
from fakes import open_fake
from qa.core.types import Filters
with open_fake(Path(sys.argv[1])) as qa:
    qa.sync()
    print(json.dumps(qa.attach_chroma().split(" (")[0]))
    for question in ("Where is tank3?", "Which ship sailed at dawn?", "Who met whom?", "the"):
        for filters in (Filters(), Filters(outlets=("Gazette", "Herald"))):
            answer = replace(qa.ask(question, filters), timings_ms={})
            print(json.dumps([asdict(answer), [asdict(p) for p in qa.search(question, filters, 30)]]))
    with qa.catalog.snapshot() as snapshot:
        ids, _, vectors = snapshot.vectors(qa.dense.dimension)
        print(json.dumps([ids, vectors.tobytes().hex()]))
        print(json.dumps(snapshot.lexical('"tank" OR "ship"', Filters(), 40)))
"""


def said(home, seed):
    done = subprocess.run(
        [sys.executable, "-c", SAY, str(home)], capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(SUPPORT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_two_processes_with_different_hash_seeds_index_and_answer_alike(tmp_path):
    """Many ties on purpose: equal sentences in many articles, so that any order taken from a set would show."""
    both = []
    for seed in ("1", "4242"):
        home = tmp_path / seed
        for i in range(40):
            text = f"A ship sailed at dawn. Tank{i % 5} is at place{i % 3}. A man met a woman. Nobody saw ship{i % 2}."
            write_article(home, f"a{i:02}", text, outlet=("Gazette", "Herald", "Post")[i % 3])
        both.append(said(home, seed))
    assert both[0] == both[1]
    assert len(both[0]) == 11
    assert any(answer["sentences"] for answer, _ in both[0][1:9])


def test_the_same_index_asked_again_says_the_same_from_chroma_and_without(tmp_path):
    home = tmp_path / "home"
    for i in range(30):
        write_article(home, f"a{i:02}", f"A ship sailed at dawn. Tank{i % 5} is at place{i % 3}.", outlet="Gazette")
    first, second = said(home, "7"), said(home, "8")
    assert second[0] == "Chroma is sound"
    assert first[1:] == second[1:]
