"""From ranked evidence to an answer: the chosen sentences cited, or declined.

Sentences are never altered: an answer's text is the stored text between two offsets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answer.choose import choose
from qa.answer.evidence.copies import once_a_story
from qa.answer.evidence.evidence import Evidence, Ranking
from qa.answer.evidence.signals import Question
from qa.core.types import Answer, AnswerSentence, Citation, Copy, Filters, Hit, Sentence, SourcePassage
from qa.index.catalog.snapshot import Snapshot

NEAREST = 3
UNANSWERED = "No sentence is sure enough to answer this part:"
NONE_PASSES = "No article passes the filters, so nothing was searched."
ABSENT = "None of the closest articles mentions"
SURE = 0.25  # probability of the reader's best span from which its words are pointed out
PART = 0.8  # of a sentence; a span longer than this points out nothing
LEANING = 3  # sentences at most that are shown before one that leans on them

# How a sentence begins that cannot be understood without the one before it.
_LEANS = re.compile(
    r"[\W_]*(?:(?:and|but|so|then|yet|still|instead|however|also|meanwhile|later|afterwards)\b[,\s]*)*"
    r"(?:he|she|it|they|him|her|his|hers|its|them|their|theirs|this|that|these|those|such|both|neither|"
    r"(?:the )?(?:former|latter|same|other|others|two|pair)|one of (?:them|these|those))\b",
    re.IGNORECASE,
)


def compose(
    snapshot: Snapshot, question: Question, ranking: Ranking, hits: Sequence[Hit], filters: Filters, threshold: float
) -> Answer:
    """Choose, order and cite what was ranked for a question, or decline with the nearest passages."""
    declined = not ranking.evidence or ranking.sure < threshold
    groups = [] if declined else [("", group) for group in choose(ranking.evidence)]
    sentences, passages = cite(snapshot, groups, filters)
    return Answer(
        question=question.text,
        declined=declined,
        confidence=round(ranking.sure, 4),
        sentences=sentences,
        nearest=tuple(source(snapshot, hit) for hit in hits[:NEAREST]),
        passages=passages,
        timings_ms={},
        undated_left_out=snapshot.undated(filters),
        notes=_notes(ranking, hits, filters, declined),
    )


def cite(
    snapshot: Snapshot, groups: Sequence[tuple[str, Sequence[Evidence]]], filters: Filters
) -> tuple[tuple[AnswerSentence, ...], tuple[SourcePassage, ...]]:
    """Return the sentences of an answer with their citations, and the passages behind these.

    Each group is a label, the sentence and those of other articles that say the same.
    """
    sentences, passages = list[AnswerSentence](), list[SourcePassage]()
    for label, group in groups:
        told = once_a_story(snapshot, group, filters)
        citations = tuple(_cite(e, len(passages) + n, also_in) for n, (e, also_in) in enumerate(told, 1))
        passages += (
            source(snapshot, e.candidate.hit, (c.start, c.end)) for (e, _), c in zip(told, citations, strict=True)
        )
        sentences.append(AnswerSentence(citations[0].quote, citations, label))
    return tuple(sentences), tuple(passages)


def leans_on_others(sentence: str) -> bool:
    """Return True if a sentence cannot be understood without the one before it."""
    return _LEANS.match(sentence) is not None


def _notes(ranking: Ranking, hits: Sequence[Hit], filters: Filters, declined: bool) -> tuple[str, ...]:
    """Say what a reader should know beside the answer."""
    if not hits and filters != Filters():
        return (NONE_PASSES,)
    left = () if declined else tuple(f"{UNANSWERED} {part}" for part in ranking.unanswered)
    absent = (f"{ABSENT} {' or '.join(ranking.absent)}.",) if hits and ranking.absent else ()
    return left + absent


def _cite(evidence: Evidence, n: int, also_in: tuple[Copy, ...] = ()) -> Citation:
    c = evidence.candidate
    return Citation(
        n=n, article=c.article.id, version=c.article.version, start=c.sentence.span.start, end=c.sentence.span.end,
        quote=c.text, title=c.article.shown_title, outlet=c.article.outlet, published=c.article.published,
        answer=_words_that_answer(evidence), also_in=also_in, page=c.article.page_at(c.sentence.span.start),
    )  # fmt: skip


def _words_that_answer(evidence: Evidence) -> tuple[int, int] | None:
    """Return the reader's span, where it is sure of it and it is no more than a part of the sentence."""
    reading, span = evidence.reading, evidence.candidate.sentence.span
    if reading is None or reading.sure < SURE:
        return None
    start, end = max(reading.answer[0], span.start), min(reading.answer[1], span.end)
    return (start, end) if 0 < end - start < PART * (span.end - span.start) else None


def source(snapshot: Snapshot, hit: Hit, *marks: tuple[int, int]) -> SourcePassage:
    """Return the passage behind a hit, widened to whole sentences where it was cut inside one.

    A marked sentence that leans on what stands before it ("He said ...") brings that into view.
    """
    passage = snapshot.passages([hit.passage])[hit.passage]
    article = snapshot.article_by_key(passage.article)
    earliest = max(0, passage.first - LEANING)
    spans = [s.span for s in snapshot.sentences(passage.article, earliest, passage.last)]
    marked = [i for i, s in enumerate(spans) if (s.start, s.end) in marks]
    shown = spans[min([passage.first - earliest, *(_stands_on(article.text, spans, i) for i in marked)]) :]
    start, end = min(s.start for s in shown), max(s.end for s in shown)
    return SourcePassage(
        article=article.id, version=article.version, start=start, end=end, text=article.text[start:end],
        title=article.shown_title, outlet=article.outlet, published=article.published, score=round(hit.score, 6),
        marks=marks,
    )  # fmt: skip


def _stands_on(text: str, spans: Sequence[Sentence], i: int) -> int:
    """Return the sentence at which a reader has to begin so that sentence i makes sense: itself, or an earlier one."""
    first = i
    while first > 0 and _LEANS.match(text, spans[first].start) and spans[first - 1].boilerplate == spans[i].boilerplate:
        first -= 1
    return first
