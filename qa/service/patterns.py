"""Questions made from single sentences by patterns that are safe rather than many. English only.

A candidate is a guess: whether its sentence answers it is for others to find out (`qa/service/examples.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from qa.core.types import Article, Sentence
from qa.corpus.words import STOPWORDS, words
from qa.service.nouns import BODIES, NO_NAMES, PLACES, PREPOSITIONS, RANKS, ROLES, THINGS

LONGEST = 100  # characters of a question that is read at a glance
RETURNS = 3  # times that an article names what it is about
FALLBACK = "about"  # the plainest kind of question, used where the others are too few
ENGLISH = 0.2  # share of grammar words; English prose has 0.35 to 0.5

_UP = "A-ZÀ-ÖØ-ÞĆČĎĐĘĞĢİĶŁŃŇŐŘŚŞŠŤŰŹŻŽ"
_CAP = rf"(?:[{_UP}]\w+(?:-\w+|[’'](?!s\b)\w+)*(?![\w-]|[’']s\b)|[A-Z]\.(?= ))"
_NAME = rf"{_CAP}(?: (?:(?:de|da|del|van|von|der|bin|ibn|al|of|for|and|&|the) ){{0,2}}{_CAP}){{0,4}}"
_PERSON = rf"{_CAP}(?: (?:(?:de|da|del|van|von|der|bin|ibn|al) )?{_CAP}){{1,3}}"
_COUNT = (
    r"(?<![\d.,$€£])(?:\d[\d,]*\d|\d|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    r"fifteen|twenty|thirty|forty|fifty|dozens of|hundreds of|thousands of)"
)
_ABOUT = r"(?:(?:at least|more than|over|about|around|nearly|almost|some|up to|an estimated|approximately) )?"
_COUNTED = (
    r"((?:(?!(?:other|more|percent|and|of|or|in|on|at|to|the|were|had|have|was|million|billion)\b)[a-z-]+ ){0,2}?"
    r"(?:(?!(?:others|years|times|days|hours|months|weeks|was|has|its|his|as)\b)[a-z]+s|people|men|women|children))\b"
)
_HARM = (
    r"(killed|injured|wounded|arrested|detained|evacuated|rescued|displaced|destroyed|damaged|hospitali[sz]ed|"
    r"infected|executed|kidnapped|deported)\b"
)
_EVENT = (
    r"(?:strike|attack|bombing|blast|explosion|crash|fire|earthquake|tsunami|hurricane|cyclone|typhoon|storm|flood|"
    r"collision|accident|shooting|riot|landslide|outbreak|eruption|collapse|raid|avalanche|derailment)"
)
_WHERE = rf"((?: (?:in|at|near) (?:the )?{_NAME}| (?:in|during) the (?:[a-z-]+ )?{_EVENT}\b)?)"
_DONE = (
    r"(founded|established|built|opened|launched|created|completed|signed|released|published|discovered|introduced|"
    r"formed|assassinated|inaugurated|incorporated|abolished|invented|adopted|born|elected)"
)
_DATE = (
    r"(?:(?:early|late|mid) )?(?:(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December)\b|\d{1,2} [A-Z][a-z]+ \d{4}|(?:1\d|20)\d\d\b)"
)
_SPOKE = r"(?:said|says|told|warned|announced|stated|claimed|argued|explained|added|revealed)"
_PHRASE_ENDS = (
    r"(?:of|in|for|at|on|by|to|from|with|and|or|that|which|who|whose|where|when|as|near|between|is|was|has|had|said)\b"
)
_KIND = re.compile(
    r"(?:(?:a|an|the|one of the|former|then|current) )*"
    rf"([a-zA-Z’'-]+(?: (?!{_PHRASE_ENDS})[\w’'.-]+){{0,6}})"
)

_QUOTED = re.compile(r"“[^”]*”?|\"[^\"]*\"?|``.*?(?:''|$)")
_PRONOUN = re.compile(r"(?:(?:He|She|It|They|We|I|You|His|Her|Its|Their|This|That|These|Those|There|Such)\b|[“\"'‘]?$)")
_ROLE_NAME = re.compile(rf"\b(?i:{'|'.join(sorted(ROLES))}) ({_PERSON})(?! [{_UP}])")
_APPOSITIVE = re.compile(rf"(?:(?<!\w)(\w+) )?\b({_NAME}), ((?:a|an|the|former|then) [^,.;()“”]+)(?=[,.;])")
_IS_A = re.compile(rf"(The )?({_NAME})(?: \([^)]*\))?,? (is|was) ((?:a|an|the|one of the) [^;()“”]+)")
_KNOWN = re.compile(rf"(The )?({_NAME}) (is|was|are|were) (?:\w+ )?known (for|as) ")
_WHEN = re.compile(rf"(The )?({_NAME}) (was|were) (?:first |officially )?{_DONE} (?:\w+ )??(?:in|on) {_DATE}")
_SITE = re.compile(rf"(The )?({_NAME}) (is|are|was|were) (located|situated|based|headquartered) (?:in|on|at|near) ")
_PASSIVE = re.compile(rf"{_COUNT} {_COUNTED} (were|have been|had been) (?:\w+ly )?{_HARM}{_WHERE}")
_ACTIVE = re.compile(
    rf"(?:\b((?:[a-z]+ )?{_EVENT}) (?:that |which )?)?(?:ha[sd] )?\b{_HARM} {_ABOUT}{_COUNT} {_COUNTED}{_WHERE}"
)
_SPEAKER = re.compile(rf"(?:^|(?<=[”\",] ))(the |The )?({_NAME}) {_SPOKE}\b|\bsaid (the )?({_NAME})(?=[,.]|$)")
_TOPIC = re.compile(rf"(?<![–—-])\b([Tt]he )?([{_UP}]\w+(?:-\w+)*(?: [{_UP}]\w+(?:-\w+)*){{0,4}})(?![\w–—-])")
_SUBJECT = re.compile(rf"(The )?({_NAME}) (?:is|are|was|were|has|had|have|will|said|says|can|could|would)\b")
_DEMONYM = re.compile(r"(?:[ie]an|ese|ish|French|Dutch|Greek|Thai|Arab|Iraqi|Israeli|Swiss|German)s?$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question made from the sentence at `start..end` of an article. `kind` is the name of the pattern."""

    question: str
    article: str
    start: int
    end: int
    kind: str


