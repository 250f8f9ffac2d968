"""Site furniture: disclaimers, terms, subscription and "read also" lines at an article's edges.

Such lines stay in the text and can be shown, but they are not the story and never answer a question about it.
The rules know kinds of boilerplate, no outlet. A line at the start or end of an article (in an unbroken run from
that edge) is furniture when it is a formula of pages, when the page speaks of itself in it, or when it has at least
two voices of a disclaimer. One voice is not enough: a story may end on "legal action will be taken" or "the
views of the author". A line that reports what somebody said or what a court or parliament did is story
whatever else it holds. JusText and boilerpipe (Kohlschütter et al. 2010) look at links and line lengths,
which plain text no longer has. English only.
"""

from __future__ import annotations

import re

MAX_EDGE_LINES = 12  # an edge longer than this is not a footer but an article about terms and conditions
MAX_LINE = 1200  # characters; site boilerplate longer than this is not one paragraph
MAX_PAGE_LINE = 400  # in a longer one, one phrase in which the page speaks of itself proves nothing
VOICES_NEEDED = 2

_LINE = re.compile(r"[^\n]+")


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(alternatives) + r")", re.IGNORECASE)


# Somebody is reported, or somebody acts, as in stories: this is no furniture, except for formulas alone on their line.
_STORY = _any(
    r"(?:said|says|told|warned|announced|argued?|ruled|testified|alleged|apologi[sz]ed|insisted|criticized|"
    r"criticised)\b",
    r"according to (?!our|the (?:terms|rules|policy|guidelines))",
    r"(?:sued|fined|convicted|sentenced|arrested|charged with|passed on)\b",
    r"(?:judges?|jury|lawsuit|lawmakers|prosecutors?|parliament|senate|tribunal|regulators?|spokes(?:man|woman|"
    r"person))\b",
    r"the (?:bill|new law|supreme court|high court|court (?:has|had|held|found))\b",
)

# The page speaks of itself: each is enough, since no story does.
_PAGE = _any(
    r"all rights reserved",
    r"(?:copyright (?:©|\(c\)|\d{4})|© ?\w)",
    r"(?:this|no part of this|the) (?:material|article|story|content|report|site|website)(?: or any part of it)? "
    r"(?:may|must|shall|can) ?not be (?:\w+, )*(?:published|broadcast|rewritten|reproduced|redistributed|copied)",
    r"(?:no part of this|reproduction of (?:this|any)|republication of (?:this|any))\b",
    r"(?:follow|like|join|find) us (?:on|at|now|today|and)\b",
    r"(?:follow|join|subscribe to|visit|download|get|sign up (?:for|to)|register for) our (?:\w+[ -]){0,3}?"
    r"(?:channel|page|app|newsletters?|feed|group|community|alerts?|podcast|updates)\b",
    r"(?<!to )(?:subscribe|sign up|register|log ?in|sign in) (?:now|today|here|or subscribe|to (?:continue|read|"
    r"comment|get|receive))\b",
    r"(?:get|have|receive) (?:our|the (?:latest|day['’]s|top)) (?:\w+ ){0,3}(?:delivered|sent|straight|in your inbox)",
    r"you can unsubscribe|already a (?:subscriber|member)|your (?:limit of|last|"
    r"remaining) (?:\w+ )?free (?:articles?|stories)",
    r"(?:click|tap) here (?:to|for)\b|read the (?:original|full) (?:article|story|version) (?:here|on|at)\b",
    r"we use cookies|this (?:web)?site uses cookies|(?:we|you) (?:can )?accept (?:all )?(?:our )?cookies",
    r"(?:contain|includes?|are|uses?) affiliate links|we may (?:earn|receive) (?:a|an) (?:\w+ )?commission",
    r"advertise with us|support (?:our|independent|quality|local) (?:journalism|newsroom|reporting)",
    r"(?:donate to|support) our (?:newsroom|journalism|work)|by (?:commenting|continuing|posting|subscribing|"
    r"signing up),? you",
    r"this (?:article|story|post|report|content|piece) (?:was|is|has been) (?:first |originally |auto-?generated |"
    r"syndicated )"
    r"+(?:published|posted|appeared|from|by|on)",
    r"(?:has|have) not been edited by (?:our|the)\b|not been edited by (?:[\w.]+ ){1,4}staff\b",
    r"(?:got|have) a (?:news )?(?:tip|story)\?|(?:to )?report (?:a correction|an error|a typo)",
    r"comments (?:are|on this (?:article|story) are|will be) (?:moderated|closed|disabled|reviewed)",
    r"(?:please )?keep (?:your )?comments civil",
)

