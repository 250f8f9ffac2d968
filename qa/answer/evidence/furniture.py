"""What an article is built of besides facts: headings, bylines, credits, separators; claims it checks, its errors.

Such a line helps to find the place, and is never shown as an answer. What a heading is about, or a correction puts
right, stands in the sentences behind it: they are ranked as it was.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.answer.evidence.signals import Question, term_set
from qa.core.types import Article
from qa.corpus.words import STOPWORDS, stem, words

if TYPE_CHECKING:
    from qa.answer.evidence.evidence import Evidence

LONGEST = 14  # words of a heading
LONGEST_ASIDE = 300  # characters of a byline or a credit
SECTION = 4  # sentences behind a heading that it may be about
FURTHER = 1.0  # of scores: what each sentence further behind it is below it
ASKED = 3.0  # of scores: what the first one is ahead where the heading asks what the question asks
FALLS = 0.5  # of scores: what a heading that asks nothing is better than the sentence below it

ASIDE, HEADING, ASKING, CLAIM, RETRACTED = "aside", "heading", "asking", "claim", "retracted"
AHEAD_OF_TEXT = (HEADING, ASKING, CLAIM, RETRACTED)  # what they are about stands behind them

_BLOCK = re.compile(r"[^\n]+(?:\n[^\n]+)*")
_STOPS = re.compile(r"[.!…:;,。]['\"”’»)\]]*$")
_SET_APART = re.compile(r"[\])”\"]|\s*(?:[:.|–—-]|$)")
_QUOTED = re.compile(r"[\"“”„«»]|(?<!\w)['‘]")
_ITEM = re.compile(r"[-*•‣▪–—]\s|[a-zß-ÿ]")
_ASKS = re.compile(r"\b(?:who|whom|whose|what|when|where|why|how|which)\b", re.IGNORECASE)
_NAMES = r"(?-i:[^\W\d_a-z][\w.’'-]*(?:[ -](?:(?:of|the|de|van|von|du|la)[ -])?[^\W\d_a-z][\w.’'-]*){0,4})"


@dataclass(frozen=True, slots=True)
class _Block:
    start: int
    end: int
    role: str
    corrects: bool  # stands in an article or below a heading that puts right what was reported


@cache
def _rules() -> dict[str, Any]:
    raw = tomllib.loads(Path(__file__).with_name("furniture.toml").read_text("utf-8"))
    made: dict[str, Any] = {}
    for name, value in raw.items():
        if name.startswith("asks_for"):
            made[name] = frozenset(map(stem, value.split()))
        elif isinstance(value, list):
            made[name] = tuple(re.compile(v.replace("{name}", _NAMES), re.IGNORECASE) for v in value)
        else:
            made[name] = re.compile(value, re.IGNORECASE)
    return made


def role_of(article: Article, start: int, end: int) -> str:
    """Return what the sentence at this place is; "" for one that tells something."""
    blocks = _blocks(article.text, article.title or "")
    at = bisect_right([b.start for b in blocks], start) - 1
    if at < 0:
        return ""
    block = blocks[at]
    if block.role:
        return block.role
    text, rules = article.text[start:end], _rules()
    if not any(c.isalnum() for c in text):
        return ASIDE
    if asks(text):
        return ASKING
    told = rules["earlier_version"].search(text) or (block.corrects and any(p.search(text) for p in rules["retracted"]))
    return RETRACTED if told and not rules["put_right"].search(text) else ""


def asks(text: str) -> bool:
    """Return True if a sentence asks from its first word on, in nobody's quotation."""
    return text.rstrip().endswith("?") and bool(_rules()["asks"].match(text)) and not _QUOTED.search(text)


def is_correction(article: Article) -> bool:
    """Return True if an article says at its head that it puts right what was reported before."""
    first = article.text[:200].lstrip().partition("\n")[0]
    heads = (article.title or "", *([first] if len(first.split()) <= LONGEST else []))
    said = (_rules()["corrects"].match(head.lstrip('[(“"')) for head in heads)
    return any(m is not None and _SET_APART.match(m.string, m.end()) for m in said)


@lru_cache(maxsize=500)
def _blocks(text: str, title: str) -> tuple[_Block, ...]:
    rules = _rules()
    spans = [(m.start(), m.end()) for m in _BLOCK.finditer(text)]
    out, corrects, claims = [], rules["corrects"].search(title) is not None, False
    for i, (start, end) in enumerate(spans):
        line = text[start:end].strip()
        behind = text[slice(*spans[i + 1])].strip() if i + 1 < len(spans) else ""
        role = _role(line, behind, shouted=line.isupper() and not text.isupper())
        if role in (HEADING, ASKING):
            corrects = corrects or rules["corrects"].search(line) is not None
            claims = rules["claim_heading"].fullmatch(line) is not None
        elif not role and (claims or rules["claim"].match(line)):
            role = CLAIM
        out.append(_Block(start, end, role, corrects))
    return tuple(out)


