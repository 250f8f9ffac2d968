"""A conversation as the chat component takes it: pairs of messages, everything in them inert."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qa.service.conversations import Turn
from qa.web.page.chat import chat_html as render

ELSEWHERE = "This question is being answered in another window. Reload to see the answer."
SHOWN = 300  # characters of a question that was refused

Message = dict[str, str]
LookUp = Callable[[Turn], render.Beside]


def look_up_nothing(turn: Turn) -> render.Beside:  # noqa: ARG001
    """Return no articles: where no catalog is at hand."""
    return render.NOTHING


def messages(
    turns: Sequence[Turn], conversation: str, *, last: bool = True, beside: LookUp = look_up_nothing
) -> list[Message]:
    """Return questions and replies in order. `last` is True if the last of them is the last of its conversation.

    `beside` finds the articles that are shown with an answer.
    """
    replies = (
        render.pending(ELSEWHERE)
        if t.state == "asked"
        else render.reply(t, conversation, beside(t), last=last and t is turns[-1])
        for t in turns
    )
    return [m for t, reply in zip(turns, replies, strict=True) for m in pair(t.question, reply)]


def pair(question: str, reply: str) -> list[Message]:
    """Return a question and what is said to it."""
    return [{"role": "user", "content": render.question(question)}, {"role": "assistant", "content": reply}]


def refused(question: str, why: str) -> list[Message]:
    """Return a question that was not asked, and why; it is shown once and not kept."""
    return pair(question[:SHOWN] + "…" * (len(question) > SHOWN), render.notice(why))
