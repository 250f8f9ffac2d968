"""What became of files and texts, and how the index is: as HTML. Pure functions; every text passes `html.escape`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from qa.core.display import shown
from qa.core.types import Outcome

_PLACED = {"added", "replaced"}
_DONE = {*_PLACED, "removed"}
_BUSY = ("starting", "indexing")


def outcomes(results: Sequence[Outcome], doing: str = "") -> str:
    """What became of each file or text, one line each, below what is being done."""
    lines = []
    for r in results:
        kind = "done" if r.status in _DONE else "not-done"
        target = f" as {r.article}" if r.article and r.status in _PLACED and r.article != r.name else ""
        message = f": {r.message}" if r.message else ""
        lines.append(
            f'<li class="{kind}"><b>{r.status.capitalize()}</b> {escape(shown(r.name) + target + message)}</li>'
        )
    now = f'<p class="doing">{escape(shown(doing))}</p>' if doing else ""
    scrolls = ' tabindex="0"' if lines else ""
    listed = f'<ul class="outcomes" aria-label="What became of each article"{scrolls}>{"".join(lines)}</ul>'
    return f'<div role="status">{now}{listed if lines else ""}</div>'


def index_state(
    state: str,
    detail: str,
    status: Mapping[str, object] | None = None,
    refused: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
    watching: str = "",
) -> str:
    """One line on the index, with more behind it. `status` is `QA.status()`, `refused` a reason for each file name,
    `watching` how the corpus folder is watched.
    """
    mirroring = status is not None and status["pending"] and status["dense"] == "chroma"
    busy = " data-busy" if state in _BUSY or mirroring else ""
    if status is None:
        return f'<div class="index"{busy}><p>{escape(f"Index: {_words(state, detail)}")}</p></div>'
    count = len(refused or {})
    skipped = f", {count} file{'' if count == 1 else 's'} refused" if count else ""
    facts = [(what, f"{status[what.lower()]:,}") for what in ("Articles", "Sentences", "Passages")]
    facts.append(("Waiting for Chroma", f"{status['pending']:,} passages" if status["pending"] else "nothing"))
    facts.append(("Search by meaning", "Chroma" if status["dense"] == "chroma" else "exact, without Chroma"))
    facts += [("Corpus folder", watching)] if watching else []
    facts += [("Note", note) for note in (*notes, detail if state == "ready" else "") if note]
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts)
    files = "".join(
        f"<li><b>{escape(shown(name))}</b> {escape(reason)}</li>" for name, reason in (refused or {}).items()
    )
    left_out = f"<p>Files in the corpus folder that are no articles:</p><ul>{files}</ul>" if files else ""
    return (
        f'<div class="index"{busy}><details><summary>{escape(f"Index: {_words(state, detail)}{skipped}")}</summary>'
        f"<dl>{rows}</dl>{left_out}</details></div>"
    )


def _words(state: str, detail: str) -> str:
    if state == "ready":
        return "ready"
    if state == "indexing":
        return f"indexing, {detail}" if detail else "getting ready"
    if state == "starting":
        return "opening"
    return f"read-only. {detail}" if state == "reading" else detail or state
