"""A question that leans on the ones before it: "And how many were hurt?", "What does he want?", "What about Dunmere?".

It is made whole from the earlier question, the words that answered it and their sentence. A question that stands alone
is left as it is; one that leans and has nothing to lean on says so.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from qa.answer.evidence.signals import rarity_in_english
from qa.answer.question.frames import joined
from qa.corpus.words import STOPWORDS, words

MOST = 6  # earlier questions that count
SURNAME = 3.5  # rarity in English from which a single word may be somebody's name
FEW = 2  # content words of a question that cannot stand alone with a pronoun
LONGEST_SWAP = 8  # words of "What about X?"

_WORD = re.compile(r"[^\W_][\w’'-]*")
_CAPITAL = r"[A-Z0-9À-ÖØ-Þ][\w’'.-]*"
_NAME = re.compile(rf"{_CAPITAL}(?:\s+(?:(?:of|the|de|van|von|for|and)\s+){{0,2}}{_CAPITAL})*")
_PHRASE = re.compile(  # "the repair of the Lorne Bridge", "the Northvale tram strike"
    rf"(?:\b(?:the|a|an)\s+(?:[a-zß-öø-ÿ-]+\s+){{1,3}}(?:of|in|at|for|on|from|to)\s+)?(?P<the>\bthe\s+)?"
    rf"{_NAME.pattern}(?(the)(?:\s+(?!(?:is|are|was|were|do|does|did|has|have|had|can|will|and|or|in|on|at|of|for|to|by"
    r"|from|when|who|which|that"
    r"|cost|die|died|say|said|come|work|happen)\b)[a-zß-öø-ÿ-]+(?=\s+[a-z]+|\W*$)){0,2}"
    r"|(?:(?<=[’']s)(?:\s+[a-zß-öø-ÿ-]+(?=\s+[a-z]+|\W*$)){1,2})?)"  # Holm’s new novel
)
_NOUN = re.compile(r"\b(?:the|a|an|my|our|your|each|every|some|any)\s+\w+")
_SUBJECT = re.compile(r"\bthe\s+(?:(?:[a-zß-öø-ÿ-]+\s+){1,3}(?:of|in|at)\s+(?:the\s+)?)?[a-zß-öø-ÿ-]+")
_TAIL = re.compile(
    r"\b(?:when|while|during|after|before|in|at|on|of|by|from|for|with|off|near|about|against|because)\s"
)

_EVENT = re.compile(r"\b(?:when|while|during|after|before)\s")  # what holds for all that is asked beside it


@dataclass(frozen=True, slots=True)
class Earlier:
    """A question asked before, whole in itself: the words that answered it, their sentences and articles."""

    question: str
    answer: str = ""
    sentences: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()


Said = str | Earlier  # an earlier question, with what answered it where that is known


@dataclass(frozen=True, slots=True)
class Whole:
    """A leaning question made whole.

    `text` is asked, `forms` are looked for beside it, `on` is what it leans on, `articles` and `told` what the earlier
    answers cited; `bare` is how much the question as it was asked counts beside the whole one.
    """

    text: str
    forms: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    bare: float = 0.0


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    raw = tomllib.loads(Path(__file__).with_name("conversation.toml").read_text("utf-8"))
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in raw.items()}


def leans(text: str, *, spoken_before: bool) -> bool:
    """Return True if the question cannot be understood alone. Stricter where nothing was said before it."""
    forms = _patterns()
    bare = text.strip()
    if forms["ellipsis"].fullmatch(bare):
        return True
    names = names_in(bare)
    if spoken_before and _swap(bare):
        return True
    content = [w for w in words(bare) if w not in STOPWORDS]
    if forms["other"].search(bare) and not names and (spoken_before or len(content) <= FEW):
        return True
    if forms["goes_on"].match(bare) and not names and spoken_before:
        return True
    return _has_loose_pronoun(bare, names, content, spoken_before)


def _has_loose_pronoun(text: str, names: Sequence[str], content: Sequence[str], spoken_before: bool) -> bool:
    """Return True if a pronoun has nothing in the question that it could stand for."""
    forms = _patterns()
    found = {kind: m for kind in ("person", "thing", "people") if (m := forms[kind].search(text))}
    if not found or (set(found) == {"thing"} and forms["expletive"].search(text)):
        return False
    before = text[: min(m.start() for m in found.values())]
    if any(name in before for name in names) or _NOUN.search(before):
        return False
    nouns = [w for w in words(before) if w not in STOPWORDS]
    if spoken_before:
        return len(nouns) <= FEW and ("person" in found or not names)
    identifies = found.keys() == {"thing"} and re.search(r"\bis (?:it|this|that)\b", text, re.IGNORECASE) is not None
    return not names and len(nouns) <= 1 and len(content) <= FEW and not identifies


def names_in(text: str) -> list[str]:
    """Return the names of a text: words in capitals that are no ordinary word at its beginning or behind a question."""
    found, end = [], 0
    for m in _NAME.finditer(text):
        tokens = m.group().split()
        between, end = text[end : m.start()].rstrip(), m.end()
        begins = m.start() == 0 or between.endswith(("?", "!"))
        while tokens and not _is_name(tokens[0], first=begins and len(tokens) == len(m.group().split())):
            tokens = tokens[1:]
        if tokens and not tokens[0].isdigit():
            found.append(re.sub(r"[’']s$|(?<![.’'-])[.’'-]++$", "", " ".join(tokens)))
    return found


def _is_name(token: str, *, first: bool) -> bool:
    folded = words(token)
    if not folded or (folded[0] in STOPWORDS and not (token.isupper() and len(token) > 1)):
        return False
    return not first or rarity_in_english(folded[0]) > 3.5 or (token.isupper() and len(token) > 1)


def made_whole(text: str, turns: Sequence[Earlier]) -> Whole:
    """Return the question as it would be asked to somebody who did not hear the earlier ones."""
    forms = _patterns()
    if what := _swap(text.strip()):
        return _whole(_swapped(what, turns[-1]), text, turns, 0.5)
    bare = forms["goes_on"].sub("", text, count=1) if forms["goes_on"].match(text) else text
    bare = bare[:1].upper() + bare[1:]
    referent = referent_of(bare, turns)
    if referent:
        return _whole(_replaced(bare, referent), text, turns, 0.25)
    return _whole(_with_tail(bare, turns), text, turns, 0.65)


def _swap(text: str) -> str:
    """Return what takes the place of the earlier question's name: X of "What about X?"."""
    found = _patterns()["swap"].fullmatch(text)
    if found is None or _patterns()["ellipsis"].fullmatch(text) or len(words(text)) > LONGEST_SWAP:
        return ""
    what = str(found["what"] or found["also"])
    return what if found["what"] or names_in(what) else ""


