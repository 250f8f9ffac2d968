"""`qa evaluate`: how often the right document and sentence come first, and how often declining is right.

Asks a set's questions through the same code as `qa ask` and compares with its gold answers. Ranking measures are
ir-measures' and scikit-learn's; the rest is counting.
"""

from __future__ import annotations

import json
import logging
import random
import re
import statistics
import string
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qa.answer.evidence.evidence import Selector
from qa.answer.evidence.retrieve import DEPTH, RANKINGS
from qa.answer.question.clean import MAX_QUESTION, clean_question
from qa.core.display import progress_bar
from qa.core.errors import DatasetError
from qa.core.files import write_file
from qa.core.lazy import Lazy
from qa.core.settings import Settings
from qa.core.types import Answer, Filters
from qa.corpus.folder import Corpus
from qa.index.embedding import SentenceEmbedding, lazy_embedding
from qa.quality.dataset import AskedQuestion, Dataset, load_dataset, write_corpus
from qa.service.service import QA

log = logging.getLogger(__name__)

KEYS = (
    "set", "documents", "questions", "unlocated_gold", "document_recall@1", "document_recall@5",
    "document_recall@10", "ndcg@5", "ndcg@10", "sentence@1", "sentence@3", "shown@1", "shown@3", "not_plain",
    "citation_precision", "citation_recall", "citations_exact", "answer_contains", "abstention_auroc",
    "decline_precision", "decline_recall", "false_decline", "latency_ms_p50", "latency_ms_p95",
    "index_seconds", "passages_per_second",
)  # fmt: skip
SAME_SENTENCE = 0.5  # of the longer of two spans must be shared


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what came of it. `documents` and `sentences` are ranked, best first."""

    question: AskedQuestion
    answer: Answer
    documents: tuple[str, ...]
    sentences: tuple[tuple[str, int, int], ...]
    milliseconds: float


def evaluate_folder(
    folder: Path,
    settings: Settings,
    *,
    limit: int | None = None,
    seed: int = 0,
    model: Lazy[SentenceEmbedding] | None = None,
) -> tuple[dict[str, Any], list[Asked]]:
    """Return a set's figures, keys as in KEYS, None where the set cannot say, and what they count.

    Raises DatasetError.
    """
    dataset = load_dataset(folder)
    for reason in dataset.skipped:
        log.warning("left out: %s", reason)
    with open_dataset(dataset, settings, model) as qa:
        asked = ask_all(qa, draw(dataset.questions, limit, seed))
        indexing = json.loads((qa.settings.home / "indexing.json").read_text("utf-8"))
    return figures(dataset, asked, indexing, qa.settings.home), asked


def open_dataset(
    dataset: Dataset,
    settings: Settings,
    model: Lazy[SentenceEmbedding] | None = None,
    selector: Selector | None = None,
    rankings: Sequence[str] = RANKINGS,
) -> QA:
    """Open the set's index in its cached place below `index/`, made first when it is not there. Chroma answers."""
    home = settings.index / "evaluations" / f"{dataset.name}-{dataset.digest}"
    home.mkdir(parents=True, exist_ok=True)
    write_corpus(dataset, home)
    own = replace(settings, home=home)
    model = model or lazy_embedding(settings.model)
    qa = QA.open(settings=own, model=model, command="qa evaluate", selector=selector, rankings=rankings)
    qa.warm_up()
    started = time.perf_counter()
    with progress_bar(f"indexing {dataset.name}") as progress:
        report = qa.sync(progress)
    seconds = time.perf_counter() - started
    qa.attach_chroma()
    record = home / "indexing.json"
    if report.changed or not record.is_file():
        rate = report.passages / seconds if report.passages else None
        write_file(record, json.dumps({"seconds": seconds, "passages_per_second": rate}))
    return qa


def draw(questions: Sequence[AskedQuestion], limit: int | None, seed: int) -> list[AskedQuestion]:
    """All questions, or a seeded sample in the order of the file."""
    if limit is None or limit >= len(questions):
        return list(questions)
    chosen = set(random.Random(seed).sample(range(len(questions)), limit))  # noqa: S311
    return [q for i, q in enumerate(questions) if i in chosen]


def ask_all(qa: QA, questions: Sequence[AskedQuestion]) -> list[Asked]:
    """Ask every question the way `QA.ask` does, and keep the rankings that an answer leaves out."""
    from tqdm import tqdm

    if not questions:
        raise DatasetError("The set holds no question.")
    return [_ask(qa, q) for q in tqdm(questions, desc="asking", unit="question", disable=None)]


def _ask(qa: QA, asked: AskedQuestion) -> Asked:
    started = time.perf_counter()
    question = clean_question(asked.text[:MAX_QUESTION])
    found = qa.answerer.explain(question, Filters(), asked.history, top=DEPTH)
    milliseconds = (time.perf_counter() - started) * 1000
    ranked = (e.candidate for e in found.ranking.evidence)
    spans = ((c.article.id, c.sentence.span.start, c.sentence.span.end) for c in ranked)
    documents = tuple(dict.fromkeys(h.article for h in found.hits))
    return Asked(asked, found.answer, documents, tuple(spans), milliseconds)


