"""Compare trained readers on the same questions: what an ablation is read from.

    python training/compare.py DATA RUN... [--limit N]

DATA: what training/mine.py wrote of the sets to compare on, so all readers see the same cached passages. RUN: folders
of training/train.py, each read in the form it was trained on. Prints a line a set for the moving average of a run's
weights (reader.pt) and for its last step's (last.pt).
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

from data import Data
from measure import measured
from mine import NEGATIVES
from model import encoder_folder, trained


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument(
        "--limit", type=int, default=500, help="questions of each set that have an answer, and that have none"
    )
    args = parser.parse_args()
    folder = encoder_folder()
    for run in args.runs:
        form = json.loads((run / "run.json").read_text("utf-8"))["input"]
        data = Data(args.data, Path(folder), form, 0.0)
        for weights in ("reader.pt", "last.pt"):
            if not (run / weights).is_file():
                continue  # the mean of two runs has no last step
            reader = trained(run, folder, weights)
            for name in sorted({e["set"] for e in data.train + data.dev}):
                figures = measured(reader, data, _drawn(data, name, args.limit), 1 + NEGATIVES)
                print(run.name, weights, name, figures, flush=True)


def _drawn(data: Data, name: str, limit: int) -> list[dict[str, Any]]:
    """At most so many questions that something answers, and as many of the others; the same for every run."""
    ours = sorted((e for e in data.train + data.dev if e["set"] == name), key=lambda e: e["id"])
    out = []
    for answered in (True, False):
        kind = [e for e in ours if (e["kind"] == "asked") is answered]
        out += random.Random(0).sample(kind, min(limit, len(kind)))
    return out


if __name__ == "__main__":
    main()
