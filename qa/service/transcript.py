"""Write a conversation to take along: a turn to be quoted, or all of it with article, version and offsets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from qa.core.display import also_in, page_of, refusal_of
from qa.core.parts import parts_line
from qa.core.types import Answer, Citation
from qa.service.codec import filters_to_dict
from qa.service.conversations import Turn

FORMAT = "groundwire-conversation-1"
STOPPED = "Stopped before the answer was whole."
UNKNOWN: Mapping[str, str] = MappingProxyType({})
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_LINE_START = re.compile(r"^(\d+)([.)])|^([-+=:])")


def as_text(turn: Turn, urls: Mapping[str, str] = UNKNOWN) -> str:
    """Return a turn for the clipboard: the question, the sentences with their numbers, who told them when and where.

    `urls` are the addresses of articles, as far as they are known. Versions and offsets are left to exports.
    """
    lines = [turn.question, "", *_body(turn, _flat)]
    for c in _citations(turn.answer):
        lines.append(f"[{c.n}] {_told(c, urls)}")
    return "\n".join(lines).rstrip() + "\n"


def as_markdown(turn: Turn, urls: Mapping[str, str] = UNKNOWN) -> str:
    """Return a turn for the clipboard as Markdown in which nothing of an article is markup."""
    return _markdown(turn, lambda c: _told(c, urls))


def conversation_markdown(turns: Sequence[Turn]) -> str:
    """Return a whole conversation as Markdown."""
    asked = f"Asked of Groundwire, {turns[0].asked} to {turns[-1].asked}." if turns else "Nothing was asked."
    title = plain(turns[0].question) if turns else "Conversation"
    return "\n".join([f"# {title}", "", asked, "", *(_markdown(turn, _source) for turn in turns)])


def conversation_values(id: str, turns: Sequence[Turn]) -> dict[str, Any]:
    """Return a whole conversation as JSON values.

    They are `format, id, turns[n, asked, question, filters, state, message, declined, confidence, behaviour, text,
    articles, understood, sentences[text, label, citations[n, article, version, start, end, quote, title, outlet,
    published]]]`.
    """
    return {"format": FORMAT, "id": id, "turns": [_values(t) for t in turns]}


def _markdown(turn: Turn, source: Callable[[Citation], str]) -> str:
    lines = [f"### {plain(turn.question)}", "", *_body(turn, plain)]
    for c in _citations(turn.answer):
        lines.append(f"- \\[{c.n}\\] {plain(source(c))}")
    return "\n".join(lines).rstrip() + "\n"


def _values(turn: Turn) -> dict[str, Any]:
    """Return a turn as JSON values."""
    a = turn.answer
    return {
        "n": turn.n, "asked": turn.asked, "question": turn.question, "filters": filters_to_dict(turn.filters),
        "state": turn.state, "message": turn.message, "declined": a.declined if a else None,
        "confidence": a.confidence if a else None, "behaviour": a.behaviour if a else "", "text": a.text if a else "",
        "articles": list(a.articles) if a else [],
        "understood": asdict(a.understood) if a and a.understood else None,
        "sentences": [asdict(s) for s in a.sentences] if a else [],
    }  # fmt: skip


def _body(turn: Turn, shown: Callable[[str], str]) -> Iterable[str]:
    """Yield the sentences, or what there is in their place, each followed by an empty line."""
    if turn.answer is not None:
        for line in (parts_line(turn.question, turn.answer.understood), turn.answer.text):
            if line:
                yield from (shown(line), "")
        for sentence in turn.answer.sentences:
            numbers = "".join(f"[{c.n}]" for c in sentence.citations)
            label = f"{shown(sentence.label)}: " if sentence.label else ""
            yield from (f"{label}{shown(sentence.text)} {shown(numbers)}", "")
        if refusal := refusal_of(turn.answer):
            yield from (refusal, "")
        for note in turn.answer.notes:
            yield from (shown(note), "")
    if turn.state == "stopped":
        yield from (STOPPED, "")
    elif turn.message:
        yield from (shown(turn.message), "")


def _citations(answer: Answer | None) -> list[Citation]:
    """Return the citations of all sentences, in order."""
    return [c for s in answer.sentences for c in s.citations] if answer else []


def _told(c: Citation, urls: Mapping[str, str]) -> str:
    """Return the line that says who told a sentence, when and where."""
    copies = c.also_in and f"also in {also_in(c)}"
    return ", ".join(filter(None, (c.title, c.outlet, (c.published or "")[:10], urls.get(c.article), copies or "")))


def _source(c: Citation) -> str:
    """Return the line that says where a citation stands."""
    about = ", ".join(x for x in (c.title, c.outlet, c.published, page_of(c)) if x)
    copies = f", also in {also_in(c)}" if c.also_in else ""
    return f"{about} ({c.article}, version {c.version}, characters {c.start}-{c.end}{copies}): “{_flat(c.quote)}”"


def _flat(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


def plain(text: str) -> str:
    """Return a text on one line that Markdown shows as it stands."""
    line = _MARKUP.sub(r"\\\1", _flat(text))
    return _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", line)


def read_plain(markdown: str) -> str:
    """Return the text that `plain` has written so."""
    return _ESCAPED.sub(r"\1", markdown)
