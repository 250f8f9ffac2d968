"""The service of another process, asked through its routes: the same calls as `QA`, a few milliseconds away.

Light on purpose (no model library): this is what the command line uses beside a running page.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from qa import errors
from qa.batches import Item, batched, refused
from qa.errors import GroundwireError, ServiceError
from qa.intake.draft import Draft, Refusal
from qa.lock import Holder, read_holder
from qa.types import Answer, Article, ArticleSummary, Filters, Outcome, Sentence, SourcePassage
from qa.wire import answer_from_dict, filters_to_dict, outcome_from_dict, source_from_dict, summary_from_dict

TIMEOUT_SECONDS = 600.0  # indexing a large change can take minutes


class RemoteQA:
    """A running service. Raises what `QA` raises, with the same messages."""

    def __init__(self, holder: Holder) -> None:
        self.address = holder.address
        # trust_env: a proxy from the environment must never see what goes to the loopback address.
        self._http = httpx.Client(
            base_url=holder.address,
            headers={"authorization": f"Bearer {holder.token}"},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )

    @classmethod
    def find(cls, index: Path) -> RemoteQA | None:
        """The service that holds this index, if one does and answers."""
        holder = read_holder(index)
        if holder is None or not holder.address or not _alive(holder.pid):
            return None
        self = cls(holder)
        try:
            self._http.get("/api/health", timeout=5.0).raise_for_status()
        except httpx.HTTPError:
            self.close()
            return None
        return self

    def ask(
        self,
        question: str,
        filters: Filters | None = None,
        *,
        history: Sequence[str] = (),
        today: date | str | None = None,
    ) -> Answer:
        body: dict[str, Any] = {"question": question, "filters": filters_to_dict(filters or Filters())}
        body |= {"history": list(history), "today": str(today) if today else None}
        return answer_from_dict(self._call("POST", "/api/ask", body))

    def search(self, question: str, filters: Filters | None = None, k: int = 10) -> list[SourcePassage]:
        body = {"question": question, "filters": filters_to_dict(filters or Filters()), "k": k}
        return [source_from_dict(p) for p in self._call("POST", "/api/search", body)]

    def add(
        self, text: str, *, name: str = "", id: str | None = None, markdown: bool = False, **metadata: str | None
    ) -> Outcome:
        body = {"text": text, "name": name, "id": id, "markdown": markdown, **metadata}
        return outcome_from_dict(self._call("POST", "/api/articles", body))

    def add_many(self, items: Iterable[Item], **given: str | None) -> Iterator[Outcome]:
        for batch in batched(items):
            yield from self.add_batch(batch, **given)

    def add_batch(self, items: Sequence[Item], **given: str | None) -> list[Outcome]:
        """Text is sent, never a path of this machine's files; what is refused already stays here."""
        sent = [asdict(item) for item in items if isinstance(item.draft, Draft)]
        body = {"items": sent, "given": {name: value for name, value in given.items() if value}}
        came = iter(self._call("POST", "/api/batches", body) if sent else ())
        return [refused(i.draft) if isinstance(i.draft, Refusal) else outcome_from_dict(next(came)) for i in items]

    def edit(self, id: str, **changes: str | None) -> Outcome:
        stated = {field: value for field, value in changes.items() if value is not None}
        return outcome_from_dict(self._call("PATCH", f"/api/articles/{quote(id, safe='')}", stated))

    def remove(self, id: str) -> Outcome:
        return outcome_from_dict(self._call("DELETE", f"/api/articles/{quote(id, safe='')}"))

    def articles(
        self, *, search: str = "", order: str = "id", offset: int = 0, limit: int | None = None
    ) -> list[ArticleSummary]:
        query = {"search": search, "order": order, "offset": offset, **({"limit": limit} if limit else {})}
        return [summary_from_dict(a) for a in self._call("GET", "/api/articles", query=query)]

    def article(self, id: str) -> tuple[Article, list[Sentence]]:
        data = self._call("GET", f"/api/articles/{quote(id, safe='')}")
        sentences = [Sentence(**s) for s in data["sentences"]]
        kept = {k: v for k, v in data.items() if k not in ("sentences", "version", "shown_title")}
        return Article(**kept), sentences

    def sync(self) -> dict[str, Any]:
        """Index what changed; the report as a mapping."""
        return dict(self._call("POST", "/api/index", {}))

    def examine(self) -> list[dict[str, Any]]:
        """The doctor's findings as mappings."""
        return list(self._call("POST", "/api/doctor", {}))

    def close(self) -> None:
        self._http.close()

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, query: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            answer = self._http.request(method, path, json=body, params=query)
            data = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ServiceError(
                f"The service at {self.address} did not answer as expected ({error or type(error).__name__}). "
                "Look at its terminal, or stop it and try again."
            ) from error
        if answer.is_success:
            return data
        raise _error_from(data, self.address)


def _error_from(data: Any, address: str) -> GroundwireError:
    body = data if isinstance(data, dict) else {}
    message = str(body.get("message") or f"The service at {address} failed without saying why.")
    kind = getattr(errors, str(body.get("error")), ServiceError)
    if kind is errors.DuplicateArticle:
        return errors.DuplicateArticle(message, str(body.get("article", "")))
    if isinstance(kind, type) and issubclass(kind, GroundwireError):
        return kind(message)
    return ServiceError(message)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
