"""Evaluation sets: a folder with `corpus.jsonl` and `questions.jsonl` (or `.jsonl.gz`), one JSON object a line.

corpus: {id, text, title?, date?, source?, url?}; questions: {id, question, answers, evidence: [{doc_id, text?, start?,
end?, grade?}], answerable}. Offsets are code points in the document's text as given.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qa.answer.question.conversation import Earlier
from qa.core.dates import parse_date
from qa.core.errors import ArticleError, DatasetError
from qa.core.files import write_file
from qa.core.types import Article
from qa.corpus.article_file import checked_field
from qa.corpus.canonical import canonical_text, slug
from qa.corpus.folder import Corpus

_SAFE_ID = re.compile(r"[\w][\w.-]{0,79}")


@dataclass(frozen=True, slots=True)
class Gold:
    """Where an answer stands. `spans` are all places of its text, empty when it names the document only."""

    article: str
    grade: int
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question with what is known of its answer. `unlocated` counts gold texts not found in their document."""

    id: str
    text: str
    answerable: bool
    answers: tuple[str, ...]
    gold: tuple[Gold, ...]
    unlocated: int = 0
    history: tuple[Earlier, ...] = ()


@dataclass
class Dataset:
    """A loaded set. Article ids are the documents' own where they can be file names."""

    name: str
    articles: list[Article]
    questions: list[AskedQuestion]
    digest: str
    skipped: list[str] = field(default_factory=list)


def load_dataset(folder: Path) -> Dataset:
    """Read a set. Raises DatasetError naming the file and line."""
    files = {name: _find(folder, name) for name in ("corpus", "questions")}
    digest = hashlib.sha256(files["corpus"].read_bytes()).hexdigest()[:12]
    dataset = Dataset(folder.resolve().name, [], [], digest)
    ids: dict[str, str] = {}
    raw_texts: dict[str, str] = {}
    for line, doc in _lines(files["corpus"]):
        try:
            article = _article(doc)
        except (ArticleError, KeyError, TypeError) as error:
            dataset.skipped.append(f"{files['corpus'].name}, line {line}: {error}")
            continue
        ids[doc["id"]], raw_texts[article.id] = article.id, doc["text"]
        dataset.articles.append(article)
    if not dataset.articles:
        raise DatasetError(f"{files['corpus']} holds no usable document; expected lines with id and text.")
    texts = {a.id: a.text for a in dataset.articles}
    for line, asked in _lines(files["questions"]):
        try:
            dataset.questions.append(_question(asked, ids, texts, raw_texts))
        except (KeyError, TypeError) as error:
            raise DatasetError(
                f"{files['questions']}, line {line}: {error!r} is missing or of the wrong type."
            ) from error
    return dataset


def write_corpus(dataset: Dataset, home: Path) -> None:
    """Put the set's documents into a home of their own, once."""
    done = home / "complete"
    if done.is_file():
        return
    corpus = Corpus(home / "corpus")
    for article in dataset.articles:
        corpus.write(article)
    write_file(done, dataset.digest)


def _find(folder: Path, name: str) -> Path:
    for path in (folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz"):
        if path.is_file():
            return path
    raise DatasetError(
        f"{folder} holds no {name}.jsonl; expected a folder with corpus.jsonl and questions.jsonl. "
        "docs/evaluation.md describes the format."
    )


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    unpack = gzip.open if path.suffix == ".gz" else open
    with unpack(path, "rt", encoding="utf-8") as file:
        for n, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except ValueError as error:
                raise DatasetError(f"{path}, line {n} is not JSON: {error}") from error
            if not isinstance(value, dict):
                raise DatasetError(f"{path}, line {n} is no JSON object.")
            yield n, value


def _article(doc: dict[str, Any]) -> Article:
    id = str(doc["id"])
    if not _SAFE_ID.fullmatch(id) or id.casefold() == "readme":
        id = f"{slug(id)[:60]}-{hashlib.sha256(id.encode()).hexdigest()[:8]}"
    text = canonical_text(doc["text"])
    if not any(c.isalnum() for c in text):
        raise ArticleError("the document has no words")
    return Article(
        id=id,
        text=text,
        title=" ".join(canonical_text(doc.get("title") or "").split())[:500] or None,
        outlet=_kept("outlet", doc.get("source")),
        url=_kept("url", doc.get("url")),
        published=_date(doc.get("date")),
        added="2000-01-01",  # the same at every run, so that a rebuilt home is the same home
    )


def _kept(field: str, value: Any) -> str | None:
    """Return the value where an article can hold it: one that cannot be read again would be refused at every start."""
    try:
        return checked_field(field, value or None)
    except ArticleError:
        return None


def _date(value: Any) -> str | None:
    try:
        return parse_date(str(value)).isoformat()
    except ValueError:
        return None


def _question(
    asked: dict[str, Any], ids: dict[str, str], texts: Mapping[str, str], raw_texts: dict[str, str]
) -> AskedQuestion:
    gold, unlocated = [], 0
    for evidence in asked.get("evidence") or []:
        article = ids.get(evidence["doc_id"])
        if article is None:
            unlocated += 1
            continue
        spans = _locate(evidence, texts[article], raw_texts[article])
        unlocated += evidence.get("text") is not None and not spans
        gold.append(Gold(article, int(evidence.get("grade", 1)), spans))
    return AskedQuestion(
        str(asked["id"]), asked["question"], bool(asked.get("answerable", True)), tuple(asked.get("answers") or ()),
        tuple(gold), unlocated, read_history(asked.get("history") or ()),
    )  # fmt: skip


def read_history(turns: Sequence[Any]) -> tuple[Earlier, ...]:
    """Earlier questions: texts, or turns with a role, where what follows a user's turn answers it."""
    found: list[Earlier] = []
    for turn in turns:
        said = turn if isinstance(turn, str) else turn.get("question") or turn.get("text") or ""
        if isinstance(turn, str) or "question" in turn or turn.get("role") == "user":
            found.append(Earlier(said))
        elif found and turn.get("role") != "topic":
            found[-1] = replace(found[-1], sentences=(*found[-1].sentences, said))
    return tuple(found)


def _locate(evidence: dict[str, Any], text: str, raw: str) -> tuple[tuple[int, int], ...]:
    """All places of the gold text in the canonical text; the given one alone where offsets are given and hold."""
    if evidence.get("text") is None:
        return ()
    start, end = evidence.get("start"), evidence.get("end")
    if start is not None and end is not None and text == raw:
        return ((start, end),)
    wanted = canonical_text(evidence["text"])
    places = [m.start() for m in re.finditer(re.escape(wanted), text)] if wanted else []
    if start is not None and places:
        places = [min(places, key=lambda p: abs(p - start))]  # canonical text moved by a few characters
    return tuple((p, p + len(wanted)) for p in places)
