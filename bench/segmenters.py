"""Sentence segmenters compared on gold sentence ends: precision, recall, F1 and characters per second, as Markdown.

    python bench/segmenters.py [--show NAME] FILE...

A .txt file holds one gold sentence a line and a blank line between paragraphs; a line that starts with "- " is a list
item and keeps its line, a line that ends in a backslash is followed by the next without a space. A .jsonl file holds
one object a line with a gold sentence in the field `s`, as in the question-answer pairs of QAMR's Wikinews part
(public: uwnlp/qamr, MIT); those are tokenised as in the Penn Treebank, so spaces before punctuation are taken back, and
ten distinct ones that end like a sentence make an article. A .md file is an article of the corpus, whose
sentences stand in a .txt file of the same name beside this script's data (data/NAME.txt).

An end is counted in characters that are no white space, so that a segmenter may trim as it likes. The last end of an
article is everybody's and not counted.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 3  # of timing; the median is shown
SENTENCES_PER_ARTICLE = 10
DATA = Path(__file__).parent / "data"

_ENDS_LIKE_A_SENTENCE = re.compile(r"[.!?]['\"”’)]*$")

Segmenter = Callable[[str], list[str]]


@dataclass(frozen=True)
class Document:
    """A text and its gold sentences in order."""

    text: str
    sentences: tuple[str, ...]


def read(path: Path) -> list[Document]:
    """The documents of a file of any of the three forms."""
    if path.suffix == ".jsonl":
        return _pseudo_articles(path)
    if path.suffix == ".md":
        from qa.corpus.article_file import parse_article

        text = parse_article(path.read_text(encoding="utf-8"), path.stem, markdown=True).text
        return [_checked(Document(text, _lines(DATA / f"{path.stem}.txt")))]
    paragraphs = path.read_text(encoding="utf-8").strip().split("\n\n")
    return [_checked(Document("\n\n".join(map(_joined, paragraphs)), _lines(path)))]


def detokenised(sentence: str) -> str:
    """Penn Treebank tokens put together again as they are printed."""
    out = re.sub(r"``|''", '"', sentence.strip())
    out = re.sub(r'(^|[\s(])" ([^"]*?)\s*"(?=$|[\s.,;:!?)])', r'\1"\2"', out)
    out = re.sub(r"\s+([.,;:!?)\]%])", r"\1", out)
    out = re.sub(r"([(\[$])\s+", r"\1", out)
    out = re.sub(r"\s+(n't|'(?:s|re|ve|ll|d|m))\b", r"\1", out)
    out = re.sub(r'"\s+(?=[.,;:!?])', '"', out)
    return re.sub(r'^"\s+|\s+"$', '"', out)  # a quotation that another sentence closes or opens


def segmenters() -> dict[str, Segmenter]:
    """Every segmenter by name: from a text to its sentences."""
    import nupunkt
    import pysbd
    import sentencex
    import spacy
    from syntok import segmenter as syntok

    from qa.corpus.sentences import sentence_spans

    python_sbd = pysbd.Segmenter(language="en", clean=False)
    sentencizer = spacy.blank("en")
    sentencizer.add_pipe("sentencizer")
    sentencizer.max_length = 10**8

    def of_syntok(text: str) -> list[str]:
        return ["".join(t.spacing + t.value for t in s) for paragraph in syntok.process(text) for s in paragraph]

    return {
        "Groundwire": lambda text: [text[a:b] for a, b in sentence_spans(text)],
        "nupunkt": lambda text: [text[a:b] for a, b in nupunkt.sent_spans(text)],
        "pysbd": python_sbd.segment,
        "syntok": of_syntok,
        "sentencex": lambda text: list(sentencex.segment("en", text)),
        "spaCy sentencizer": lambda text: [s.text for s in sentencizer(text).sents],
    }


def ends(sentences: Iterable[str]) -> list[int]:
    """Where sentences end, counted in characters that are no white space; empty ones do not count."""
    found: list[int] = []
    count = 0
    for sentence in sentences:
        size = len("".join(sentence.split()))
        count += size
        if size:
            found.append(count)
    return found


def score(documents: list[Document], segment: Segmenter) -> tuple[float, float, float]:
    """Precision, recall and F1 of the inner sentence ends."""
    right = said = gold = 0
    for document in documents:
        wanted, found = set(ends(document.sentences)[:-1]), set(ends(segment(document.text))[:-1])
        right, said, gold = right + len(wanted & found), said + len(found), gold + len(wanted)
    precision, recall = right / max(said, 1), right / max(gold, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def speed(documents: list[Document], segment: Segmenter) -> float:
    """Characters per second, median of ROUNDS."""
    characters = sum(len(d.text) for d in documents)
    rates = []
    for n in range(ROUNDS):
        texts = [d.text.replace(". ", f" {n}. ") for d in documents]  # new ones, since some segmenters keep results
        begun = time.perf_counter()
        for text in texts:
            segment(text)
        rates.append(characters / (time.perf_counter() - begun))
    return statistics.median(rates)


def table(name: str, documents: list[Document]) -> Iterator[str]:
    """The Markdown table of one file."""
    inner = sum(len(d.sentences) - 1 for d in documents)
    characters = sum(len(d.text) for d in documents)
    yield f"**{name}**: {inner} inner sentence ends, {len(documents)} texts, {characters:,} characters\n"
    yield "| segmenter | precision | recall | F1 | characters/s |"
    yield "|---|---|---|---|---|"
    for segmenter, segment in segmenters().items():
        segment(documents[0].text)  # models load on first use
        precision, recall, f1 = score(documents, segment)
        rate = speed(documents, segment)
        yield f"| {segmenter} | {precision:.3f} | {recall:.3f} | {f1:.3f} | {rate:,.0f} |"
    yield ""


def differences(documents: list[Document], segment: Segmenter) -> Iterator[str]:
    """Each wrong or missed end with the text around it."""
    for document in documents:
        wanted, found = set(ends(document.sentences)[:-1]), set(ends(segment(document.text))[:-1])
        places = [i for i, c in enumerate(document.text) if not c.isspace()]
        for end in sorted(wanted ^ found):
            at = places[end - 1] + 1
            around = document.text[max(0, at - 50) : at] + "⏐" + document.text[at : at + 30]
            yield f"{'missed' if end in wanted else 'wrong '} {around!r}"


def main(arguments: list[str]) -> None:
    """Print one table a file; with --show NAME the errors of that segmenter instead."""
    show = None
    if arguments[:1] == ["--show"]:
        show, arguments = arguments[1], arguments[2:]
    if not arguments:
        sys.exit("Name files with gold sentences; see the head of this script.")
    for path in map(Path, arguments):
        documents = read(path)
        print("\n".join(differences(documents, segmenters()[show]) if show else table(path.name, documents)))


def _joined(paragraph: str) -> str:
    text = ""
    for line in paragraph.split("\n"):
        gap = "" if not text or text.endswith("\\") else "\n" if line.startswith("- ") else " "
        text = text.removesuffix("\\") + gap + line
    return text


def _lines(path: Path) -> tuple[str, ...]:
    return tuple(s.removesuffix("\\") for s in path.read_text(encoding="utf-8").split("\n") if s.strip())


def _checked(document: Document) -> Document:
    if "".join(document.text.split()) != "".join("".join(document.sentences).split()):
        sys.exit("The gold sentences are not the text's; they must hold the same characters in the same order.")
    return document


def _pseudo_articles(path: Path) -> list[Document]:
    with path.open(encoding="utf-8") as file:
        distinct = dict.fromkeys(json.loads(line)["s"] for line in file)
    sentences = [s for s in map(detokenised, distinct) if _ENDS_LIKE_A_SENTENCE.search(s)]
    groups = (sentences[i : i + SENTENCES_PER_ARTICLE] for i in range(0, len(sentences), SENTENCES_PER_ARTICLE))
    return [Document(" ".join(group), tuple(group)) for group in groups]


if __name__ == "__main__":
    main(sys.argv[1:])
