"""What an answer is to be about, found in the articles: one of them, or the story that several tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.answer.evidence.preference.times import within
from qa.answer.evidence.signals import Question, coverage, term_set
from qa.answer.evidence.story import day_of, stories_of
from qa.answer.kinds.asking import Asking
from qa.answer.question.conversation import names_in
from qa.answer.question.facts import outlet_in
from qa.answer.question.kinds.request import phrase
from qa.core.types import Article, Filters
from qa.corpus.words import STOPWORDS, stem, words

COVERED = 0.6  # of what is rare in the words of a subject: less of it in an article, and it is about something else
NEARLY = 0.75  # of the best article's share of these words: what another article of the story needs
NEAR = 1 / 3  # of the nearest passage's cosine: what an article needs that is about something at all
LOOKED_AT = 14  # articles that may tell of a subject
TITLED = 0.5  # how much a subject's words in the title count beside those in the text
OF_GENRE = 0.5  # what an article that says "editorial" of itself is ahead where one is asked for
OF_STORY = 0.5  # of it: what one needs that is of the best one's story by its names and its day
HEADED = 0.6  # of what is rare in a subject: what the head of an article has that goes on with its story
HEAD = 300  # characters of an article that say what it is


@dataclass(frozen=True, slots=True)
class Subject:
    """The articles about something, the oldest first, and the words that name it; `one`: a single article is meant.

    `every` has opinions and near duplicates too.
    """

    articles: tuple[Article, ...]
    words: str
    one: bool = False
    sure: float = 1.0
    every: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True)
class _Named:
    """What the words name: a subject, maybe of one article of a genre, maybe within an outlet."""

    words: str
    genre: str
    filters: Filters


def subject_of(asking: Asking, about: str) -> Subject | None:
    """Return the articles that tell of a subject; None where none does for sure."""
    only = asking.filters.articles
    if len(only) == 1 and (article := asking.snapshot.article(only[0])) is not None:
        own = "" if phrase("this_one").fullmatch(about) else _named(asking, about).words
        return Subject((article,), own, one=True)
    if titled := _titled(asking, about):
        return Subject((titled,), "", one=True)
    named = _named(asking, about)
    if not named.words:
        return None
    question = Question(named.words)
    found = _found(asking, named, question)
    if not found:
        return None
    share, best = found[0][1], found[0][2]
    if share < COVERED or not _mentioned(named.words, [a for _, _, a in found]):
        return None
    if named.genre:
        return Subject((best,), named.words, one=True, sure=share)
    every = _of_one_story(asking, named.words, found)
    return Subject(_told_once(asking, every), named.words, sure=share, every=every)


def _titled(asking: Asking, about: str) -> Article | None:
    """Return the article whose title the question quotes."""
    said = words(about)
    if len(said) < 3:
        return None
    for row in asking.snapshot.summaries(search=" ".join(said[:8]), limit=20):
        if words(row.title) == said:
            return asking.snapshot.article(row.id)
    return None


def _named(asking: Asking, about: str) -> _Named:
    """Return the subject's own words, the genre of article that is asked for and the filters that an outlet adds."""
    filters, text = _of_time(asking, about)
    piece = phrase("of_piece").fullmatch(text.strip())
    for outlet in asking.snapshot.outlets():
        found = outlet_in(text, outlet)
        of_outlet = phrase("of_piece").fullmatch(text.replace(found, " ").strip()) if found else None
        if of_outlet is not None:
            piece, filters = of_outlet, replace(filters, outlets=filters.outlets or (outlet,))
            break
    if piece is None:
        return _Named(phrase("story_of").sub("", " ".join(text.split()), count=1), "", filters)
    return _Named(piece["rest"].strip(" \"“”‘’'"), piece["genre"].lower(), filters)


def _of_time(asking: Asking, about: str) -> tuple[Filters, str]:
    """Return the filters narrowed to the time that the question names, and the words without it."""
    time = asking.meaning.time
    if time is None or (time.kind != "published" and time.words not in about):
        return asking.filters, about
    narrowed = within(asking.filters, time.start, time.end)
    text = about.replace(time.words, " ")
    some = narrowed is not None and bool(asking.snapshot.published(narrowed, 1))
    return (narrowed if narrowed and some else asking.filters), text


def _found(asking: Asking, named: _Named, question: Question) -> list[tuple[float, float, Article]]:
    """Return articles by how much of them is about the words: score, share of the words, article; best first."""
    hits = asking.retrieve(named.words, named.filters) or asking.retrieve(named.words, asking.filters)
    cosines: dict[str, float] = {}
    for hit in hits:
        cosines[hit.article] = max(hit.cosine, cosines.get(hit.article, -1.0))
    found = []
    nearest = max(cosines.values(), default=0.0)
    for id in list(cosines)[:LOOKED_AT]:
        article = asking.snapshot.article(id)
        if article is None or cosines[id] < NEAR * nearest:
            continue
        title = term_set(article.title or "")
        share = _share(question, title | term_set(article.text))
        genre = OF_GENRE * (named.genre != "" and stem(named.genre) in title | term_set(article.text[:HEAD]))
        genre -= OF_GENRE * (not named.genre and phrase("opinion").fullmatch(article.title or "") is not None)
        found.append((share + TITLED * _share(question, title) + cosines[id] + genre, share, article))
    return sorted(found, key=lambda f: (-f[0], f[2].id))


def _share(question: Question, present: frozenset[str]) -> float:
    return coverage(question.stems, present, question.english_rarity.__getitem__)


def _mentioned(text: str, articles: Sequence[Article]) -> bool:
    """Return True if the best article names whoever the text names."""
    said = term_set(f"{articles[0].title or ''} {articles[0].text}")
    return all(any(stem(w) in said for w in words(name) if w not in STOPWORDS) for name in names_in(text))


def _of_one_story(asking: Asking, about: str, found: Sequence[tuple[float, float, Article]]) -> tuple[Article, ...]:
    """Return the best article and the others of its story that are about the words too, the oldest first.

    Those are too that have the words in their head, for a story that is told over months changes its words; of a
    subject that is a name and nothing else those that have all of it there.
    """
    articles = [a for _, _, a in found]
    groups = stories_of(asking.snapshot, articles)
    least = NEARLY * found[0][1]
    question, whole = Question(about), 1.0 if _is_name(about) else HEADED

    def headed(article: Article) -> bool:
        return _share(question, term_set(f"{article.title or ''} {article.text[:HEAD]}")) >= whole

    kept = [
        a
        for (_, share, a), g in zip(found, groups, strict=True)
        if (g == groups[0] and share >= OF_STORY * found[0][1]) or (share >= least and headed(a))
    ]
    return tuple(sorted(kept, key=lambda a: (day_of(a) is None, day_of(a), a.id)))


def _is_name(text: str) -> bool:
    """Return True if a subject is a name and nothing else: "the Ida", "Mayor Ida Holm"."""
    return all(word[0].isupper() for word in text.split() if word.lower() not in STOPWORDS)


def _told_once(asking: Asking, articles: Sequence[Article]) -> tuple[Article, ...]:
    """Return the reports among the articles, of near duplicates only the first; all where there is no report."""
    kept = [a for a in articles if not phrase("opinion").fullmatch(a.title or "")] or list(articles)
    copies = asking.snapshot.near_duplicate_groups([a.id for a in kept])
    first: dict[object, Article] = {}
    for article in kept:
        first.setdefault(copies.get(article.id, article.id), article)
    return tuple(first.values())