def candidates(article: Article, sentences: Sequence[Sentence]) -> list[Candidate]:
    """Questions that single sentences of the article answer, in reading order; none when it is not in English."""
    if not _english(article.text):
        return []
    found: dict[str, Candidate] = {}
    for span in sentences:
        text = article.text[span.start : span.end]
        if span.boilerplate or _PRONOUN.match(text) or _inside_quotes(article.text, span.start):
            continue
        plain = _QUOTED.sub(lambda m: "“" + "·" * (len(m.group()) - 2) + "”", text)
        made = [(kind, q) for kind, pattern in _PATTERNS for q in pattern(plain)]
        made += [("said", q) for q in _said(plain, text, article.text)]
        made += [(FALLBACK, q) for q in _about(plain, article.text)]
        for kind, question in made:
            if len(question) <= LONGEST:
                found.setdefault(question, Candidate(question, article.id, span.start, span.end, kind))
    return list(found.values())


def _english(text: str) -> bool:
    first = words(text[:2000])
    return bool(first) and sum(word in STOPWORDS for word in first) >= ENGLISH * len(first)


def _inside_quotes(text: str, start: int) -> bool:
    """Whether a quotation that began earlier in the paragraph is still open."""
    before = text[text.rfind("\n", 0, start) + 1 : start]
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1


def _who(plain: str) -> Iterator[str]:
    """ "Hugh Griffiths, a weapons expert", "singer Sanju Sharma", "Ada Lovelace was a mathematician"."""
    for name in _ROLE_NAME.findall(plain):
        if _is_person(name):
            yield f"Who is {name}?"
    for before, name, phrase in _APPOSITIVE.findall(plain):
        name = _untitled(name)
        if before.lower() not in PREPOSITIONS and _head(phrase) in ROLES and _is_person(name):
            yield f"Who is {name}?"
    if (match := _IS_A.match(plain)) and not match.group(1) and _head(match.group(4)) in ROLES:
        name = _untitled(match.group(2))
        if _is_person(name):
            yield f"Who {match.group(3)} {name}?"


def _what(plain: str) -> Iterator[str]:
    """ "The KN-23A is a missile", "Amtrak is a railroad"."""
    match = _IS_A.match(plain)
    if match is None or match.group(4).startswith("the ") or ROLES & set(words(match.group(4))):
        return
    if _head(match.group(4)) in THINGS and _is_name(match.group(2)):
        yield f"What {match.group(3)} {(match.group(1) or '').lower()}{match.group(2)}?"


