"""What a chat client asks on its own behalf, told from what people ask, and answered in a plain line.

The patterns are in `housekeeping.toml`. Nothing is searched for such a prompt, and nothing of it is kept.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from qa.web.openai.schemas import Message

LONGEST = 60  # characters of a title
NAMELESS = "Conversation"  # the title of one in which nothing was asked


def reply_to(messages: Sequence[Message]) -> str | None:
    """Return what a client's own prompt is answered with; None for a conversation with somebody."""
    for n in _prompts(messages):
        text = " ".join(messages[n].text.split())
        for kind, (opens, answer) in _kinds().items():
            if opens.match(text):
                return answer if kind != "title" else _title(messages, n)
    return None


def _prompts(messages: Sequence[Message]) -> Iterator[int]:
    """Yield the numbers of the messages that can be such a prompt: instructions, and the last one."""
    yield len(messages) - 1
    yield from (n for n, message in enumerate(messages) if message.role in ("system", "developer"))


def _title(messages: Sequence[Message], prompt: int) -> str:
    """Return the first question, cut, in the shape that the prompt asks for."""
    text = messages[prompt].text
    others = [m.text for n, m in enumerate(messages) if n != prompt and m.role == "user"]
    quoted = next(filter(None, (re.search(_raw()["asked"], t, re.IGNORECASE) for t in (text, *others[:1]))), None)
    question = quoted["question"] if quoted else next(iter(others), "")
    title = _cut(" ".join(question.split())) or NAMELESS
    return json.dumps({"title": title}, ensure_ascii=False) if re.search(_raw()["json"], text) else title


def _cut(text: str) -> str:
    """Return a text, or as many of its first words as a title holds."""
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST].rsplit(' ', 1)[0]}…"


@cache
def _raw() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("housekeeping.toml").read_text("utf-8"))


@cache
def _kinds() -> dict[str, tuple[re.Pattern[str], str]]:
    """Return each kind's patterns, as one, and its answer."""
    kinds = {kind: values for kind, values in _raw().items() if isinstance(values, dict)}
    return {
        kind: (re.compile("|".join(f"(?:{p})" for p in values["opens"]), re.IGNORECASE), values["answer"])
        for kind, values in kinds.items()
    }
