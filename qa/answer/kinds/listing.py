"""A list: a sentence for each of the things asked for, from as many articles as tell of one.

Things that happened are told apart by their stories, people by their names; where one article enumerates them, that
sentence comes first. A question that one sentence answers is left to the plain way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from qa.answer.choose import choose
from qa.answer.evidence.evidence import Evidence, Ranking
from qa.answer.evidence.signals import Question, coverage, term_set
from qa.answer.evidence.story import stories_of
from qa.answer.kinds.asking import Asking, Chosen, Told, evidence_of
from qa.answer.kinds.summary import Told as Sentence
from qa.answer.kinds.summary import sentences_of
from qa.answer.question.conversation import names_in
from qa.core.types import Article, Filters
from qa.corpus.words import stem, words

MOST = 10  # sentences of a list
CERTAIN = 0.65  # confidence from which one sentence answers all of it
COVERED = 0.5  # of what is rare in the question: what the title and the first sentences of an article of it have
HEAD = 300  # characters of an article that say what it tells of
LOOKED_AT = 14
LEAD = 2.0  # what the first sentence of an article is ahead: it tells what happened
COMMON = 0.1  # of all passages: a name in more of them is where all of it happens, and tells no articles apart
BEHIND = 4  # sentences behind the one that tells of things, within which others than "The villages are ..." name them
FEW = 2  # words of an enumeration that names nothing new
ALIKE = 0.4  # of the nearest passage's cosine: what a sentence needs that tells of one of the things
A_STORY = 2  # sentences of one story at most
NEAR = 0.5  # of the best one's score: what a sentence needs that names somebody else
_YEAR = re.compile(r"(?:\b(?:in|of|during|between|from|and|to|or) )?\b(?:19|20)\d\d\b", re.IGNORECASE)
_ITEM = r"(?:[A-Z0-9][\w.’'-]*(?: (?:of |the |de |van )?[A-Z0-9][\w.’'-]*){0,3})"
_WORD = re.compile(r"[^\W\d_]+")
_LEADS = r"(?:,? (?:were|are|is|was|of|in|called|named|include|included|including|such as|like)|:)*"
_ENUMERATES = re.compile(rf"{_LEADS} {_ITEM}(?:, {_ITEM})*,? (?:and|or) {_ITEM}")


def listing(asking: Asking) -> Told | None:
    """Return the list that is asked for; None where one sentence answers, or nothing more is found."""
    plain = asking.plain()
    if told := _enumerated(asking, plain):
        return told
    if plain.evidence and plain.sure >= CERTAIN:
        return None
    if asking.request.parts["head"].lower() == "who":
        return _by_name(asking, plain)
    return _by_story(asking)


def _enumerated(asking: Asking, plain: Ranking) -> Told | None:
    """Return the sentence that enumerates what is asked for before the best one, which only tells of it."""
    if not plain.evidence or plain.sure < asking.threshold:
        return None
    best = plain.evidence[0]
    head = stem(words(asking.request.parts["head"])[-1])
    if _items(head, best.candidate.text):
        return None
    asked = term_set(asking.meaning.text)
    for e in plain.evidence[1:]:
        same = e.candidate.article.id == best.candidate.article.id
        behind = e.candidate.sentence.n - best.candidate.sentence.n
        if not same or behind < 1 or (behind > BEHIND and not e.candidate.text.startswith("The ")):
            continue
        if len(term_set(_items(head, e.candidate.text)) - asked) > FEW:
            rest = [group for group in choose(plain.evidence) if group[0].place != e.place]
            return Told([Chosen((e,)), *(Chosen(tuple(group)) for group in rest)], plain.sure, behaviour="list")
    return None


def _items(head: str, sentence: str) -> str:
    """Return what a sentence enumerates right behind the word for it: "the villages are A, B and C"; "" for nothing."""
    for word in _WORD.finditer(sentence):
        if stem(word.group().lower()) == head and (found := _ENUMERATES.match(sentence, word.end())):
            return found.group()
    return ""


def _by_name(asking: Asking, plain: Ranking) -> Told | None:
    """Return a sentence for each person whom the best sentences name and the question does not."""
    if not plain.evidence or plain.sure < asking.threshold:
        return None
    asked, known = term_set(asking.meaning.text), set[str]()
    found = list[Evidence]()
    least = NEAR * plain.evidence[0].score
    for e in plain.evidence:
        names = [n for n in names_in(e.candidate.text) if len(n.split()) > 1 and not term_set(n) & asked]
        new = [n for n in names if not term_set(n) <= known]
        if new and e.score >= least and len(found) < MOST:
            found.append(e)
            known.update(*map(term_set, new))
    if len({e.candidate.article.id for e in found}) < 2:
        return None
    return Told([Chosen((e,)) for e in found], plain.sure, behaviour="list")


def _by_story(asking: Asking) -> Told | None:
    """Return a sentence or two of each story that is about what is asked for; None where there are not two of them."""
    text, filters = _within_years(asking)
    question = Question(text)
    general = [s for s in question.stems if s not in question.names]
    names = _telling(asking, question)
    articles = [a for a in _retrieved(asking, text, filters) if _tells(question, general, names, a)]
    if len(articles) < 2:
        return None
    groups = stories_of(asking.snapshot, articles)
    if len(set(groups)) < 2:
        return None
    vector = asking.embed(text)
    nearest = max(float(p.vector @ vector) for a in articles for p in asking.snapshot.passages_of(a.id))
    chosen = list[tuple[str, Evidence]]()
    for group in dict.fromkeys(groups):
        own = [a for a, g in zip(articles, groups, strict=True) if g == group]
        worth = dict[str, tuple[float, Sentence]]()
        for told in sentences_of(asking.snapshot, own):
            share = coverage(general, term_set(told.text), question.english_rarity.__getitem__)
            score = share + float(told.sentence.vector @ vector) + LEAD / (1 + told.place)
            if score > worth.get(told.article.id, (0.0, told))[0]:
                worth[told.article.id] = (score, told)
        best = sorted(worth.values(), key=lambda w: (-w[0], w[1].article.id))[:A_STORY]
        best = [(s, t) for s, t in best if float(t.sentence.vector @ vector) >= ALIKE * nearest]
        chosen += [
            (t.article.published or date.max.isoformat(), evidence_of(asking.snapshot, t.article, t.sentence, score))
            for score, t in best
        ]
    chosen.sort(key=lambda c: (c[0], c[1].place))
    evidence = [e for _, e in chosen][:MOST]
    if len({e.candidate.article.id for e in evidence}) < 2:
        return None
    return Told([Chosen((e,)) for e in evidence], asking.threshold, behaviour="list")


def _within_years(asking: Asking) -> tuple[str, Filters]:
    """Return the question without its years, and the filters narrowed to them where articles of them there are."""
    text, filters = asking.meaning.text, asking.filters
    years = re.findall(r"\b(?:19|20)\d\d\b", text)
    if not years or filters.by_date:
        return text, filters
    narrowed = replace(filters, published_from=f"{min(years)}-01-01", published_to=f"{max(years)}-12-31")
    if not asking.snapshot.published(narrowed, 1):
        return text, filters
    return " ".join(_YEAR.sub(" ", text).split()), narrowed


def _retrieved(asking: Asking, text: str, filters: Filters) -> Sequence[Article]:
    ids = dict.fromkeys(hit.article for hit in asking.retrieve(text, filters))
    found = (asking.snapshot.article(id) for id in list(ids)[:LOOKED_AT])
    return [a for a in found if a is not None and a.published]


def _telling(asking: Asking, question: Question) -> frozenset[str]:
    """Return the names of the question that tell the articles apart."""
    names = sorted(question.names)
    counts, passages = asking.snapshot.passages_with(names), asking.snapshot.passage_count()
    return frozenset(name for name in names if counts.get(name, 0) <= COMMON * passages)


def _tells(question: Question, general: Sequence[str], names: frozenset[str], article: Article) -> bool:
    """Return True if an article is about what the question asks for, and has every name of it."""
    head = term_set(f"{article.title or ''} {article.text[:HEAD]}")
    whole = head | term_set(article.text)
    share = coverage(general, head, question.english_rarity.__getitem__)
    return bool(general) and share >= COVERED and names <= whole
