"""How near a leaning question made whole comes to what a person made of it: python bench/followups.py FILE

FILE is questions.jsonl of CANARD (Elgohary et al. 2019): `history`, `question`, `rewrite`. Printed is the F1 over the
content words of the human rewrite, as a mean over all questions, beside two baselines: the last question alone, and
all questions of the conversation joined. Nothing is searched: the earlier answers are those of the set.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from qa.answer.question.conversation import Earlier, leans, made_whole
from qa.corpus.words import STOPWORDS, stem, words
from qa.quality.dataset import read_history


def content(text: str) -> Counter[str]:
    """Return the stems of a text's content words, counted."""
    return Counter(stem(w) for w in words(text) if w not in STOPWORDS)


def f1(text: str, rewrite: str) -> float:
    """Return the F1 of a text's content words against the rewrite's; 1 where neither has any."""
    ours, theirs = content(text), content(rewrite)
    shared = (ours & theirs).total()
    return 2 * shared / (ours.total() + theirs.total()) if ours or theirs else 1.0


def made(question: str, turns: Sequence[Earlier]) -> str:
    """Return the question as it is understood after these turns, each made whole in its turn."""
    whole: list[Earlier] = []
    for turn in turns:
        asked = made_whole(turn.question, whole).text if whole and leans(turn.question, spoken_before=True) else ""
        whole.append(Earlier(asked or turn.question, turn.answer, turn.sentences, turn.articles))
    return made_whole(question, whole).text if whole and leans(question, spoken_before=True) else question


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path)
    args = parser.parse_args()
    rows = [json.loads(line) for line in args.file.read_text("utf-8").splitlines()]
    sums: Counter[str] = Counter()
    changed = 0
    for row in rows:
        turns = read_history(row.get("history") or ())
        ours = made(row["question"], turns)
        changed += ours != row["question"]
        joined = " ".join([*(t.question for t in turns), row["question"]])
        for name, text in (("made whole", ours), ("last question only", row["question"]), ("all joined", joined)):
            sums[name] += f1(text, row["rewrite"])
    print(f"{len(rows)} questions, {changed} made whole")
    for name, total in sums.items():
        print(f"{name:20} {total / len(rows):.4f}")


if __name__ == "__main__":
    main()
