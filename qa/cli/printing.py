"""Put into plain text what the command line prints for people, one idea a line."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from qa.core.display import CLOSEST, also_in, left_out, page_of, read_span, shown
from qa.core.errors import UserError
from qa.core.parts import KINDS
from qa.core.reports import ArticleSummary, Finding, Outcome, SyncReport
from qa.core.types import DECLINED, METADATA, Answer, Article, SourcePassage

WIDTH = 88


def answer_text(answer: Answer) -> str:
    """Return the answer with numbered citations and where each stands, or the refusal with the nearest passages."""
    lines: list[str] = []
    if answer.behaviour in ("meta", "smalltalk"):
        return textwrap.fill(answer.text, WIDTH)
    if answer.behaviour in ("results", "count") and not answer.declined:
        return "\n".join([textwrap.fill(answer.text, WIDTH), *(f"    {id}" for id in answer.articles)])
    if answer.declined:
        lines += [textwrap.fill(answer.text, WIDTH)] if answer.text else []
        lines += [DECLINED] if answer.behaviour != "clarify" else []
        if answer.nearest:
            lines += ["", f"{CLOSEST}:"]
            lines += [_passage(p) for p in answer.nearest]
    else:
        lines += [textwrap.fill(answer.text, WIDTH), ""] if answer.text else []
        for sentence in answer.sentences:
            marks = "".join(f"[{c.n}]" for c in sentence.citations)
            label = f"{sentence.label}: " if sentence.label else ""
            lines += [textwrap.fill(f"{label}{' '.join(sentence.text.split())} {marks}", WIDTH), ""]
        for citation in (c for s in answer.sentences for c in s.citations):
            facts = ", ".join(x for x in (citation.title, citation.outlet, citation.published, page_of(citation)) if x)
            lines += [f"[{citation.n}] {facts}", f"    {citation.article} --at {citation.start}-{citation.end}"]
            lines += [f"    also in {also_in(citation)}"] if citation.also_in else []
    lines += ["", f"confidence {answer.confidence:.2f}, {answer.timings_ms.get('total', 0):.0f} ms"]
    lines += [left_out(answer)] if answer.undated_left_out else []
    return "\n".join([*lines, *answer.notes, *_understood(answer)])


def _understood(answer: Answer) -> list[str]:
    """Return what was read otherwise than it was written, a line each."""
    u = answer.understood
    if u is None:
        return []
    lines = [f"Searched for {read} in place of {written}." for written, read in u.corrections]
    lines += [f"{short} is short for {long}." for short, long in u.acronyms]
    lines += [f"Understood as: {u.searched}"] if u.leans_on else []
    if u.published_from or u.published_to:
        lines.append(f"Understood: {u.time}, {u.published_from or '…'} to {u.published_to or '…'}.")
    lines += [f"Answered as {KINDS[u.kind]}."] if u.kind in KINDS else []
    return lines


def passages_text(passages: Sequence[SourcePassage]) -> str:
    """Return the passages, best first."""
    return "\n".join(_passage(p) for p in passages) or "No passage matches."


def articles_text(rows: Sequence[ArticleSummary]) -> str:
    """Return a line for each article, and their number."""
    if not rows:
        return "The corpus is empty. Add an article: qa add FILE"
    wide = min(40, max(len(r.id) for r in rows))
    lines = [f"{r.id:{wide}}  {r.published or '-':10.10}  {r.outlet or '-':20.20}  {r.title}" for r in rows]
    return "\n".join([*lines, f"{len(rows)} article{'s' * (len(rows) != 1)}"])


def article_text(article: Article, span: tuple[int, int] | None) -> str:
    """Return the whole article, or the neighbourhood of a span with the span between >>> and <<<."""
    head = f"{article.shown_title}\n{_known(article)}id {article.id}, version {article.version}\n"
    if span is None:
        return f"{head}\n{article.text}"
    start, end = span
    before, after = article.text[max(0, start - 300) : start], article.text[end : end + 300]
    return f"{head}\n{before}>>>{article.text[start:end]}<<<{after}"


def _known(article: Article) -> str:
    """Return a line for each value that is known, with where it was found."""
    values = {field: getattr(article, field) for field in METADATA}
    origins = {field: f" ({article.origins[field]})" if field in article.origins else "" for field in METADATA}
    return "".join(f"{field}: {value}{origins[field]}\n" for field, value in values.items() if value)


def parse_span(text: str, article: Article) -> tuple[int, int]:
    """Read START-END as a citation names it. Raises UserError."""
    if span := read_span(text, len(article.text)):
        return span
    raise UserError(f"--at got {text!r}; expected START-END within 0-{len(article.text)}, as printed below an answer.")


def say(line: str, *, err: bool = False) -> None:
    """Print a line, above a bar where one is drawn."""
    from tqdm import tqdm

    tqdm.write(line, file=sys.stderr if err else sys.stdout)


def outcome_text(outcome: Outcome) -> str:
    """Return what became of one source."""
    placed = outcome.status in ("added", "replaced") and outcome.article and outcome.article != outcome.name
    target = f" as {outcome.article}" if placed else ""
    message = f": {shown(outcome.message)}" if outcome.message else ""
    return f"{outcome.status}: {shown(outcome.name)}{target}{message}"


def report_text(report: SyncReport) -> str:
    """Return what a sync did: counts, and the files that are no articles."""
    counts = [f"{len(ids)} {k}" for k in ("added", "replaced", "removed") if (ids := getattr(report, k))]
    lines = [f"{', '.join(counts) or 'nothing changed'}, {report.unchanged} unchanged"]
    lines += [f"refused: {name}: {reason}" for name, reason in report.refused.items()]
    return "\n".join([*report.notes, *lines])


def findings_text(findings: Sequence[Finding]) -> str:
    """Return a line for each check, and below it what is wrong and the command that mends it."""
    lines = []
    for finding in findings:
        lines.append(f"{'ok' if finding.sound else 'wrong':5}  {finding.check}")
        lines += [f"       - {problem}" for problem in finding.problems[:20]]
        lines += [] if finding.sound else [f"       mend it with: {finding.mend}"]
    return "\n".join(lines)


def figures_text(figures: Mapping[str, Any]) -> str:
    """Return a line for each figure."""

    def shown(value: Any) -> str:
        return (
            "-" if value is None else f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
        )

    wide = max(len(k) for k in figures)
    return "\n".join(f"{name:{wide}}  {shown(value)}" for name, value in figures.items())


def _passage(passage: SourcePassage) -> str:
    """Return a passage and where it stands."""
    facts = ", ".join(x for x in (passage.title, passage.outlet, passage.published) if x)
    body = textwrap.fill(" ".join(passage.text.split()), WIDTH, initial_indent="    ", subsequent_indent="    ")
    return f"- {facts} ({passage.article} --at {passage.start}-{passage.end})\n{body}"
