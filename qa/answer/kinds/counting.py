"""How many articles or outlets, how often, and which: from the catalog and the full text, the articles as the proof."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.answer.evidence.preference.times import within
from qa.answer.evidence.signals import Question, coverage, term_set
from qa.answer.kinds.asking import Asking, Told
from qa.answer.kinds.subject import subject_of
from qa.answer.question.conversation import names_in
from qa.answer.question.facts import outlet_in, outlet_of
from qa.answer.question.kinds.request import phrase, words_of_asking
from qa.answer.question.meta import spoken
from qa.core.parts import write_days
from qa.core.types import Article, Filters
from qa.corpus.words import STOPWORDS, question_words, words

NAMED = 10  # articles that are named in the sentence; all of them are listed
HEAD = 600  # characters of an article that say what it is about
OFTEN = 2  # times a name stands in an article that is about it
WHOLE = 0.99  # of it: what one outside of the story has
COVERED = 0.6  # of what is rare in the words: what the title and the head of an article about them have


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which articles are counted: of a writer, of filters, about or mentioning some words."""

    filters: Filters
    author: str = ""
    about: str = ""
    mentioned: bool = False
    unknown: str = ""  # who is asked for as a writer and is none


def counting(asking: Asking) -> Told | None:
    """Return how many articles are meant, and which; None where what is asked of them is not known here."""
    wanted = _wanted(asking)
    if wanted is None:
        return None
    found = [] if wanted.unknown else _articles(asking, wanted)
    outlets = list(dict.fromkeys(a.outlet for a in found if a.outlet))
    of_outlets = "outlets" in asking.request.parts
    kind = asking.request.kind
    if of_outlets:
        text = f"{_number(len(outlets), 'outlet')}{_which(wanted)}"
        text += f": {'; '.join(outlets)}." if outlets else "."
    else:
        text = f"{_number(len(found), 'article')}{_which(wanted)}"
        named = "; ".join(f"“{a.shown_title}”{_day(a)}" for a in found[:NAMED])
        more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        text += f": {named}{more}." if found else "."
    return Told(behaviour=kind, text=text, articles=tuple(a.id for a in found))


def _wanted(asking: Asking) -> _Wanted | None:
    """Return which articles the question means; None where it says nothing of them that is known."""
    parts, filters = asking.request.parts, asking.filters
    rest = _with_whose(parts.get("rest", ""), parts.get("of", ""), asking.snapshot.outlets())
    time = asking.meaning.time
    if time is not None and (time.start or time.end):
        filters = within(filters, time.start, time.end) or filters
        rest = rest.replace(time.words, " ")
    for outlet in asking.snapshot.outlets():
        if named := outlet_in(rest, outlet):
            filters, rest = replace(filters, outlets=(outlet,)), rest.replace(named, " ")
            break
    author = next((a for a in asking.snapshot.authors() if re.search(rf"\b{re.escape(a)}\b", rest, re.IGNORECASE)), "")
    rest = " ".join(rest.replace(author, " ").split()) if author else " ".join(rest.split())
    narrowed = bool(author) or filters != asking.filters
    if about := parts.get("mentioned"):
        return _Wanted(filters, author, about, mentioned=True)
    for name in ("mentioning", "about"):
        found = phrase(name).fullmatch(rest)
        if found is not None and _content(found["about"]):
            beside = f"{rest[: found.start('about')]}, {rest[found.end('about') :]}"
            who = _content(beside) if "what" not in parts and "outlets" not in parts else ""
            if who and not narrowed:
                return None
            unknown = "" if author else next(iter(_named_as_writers(beside)), "")
            return _Wanted(filters, author, found["about"], mentioned=name == "mentioning", unknown=unknown)
    if narrowed:
        return _Wanted(filters, author)
    writer = phrase("by").fullmatch(rest)
    return _Wanted(filters, unknown=writer["by"]) if writer and names_in(writer["by"]) else None


