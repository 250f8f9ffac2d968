"""Who says each sentence of an article: the speaker beside a verb of speech, before, in or behind the quotation.

A pronoun is the last one named before it, a quotation that goes on in the next sentence has the same speaker, a letter
the one who signs below it. Computed when it is asked for, over the articles that were found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from qa.answer.question.conversation import is_person, names_in
from qa.answer.question.kinds.request import phrase, speech
from qa.core.types import Article
from qa.corpus.words import STOPWORDS, stem, words

LONGEST = 14  # words that name a speaker
SIGNED = 8  # words of a line with which a letter is signed
_QUOTED = re.compile(r"^[\"“‘]|[\"”]$")
_WHOLE = re.compile('“[^“”]*”|"[^"]*"')
_HALF = re.compile("^[^“”]*”|“[^“”]*$")
_TITLES = frozenset("mr mrs ms dr prof professor sir mayor governor president minister captain".split())
_PRONOUN = re.compile(r"(?:he|she|they)\b", re.IGNORECASE)


@lru_cache(maxsize=200)
def speakers_of(article: Article, spans: tuple[tuple[int, int], ...]) -> tuple[str, ...]:
    """Return who says each of the sentences of an article, in its own words; "" where the article itself does."""
    letters = phrase("opinion").fullmatch(article.title or "") is not None
    said, named, inside = list[str](), "", ""
    since = 0
    for n, (start, end) in enumerate(spans):
        text = article.text[start:end].strip()
        who = _beside(text)
        if _PRONOUN.match(who):
            who = named
        elif not who and inside and _goes_on(text, article.text[:start]):
            who = inside
        people = [name for name in names_in(who or text) if len(name.split()) > 1]
        named = (who if who and names_in(who) else people[-1] if people else named) or named
        inside = who
        said.append(who)
        if letters and (signed := _signed(text)):
            said[since:n] = [s or signed for s in said[since:n]]
            since = n + 1
    return tuple(said)


def speaks(who: str, speaker: str) -> bool:
    """Return True if the words that name a speaker mean the one who is asked for: by the last name, or by the role."""
    said = {stem(w) for w in words(who)}
    names = [set(words(name)) for name in names_in(speaker)]
    if names:
        named = [set(words(name)) - _TITLES for name in names_in(f"by {who}")]
        return any(n and (n <= names[0] or names[0] <= n) for n in named)
    role = [stem(w) for w in words(speaker) if w not in STOPWORDS]
    return bool(role) and all(r in said for r in role)


def _beside(text: str) -> str:
    """Return the words that name the speaker in a sentence; "" where there is none."""
    if found := speech("labelled").match(text):
        return str(found["who"])
    told = _HALF.sub("“”", _WHOLE.sub("“”", text))  # nobody is named in what is quoted
    for form in ("behind", "before", "source"):
        found = speech(form).search(told)
        if found is not None:
            who = found["who"].split()
            if form != "before" or len(who) <= LONGEST:
                return " ".join(who[:LONGEST]).strip(" ,")
    return ""


def _goes_on(text: str, before: str) -> bool:
    """Return True if a sentence is all quotation: it stands in marks, or those that were opened are open still."""
    tail = before[-2_000:]
    opened = tail.count("“") > tail.count("”") or tail.rsplit("\n", 1)[-1].count('"') % 2 == 1
    return _QUOTED.search(text) is not None or opened


def _signed(text: str) -> str:
    """Return the name of a line that only signs: "Ida Holm, Old Town"."""
    name, comma, _ = text.partition(",")
    signs = bool(comma) and len(text.split()) <= SIGNED and not text.endswith((".", "!", "?", "”", '"'))
    return name if signs and names_in(f"a {name}") == [name] else ""


def who_spoke(article: Article, spans: tuple[tuple[int, int], ...]) -> Sequence[str]:
    """Return the names of those who speak in an article, in their order."""
    found = dict[str, None]()
    for who in speakers_of(article, spans):
        for name in filter(is_person, names_in(f"by {who}")[:1]):
            found.setdefault(name)
    return list(found)
