"""Acronyms of a question and their long forms, as the articles explain them (qa.index.catalog.acronyms)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.answer.question.facts import Facts
from qa.corpus.words import STOPWORDS, words
from qa.index.catalog.acronyms import NAME

MOST = 2  # acronyms of a question, and long forms, that are looked up

_SHORT = re.compile(r"(?<![\w-])[A-Z][A-Z0-9&.]{1,7}(?![\w-])")
_IS_IT = re.compile(
    r"\W*what(?:[’']s| is| are| was| were)\b(?!.*\b(?:not|n[’']t)\b)", re.IGNORECASE
)  # "What is the VSA?"
_ASKS_FORM = frozenset(
    "abbreviation abbreviated abbreviate acronym acronyms initials letters letter short shortened long form forms full"
    " name names named mean means meaning meant stand stands spelled spelt spell written write expand expanded out"
    " called call term does word words exactly actually please what's whats define definition".split()
)


@dataclass(frozen=True, slots=True)
class Definition:
    """`long (short)` as the articles have it."""

    short: str
    long: str


def definitions_in(question: str, facts: Facts) -> list[Definition]:
    """Return what the articles say the question's acronyms are short for, or how its long forms are abbreviated."""
    found: list[Definition] = []
    if question.isupper():
        return found
    for short in list(dict.fromkeys(m.group().strip(".&") for m in _SHORT.finditer(question)))[:MOST]:
        found += [Definition(short, long) for long in facts.long_forms(short)[:1]]
    for m in list(NAME.finditer(question))[:MOST] if asks_for_a_form(question, NAME.sub(" ", question)) else ():
        found += [Definition(short, m.group()) for short in facts.short_forms(m.group())[:1]]
    return found


def asks_for_a_form(question: str, rest: str) -> bool:
    """Return True if the question asks what letters stand for: beyond them, `rest` has only words that ask that."""
    content = [w for w in words(_SHORT.sub(" ", rest)) if w not in STOPWORDS]
    if not content and not _IS_IT.match(rest):
        return False
    return all(w in _ASKS_FORM for w in content) and len(words(question)) > len(content)
