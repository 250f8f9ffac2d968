"""Asks a folder of cases and checks what a judge of sentences does not: python bench/asking.py FOLDER HOME

FOLDER has corpus.jsonl, questions.jsonl and judge.py, unless --judge names another; HOME holds its articles already
(`qa --home HOME add FOLDER/corpus.jsonl`). Of meta questions every string of `answers` has to stand in `text`; of small
talk nothing may be cited or refused; where a question is asked back two candidates of the collection have to be
offered; printed too is the share of shown sentences that are evidence. `--verdicts` prints instead how many of each
kind the judge finds right first, those apart whose SHA-256 of the id begins with an odd byte: they are counted only.

With `--leave-out` every step of understanding is switched off in turn and the judge asked again; `--set DIR` does the
same for a set of `qa evaluate` (a draw of `--limit` questions). Only questions in which the step did something are
asked again: the others' answers cannot differ. `--write` puts the tables into bench/RESULTS.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from run import RESULTS, with_sections
from sklearn.metrics import roc_auc_score
from steps import STEPS, measuring, watched

from qa import QA
from qa.core.settings import Settings
from qa.core.types import Answer
from qa.quality.dataset import load_dataset
from qa.quality.evaluate import Asked, draw, is_gold, open_dataset
from qa.quality.evaluate import ask_all as ask_set

TITLE = "Understanding, one step left out"


def ask(service: QA, question: dict[str, Any]) -> Answer:
    """Ask one question of the cases, as its user would."""
    history = [turn["question"] for turn in question.get("history", [])]
    return service.ask(question["question"], history=history, today=question.get("today"))


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
    return [("shown is evidence", sum(_is_one(s, evidence) for s in shown), len(shown))] if evidence else []


def _is_one(a: str, evidence: list[str]) -> bool:
    """Return True if a shown sentence is one of the evidence, or the longer half of it."""
    return any((a in b or b in a) and 2 * min(len(a), len(b)) >= max(len(a), len(b)) for b in evidence)


def verdicts(args: argparse.Namespace, questions: Path, answers: dict[str, Answer]) -> dict[str, str]:
    """Return what the judge says of each answer."""
    judge, corpus = args.judge or args.folder / "judge.py", args.folder / "corpus.jsonl"
    with tempfile.TemporaryDirectory() as place:
        given, out = Path(place) / "answers.jsonl", Path(place) / "verdicts.jsonl"
        given.write_text("".join(json.dumps(_row(id, a)) + "\n" for id, a in answers.items()), "utf-8")
        command = [sys.executable, judge, given, "--questions", questions, "--corpus", corpus, "--json", out]
        subprocess.run(command, check=True, capture_output=True)
        rows = map(json.loads, out.read_text("utf-8").splitlines())
        return {row["id"]: row["verdict"] for row in rows}


def _row(id: str, a: Answer) -> dict[str, Any]:
    sentences = [
        {"text": s.text, "citations": [
            {"article": c.article, "title": c.title, "quote": c.quote, "start": c.start, "end": c.end, "also_in": [
                {"article": x.article, "title": x.title, "start": x.start, "end": x.end} for x in c.also_in]}
            for c in s.citations]}
        for s in a.sentences
    ]  # fmt: skip
    said = {"behaviour": a.behaviour, "articles": list(a.articles), "text": a.text}
    row = {"id": id, "question": a.question, "declined": a.declined, "confidence": a.confidence, "sentences": sentences}
    return {**row, "notes": list(a.notes), **{name: value for name, value in said.items() if value}}


def print_verdicts(args: argparse.Namespace, path: Path) -> None:
    """Ask every question alone and print how many of each kind are right first: looked at, and counted only."""
    questions = {q["id"]: q for q in map(json.loads, path.read_text("utf-8").splitlines())}
    with QA.open(args.home) as service:
        found = verdicts(args, path, {id: ask(service, q) for id, q in questions.items()})
    rows: dict[str, Counter[str]] = {}
    for id, q in questions.items():
        apart = "counted only" if hashlib.sha256(id.encode()).digest()[0] % 2 else "looked at"
        for kind in (q["kind"], *(["controls"] if q.get("control") else []), "all"):
            rows.setdefault(kind, Counter()).update({apart: 1, f"{apart}, right": found[id] == "first"})
    for kind, n in rows.items():
        shares = (f"{n[f'{apart}, right']:3} of {n[apart]:3} {apart}" for apart in ("looked at", "counted only"))
        print(f"{kind:16} {'   '.join(shares)}")


def without_each(service: QA, args: argparse.Namespace, path: Path) -> list[str]:
    """Return the rows of the table: every step left out in turn."""
    questions = {q["id"]: q for q in map(json.loads, path.read_text("utf-8").splitlines())}
    now = [""]
    answers = {}
    with watched(lambda: now[0]):
        for id, question in questions.items():
            now[0] = id
            answers[id] = ask(service, question)
    with_all = verdicts(args, path, answers)
    first = sum(v == "first" for v in with_all.values())
    rows = [
        f"| step | did something in | first, of {len(questions)} | gained by it | lost by it |",
        "|---|---|---|---|---|",
        f"| all | - | {first} | - | - |",
    ]
    for step in STEPS:
        with patch(step.target, step.neutral):
            changed = answers | {id: ask(service, questions[id]) for id in sorted(step.fired)}
        left = verdicts(args, path, changed)
        gained = [questions[i]["kind"] for i in questions if with_all[i] == "first" != left[i]]
        lost = [questions[i]["kind"] for i in questions if left[i] == "first" != with_all[i]]
        total = sum(v == "first" for v in left.values())
        cells = (step.name, len(step.fired), total, _counted(gained), _counted(lost))
        rows.append(f"| {' | '.join(map(str, cells))} |")
        print(rows[-1], file=sys.stderr, flush=True)
    return rows


def _counted(kinds: Sequence[str]) -> str:
    listed = ", ".join(f"{n} {kind}" for kind, n in Counter(kinds).most_common())
    return f"{len(kinds)} ({listed})" if kinds else "0"


def without_each_on_set(folder: Path, home: Path, limit: int | None, seed: int) -> list[str]:
    """Return the same rows for a set: sentence@1, shown@1, AUROC, declines."""
    dataset = load_dataset(folder)
    questions = draw(dataset.questions, limit, seed)
    now = [""]
    with open_dataset(dataset, Settings(home)) as service:
        asked = {}
        with watched(lambda: now[0]):
            for question in questions:
                now[0] = question.id
                asked[question.id] = ask_set(service, [question])[0]
        head = "| step | did something in | sentence@1 | shown@1 | AUROC | false decline | declined, of unanswerable |"
        rows = [head, "|---|---|---|---|---|---|---|", _set_row("all", "-", list(asked.values()))]
        for step in STEPS:
            again = [q for q in questions if q.id in step.fired]
            with patch(step.target, step.neutral):
                left = asked | {a.question.id: a for a in (ask_set(service, again) if again else [])}
            rows.append(_set_row(step.name, str(len(again)), list(left.values())))
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def _set_row(name: str, fired: str, asked: Sequence[Asked]) -> str:
    located = [a for a in asked if a.question.answerable and any(g.spans for g in a.question.gold)]
    can = [a for a in asked if a.question.answerable]
    cannot = [a for a in asked if not a.question.answerable]
    first = sum(bool(a.sentences) and is_gold(a.question, *a.sentences[0]) for a in located)
    shown = sum(any(is_gold(a.question, c.article, c.start, c.end) for s in a.answer.sentences[:1] for c in s.citations)
                for a in located)  # fmt: skip
    sure = [a.answer.confidence for a in asked]
    auroc = f"{roc_auc_score([a.question.answerable for a in asked], sure):.4f}" if can and cannot else "-"
    declined, refused = sum(a.answer.declined for a in can), sum(a.answer.declined for a in cannot)
    shares = (f"{n} of {len(of)}" for n, of in ((first, located), (shown, located)))
    cells = (name, fired, *shares, auroc, f"{declined} of {len(can)}", f"{refused} of {len(cannot)}")
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Ask every question alone and print the counts, or the tables with a step left out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("home", type=Path)
    parser.add_argument("--questions", type=Path, help="others than FOLDER/questions.jsonl")
    parser.add_argument("--judge", type=Path, help="another than FOLDER/judge.py")
    parser.add_argument("--verdicts", action="store_true")
    parser.add_argument("--leave-out", action="store_true")
    parser.add_argument("--set", type=Path, nargs="*", default=[])
    parser.add_argument("--limit", type=int)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    path = args.questions or args.folder / "questions.jsonl"
    with measuring():
        if args.verdicts:
            print_verdicts(args, path)
            return
        if not args.leave_out:
            print_checks(args.home, path)
            return
        with QA.open(args.home) as service:
            rows = without_each(service, args, path)
        count = sum(1 for _ in path.open(encoding="utf-8"))
        command = " ".join(["python bench/asking.py FOLDER HOME --leave-out", *_sets(args)])
        how = f"**The asking cases**, `{command}`: of {count} questions, those that the judge finds right first."
        parts = [f"{how}\n\n" + "\n".join(rows)]
        for folder in args.set:
            rows = without_each_on_set(folder, args.home, args.limit, 0)
            parts.append(f"**{folder.name}**, {args.limit or 'all'} questions drawn with seed 0:\n\n" + "\n".join(rows))
    text = f"## {TITLE}\n\n" + "\n\n".join(parts) + "\n"
    print(text)
    if args.write:
        RESULTS.write_text(with_sections(RESULTS.read_text("utf-8"), [text]).rstrip("\n") + "\n", "utf-8")


def _sets(args: argparse.Namespace) -> list[str]:
    sets = [f"DIR/{folder.name}" for folder in args.set]
    return ["--set", *sets, *(["--limit", str(args.limit)] if args.limit else [])] if sets else []


def print_checks(home: Path, path: Path) -> None:
    """Ask every question alone and print the counts."""
    right, asked = Counter[str](), Counter[str]()
    with QA.open(home) as service:
        ids = {row.id for row in service.articles()}
        for question in map(json.loads, path.read_text("utf-8").splitlines()):
            for name, passed, of in checks(question, ask(service, question), ids):
                right[name] += passed
                asked[name] += of
    for name in sorted(asked):
        print(f"{name:22} {right[name]:4} of {asked[name]:4}  {right[name] / max(1, asked[name]):.3f}")


if __name__ == "__main__":
    main()
