"""Build the training set: questions with the passages that our own retrieval finds for them.

    python training/mine.py OUT --documents DIR... [--pairs FILE] [--seed S]

DIR: a folder as docs/evaluation.md describes it, whose articles no evaluation set contains. FILE: sentence pairs
{q, s, label, src, qid, split}, from which SelQA's sections are put together again and a part of QAMR is taken.
Writes OUT/passages.jsonl and OUT/examples.jsonl, whole or not at all, and OUT/near.json (training/reword.py). A line of
examples: the question, its kind, and for each passage which sentences answer and where in them the answer stands. One
article in HELD_OUT is kept for choosing between models (`split: "dev"`) and never trained on.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import itertools
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from alter import altered, named_words
from reword import near_words
from tqdm import tqdm

from qa.answer.evidence.retrieve import TOP, HybridRetriever
from qa.answer.question.clean import clean_question
from qa.core.lazy import Lazy
from qa.core.settings import Settings
from qa.core.types import Filters
from qa.corpus.passages import cap_title
from qa.corpus.words import words
from qa.index.catalog.snapshot import Snapshot, StoredPassage
from qa.index.embedding import SentenceEmbedding, lazy_embedding
from qa.quality.dataset import AskedQuestion, load_dataset
from qa.quality.evaluate import is_gold, open_dataset
from qa.service.service import QA

HELD_OUT = 16  # one article in so many
NEGATIVES = 8  # passages without an answer kept a question, the best-ranked first
UNANSWERABLE = 0.35  # share of questions that are also asked altered
QAMR = 2000  # its questions lean on their sentence ("What happened then?"): few of them
SECTION_PIECES = 128
PLAIN = ("asked", "unanswerable")  # kinds of questions as they were asked


@dataclass
class Passage:
    """What a model sees: a title and text, with the spans of the sentences in the text (code points)."""

    id: str
    title: str
    text: str
    sentences: list[tuple[int, int]]


@dataclass
class Example:
    """A question and its passages. `gold[i]`: indices of the sentences of passage i that answer.

    `answers[i]`: spans in the text of passage i, inside gold sentences. `kind`: asked, unanswerable, or how an asked
    one was altered so that nothing answers it: exchanged, opposite, negated.
    """

    id: str
    set: str
    split: str
    kind: str
    question: str
    passages: list[str]
    gold: list[list[int]]
    answers: list[list[tuple[int, int]]] = field(default_factory=list)


def held_out(id: str) -> str:
    """The split of an article: by its name, so that it is the same in every run."""
    return "dev" if int(hashlib.sha256(id.encode()).hexdigest(), 16) % HELD_OUT == 0 else "train"


class Miner:
    """Passages and examples of one set."""

    def __init__(
        self, qa: QA, model: Lazy[SentenceEmbedding], name: str, questions: Sequence[AskedQuestion], seed: int
    ) -> None:
        self.qa, self.model, self.name, self.questions = qa, model, name, questions
        self.rng = random.Random(seed)
        self.passages: dict[str, Passage] = {}
        self.names: dict[str, set[str]] = {}
        for q in questions:
            for g in q.gold:
                self.names.setdefault(g.article, set()).update(named_words(q.text))

    def examples(self) -> Iterator[Example]:
        asked = [(q, clean_question(text[:1000]), kind) for q in self.questions for text, kind in self._texts(q)]
        vectors = self.model.get().encode([text for _, text, _ in asked])
        with self.qa.catalog.snapshot() as snapshot:
            for (q, text, kind), vector in tqdm(zip(asked, vectors, strict=True), desc=self.name, disable=None):
                example = self._example(snapshot, q, text, kind, vector)
                if example is not None:
                    yield example

    def _texts(self, asked: AskedQuestion) -> Iterator[tuple[str, str]]:
        """The question as it was asked, and for some of them one that nothing answers."""
        yield asked.text, "asked" if asked.answerable else "unanswerable"
        if not asked.answerable or not asked.gold:
            return
        if self.rng.random() < UNANSWERABLE:
            home = self.names[asked.gold[0].article]
            pool = home if len(home) > 8 else home | self.names[self.rng.choice(sorted(self.names))]
            made = altered(asked.text, sorted(pool), self.rng)
            if made is not None:
                yield made

    def _example(
        self, snapshot: Snapshot, asked: AskedQuestion, question: str, kind: str, vector: np.ndarray
    ) -> Example | None:
        """None when no passage has a gold sentence, and for an altered question that retrieval does not answer.

        Where retrieval finds none that has one, the question is local ("What size is the holder?"): it is asked of its
        own article alone, as passages of others may well answer it.
        """
        hits = HybridRetriever(snapshot, self.qa.dense, Filters(), top=TOP).hits(question, vector)
        stored = snapshot.passages([h.passage for h in hits])
        found = self._divided(snapshot, asked, [(h.article, stored[h.passage]) for h in hits])
        if kind == "unanswerable":
            first, *rest = [self._passage(snapshot, stored[h.passage]) for h in hits]
            found = (first, [], rest)
        if found is None and kind == "asked":
            homes = dict.fromkeys(g.article for g in asked.gold)
            found = self._divided(
                snapshot, asked, [(home, row) for home in homes for row in snapshot.passages_of(home)]
            )
        if found is None:
            return None
        passage, gold, rest = found
        chosen = [passage, *rest[:NEGATIVES]]
        for p in chosen:
            self.passages[p.id] = p
        answerable, home = kind == "asked", asked.gold[0].article if asked.gold else passage.id
        none: list[list[int]] = [[] for _ in rest[:NEGATIVES]]
        return Example(
            f"{asked.id}{'' if kind in PLAIN else '-' + kind}", self.name, held_out(home), kind, question,
            [p.id for p in chosen], [gold if answerable else [], *none],
            [_answers(passage, gold, asked.answers) if answerable else [], *([] for _ in none)],
        )  # fmt: skip

    def _divided(
        self, snapshot: Snapshot, asked: AskedQuestion, rows: Sequence[tuple[str, StoredPassage]]
    ) -> tuple[Passage, list[int], list[Passage]] | None:
        """The first passage with gold sentences, which they are, and those without an answer; None where none has."""
        first, rest = None, []
        for article, row in rows:
            passage = self._passage(snapshot, row)
            spans = [(a + row.start, b + row.start) for a, b in passage.sentences]
            gold = [i for i, span in enumerate(spans) if is_gold(asked, article, *span)]
            if gold and first is None:
                first = (passage, gold)
            elif not gold and not _says(passage.text, asked.answers):
                rest.append(passage)
        return None if first is None else (*first, rest)

    def _passage(self, snapshot: Snapshot, row: StoredPassage) -> Passage:
        key = f"{self.name}:{row.id}"
        if key in self.passages:
            return self.passages[key]
        article = snapshot.article_by_key(row.article)
        inside = snapshot.sentences(row.article, row.first, row.last)
        spans = [(max(s.span.start, row.start) - row.start, min(s.span.end, row.end) - row.start) for s in inside]
        pieces = self.model.get().pieces
        title = cap_title(article.title, pieces) if article.title else ""
        return Passage(key, title, article.text[row.start : row.end], spans)


def _says(text: str, answers: Sequence[str]) -> bool:
    """Whether the text has one of the answers in its words: then it may answer too, and is no negative."""
    said = f" {' '.join(words(text))} "
    return any(len(a) > 3 and f" {' '.join(words(a))} " in said for a in answers)


def _answers(passage: Passage, gold: Sequence[int], answers: Sequence[str]) -> list[tuple[int, int]]:
    found = set()
    for i in gold:
        start, end = passage.sentences[i]
        for answer in answers:
            at = passage.text.find(answer, start, end) if answer else -1
            if at >= 0:
                found.add((at, at + len(answer)))
    return sorted(found)


def paired(file: Path, model: Lazy[SentenceEmbedding], seed: int) -> tuple[dict[str, Passage], list[Example]]:
    """SelQA's sections put together again, and a sample of QAMR's sentences, each a passage of its own."""
    rng = random.Random(seed)
    pieces = model.get().pieces
    passages: dict[str, Passage] = {}
    examples: list[Example] = []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [r for r in map(json.loads, lines) if r["split"] == "train" and r["src"] in ("selqa", "qamr_wikinews")]
    groups = [list(g) for _, g in itertools.groupby(rows, key=lambda r: (r["src"], r["qid"]))]
    qamr = [g for g in groups if g[0]["src"] == "qamr_wikinews"]
    for group in [g for g in groups if g[0]["src"] == "selqa"] + rng.sample(qamr, min(QAMR, len(qamr))):
        chunks: list[list[dict[str, Any]]] = [[]]
        used = 0
        for row in group:
            size = len(pieces(row["s"])) if row["src"] == "selqa" else SECTION_PIECES
            if chunks[-1] and used + size > SECTION_PIECES:
                chunks.append([])
                used = 0
            chunks[-1].append(row)
            used += size
        chunks.sort(key=lambda c: not any(r["label"] for r in c))  # stable: the chunk with an answer first
        if not any(r["label"] for r in chunks[0]):
            continue
        made = [_joined(f"{group[0]['src']}:{group[0]['qid']}:{n}", c) for n, c in enumerate(chunks)]
        passages.update({p.id: p for p in made})
        gold = [[i for i, r in enumerate(c) if r["label"]] for c in chunks]
        split = held_out(group[0]["qid"])
        ids = [p.id for p in made]
        empty: list[list[tuple[int, int]]] = [[] for _ in ids]
        examples.append(Example(group[0]["qid"], group[0]["src"], split, "asked", group[0]["q"], ids, gold, empty))
    return passages, examples


def _joined(id: str, rows: Sequence[dict[str, Any]]) -> Passage:
    text, spans = "", []
    for row in rows:
        start = len(text) + bool(text)
        text = f"{text} {row['s']}" if text else row["s"]
        spans.append((start, len(text)))
    return Passage(id, "", text, spans)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--documents", nargs="+", type=Path, default=[])
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    settings = Settings.from_environment()
    model = lazy_embedding(settings.model)
    passages: dict[str, Passage] = {}
    examples: list[Example] = []
    for folder in args.documents:
        dataset = load_dataset(folder)
        with open_dataset(dataset, settings, model) as qa:
            miner = Miner(
                qa, model, dataset.name, [q for q in dataset.questions if q.gold or not q.answerable], args.seed
            )
            examples += miner.examples()
            passages.update(miner.passages)
    if args.pairs:
        more, others = paired(args.pairs, model, args.seed)
        passages.update(more)
        examples += others
    used = {id for e in examples for id in e.passages}
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "near.json").write_text(json.dumps(near_words(model.get())), "utf-8")
    _write(args.out / "passages.jsonl", (asdict(p) for p in passages.values() if p.id in used))
    _write(args.out / "examples.jsonl", map(asdict, examples))
    counts: dict[tuple[str, str, str], int] = {}
    for e in examples:
        counts[e.set, e.split, e.kind] = counts.get((e.set, e.split, e.kind), 0) + 1
    for key, n in sorted(counts.items()):
        print(*key, n)


def _write(path: Path, rows: Iterator[dict[str, Any]] | Any) -> None:
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    partial.replace(path)


if __name__ == "__main__":
    main()