# Each voice is one thing that a disclaimer says; a line is furniture when two of them are heard in it.
_VOICES = (
    # whose opinions these are
    _any(
        r"(?:opinions?|views?|comments?|statements?|content|articles?|information|"
        r"contributions?)\b[^.]{0,60}?\b(?:posted|"
        r"expressed|published|contained|provided|appearing|given|stated|shared)\s+(?:here|in th|on th|by (?:the |our )?"
        r"(?:authors?|contributors?|readers?|users?|guest|column)|are|as received|herein|above|below|at)",
        r"(?:information|content|views?) (?:in|on|of|stated by|shared by) (?:this|our|the) (?:article|site|"
        r"website|page|contrib)",
        r"any of the (?:views|opinions|comments)",
    ),
    _any(
        r"(?:do(?:es)? not|don['’]t|need not|may not) (?:necessarily )?(?:belong|reflect|represent|constitute|"
        r"coincide|imply)",
        r"(?:(?:are|is|remain) )?(?:solely |entirely |strictly |purely )?(?:those|that|his|her|their) (?:of the|own)\b",
        r"author['’]s own|belong to (?:the|their) (?:authors?|writers?|contributors?)|not those of the",
        r"(?:solely|sole|fully|entirely|personally) (?:be )?(?:responsible|responsibility|liable)",
        r"(?:accepts?|assumes?|takes?|bears?|disclaims?) (?:no|any|all) (?:responsibility|liability)",
        r"(?:not endorsed|no endorsement|do(?:es)? not endorse|without warranty)",
    ),
    _any(r"(?:not|nor) (?:be )?(?:held )?(?:responsible|liable) for", r"cannot be held (?:responsible|liable)"),
    # how readers must behave, and what the law says
    _any(r"defamatory", r"obscene", r"vulgar", r"abusive", r"inflammatory remarks?", r"personal (?:abuse|attacks)"),
    _any(r"hate speech", r"profan", r"insults? against", r"insulting (?:remarks?|comments?)", r"incitement against"),
    _any(
        r"legal action (?:will|may|can|shall) be",
        r"(?:punishable|criminal) offen[cs]es?",
        r"(?:it|information technology|cyber) (?:policy|act|rules?|laws?)\b",
        r"(?:will|may|shall) be (?:removed|deleted|moderated|prosecuted|banned|blocked)",
        r"community (?:guidelines|standards)|comment(?:ing)? policy|house rules|comments? section",
    ),
    # who owns it
    _any(
        r"(?:may|must|shall|can) ?not be (?:\w+, )*(?:published|broadcast|rewritten|reproduced|redistributed|copied)",
        r"(?:reproduction|republication|redistribution|reuse)\b[^.]{0,60}\b(?:prohibited|forbidden|permission|consent)",
    ),
    _any(
        r"without (?:the |our |any |prior |express |written )*(?:permission|consent)", r"written (?:permission|consent)"
    ),
    _any(
        r"terms (?:of (?:use|service)|and conditions|& conditions)",
        r"privacy (?:policy|notice)|cookie (?:policy|settings)",
    ),
    # what to click next
    _any(r"(?:subscribe|sign up|register) (?:to|for)\b", r"newsletters?\b"),
    _any(r"(?:straight|directly|delivered) (?:in)?to your (?:inbox|phone)", r"your inbox", r"unsubscribe"),
)

