"""A sentence that repeats the question states nothing: the one beside it that answers comes first.

"The colony has shrunk" is no reason why it has; that stands in one of the next sentences. "Why it failed is not
known" answers only where nothing else does.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from qa.answer.evidence.evidence import Evidence
from qa.answer.evidence.preference.ranked import Found, Search, merged, put_first
from qa.answer.evidence.signals import Question, term_set
from qa.core.types import Filters
from qa.corpus.words import STOPWORDS

NEAR = 3.0  # of scores: how far behind the best one a sentence that repeats the question may lie
LOOKED_AT = 8  # best sentences among which it is looked for
REPEATS = 0.5  # of the question's words: from here a sentence repeats it
INSIDE = 0.25  # of the question's words that the question inside a sentence has; the others stand around it
LITTLE = 3  # words of such a sentence that the question has not
BEHIND = 4  # sentences behind it that may give the reason
AS_GOOD = 0.5  # of the reader's scores: how far below the best one's a sentence that gives a reason may be read
UNSURE = 0.45  # confidence below which a sentence that says that it is not known answers

_LOWER = re.compile(r"(?<![\w’'-])[a-zß-ÿ][\w’'-]+")
_ASK = re.compile(r"\b(?:who|whom|whose|what|when|where|why|which|how(?: (?:many|much|long|old|far|often))?)\b", re.I)


@cache
def _rules() -> dict[str, str]:
    return tomllib.loads(Path(__file__).with_name("beside.toml").read_text("utf-8"))


@cache
def _pattern(name: str, ask: str = "") -> re.Pattern[str]:
    return re.compile(_rules()[name].replace("{ask}", ask), re.IGNORECASE)


def reason_beside(question: Question, found: Found, search: Search) -> Found:
    """Put the sentence that gives the reason before the one that only repeats what the reason is asked of."""
    hits, ranking = found
    if not ranking.evidence or not asks_reason(question.text):
        return found
    near = [e for e in ranking.evidence[:LOOKED_AT] if e.score >= ranking.evidence[0].score - NEAR]
    best = near[0]
    if _pattern("none_given").search(best.candidate.text) and best.candidate.context_coverage >= REPEATS:
        return hits, replace(ranking, sure=max(ranking.sure, UNSURE))
    if _gives_reason(question, best.candidate.text):
        return found
    if (read := _read_as_reason(question, near)) is not None:
        return hits, replace(put_first(ranking, read), sure=max(ranking.sure, read.confidence(question)))
    repeating = [e for e in near if repeats(question, e.candidate.text)]
    if not repeating:
        return found
    echo = _best_echo(question, repeating)
    more, own = search(Filters(articles=(echo.candidate.article.id,)))
    behind = _behind(question, echo, own.evidence, only_causes=not _only_repeats(question, best.candidate.text))
    if behind is None:
        return found
    return merged(hits, more), put_first(ranking, replace(behind, score=0.0))


def asks_reason(text: str) -> bool:
    """Return True if a question asks for a reason."""
    return _pattern("asks_reason").search(text) is not None


def _read_as_reason(question: Question, near: Sequence[Evidence]) -> Evidence | None:
    """Return the first sentence with a plain word for a reason that the reader holds for no worse an answer.

    One that has as much of the question as the best one need only be held for an answer.
    """
    best = near[0]
    for e in near[1:]:
        if best.reading is None or e.reading is None or not _pattern("causes").search(e.candidate.text):
            continue
        covers = e.reading.score > 0.0 and e.candidate.corpus_coverage >= best.candidate.corpus_coverage
        if (covers or e.reading.score >= best.reading.score - AS_GOOD) and _gives_reason(question, e.candidate.text):
            return e
    return None


def _best_echo(question: Question, repeating: Sequence[Evidence]) -> Evidence:
    """Return the sentence that what is asked is told in first: one that announces the reason, or says most of it."""
    announcing = [e for e in repeating if asks_itself(question, e.candidate.text) and _announces(e.candidate.text)]
    most = max(round(e.candidate.corpus_coverage, 1) for e in repeating)
    fullest = announcing or [e for e in repeating if round(e.candidate.corpus_coverage, 1) == most]
    own = [e for e in fullest if e.candidate.article.id == fullest[0].candidate.article.id]
    return min(own, key=lambda e: e.place[1])


def _announces(text: str) -> bool:
    return _pattern("known").search(text) is not None and _pattern("unknown").search(text) is None


def _behind(
    question: Question, echo: Evidence, evidence: Sequence[Evidence], *, only_causes: bool = False
) -> Evidence | None:
    """Return the sentence behind the echo that gives the reason: by a word for it, else the first that is new."""
    article, n = echo.place
    by_number = {e.place[1]: e for e in evidence if e.place[0] == article}
    next_ones = [by_number[k] for k in range(n + 1, n + 1 + BEHIND) if k in by_number]
    new = [e for e in next_ones if _quotes(e) or not repeats(question, e.candidate.text)]
    if _announces(echo.candidate.text):
        new = next_ones[:1] or new
    causal = (e for e in new if _pattern("causes").search(e.candidate.text))
    if only_causes:
        return next(causal, None)
    telling = (e for e in new if not _pattern("measures").search(e.candidate.text))
    return next(causal, None) or next(telling, None) or next(iter(new), None)


def _quotes(evidence: Evidence) -> bool:
    return evidence.candidate.text.startswith(("“", '"', "‘", "«", "„"))


def repeats(question: Question, text: str) -> bool:
    """Return True if a sentence has the question's words and gives no reason for them."""
    said, asked = term_set(text), _asked(question)
    have = sum(s in said for s in asked)
    return bool(asked) and have >= REPEATS * len(asked) and not _gives_reason(question, text)


