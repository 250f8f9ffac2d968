"""Decide what becomes of a text, given what the corpus holds: the rules of adding.

- The same text is added once. What its twin did not know is filled in, unless the two say different things.
- A text from the address of an article, other than that article's, is its new version; but no adding replaces what it
  has just added, and of several with one address that is the older version which has the same title.
- A value that a person gave outlives what a page or a file says later; nothing is overwritten in silence.

Knows the index that writes and what the catalog holds; does not know formats, HTTP or the command line.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from qa.core.errors import ArticleError, UnknownArticle
from qa.core.reports import Outcome
from qa.core.types import GIVEN, METADATA, Article, CanonicalText, Draft, Refusal
from qa.corpus.article_file import ArticleFile, checked_field, checked_pages, make_file, read_article
from qa.corpus.canonical import checked_text, slug
from qa.corpus.lookalikes import lookalike_note
from qa.index.catalog.snapshot import Snapshot
from qa.index.writer import Change, IndexWriter
from qa.service.batches import Item, outcome_of

_SHOWN = 60  # characters of a value in a message
FRONT_MATTER = "front matter"  # the origin of what a file's head says and does not say where it has it from
_MOST_SHARED = 1_000  # articles with one address that are looked at for the one with the same title


@dataclass(frozen=True, slots=True)
class Asked:
    """An article to be placed, whose id is yet to be found.

    `id` names one to be replaced, `wanted` is what to derive one from, `name` is what the person calls it.
    """

    article: Article
    name: str
    wanted: str
    id: str | None = None
    notes: tuple[str, ...] = ()
    own: bool = False  # `wanted` is the id that its source gives it
    apart: bool = False  # others of this adding have its address


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to become of an article: the file to write whole, the one to describe anew, or neither."""

    outcome: Outcome
    write: ArticleFile | None = None
    restate: Article | None = None


def asked_from_text(
    text: str, markdown: bool, name: str, stem: str, id: str | None, given: Mapping[str, str | None]
) -> Asked:
    """Return what a text with its front matter asks for. Raises ArticleError."""
    article, notes = read_article(text, "draft", markdown=markdown)
    stated = {k: article.origins.get(k, FRONT_MATTER) for k in METADATA if getattr(article, k) is not None}
    article = _given(replace(article, added=None, origins=stated), given)
    notes = (*notes, *filter(None, [lookalike_note(article.text)]))
    return Asked(article, name, stem or article.shown_title, id, notes)


def asked_from_draft(draft: Draft, name: str, id: str | None, given: Mapping[str, str | None]) -> Asked:
    """Return what a draft asks for; a value that its field cannot hold is left out with a note. Raises ArticleError."""
    known: dict[str, str] = {}
    notes = list(draft.notes)
    for field in METADATA:
        found = draft.metadata.get(field)
        if found is None:
            continue
        try:
            value = checked_field(field, found.value)
        except ArticleError as error:
            notes.append(f"Its {field} {found.value[:_SHOWN]!r} was left out. {error}")
        else:
            known |= {field: value} if value else {}
    origins = {field: draft.metadata[field].origin for field in known}
    text = checked_text(draft.text)
    article = Article("draft", text, **known, origins=origins, pages=checked_pages(draft.pages, text))
    article = _given(article, given)
    wanted = draft.id or article.title or draft.name or article.shown_title
    notes += filter(None, [lookalike_note(article.text)])
    return Asked(article, name or draft.name or article.shown_title, wanted, id, tuple(notes), own=bool(draft.id))


def place_batch(index: IndexWriter, items: Sequence[Item], given: Mapping[str, str | None]) -> list[Outcome]:
    """Add drafts together; return what became of each, in their order, once it is in the corpus and answers.

    What is `given` goes before what was found in each. Raises StorageError, and ArticleError for what is given.
    """
    _given(Article("draft", CanonicalText("")), given)
    outcomes: dict[int, Outcome] = {}
    asked: list[tuple[int, Asked]] = []
    for n, item in enumerate(items):
        draft = item.draft
        if isinstance(draft, Refusal):
            outcomes[n] = outcome_of(draft)
            continue
        try:
            asked.append((n, replace(asked_from_draft(draft, "", item.id, given), apart=item.apart)))
        except ArticleError as error:
            outcomes[n] = Outcome(draft.name, "refused", None, str(error))
    outcomes |= dict(zip((n for n, _ in asked), place(index, [a for _, a in asked]), strict=True))
    return [outcomes[n] for n in range(len(items))]


