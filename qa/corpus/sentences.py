"""Sentence spans over canonical text, and which of them are boilerplate.

Segmentation is nupunkt's (Bommarito et al. 2025, an implementation of Punkt, Kiss and Strunk 2006) behind one
function, with rules for what it gets wrong in news: words that it takes for abbreviations, titles, clock times,
attributions after a quoted question, lines that are units of their own, full stops of other scripts, stops with no
space after them. With them it is ahead of five segmenters on news (bench/segmenters.md); without them it is not.
Offsets come from one cursor moving forward; nothing is ever searched for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.core.types import Sentence
from qa.corpus.boilerplate import boilerplate_lines

SEGMENTER = "nupunkt-0.8+groundwire-4"  # in the manifest: other rules, those of boilerplate too, mean other spans

# A line this long that does not end like a sentence was wrapped by an editor or mailer, not ended by its author.
WRAP_COLUMNS = range(50, 101)
LONGEST_ADDRESS = 200  # characters of a web address before a stop in it
LONGEST = 800  # characters of a sentence; what has no stop for longer, such as a transcript, is cut between words
LONGEST_TITLE = 12  # characters before an end that its rules look at
MOST_STOPS = 100  # in a run without spaces; Punkt looks from each of them to the run's end, and decides at the last

_CLOSERS = "\"'”’»›)]}」』】）〉》"
_OPENERS = "\"'“‘«‹([「『"
_STOP = re.compile(r"[.!?…。！？؟।॥։።]['\"”’»)\]」』）]*$")
_LINE = re.compile(r"[^\n]+")
_LIST_ITEM = re.compile(r"(?:[-*•‣▪◦–—]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s")
_LABEL = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z])[.)]")  # of a list item: "2." is no sentence
_CLOSING_ONLY = re.compile(rf"[\s.,;:{re.escape(_CLOSERS)}]+")
_FOOTNOTE = re.compile(
    r"(?:\[[^\[\]\n]{1,30}\]){1,50}(?::\d[\d:–-]{0,50})?"
)  # glued to a stop: "[1][2]", "[citation needed]"

# The stops at which Punkt looks on, to the end of a run without spaces: those that no word goes on behind.
_LOOKED_AT = re.compile(r"[.!?…](?=[)\";}\]*:@({\[!?”»'’\s])")
_RUN = re.compile(r"\S+")
_STOP_MARK = re.compile("[.!?…]")

# Ends that Punkt does not know: stops of scripts that put no space, or another mark, there; and a stop glued to the
# next sentence ("...more.No space"). The latter wants a lower-case word of two letters or a digit or quote before it,
# and a capitalised word of letters after it, so that "U.S.", "example.com" or "3.5" are left alone.
_FOREIGN_END = re.compile(rf"[。！？｡॥।؟։።]+[{re.escape(_CLOSERS)}]*")
_GLUED_END = re.compile(
    rf"(?:(?<=[a-z]{{2}})|(?<=[0-9]{{2}})|(?<=[”\"’)]))(?:[.!?]+)[{re.escape(_CLOSERS)}]*"
    r"(?=[“\"‘(]?(?!(?:Com|Net|Org|Gov|Edu)\b)[A-Z][a-z]*[\s,’'])"
)

# Punkt's list of abbreviations, learnt from court papers, holds ordinary words and names ("all.", "media.", "York.").
# In print a word before a capital ends its sentence, but for these, which are left to Punkt:
_ABBREVIATIONS = frozenset(
    "abbr adj al alt approx ca cap cf ch cit comp dept ed eds eg esp est et etc ext feat fig figs ft ibid ie inc"
    " incl lb lbs lt nos nr op orig pl pp pseud pt ref resp sec sq st tel trans univ viz vol vols vs Acad Adm Ala"
    " Alt Apr Apt Ariz Ark Art Assn Assoc Asst Atty Aug Ave Bldg Blvd Brig Bros Calif Capt Cdr Chas Cir Cmdr Co"
    " Col Colo Comdr Conn Corp Cos Cpl Dec Del Dem Dept Det Dist Div Ed Eds Esq Est Exec Feb Fig Figs Fla Fri Ft"
    " Gen Geo Gov Hon Hwy Ill Inc Ind Insp Jan Jas Jr Jul Jun Kan Ky Lt Ltd Maj Mar Mass Messrs Mich Minn Mon Mont"
    " Mr Mrs Ms Mt Mts Natl Neb Nev No Nos Nov Oct Okla Op Ore Penn Pfc Pkwy Pl Plc Pres Proc Prof Pt Pub Pvt Rd"
    " Rep Reps Rev Rs Sat Sci Sec Sen Sens Sep Sept Sgt Soc Sq Sr St Stat Ste Sun Supt Tenn Terr Tex Thu Thur"
    " Thurs Treas Tue Tues Univ Va Vol Vols Vs Wash Wed Wis Wm Wyo".split()
)
_WORD_END = re.compile(rf"(?<![\w.])([A-Z]?[a-z]{{2,}})\.[{re.escape(_CLOSERS)}]*(?=\s+[{re.escape(_OPENERS)}]*[A-Z])")
# After any abbreviation but a title these begin a sentence: "Acme Inc. The firm", "in the U.S. His wife".
_STARTERS = (
    r"(?:After|Although|An|And|As|At|Because|Before|But|Despite|During|For|From|He|Her|His|However|I|If|In|It|Its|"
    r"Many|Meanwhile|Most|My|On|Our|She|Since|So|Some|That|The|Their|Then|There|These|They|This|Those|Under|We|What|"
    r"When|While|Who|With|You)\b"
)
_STARTED_END = re.compile(rf"(?<=[\w.])\.[{re.escape(_CLOSERS)}]*(?=\s+[{re.escape(_OPENERS)}]*{_STARTERS})")
_DAY = (
    r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day|\b)|(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|"
    r"Oct|Nov|Dec)[a-z]*\b|[A-Z]{2,4}\b|(?:Eastern|Central|Mountain|Pacific|Greenwich|Local|Moscow)\b)"
)
_ERA_END = re.compile(rf"\d\s?(?:AD|BC|CE|BCE)\.[{re.escape(_CLOSERS)}]*(?=\s+[{re.escape(_OPENERS)}]*[A-Z])")
_CLOCK_END = re.compile(rf"\b[ap]\.m\.[{re.escape(_CLOSERS)}]*(?=\s+[{re.escape(_OPENERS)}]*(?!{_DAY})[A-Z])")

# Ends that Punkt sees where none is.
_TITLE = re.compile(
    r"\b(?:Mr|Mrs|Ms|Mx|Messrs|Dr|Prof|Rev|Hon|Gen|Lt|Col|Capt|Cmdr|Maj|Sgt|Cpl|Pvt|Adm|Gov|Sen|Sens|Rep|Reps|Pres|Supt|"
    r"Insp|Fr|Rs|vs|v|approx|a\.k\.a|i\.e|e\.g|cf|incl)\.$"
)
_NUMBERED = re.compile(r"\b(?:Nos?|nos?|Vol|vol|Art|pp?|Fig|fig|Sec|Ch)\.$")
_NUMBER = re.compile(r"\s*\d")
_DAY_NUMBER = re.compile(r"\b\d{1,2}\.$")  # "am 5. Mai"
_GERMAN_MONTH = re.compile(
    r"\s+(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b"
)
_ATTRIBUTIVE = re.compile(r"\b(?:U\.S|U\.K|U\.N|E\.U|U\.A\.E)\.$")  # "U.S. Senator"
_STARTER = re.compile(rf"\s+{_STARTERS}")
_CLOCK_DAY = re.compile(rf"\s+{_DAY}")
_CLOCK = re.compile(r"\b[ap]\.m\.$")
_GOES_ON = re.compile(r"\s+[a-z]+(?!\w)")  # a word in lower case; not "iPhone"
_PUNCTUATED = re.compile(r"[\"”’»)]*\s*[,;:](?!\w)|\]")
_CAPITAL = re.compile(r"\s*[A-Z]")
_SAID = re.compile(
    r"\s+(?:[A-Z][\w.’'-]*\s+){1,4}(?:said|says|asked|asks|told|wrote|writes|added|joked|shouted|cried|replied|answered|"
    r"tweeted|posted|wondered|yelled|exclaimed)\b"
)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return spans (start, end) of the sentences: ordered, disjoint, without outer white space, covering all else."""
    spans: list[tuple[int, int]] = []
    for start, end in _units(text):
        for a, b in _split(text[start:end]):
            spans += _pieces(text, start + a, start + b)
    return spans


