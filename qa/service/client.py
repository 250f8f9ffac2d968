"""Ask the service of another process through its routes: the same calls as `QA`, a few milliseconds away.

Light on purpose (no model library): this is what the command line uses beside a running page.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote, unquote

import httpx

from qa.answer.question.conversation import Said
from qa.core import errors
from qa.core.errors import GroundwireError, ServiceError
from qa.core.reports import ArticleSummary, Finding, Outcome, SyncReport
from qa.core.types import Answer, Article, Draft, Filters, Refusal, Sentence, SourcePassage
from qa.index.lock import Holder, read_holder
from qa.service.batches import Item, batched, outcome_of
from qa.service.codec import answer_from_dict, filters_to_dict, outcome_from_dict, source_from_dict, summary_from_dict
from qa.service.protocol import Service

TIMEOUT_SECONDS = 600.0  # indexing a large change can take minutes


class RemoteQA(Service):
    """The client of a running service. Raises what `QA` raises, with the same messages."""

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
        """Return the client of the service that holds this index, if one does and answers."""
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
        history: Sequence[Said] = (),
        today: date | str | None = None,
        without: Collection[str] = (),
    ) -> Answer:
        """Answer in the articles' own sentences, or decline."""
        body: dict[str, Any] = {"question": question, "filters": filters_to_dict(filters or Filters())}
        body["history"] = [said if isinstance(said, str) else asdict(said) for said in history]
        body["today"] = str(today) if today else None
        body["without"] = sorted(without)
        return answer_from_dict(self._call("POST", "/api/ask", body))

    def search(self, question: str, filters: Filters | None = None, k: int = 10) -> list[SourcePassage]:
        """Return the k passages that retrieval ranks first."""
        body = {"question": question, "filters": filters_to_dict(filters or Filters()), "k": k}
        return [source_from_dict(p) for p in self._call("POST", "/api/search", body)]

    def examples(self, n: int = 4) -> list[str]:
        """Return at most n of the questions that the service offers."""
        return [str(question) for question in self._call("GET", "/api/examples")[:n]]

    def add_many(self, items: Iterable[Item], **given: str | None) -> Iterator[Outcome]:
        """Send drafts, never a path of this machine's files; what is refused already stays here."""
        stated = {name: value for name, value in given.items() if value}
        for batch in batched(items):
            sent = [asdict(item) for item in batch if isinstance(item.draft, Draft)]
            came = iter(self._call("POST", "/api/batches", {"items": sent, "given": stated}) if sent else ())
            for item in batch:
                draft = item.draft
                yield outcome_of(draft) if isinstance(draft, Refusal) else outcome_from_dict(next(came))

    def add(
        self, text: str, *, name: str = "", id: str | None = None, markdown: bool = False, **metadata: str | None
    ) -> Outcome:
        """Send a text to be added."""
        body = {"text": text, "name": name, "id": id, "markdown": markdown, **metadata}
        return outcome_from_dict(self._call("POST", "/api/articles", body))

    def edit(self, id: str, **changes: str | None) -> Outcome:
        """Change what is known about an article."""
        stated = {field: value for field, value in changes.items() if value is not None}
        return outcome_from_dict(self._call("PATCH", f"/api/articles/{quote(id, safe='')}", stated))

    def remove(self, id: str) -> Outcome:
        """Remove an article's file and forget it."""
        return outcome_from_dict(self._call("DELETE", f"/api/articles/{quote(id, safe='')}"))

    def articles(
        self,
        *,
        search: str = "",
        order: str = "id",
        descending: bool = False,
        offset: int = 0,
        limit: int | None = None,
    ) -> list[ArticleSummary]:
        """Return rows of the library."""
        query: dict[str, Any] = {"search": search, "order": order, "descending": descending, "offset": offset}
        query |= {"limit": limit} if limit else {}
        return [summary_from_dict(a) for a in self._call("GET", "/api/articles", query=query)]

    def article(self, id: str) -> tuple[Article, list[Sentence]]:
        """Return an article and its sentences."""
        data = self._call("GET", f"/api/articles/{quote(id, safe='')}")
        sentences = [Sentence(**s) for s in data["sentences"]]
        kept = {k: v for k, v in data.items() if k not in ("sentences", "version", "shown_title")}
        return Article(**{**kept, "pages": tuple(data.get("pages", ()))}), sentences

    def file(self, id: str) -> tuple[str, bytes]:
        """Return the name and contents of an article's file."""
        answer = self._send("GET", f"/api/files/{quote(id, safe='')}")
        _, _, name = answer.headers.get("content-disposition", "").partition("filename*=UTF-8''")
        return unquote(name), answer.content

    def sync(self) -> SyncReport:
        """Index what changed in the service's `corpus/`."""
        return SyncReport(**self._call("POST", "/api/index", {}))

    def status(self) -> dict[str, object]:
        """Return counts, who answers dense queries, and whether the model is loaded."""
        health = self._call("GET", "/api/health")
        return {name: value for name, value in health.items() if name not in ("state", "detail", "watching")}

    def examine(self) -> list[Finding]:
        """Return the findings of the doctor, who stands above the service: see `qa.quality.doctor.examine`."""
        found = self._call("POST", "/api/doctor", {})
        return [Finding(f["check"], tuple(f["problems"]), f["mend"]) for f in found]

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> RemoteQA:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, query: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the JSON value that a route answers with."""
        answer = self._send(method, path, body, query)
        try:
            return answer.json()
        except ValueError as error:
            raise self._unexpected(error) from error

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, query: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        """Return the answer of a route. Raises what the service raised there, or ServiceError."""
        try:
            answer = self._http.request(method, path, json=body, params=query)
            data = None if answer.is_success else answer.json()
        except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
            raise ServiceError(
                f"The service at {self.address} has gone while it was asked ({error or type(error).__name__}). What it "
                "acknowledged is kept. Run the same command again: it works without a service, and adds nothing twice."
            ) from error
        except (httpx.HTTPError, ValueError) as error:
            raise self._unexpected(error) from error
        if answer.is_success:
            return answer
        raise _error_from(data, self.address)

    def _unexpected(self, error: Exception) -> ServiceError:
        """Return the error for an answer that no Groundwire gives."""
        return ServiceError(
            f"The service at {self.address} did not answer as expected ({error or type(error).__name__}). "
            "Look at its terminal, or stop it and try again."
        )


def _error_from(data: Any, address: str) -> GroundwireError:
    """Return the error that a route has told in JSON."""
    body = data if isinstance(data, dict) else {}
    message = str(body.get("message") or f"The service at {address} failed without saying why.")
    kind = getattr(errors, str(body.get("error")), ServiceError)
    if kind is errors.DuplicateArticle:
        return errors.DuplicateArticle(message, str(body.get("article", "")))
    if isinstance(kind, type) and issubclass(kind, GroundwireError):
        return kind(message)
    return ServiceError(message)


def _alive(pid: int) -> bool:
    """Return True if a process of this id runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
