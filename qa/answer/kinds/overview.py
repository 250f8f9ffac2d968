"""An overview: three to seven sentences of one article or of the story that several tell, in reading order."""

from __future__ import annotations

from qa.answer.kinds.asking import Asking, Chosen, Told, evidence_of
from qa.answer.kinds.subject import subject_of
from qa.answer.kinds.summary import choose, sentences_of

FEWEST, MOST = 4, 7  # sentences of an overview, where not another number is asked for
OF_STORY = 5  # sentences at least of an overview of several articles
EVERY = 5  # sentences of a single article that one of the overview stands for
NUMBERS = {word: n for n, word in enumerate("one two three four five six seven".split(), 1)}


def overview(asking: Asking) -> Told | None:
    """Return an overview of what the question names; None where no article is about it for sure."""
    subject = subject_of(asking, asking.request.about)
    if subject is None:
        return None
    told = sentences_of(asking.snapshot, subject.articles)
    wanted = asking.request.parts.get("sentences", "").lower()
    most = NUMBERS.get(wanted) or (int(wanted) if wanted.isdigit() else _length(len(told), len(subject.articles)))
    vector = asking.embed(subject.words) if subject.words else None
    found = choose(told, vector, subject.words, most)
    if not found:
        return None
    chosen = [Chosen((evidence_of(asking.snapshot, t.article, t.sentence, t.score),)) for t in found]
    return Told(chosen, subject.sure, behaviour="overview", articles=tuple(a.id for a in subject.articles))


def _length(sentences: int, articles: int) -> int:
    """Return how many sentences tell so much: one an article, or one in EVERY of a single one."""
    return max(OF_STORY, min(MOST, articles)) if articles > 1 else max(FEWEST, min(MOST, round(sentences / EVERY)))
