"""How well stories are told apart when a question is asked: python bench/event_stories.py FOLDER HOME

FOLDER has corpus.jsonl and questions.jsonl of dated articles, whose ids name their story before the last hyphen
("dam-3"); an article without a number is a story of its own. HOME holds them already. Every question is searched; of
the articles retrieved for it each pair is of one story or not. Printed are precision and recall over all pairs.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from itertools import combinations
from pathlib import Path

from qa import QA
from qa.answer.evidence.retrieve import TOP
from qa.answer.evidence.story import stories_of
from qa.core.types import Filters

_NUMBERED = re.compile(r"(?P<story>.+)-\d+[a-z]?")


def story(id: str) -> str:
    """Return the name of an article's story; an article that is alone has its own."""
    found = _NUMBERED.fullmatch(id)
    return found["story"] if found else id


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("home", type=Path)
    args = parser.parse_args()
    documents = [json.loads(line) for line in (args.folder / "corpus.jsonl").read_text("utf-8").splitlines()]
    known = {d["title"]: story(d["id"]) for d in documents}
    questions = (args.folder / "questions.jsonl").read_text("utf-8").splitlines()
    found: Counter[tuple[bool, bool]] = Counter()
    with QA.open(args.home) as service:
        for question in map(json.loads, questions):
            ids = dict.fromkeys(p.article for p in service.search(question["question"], Filters(), TOP))
            with service.catalog.snapshot() as snapshot:
                articles = [a for a in map(snapshot.article, ids) if a is not None]
                groups = stories_of(snapshot, articles)
            for (a, i), (b, k) in combinations(zip(articles, groups, strict=True), 2):
                found[known[a.shown_title] == known[b.shown_title], i == k] += 1
    right, wrong, missed = found[True, True], found[False, True], found[True, False]
    print(f"{found.total()} pairs of {len(questions)} questions, {right + missed} of one story")
    print(f"precision {right / (right + wrong):.3f}, recall {right / (right + missed):.3f}")


if __name__ == "__main__":
    main()
