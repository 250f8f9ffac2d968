"""What a question takes for granted: the people, places and organisations that it names.

Each has to stand in the article of the best sentence or in another that was found of its story. Where one does not, the
articles speak of something else: the confidence falls and the answer says which is missing. A single word at the
beginning has its capital from there, and may be no name.
"""

from __future__ import annotations

from dataclasses import replace

from qa.answer.evidence.evidence import Ranking
from qa.answer.evidence.signals import DAY_NAMES, term_set
from qa.answer.question.conversation import names_in
from qa.corpus.words import STOPWORDS, stem, words

FALLS = 0.6  # what is left of the confidence where a name is missing
FOUND = 10  # best sentences whose articles are looked through
MOST = 6  # names of a question that are looked for
MISSING = "The articles found do not mention"


def checked(question: str, ranking: Ranking) -> tuple[Ranking, tuple[str, ...]]:
    """Return the ranking, less sure where a name of the question is in no article of it, and what is to be said."""
    if not ranking.evidence or ranking.absent or ranking.unanswered:  # what is missing has been said
        return ranking, ()
    articles = {e.candidate.article.id: e.candidate.article for e in ranking.evidence[:FOUND]}
    said = [term_set(f"{a.title or ''} {a.author or ''} {a.outlet or ''} {a.text}") for a in articles.values()]
    missing = [name for name in _named(question)[:MOST] if not _mentioned(name, said)]
    if not missing:
        return ranking, ()
    return replace(ranking, sure=ranking.sure * FALLS), (f"{MISSING} {' or '.join(missing)}.",)


def _named(question: str) -> list[str]:
    """Return the names of a question, each alone; no month or day of the week, and no word that only begins it."""
    names = [name for listed in names_in(question) for name in listed.split(" and ")]
    return [n for n in names if not DAY_NAMES.match(n) and (" " in n or not question.startswith(n))]


def _mentioned(name: str, said: list[frozenset[str]]) -> bool:
    """Return True if an article has the name's last word or most of its words."""
    stems = [stem(w) for w in words(name) if w not in STOPWORDS]
    return not stems or any(2 * sum(s in found for s in stems) > len(stems) for found in said)