def figures(dataset: Dataset, asked: Sequence[Asked], indexing: dict[str, Any], home: Path) -> dict[str, Any]:
    """Return the figures as defined in docs/evaluation.md."""
    latencies = sorted(a.milliseconds for a in asked)
    values: dict[str, Any] = {
        "set": dataset.name,
        "documents": len(dataset.articles),
        "questions": len(asked),
        "unlocated_gold": sum(a.question.unlocated for a in asked),
        **_document_figures(asked),
        **_sentence_figures(asked),
        **_shown_figures(asked),
        **_citation_figures(asked, home),
        "answer_contains": _mean([_contains(a) for a in asked if a.question.answerable and a.question.answers]),
        **_decline_figures(asked),
        "latency_ms_p50": statistics.median(latencies),
        "latency_ms_p95": latencies[min(len(latencies) - 1, int(0.95 * len(latencies)))],
        "index_seconds": indexing["seconds"],
        "passages_per_second": indexing["passages_per_second"],
    }
    return {key: round(v, 4) if isinstance(v := values.get(key), float) else v for key in KEYS}


def _document_figures(asked: Sequence[Asked]) -> dict[str, float | None]:
    import ir_measures
    from ir_measures import R, nDCG

    names = {f"document_recall@{k}": R @ k for k in (1, 5, 10)} | {f"ndcg@{k}": nDCG @ k for k in (5, 10)}
    judged = [a for a in asked if a.question.gold]
    if not judged:
        return dict.fromkeys(names)
    qrels, run = [], []
    for a in judged:
        grades: dict[str, int] = {}
        for gold in a.question.gold:
            grades[gold.article] = max(gold.grade, grades.get(gold.article, 0))
        qrels += [ir_measures.Qrel(a.question.id, article, grade) for article, grade in grades.items()]
        ranked = enumerate(a.documents)
        run += [ir_measures.ScoredDoc(a.question.id, article, float(-rank)) for rank, article in ranked]
    measured = ir_measures.calc_aggregate(list(names.values()), qrels, run)
    return {name: float(measured[measure]) for name, measure in names.items()}


def _sentence_figures(asked: Sequence[Asked]) -> dict[str, float | None]:
    located = [a for a in asked if a.question.answerable and any(g.spans for g in a.question.gold)]
    return {
        f"sentence@{k}": _mean([any(is_gold(a.question, *s) for s in a.sentences[:k]) for a in located]) for k in (1, 3)
    }


def _shown_figures(asked: Sequence[Asked]) -> dict[str, float | int | None]:
    """Return the figures of the sentences as a reader is shown them, a declined question counted as wrong.

    `not_plain` counts the questions that were taken for another kind than plain.
    """
    located = [a for a in asked if a.question.answerable and any(g.spans for g in a.question.gold)]
    shown = [(a.question, [s.citations for s in a.answer.sentences]) for a in located]
    return {
        f"shown@{k}": _mean([any(is_gold(q, c.article, c.start, c.end) for cs in s[:k] for c in cs) for q, s in shown])
        for k in (1, 3)
    } | {"not_plain": sum(a.answer.understood is not None and a.answer.understood.kind != "plain" for a in asked)}


def _citation_figures(asked: Sequence[Asked], home: Path) -> dict[str, float | None]:
    corpus = Corpus(home / "corpus")
    articles = {file.id: corpus.read(file) for file in corpus.files()}
    precisions, recalls, exact = [], [], []
    for a in asked:
        cited = [c for s in a.answer.sentences for c in s.citations]
        for c in cited:
            article = articles[c.article]
            exact.append(article.version == c.version and article.text[c.start : c.end] == c.quote)
        if not cited or not any(g.spans for g in a.question.gold):
            continue
        spans = [(c.article, c.start, c.end) for c in cited]
        precisions.append(_mean([is_gold(a.question, *s) for s in spans]) or 0.0)
        wanted = [g for g in a.question.gold if g.spans]
        found = [any(s[0] == g.article and _same(s[1:], span) for s in spans for span in g.spans) for g in wanted]
        recalls.append(_mean(found) or 0.0)
    return {
        "citation_precision": _mean(precisions),
        "citation_recall": _mean(recalls),
        "citations_exact": _mean(exact),
    }


def _decline_figures(asked: Sequence[Asked]) -> dict[str, float | None]:
    from sklearn.metrics import roc_auc_score

    labels = [a.question.answerable for a in asked]
    declined = [a.answer.declined or not a.answer.sentences for a in asked]  # what cites nothing answers nothing
    sure = [0.0 if not a.answer.sentences and not a.answer.declined else a.answer.confidence for a in asked]
    answerable = [d for d, label in zip(declined, labels, strict=True) if label]
    unanswerable = [d for d, label in zip(declined, labels, strict=True) if not label]
    both = bool(answerable) and bool(unanswerable)
    return {
        "abstention_auroc": float(roc_auc_score(labels, sure)) if both else None,
        "decline_precision": sum(unanswerable) / sum(declined) if both and any(declined) else None,
        "decline_recall": _mean(unanswerable) if both else None,
        "false_decline": _mean(answerable),
    }


def is_gold(question: AskedQuestion, article: str, start: int, end: int) -> bool:
    """Return True if a span is one of the question's gold sentences."""
    return any(g.article == article and _same((start, end), span) for g in question.gold for span in g.spans)


def _same(a: Sequence[int], b: Sequence[int]) -> bool:
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return shared >= SAME_SENTENCE * max(a[1] - a[0], b[1] - b[0])


def _contains(asked: Asked) -> bool:
    said = f" {_normalised(' '.join(s.text for s in asked.answer.sentences))} "
    return any(f" {wanted} " in said for answer in asked.question.answers if (wanted := _normalised(answer)))


def _normalised(text: str) -> str:
    """As SQuAD does: lower case, without punctuation, articles and extra white space (Rajpurkar et al. 2016)."""
    text = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def _mean(values: Sequence[float | bool]) -> float | None:
    return sum(values) / len(values) if values else None
