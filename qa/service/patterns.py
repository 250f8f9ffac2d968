"""Make questions from single sentences by a few plain patterns. English only; the words are in `patterns.toml`.

A candidate is a guess: `examples.py` finds out whether its sentence answers it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from qa.core.types import Article, Sentence
from qa.corpus.words import STOPWORDS, words

LONGEST = 100  # characters of a question that is read at a glance
RETURNS = 3  # times that an article names what it is about
FALLBACK = "about"  # the plainest kind of question, used where the others are too few
ENGLISH = 0.2  # share of grammar words; English prose has 0.35 to 0.5

_LISTS = {
    name: frozenset(text.split())
    for name, text in tomllib.loads(files(__package__).joinpath("patterns.toml").read_text("utf-8")).items()
}


def _any_of(name: str) -> str:
    """Return an expression for the words of a list."""
    return f"(?:{'|'.join(sorted(_LISTS[name]))})"


_UP = "A-ZÀ-ÖØ-ÞĆČĎĐĘĞĢİĶŁŃŇŐŘŚŞŠŤŰŹŻŽ"
_CAP = rf"(?:[{_UP}]\w+(?:-\w+|[’'](?!s\b)\w+)*(?![\w-]|[’']s\b)|[A-Z]\.(?= ))"
_NAME = rf"{_CAP}(?: (?:(?:de|da|del|van|von|der|bin|ibn|al|of|for|and|&|the) ){{0,2}}{_CAP}){{0,4}}"
_PERSON = rf"{_CAP}(?: (?:(?:de|da|del|van|von|der|bin|ibn|al) )?{_CAP}){{1,3}}"
_COUNT = (
    r"(?<![\d.,$€£])(?:\d[\d,]*\d|\d|two|three|four|five|six|seven|eight|nine|ten|dozens of|hundreds of|thousands of)"
)
_COUNTED = (
    r"((?:(?!(?:other|more|percent|and|of|or|in|on|at|to|the|were|had|have|was|million|billion)\b)[a-z-]+ ){0,2}?"
    r"(?:(?!(?:others|years|times|days|hours|months|weeks|was|has|its|his|as)\b)[a-z]+s|people|men|women|children))\b"
)
_HARM, _EVENT = rf"({_any_of('harms')})\b", _any_of("events")
_WHERE = rf"((?: (?:in|at|near) (?:the )?{_NAME}| (?:in|during) the (?:[a-z-]+ )?{_EVENT}\b)?)"
_DATE = rf"(?:{_any_of('months')}\b|\d{{1,2}} [A-Z][a-z]+ \d{{4}}|(?:1\d|20)\d\d\b)"

_QUOTED = re.compile(r"“[^”]*”?|\"[^\"]*\"?|``.*?(?:''|$)")
_PRONOUN = re.compile(r"(?:(?:He|She|It|They|We|I|You|His|Her|Its|Their|This|That|These|Those|There|Such)\b|[“\"'‘]?$)")
_ROLE_NAME = re.compile(rf"\b(?i:{_any_of('roles')}) ({_PERSON})(?! [{_UP}])")
_APPOSITIVE = re.compile(rf"(?:(?<!\w)(\w+) )?\b({_PERSON}), (?:a|an|the|former|then) ([^,.;()“”]+)(?=[,.;])")
_IS_A = re.compile(rf"({_PERSON})(?: \([^)]*\))?,? (is|was) (?:a|an|the) ([^;()“”]+)")
_PHRASE_ENDS = re.compile(r" (?:of|in|for|at|on|by|to|from|with|and|or|that|which|who|whose|where|when|as|near)\b|[,.]")
_KNOWN = re.compile(rf"\A(The )?({_NAME}) (is|was|are|were) (?:\w+ )?(known (?:for|as)) ")
_WHEN = re.compile(
    rf"\A(The )?({_NAME}) (was|were) (?:first |officially )?({_any_of('deeds')}) (?:\w+ )??(?:in|on) {_DATE}"
)
_SITE = re.compile(rf"\A(The )?({_NAME}) (is|are|was|were) (located|situated|based|headquartered) (?:in|on|at|near) ")
_ATTRIBUTES = (("What", _KNOWN), ("When", _WHEN), ("Where", _SITE))
_PASSIVE = re.compile(rf"{_COUNT} {_COUNTED} (were|have been|had been) (?:\w+ly )?{_HARM}{_WHERE}")
_ACTIVE = re.compile(
    rf"\b((?:[a-z]+ )?{_EVENT}) (?:that |which )?(?:ha[sd] )?{_HARM} (?:[a-z]+ ){{0,2}}?{_COUNT} {_COUNTED}"
)
_SUBJECT = re.compile(rf"(The )?({_NAME}) (?:is|are|was|were|has|had|have|will|said|says|can|could|would)\b")
_DEMONYM = re.compile(r"(?:[ie]an|ese|ish|French|Dutch|Greek|Thai|Arab|Iraqi|Israeli|Swiss|German)s?$")
_NO_PERSON = _LISTS["not_names"] | _LISTS["places"] | _LISTS["ranks"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question made from the sentence at `start..end` of an article. `kind` is the name of the pattern."""

    question: str
    article: str
    start: int
    end: int
    kind: str


