"""What things cost: ratios within one run, interleaved, medians.

    python bench/cost.py DIR

DIR holds evaluation sets; `squad20` is used where it is there, else the first. Prints a Markdown table.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil

from qa.core.errors import DatasetError
from qa.core.lazy import Lazy
from qa.core.settings import Settings
from qa.core.types import Article, Filters
from qa.corpus.folder import Corpus
from qa.index.embedding import SentenceEmbedding, lazy_embedding
from qa.index.prepare import batch_articles, prepare
from qa.quality.dataset import Dataset, load_dataset
from qa.quality.evaluate import draw, open_dataset
from qa.service.service import QA

ROUNDS = 7
LARGE = 10_000  # passages
Row = tuple[str, str, str]


def cost_rows(datasets: Sequence[Dataset], settings: Settings, model: Lazy[SentenceEmbedding]) -> list[Row]:
    """All measurements, as (what, figure, bound)."""
    dataset = next((d for d in datasets if d.name == "squad20"), datasets[0])
    with open_dataset(dataset, settings, model) as qa:
        rows = [chroma_recall(qa, dataset), question_time(qa, dataset)]
    rows += [indexing_rate(dataset, model), adding_cost(dataset, model), *command_line()]
    return rows


def indexing_rate(dataset: Dataset, model: Lazy[SentenceEmbedding]) -> Row:
    """The rate of `prepare` plus storing against the bare model on the same passage texts."""
    embedding = model.get()
    articles = dataset.articles[: max(1, len(dataset.articles) // 4)]
    sample = prepare([(a, "") for a in articles], embedding)
    texts = [
        (f"{x.article.title}. " if x.article.title else "") + x.article.text[p.start : p.end]
        for x in sample
        for p in x.passages
    ]
    ratios = []
    for _ in range(ROUNDS):
        bare = _seconds(lambda: embedding.encode(texts))
        with (
            tempfile.TemporaryDirectory() as folder,
            QA.open(settings=Settings.from_environment(folder), model=model) as qa,
        ):
            for article in articles:
                Corpus(qa.settings.corpus).write(article)
            ours = _seconds(lambda qa=qa: qa.sync())  # type: ignore[misc]
        ratios.append(bare / ours)
    what = f"indexing rate / bare model's rate ({len(texts)} passages of {dataset.name}, {ROUNDS} rounds)"
    return what, f"{statistics.median(ratios):.2f}", ">= 0.85"


def adding_cost(dataset: Dataset, model: Lazy[SentenceEmbedding]) -> Row:
    """Adding one article to a corpus of LARGE passages against adding it to an empty one, Chroma attached."""
    source = [a for a in dataset.articles if len(a.text) < 20_000] or dataset.articles
    with (
        tempfile.TemporaryDirectory() as small,
        tempfile.TemporaryDirectory() as large,
        QA.open(settings=Settings.from_environment(small), model=model) as empty,
        QA.open(settings=Settings.from_environment(large), model=model) as full,
    ):
        _fill(full, dataset, model)
        empty.attach_chroma()
        full.attach_chroma()
        passages = int(full.status()["passages"])  # type: ignore[call-overload]
        ratios = []
        for i in range(2 * ROUNDS):
            text = f"Edition {i}. {random.Random(i).choice(source).text[:4000]}"
            times = {}
            for name, qa in (("empty", empty), ("full", full)):
                times[name] = _seconds(lambda qa=qa, text=text, i=i: qa.add(text, name=f"edition-{i}"))  # type: ignore[misc]
            empty.remove(f"edition-{i}")
            ratios.append(times["full"] / times["empty"])
    what = f"adding one article at {passages} passages / at 0 ({2 * ROUNDS} rounds)"
    return what, f"{statistics.median(ratios[2:]):.2f}", "<= 2"


def question_time(qa: QA, dataset: Dataset) -> Row:
    """Median time of an answer, model loaded."""
    asked = draw(dataset.questions, 200, 0)
    times = [_seconds(lambda q=q: qa.ask(q.text[:1000])) for q in asked]  # type: ignore[misc]
    what = f"a question over {dataset.name}, median of {len(asked)}"
    return what, f"{statistics.median(times) * 1000:.0f} ms", "< 250 ms"


def chroma_recall(qa: QA, dataset: Dataset) -> Row:
    """Share of the true first 50 passages among Chroma's first 50."""
    asked = draw(dataset.questions, 200, 0)
    chroma = qa.dense.chroma
    if chroma is None:
        raise RuntimeError("Chroma is not attached")
    with qa.catalog.snapshot() as snapshot:
        ids, _, matrix = snapshot.vectors(qa.dense.dimension)
    found = []
    for q in asked:
        vector = qa.answerer.embed(q.text[:1000])
        true = {ids[i] for i in np.argsort(-(matrix @ vector))[:50]}
        found.append(len(true & set(chroma.search(vector, 50, Filters()))) / len(true))
    what = f"true first 50 among Chroma's first 50 ({len(ids)} passages of {dataset.name}, {len(asked)} questions)"
    return what, f"{statistics.mean(found):.4f}", ">= 0.99"