def _role(line: str, behind: str, *, shouted: bool) -> str:
    """Return what a block is, by its own form and by what follows it."""
    if not any(c.isalnum() for c in line):
        return ASIDE
    if len(line) <= LONGEST_ASIDE and any(p.fullmatch(line) for p in _rules()["asides"]):
        return ASIDE
    if "\n" in line or len(line.split()) > LONGEST or _ITEM.match(line) or not behind:
        return ""
    if line.endswith("?"):
        return ASKING
    if _STOPS.search(line) and not shouted:
        return ""
    prose = len(behind.split()) > LONGEST or re.search(r"[.!?…]['\"”’)\]]*$", behind) is not None
    if not prose and not shouted:
        return ""
    return ASKING if _ASKS.match(line) else HEADING


def facts_only(question: Question, evidence: list[Evidence]) -> list[Evidence]:
    """Return the evidence without furniture, the sentences behind a piece of it ranked as it was."""
    roles = {e.place: role for e in evidence if (role := _role_in(question, e))}
    if not roles:
        return evidence
    at = {e.place: e for e in evidence}
    for e in evidence:
        if roles.get(e.place, ASIDE) != ASIDE:
            for place, lent in _lent(question, e, at, roles):
                if lent.score > at[place].score:
                    at[place] = lent
    kept = [e for e in at.values() if e.place not in roles]
    return sorted(kept, key=lambda e: (-e.score, e.candidate.article.id, e.candidate.sentence.n))


def _role_in(question: Question, e: Evidence) -> str:
    """Return what a sentence is; "" where it tells something, or is just what the question asks for."""
    c = e.candidate
    role = role_of(c.article, c.sentence.span.start, c.sentence.span.end)
    asked = {CLAIM: "asks_for_claims", RETRACTED: "asks_for_mistakes", ASKING: "asks_for_questions"}.get(role)
    return "" if asked and _rules()[asked] & set(question.stems) else role


def _lent(
    question: Question, head: Evidence, at: dict[tuple[str, int], Evidence], roles: dict[tuple[str, int], str]
) -> list[tuple[tuple[str, int], Evidence]]:
    """Return the sentences that a heading, a claim or an error stands before, ranked as it was."""
    article, n = head.place
    section: list[Evidence] = []
    for k in range(n + 1, n + 1 + SECTION):
        role = roles.get((article, k), "")
        if role in (HEADING, ASKING):
            break
        if not role and (article, k) in at:
            section.append(at[article, k])
    if not section:
        return []
    role = roles[head.place]
    if role == HEADING:
        section = [max(section, key=lambda e: e.score)]
    if role != ASKING:
        return [(section[0].place, _as(head, section[0], head.score - FALLS * (role == HEADING)))]
    in_kind = [i for i, e in enumerate(section) if question.answered_in_kind(e.candidate.text)]
    first = in_kind[0] if in_kind and question.answer_pattern is not None else 0
    ahead = ASKED if _asks_the_same(question, head) else 0.0
    scores = [head.score + (ahead if i == first else 0.0) - FURTHER * abs(i - first) for i in range(len(section))]
    return [(e.place, _as(head, e, score)) for e, score in zip(section, scores, strict=True)]


def _as(head: Evidence, behind: Evidence, score: float) -> Evidence:
    """Return a sentence with the score of the heading it stands behind, and as sure."""
    candidate = replace(behind.candidate, cosine=max(head.candidate.cosine, behind.candidate.cosine))
    reading = behind.reading
    if head.reading is not None:
        known = reading or replace(head.reading, answer=(0, 0))
        reading = replace(known, score=max(known.score, head.reading.score))
    calibration = head.calibration if behind.reading is None else behind.calibration
    return replace(behind, candidate=candidate, score=score, reading=reading, calibration=calibration)


def _asks_the_same(question: Question, head: Evidence) -> bool:
    """Return True if a heading asks in the question's words, and the article has what else the question names."""
    candidate = head.candidate
    mine = {stem(w) for w in words(candidate.text) if w not in STOPWORDS}
    asked = set(question.stems)
    if not mine or not mine <= asked:
        return False
    whole = term_set(f"{candidate.article.title or ''} {candidate.article.text}")
    return 2 * len(asked & whole) > len(asked)
