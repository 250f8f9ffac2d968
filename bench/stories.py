"""Which library and which settings tell copies of one story from articles that merely look alike.

    python bench/stories.py EVAL

EVAL is the folder of evaluation sets (docs/evaluation.md); their articles are the stories. Copies are made of them as
agencies' customers make them: another headline and byline, words of the house style, a changed figure, the end cut off.
What must stay apart: other articles, follow-ups that repeat a third of the background, and texts made from a template
(weather, results, share prices). Prints Markdown tables. `datasketch`, `rensa` and `simhash` have to be installed for
the comparison; only the first is what Groundwire itself needs.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.corpus.words import words
from qa.index.catalog.near_duplicates import PLACES, SHINGLE, THRESHOLD

SETS = ("belebele_wikinews_en", "clapnq", "selqa_dev", "mtrag_subset")
SHORTEST = 120  # words of an article that copies are made of
MOST = 400  # stories
CUTS = (0.0, 0.1, 0.2, 0.3, 0.4)  # of a copy's end
HOUSE = (0.0, 0.01, 0.02, 0.04)  # of a copy's words, replaced
SAID = ("Reporting by our own correspondent.", "This report was first published by an agency.", "Editing by the desk.")
CITIES = "Lodz Turin Malmo Cork Ghent Porto Graz Brno Split Tartu Vigo Bari Kiel Lille Leeds Umea Bergen Nantes".split()
SKIES = ("sunny", "cloudy", "rainy", "windy", "foggy", "clear", "mixed", "stormy")
CLUBS = [f"{c} {k}" for c in CITIES for k in ("United", "Rovers", "Athletic")]

Pair = tuple[str, str]
Signature = Any


def stories(folder: Path) -> list[str]:
    """Distinct natural articles, long enough to be copied."""
    texts = []
    for name in SETS:
        for line in (folder / name / "corpus.jsonl").read_text("utf-8").splitlines():
            text = json.loads(line)["text"]
            if len(text.split()) >= SHORTEST:
                texts.append(" ".join(text.split()[:1500]))
    chosen = random.Random(1).sample(texts, min(MOST, len(texts)))
    return list(dict.fromkeys(chosen))


def copy_of(text: str, cut: float, house: float, vocabulary: Sequence[str], rng: random.Random) -> str:
    """A syndicated copy: its end cut off, some words replaced, one figure changed, a headline and a byline added."""
    kept = text.split()
    kept = kept[: max(30, int(len(kept) * (1 - cut)))]
    for i in range(len(kept)):
        if rng.random() < house:
            kept[i] = rng.choice(vocabulary)
    figures = [i for i, w in enumerate(kept) if any(c.isdigit() for c in w)]
    if figures:
        kept[rng.choice(figures)] = str(rng.randrange(10_000))
    headline = " ".join(rng.choice(vocabulary) for _ in range(8))
    return f"{headline}\n\n{rng.choice(CITIES).upper()} - {' '.join(kept)}\n\n{rng.choice(SAID)}"


def follow_up(text: str, other: str, share: float) -> str:
    """Another article that repeats a share of its words from an earlier one as background."""
    mine, theirs = other.split(), text.split()
    length = min(len(mine), len(theirs))
    background = theirs[: int(length * share)]
    return " ".join(mine[: length - len(background)] + background)


def weather(rng: random.Random) -> str:
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    parts = [f"Weather for {rng.choice(CITIES)} and the surrounding area."]
    for day in rng.sample(days, 3):
        parts.append(
            f"{day} will be {rng.choice(SKIES)} in the morning and {rng.choice(SKIES)} in the afternoon, with a "
            f"high of {rng.randrange(-5, 35)} and a low of {rng.randrange(-15, 20)} degrees. Winds will come "
            f"from the {rng.choice(('north', 'south', 'east', 'west'))} at {rng.randrange(5, 90)} km an hour, and the "
            f"chance of rain is {rng.randrange(0, 100)} percent."
        )
    return " ".join(parts)


def results(rng: random.Random) -> str:
    lines = [f"Results of round {rng.randrange(1, 39)} of the second division, as sent in by the clubs."]
    for _ in range(8):
        home, away = rng.sample(CLUBS, 2)
        lines.append(
            f"{home} {rng.randrange(6)} {away} {rng.randrange(6)}, attendance {rng.randrange(800, 30_000)}, "
            f"referee from {rng.choice(CITIES)}, sent off: {rng.randrange(3)}."
        )
    return "\n".join(lines)


def shares(rng: random.Random) -> str:
    move = ("rose", "fell", "gained", "lost")
    return (
        f"Shares in {rng.choice(CLUBS)} {rng.choice(move)} {rng.randrange(1, 99) / 10} percent to close at "
        f"{rng.randrange(100, 9999) / 100} on {rng.choice(('Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'))}, "
        f"while the wider market {rng.choice(move)} {rng.randrange(1, 40) / 10} percent. Volume was "
        f"{rng.randrange(10, 900)} thousand shares, compared with a daily mean of {rng.randrange(10, 900)} thousand. "
        "Analysts who follow the company expect it to report earnings next month. The company did not immediately "
        f"respond to a request for comment. Its shares have {rng.choice(move)} {rng.randrange(1, 60)} percent so far "
        "this year. Past performance is no guarantee of future returns, and nothing in this report is advice."
    )


TEMPLATES: tuple[Callable[[random.Random], str], ...] = (weather, results, shares)


def shingles(text: str, size: int) -> list[str]:
    said = words(text)
    return list(dict.fromkeys(" ".join(said[i : i + size]) for i in range(max(1, len(said) - size + 1))))


class Datasketch:
    name = "datasketch MinHash"

    def __init__(self, permutations: int) -> None:
        from datasketch import MinHash

        self._empty = MinHash(num_perm=permutations)

    def sign(self, tokens: Sequence[str]) -> Signature:
        sketch = self._empty.copy()
        sketch.update_batch([t.encode() for t in tokens])
        return sketch.hashvalues

    @staticmethod
    def alike(a: Signature, b: Signature) -> float:
        return float(np.mean(a == b))


class Rensa(Datasketch):
    name = "rensa RMinHash"

    def __init__(self, permutations: int) -> None:
        from rensa import RMinHash

        self._make, self._permutations = RMinHash, permutations

    def sign(self, tokens: Sequence[str]) -> Signature:
        sketch = self._make(self._permutations, 1)
        sketch.update(list(tokens))
        return np.array(sketch.digest(), np.uint32)


class SimHash:
    name = "simhash"

    def __init__(self, permutations: int) -> None:
        from simhash import Simhash

        self._make, self._bits = Simhash, permutations

    def sign(self, tokens: Sequence[str]) -> Signature:
        return self._make(list(tokens), f=self._bits)

    def alike(self, a: Signature, b: Signature) -> float:
        return 1 - float(a.distance(b)) / self._bits


def pairs(texts: Sequence[str], size: int = 300) -> tuple[list[tuple[str, Pair]], list[tuple[str, Pair]]]:
    """What belongs together and what does not, each pair with its kind."""
    rng = random.Random(2)
    vocabulary = sorted({w for t in texts[:50] for w in t.split()})
    together, apart = [], []
    for cut in CUTS:
        for house in HOUSE:
            for text in rng.sample(list(texts), 60):
                together.append((f"cut {cut:.0%}", (text, copy_of(text, cut, house, vocabulary, rng))))
    for _ in range(3 * size):
        apart.append(("other articles", tuple(rng.sample(list(texts), 2))))
    for share in (0.2, 0.35, 0.5):
        for _ in range(size):
            a, b = rng.sample(list(texts), 2)
            apart.append((f"follow-up, {share:.0%} repeated", (a, follow_up(a, b, share))))
    for make in TEMPLATES:
        for _ in range(size):
            apart.append((f"template: {make.__name__}", (make(rng), make(rng))))
    return together, apart


def scored(library: Any, size: int, labelled: Sequence[tuple[str, Pair]]) -> Iterator[tuple[str, float]]:
    for kind, (a, b) in labelled:
        yield kind, library.alike(library.sign(shingles(a, size)), library.sign(shingles(b, size)))


def figures(library: Any, size: int, together: Any, apart: Any) -> dict[str, Any]:
    """The threshold that separates best, precision and recall there, and how fast signing is."""
    same, other = list(scored(library, size, together)), list(scored(library, size, apart))
    best = max((f1(same, other, t / 100), t / 100) for t in range(5, 100))
    threshold = best[1]
    found = sum(s >= threshold for _, s in same)
    wrong = sum(s >= threshold for _, s in other)
    text = shingles(max((a for _, (a, _) in together), key=len), size)
    started = time.perf_counter()
    for _ in range(20):
        library.sign(text)
    spent = (time.perf_counter() - started) / 20 / len(text)
    return {
        "threshold": threshold, "precision": found / max(1, found + wrong), "recall": found / len(same),
        "microseconds": spent * 1e6, "same": same, "other": other,
    }  # fmt: skip


def f1(same: Sequence[tuple[str, float]], other: Sequence[tuple[str, float]], threshold: float) -> float:
    found, wrong = sum(s >= threshold for _, s in same), sum(s >= threshold for _, s in other)
    return 2 * found / (found + wrong + len(same)) if found else 0.0


def by_kind(rows: Sequence[tuple[str, float]], threshold: float) -> list[str]:
    out = []
    for kind in dict.fromkeys(k for k, _ in rows):
        scores = np.array([s for k, s in rows if k == kind])
        low, middle, high = np.quantile(scores, (0.02, 0.5, 0.98))
        linked = np.mean(scores >= threshold)
        out.append(f"| {kind} | {len(scores)} | {low:.2f} | {middle:.2f} | {high:.2f} | {linked:.3f} |")
    return out


def main() -> None:
    texts = stories(Path(sys.argv[1]))
    together, apart = pairs(texts)
    print(f"{len(texts)} stories, {len(together)} pairs that belong together, {len(apart)} that do not\n")
    print("| library | permutations or bits | words a shingle | best threshold | precision | recall | us a shingle |")
    print("|---|---|---|---|---|---|---|")
    for make in (Datasketch, Rensa, SimHash):
        for count in (128, 256) if make is not SimHash else (64, 128):
            for size in (2, 3, 4, 5):
                f = figures(make(count), size, together, apart)
                print(
                    f"| {make.name} | {count} | {size} | {f['threshold']:.2f} | {f['precision']:.4f} "
                    f"| {f['recall']:.4f} | {f['microseconds']:.2f} |",
                    flush=True,
                )
    f = figures(Datasketch(PLACES), SHINGLE, together, apart)
    print(f"\n{SHINGLE} words a shingle, {PLACES} permutations, linked at {THRESHOLD}:\n")
    print("| kind | pairs | 2 of 100 below | median | 2 of 100 above | linked |\n|---|---|---|---|---|---|")
    for line in (*by_kind(f["same"], THRESHOLD), *by_kind(f["other"], THRESHOLD)):
        print(line)


if __name__ == "__main__":
    main()