def command_line() -> list[Row]:
    """`qa ask` alone against its libraries and model; beside a service; the service's memory."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "corpus").mkdir()
        (home / "corpus" / "note.md").write_text("The bridge cost 12 million euros. It opened on Monday.\n", "utf-8")
        qa = [sys.executable, "-m", "qa", "--home", folder]
        subprocess.run([*qa, "index"], check=True, capture_output=True)
        ask = [*qa, "ask", "What did the bridge cost?"]
        bare = [
            sys.executable, "-c",
            "import llama_index.core, sentence_transformers, httpx, click\n"
            "from qa.index.embedding import SentenceEmbedding\nSentenceEmbedding.load()",
        ]  # fmt: skip
        ratios = [_run(ask) / _run(bare) for _ in range(ROUNDS)]
        service = subprocess.Popen([*qa, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True)
        try:
            while not (service.stdout.readline() if service.stdout else "x").startswith("Ready"):  # address, then Ready
                pass
            beside = statistics.median(_run(ask) for _ in range(ROUNDS))
            process = psutil.Process(service.pid)
            memory = process.memory_info().rss / 2**20
        finally:
            service.terminate()
            service.wait(30)
    return [
        (f"`qa ask` alone / import of its libraries and the model's load ({ROUNDS} rounds)",
         f"{statistics.median(ratios):.2f}", "<= 1.3"),
        (f"`qa ask` beside a running page, median of {ROUNDS}", f"{beside:.2f} s", "< 1 s"),
        ("memory of a service after its first questions", f"{memory:.0f} MB", "< 1,200 MB"),
    ]  # fmt: skip


def _fill(qa: QA, dataset: Dataset, model: Lazy[SentenceEmbedding]) -> None:
    """Store LARGE passages without embedding: real articles, cut and embedded once, repeated under new ids."""
    stamped = iter([(a, "") for a in dataset.articles])
    ready = [x for group in batch_articles(stamped, 60_000) for x in prepare(group, model.get())]
    stored = n = 0
    while stored < LARGE:
        base = ready[n % len(ready)]
        article = Article(f"copy-{n}", base.article.text, base.article.title)
        vectors = base.passage_vectors + np.random.default_rng(n).normal(0, 0.01, base.passage_vectors.shape)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        qa.catalog.put(replace(base, article=article, passage_vectors=vectors.astype(np.float32)))
        stored += len(base.passages)
        n += 1


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _run(command: Sequence[str]) -> float:
    return _seconds(lambda: subprocess.run(command, check=True, capture_output=True))


def main() -> None:
    datasets = []
    for folder in sorted(f for f in Path(sys.argv[1]).iterdir() if f.is_dir()):
        try:
            datasets.append(load_dataset(folder))
        except DatasetError as error:
            print(f"left out: {error}", file=sys.stderr)
    settings = Settings.from_environment()
    print("| what | figure | bound |\n|---|---|---|")
    for row in cost_rows(datasets, settings, lazy_embedding(settings.model)):
        print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
