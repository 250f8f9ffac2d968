"""A conversation as the chat component takes it: pairs of messages, everything in them inert."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qa.core.types import Answer, Article
from qa.service.conversations import Turn
from qa.web.page.chat import chat_html as render

ELSEWHERE = "This question is being answered in another window. Reload to see the answer."
SHOWN = 300  # characters of a question that was refused

Message = dict[str, str]
Listed = Callable[[Answer | None], Sequence[Article]]


def list_nothing(answer: Answer | None) -> Sequence[Article]:  # noqa: ARG001
    """Return no articles: where no catalog is at hand."""
    return ()


def messages(
    turns: Sequence[Turn], conversation: str, *, last: bool = True, listed: Listed = list_nothing
) -> list[Message]:
    """Return questions and replies in order. `last` is True if the last of them is the last of its conversation.

    `listed` finds the articles that an answer lists.
    """
    replies = (
        render.pending(ELSEWHERE)
        if t.state == "asked"
        else render.reply(t, conversation, listed(t.answer), last=last and t is turns[-1])
        for t in turns
    )
    return [m for t, reply in zip(turns, replies, strict=True) for m in pair(t.question, reply)]


def pair(question: str, reply: str) -> list[Message]:
    """Return a question and what is said to it."""
    return [{"role": "user", "content": render.question(question)}, {"role": "assistant", "content": reply}]


def refused(question: str, why: str) -> list[Message]:
    """Return a question that was not asked, and why; it is shown once and not kept."""
    return pair(question[:SHOWN] + "…" * (len(question) > SHOWN), render.notice(why))