def segment(text: str) -> list[Sentence]:
    """Cut an article's canonical text into sentences, boilerplate marked."""
    marked = boilerplate_lines(text)
    return [
        Sentence(start, end, any(a <= start and end <= b for a, b in marked)) for start, end in sentence_spans(text)
    ]


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentence; one longer than LONGEST in pieces, cut behind a mark if there is one, or between words."""
    while end - start > LONGEST:
        window = text[start + LONGEST // 2 : start + LONGEST]
        cuts = (list(re.finditer(pattern, window)) for pattern in (r"(?<=[;:—–])\s+", r"(?<=,)\s+", r"\s+"))
        last = next((found[-1] for found in cuts if found), None)
        if last is None:
            break  # a script without spaces, or no language at all
        yield start, start + LONGEST // 2 + last.start()
        start += LONGEST // 2 + last.end()
    yield start, end


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Yield stretches that no sentence crosses: lines, with wrapped lines joined to the next."""
    start: int | None = None
    lines = list(_LINE.finditer(text))
    for i, line in enumerate(lines):
        if start is None:
            start = line.start()
        following = lines[i + 1] if i + 1 < len(lines) else None
        if following and following.start() == line.end() + 1 and _wrapped(line.group(), following.group()):
            continue
        yield start, line.end()
        start = None


