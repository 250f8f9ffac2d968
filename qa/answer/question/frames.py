"""The clause that asks: what people put around a question taken off, and a long text reduced to what it asks.

Knows phrases (`frames.toml`) and sentence ends, nothing of the articles. A question without a frame stays as it is,
letter for letter.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SEARCHED = 1_000  # characters of a question that are searched
LONG = 40  # words from which the sentences around the clause that asks are kept out of it
KEYWORDS = 8  # words of a query that is no question; a longer one is a sentence
_ENDS = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"”’)]))\s+(?=[\"“‘(]?[^\W_])")
_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|Col|Gen|Sgt|No|vs|e\.g|i\.e|[A-Z])\.$")
_ASKS = re.compile(
    r"\b(?:who|whom|whose|what|when|where|why|how|which|is|are|was|were|do|does|did|has|have|had|can|could|will|would"
    r"|should|must|may|might|name|list|tell|give|describe|explain|compare|summari[sz]e|show|find|according|any)\b",
    re.IGNORECASE,
)
_QUESTION_WORD = re.compile(r"\b(?:who|whom|whose|what|when|where|why|how|which)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clause:
    """`text` asks; `context` are the statements that stood before it; `task`: it is work, no question."""

    text: str
    context: str = ""
    task: bool = False


@cache
def phrases() -> dict[str, tuple[re.Pattern[str], ...]]:
    """Return the frames of the data file, ready to match."""
    raw = tomllib.loads(Path(__file__).with_name("frames.toml").read_text("utf-8"))
    made = {}
    for name, patterns in raw.items():
        end = r"\s*$" if name == "trail" else ""
        made[name] = tuple(re.compile(f"(?:{pattern}){end}", re.IGNORECASE) for pattern in patterns)
    return made


def clause_of(text: str) -> Clause:
    """Return the clause that asks, without what is put around it; the text itself where there is nothing to take."""
    if any(p.match(text) for p in phrases()["task"]):
        return Clause(text[:SEARCHED], task=True)
    asking, statements = _reduced(text)
    bare = _bare(asking)
    if not bare or not any(c.isalnum() for c in bare):
        return Clause(text[:SEARCHED])
    changed = bare != text
    return Clause(_as_question(bare) if changed else text[:SEARCHED], _tail(_bare(statements), SEARCHED // 2))


def is_keywords(text: str) -> bool:
    """Return True if the text is a handful of words and no question."""
    count = len(text.split())
    return not text.rstrip().endswith("?") and count <= KEYWORDS and not _ASKS.search(text)


def _reduced(text: str) -> tuple[str, str]:
    """Return the sentences that ask, and the statements around them; the whole text where that is not clear."""
    sentences = sentences_of(text)
    if len(sentences) < 2:
        return text, ""
    kept = [s for s in sentences if not _any("instruction", s) or _is_question(s)]
    asking = [s for s in kept if _is_question(s)]
    if not asking:
        asking = [s for s in kept if _any("asking", s)]
    if not asking:
        return " ".join(kept) or text, ""
    others = [s for s in kept if s not in asking]
    if len(" ".join(kept).split()) < LONG and not (others and _any("loose", asking[-1])):
        return " ".join(kept), ""
    return " ".join(asking), " ".join(others)


def sentences_of(text: str) -> list[str]:
    """Split a question's text where sentences end."""
    out = list[str]()
    for part in _ENDS.split(text):
        if out and _ABBREVIATION.search(out[-1]):
            out[-1] += f" {part}"
        else:
            out.append(part)
    return out


def _is_question(sentence: str) -> bool:
    return sentence.rstrip('"”’) ').endswith("?")


def _any(name: str, text: str) -> bool:
    return any(p.match(text) for p in phrases()[name])


def _bare(text: str) -> str:
    """Return the text without frames at its ends."""
    before = None
    while before != text:
        before = text
        for pattern in phrases()["lead"]:
            text = pattern.sub("", text, count=1) if pattern.match(text) else text
        for pattern in phrases()["trail"]:
            match = pattern.search(text)
            text = text[: match.start()] + ("?" if "?" in match.group()[:2] else "") if match else text
    return text.strip()


def _as_question(text: str) -> str:
    text = text.rstrip(" ,;:")
    text = text[:1].upper() + text[1:]
    if text.endswith((".", "!")) and _QUESTION_WORD.match(text):
        text = text[:-1]
    return text if text.endswith(("?", ".", "!")) or not _QUESTION_WORD.search(text) else f"{text[: SEARCHED - 1]}?"


def _tail(text: str, most: int) -> str:
    """Return the end of a text, whole words: what stands nearest to the question says most of it."""
    return text if len(text) <= most else text[-most:].split(" ", 1)[-1]


def joined(parts: Sequence[str]) -> str:
    """Put texts one behind the other, no longer than what is searched."""
    return _tail(" ".join(p for p in parts if p), SEARCHED)
