"""Data for the second stage: questions written for what the first stage lacks, with a part of the first stage's.

    python training/written.py DATA OUT [--replay N] [--seed S]

DATA: what training/mine.py wrote. `training/written.jsonl` holds questions about passages of it, {id, kind, q, gold,
answer}: `far` ones share no content word but names with the sentence that answers, `near` ones some; `none` use
the passage's own words and are not answered by it. One passage in HELD_OUT is kept for measuring. OUT is a
folder of the same kind.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import shutil
from pathlib import Path
from typing import Any

from mine import NEGATIVES, held_out

WRITTEN = Path(__file__).parent / "written.jsonl"


def examples(passages: dict[str, Any], mined: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """The written questions, each with passages that retrieval found for others about the same one."""
    rng = random.Random(seed)
    beside: dict[str, dict[str, None]] = collections.defaultdict(dict)
    of_set: dict[str, list[str]] = collections.defaultdict(list)
    for e in mined:
        beside[e["passages"][0]].update(dict.fromkeys(e["passages"][1:]))
        of_set[e["set"]].append(e["passages"][0])
    out = []
    for n, row in enumerate(map(json.loads, WRITTEN.read_text("utf-8").splitlines())):
        passage, none = passages[row["id"]], row["kind"] == "none"
        found = [p for p in beside[row["id"]] if p != row["id"]]
        rest = rng.sample(found, min(NEGATIVES, len(found))) or rng.sample(of_set[row["id"].partition(":")[0]], 2)
        out.append({
            "id": f"written-{n}", "set": f"written-{row['kind']}", "split": held_out(row["id"]),
            "kind": "unanswerable" if none else "asked", "question": row["q"], "passages": [row["id"], *rest],
            "gold": [row["gold"], *([] for _ in rest)],
            "answers": [_answers(passage, row["gold"], row["answer"]), *([] for _ in rest)],
        })  # fmt: skip
    return out


def _answers(passage: dict[str, Any], gold: list[int], answer: str) -> list[tuple[int, int]]:
    found = []
    for start, end in (passage["sentences"][g] for g in gold):
        at = passage["text"].find(answer, start, end) if answer else -1
        if at >= 0:
            found.append((at, at + len(answer)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--replay", type=int, default=2500, help="questions of the first stage among them")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with (args.data / "passages.jsonl").open(encoding="utf-8") as lines:
        passages = {p["id"]: p for p in map(json.loads, lines)}
    with (args.data / "examples.jsonl").open(encoding="utf-8") as lines:
        mined = [json.loads(line) for line in lines]
    made = examples(passages, mined, args.seed)
    train = [e for e in mined if e["split"] == "train"]
    kept = [e for e in mined if e["split"] == "dev"] + random.Random(args.seed).sample(train, args.replay)
    args.out.mkdir(parents=True, exist_ok=True)
    for name in ("passages.jsonl", "near.json"):
        shutil.copy(args.data / name, args.out / name)
    with (args.out / "examples.jsonl").open("w", encoding="utf-8") as out:
        for e in made + kept:
            out.write(json.dumps(e, ensure_ascii=False) + "\n")
    print(collections.Counter((e["set"], e["split"], e["kind"]) for e in made + kept))


if __name__ == "__main__":
    main()
