"""From files and web addresses into the corpus, and addresses fetched again: the way in, joined to the rules of adding.

The same for the command line and the page, and beside a running service, which is then sent text and no paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from qa.batches import Item
from qa.errors import UserError
from qa.intake.draft import Draft, Refusal
from qa.intake.intake import FETCHED, Arrival, Intake
from qa.types import Article, ArticleSummary, Outcome, Sentence
from qa.visits import Visits


class Service(Protocol):
    """What `QA` and `RemoteQA` have in common here."""

    def add_many(self, items: Iterable[Item], **given: str | None) -> Iterator[Outcome]: ...
    def articles(self, *, search: str = ...) -> list[ArticleSummary]: ...
    def article(self, id: str) -> tuple[Article, list[Sentence]]: ...


class Arrivals:
    """Adds whatever people bring. Every method raises ServiceError, StorageError; the rest is told in outcomes."""

    def __init__(self, intake: Intake, index: Path) -> None:
        self._intake, self._visits = intake, Visits(index)

    def file(self, service: Service, data: bytes, name: str, **given: str | None) -> Iterator[Outcome]:
        """Add all that a file holds, such as every entry of a feed: at least one outcome."""
        return service.add_many(map(Item, self._intake.read(data, name)), **given)

    def address(self, service: Service, url: str, **given: str | None) -> list[Outcome]:
        """Fetch a web address and add what is there: at least one outcome."""
        arrival = self._intake.fetch(url)
        outcomes = list(service.add_many(map(Item, arrival.found), **given))
        self._remember(url, arrival)
        return outcomes

    def refresh(self, service: Service, ids: Sequence[str] = ()) -> Iterator[Outcome]:
        """Fetch again what was fetched, or these articles from their addresses; new text is a new version.

        An article whose address no longer gives it is kept as it is, and that is said. Raises UnknownArticle too.
        """
        for article in [service.article(id)[0] for id in ids] if ids else self._fetched(service):
            if not article.url:
                yield Outcome(article.id, "refused", article.id, "Its address is not known. See: qa edit --url")
                continue
            yield self._refreshed(service, article, article.url)

    def _fetched(self, service: Service) -> Iterator[Article]:
        for row in service.articles():
            if row.url:
                article, _ = service.article(row.id)
                if article.origins.get("url", "").startswith(FETCHED):
                    yield article

    def _refreshed(self, service: Service, article: Article, url: str) -> Outcome:
        etag, modified = self._visits.get(url)
        arrival = self._intake.fetch(url, etag, modified)
        if arrival.fetched is not None and arrival.fetched.not_modified:
            return Outcome(article.id, "unchanged", article.id, "The server says that it has not changed.")
        drafts = [found for found in arrival.found if isinstance(found, Draft)]
        if len(drafts) != 1:
            refusal = next((f for f in arrival.found if isinstance(f, Refusal)), None)
            reason = refusal.reason if refusal else f"Its address gives {len(drafts)} articles now."
            return Outcome(article.id, "refused", article.id, f"{reason} It is kept as it was.")
        [outcome] = service.add_many([Item(drafts[0], article.id)])
        self._remember(url, arrival)
        return replace(outcome, name=article.id)

    def _remember(self, url: str, arrival: Arrival) -> None:
        if arrival.fetched is None:
            return
        addresses = {url, arrival.fetched.url}
        addresses |= {f.metadata["url"].value for f in arrival.found if isinstance(f, Draft) and "url" in f.metadata}
        self._visits.put(addresses, arrival.fetched.etag, arrival.fetched.last_modified)


def check_address(text: str) -> str:
    """A web address as a person typed it, with its scheme. Raises UserError for what is none."""
    address = text.strip()
    if not address or any(c.isspace() for c in address):
        raise UserError(f"{address[:60]!r} is no web address; expected one such as https://example.org/story.")
    return address if "://" in address else f"https://{address}"
