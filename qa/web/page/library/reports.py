"""Reports on files and texts that were added, and on the index, as HTML. Pure functions, no gradio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.core.reports import Outcome
from qa.web.page.markup import render

_DONE = {"added", "replaced", "updated", "removed"}
_BUSY = ("starting", "indexing")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of something, and the title of its article where there is one now."""

    outcome: Outcome
    title: str = ""


def outcomes(results: Sequence[Result], doing: str = "") -> str:
    """Return what became of each file or text, one line each with the ways on, below what is being done."""
    return render("outcomes.html", results=results, doing=doing, done=_DONE)


def index_state(
    state: str,
    detail: str,
    status: Mapping[str, object] | None = None,
    refused: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
    watching: str = "",
) -> str:
    """Return one line on the index, with more behind it.

    `status` is `QA.status()`, `refused` a reason for each file name, `watching` how the corpus folder is watched.
    """
    facts, words = list[tuple[str, str]](), _words(state, detail)
    if status is not None:
        pending, mirrored = status["pending"], status["dense"] == "chroma"
        facts += [(what, f"{status[what.lower()]:,}") for what in ("Articles", "Sentences", "Passages")]
        facts.append(("Waiting for Chroma", f"{pending:,} passages" if pending else "nothing"))
        facts.append(("Search by meaning", "Chroma" if mirrored else "exact, without Chroma"))
        facts += [("Corpus folder", watching)] if watching else []
        facts += [("Note", note) for note in (*notes, detail if state == "ready" else "") if note]
    busy = state in _BUSY or (status is not None and status["pending"] and status["dense"] == "chroma")
    return render("index_state.html", busy=busy, words=words, facts=facts, refused=refused or {})


def _words(state: str, detail: str) -> str:
    """Return a state of the service as a person reads it."""
    if state == "ready":
        return "ready"
    if state == "indexing":
        return f"indexing, {detail}" if detail else "getting ready"
    if state == "starting":
        return "opening"
    return f"read-only. {detail}" if state == "reading" else detail or state
