"""Groundwire: questions about a collection of articles, answered in their own sentences.

>>> from qa import QA
>>> with QA.open("folder") as service:                        # doctest: +SKIP
...     service.sync()
...     answer = service.ask("How many civilians were killed?")
"""

from typing import TYPE_CHECKING

from qa.core.errors import (
    ArticleError,
    DatasetError,
    DuplicateArticle,
    FetchError,
    FilterError,
    GroundwireError,
    IndexDamaged,
    IndexHeld,
    IndexIncompatible,
    ModelUnavailable,
    NotReady,
    QuestionError,
    Refused,
    ServiceError,
    StorageError,
    UnknownArticle,
    UnknownConversation,
    UserError,
    UsersDamaged,
)
from qa.core.public import offer
from qa.core.types import Answer, Article, Citation, Filters

if TYPE_CHECKING:
    from qa.service.service import QA

__version__ = "0.1.0"
__all__ = [
    "QA",
    "Answer",
    "Article",
    "ArticleError",
    "Citation",
    "DatasetError",
    "DuplicateArticle",
    "FetchError",
    "FilterError",
    "Filters",
    "GroundwireError",
    "IndexDamaged",
    "IndexHeld",
    "IndexIncompatible",
    "ModelUnavailable",
    "NotReady",
    "QuestionError",
    "Refused",
    "ServiceError",
    "StorageError",
    "UnknownArticle",
    "UnknownConversation",
    "UserError",
    "UsersDamaged",
    "__version__",
]
__getattr__ = offer(__name__, {"QA": "service.service"})  # importing the package loads no model library
