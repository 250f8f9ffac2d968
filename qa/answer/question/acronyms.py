"""Acronyms and their long forms, as the articles give them: "Civil Aviation Office (CAO)" or the other way round.

A long form is one whose words begin with the letters (after Schwartz and Hearst 2003, who look for the shortest one).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.answer.question.facts import Facts
from qa.corpus.words import STOPWORDS, words

MOST = 2  # acronyms of a question, and long forms, that are looked up
SMALL = frozenset("of the and for de la on in to a an at und der die das du des & y".split())

_SHORT = re.compile(r"(?<![\w-])[A-Z][A-Z0-9&.]{1,7}(?![\w-])")
_PARENTHESES = re.compile(r"\(([^()]{2,80})\)")
_NAME = re.compile(
    r"(?<![\w’'-])[A-Z][\w’'-]++(?:\s++(?:(?:of|the|and|for|de|la|on)\s++){0,2}[A-Z][\w’'-]++)+"
)  # capitalised words in a row, with small ones between them
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
    """`long (short)` as the articles have it, in the passage with this id."""

    short: str
    long: str
    passage: str


def definitions_in(question: str, facts: Facts) -> list[Definition]:
    """Return what the articles say the question's acronyms are short for, or how its long forms are abbreviated."""
    found: list[Definition] = []
    if question.isupper():
        return found
    for short in list(dict.fromkeys(m.group().strip(".&") for m in _SHORT.finditer(question)))[:MOST]:
        folded = " ".join(words(short))
        for passage, text in facts.matching(f'"{folded}"') if folded else ():
            if long := long_form(text, short):
                found.append(Definition(short, long, passage))
                break
    for m in list(_NAME.finditer(question))[:MOST] if asks_for_a_form(question, _NAME.sub(" ", question)) else ():
        for passage, text in facts.matching(f'"{" ".join(words(m.group()))}"'):
            if given := short_form(text, m.group()):
                found.append(Definition(given, m.group(), passage))
                break
    return found


def asks_for_a_form(question: str, rest: str) -> bool:
    """Return True if the question asks what letters stand for: beyond them, `rest` has only words that ask that."""
    content = [w for w in words(_SHORT.sub(" ", rest)) if w not in STOPWORDS]
    if not content and not _IS_IT.match(rest):
        return False
    return all(w in _ASKS_FORM for w in content) and len(words(question)) > len(content)


def long_form(text: str, short: str) -> str | None:
    """Return the long form that a text gives for an acronym."""
    for m in _PARENTHESES.finditer(text):
        inside = m.group(1).strip()
        before = text[: m.start()].rstrip()
        if inside == short:
            if found := _ending_in(before, short):
                return found
        elif re.search(rf"(?<!\w){re.escape(short)}$", before) and (found := _ending_in(inside, short)):
            return found
    m2 = re.search(
        rf"(?<!\w){re.escape(short)},? (?:short for |or |i\.e\. |that is )?(?:the )?({_NAME.pattern}),", text
    )
    return _ending_in(m2.group(1), short) if m2 else None


def short_form(text: str, long: str) -> str | None:
    """Return the acronym that a text gives for a long form."""
    letters, form = "([A-Z][A-Z0-9&.]{1,7})", re.escape(long)
    m = re.search(rf"{form}\s*\({letters}\)|{letters}(?: \(|, (?:the )?){form}", text)
    short = m and (m.group(1) or m.group(2))
    return short if short and _ending_in(long, short) else None


def _ending_in(text: str, short: str) -> str | None:
    """Return the last words of the text whose first letters are the acronym's, small words left out or counted."""
    letters = [c for c in short.lower() if c.isalnum()]
    tokens = list(re.finditer(r"[^\W_][\w’'&-]*", text[-160:]))
    for small in (False, True):
        need, start = list(letters), None
        for m in reversed(tokens):
            word = m.group().lower()
            if not need:
                break
            if word[0] == need[-1] and (small or word not in SMALL):
                need.pop()
                start = m.start()
            elif word not in SMALL:
                break
        if not need and start is not None:
            return text[-160:][start:]
    return None
