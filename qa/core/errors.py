"""Every error a caller can meet, drawn once.

    GroundwireError
    ├── UserError                 the caller can mend it (exit code 2, HTTP 4xx)
    │   ├── QuestionError         the question is empty, too long or not text
    │   ├── FilterError           a filter names something impossible, such as a date that is none
    │   ├── ArticleError          a file or text that cannot become an article
    │   │   └── DuplicateArticle  the same text is already in the corpus
    │   ├── FetchError            a web address that may not or cannot be fetched
    │   ├── UnknownArticle        no article has this id
    │   ├── UnknownConversation   the visitor has no conversation of this id
    │   ├── DatasetError          a folder that is no evaluation set
    │   ├── QuotaExceeded         more uploads wait to be added than may
    │   └── Refused               the service does not accept this request
    └── ServiceError              our side cannot do it now (exit code 1, HTTP 5xx)
        ├── IndexHeld             another process writes the index
        ├── IndexIncompatible     the index was made by a newer version or another model
        ├── IndexDamaged          the index contradicts itself or cannot be read
        ├── ModelUnavailable      the embedding model cannot be loaded
        ├── NotReady              the service is still loading
        ├── UsersDamaged          the users file cannot be read: nobody is let in
        └── StorageError          the disk refused a write
            └── ReadOnly          the index folder cannot be written at all: it can be read

A message says what was got, what was expected and the next command, and reads well when printed alone.
The library raises; only the command line turns errors into exit codes and only the web layer into answers.
"""

from __future__ import annotations


class GroundwireError(Exception):
    """Anything Groundwire raises on purpose."""


class UserError(GroundwireError):
    """The caller can mend it."""


class QuestionError(UserError):
    """The question is empty, too long or not text."""


class FilterError(UserError):
    """A filter cannot be understood."""


class ArticleError(UserError):
    """A file or text cannot become an article."""


class DuplicateArticle(ArticleError):
    """The same text is already in the corpus, under the id in `article`."""

    def __init__(self, message: str, article: str) -> None:
        super().__init__(message)
        self.article = article


class FetchError(UserError):
    """A web address may not be fetched, or what it gives is no article."""


class UnknownArticle(UserError):
    """No article has this id."""


class UnknownConversation(UserError):
    """The visitor has no conversation of this id."""


class DatasetError(UserError):
    """A folder is not an evaluation set."""


class Refused(UserError):
    """The service does not accept this request (host, origin, token or size)."""


class QuotaExceeded(UserError):
    """More uploads wait to be added than may: of this visitor, or of all of them."""


class ServiceError(GroundwireError):
    """Our side cannot do it now."""


class IndexHeld(ServiceError):
    """Another process writes the index."""


class IndexIncompatible(ServiceError):
    """The index was made by a newer version or with another model."""


class IndexDamaged(ServiceError):
    """The index contradicts itself or cannot be read."""


class ModelUnavailable(ServiceError):
    """The embedding model cannot be loaded."""


class NotReady(ServiceError):
    """The service is still loading."""


class UsersDamaged(ServiceError):
    """The users file is there and cannot be read, so nobody is let in."""


class StorageError(ServiceError):
    """The disk refused a write."""


class ReadOnly(StorageError):
    """The index folder cannot be written at all; what is in it can be read."""
