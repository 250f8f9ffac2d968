"""What the service offers, wherever it runs: `QA` in this process, `RemoteQA` in another one. Loads nothing heavy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol

from qa.answer.question.conversation import Said
from qa.core.reports import ArticleSummary, Outcome, SyncReport
from qa.core.types import Answer, Article, Filters, Sentence, SourcePassage
from qa.service.batches import Item


class Service(Protocol):
    """Questions to a corpus of articles, answered in their own sentences, and the articles themselves.

    Every method may raise ServiceError: our side cannot do it now.
    """

    def ask(
        self,
        question: str,
        filters: Filters | None = None,
        *,
        history: Sequence[Said] = (),
        today: date | str | None = None,
        without: Collection[str] = (),
    ) -> Answer:
        """Answer in the articles' own sentences, or decline. Raises QuestionError, FilterError.

        `history` are the earlier questions, the last one last: texts, or `Earlier` with what they were answered.
        `today` is the day that "yesterday" is counted from. `without` are parts of what is understood that are
        left out: time, corrections, acronyms, context, newest (`Understood` says which there are).
        """
        ...

    def search(self, question: str, filters: Filters | None = None, k: int = 10) -> list[SourcePassage]:
        """Return the k passages that retrieval ranks first. Raises QuestionError, FilterError."""
        ...

    def examples(self, n: int = 4) -> list[str]:
        """Return at most n questions that the articles answer, the surest first."""
        ...

    def add_many(self, items: Iterable[Item], **given: str | None) -> Iterator[Outcome]:
        """Add drafts as they come, in bounded memory, and yield what became of each, in their order.

        An outcome comes once its article is in the corpus and answers. What cannot be an article is refused and the
        rest goes on; what was added stays, wherever this ends. What is `given` goes before what a draft says. Raises
        StorageError, and ArticleError for what is given.
        """
        ...

    def add(
        self, text: str, *, name: str = "", id: str | None = None, markdown: bool = False, **metadata: str | None
    ) -> Outcome:
        """Add a text, with or without front matter; `id` names the article that it replaces.

        `name` is a file name to derive the id from; metadata (title, outlet, url, author, published, language)
        overrides front matter. Raises ArticleError, DuplicateArticle, StorageError.
        """
        ...

    def edit(self, id: str, **changes: str | None) -> Outcome:
        """Change what is known about an article: "" removes a value, None leaves it. Its text and version stay.

        Raises UnknownArticle, ArticleError, StorageError.
        """
        ...

    def remove(self, id: str) -> Outcome:
        """Remove an article's file and forget it. Raises UnknownArticle, StorageError."""
        ...

    def articles(
        self,
        *,
        search: str = "",
        order: str = "id",
        descending: bool = False,
        offset: int = 0,
        limit: int | None = None,
    ) -> list[ArticleSummary]:
        """Return rows of the library. `order` is id, title, outlet, published, added or sentences; unknown last."""
        ...

    def article(self, id: str) -> tuple[Article, list[Sentence]]:
        """Return an article and its sentences. Raises UnknownArticle."""
        ...

    def file(self, id: str) -> tuple[str, bytes]:
        """Return the name and contents of an article's file in `corpus/`. Raises UnknownArticle."""
        ...

    def sync(self) -> SyncReport:
        """Index what changed in `corpus/`."""
        ...

    def status(self) -> dict[str, object]:
        """Return counts, who answers dense queries, and whether the model is loaded."""
        ...

    def close(self) -> None:
        """Let go of what was opened."""
        ...
