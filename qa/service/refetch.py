"""Fetch web addresses again: an article whose page says something else now becomes a new version of itself.

The same in this process and beside a running service, which is then sent text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from qa.core.reports import Outcome
from qa.core.types import Article, Draft, Refusal
from qa.intake.fetch.cache import Visits
from qa.intake.importer import FETCHED, Importer
from qa.service.batches import Item
from qa.service.protocol import Service


def refetch(service: Service, intake: Importer, visits: Visits, ids: Sequence[str] = ()) -> Iterator[Outcome]:
    """Fetch again what was fetched, or these articles from their addresses, whoever said those.

    Yield what became of each. An article whose address no longer gives it is kept as it is, and that is said. Raises
    UnknownArticle, ServiceError, StorageError.
    """
    for article in [service.article(id)[0] for id in ids] if ids else _fetched(service):
        if article.url:
            yield _refetch_one(service, intake, visits, article, article.url)
        else:
            message = f'Its address is not known. Say it: qa edit {article.id} --url "https://..."'
            yield Outcome(article.id, "refused", article.id, message)


def _fetched(service: Service) -> Iterator[Article]:
    """Yield the articles that were added from a web address."""
    for row in service.articles():
        if row.url:
            article, _ = service.article(row.id)
            if article.origins.get("url", "").startswith(FETCHED):
                yield article


def _refetch_one(service: Service, intake: Importer, visits: Visits, article: Article, url: str) -> Outcome:
    """Fetch one article's address; its text becomes the article's new version where it has changed."""
    arrival = intake.fetch(url, *visits.get(url))
    if arrival.fetched is not None and arrival.fetched.not_modified:
        return Outcome(article.id, "unchanged", article.id, "The server says that it has not changed.")
    drafts = [found for found in arrival.found if isinstance(found, Draft)]
    if arrival.fetched is None or len(drafts) != 1:
        refusal = next((f for f in arrival.found if isinstance(f, Refusal)), None)
        reason = refusal.reason if refusal else f"Its address gives {len(drafts)} articles now."
        return Outcome(article.id, "refused", article.id, f"{reason} It is kept as it was.")
    [outcome] = service.add_many([Item(drafts[0], article.id)])
    visits.put(url, arrival.fetched.etag, arrival.fetched.last_modified)  # only now: what was asked for has been placed
    return replace(outcome, name=article.id)
