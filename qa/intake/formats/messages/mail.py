"""Mails and newsletters (.eml) to drafts: the message, not what it quotes, not its footer, not its attachments.

The standard library reads the mail. The text is that of the HTML part where there is one, since a newsletter's plain
part is often a stub or full of addresses; its markup is read whole, as a fragment, for a mail has no page's menus.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from qa.core.errors import ArticleError
from qa.core.types import Draft, Found
from qa.corpus.boilerplate import is_boilerplate
from qa.intake.dates import date_of, stated_date
from qa.intake.drafts import drafted, stated, stem_of
from qa.intake.encodings import decoded
from qa.intake.formats.documents.markup import fragment_text
from qa.intake.formats.documents.wrapping import unwrapped
from qa.intake.formats.messages.forwarding import Forwarded, alternatives, bare_subject, forwarded
from qa.intake.formats.messages.forwarding import sender as sender_of
from qa.intake.page.end_matter import is_formula
from qa.intake.phrases import any_of, phrases

MAX_PARTS = 1_000  # a newsletter with every picture inside has a hundred
MAX_MULTIPARTS = 100  # groups of parts; a forwarded newsletter has five
MAX_HEADER = 4_000  # characters; the standard library's reader of headers takes minutes over endless ones
FOOTER_FROM = 0.5  # share of the message after which a line about unsubscribing begins its footer
MAX_FOOTER_LINE = 400  # characters; in a longer one it is what the message is about
MAX_INTRO = 300  # characters of "On Tuesday ... wrote:"
MAX_INTRO_LINES = 3
MAX_SIGNATURE = 600  # characters; what goes on longer after two hyphens is no signature
HEAD_LINES = 4  # lines in which "view in browser" stands

_LIST_HEADERS = ("list-unsubscribe", "list-id")
_QUOTED = ("cite", "gmail_quote", "yahoo_quoted", "moz-cite-prefix", "appendonsend", "divRplyFwdMsg", "gmail_signature")
_WROTE = re.compile(r"\b(?:wrote|writes|schrieb|a écrit)\s?:(?:\n|$)")
_INTRODUCES = re.compile(r"\d[:.h]\d\d|\w@\w|\d{4}")
_SENDER_OR_DAY = re.compile(r"\w@\w|\d[./-]\d{1,2}[./-]\d\d")
_YEAR, _TIME = re.compile(r"(?<!\d)\d{4}(?!\d)"), re.compile(r"\d[:.h]\d\d")
_QUOTES_BELOW = re.compile(r":\s*$")
_SAYS_WHEN = re.compile(r"(?:On|Am|Le|El|Il|Em|Op|Den|Dne|W dniu|Pe)\b|\d{1,4}[./-]|\w{2,4}, \d")
_FROM_LINE = re.compile(rb"\AFrom (?![^\r\n]{0,40}:\s)[^\r\n]*\r?\n")
_LABELS = re.compile(rf"\W*(?:(?:{alternatives('labels')})\b\W*){{1,12}}", re.IGNORECASE)
_FORWARDED = re.compile(r"^-{2,} ?(?:Original Message|Original-Nachricht|Forwarded message)[ -]*$", re.IGNORECASE)
_FROM = re.compile(r"\*?(?:From|Von|De)\s?:", re.IGNORECASE)
_SENT = re.compile(r"\*?(?:Sent|Date|To|Subject|Gesendet|Envoyé)\s?:", re.IGNORECASE)
_SENT_WITH = re.compile(r"Sent (?:from|with) (?:my |Mail for )?[\w ]{1,30}\.?", re.IGNORECASE)
_PHRASES = phrases(__package__, "mail.toml")
_FOOTER = re.compile(any_of(_PHRASES, "footer"), re.IGNORECASE)
_IN_BROWSER = re.compile(any_of(_PHRASES, "in_browser"), re.IGNORECASE)


def parse(data: bytes, name: str) -> list[Draft]:
    """Return one draft. Raises ArticleError when no part of the mail is text with words in it."""
    data = _FROM_LINE.sub(b"", data.lstrip(b"\r\n"), count=1)
    if data.lower().count(b"content-type: multipart/") > MAX_MULTIPARTS:  # whose nesting costs its square
        raise ArticleError(f"It has more than {MAX_MULTIPARTS} groups of parts; no mail has. Save its text instead.")
    try:
        message = message_from_bytes(data, policy=policy.default)
        parts = sum(1 for _ in message.walk())
    except RecursionError as error:
        raise ArticleError("Its parts are nested hundreds deep; no mail's are. Save its text instead.") from error
    if parts > MAX_PARTS:
        raise ArticleError(f"It has {parts:,} parts; at most {MAX_PARTS:,} are read. Save its text instead.")
    text, passed_on = _text(message)
    return [drafted(text, _metadata(message, passed_on), stem_of(name), _defects(message))]


def _metadata(message: EmailMessage, passed_on: Forwarded | None) -> dict[str, Found]:
    """State the sender of a newsletter as outlet, any other as author; a mail that was passed on has its own."""
    if passed_on is not None:
        said = passed_on.said
        return stated(
            "forwarded mail",
            title=bare_subject(said.get("subject") or _header(message, "subject")),
            author=sender_of(said.get("from", "")),
            published=_passed_on_day(said.get("date", "")),
        )
    shown, address = parseaddr(_header(message, "from"))
    sender = shown.strip("'\" ") or address
    is_list = any(header in message for header in _LIST_HEADERS)
    return stated(
        "mail headers",
        title=_header(message, "subject"),
        outlet=sender if is_list else None,
        author=None if is_list else sender,
        published=_header(message, "date"),
        language=_header(message, "content-language").partition(",")[0],
        url=_header(message, "archived-at").strip("<> "),
    )


def _passed_on_day(value: str) -> str | None:
    """Return the day of a repeated date; mailers write its time where they are, without an offset."""
    found = date_of(value) or stated_date(value)
    return found if found is None or re.search(r"[+-]\d\d:\d\d$", found) else found[:10]


def _header(message: EmailMessage, name: str) -> str:
    """Return a header's decoded value; empty where it is missing, endless or beyond the standard library."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name), "")
    if len(raw) > MAX_HEADER:
        return ""
    try:
        return str(message[name] or "")
    except Exception:  # its parser of headers raises many things on malformed ones
        return ""