def _whole(asked: str, text: str, turns: Sequence[Earlier], bare: float) -> Whole:
    last = turns[-1]
    on = tuple(t.question for t in turns[-1:])
    articles = tuple(dict.fromkeys(a for t in reversed(turns[-2:]) for a in t.articles))
    told = tuple(s for t in turns for s in t.sentences)
    return Whole(asked, (joined([last.question, text]),), on, articles, told, bare)


def parts_made_whole(parts: Sequence[str]) -> list[str]:
    """Return the questions in one question as each would be asked alone.

    "How long is the Ida, and who owned her?" asks who owned the Ida; "How many died and how many were hurt when the
    Ida sank?" asks how many died when she sank.
    """
    whole = list[str]()
    for i, part in enumerate(parts):
        others = [*whole[::-1], *parts[i + 1 :]]
        named = next((other for other in others if names_in(other)), "")
        pronoun = any(_patterns()[kind].search(part) for kind in ("person", "thing", "people"))
        if pronoun and not named and (noun := next(filter(None, map(_SUBJECT.search, whole[::-1])), None)):
            whole.append(_replaced(part, noun.group()))
        elif not named or names_in(part) or not (pronoun or named not in whole):
            whole.append(part)
        elif pronoun and (referent := _office_in(named, part) or referent_of(part, [Earlier(named)])):
            whole.append(_replaced(part, referent))
        elif pronoun or _EVENT.search(named):
            whole.append(_with_tail(part, [Earlier(named)]))
        else:
            whole.append(part)
    return whole


def _office_in(named: str, part: str) -> str:
    """Return whom a part's "he" or "she" stands for where the other one names an office: "the mayor of Ulm"."""
    if not _patterns()["person"].search(part) or any(map(is_person, names_in(named))):
        return ""
    return next((phrase for phrase in _phrases(named) if _SUBJECT.match(phrase)), "")


def leaning_parts(parts: Sequence[str]) -> list[bool]:
    """Return for each part of a question whether it is asked of what another names: of the first where none does."""
    named = [bool(names_in(part)) for part in parts]
    return [not name and (any(named) or i > 0) for i, name in enumerate(named)]