# Said alone on a line, these are furniture whatever stands in the rest of it.
_ALONE = re.compile(
    r"^\W*(?:(?:also read|read also|read more|related (?:stories|articles|news|posts)|see also|more on this story|"
    r"more from .{1,40}|most (?:read|popular|viewed)|trending(?: now)?|share this(?: article| story| post)?|"
    r"advertisement|"
    r"sponsored(?: content)?|continue reading(?: below)?|story continues below(?: this ad(?:vertisement)?)?|"
    r"leave a (?:comment|reply)|post a comment|skip to (?:main )?content|you (?:may|might) also like|"
    r"(?:recommended|more) (?:for you|stories)|all rights reserved|\d+ comments?|\d+ min(?:ute)?s? read|"
    r"editor['’]s picks?)"
    r"\W*(?:$|(?:[:|]|[–-] )\s*\S.*$)|(?:tags?|topics?|filed under|keywords|categor(?:y|ies))\s*:.{1,200}$|"
    r"(?:(?:last |first )?(?:updated|published|posted|modified)(?: on| at)?\s*:?\s*.{0,12}\b(?:\d{1,2}[./-]\d|"
    r"\d{1,2} [a-z]{3}|"
    r"[a-z]{3,9}\.? \d{1,2},? \d{4}).{0,40}$)|(?:photo|picture)\s*:.{1,80}$|(?:photo|image|picture|"
    r"video) (?:credits?|by|courtesy)\s*:.{1,80}$|"
    r"(?:copyright )?(?:©|\(c\)) ?\d{4}\b.*$|(?:©|copyright) .{0,60}\d{4}.*$|disclaimer\s*:.*$)",
    re.IGNORECASE,
)

_MENU_WORDS = (
    r"home|news|world|politics|business|sports?|opinion|culture|tech(?:nology)?|health|video|about(?: us)?|"
    r"contact(?: us)?|"
    r"privacy(?: policy)?|cookies?(?: policy| settings)?|terms(?: of (?:use|service)| (?:and|&) conditions)?|"
    r"careers|help|"
    r"sitemap|site map|faqs?|advertis(?:e(?: with us)?|ing)|subscri(?:be|ptions?)|newsletters?|log ?in|sign (?:in|"
    r"up)|register|"
    r"share(?: on \w+)?|tweet|e-?mail|print|copy link|save|comment|download our app|our app|rss|facebook|twitter|"
    r"x|instagram|"
    r"whatsapp|telegram|youtube|linkedin|reddit|pinterest|donate|accessibility|corrections|archive|disclaimer"
)
_MENU = re.compile(rf"^\W*(?:{_MENU_WORDS})(?:\s*[|·•,/>–-]\s*(?:{_MENU_WORDS}))+\W*$|^\W*(?:about us|contact us|"
                   r"privacy policy|terms of (?:use|service)|cookie (?:policy|settings)|subscribe|log in|sign in|"
                   r"newsletters?|share|print|facebook|twitter|whatsapp|instagram)\W*$", re.IGNORECASE)  # fmt: skip


def furniture_lines(text: str) -> list[tuple[int, int]]:
    """Spans of the lines that are site furniture, in order.

    An article that would be furniture from end to end is an article about such things: nothing in it is marked.
    """
    lines = [m.span() for m in _LINE.finditer(text)]
    head = _run(text, lines)
    if head == len(lines):
        return []
    tail = _run(text, lines[::-1])
    kept = (0 if head > MAX_EDGE_LINES else head, 0 if tail > MAX_EDGE_LINES else tail)
    return lines[: kept[0]] + lines[len(lines) - kept[1] :]


def _run(text: str, lines: list[tuple[int, int]]) -> int:
    """How many lines from the first on are furniture; it stops counting once they are too many for an edge."""
    first = lines[: MAX_EDGE_LINES + 1]
    return next((i for i, (a, b) in enumerate(first) if not is_furniture(text[a:b])), len(first))


def is_furniture(line: str) -> bool:
    """Whether a line, wherever it stands, is a formula of pages, the page's word about itself, or a disclaimer."""
    if len(line) > MAX_LINE:
        return False
    if _ALONE.match(line) or _MENU.match(line):
        return True
    if _STORY.search(line):
        return False
    if len(line) <= MAX_PAGE_LINE and _PAGE.search(line):
        return True
    return sum(v.search(line) is not None for v in _VOICES) >= VOICES_NEEDED
