"""What a question is to be answered about, where its kind was told by the classifier and no phrase names the parts."""

from __future__ import annotations

import re

from qa.answer.question.conversation import names_in
from qa.answer.question.kinds.request import Request, phrase, words_of_asking
from qa.corpus.words import STOPWORDS

PERSON = "person"
NAMED = 3  # words of somebody's name at most
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


def request_as(kind: str, text: str) -> Request | None:
    """Return the request of a question of this kind; None where the question does not have what the kind needs."""
    about = about_of(text)
    if not about:
        return None
    match kind:
        case "overview" | "timeline" | "opinion":
            return Request(kind, {"about": about})
        case "count" | "results":
            of_outlets = phrase("outlets").search(text) is not None
            return Request(kind, {"outlets" if of_outlets else "what": "articles", "rest": f"about {about}"})
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


def who_is(text: str) -> str:
    """Return the question of who somebody is in plain words, where all that it has is a name: "Ottoline Marsh?"."""
    name = about_of(text)
    return f"Who is {name}?" if 0 < len(name.split()) <= NAMED else text


def about_of(text: str) -> str:
    """Return the words of a question that do not say how is asked; behind its first word names stay whole."""
    said = words_of_asking() | STOPWORDS
    found = [(token.group(), token.start()) for token in _WORD.finditer(text.replace("’", "'"))]
    return " ".join(word for word, at in found if (word[0].isupper() and at) or word.lower() not in said)