def _defects(message: EmailMessage) -> tuple[str, ...]:
    broken = any(part.defects for part in message.walk())
    return ("The mail is malformed in places; check that its text is whole.",) if broken else ()


def _text(message: EmailMessage) -> tuple[str, Forwarded | None]:
    """Return what is meant to be read: what the sender wrote, or what was passed on, the sender's remark above it."""
    subject = _header(message, "subject")
    for kind, whole, own in (("html", fragment_text, _html_text), ("plain", str, _plain_text)):
        contents = list(_contents(message, kind))
        passed_on = forwarded("\n\n".join(map(whole, contents)).replace("\r\n", "\n"), subject)
        if passed_on and _has_words(passed_on.text):
            below = passed_on.text if kind == "html" else unwrapped(passed_on.text)
            remark = _without_edges(_own_words(passed_on.remark))
            return f"{remark}\n\n{_without_edges(below)}".strip(), passed_on
        texts = [own(content) for content in contents]
        if any(map(_has_words, texts)):
            return _without_edges("\n\n".join(texts)), None
    raise ArticleError("No part of the mail is text with words in it. Add what is attached to it instead.")


def _has_words(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _contents(message: EmailMessage, subtype: str) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_type() == f"text/{subtype}" and not _is_attached(part):
            content = _content(part)
            yield _unflowed(content, part) if part.get_param("format") == "flowed" else content


def _unflowed(content: str, part: EmailMessage) -> str:
    """Join lines that go on where they end in a space (RFC 3676); a signature's "-- " does not."""
    joined: list[str] = []
    drop = str(part.get_param("delsp") or "").lower() == "yes"
    for line in content.replace("\r\n", "\n").split("\n"):
        flows = bool(joined) and joined[-1].endswith(" ") and joined[-1] != "-- " and not line.startswith(">")
        if flows:
            joined[-1] = (joined[-1][:-1] if drop else joined[-1]) + line
        else:
            joined.append(line)
    return "\n".join(line.rstrip() if line != "-- " else line for line in joined)


def _is_attached(part: EmailMessage) -> bool:
    disposition = str(dict(part.raw_items()).get("Content-Disposition", ""))
    return disposition.strip().lower().startswith("attachment")


def _content(part: EmailMessage) -> str:
    """Return a part's text in the charset that it states, or by its form where that one is unknown or wrong."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload:
        return ""
    try:
        return payload.decode(part.get_content_charset("") or "utf-8")
    except (LookupError, ValueError):
        return decoded(payload).text


def _html_text(markup: str) -> str:
    """Leave out quoted messages, unless there is nothing else: then it was forwarded to be read."""
    text = _own_words(fragment_text(markup, leave_out=_QUOTED))
    return text if any(c.isalnum() for c in text) else fragment_text(markup)


def _plain_text(content: str) -> str:
    return unwrapped(_own_words(_without_quotes(content.replace("\r\n", "\n"))))


def _without_quotes(text: str) -> str:
    """Leave out what is quoted, and the lines above it that say whose words they are."""
    kept: list[str] = []
    for line in text.split("\n"):
        if not line.lstrip().startswith(">"):
            kept.append(line)
            continue
        while kept and not kept[-1].strip():
            kept.pop()
        if intro := next((n for n in range(1, MAX_INTRO_LINES + 1) if _is_intro(kept, n)), 0):
            kept[-intro:] = [""]
    return "\n".join(kept)


def _is_intro(lines: list[str], n: int) -> bool:
    """Return True if the last `n` lines, and no fewer, say whose words are quoted below them."""
    intro = " ".join(lines[-n:])
    if len(lines) < n or len(intro) > MAX_INTRO or not (_QUOTES_BELOW.search(intro) and _INTRODUCES.search(intro)):
        return False
    begins = len(lines) == n or not lines[-n - 1].strip() or _SAYS_WHEN.match(lines[-n].strip()) is not None
    return begins or n == MAX_INTRO_LINES


def _own_words(text: str) -> str:
    """Return what the sender wrote: not what is quoted in between or below, not the signature."""
    lines = text.split("\n")
    kept: list[str] = []
    for n, line in enumerate(lines):
        bare = line.strip()
        quotes_below = _FORWARDED.match(bare) or (
            _FROM.match(bare) and any(_SENT.match(li) for li in lines[n + 1 : n + 4])
        )
        if quotes_below and any(k.strip() for k in kept):
            break
        if bare == "--" and sum(map(len, lines[n:])) <= MAX_SIGNATURE:
            break
        if not bare.startswith(">") and not _SENT_WITH.fullmatch(bare):
            kept.append(line)
    return "\n\n".join(map(_without_intro, "\n".join(kept).split("\n\n")))


def _without_intro(block: str) -> str:
    """Leave out "On 7 May 2024 at 10:00 Jan wrote:": a story's "the mayor wrote:" has no day, time or address."""
    wrote = _WROTE.search(block, 0, MAX_INTRO)
    return block[wrote.end() :] if wrote and _says_who_or_when(block[: wrote.start()]) else block


def _says_who_or_when(line: str) -> bool:
    """Return True if a line has an address, a day in digits, or a year and a time."""
    return bool(_SENDER_OR_DAY.search(line) or (_YEAR.search(line) and _TIME.search(line)))


def _without_edges(text: str) -> str:
    """Leave out "view in browser" at the head, and all from a line about unsubscribing in the second half on."""
    kept: list[str] = []
    at = shown = 0
    for line in text.split("\n"):
        if at >= FOOTER_FROM * len(text) and len(line) <= MAX_FOOTER_LINE and _FOOTER.search(line):
            break
        at += len(line) + 1
        shown += bool(line.strip())
        if shown > HEAD_LINES or not _IN_BROWSER.match(line.strip()):
            kept.append(line)
    while kept and _ends_no_text(kept[-1].strip()):
        kept.pop()
    return "\n".join(kept)


def _ends_no_text(line: str) -> bool:
    """Return True if a last line is empty, a row of labels, or one in which the sender speaks of itself."""
    return not line or _LABELS.fullmatch(line) is not None or is_boilerplate(line) or is_formula(line)
