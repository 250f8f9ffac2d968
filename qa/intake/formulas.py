"""Lines in which a page speaks of itself, in the languages that qa.furniture does not know, and those of pages only.

Each pattern is a phrase that no story uses about its subject: the page says "we", "this site", "your inbox". A line
that quotes somebody is left alone. English lines of outlets are qa.furniture's.
"""

from __future__ import annotations

import re

MAX_SIGNATURE = 8  # lines; more is a part of the story
MAX_LINE = 500  # characters; a longer paragraph is about more than the page

_QUOTED = re.compile(r"[“”„«»]|\b(?:said|says|told|sagte|dijo|déclaré)\b")
_FORMULAS = re.compile(
    r"(?:we|our (?:web)?site|this (?:web)?site) uses? cookies|(?:utiliza(?:mos)?|usamos) (?:las )?cookies|"
    r"(?:verwende[nt]|nutz(?:en|t)|setz(?:en|t)) (?:wir )?cookies|utilis(?:e|ons) des cookies|"
    r"(?:utilizza|usa) (?:i )?cookies?|si continúa navegando|en poursuivant votre navigation|"
    r"alle rechte vorbehalten|tous droits réservés|todos los derechos reservados|tutti i diritti riservati|"
    r"todos os direitos reservados|alle rechten voorbehouden|無断転載|無断使用|版权所有|"
    r"subject to copyright\b|no part (?:of this \w+ )?may be reproduced|may not be published, broadcast|"
    r"toute reproduction\b.{0,60}interdite|reproducción\b.{0,40}prohibida|vervielfältigung nur mit|"
    r"forward[- ]looking statements? within the meaning|undertakes no obligation to update|"
    r"(?:sign up|subscribe) (?:for|to) our\b|(?:recevez|abonnez|inscrivez)[- ](?:vous|chaque|gratuitement)|"
    r"notre (?:newsletter|lettre d[’']information)|unse(?:r|ren) newsletter|nuestr[oa] (?:newsletter|bolet[ií]n)|"
    r"please share your (?:\w+, )*(?:videos?|pictures|photos?|stories|views|thoughts)|"
    r"best viewed (?:with|in|at)\b|you are visitor (?:number|no)|enable javascript|"
    r"^click here to\b|^\(with inputs from\b|^follow .{1,40} on (?:facebook|twitter|x|instagram|telegram)\b|"
    r"^(?:story continues|continue reading|article continues) below|^print this page\b|"
    r"^(?:anzeige|werbung|publicité|publicidad|pubblicità|advertorial)\W*$",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"^\W*(?:(?:also read|read also|read more|read next|read|see also|related|watch|mehr zum thema|à lire)\s*[:|]|"
    r"(?:lesen sie auch|lire aussi|à lire aussi|lea también|lee también|leggi anche|lees ook)\b)",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^about (?:the )?(\w.{1,60})$", re.IGNORECASE)
_CONTACT = re.compile(r"^(?:media|press|news) (?:contacts?|enquiries|inquiries)\W*$", re.IGNORECASE)


def is_formula(line: str) -> bool:
    """Whether the page speaks of itself in this line, or sends the reader elsewhere."""
    if len(line) > MAX_LINE:
        return False
    return bool(_ELSEWHERE.match(line)) or (not _QUOTED.search(line) and bool(_FORMULAS.search(line)))


def without_signature(lines: list[str]) -> list[str]:
    """Lines up to the end matter of a press release: who to call, and "About ACME", followed by what ACME is."""
    for n, line in enumerate(lines):
        rest = [one for one in lines[n + 1 :] if one]
        if not line or len(rest) > MAX_SIGNATURE or n == 0:
            continue
        about = _ABOUT.match(line)
        if _CONTACT.match(line) or (about and rest and about[1].lower() in rest[0][: len(line)].lower()):
            return lines[:n]
    return lines
