"""What a question is to be answered about, where its kind was told by the classifier and no phrase names the parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from qa.answer.question.conversation import names_in
from qa.answer.question.kinds.request import Request, phrase, words_of_asking
from qa.corpus.words import STOPWORDS

PERSON = "person"
NAMED = 3  # words of somebody's name at most
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


def request_as(kind: str, text: str, sources: Callable[[], Iterable[str]]) -> Request | None:
    """Return the request of a question of this kind; None where the question does not have what the kind needs.

    `sources` returns the outlets and authors that there are.
    """
    about = about_of(text)
    if not about:
        return None
    match kind:
        case "overview" | "timeline" | "opinion":
            return Request(kind, {"about": about})
        case "count" | "results":
            return _of_articles(kind, text, about, sources)
        case "list":
            head = phrase("several").search(about)
            return Request(kind, {"head": head.group(), "rest": about}) if head else None
        case "speech":
            speaker = next(iter(names_in(about)), "")
            rest = " ".join(about.replace(speaker, " ").split()) if speaker else ""
            return Request(kind, {"speaker": speaker, "about": rest}) if rest else None
        case "quotation":
            return Request(kind, {"said": about})
    return None


def _of_articles(kind: str, text: str, about: str, sources: Callable[[], Iterable[str]]) -> Request | None:
    """Return the request for a number or a list of articles; for an overview where no word speaks of articles."""
    outlets = phrase("outlets").search(text) is not None
    if outlets or phrase("pieces").search(text) or any(source in text for source in sources()):
        return Request(kind, {"outlets" if outlets else "what": "articles", "rest": f"about {about}"})
    return Request("overview", {"about": about}) if kind == "results" else None


def who_is(text: str) -> str:
    """Return the question of who somebody is in plain words, where all that it has is a name: "Ottoline Marsh?"."""
    name = about_of(text)
    return f"Who is {name}?" if 0 < len(name.split()) <= NAMED else text


def about_of(text: str) -> str:
    """Return the words of a question that do not say how is asked; behind its first word names stay whole."""
    said = words_of_asking() | STOPWORDS
    found = [(token.group(), token.start()) for token in _WORD.finditer(text.replace("’", "'"))]
    return " ".join(word for word, at in found if (word[0].isupper() and at) or word.lower() not in said)
