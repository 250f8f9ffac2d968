"""Questions written for what mined ones lack, with mined ones.

    python training/written.py DATA OUT [--written FILE...] [--times N] [--replay N] [--seed S]

DATA: what training/mine.py wrote. FILE holds questions about passages of it, or about the invented reports of
`training/news.jsonl`, {id, kind, q, gold, answer}: `far` ones share no content word but names with the sentence that
answers, `near` ones some; `none` use the passage's own words and are not answered by it. One article in HELD_OUT is
kept for measuring. OUT is a folder of the same kind.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mine import NEGATIVES, held_out

WRITTEN = Path(__file__).parent / "written.jsonl"
NEWS = Path(__file__).parent / "news.jsonl"


def examples(
    written: list[dict[str, Any]], passages: dict[str, Any], mined: list[dict[str, Any]], seed: int
) -> list[dict[str, Any]]:
    """The written questions, each with passages that retrieval found for others about the same one."""
    rng = random.Random(seed)
    beside: dict[str, dict[str, None]] = collections.defaultdict(dict)
    of_set: dict[str, list[str]] = collections.defaultdict(list)
    of_set[NEWS.stem] = [id for id in passages if ":" not in id]
    for e in mined:
        beside[e["passages"][0]].update(dict.fromkeys(e["passages"][1:]))
        of_set[e["set"]].append(e["passages"][0])
    out = []
    for n, row in enumerate(written):
        passage, none = passages[row["id"]], row["kind"] == "none"
        found = [p for p in beside[row["id"]] if p != row["id"]]
        source, article, *_ = row["id"].split(":") if ":" in row["id"] else (NEWS.stem, row["id"])
        others = [p for p in of_set[source] if p != row["id"]]
        rest = rng.sample(found, min(NEGATIVES, len(found))) or rng.sample(others, 2)
        out.append({
            "id": f"written-{n}", "set": f"written-{row['kind']}", "split": held_out(article),
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
    parser.add_argument("--written", nargs="+", type=Path, default=[WRITTEN], metavar="FILE")
    parser.add_argument("--times", type=int, default=1, help="how often each is shown an epoch")
    parser.add_argument("--replay", type=int, default=2500, help="mined questions among them")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    passages = {p["id"]: p for p in (*_lines(args.data / "passages.jsonl"), *_lines(NEWS))}
    mined = _lines(args.data / "examples.jsonl")
    made = examples([row for file in args.written for row in _lines(file)], passages, mined, args.seed)
    again = [{**e, "id": f"{e['id']}-{n}"} for n in range(1, args.times) for e in made if e["split"] == "train"]
    train = [e for e in mined if e["split"] == "train"]
    kept = random.Random(args.seed).sample(train, min(args.replay, len(train)))
    kept = [e for e in mined if e["split"] == "dev"] + kept
    args.out.mkdir(parents=True, exist_ok=True)
    shutil.copy(args.data / "near.json", args.out)
    _write(args.out / "passages.jsonl", passages.values())
    _write(args.out / "examples.jsonl", [*made, *again, *kept])
    print(collections.Counter((e["set"], e["split"], e["kind"]) for e in made + kept))


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


if __name__ == "__main__":
    main()