def candidates(article: Article, sentences: Sequence[Sentence]) -> list[Candidate]:
    """Return questions that single sentences of the article answer, in reading order; none when it is not English."""
    if not _is_english(article.text):
        return []
    found: dict[str, Candidate] = {}
    for span in sentences:
        text = article.text[span.start : span.end]
        if span.boilerplate or _PRONOUN.match(text) or _is_inside_quotes(article.text, span.start):
            continue
        plain = _QUOTED.sub(lambda m: "“" + "·" * (len(m.group()) - 2) + "”", text)
        for kind, question in _questions(plain, article.text):
            if len(question) <= LONGEST:
                found.setdefault(question, Candidate(question, article.id, span.start, span.end, kind))
    return list(found.values())


def _questions(plain: str, whole: str) -> Iterator[tuple[str, str]]:
    """Yield the questions that a sentence answers, each after its kind."""
    yield from (("how many", question) for question in _how_many(plain))
    yield from (("who", question) for question in _who(plain))
    for word, pattern in _ATTRIBUTES:
        if (match := pattern.match(plain)) and _is_name(match.group(2), whole, person=match.group(4) == "born"):
            the, name, verb, what = match.groups()
            yield "attribute", f"{word} {verb} {(the or '').lower()}{name} {what}?"
    match = _SUBJECT.match(plain)
    if match and " " in match.group(2) and _is_name(match.group(2), whole) and whole.count(match.group(2)) >= RETURNS:
        yield FALLBACK, f"What is said about {(match.group(1) or '').lower()}{match.group(2)}?"


def _who(plain: str) -> Iterator[str]:
    """Ask of "singer Sanju Sharma", "Hugh Griffiths, a weapons expert" and "Ada Lovelace was a mathematician"."""
    for name in _ROLE_NAME.findall(plain):
        if _is_person(name):
            yield f"Who is {name}?"
    for before, name, phrase in _APPOSITIVE.findall(plain):
        if before.lower() not in _LISTS["prepositions"] and _is_role(phrase) and _is_person(name):
            yield f"Who is {name}?"
    if (match := _IS_A.match(plain)) and _is_role(match.group(3)) and _is_person(match.group(1)):
        yield f"Who {match.group(2)} {match.group(1)}?"


def _how_many(plain: str) -> Iterator[str]:
    """Ask of "12 civilians were killed in Kyiv" and "a missile strike that killed 12 civilians"."""
    for counted, verb, done, where in _PASSIVE.findall(plain):
        auxiliary, _, been = verb.partition(" ")
        if where:  # "How many people were killed?" says too little in a collection of stories
            yield f"How many {counted} {auxiliary} {been + ' ' if been else ''}{done}{where}?"
    for event, done, counted in _ACTIVE.findall(plain):
        yield f"How many {counted} were {done} in the {event}?"


def _is_role(phrase: str) -> bool:
    """Return True if a phrase turns on what a person can be, as "weapons smuggling expert from Oslo" does."""
    head = _PHRASE_ENDS.split(phrase, 1)[0].split()
    return bool(head) and head[-1].lower().strip("’'.") in _LISTS["roles"]


def _is_name(name: str, whole: str, *, person: bool = False) -> bool:
    """Return True if it names something. One word is a name where it stands inside a sentence, never in lower case."""
    if person:
        return _is_person(name)
    first = name.split()[0]
    if first in _LISTS["not_names"] or first.lower() in STOPWORDS or len(name) < 3:
        return False
    if " " in name or any(c.isdigit() for c in name):
        return True
    inside = re.search(rf"[a-z,] {re.escape(name)}\b", whole)
    return bool(inside) and not re.search(rf"\b{re.escape(name.lower())}\b", whole)


def _is_person(name: str) -> bool:
    """Return True if it can only be one person's name."""
    parts = name.split()
    if len(parts) < 2 or parts[0] in _NO_PERSON or parts[0].lower() in STOPWORDS or _DEMONYM.search(parts[0]):
        return False
    abbreviated = any(part.isupper() and len(part) > 1 and part[1] != "." for part in parts)
    roles = {part.lower() for part in parts[:-1]} | {
        part.lower().removesuffix("s") for part in parts if part[-1] == "s"
    }
    return not abbreviated and not roles & _LISTS["roles"] and not _LISTS["bodies"] & set(parts)


def _is_english(text: str) -> bool:
    """Return True if the beginning is English prose."""
    first = words(text[:2000])
    return bool(first) and sum(word in STOPWORDS for word in first) >= ENGLISH * len(first)


def _is_inside_quotes(text: str, start: int) -> bool:
    """Return True if a quotation that began earlier in the paragraph is still open."""
    before = text[text.rfind("\n", 0, start) + 1 : start]
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1
