"""A question to cited sentences, or declined."""

from typing import TYPE_CHECKING

from qa.core.public import offer

if TYPE_CHECKING:
    from qa.answer.answerer import Answerer

__all__ = ["Answerer"]
__getattr__ = offer(__name__, {"Answerer": "answerer"})
