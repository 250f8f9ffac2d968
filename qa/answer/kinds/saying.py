"""What somebody said about something, in his own words only; who said something; and what opinions there are."""

from __future__ import annotations

from dataclasses import replace

from qa.answer.evidence.evidence import Evidence
from qa.answer.evidence.signals import Question, coverage, term_set
from qa.answer.kinds.asking import Asking, Chosen, Told
from qa.answer.kinds.speakers import speakers_of, speaks, who_spoke
from qa.answer.question.conversation import names_in
from qa.answer.question.kinds.request import phrase, speech
from qa.core.types import Article
from qa.corpus.words import stem, words

MOST = 5
KEEP = 3.0  # of scores: what a further sentence of the same speaker may lie behind the best
ABOUT = 0.6  # of what is rare in the words: what an article that is about them has
TOUCHED = 0.4  # of it: what an article has in which one may well speak about them in other words
NEAR = 0.25  # of it: what a sentence and those beside it have
OPINION = 4.0  # of scores: what a sentence that says what its writer thinks is ahead
LEAST = 0.1  # confidence from which a quotation is about what is asked
QUOTED = 0.6  # of the words that were said: what the sentence has that quotes them
CERTAIN = 0.6  # confidence from which a sentence that names the speaker answers, whatever words it has
OTHERS = 3  # who are offered in place of the one who said nothing


def saying(asking: Asking) -> Told | None:
    """Return what the one who is asked for says; declined where only others speak about it."""
    speaker, about = asking.request.parts["speaker"], Question(asking.request.about)
    plain, whole = asking.plain(), Question(asking.meaning.text)
    found = list[Evidence]()
    for e in plain.evidence:
        article, text = e.candidate.article, e.candidate.text
        wrote = bool(names_in(speaker)) and speaks(article.author or "", speaker)
        sure = e is plain.evidence[0] and plain.sure >= asking.threshold
        if not _is_near(e, about, alone=wrote or sure):
            continue
        if wrote and not speaks(text, speaker):  # what stands below a piece on its writer is not his word
            found.append(replace(e, score=e.score + OPINION * (speech("opinion").search(text) is not None)))
        elif not wrote and e.confidence(whole) >= LEAST and speaks(_speaker(asking, e), speaker):
            found.append(e)
    if found:
        found.sort(key=lambda e: -e.score)
        kept = [e for e in found if e.score >= found[0].score - KEEP][:MOST]
        return Told([Chosen((e,), speaker) for e in kept], max(plain.sure, asking.threshold))
    name = names_in(speaker)
    if not name or not plain.evidence or not asking.request.about:
        return None
    best = plain.evidence[0].candidate
    if stem(words(name[-1])[-1]) in term_set(best.text) and (plain.sure >= CERTAIN or _is_about(best.article, about)):
        return None
    spoken = (e for e in plain.evidence if speaks(_speaker(asking, e), speaker))
    if any(_is_about(e.candidate.article, about, TOUCHED) for e in spoken):
        return None
    others = _others(asking)
    offer = f" {' and '.join(others)} speak{'s' if len(others) == 1 else ''} about it." if others else ""
    return Told(
        declined=True, sure=min(plain.sure, asking.threshold), text=f"No article quotes {speaker} on this.{offer}"
    )


def quoting(asking: Asking) -> Told | None:
    """Return the sentence that quotes the words and names who said them first, where the best one does not name him."""
    plain = asking.plain()
    if not plain.evidence or plain.sure < asking.threshold:
        return None
    asked = Question(asking.request.parts.get("quote") or asking.request.parts["said"])

    def quotes(e: Evidence) -> bool:
        named = bool(names_in(_speaker(asking, e, beside=True)))
        return named and _share(asked, term_set(e.candidate.text)) >= QUOTED

    if quotes(plain.evidence[0]):
        return None
    best = next((e for e in plain.evidence if quotes(e)), None)
    if best is None:
        return None
    rest = [e for e in plain.evidence[:MOST] if e.place != best.place and e.score >= plain.evidence[0].score - 1.4]
    return Told([Chosen((e,)) for e in [best, *rest]][:MOST], plain.sure)


def opinions(asking: Asking) -> Told | None:
    """Return what opinion pieces say about it, each under its writer's name; None where there are none."""
    about = phrase("open_end").sub("", asking.request.about)
    question = Question(about)
    pieces = [
        a for a in _retrieved(asking, about) if phrase("opinion").fullmatch(a.title or "") and _is_about(a, question)
    ]
    if not pieces:
        return None
    ids = tuple(a.id for a in pieces)
    ranked = asking.rank(asking.meaning.text, replace(asking.filters, articles=ids))
    told = [e for e in ranked.evidence if speech("opinion").search(e.candidate.text)][:3]
    if not told:
        return None
    return Told([Chosen((e,), _writer(e.candidate.article)) for e in told], max(ranked.sure, asking.threshold))


def _writer(article: Article) -> str:
    return article.author or article.outlet or ""


def _is_near(e: Evidence, about: Question, *, alone: bool) -> bool:
    """Return True if the article of a sentence is about the words, and, unless it is enough `alone`, what is beside."""
    if not about.text:
        return True
    if not _is_about(e.candidate.article, about):
        return False
    beside = e.candidate.nearby | term_set(e.candidate.text)
    named = all(stem(words(name)[-1]) in beside for name in names_in(about.text))
    return alone or (named and _share(about, beside) >= NEAR)


def _is_about(article: Article, about: Question, least: float = ABOUT) -> bool:
    return _share(about, term_set(f"{article.title or ''} {article.outlet or ''} {article.text}")) >= least


def _share(asked: Question, present: frozenset[str]) -> float:
    return coverage(asked.stems, present, asked.english_rarity.__getitem__)


def _speaker(asking: Asking, e: Evidence, *, beside: bool = False) -> str:
    """Return who says a sentence; `beside`: only where the sentence itself names him."""
    article = e.candidate.article
    who = speakers_of(article, _spans(asking, article))[e.candidate.sentence.n]
    return who if not beside or who in e.candidate.text else ""


def _spans(asking: Asking, article: Article) -> tuple[tuple[int, int], ...]:
    return tuple((s.start, s.end) for s in asking.snapshot.sentences_of(article.id))


def _others(asking: Asking) -> list[str]:
    """Return who does speak about it, in the articles that are about it."""
    about = Question(asking.request.about)
    found = dict[str, None]()
    for article in _retrieved(asking, about.text):
        for name in who_spoke(article, _spans(asking, article))[:2] if _is_about(article, about) else ():
            found.setdefault(name)
    return list(found)[:OTHERS]


def _retrieved(asking: Asking, text: str) -> list[Article]:
    ids = dict.fromkeys(hit.article for hit in asking.retrieve(text, asking.filters))
    return [a for a in map(asking.snapshot.article, ids) if a is not None]
