"""Site furniture: disclaimers, terms, subscription and "read also" lines at an article's edges.

Such lines stay in the text and can be shown, but they are not the story and never answer a question about it.
The rule knows kinds of boilerplate, no outlet: a line at the start or end of an article (in an unbroken run from
that edge) is furniture when it speaks in at least two voices of one kind. One voice is not enough: a story may end
on "legal action will be taken" or "the views of the author". JusText and boilerpipe (Kohlschütter et al.
2010) look at links and line lengths, which plain text no longer has.
"""

from __future__ import annotations

import re

MAX_EDGE_LINES = 12  # an edge longer than this is not a footer but an article about terms and conditions
MAX_LINE = 1200  # characters; site boilerplate longer than this is not one paragraph
VOICES_NEEDED = 2

_LINE = re.compile(r"[^\n]+")


def _voice(*alternatives: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(alternatives) + r")", re.IGNORECASE)


# Each voice is one thing such lines say; a line is furniture when two of them are heard in it.
_VOICES = (
    # whose opinions these are
    _voice(
        r"(?:opinions?|views?|comments?|statements?|content|articles?|information)\b[^.]{0,60}?\b(?:posted|expressed|"
        r"published|contained|provided|appearing|given|stated|shared)\s+(?:here|in th|on th|by (?:the )?"
        r"(?:authors?|contributors?|readers?|users?|guest|column)|are|herein|above|below|at)"
    ),
    _voice(
        r"(?:do(?:es)? not|don['’]t|need not|may not) (?:necessarily )?(?:belong|reflect|represent|constitute|"
        r"coincide|imply)",
        r"(?:are|is|remain) (?:solely |entirely |strictly |purely )?(?:those|that|his|her|their) (?:of the|own)",
        r"(?:solely|sole|fully|entirely|personally) (?:be )?(?:responsible|responsibility|liable)",
        r"(?:accepts?|assumes?|takes?|bears?|disclaims?) (?:no|any|all) (?:responsibility|liability)",
        r"(?:not|nor) (?:be )?(?:held )?(?:responsible|liable) for",
        r"(?:not endorsed|no endorsement|does not endorse|without warranty)",
    ),
    # how readers must behave, and what the law says
    _voice(r"defamatory", r"obscene", r"vulgar", r"abusive (?:language|remarks?|comments?)", r"inflammatory remarks?"),
    _voice(r"hate speech", r"profan", r"insults? against", r"insulting (?:remarks?|comments?)", r"threatening,? "),
    _voice(
        r"legal action (?:will|may|can|shall) be",
        r"(?:punishable|criminal) offen[cs]es?",
        r"(?:it|information technology|cyber|copyright) (?:policy|act|rules?|laws?)",
        r"(?:will|may|shall) be (?:removed|deleted|moderated|prosecuted|banned|blocked)",
        r"community (?:guidelines|standards)|comment(?:ing)? policy|house rules",
    ),
    # who owns it
    _voice(r"all rights reserved", r"copyright (?:©|\(c\)|\d{4})", r"©"),
    _voice(
        r"(?:may|must|shall|can) ?not be (?:\w+, )*(?:published|broadcast|rewritten|reproduced|redistributed|copied)",
        r"(?:reproduction|republication|redistribution|reuse)\b[^.]{0,60}\b(?:prohibited|forbidden|permission|consent)",
        r"(?:without|prior|express|written) (?:the )?(?:prior |express |written )*(?:permission|consent)",
        r"terms (?:of (?:use|service)|and conditions|& conditions)",
        r"privacy (?:policy|notice)|cookie (?:policy|settings)",
    ),
    # what to click next
    _voice(r"(?:subscribe|sign up|register)\b[^.]{0,40}\b(?:to|for|now|today|here|newsletter)", r"newsletters?"),
    _voice(r"(?:straight|directly|delivered) (?:in)?to your (?:inbox|phone)", r"your inbox", r"unsubscribe"),
    _voice(r"(?:follow|like|join|find) us\b", r"(?:facebook|twitter|instagram|whatsapp|telegram|youtube)\b"),
    _voice(r"click here", r"(?:download|get) (?:the|our) (?:free )?app", r"our (?:app|channel|page|website)\b"),
    _voice(r"we use cookies", r"accept (?:all )?cookies", r"improve your (?:browsing )?experience"),
    _voice(r"(?:advertisement|sponsored content|affiliate links?|we may earn|advertis(?:e|ing) with us)"),
    _voice(r"(?:this (?:article|story|post|report|content) (?:was|is|has been) (?:first|originally|auto|syndicated))"),
    _voice(r"(?:has not been|was not|except for the headline)\b[^.]{0,60}\b(?:edited|staff|feed)"),
)
# Said alone, at an edge, these are furniture whatever else the line says.
_ALONE = re.compile(
    r"^\W*(?:(?:also read|read also|read more|related (?:stories|articles|news)|see also|more on this story|"
    r"most read|trending(?: now)?|share this (?:article|story|post)?|advertisement|continue reading(?: below)?|"
    r"story continues below(?: this ad(?:vertisement)?)?|leave a (?:comment|reply)|skip to (?:main )?content|"
    r"all rights reserved)\b\W*(?:$|[:|–-].*$)|(?:copyright )?(?:©|\(c\)) ?\d{4}\b.*$|"
    r"(?:©|copyright) .{0,60}\d{4}.*$|disclaimer\s*:.*$)",
    re.IGNORECASE,
)


def furniture_lines(text: str) -> list[tuple[int, int]]:
    """Spans of the lines that are site furniture, in order.

    An article that would be furniture from end to end is an article about such things: nothing in it is marked.
    """
    lines = [(m.start(), m.end()) for m in _LINE.finditer(text)]
    marked = [_is_furniture(text[a:b]) for a, b in lines]
    if all(marked):
        return []
    head = _run(marked)
    tail = _run(marked[::-1])
    return lines[:head] + (lines[len(lines) - tail :] if tail else [])


def _run(marked: list[bool]) -> int:
    """How many lines from this edge on are furniture: 0 when the run is longer than a footer ever is."""
    n = next((i for i, m in enumerate(marked) if not m), len(marked))
    return n if n <= MAX_EDGE_LINES else 0


def _is_furniture(line: str) -> bool:
    if _ALONE.match(line):
        return True
    if len(line) > MAX_LINE:
        return False
    return sum(voice.search(line) is not None for voice in _VOICES) >= VOICES_NEEDED
