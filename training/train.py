"""Train the reader. Resumable: a killed run goes on from its last checkpoint.

    python training/train.py DATA RUN [--epochs E] [--start RUN] [--rate R] [--limit N] [--seed S] ...

DATA: what training/mine.py wrote. RUN: a folder for checkpoints, the log and the last weights. Loss: listwise over all
sentences of a question's passages, pointwise over each sentence (this is what learns "nothing here answers"), and the
answer's start and end, or that there is none. The weights kept are an exponential moving average (Polyak and Juditsky
1992).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from data import REWORDED, Data, Sample
from measure import measure
from model import Reader, encoder_folder, fresh, trained
from torch import Tensor

from qa.answer.evidence.pairs import batch

QUESTIONS = 16  # a step
ENCODER_RATE, HEAD_RATE, WARM_UP = 1e-4, 5e-4, 0.06
POINTWISE, SPAN = 0.3, 0.3  # weights beside the listwise loss
AVERAGE = 0.998  # of the moving average
SAVE_EVERY = 100
MEASURE_EVERY = 800


def loss_of(
    reader: Reader, samples: list[Sample], weigh_pointwise: float, weigh_span: float
) -> tuple[Tensor, dict[str, float]]:
    """The loss of some questions: rows of all of them in one pass."""
    rows = [row for s in samples for row in s.rows]
    b = batch(rows)
    members = torch.from_numpy(b.members)
    with autocast():
        scores, spans = reader(*map(torch.from_numpy, (b.input_ids, b.attention_mask, b.token_type_ids)), members)
    there = members.any(-1)
    gold = torch.zeros_like(there)
    starts, ends = (torch.zeros(b.input_ids.shape, dtype=torch.bool) for _ in range(2))
    for i, (row, right, answers) in enumerate((r, g, a) for s in samples for r, g, a in s.labelled()):
        gold[i, right] = True
        if not right:  # nothing here answers: the span is the mark at the row's beginning, as in SQuAD 2.0
            starts[i, 0] = ends[i, 0] = True
        for start, end in answers:
            starts[i, row.first + start], ends[i, row.first + end - 1] = True, True
    gold &= there
    point = torch.nn.functional.binary_cross_entropy_with_logits(scores, gold.float(), reduction="none")
    pointwise = (point * there).sum() / len(rows)
    at, lists = 0, []
    for s in samples:
        part = slice(at, at + len(s.rows))
        at += len(s.rows)
        if gold[part].any():
            group = scores[part]
            lists.append(torch.logsumexp(group[there[part]], 0) - torch.logsumexp(group[gold[part]], 0))
    listwise = torch.stack(lists).mean() if lists else scores.sum() * 0
    span = _span_loss(spans, torch.from_numpy(b.attention_mask).bool(), starts, ends)
    total = listwise + weigh_pointwise * pointwise + weigh_span * span
    parts = {"listwise": listwise, "pointwise": pointwise, "span": span}
    return total, {name: float(value.detach()) for name, value in parts.items()}


def _span_loss(spans: Tensor, mask: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """Marginal likelihood of any of the annotated starts and ends, over the rows that have one."""
    marked = starts.any(-1)
    if not marked.any():
        return spans.sum() * 0
    total = spans.new_zeros(())
    for k, wanted in ((0, starts), (1, ends)):
        logits = spans[marked][..., k].masked_fill(~mask[marked], -1e9)
        right = logits.masked_fill(~wanted[marked], -1e9)
        total = total + (torch.logsumexp(logits, -1) - torch.logsumexp(right, -1)).mean()
    return total / 2


def autocast() -> contextlib.AbstractContextManager[None]:
    """bfloat16 where the processor has it: twice as fast, and the loss is the same to the third digit."""
    fast = torch.backends.cpu.get_cpu_capability().startswith("AVX512")
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=fast)


def groups(reader: Reader, rate: float) -> list[dict[str, object]]:
    encoder = [p for p in reader.encoder.parameters() if p.requires_grad]
    heads = [p for n, p in reader.named_parameters() if not n.startswith("encoder.")]
    return [{"params": encoder, "lr": rate * ENCODER_RATE}, {"params": heads, "lr": rate * HEAD_RATE}]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--epochs", type=float, default=1.5)
    parser.add_argument("--start", type=Path, metavar="RUN", help="go on from the weights of another run")
    parser.add_argument("--rate", type=float, default=1.0, help="share of the learning rates")
    parser.add_argument("--limit", type=int, help="only so many questions")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--input", choices=("sentence", "window", "passage"), default="passage")
    parser.add_argument("--layers", type=int, default=6, help="of the encoder, the lowest")
    parser.add_argument("--pointwise", type=float, default=POINTWISE, help="weight beside the listwise loss")
    parser.add_argument("--span", type=float, default=SPAN, help="weight beside the listwise loss")
    parser.add_argument("--rewords", type=float, default=REWORDED, help="share of questions said in other words")
    parser.add_argument("--measure", type=int, default=150, metavar="N", help="held-out questions to measure by")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    if args.start:
        args.layers = json.loads((args.start / "run.json").read_text("utf-8"))["layers"]
    args.run.mkdir(parents=True, exist_ok=True)
    (args.run / "run.json").write_text(json.dumps(vars(args), default=str), "utf-8")
    torch.manual_seed(args.seed)
    encoder = encoder_folder()
    data = Data(args.data, Path(encoder), args.input, args.rewords)
    reader = trained(args.start, encoder) if args.start else fresh(encoder, args.layers)
    optimizer = torch.optim.AdamW(groups(reader, args.rate), weight_decay=0.01, fused=True)
    plan = list(data.steps(QUESTIONS, args.epochs, args.seed, args.limit))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: _rate(n, len(plan)))
    average = {n: p.detach().clone() for n, p in reader.named_parameters() if p.requires_grad}
    done = resume(args.run, reader, optimizer, schedule, average)
    log = (args.run / "log.jsonl").open("a", encoding="utf-8")
    since, seen = time.monotonic(), {"listwise": 0.0, "pointwise": 0.0, "span": 0.0}
    for n in range(done, len(plan)):
        reader.train()
        samples = data.samples(plan[n], np.random.default_rng((args.seed, n)))
        loss, parts = loss_of(reader, samples, args.pointwise, args.span)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        decay = min(AVERAGE, (1 + n) / (10 + n))
        with torch.no_grad():
            for name, p in reader.named_parameters():
                if p.requires_grad:
                    average[name].lerp_(p, 1 - decay)
        seen = {k: seen[k] + v for k, v in parts.items()}
        if (n + 1) % 20 == 0:
            line = {"step": n + 1, "of": len(plan), "seconds": round(time.monotonic() - since, 1)}
            line |= {k: round(v / 20, 4) for k, v in seen.items()}
            print(json.dumps(line), file=log, flush=True)
            seen = dict.fromkeys(seen, 0.0)
        if (n + 1) % SAVE_EVERY == 0 or n + 1 == len(plan):
            save(args.run, n + 1, reader, optimizer, schedule, average)
        if (n + 1) % MEASURE_EVERY == 0 or n + 1 == len(plan):
            figures = measure(averaged(reader, average), data, args.measure)
            print(json.dumps({"step": n + 1, "held_out": figures}), file=log, flush=True)
    torch.save(reader.state_dict(), args.run / "last.pt")
    torch.save(averaged(reader, average).state_dict(), args.run / "reader.pt")


def _rate(n: int, steps: int) -> float:
    warm = max(1, math.ceil(WARM_UP * steps))
    return (n + 1) / warm if n < warm else max(0.0, (steps - n) / max(1, steps - warm))


def averaged(reader: Reader, average: dict[str, Tensor]) -> Reader:
    """A copy with the averaged weights."""
    copy = type(reader)(type(reader.encoder)(reader.encoder.config, add_pooling_layer=False))
    copy.load_state_dict(reader.state_dict() | average)
    return copy.eval()


def save(run: Path, step: int, reader: Reader, optimizer, schedule, average: dict[str, Tensor]) -> None:
    partial = run / "checkpoint.partial"
    state = {"step": step, "reader": reader.state_dict(), "optimizer": optimizer.state_dict(), "average": average}
    torch.save(state | {"schedule": schedule.state_dict(), "random": torch.get_rng_state()}, partial)
    partial.replace(run / "checkpoint.pt")


def resume(run: Path, reader: Reader, optimizer, schedule, average: dict[str, Tensor]) -> int:
    path = run / "checkpoint.pt"
    if not path.is_file():
        return 0
    state = torch.load(path, weights_only=True)
    reader.load_state_dict(state["reader"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    average.update(state["average"])
    torch.set_rng_state(state["random"])
    return int(state["step"])


if __name__ == "__main__":
    main()
