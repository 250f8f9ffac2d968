"""Questions about the collection itself, and small talk: answered from the catalog or in one plain sentence.

The phrases and what is said are data (`meta.toml`). An intent is meant only when no word of the question is about
anything else, so that a question to the articles is never taken for one about them.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from qa.answer.evidence.signals import rarity_in_english
from qa.answer.question.facts import Facts
from qa.core.reports import ArticleSummary
from qa.corpus.words import STOPWORDS

LONGEST = 16  # words of a question that is about the collection or small talk
NEWEST = 3  # articles that are named
NAMED = 5  # of outlets in a sentence, and names of which the articles tell
RECENT = 200  # articles whose titles tell what the collection is about

_OTHERS = frozenset("he she him his her hers they them their theirs its it who whom whose these those did had".split())

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NAME = re.compile(r"(?<!^)(?<![.:?!‘“\"] )\b[A-Z][\w-]+(?: [A-Z][\w-]+)*")


@dataclass(frozen=True, slots=True)
class Intent:
    """What is asked about the collection, or said out of politeness, and the sentence that is said to it."""

    behaviour: str
    name: str
    needs: tuple[tuple[str, ...], ...]
    words: frozenset[str]
    say: str
    anchors: tuple[str, ...] = ()


@cache
def intents() -> tuple[Intent, ...]:
    """Return the intents of the data file, those of small talk first."""
    raw = tomllib.loads(Path(__file__).with_name("meta.toml").read_text("utf-8"))
    common = frozenset(raw["common"].split())
    return tuple(
        Intent(
            behaviour, entry["name"], tuple(map(tuple, entry["needs"])),
            frozenset(entry["more"].split()) | (common if behaviour == "meta" else frozenset()), entry["say"],
            tuple(raw["anchors"]) if behaviour == "meta" and entry.get("anchored", True) else (),
        )
        for behaviour in ("smalltalk", "meta")
        for entry in raw[behaviour]
    )  # fmt: skip


def intent_of(text: str) -> Intent | None:
    """Return what is meant where the text is about the collection or small talk, and about nothing else."""
    said = [re.sub(r"['’]s$", "", w).replace("’", "'") for w in _WORD.findall(text.lower().replace("whats", "what"))]
    if not 0 < len(said) <= LONGEST:
        return None
    line = f" {' '.join(said)} "
    for intent in intents():
        # Small talk is short and has no room for a stop word that it does not name.
        free = STOPWORDS - _OTHERS if intent.behaviour == "meta" else frozenset[str]()
        if intent.anchors and not any(f" {anchor} " in line for anchor in intent.anchors):
            continue
        if all(w in intent.words or w in free or _inside(w, intent, line) for w in said) and all(
            any(f" {phrase} " in line for phrase in group) for group in intent.needs
        ):
            return intent
    return None


def intent_named(kind: str) -> Intent | None:
    """Return the intent of a kind of question, "meta:count"; None where the kind is another."""
    behaviour, _, name = kind.partition(":")
    return next((i for i in intents() if (i.behaviour, i.name) == (behaviour, name)), None)


def _inside(word: str, intent: Intent, line: str) -> bool:
    """Return True if the word is part of a phrase that the intent needs and the text has."""
    return any(word in p.split() and f" {p} " in line for group in intent.needs for p in group)


def said(intent: Intent, facts: Facts) -> tuple[str, tuple[str, ...]]:
    """Return the sentence, filled in from the catalog, and the ids of the articles that it names."""
    text = intent.say
    values: dict[str, Callable[[], str]] = {
        "articles": lambda: _counted(facts.articles, "article"),
        "outlets": lambda: _listed(facts.outlets, NAMED) or "no outlet is known",
        "outlets_all": lambda: _listed(facts.outlets, 4 * NAMED) or "none is known",
        "outlet_count": lambda: _counted(len(facts.outlets), "outlet"),
        "first": lambda: facts.period[0] or "no known day",
        "last": lambda: facts.period[1] or "no known day",
        "undated": lambda: f" {_counted(facts.period[2], 'article')} without a date." if facts.period[2] else "",
        "added": lambda: (facts.last_added() or "no known day")[:10],
        "newest": lambda: "; ".join(f"“{a.title}”" for a in _newest(facts)) or "none",
        "oldest": lambda: "; ".join(f"“{a.title}”" for a in facts.oldest(1)) or "none",
        "authors": lambda: _listed(facts.authors, 4 * NAMED) or "none is known",
        "names": lambda: _listed(_names(facts), NAMED) or "many things",
    }
    named = tuple(a.id for a in _newest(facts)) if "{newest}" in text else ()
    return re.sub(r"\{(\w+)\}", lambda m: values[m.group(1)](), text), named


def _newest(facts: Facts) -> list[ArticleSummary]:
    """Return the articles of the last day, NEWEST at least where there are as many."""
    rows = facts.newest(2 * NEWEST)
    days = {row.published[:10] if row.published else "" for row in rows[:1]}
    return [r for i, r in enumerate(rows) if i < NEWEST or (r.published or "")[:10] in days]


def _names(facts: Facts) -> list[str]:
    """Names that stand in most titles: what the collection tells of."""
    titles = [row.title for row in facts.newest(RECENT)]
    found = Counter(m.group() for title in titles for m in _NAME.finditer(title))
    rare = [(n, name) for name, n in found.items() if rarity_in_english(name.split()[0].lower()) > 3.0]
    return [name for _, name in sorted(rare, key=lambda pair: (-pair[0], pair[1]))]


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _listed(names: Sequence[str], most: int) -> str:
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def spoken(day: str | date) -> str:
    """Return a day as people write it: 3 May 2024."""
    found = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{found.day} {found:%B %Y}"
