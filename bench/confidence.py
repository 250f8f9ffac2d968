"""What the confidence is worth: said against true, what declining more would save, what the named levels do.

Used by bench/run.py with the questions it has asked anyway; draws bench/reliability.svg and bench/risk_coverage.svg.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from qa.core.settings import LEVELS
from qa.quality.evaluate import Asked, is_gold

HERE = Path(__file__).parent
ANSWERS = 3  # an answer is supported when one of so many first sentences is gold
BINS = 10
Row = tuple[str, str, str]


def supported(asked: Asked) -> bool:
    """Whether one of the first sentences is gold, declined or not; nothing supports an unanswerable question."""
    found = asked.sentences[:ANSWERS]
    return asked.question.answerable and any(is_gold(asked.question, *s) for s in found)


def usable(asked: Sequence[Asked]) -> list[Asked]:
    """Questions whose truth is known: unanswerable ones, and answerable ones with a located gold sentence."""
    return [a for a in asked if not a.question.answerable or any(g.spans for g in a.question.gold)]


def arrays(asked: Sequence[Asked]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Confidence, whether supported, whether answerable."""
    said = np.array([a.answer.confidence for a in asked])
    return said, np.array([supported(a) for a in asked]), np.array([a.question.answerable for a in asked])


def calibration_error(said: np.ndarray, true: np.ndarray) -> float:
    """Expected calibration error over BINS equal widths (Naeini et al. 2015)."""
    bins = np.minimum((said * BINS).astype(int), BINS - 1)
    return float(sum(abs(said[bins == b].mean() - true[bins == b].mean()) * (bins == b).mean() for b in set(bins)))


def risk_coverage(said: np.ndarray, true: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of questions answered, and share of those without support, as the threshold falls (El-Yaniv 2010)."""
    order = np.argsort(-said, kind="stable")
    count = np.arange(1, len(said) + 1)
    return count / len(said), np.cumsum(~true[order]) / count


def rows(sets: Mapping[str, Sequence[Asked]]) -> list[Row]:
    """The table; draws both figures."""
    out: list[Row] = []
    data = {name: arrays(u) for name, asked in sets.items() if (u := usable(asked))}
    for name, (said, true, answerable) in data.items():
        _, risk = risk_coverage(said, true)
        out.append((f"{name}: said / true, mean", f"{said.mean():.3f} / {true.mean():.3f}", f"{len(said)} questions"))
        out.append((f"{name}: expected calibration error", f"{calibration_error(said, true):.3f}", ""))
        out.append((f"{name}: area under risk and coverage", f"{risk.mean():.3f}", f"always answering: {risk[-1]:.3f}"))
        for level, threshold in LEVELS.items():
            out.append((f"{name}: {level} ({threshold})", *_level(said < threshold, answerable)))
    _draw(data)
    return out


def _level(declined: np.ndarray, answerable: np.ndarray) -> tuple[str, str]:
    wrongly = f"{declined[answerable].mean():.3f} of answerable questions declined" if answerable.any() else ""
    if answerable.all():
        return "-", wrongly
    precision = f"{(~answerable[declined]).mean():.3f}" if declined.any() else "-"
    return f"decline precision {precision}, recall {declined[~answerable].mean():.3f}", wrongly


def _draw(data: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray]]) -> None:
    reliability, curve = Figure(figsize=(5, 4.5), layout="constrained"), Figure(figsize=(5, 4.5), layout="constrained")
    left, right = reliability.subplots(), curve.subplots()
    left.plot([0, 1], [0, 1], color="0.7", linewidth=1, label="said = true")
    for name, (said, true, _) in data.items():
        bins = np.minimum((said * BINS).astype(int), BINS - 1)
        filled = [b for b in range(BINS) if (bins == b).sum() >= 10]
        means = [(said[bins == b].mean(), true[bins == b].mean()) for b in filled]
        left.plot(*zip(*means, strict=True), marker="o", markersize=3, label=name)
        right.plot(*risk_coverage(said, true), label=name)
    left.set(xlabel="confidence said", ylabel="share supported", xlim=(0, 1), ylim=(0, 1), title="Reliability")
    right.set(
        xlabel="share answered", ylabel="share of answers without support", xlim=(0, 1), title="Risk and coverage"
    )
    right.set_ylim(bottom=0)
    for figure, axes, name in ((reliability, left, "reliability"), (curve, right, "risk_coverage")):
        axes.legend(frameon=False, fontsize=8)
        FigureCanvasSVG(figure).print_svg(HERE / f"{name}.svg", metadata={"Date": None})
