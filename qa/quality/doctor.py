"""`qa doctor`: every invariant of the index, checked against the corpus, with what mends what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qa.core.errors import ArticleError, GroundwireError, IndexDamaged
from qa.core.reports import Finding
from qa.core.types import Filters
from qa.corpus.folder import Corpus
from qa.corpus.words import match_expression, words
from qa.index.catalog.catalog import passage_id
from qa.index.catalog.snapshot import Snapshot
from qa.service.service import QA

SAMPLE = 200  # passages that must find themselves; all of them in a small index


def examine(qa: QA) -> list[Finding]:
    """All checks, in the order in which data flows."""
    with qa.catalog.snapshot() as snapshot:
        findings = [
            Finding("the catalog's file and full-text index", tuple(qa.catalog.problems()), "qa index --rebuild"),
            Finding("corpus and index hold the same articles", tuple(_corpus(qa, snapshot)), "qa index"),
            Finding("every sentence and passage stands in its text", tuple(_spans(snapshot)), "qa index --rebuild"),
            Finding("every passage is found by its own vector", tuple(_dense(qa, snapshot)), "qa index --rebuild"),
            Finding("every passage is found by its own words", tuple(_lexical(snapshot)), "qa index --rebuild"),
        ]
        findings.append(Finding("Chroma holds what the catalog holds", tuple(_chroma(qa, snapshot)), "qa index"))
    return findings


def _corpus(qa: QA, snapshot: Snapshot) -> Iterator[str]:
    corpus, refused = Corpus(qa.settings.corpus), snapshot.refused()
    seen = set()
    for file in corpus.files():
        if file.path.name in refused:
            yield f"{file.path.name} is no article: {refused[file.path.name][1]}"
            continue
        seen.add(file.id)
        indexed = snapshot.article(file.id)
        try:
            article = corpus.read(file)
        except (ArticleError, OSError) as error:
            yield f"{file.path.name} cannot be read: {error}"
            continue
        if indexed is None:
            yield f"{file.path.name} is not indexed yet"
        elif indexed != article:
            yield f"{file.path.name} has changed since it was indexed"
    for id in sorted(set(snapshot.stamps()) - seen):
        yield f"{id} is indexed, but its file is gone"


def _spans(snapshot: Snapshot) -> Iterator[str]:
    for article in snapshot.articles():
        cursor = 0
        sentences = snapshot.sentences_of(article.id)
        for s in sentences:
            if not cursor <= s.start < s.end <= len(article.text) or article.text[cursor : s.start].strip():
                yield f"{article.id}: the sentence at {s.start}..{s.end} is out of order or leaves text out"
                break
            cursor = s.end
        if article.text[cursor:].strip():
            yield f"{article.id}: the text after {cursor} belongs to no sentence"
        covered: set[int] = set()
        for n, p in enumerate(snapshot.passages_of(article.id)):
            covered.update(range(p.first, p.last))
            inside = (
                p.last <= len(sentences) and sentences[p.first].start <= p.start < p.end <= sentences[p.last - 1].end
            )
            if p.id != passage_id(article.id, article.version, n) or not inside:
                yield f"{article.id}: passage {p.id} does not stand where its sentences stand"
        if covered != set(range(len(sentences))):
            yield f"{article.id}: a sentence lies in no passage"


def _dense(qa: QA, snapshot: Snapshot) -> Iterator[str]:
    ids = snapshot.passage_ids()
    for id, passage in snapshot.passages(ids[:: max(1, len(ids) // SAMPLE)]).items():
        length = float(np.linalg.norm(passage.vector))
        if not 0.99 < length < 1.01:
            yield f"{id}: its vector has length {length:.3f}, expected 1"
            continue
        found = qa.dense.search(snapshot, passage.vector, 1, Filters())
        if not found or found[0][1] < float(passage.vector @ passage.vector) - 1e-3:
            yield f"{id} is not found by its own vector"


def _lexical(snapshot: Snapshot) -> Iterator[str]:
    ids = snapshot.passage_ids()
    for id, passage in sorted(snapshot.passages(ids[:: max(1, len(ids) // SAMPLE)]).items()):
        text = snapshot.article_by_key(passage.article).text[passage.start : passage.end]
        said = sorted({w for w in words(text) if w.isascii() and len(w) > 2})[:8]
        if not said:
            continue
        alone = Filters(articles=(id.rsplit(":", 2)[0],))
        if id not in snapshot.lexical(match_expression(said), alone, 10_000):
            yield f"{id} is not found by its own words"


def _chroma(qa: QA, snapshot: Snapshot) -> Iterator[str]:
    if qa.read_only:
        return  # opened read-only: nobody opens Chroma's files beside their writer
    chroma = qa.dense.chroma
    if chroma is None:
        try:
            qa.attach_chroma()
        except GroundwireError as error:
            yield f"Chroma cannot be opened: {error}"
            return
        chroma = qa.dense.chroma
    if chroma is None:
        yield "Chroma does not answer; search is exact meanwhile"
        return
    try:
        held, pending = chroma.ids(), set(snapshot.pending())
    except IndexDamaged as error:
        yield str(error)
        return
    ours = set(snapshot.passage_ids())
    if held - ours:
        yield f"{len(held - ours)} ids are stale"
    if ours - held - pending:
        yield f"{len(ours - held - pending)} passages are missing and not pending"
