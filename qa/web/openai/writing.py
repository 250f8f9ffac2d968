"""An answer as Markdown with footnotes, for clients that show text only; and back, when such a client sends it again.

What is added to the articles' sentences (numbers, footnotes, labels, what was understood, notes) is what `read_back`
takes away, and nothing else. Nothing of an article is markup in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from textwrap import shorten
from urllib.parse import unquote

from qa.answer.question.conversation import Earlier
from qa.core.display import CLOSEST, also_in, left_out, page_of, refusal_of, said_of
from qa.core.parts import parts_line
from qa.core.types import DECLINED, Answer, Citation, Filters, SourcePassage
from qa.service.transcript import plain, read_plain
from qa.web.links import link
from qa.web.page.chat.chat_html import filters_line

MOST = 8_000  # characters of another model's answer that are read
OPENING = 160  # characters of a passage that is no answer
LONGEST = 200_000  # characters of an answer of ours; no more can be one
_NOTE = re.compile(
    r"^\[\^(?P<n>\d+)\]: From \[(?:\\.|[^\]\\\n])*\]"
    r"\([^\s()]*/article/(?P<article>[^\s()/?]+)\?at=\d+-\d+&v=[0-9a-f]{12}\)[^\n]*$",
    re.MULTILINE,
)
_SENTENCE = re.compile(r"(?:\*\*(?:\\.|[^*\\])*:\*\* )?(?P<text>.*?) (?P<marks>(?:\[\^\d+\])+)\s*", re.DOTALL)


def write(answer: Answer, base: str, filters: Filters | None = None) -> list[str]:
    """Return the paragraphs of an answer, its footnotes last; `base` is the address of the service."""
    paragraphs = [plain(parts_line(answer.question, answer.understood))]
    if answer.declined:
        paragraphs += [refusal_of(answer), plain(said_of(answer)), _closest(answer, base)]
    else:
        paragraphs.append(plain(said_of(answer)))
        for sentence in answer.sentences:
            label = f"**{plain(sentence.label)}:** " if sentence.label else ""
            marks = "".join(f"[^{c.n}]" for c in sentence.citations)
            paragraphs.append(f"{label}{plain(sentence.text)} {marks}")
    paragraphs += [plain(note) for note in (*answer.notes, filters_line(filters or Filters()), left_out(answer))]
    cited = (c for sentence in answer.sentences for c in sentence.citations)
    paragraphs += [f"[^{c.n}]: From {_source(c, base)}" for c in cited]  # without a word before it a link is no text
    return [paragraph for paragraph in paragraphs if paragraph]


def read_back(question: str, reply: str) -> Earlier:
    """Return an earlier question with what answered it: our sentences without what `write` added, or another's text."""
    notes = {found["n"]: unquote(found["article"]) for found in _NOTE.finditer(reply[:LONGEST])}
    if notes:
        return Earlier(question, "", tuple(_sentences(reply[:LONGEST], notes)), tuple(dict.fromkeys(notes.values())))
    lines = [line.strip() for line in reply[:MOST].splitlines() if line.strip()]
    return Earlier(question, "", () if DECLINED in lines else tuple(lines))


def _sentences(reply: str, notes: Iterable[str]) -> Iterable[str]:
    """Yield the sentences that have a footnote."""
    for paragraph in re.split(r"\r?\n\s*\r?\n", reply):
        found = _SENTENCE.fullmatch(paragraph)
        if found and set(re.findall(r"\d+", found["marks"])) <= set(notes):
            yield read_plain(found["text"])


def _closest(answer: Answer, base: str) -> str:
    """Return the passages nearest to a declined question, as such."""
    if not answer.nearest or answer.behaviour == "clarify":
        return ""
    return "\n".join([f"{CLOSEST}:", "", *(f"- {_linked(p, base)}: {plain(_opening(p.text))}" for p in answer.nearest)])


def _opening(text: str) -> str:
    """Return the first words of a passage, by which it is told from others of its article."""
    return shorten(text, OPENING, placeholder=" …")


def _source(c: Citation, base: str) -> str:
    """Return the footnote of a citation: who told it and when, leading to the place, and who tells it too."""
    more = [page_of(c), f"also in {plain(also_in(c))}" if c.also_in else ""]
    return ", ".join(filter(None, [_linked(c, base), *more]))


def _linked(place: Citation | SourcePassage, base: str) -> str:
    told = ", ".join(filter(None, [place.title, place.outlet, (place.published or "")[:10]]))
    return f"[{plain(told)}]({link(base, place)})"