def _with_whose(rest: str, whose: str, outlets: Sequence[str]) -> str:
    """Return what is said of the articles with whose they are, or what about: "Treasury releases", "bee articles"."""
    if not whose:
        return rest
    outlet, named = outlet_of(whose, outlets)
    other = whose.replace(named, "", 1).strip() if named else whose
    about = f"about {other}" if set(words(other)) - words_of_asking() else ""
    return " ".join(filter(None, (rest, about, f"of the {outlet}" if outlet else "")))


def _named_as_writers(text: str) -> list[str]:
    """Return the names that stand where a writer or an outlet does: "did Ann Lee write", "by Ann Lee"."""
    found = (phrase("writer").fullmatch(part.strip()) for part in text.split(","))
    return [name for f in found if f is not None for name in names_in(f["by"])]


def _content(text: str) -> str:
    """Return the words of a text that say what it is about."""
    general = phrase("reporting")
    return " ".join(w for w in words(text) if w not in STOPWORDS and not general.fullmatch(w))


def _articles(asking: Asking, wanted: _Wanted) -> list[Article]:
    """Return the articles that are meant, the oldest first."""
    snapshot = asking.snapshot
    rows = snapshot.published(wanted.filters, -1)
    ids = [a.id for a in rows if not wanted.author or wanted.author in _writers(a)]
    if wanted.about:
        about = set(_about(asking, wanted))
        ids = [id for id in ids if id in about]
    known = {a.id: a for a in rows}
    return sorted((known[id] for id in ids), key=lambda a: (a.published is None, a.published or "", a.id))


def _about(asking: Asking, wanted: _Wanted) -> list[str]:
    """Return the articles that have every word of what is asked; where it is to be their subject, those it is."""
    names = names_in(wanted.about)
    said = {w for name in names for w in words(name)}
    others = [w for w in question_words(wanted.about) if w not in said]
    subject = subject_of(asking, wanted.about) if others and not wanted.mentioned else None
    units = [" ".join(words(name)) for name in names] + others
    having = [set(asking.snapshot.articles_with(f'"{unit}"')) for unit in units]
    ids = sorted(set.intersection(*having)) if having else []
    if wanted.mentioned:
        return ids
    found = [a for a in map(asking.snapshot.article, ids) if a is not None]
    if subject is not None:
        return [*(a.id for a in subject.every), *(a.id for a in found if _in_head(a, wanted.about) >= WHOLE)]
    return [a.id for a in found if _is_about(a, wanted.about, names)]


def _is_about(article: Article, about: str, names: Sequence[str]) -> bool:
    """Return True if an article tells of the words in its head, or of the names again and again."""
    if _in_head(article, about) >= COVERED:
        return True
    return bool(names) and all(article.text.count(name) >= OFTEN for name in names)


def _in_head(article: Article, about: str) -> float:
    """Return how much of what is rare in the words the title and the head of an article have."""
    question = Question(about)
    head = term_set(f"{article.title or ''} {article.text[:HEAD]}")
    return coverage(question.stems, head, question.english_rarity.__getitem__)


def _writers(article: Article) -> list[str]:
    return [name.strip() for name in (article.author or "").split(",")]


def _number(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}" if n else f"No {what}"


def _which(wanted: _Wanted) -> str:
    """Return in words which articles were counted."""
    said = [f" by {wanted.author or wanted.unknown}"] if wanted.author or wanted.unknown else []
    said += [f" of {', '.join(wanted.filters.outlets)}"] if wanted.filters.outlets else []
    said += [f" {'with' if wanted.mentioned else 'about'} {wanted.about}"] if wanted.about else []
    first, last = wanted.filters.published_from, wanted.filters.published_to
    said += [f", published {write_days(first, last)}"] if first or last else []
    return "".join(said)


def _day(article: Article) -> str:
    return f" ({spoken(article.published[:10])})" if article.published else ""
