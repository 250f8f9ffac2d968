"""An article: its file, its text, its sentences and passages."""

from typing import TYPE_CHECKING

from qa.core.public import offer

if TYPE_CHECKING:
    from qa.corpus.canonical import canonical_text
    from qa.corpus.folder import Corpus

__all__ = ["Corpus", "canonical_text"]
__getattr__ = offer(__name__, {"Corpus": "folder", "canonical_text": "canonical"})
