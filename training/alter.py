"""Questions that nothing answers, made from questions that something does.

SQuAD 2.0 (Rajpurkar et al. 2018) describes how people wrote theirs: a name or number exchanged, a word turned into its
opposite, a negation put in or taken out. The same three are made here by rule; what cannot be altered so is left out.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from qa.corpus.words import STOPWORDS

_OPPOSITES = (
    "first last, before after, most least, more fewer, largest smallest, biggest smallest, highest lowest, north south,"
    " east west, northern southern, eastern western, early late, earliest latest, oldest youngest, older younger,"
    " increase decrease, increased decreased, win lose, won lost, begin end, began ended, start stop, started stopped,"
    " join leave, joined left, male female, men women, father mother, son daughter, brother sister, good bad, better"
    " worse, best worst, always never, public private, rich poor, old new, high low, long short, above below, inside"
    " outside, buy sell, bought sold, enemy ally, friend enemy, support oppose, supported opposed, maximum minimum,"
    " major minor, include exclude, included excluded, accept reject, accepted rejected, allow forbid, allowed"
    " forbidden, build destroy, built destroyed, easy hard, cheap expensive, hot cold, summer winter, day night, love"
    " hate, like dislike, likes dislikes, liked disliked, top bottom, many few, strong weak, upper lower, full empty,"
    " positive negative, internal external, import export, appear disappear, appeared disappeared, win defeat"
)
OPPOSITES = {
    a: b for pair in _OPPOSITES.split(",") for x, y in [pair.split()] for a, b in ((x, y), (y, x))
}  # fmt: skip
_AUXILIARY = re.compile(r"\b(did|does|do|is|are|was|were|has|have|had|can|could|would|should)\b", re.I)
_NEGATED = re.compile(r"\b(not|never)\s|n't\b", re.I)
_WORD = re.compile(r"[A-Za-z]+")
_NAMED = re.compile(r"(?<=\s)(?:[A-Z][\w'-]+|\d[\d,.]*\d|\d)")


def named_words(text: str) -> set[str]:
    """Names and numbers of a question, as they are written; not its first word."""
    return {w for w in _NAMED.findall(text) if w.lower() not in STOPWORDS}


def altered(question: str, names: Sequence[str], rng: random.Random) -> tuple[str, str] | None:
    """The question made unanswerable, and how: exchanged, opposite or negated; None where no rule applies.

    `names` are names and numbers to exchange from: those of questions about the same article mislead best.
    """
    ways = [("exchanged", _exchanged), ("opposite", _opposite), ("negated", _negated)]
    order = [*rng.choices(range(3), weights=(6, 3, 1), k=1), 0, 1]
    for way in order:
        kind, rule = ways[way]
        text = rule(question, names, rng)
        if text is not None and text != question:
            return text, kind
    return None


def _exchanged(question: str, names: Sequence[str], rng: random.Random) -> str | None:
    own = sorted(named_words(question))
    if not own:
        return None
    old = rng.choice(own)
    said = question.lower()
    fitting = [n for n in names if n[0].isdigit() == old[0].isdigit() and n.lower() not in said]
    return re.sub(rf"\b{re.escape(old)}\b", rng.choice(fitting), question, count=1) if fitting else None


def _opposite(question: str, _: Sequence[str], rng: random.Random) -> str | None:
    found = [m for m in _WORD.finditer(question) if m.group().lower() in OPPOSITES]
    if not found:
        return None
    m = rng.choice(found)
    new = OPPOSITES[m.group().lower()]
    return question[: m.start()] + (new.capitalize() if m.group()[0].isupper() else new) + question[m.end() :]


def _negated(question: str, _: Sequence[str], __: random.Random) -> str | None:
    if _NEGATED.search(question):
        return _NEGATED.sub("", question, count=1)
    m = _AUXILIARY.search(question)
    if m is None:
        return None
    if m.group().lower() in ("did", "does", "do"):
        subject = re.match(r"(\s+(?:the |a |an )?[\w'-]+)", question[m.end() :])
        end = m.end() + (subject.end() if subject else 0)
        return f"{question[:end]} not{question[end:]}"
    return f"{question[: m.end()]} not{question[m.end() :]}"
