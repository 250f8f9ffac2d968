"""Average the weights of two runs of one shape: a model soup (Wortsman et al. 2022).

    python training/average.py RUN RUN OUT [--share S]

The second run started from the first. Its weights know what it was taught last; the average keeps more of what it
knew before. OUT is a folder that training/export.py and training/compare.py read.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="of the second")
    args = parser.parse_args()
    first, second = (torch.load(run / "reader.pt", weights_only=True) for run in (args.first, args.second))
    mixed = {
        name: torch.lerp(value, second[name], args.share) if value.is_floating_point() else value
        for name, value in first.items()
    }
    args.out.mkdir(parents=True, exist_ok=True)
    torch.save(mixed, args.out / "reader.pt")
    shape = json.loads((args.first / "run.json").read_text("utf-8"))
    known = {name: shape[name] for name in ("input", "layers")}
    made = known | {"first": str(args.first), "second": str(args.second), "share": args.share}
    (args.out / "run.json").write_text(json.dumps(made), "utf-8")


if __name__ == "__main__":
    main()
