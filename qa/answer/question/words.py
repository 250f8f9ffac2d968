"""Words that no article has, read as the ones that were meant: "coran dam" as "Corran Dam", "Ash Grove" as "Ashgrove".

Knows the index's vocabulary. Careful: a word is read as another one only where the articles bear that out, by the words
that stand beside it; a question whose words are all known is never touched, nor is an ordinary word of English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from qa.answer.evidence.signals import rarity_in_english
from qa.answer.question.facts import Facts
from qa.corpus.words import STOPWORDS, stem, words

MOST = 4  # words of a question that are looked after; one with more is not misspelt but in another language
SHORTEST = 4  # letters of a word that is corrected; three where it is a name
LONG = 8  # letters of a word in capitals from which it is no acronym
TWICE = 9  # letters of a stem from which two may be wrong: in a shorter one two make another word
ORDINARY = 4.5  # rarity in English up to which a word is one, and meant as it is written
CANDIDATES = 12
ENDING = 3  # letters by which two forms of a word may differ

_TOKEN = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    written: str
    folded: str
    stem: str


def corrected(text: str, facts: Facts) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the text with misspelt words as the articles write them, and what was changed: written and read."""
    tokens = list(_tokens(text))
    known = set(facts.passages_with([t.stem for t in tokens]))
    strange = [i for i, t in enumerate(tokens) if t.stem not in known and _is_word(t)]
    if not strange or len(strange) > MOST:
        return text, ()
    changes: list[tuple[int, int, str]] = []
    stems = [t.stem for t in tokens]
    for i in strange:
        change = _joined(tokens, i, facts) or _split(tokens, i, facts) or _respelt(tokens, i, known, stems, facts)
        if change is not None and not any(a < change[1] and change[0] < b for a, b, _ in changes):
            changes.append(change)
    return _applied(text, changes)


def _tokens(text: str) -> Sequence[_Token]:
    found = []
    for m in _TOKEN.finditer(text):
        bare = re.sub(r"[’']s?$", "", m.group())
        folded = words(bare)
        if len(folded) == 1:
            found.append(_Token(m.start(), m.start() + len(bare), bare, folded[0], stem(folded[0])))
    return found


def _is_word(token: _Token) -> bool:
    name = token.written[0].isupper()
    enough = len(token.folded) >= SHORTEST - name and not (token.written.isupper() and len(token.written) < LONG)
    return enough and token.folded.isalpha() and token.folded not in STOPWORDS


def _joined(tokens: Sequence[_Token], i: int, facts: Facts) -> tuple[int, int, str] | None:
    """One word that was written as two: "Ash Grove"."""
    for a in (i - 1, i):
        if 0 <= a < len(tokens) - 1 and tokens[a].folded not in STOPWORDS and tokens[a + 1].folded not in STOPWORDS:
            joined = tokens[a].folded + tokens[a + 1].folded
            if facts.passages_with([stem(joined)]):
                written = facts.written(stem(joined), joined)
                if len(written) > len(joined) - ENDING:  # stems may have lost the second word whole
                    return tokens[a].start, tokens[a + 1].end, written
    return None


def _split(tokens: Sequence[_Token], i: int, facts: Facts) -> tuple[int, int, str] | None:
    """Two words that were written as one: "Gullrock"."""
    word = tokens[i].folded
    for at in range(3, len(word) - 2):
        if facts.says(f"{word[:at]} {word[at:]}"):
            first, second = word[:at], word[at:]
            if tokens[i].written[0].isupper():
                first, second = first.capitalize(), second.capitalize()
            return tokens[i].start, tokens[i].end, f"{first} {second}"
    return None


def _respelt(
    tokens: Sequence[_Token], i: int, known: set[str], stems: list[str], facts: Facts
) -> tuple[int, int, str] | None:
    """Another spelling that stands in the articles where the question has this word."""
    token = tokens[i]
    if rarity_in_english(token.folded) < ORDINARY:
        return None
    beside = [(k, tokens[k]) for k in (i - 1, i + 1) if 0 <= k < len(tokens)]
    others = [t.folded for t in tokens if t.stem in known and t.folded not in STOPWORDS]
    best: tuple[tuple[bool, float, int], str] | None = None
    for term, distance in _near(token.stem, facts):
        phrase = any(_together(stems[k], term, before=k < i, facts=facts) for k, _ in beside)
        if not phrase and len(term) < 5:
            continue
        if not phrase and others and not any(facts.any_with(term, other) for other in others):
            continue
        key = (not phrase, distance, -facts.vocabulary.passages[term])
        if best is None or key < best[0]:
            best = (key, term)
    if best is None:
        return None
    stems[i] = best[1]
    return token.start, token.end, facts.written(best[1], token.folded)


def _near(word: str, facts: Facts) -> list[tuple[str, float]]:
    """Terms that are a slip or two of the keyboard away, the nearest first."""
    allowed = 2 if len(word) >= TWICE else 1
    by_length = facts.vocabulary.by_length
    terms = [t for n in range(len(word) - allowed, len(word) + allowed + 1) for t in by_length.get(n, ())]
    found = process.extract(word, terms, scorer=OSA.distance, score_cutoff=allowed, limit=CANDIDATES)
    same = [(term, distance) for term, distance, _ in found if term[0] == word[0]]
    return sorted(same, key=lambda pair: (pair[1], pair[0]))


def _together(beside: str, term: str, *, before: bool, facts: Facts) -> bool:
    """Return True if the articles have the two words side by side, in this order."""
    if beside in STOPWORDS:
        return False
    return facts.any_with(f"{beside} {term}" if before else f"{term} {beside}")


def _applied(text: str, changes: list[tuple[int, int, str]]) -> tuple[str, tuple[tuple[str, str], ...]]:
    pairs = []
    for start, end, read in sorted(changes, reverse=True):
        pairs.append((text[start:end], read))
        text = text[:start] + read + text[end:]
    return text, tuple(reversed(pairs))
