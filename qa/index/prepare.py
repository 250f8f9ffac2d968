"""From articles to what the catalog stores: sentences, passages, vectors, signature. Pure but for the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from qa.core.errors import ModelUnavailable
from qa.core.types import Article, Passage
from qa.corpus.passages import (
    OVERLAP_PIECES,
    PASSAGE_PIECES,
    SPECIAL_PIECES,
    TITLE_PIECES,
    Span,
    cap_title,
    make_passages,
)
from qa.corpus.sentences import SEGMENTER, segment
from qa.index.catalog.catalog import Indexed
from qa.index.catalog.near_duplicates import sign_text
from qa.index.catalog.schema import FORMAT, Manifest
from qa.index.embedding import Matrix, SentenceEmbedding, model_digest, model_folder, normalize_rows, precision

BATCH = 8  # passages embedded at once: a quarter of a second, which a question may have to wait for
SMALLEST_BUDGET = 16  # word pieces; a model with a smaller window cannot hold a title and a clause


def make_manifest(model: str, dimension: int) -> Manifest:
    """Return what an index made now with this model would say of itself."""
    return Manifest(
        format=FORMAT,
        model=model,
        model_digest=model_digest(model_folder(model)),
        precision=precision(model),
        dimension=dimension,
        segmenter=SEGMENTER,
        passages=f"{PASSAGE_PIECES}/{OVERLAP_PIECES}/{TITLE_PIECES} word pieces of the model's tokenizer",
    )


def prepare(
    stamped: Sequence[tuple[Article, str]], embedding: SentenceEmbedding, pause: Callable[[], None] = lambda: None
) -> list[Indexed]:
    """Cut and embed articles together, a small batch at a time; `pause` is called before each."""
    cut = [(article, stamp, segment(article.text)) for article, stamp in stamped]
    passages = [_fitting_passages(article, sentences, embedding) for article, _, sentences in cut]
    texts, spans = [], []
    for (article, _, sentences), (title, runs) in zip(cut, passages, strict=True):
        for run in runs:
            lead = f"{title}. " if title else ""
            texts.append(lead + article.text[run.start : run.end])
            shift = len(lead) - run.start
            inside = sentences[run.first : run.last]
            spans.append([(max(s.start, run.start) + shift, min(s.end, run.end) + shift) for s in inside])
    vectors, sums = _embedded(texts, spans, embedding, pause)
    out, cursor = [], 0
    for (article, stamp, sentences), (_, runs) in zip(cut, passages, strict=True):
        pooled = np.zeros((len(sentences), embedding.dimension), np.float32)
        for i, run in enumerate(runs, start=cursor):
            pooled[run.first : run.last] += sums[i]
        own = vectors[cursor : cursor + len(runs)]
        out.append(Indexed(article, stamp, sentences, normalize_rows(pooled), runs, own, sign_text(article.text)))
        cursor += len(runs)
    return out


def _embedded(
    texts: list[str], spans: list[list[Span]], embedding: SentenceEmbedding, pause: Callable[[], None]
) -> tuple[Matrix, list[Matrix]]:
    """Return what the model makes of the texts, in batches of texts that are about equally long: padding costs time."""
    vectors, sums = np.zeros((len(texts), embedding.dimension), np.float32), [np.zeros((0, 0), np.float32)] * len(texts)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for start in range(0, len(order), BATCH):
        pause()
        batch = order[start : start + BATCH]
        whole, inside = embedding.encode_with_spans([texts[i] for i in batch], [spans[i] for i in batch])
        for row, i in enumerate(batch):
            vectors[i], sums[i] = whole[row], inside[row]
    return vectors, sums


def batch_articles(articles: Iterator[tuple[Article, str]], characters: int) -> Iterator[list[tuple[Article, str]]]:
    """Group articles so that each batch holds about this much text; a long article is a batch of its own."""
    batch: list[tuple[Article, str]] = []
    size = 0
    for article, stamp in articles:
        if batch and size + len(article.text) > characters:
            yield batch
            batch, size = [], 0
        batch.append((article, stamp))
        size += len(article.text)
    if batch:
        yield batch


def _fitting_passages(article: Article, sentences: Sequence, embedding: SentenceEmbedding) -> tuple[str, list[Passage]]:  # type: ignore[type-arg]
    """Return the embedded title ("" when derived) and passages that fit the window, counted, not assumed."""
    title = cap_title(article.title, embedding.pieces) if article.title else ""
    room = embedding.window - SPECIAL_PIECES - len(embedding.pieces(title))
    budget = min(PASSAGE_PIECES, room)
    while budget >= SMALLEST_BUDGET:
        runs = make_passages(article.text, sentences, embedding.pieces, budget)
        if all(len(embedding.pieces(article.text[r.start : r.end])) <= room for r in runs):
            return title, runs
        budget = budget * 3 // 4  # a word cut in two can have more pieces than the whole: rare, so simply cut finer
    raise ModelUnavailable(
        f"The model reads {embedding.window} word pieces, too few for a passage of {SMALLEST_BUDGET} beside a title. "
        "Choose a model with a larger window."
    )