def _asked(question: Question) -> list[str]:
    """Return the question's words but its names, which stand everywhere in what is about them."""
    return [s for s in question.stems if s not in question.names] or question.stems


def _only_repeats(question: Question, text: str) -> bool:
    """Return True if a sentence says little besides what is asked, that it is a reason itself, or what is none."""
    if not repeats(question, text):
        return False
    none = _pattern("no_reason").search(text) is not None
    return none or len(_new(question, text)) <= LITTLE or _as_reason(question, text) is not None


def _new(question: Question, text: str) -> frozenset[str]:
    """Return the words of a text that the question has not: no names, no figures, no times."""
    lower = (w for w in _LOWER.findall(text) if w not in STOPWORDS and not _pattern("no_news").fullmatch(w))
    return term_set(" ".join(lower)) - set(question.stems)


def _gives_reason(question: Question, text: str) -> bool:
    """Return True if a word for a reason stands in the sentence, and behind it what is not asked."""
    asked = _asked(question)
    for clause, rest in _reasons(text):
        inside, outside = term_set(clause), term_set(rest)
        if _new(question, clause) and sum(s in inside for s in asked) <= sum(s in outside for s in asked):
            return True
    return False


def _as_reason(question: Question, text: str) -> str | None:
    """Return the part of a sentence that gives what is asked as the reason of something else."""
    asked = _asked(question)
    told = (c for c, _ in _reasons(text) if 2 * sum(s in term_set(c) for s in asked) >= len(asked))
    return next((clause for clause in told if len(_new(question, clause)) <= LITTLE), None)


def _reasons(text: str) -> list[tuple[str, str]]:
    """Return every part of a sentence behind a word for a reason, and what stands outside of it."""
    found = []
    for m in _pattern("reason").finditer(text):
        comma = text.find(",", m.end())
        end = comma if comma > 0 and not text[: m.start()].strip() else len(text)
        found.append((text[m.end() : end], text[: m.start()] + text[end:]))
    return found


def asks_itself(question: Question, text: str) -> bool:
    """Return True if the question stands inside the sentence, as what is asked or known."""
    ask = _ASK.search(question.text)
    found = ask and _pattern("inside", re.escape(ask.group().lower())).search(text)
    if not found or text.rstrip('"”’)').endswith("?"):
        return bool(found)
    stems = set(question.stems) - term_set(ask.group() if ask else "")
    same = term_set(text[found.end() :]) & stems
    return bool(same - question.names) and len(same) >= INSIDE * len(stems)


def echoes_last(question: Question, found: Found) -> Found:
    """Put a sentence in which the question only stands again behind what answers; first where nothing does."""
    hits, ranking = found
    if not ranking.evidence:
        return found
    echoes = [e for e in ranking.evidence if asks_itself(question, e.candidate.text)]
    if not echoes:
        return found
    places = {e.place for e in echoes}
    rest = [e for e in ranking.evidence if e.place not in places]
    open_ = next((e for e in echoes if _pattern("unknown").search(e.candidate.text)), None)
    sure = rest[0].confidence(question) if rest else 0.0
    if open_ is not None and sure < UNSURE and open_.candidate.context_coverage >= REPEATS:
        return hits, put_first(ranking, open_)
    if not rest or ranking.evidence[0].place not in places or rest[0].score < ranking.evidence[0].score - NEAR:
        return found
    return hits, replace(put_first(ranking, rest[0]), sure=min(ranking.sure, max(sure, UNSURE)))