def _wrapped(line: str, following: str) -> bool:
    """Return True if the line break between two adjacent lines stands inside a sentence."""
    if _LIST_ITEM.match(following.lstrip()):
        return False
    full = len(line) in WRAP_COLUMNS
    goes_on = following.lstrip()[:1].islower()
    if _STOP.search(line):
        return full and (goes_on or _TITLE.search(line) is not None)
    return goes_on or (full and len(following) <= WRAP_COLUMNS.stop)


def _in_address(unit: str, stop: int) -> bool:
    """Return True if the stop is inside a web or e-mail address: before it stands a dot, slash or at sign too."""
    start = max(0, stop - LONGEST_ADDRESS)
    word = unit[max(unit.rfind(" ", start, stop) + 1, start) : stop]
    return any(c in word for c in "./@")


def _split(unit: str) -> Iterator[tuple[int, int]]:
    previous: tuple[int, int] | None = None
    cursor = 0
    for end in _ends(unit):
        piece = unit[cursor:end]
        a, b = cursor + len(piece) - len(piece.lstrip()), cursor + len(piece.rstrip())
        cursor = end
        if a >= b:
            continue
        if previous and _CLOSING_ONLY.fullmatch(unit, a, b):
            previous = (previous[0], b)  # a closing quote or bracket belongs to the sentence it closes
            continue
        if previous and _LABEL.fullmatch(unit, *previous):
            a, previous = previous[0], None
        if previous:
            yield previous
        previous = (a, b)
    if previous:
        yield previous


def _ends(unit: str) -> list[int]:
    """Find where sentences end in a unit: Punkt's ends, some more, less those that are plainly none."""
    from nupunkt import sent_spans  # here, so that importing this module costs nothing

    found = set[int]()
    if _LOOKED_AT.search(unit):
        found = {end for _, end in sent_spans(_bounded(unit.replace("\n", " ")))}
    for pattern in (_STARTED_END, _ERA_END, _CLOCK_END):
        found.update(match.end() for match in pattern.finditer(unit))
    found.update(m.end() for m in _WORD_END.finditer(unit) if m.group(1) not in _ABBREVIATIONS)
    kept = {end for end in found if not _is_inside(unit, end)}
    kept.update(match.end() for match in _FOREIGN_END.finditer(unit))
    glued = (m.end() for m in _GLUED_END.finditer(unit) if not _in_address(unit, m.start()))
    kept.update(end for end in glued if not _TITLE.search(unit[max(0, end - LONGEST_TITLE) : end]))
    behind = {match.end() for end in kept if (match := _FOOTNOTE.match(unit, end))}
    return sorted({end for end in kept if not _FOOTNOTE.match(unit, end)} | behind | {len(unit)})


def _bounded(unit: str) -> str:
    """Return the unit for Punkt: of the stops inside a run without spaces only the last MOST_STOPS, each other a star.

    Without this a run costs the square of its length. No text that people wrote has such a run.
    """
    if len(unit) <= MOST_STOPS:
        return unit
    return _RUN.sub(lambda run: _starred(run.group()) if len(run.group()) > MOST_STOPS else run.group(), unit)


def _starred(run: str) -> str:
    stops = [match.start() for match in _LOOKED_AT.finditer(run)]
    if len(stops) <= MOST_STOPS:
        return run
    first = stops[-MOST_STOPS]
    return _STOP_MARK.sub("*", run[:first]) + run[first:]


def _is_inside(unit: str, end: int) -> bool:
    """Return True if the end that was found, with white space behind it, plainly stands inside a sentence."""
    closed = end
    while closed and unit[closed - 1].isspace():
        closed -= 1
    before = unit[max(0, closed - LONGEST_TITLE) : closed]
    if _TITLE.search(before) or _PUNCTUATED.match(unit, closed):
        return True
    if _NUMBERED.search(before):
        return _NUMBER.match(unit, closed) is not None
    if _DAY_NUMBER.search(before) and _GERMAN_MONTH.match(unit, closed):
        return True
    if _ATTRIBUTIVE.search(before):
        return _CAPITAL.match(unit, closed) is not None and _STARTER.match(unit, closed) is None
    if _CLOCK.search(before):
        return _CLOCK_DAY.match(unit, closed) is not None
    if before.endswith(("!”", '!"', "?”", '?"')) and _SAID.match(unit, closed):
        return True
    return _GOES_ON.match(unit, closed) is not None and any(c.isupper() for c in unit[max(0, closed - 200) : closed])
