"""What the command line prints for people: plain text, one idea a line."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from qa.errors import UserError
from qa.intake.draft import FIELDS as METADATA
from qa.types import DECLINED, Answer, Article, ArticleSummary, Citation, Outcome, SourcePassage

WIDTH = 88
COPIES = 8  # of a story that are named; of more, how many


def answer_text(answer: Answer) -> str:
    """The answer with numbered citations and where each stands, or the refusal with the nearest passages."""
    lines: list[str] = []
    if answer.behaviour in ("meta", "smalltalk"):
        return textwrap.fill(answer.text, WIDTH)
    if answer.behaviour == "results" and not answer.declined:
        return "\n".join([textwrap.fill(answer.text, WIDTH), *(f"    {id}" for id in answer.articles)])
    if answer.declined:
        lines += [textwrap.fill(answer.text, WIDTH)] if answer.text else []
        lines += [DECLINED] if answer.behaviour != "clarify" else []
        if answer.nearest:
            lines += ["", "Closest, but not an answer:"]
            lines += [_passage(p) for p in answer.nearest]
    else:
        for sentence in answer.sentences:
            marks = "".join(f"[{c.n}]" for c in sentence.citations)
            lines += [textwrap.fill(f"{' '.join(sentence.text.split())} {marks}", WIDTH), ""]
        for citation in (c for s in answer.sentences for c in s.citations):
            facts = ", ".join(x for x in (citation.title, citation.outlet, citation.published) if x)
            lines += [f"[{citation.n}] {facts}", f"    {citation.article} --at {citation.start}-{citation.end}"]
            lines += [f"    also in {also_in(citation)}"] if citation.also_in else []
    lines += ["", f"confidence {answer.confidence:.2f}, {answer.timings_ms.get('total', 0):.0f} ms"]
    if answer.undated_left_out:
        lines.append(f"{answer.undated_left_out} articles without a date were left out by the date filter.")
    return "\n".join([*lines, *answer.notes, *_understood(answer)])


def _understood(answer: Answer) -> list[str]:
    """What was read otherwise than it was written, a line each."""
    u = answer.understood
    if u is None:
        return []
    lines = [f"Searched for {read} in place of {written}." for written, read in u.corrections]
    lines += [f"{short} is short for {long}." for short, long in u.acronyms]
    lines += [f"Understood as: {u.searched}"] if u.leans_on else []
    if u.published_from or u.published_to:
        lines.append(f"Understood: {u.time}, {u.published_from or '…'} to {u.published_to or '…'}.")
    return lines


def also_in(citation: Citation) -> str:
    """The other articles of the story that have the sentence, as people name them."""
    named = [", ".join(x for x in (c.outlet or c.title, c.published) if x) for c in citation.also_in[:COPIES]]
    more = len(citation.also_in) - len(named)
    return "; ".join(named + ([f"{more} more"] if more else []))


def passages_text(passages: Sequence[SourcePassage]) -> str:
    return "\n".join(_passage(p) for p in passages) or "No passage matches."


def articles_text(rows: Sequence[ArticleSummary]) -> str:
    if not rows:
        return "The corpus is empty. Add an article: qa add FILE"
    wide = min(40, max(len(r.id) for r in rows))
    lines = [f"{r.id:{wide}}  {r.published or '-':10.10}  {r.outlet or '-':20.20}  {r.title}" for r in rows]
    return "\n".join([*lines, f"{len(rows)} article{'s' * (len(rows) != 1)}"])


def article_text(article: Article, span: tuple[int, int] | None) -> str:
    """The whole article, or the neighbourhood of a span with the span between >>> and <<<."""
    head = f"{article.shown_title}\n{_known(article)}id {article.id}, version {article.version}\n"
    if span is None:
        return f"{head}\n{article.text}"
    start, end = span
    before, after = article.text[max(0, start - 300) : start], article.text[end : end + 300]
    return f"{head}\n{before}>>>{article.text[start:end]}<<<{after}"


def _known(article: Article) -> str:
    """A line for each value that is known, with where it was found."""
    values = {field: getattr(article, field) for field in METADATA}
    origins = {field: f" ({article.origins[field]})" if field in article.origins else "" for field in METADATA}
    return "".join(f"{field}: {value}{origins[field]}\n" for field, value in values.items() if value)


def parse_span(text: str, article: Article) -> tuple[int, int]:
    """START-END as a citation names it. Raises UserError."""
    start, _, end = text.partition("-")
    if start.isdigit() and end.isdigit() and 0 <= int(start) < int(end) <= len(article.text):
        return int(start), int(end)
    raise UserError(f"--at got {text!r}; expected START-END within 0-{len(article.text)}, as printed below an answer.")


def say(line: str, *, err: bool = False) -> None:
    """Print a line, above a bar where one is drawn."""
    from tqdm import tqdm

    tqdm.write(line, file=sys.stderr if err else sys.stdout)


def shown(name: str) -> str:
    """A name as a terminal can show it: what is invisible or moves the cursor is spelled out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def outcome_text(outcome: Outcome) -> str:
    placed = outcome.status in ("added", "replaced") and outcome.article and outcome.article != outcome.name
    target = f" as {outcome.article}" if placed else ""
    message = f": {shown(outcome.message)}" if outcome.message else ""
    return f"{outcome.status}: {shown(outcome.name)}{target}{message}"


def report_text(report: Mapping[str, Any]) -> str:
    counts = [f"{len(report[k])} {k}" for k in ("added", "replaced", "removed") if report[k]]
    lines = [f"{', '.join(counts) or 'nothing changed'}, {report['unchanged']} unchanged"]
    lines += [f"refused: {name}: {reason}" for name, reason in report["refused"].items()]
    return "\n".join([*report["notes"], *lines])


def findings_text(findings: Sequence[Mapping[str, Any]]) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{'wrong' if finding['problems'] else 'ok':5}  {finding['check']}")
        lines += [f"       - {problem}" for problem in finding["problems"][:20]]
        if finding["problems"]:
            lines.append(f"       mend it with: {finding['mend']}")
    return "\n".join(lines)


def figures_text(figures: Mapping[str, Any]) -> str:
    def shown(value: Any) -> str:
        return (
            "-" if value is None else f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
        )

    wide = max(len(k) for k in figures)
    return "\n".join(f"{name:{wide}}  {shown(value)}" for name, value in figures.items())


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on standard error, drawn only once there is something to do and somebody to look."""
    from tqdm import tqdm

    bars: list[Any] = []

    def update(done: int, of: int, name: str) -> None:
        if not bars:
            bars.append(tqdm(total=of, desc=what, unit="article", file=sys.stderr, disable=None))
        bars[0].total = of
        bars[0].set_postfix_str(shown(name[-30:]), refresh=False)
        bars[0].update(done - bars[0].n)

    try:
        yield update
    finally:
        for bar in bars:
            bar.close()


def _passage(passage: SourcePassage) -> str:
    facts = ", ".join(x for x in (passage.title, passage.outlet, passage.published) if x)
    body = textwrap.fill(" ".join(passage.text.split()), WIDTH, initial_indent="    ", subsequent_indent="    ")
    return f"- {facts} ({passage.article} --at {passage.start}-{passage.end})\n{body}"