def edit(index: IndexWriter, id: str, changes: Mapping[str, str | None]) -> Outcome:
    """Change what is known about an article: "" removes a value, None leaves it. Text and version stay.

    Raises UnknownArticle, ArticleError, StorageError.
    """
    stated = ((field, value) for field, value in _known_fields(changes).items() if value is not None)
    values: dict[str, Any] = {field: checked_field(field, value) for field, value in stated}
    if not values:
        raise ArticleError(f"Nothing to change was given; an article has {', '.join(METADATA)}.")
    with index.change() as change:
        old = _as_it_stands(index, id)
        origins = {**old.origins, **dict.fromkeys(values, GIVEN)}
        new = replace(old, **values, origins={k: v for k, v in origins.items() if values.get(k, v) is not None})
        changed = [field for field in values if getattr(new, field) != getattr(old, field)]
        if not changed:
            return Outcome(id, "unchanged", id, "It says so already.")
        _restate(index, change, new)
    return Outcome(id, "updated", id, ", ".join(changed))


def merged(new: Article, old: Article) -> Article:
    """Return a new version with what is known of it: what it says, then what the old one said.

    What a person gave goes before what was found.
    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for field in METADATA:
        mine, theirs = getattr(new, field), getattr(old, field)
        found_over_given = old.origins.get(field) == GIVEN and new.origins.get(field) != GIVEN
        source = old if mine is None or mine == theirs or (theirs is not None and found_over_given) else new
        values[field] = getattr(source, field)
        if field in source.origins:
            origins[field] = source.origins[field]
    return replace(new, id=old.id, added=old.added, **values, origins=origins)


def is_address_of_one(url: str | None) -> bool:
    """Return True if an address can be that of one article: a site's front page is everybody's."""
    parts = urlsplit(url or "")
    return bool(parts.path.strip("/") or parts.query)


def _planned(snapshot: Snapshot, index: IndexWriter, asked: Asked, taken: set[str]) -> _Plan:
    """Return what is to become of an article. Raises ArticleError."""
    article = asked.article
    twins = [t for t in snapshot.ids_with_version(article.version) if t != asked.id and index.corpus.path_of(t)]
    if twins:
        return _twin(_as_it_stands(index, twins[0]), asked)
    id = asked.id or _older(snapshot, asked)
    old = snapshot.article(id) if id else None
    if id is not None and old is None and slug(id) != id:
        raise ArticleError(f"{id!r} cannot be an article's id; expected something like {slug(id)!r}.")
    if old is not None:
        article = merged(article, old)
        if article == old:
            known = "It is in the corpus already, word for word."
            return _Plan(Outcome(asked.name or old.id, "unchanged", old.id, known))
    else:
        article = replace(article, id=id or index.corpus.free_id(asked.wanted, taken))
    file = make_file(article)
    news = [] if old is None or asked.id else [f"new version of {old.id!r}, which had the same address."]
    if old is None and asked.own and article.id != (own := slug(asked.wanted)):
        news.append(f"Another article has the id {own!r}, so this one has {article.id!r}.")
    status = "added" if old is None else "replaced"
    return _Plan(Outcome(asked.name or article.id, status, article.id, " ".join([*news, *asked.notes])), write=file)


def _older(snapshot: Snapshot, asked: Asked) -> str | None:
    """Return the article that this one is a new version of: the one with its address.

    Of several with that address it is the one with the same title, since they only share a page.
    """
    article = asked.article
    if asked.apart or not is_address_of_one(article.url):
        return None
    older = snapshot.ids_with_url(article.url or "")
    if len(older) == 1:
        return older[0]
    titles = {id: found.title for id in older[:_MOST_SHARED] if (found := snapshot.article(id)) is not None}
    return next((id for id, title in titles.items() if title and title == article.title), None)


def _twin(twin: Article, asked: Asked) -> _Plan:
    """Return what is to become of a text that is in the corpus already, as `twin`.

    It fills in what was unknown, and only where the two say nothing different, so that they are the same article and
    not two outlets' copies.
    """
    both = [(f, getattr(asked.article, f), getattr(twin, f)) for f in METADATA]
    other = [(f, mine, theirs) for f, mine, theirs in both if mine and theirs and mine != theirs]
    brought = {f: mine for f, mine, theirs in both if mine and not theirs}
    where = f"The same text is already in the corpus as {twin.id!r}"
    name = asked.name or twin.id
    if other or not brought:
        differ = " and ".join(f"{f} ({theirs!r} there, {mine!r} here)" for f, mine, theirs in other)
        said = f", with another {differ}" if differ else ""
        return _Plan(Outcome(name, "duplicate", twin.id, f"{where}{said}. Nothing was added."))
    origins = {**twin.origins, **{f: asked.article.origins[f] for f in brought if f in asked.article.origins}}
    now = f"{where}; its {' and '.join(brought)}, unknown until now, {'is' if len(brought) == 1 else 'are'} known now."
    return _Plan(Outcome(name, "updated", twin.id, now), restate=replace(twin, **brought, origins=origins))


def place(index: IndexWriter, batch: Sequence[Asked]) -> list[Outcome]:
    """Add or replace articles; return what became of each. All that is added goes this one way. Raises StorageError."""
    outcomes: list[Outcome] = []
    with index.change() as change:
        left = list(batch)
        while left:
            together, left = left[: _unrelated(left)], left[_unrelated(left) :]
            plans, taken = [], set[str]()
            with index.catalog.snapshot() as snapshot:
                for asked in together:
                    try:
                        plan = _planned(snapshot, index, asked, taken)
                    except ArticleError as error:
                        plan = _Plan(Outcome(asked.name, "refused", None, str(error)))
                    plans.append(plan)
                    taken |= {plan.write.article.id} if plan.write else set()
            _carry_out(index, change, plans)
            outcomes += [plan.outcome for plan in plans]
    return outcomes


def _unrelated(asked: Sequence[Asked]) -> int:
    """Count the first that have nothing to do with one another; the next can be judged once these are in."""
    seen: set[str] = set()
    for n, item in enumerate(asked):
        marks = {item.article.version, item.article.url or "", item.id or ""} - {""}
        if marks & seen:
            return n
        seen |= marks
    return len(asked)


def _carry_out(index: IndexWriter, change: Change, plans: Sequence[_Plan]) -> None:
    """Write what the plans say, new articles together. Raises StorageError."""
    change.add([plan.write for plan in plans if plan.write])
    for plan in plans:
        if plan.restate:
            _restate(index, change, plan.restate)


def _restate(index: IndexWriter, change: Change, article: Article) -> None:
    """Change what an article's file says about it. Raises UnknownArticle, StorageError."""
    file = index.corpus.restate(article)
    if file is None:
        raise UnknownArticle(unknown(article.id))
    change.put([file])


def _as_it_stands(index: IndexWriter, id: str) -> Article:
    """Return the article in the corpus, whatever is indexed of it. Raises UnknownArticle, ArticleError."""
    path = index.corpus.path_of(id)
    file = index.corpus.file(path.name) if path else None
    with contextlib.suppress(FileNotFoundError):
        if file is not None:
            return index.corpus.read(file)
    raise UnknownArticle(unknown(id))


def _given(article: Article, given: Mapping[str, str | None]) -> Article:
    """Return the article with what a person gave. Raises ArticleError."""
    values: dict[str, Any] = {
        f: clean for f, v in _known_fields(given).items() if (clean := checked_field(f, v)) is not None
    }
    return replace(article, **values, origins={**article.origins, **dict.fromkeys(values, GIVEN)})


def _known_fields(given: Mapping[str, str | None]) -> Mapping[str, str | None]:
    """Return the values as they are. Raises ArticleError for what no article has."""
    strange = sorted(set(given) - set(METADATA))
    if strange:
        raise ArticleError(f"Unknown metadata {strange[0]!r}; known are {', '.join(METADATA)}.")
    return given


def unknown(id: str) -> str:
    """Return what is said where there is no such article."""
    return f"There is no article {id!r} in the corpus. See: qa list"
