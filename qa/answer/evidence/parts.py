"""The parts of one question that lean on one another are answered from one story, where less is needed to answer them.

"How strong was Storm Ida? And did it cost lives?": the second half is asked of the storm, so that no other story
answers it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from qa.answer.evidence.evidence import APART, Evidence, Ranking
from qa.answer.evidence.signals import Question
from qa.answer.evidence.story import stories_of
from qa.answer.question.conversation import leaning_parts, names_in
from qa.index.catalog.snapshot import Snapshot

LESS = 0.2  # of the threshold: what a part needs that leans on one whose story answers it


def within_story(
    snapshot: Snapshot, whole: Ranking, asked: Sequence[str], parts: Mapping[str, Ranking], threshold: float
) -> tuple[Ranking, dict[str, Ranking]]:
    """Return what was ranked for the whole question and for its parts, kept to one story where a part leans on another.

    `asked` are the parts as each would be asked alone. Where the part that is leaned on is not answered, the whole
    question's story is the one.
    """
    found, texts = dict(parts), list(parts)
    leaning = leaning_parts(texts)
    firm = next((parts[t] for t, leans in zip(texts, leaning, strict=True) if not leans), whole)
    known = next((r for r in (firm, whole) if r.evidence and r.sure >= threshold), None)
    if known is None or not any(leaning):
        return whole, found
    story = _story_of(snapshot, known)
    taken = _words_of(known.evidence[0]) if known is firm else (0, 0)
    for text, alone, leans in zip(texts, asked, leaning, strict=True):
        if leans or parts[text].sure < threshold:
            found[text] = _kept(parts[text], alone, story, threshold, taken if leans else (0, 0))
    own = [e for e in whole.evidence if e.candidate.article.id in story]
    rest = [replace(e, score=e.score - APART) for e in whole.evidence if e.candidate.article.id not in story]
    return replace(whole, evidence=[*own, *rest]), found


def _story_of(snapshot: Snapshot, ranking: Ranking) -> frozenset[str]:
    """Return the articles of the story that the best sentence is of."""
    articles = list({e.candidate.article.id: e.candidate.article for e in ranking.evidence}.values())
    groups = stories_of(snapshot, articles)
    return frozenset(a.id for a, group in zip(articles, groups, strict=True) if group == groups[0])


def _words_of(evidence: Evidence) -> tuple[int, int]:
    return evidence.reading.answer if evidence.reading is not None else (0, 0)


def _kept(ranking: Ranking, asked: str, story: frozenset[str], threshold: float, taken: tuple[int, int]) -> Ranking:
    """Return the ranking of a part with what the story has first; not sure where another story answers it.

    What another part is answered with, `taken`, does not answer it too; figures often stand together.
    """
    question = Question(asked)
    own = [e for e in ranking.evidence if e.candidate.article.id in story]
    if question.answer_pattern is None:
        own.sort(key=lambda e: max(taken[0], _words_of(e)[0]) < min(taken[1], _words_of(e)[1]))
    sure = own[0].confidence(question) if own else 0.0
    if sure >= LESS * threshold:
        places = {e.place for e in own}
        rest = [e for e in ranking.evidence if e.place not in places]
        return replace(ranking, evidence=[*own, *rest], sure=max(sure, threshold))
    article = ranking.evidence[0].candidate.article if ranking.evidence else None
    named = article is not None and all(name in f"{article.title} {article.text}" for name in names_in(asked))
    return ranking if named else replace(ranking, sure=0.0)