def _attributes(plain: str) -> Iterator[str]:
    """ "Oslo was founded in 1040", "The plant is located near Kyiv", "The KN-23A is known for its payload"."""
    if (match := _KNOWN.match(plain)) and _is_name(match.group(2)):
        the, name, verb, link = match.groups()
        yield f"What {verb} {(the or '').lower()}{name} known {link}?"
    if (match := _WHEN.match(plain)) and (_is_person if match.group(4) == "born" else _is_name)(match.group(2)):
        the, name, verb, done = match.groups()
        yield f"When {verb} {(the or '').lower()}{name} {done}?"
    if (match := _SITE.match(plain)) and _is_name(match.group(2)):
        the, name, verb, sited = match.groups()
        yield f"Where {verb} {(the or '').lower()}{name} {sited}?"


def _how_many(plain: str) -> Iterator[str]:
    """ "12 civilians were killed in Kyiv", "a missile strike that killed 12 civilians"."""
    for counted, verb, done, where in _PASSIVE.findall(plain):
        auxiliary, _, been = verb.partition(" ")
        if where:  # "How many people were killed?" says too little in a collection of stories
            yield f"How many {counted} {auxiliary} {been + ' ' if been else ''}{done}{where}?"
    for event, done, counted, where in _ACTIVE.findall(plain):
        if event or where:
            yield f"How many {counted} were {done}{f' in the {event}' if event else where}?"


def _said(plain: str, text: str, whole: str) -> Iterator[str]:
    """ "President Tokayev said on Friday that Kazakhstan ...", and what it was about when the sentence names that."""
    match = _SPEAKER.search(plain)
    if match is None:
        return
    the, name = match.group(1) or match.group(3), match.group(2) or match.group(4)
    speaker = _untitled(name)
    unclear = " " not in speaker or BODIES & set(speaker.split())  # a surname alone; an office without its article
    if not _is_topic(speaker) or (unclear and not the):
        return
    topics = [
        ((t.group(1) or "").lower() + t.group(2), whole.count(t.group(2)))
        for t in _TOPIC.finditer(text)
        if t.start() and _is_topic(t.group(2)) and not set(t.group(2).split()) & set(name.split())
    ]
    if topics:
        yield f"What did {'the ' if the else ''}{speaker} say about {max(topics, key=lambda topic: topic[1])[0]}?"


def _about(plain: str, whole: str) -> Iterator[str]:
    """A name of several words that the article returns to, where it says something of it first."""
    match = _SUBJECT.match(plain)
    if match and " " in match.group(2) and _is_topic(match.group(2)) and whole.count(match.group(2)) >= RETURNS:
        yield f"What is said about {(match.group(1) or '').lower()}{match.group(2)}?"


_PATTERNS: tuple[tuple[str, Callable[[str], Iterator[str]]], ...] = (
    ("how many", _how_many),
    ("who", _who),
    ("attribute", _attributes),
    ("what", _what),
)


def _head(phrase: str) -> str:
    """The noun that a phrase turns on: "a weapons smuggling expert from Oslo" is about an expert."""
    match = _KIND.match(phrase)
    head = match.group(1).split()[-1].lower().strip("’'.") if match else ""
    if phrase.startswith("one of"):
        return head[:-3] + "y" if head.endswith("ies") else head.removesuffix("s")
    return head


def _untitled(name: str) -> str:
    """A name without what stands before it: "Ukrainian President Volodymyr Zelenskyy"; "President Zelenskyy" stays."""
    parts = name.split()
    ranks = [i for i, part in enumerate(parts) if part in RANKS or part.lower() in ROLES]
    if ranks and len(parts) - ranks[-1] == 2 and parts[ranks[-1]] in RANKS:
        return " ".join(parts[ranks[-1] :])
    return " ".join(parts[ranks[-1] + 1 :]) if ranks else name


def _is_name(name: str) -> bool:
    parts = name.split()
    first = parts[0] if parts else ""
    return bool(parts) and first not in NO_NAMES and first.lower() not in STOPWORDS and len(name) > 2


def _is_person(name: str) -> bool:
    parts = name.split()
    if len(parts) < 2 or not _is_name(name) or parts[0] in PLACES | RANKS or _DEMONYM.search(parts[0]):
        return False
    abbreviated = any(part.isupper() and len(part) > 1 and part[1] != "." for part in parts)
    several = "and" in parts or any(part.endswith("s") and part[:-1].lower() in ROLES for part in parts)
    return not abbreviated and not several and not BODIES & set(parts)


def _is_topic(name: str) -> bool:
    return _is_name(name) and not _DEMONYM.search(name) and name not in RANKS and name.lower() not in ROLES
