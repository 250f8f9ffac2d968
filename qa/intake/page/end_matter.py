"""Lines in which a page speaks of itself, in languages that boilerplate.toml does not know, and those of pages only.

Each pattern is a phrase that no story uses about its subject: the page says "we", "this site", "your inbox". A line
that quotes somebody is left alone. English lines of outlets are boilerplate.toml's.
"""

from __future__ import annotations

import re

MAX_SIGNATURE = 8  # lines; more is a part of the story
MAX_LINE = 500  # characters; a longer paragraph is about more than the page
MAX_BIOS = 3  # lines at the end that may say who the authors are
MAX_PAGE_LINE = 240  # the same for phrases that a story may use in passing

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
_PAGE = re.compile(
    # what to click, and what the page answers
    r"share this (?:story|article|post|page|with)\b|please share (?:it|this)\b|^(?:click to )?share (?:on|via) \w+|"
    r"\bopens in (?:a )?new (?:window|tab)|link copied|was this (?:article|page|story) helpful|"
    r"^to (?:view|see|watch) this (?:content|video|post|embed)|(?:stay|keep|get) in touch with us\b|"
    r"\bin (?:the )?comments? (?:section )?below|(?:tell|let) us know\b.{0,40}\bcomments?\b|"
    r"in the comments section\.?$|comments?(?: section| on this \w+)? (?:is|are) (?:now )?closed|"
    r"must be logged in to|log ?in or register to|"
    r"^download (?:the|our) .{0,40}\bapp\b|^(?:article|story|content) continues (?:after|below)\b|"
    r"\b(?:kompletten?|vollständigen?|ganzen?) (?:beitrag|artikel|text|bericht) (?:lesen|finden) sie\b|"
    r"^read the (?:full|complete|whole|rest of the|rest of this) (?:article|story|report) (?:here|in|on|at)\b|"
    r"^(?:lire|retrouvez|lisez) (?:la suite|l[’']intégralité|l[’']article complet)\b|"
    r"^lea (?:el|la) .{1,20} complet[oa]\b|"
    r"^(?:estimated )?reading time\b|^posted in\b.*\b(?:tagged|by)\b|"
    r"^(?:found|spotted|seen) (?:a|an) (?:mistake|error|typo)\b|^thanks? (?:you )?for (?:reading|subscribing|signing)|"
    # sign-ups
    r"(?:enter|type|leave) your e-?mail\b|your e-?mail (?:address )?will not be|required fields are marked|"
    r"invalid e-?mail|valid e-?mail address|check your (?:e-?mail|inbox)\b.{0,40}\bconfirm|(?:in|to) your inbox\b|"
    r"by (?:signing up|subscribing|registering|submitting)\b.{0,40}\byou (?:agree|accept|consent|confirm)|"
    r"\bsign up (?:for|to) the\b.{0,60}\b(?:newsletter|letter|briefing|bulletin|e-?mail)\b|newsletter abonnieren|"
    r"\b(?:try|trial|free|subscribe)\b.{0,80}\bcancel (?:at )?any ?time\W*$|"
    r"^subscribe to (?:the )?[\w ]{1,40}\b(?:today|now|for (?:only|just)|and (?:get|receive))\b|"
    # consent
    r"\bwe use \w+ (?:like|such as) cookies|cookies to store and\b|we value your privacy|"
    r"\b(?:we|us) and our (?:\d[\d.,]* )?(?:\w+ )?partners\b|wir und unsere (?:\d+ )?partner\b|"
    r"nous et nos (?:\d+ )?partenaires\b|nosotros y nuestros (?:\d+ )?(?:socios|partners)\b|"
    r"\byou (?:agree|consent) to (?:our|the) use of cookies|\b(?:we|vendors) (?:\w+ )?process your (?:personal )?data|"
    r"use of this (?:web)?site (?:constitutes|implies|is subject)|protected by recaptcha|protégé par recaptcha|"
    # whose words these are
    r"\bas an \w+ associate,? (?:we|i) earn|^this (?:article|story|post|content|information) (?:does not constitute|"
    r"is not (?:intended (?:as|to be) )?(?:\w+ )?(?:financial|investment|legal|medical) advice)|"
    r"^nothing (?:in|on) this (?:article|site|page) (?:should|constitutes|is)\b|"
    r"(?:contiene|contient) .{0,20}affili|contiene .{0,20}afiliad|enthält .{0,20}affiliate|"
    r"^this (?:article|story|post|piece) is republished\b|republished (?:with permission|under a creative commons)|"
    r"\breprints? and permissions?\b|(?:correction|error)s? (?:requests? )?(?:may|can|should) be (?:sent|reported)|"
    r"geben nicht (?:unbedingt|zwingend|notwendigerweise|zwangsläufig) die meinung|"
    r"n[’']engagent que (?:leurs?|son|la)\b|no (?:reflejan|representan) necesariamente la (?:opini[oó]n|postura)|"
    r"não refletem,? necessariamente|non riflettono necessariamente|"
    r"لا (?:تعبر|تعكس|يعبر)\b.{0,20}\bرأي|"
    r"не (?:всегда )?совпада\w+ с мнением редакции|"
    # who wrote, whose picture
    r"\b(?:she|he|they) tweets? (?:at|as)\b.{0,20}@|^(?:follow|tweet)\b.{0,80}@\w|"
    r"(?:can be reached|\b(?:reach|contact|e-?mail) (?:him|her|them|me|the author|"
    r"(?-i:[A-Z]\w+ [A-Z]\w+)))\b.{0,40}@\w|\bfollow (?:him|her|them|me|us|(?-i:[A-Z]\w+ [A-Z]\w+)) (?:on|at)\b.{0,30}"
    r"(?:@|twitter|\bx\b|instagram|facebook|threads|linkedin)|^image (?:source|caption|credit),|"
    r"^\W?(?:photo|photograph|picture|image|illustration)s? (?:by|via|from)\b.{1,80}$|"
    r"^(?:featured|header|cover|lead|top) (?:image|photo)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"^\W*(?:(?:also read|read also|read more|read next|read|see also|related|watch|explore|"
    r"previously(?: on \w[\w ]{1,20})?|mehr zum thema|à lire)\s*(?:[:|]|[–—] )|"
    r"(?:lesen sie auch|lire aussi|à lire aussi|lea también|lee también|leggi anche|lees ook)\b|"
    r"read more (?:about|on|at|in|from|here)\b|for more (?:on this|news|stories|coverage)\b.{0,60}"
    r"\b(?:see|read|visit|click|go to|check)\b)",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^about (?:the )?(\w.{1,60})$", re.IGNORECASE)
_BIO = re.compile(r",? (?:is|was|has|writes|covers|reports|works|teaches|lives|joined|studie[sd]|leads|ist|est|es)\b")
_CONTACT = re.compile(r"^(?:media|press|news) (?:contacts?|enquiries|inquiries)\W*$", re.IGNORECASE)


def is_formula(line: str) -> bool:
    """Return True if the page speaks of itself in this line, or sends the reader elsewhere."""
    if len(line) > MAX_LINE:
        return False
    if _ELSEWHERE.match(line):
        return True
    if _QUOTED.search(line):
        return False
    return bool(_FORMULAS.search(line)) or (len(line) <= MAX_PAGE_LINE and bool(_PAGE.search(line)))


def without_bios(lines: list[str], authors: list[str]) -> list[str]:
    """Return lines without those at the end that say who an author is: "Ann Lee covers ports." Stories name others."""
    last = [n for n, line in enumerate(lines) if line][-MAX_BIOS:]
    bios = {n for n in last if len(lines[n]) <= MAX_LINE and any(_is_bio(lines[n], name) for name in authors)}
    return [line for n, line in enumerate(lines) if n not in bios]


def _is_bio(line: str, name: str) -> bool:
    after = line.removeprefix(name)
    return len(after) < len(line) and _BIO.match(after) is not None


def without_signature(lines: list[str]) -> list[str]:
    """Return lines up to the end matter of a press release: who to call, and "About ACME", followed by what ACME is."""
    for n, line in enumerate(lines):
        rest = [one for one in lines[n + 1 :] if one]
        if not line or len(rest) > MAX_SIGNATURE or n == 0:
            continue
        about = _ABOUT.match(line)
        if _CONTACT.match(line) or (about and rest and about[1].lower() in rest[0][: len(line)].lower()):
            return lines[:n]
    return lines