def referent_of(text: str, turns: Sequence[Earlier]) -> str:
    """Return what the pronoun of a question stands for: the latest that fits it, or nothing."""
    forms = _patterns()
    person = forms["person"].search(text) is not None
    if not person and not forms["thing"].search(text) and not forms["people"].search(text):
        return ""
    if person:
        return next((found for turns in _by_nearness(turns) for found in turns), "")
    for turn in reversed(turns):
        asked_who = forms["asks_person"].search(turn.question) is not None
        if not asked_who and turn.answer and (names_in(turn.answer)) and len(turn.answer.split()) <= 12:
            return turn.answer.strip(" .,;")
        if phrases := _phrases(turn.question):
            return phrases[-1]
        if turn.answer and names_in(turn.answer):
            return turn.answer.strip(" .,;")
    return ""


def _by_nearness(turns: Sequence[Earlier]) -> Iterator[list[str]]:
    """Yield who may be meant by "he" or "she": those whom the questions are about before those whom answers mention."""
    for turn in reversed(turns):
        named, answered, told = _people_of(turn)
        if _patterns()["asks_person"].search(turn.question):
            yield from (_known_as_person(named, turn), answered, told)
        yield from (named, [n for n in names_in(turn.question) if _is_surname(n)][-1:])
    for turn in reversed(turns):
        yield from _people_of(turn)[1:]


def _people_of(turn: Earlier) -> tuple[list[str], list[str], list[str]]:
    """Return the people named by a turn's question, by the words that answer it, and by their sentences."""
    told = [name for sentence in turn.sentences for name in names_in(sentence)]
    named, answered, told = (
        [n for n in names if is_person(n)] for names in (names_in(turn.question), names_in(turn.answer), told)
    )
    return named, answered, told


def _known_as_person(people: Sequence[str], turn: Earlier) -> list[str]:
    """Those whom the earlier question asks about by name: "Who is Ida Holm?"."""
    asked = re.search(r"\bwho (?:is|was|are|were)\s+(?P<name>.+?)\W*$", turn.question, re.IGNORECASE)
    return [p for p in people if asked and asked["name"].strip() == p]


def is_person(name: str) -> bool:
    """Return True if a name may be a person's: two words or more, no ordinary words, nothing in them but letters."""
    tokens = name.split()
    if not 1 < len(tokens) <= 4 or any(t.lower() in ("of", "the", "and", "for") for t in tokens):
        return False
    return all(t[0].isupper() and not t.isupper() for t in tokens) and rarity_in_english(tokens[-1].lower()) > 3.0


def _is_surname(name: str) -> bool:
    """Return True if a single word may be a person's name: no ordinary word, no acronym, no number."""
    return name.isalpha() and not name.isupper() and rarity_in_english(name.lower()) > SURNAME


def _phrases(question: str) -> list[str]:
    found = []
    for m in _PHRASE.finditer(question):
        if names_in(m.group()) and not (m.start() == 0 and m.group().split()[0].lower() in STOPWORDS):
            found.append(m.group().strip(" ?.,"))
    return found


def _replaced(text: str, referent: str) -> str:
    """Return the question with its pronoun replaced; the others follow from the first."""
    forms = _patterns()
    own = re.compile(r"\b(?:his|its|their|hers|theirs)\b|\bher(?=\s+[a-z]+)", re.IGNORECASE)
    found = [m for kind in ("person", "thing", "people") if (m := forms[kind].search(text))]
    first = min(found, key=lambda m: m.start())
    owner = own.match(text, first.start())
    put = f"{referent}’s" if owner and not referent.endswith("s") else referent
    return text[: first.start()] + put + text[first.end() :]


def _swapped(what: str, last: Earlier) -> str:
    """Return the earlier question with this name in place of its last one."""
    what = what.strip(" ?.!")
    names = names_in(last.question)
    if not names_in(what) or not names:
        return joined([last.question.rstrip(" ?") + ":", f"{what}?"])
    at = last.question.rfind(names[-1])
    return last.question[:at] + what + last.question[at + len(names[-1]) :]


def _with_tail(text: str, turns: Sequence[Earlier]) -> str:
    """Return the question with that part of the earlier one that says which event it was: "when the dam broke"."""
    last = turns[-1].question.rstrip(" ?.!")
    names = names_in(last)
    bare = text.rstrip(" ?.!")
    if not names and any(_patterns()[kind].search(text) for kind in ("person", "thing", "people")):
        return text
    if not names:
        content = [w for w in _WORD.findall(last) if w.lower() not in STOPWORDS]
        return joined([f"{bare}:", " ".join(content) + "?"])
    at = last.find(names[0])
    cuts = [m.start() for m in _TAIL.finditer(last) if m.start() < at]
    tail = last[cuts[0] if cuts and len(last[cuts[0] : at].split()) <= 5 else at :]
    return joined([bare, tail if cuts else f"({tail})"]) + "?"
