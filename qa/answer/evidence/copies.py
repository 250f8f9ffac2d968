"""Copies of one story count once: a sentence is cited from the article that had it first, the others are named with it.

Only articles that have the sentence are named; one that has another figure in it says something else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from qa.answer.evidence.evidence import Evidence
from qa.answer.evidence.sameness import says_the_same
from qa.core.types import Article, Copy, Filters, Hit
from qa.index.catalog.snapshot import Snapshot, StoredSentence

MATES = 50  # articles of a story that are looked through for a sentence: those that were published first


def once_a_story(
    snapshot: Snapshot, group: Iterable[Evidence], filters: Filters
) -> list[tuple[Evidence, tuple[Copy, ...]]]:
    """Evidence that says the same, one of each story, with the other articles of that story that say it too."""
    evidence = list(group)
    stories = snapshot.near_duplicate_groups([e.candidate.article.id for e in evidence])
    seen: set[int] = set()
    out: list[tuple[Evidence, tuple[Copy, ...]]] = []
    for e in evidence:
        story = stories.get(e.candidate.article.id)
        if story is None:
            out.append((e, ()))
        elif story not in seen:
            seen.add(story)
            out.append(_from_the_first(snapshot, e, filters))
    return out


def _from_the_first(snapshot: Snapshot, evidence: Evidence, filters: Filters) -> tuple[Evidence, tuple[Copy, ...]]:
    own = evidence.candidate.article.id
    places: list[tuple[Article, StoredSentence]] = []
    mates = snapshot.near_duplicates(own, filters)
    for id in mates[:MATES] + [id for id in mates[MATES:] if id == own]:
        article = snapshot.article(id)
        if article is None:
            continue
        if id == own:
            places.append((article, evidence.candidate.sentence))
        elif (sentence := _sentence_like(snapshot, article, evidence.candidate.text)) is not None:
            places.append((article, sentence))
    (first, sentence), *others = places
    return _moved(snapshot, evidence, first, sentence), tuple(_copy(a, s) for a, s in others)


def _moved(snapshot: Snapshot, evidence: Evidence, article: Article, sentence: StoredSentence) -> Evidence:
    """Return the evidence with its sentence cited from another of the near duplicates."""
    old = evidence.candidate
    if article.id == old.article.id:
        return evidence
    passage = snapshot.passage_with(article.id, sentence.n)
    hit = Hit(passage, article.id, old.hit.score, old.hit.cosine)
    new = replace(old, article=article, sentence=sentence, hit=hit)
    reading = evidence.reading
    if reading is not None:
        shift = sentence.span.start - old.sentence.span.start
        same = new.text == old.text
        answer = (reading.answer[0] + shift, reading.answer[1] + shift) if same else (0, 0)
        reading = replace(reading, answer=answer)
    return Evidence(new, evidence.score, reading)


def _sentence_like(snapshot: Snapshot, article: Article, text: str) -> StoredSentence | None:
    """Return the first sentence of an article that says the same, letter for letter if there is one."""
    sentences = [s for s in snapshot.stored_sentences_of(article.id) if not s.span.boilerplate]
    said = [article.text[s.span.start : s.span.end] for s in sentences]
    same = next((s for s, t in zip(sentences, said, strict=True) if t == text), None)
    if same is not None:
        return same
    return next((s for s, t in zip(sentences, said, strict=True) if _may_be(t, text) and says_the_same(t, text)), None)


def _may_be(a: str, b: str) -> bool:
    """Return True if the lengths allow the same words: a cheap look before these are compared."""
    return 2 * len(a) > len(b) and 2 * len(b) > len(a)


def _copy(article: Article, sentence: StoredSentence) -> Copy:
    return Copy(
        article=article.id, version=article.version, start=sentence.span.start, end=sentence.span.end,
        title=article.shown_title, outlet=article.outlet, published=article.published,
    )  # fmt: skip
