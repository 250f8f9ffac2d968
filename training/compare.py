"""Compare trained readers on the same questions: what an ablation is read from.

    python training/compare.py DATA RUN... [--limit N]

DATA: what training/mine.py wrote of the sets to compare on, so all readers see the same cached passages. RUN: folders
of training/train.py, each read in the form it was trained on. Prints a line a set and run.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import torch
from data import Data
from measure import measured
from mine import NEGATIVES
from model import fresh

from qa.embed import model_folder
from qa.settings import DEFAULT_MODEL


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, default=500, help="questions of each set")
    args = parser.parse_args()
    folder = model_folder(DEFAULT_MODEL)
    for run in args.runs:
        data = Data(args.data, folder, (run / "input").read_text("utf-8"))
        reader = fresh(str(folder))
        reader.load_state_dict(torch.load(run / "reader.pt", weights_only=True))
        asked = [e for e in data.train + data.dev if e["kind"] == "asked"]
        for name in sorted({e["set"] for e in asked}):
            chosen = sorted((e for e in asked if e["set"] == name), key=lambda e: e["id"])
            chosen = random.Random(0).sample(chosen, min(args.limit, len(chosen)))
            print(run.name, name, measured(reader.eval(), data, chosen, 1 + NEGATIVES), flush=True)


if __name__ == "__main__":
    main()
