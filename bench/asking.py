"""Asks a folder of cases and checks what a judge of sentences does not: python bench/asking.py FOLDER HOME

FOLDER has corpus.jsonl and questions.jsonl; HOME holds its articles already (`qa --home HOME add FOLDER/corpus.jsonl`).
Of meta questions every string of `answers` has to stand in `text`; of small talk nothing may be cited or refused; where
a question is asked back two candidates of the collection have to be offered; printed too is the share of shown
sentences that are evidence.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from qa import QA
from qa.core.types import Answer


def main(folder: Path, home: Path) -> None:
    """Ask every question alone and print the counts."""
    right, asked = Counter[str](), Counter[str]()
    with QA.open(home) as service:
        ids = {row.id for row in service.articles()}
        for line in (folder / "questions.jsonl").open(encoding="utf-8"):
            question = json.loads(line)
            history = [turn["question"] for turn in question.get("history", [])]
            answer = service.ask(question["question"], history=history, today=question.get("today"))
            for name, passed, of in checks(question, answer, ids):
                right[name] += passed
                asked[name] += of
    for name in sorted(asked):
        print(f"{name:22} {right[name]:4} of {asked[name]:4}  {right[name] / max(1, asked[name]):.3f}")


def checks(question: dict[str, Any], answer: Answer, ids: set[str]) -> list[tuple[str, int, int]]:
    """Return name, passed and number of what an answer is checked for."""
    wanted = question.get("behaviour")
    if wanted == "meta":
        return [("meta says it", all(said in answer.text for said in question["answers"]), 1)]
    if wanted == "smalltalk":
        return [("small talk is plain", not answer.sentences and not answer.declined and bool(answer.text), 1)]
    if wanted == "clarify":
        offered = set(answer.articles) & ids
        return [("two candidates offered", answer.behaviour == "clarify" and len(offered) >= 2, 1)]
    evidence = [e["text"] for e in question["evidence"]]
    shown = [s.text for s in answer.sentences]
    return [("shown is evidence", sum(_same(s, evidence) for s in shown), len(shown))] if evidence else []


def _same(sentence: str, evidence: list[str]) -> bool:
    """Return True if a shown sentence is one of the evidence, or the longer half of it."""
    return any(
        (a in b or b in a) and 2 * min(len(a), len(b)) >= max(len(a), len(b)) for b in evidence for a in (sentence,)
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
