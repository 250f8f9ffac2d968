"""The embedding model in other run-times: what a faster one would gain and lose.

    pip install -e '.[training]' -c constraints.txt
    python bench/embedding.py DIR [--sets NAME...] [--limit N]

Compares sentence-transformers with ONNX Runtime in float32 and int8 (dynamic, per channel) on the same passages: rate
by ratio in interleaved rounds, how far the vectors are, and what retrieval and the first stage find with them.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from transformers import BertModel

from qa.dataset import Dataset, load_dataset
from qa.embed import Matrix, SentenceEmbedding, _pool, model_folder, normalized
from qa.evaluate import ask_all, draw, figures, open_dataset
from qa.indexer import prepare
from qa.model import Model
from qa.passages import Span
from qa.selectors import FIRST_STAGE
from qa.settings import DEFAULT_MODEL, Settings

NAMES = ("input_ids", "attention_mask", "token_type_ids")
ROUNDS = 5
PASSAGES = 256
FOUND = ("document_recall@1", "document_recall@5", "sentence@1", "sentence@3", "abstention_auroc")


class OnnxEmbedding(SentenceEmbedding):
    """The same model, its forward pass run by ONNX Runtime."""

    _session: Any = None

    @classmethod
    def of(cls, file: Path, likeness: SentenceEmbedding) -> OnnxEmbedding:
        self = cls(model_name=likeness.model_name)
        self._model = likeness._model
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        return self

    def encode(self, texts: Sequence[str]) -> Matrix:
        return self.encode_with_spans(texts, [()] * len(texts))[0]

    def encode_with_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Matrix, list[Matrix]]:
        """One text a run: the scale of int8 activations is that of all that is run at once."""
        whole = np.zeros((len(texts), self.dimension), np.float32)
        pooled: list[Matrix] = []
        for n, text in enumerate(texts):
            row = self._model.tokenizer(text, truncation=True, max_length=self.window, return_offsets_mapping=True)
            given = {name: np.array([row[name]], np.int64) for name in NAMES}
            states = self._session.run(None, given)[0][0]
            whole[n] = states.mean(0)
            pooled.append(_pool(states, np.array(row["offset_mapping"]), spans[n], self.dimension))
        return normalized(whole), pooled


class States(torch.nn.Module):
    """The encoder, its arguments by name, its token states alone."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, *given: torch.Tensor) -> torch.Tensor:
        states: torch.Tensor = self.encoder(**dict(zip(NAMES, given, strict=True))).last_hidden_state
        return states


def export(folder: Path) -> dict[str, Path]:
    """The encoder as ONNX, in float32 and int8."""
    encoder = BertModel.from_pretrained(
        str(model_folder(DEFAULT_MODEL)), attn_implementation="eager", add_pooling_layer=False, local_files_only=True
    ).eval()
    example = tuple(torch.ones((2, 16), dtype=torch.int64) for _ in NAMES)
    free = {name: {0: "rows", 1: "pieces"} for name in (*NAMES, "states")}
    whole, ready, small = (folder / f"{n}.onnx" for n in ("float32", "ready", "int8"))
    with torch.inference_mode():
        torch.onnx.export(
            States(encoder), example, str(whole), input_names=list(NAMES), output_names=["states"], dynamic_axes=free,
            opset_version=17, dynamo=False,
        )  # fmt: skip
    quant_pre_process(str(whole), str(ready), skip_symbolic_shape=True)
    quantize_dynamic(
        str(ready), str(small), per_channel=True, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather"]
    )
    return {"ONNX float32": whole, "ONNX int8": small}


def rates(models: dict[str, SentenceEmbedding], dataset: Dataset) -> None:
    """Passages a second by ratio to the first model, and the cosine between their vectors and the first one's."""
    base = next(iter(models.values()))
    texts = [
        x.article.text[p.start : p.end]
        for x in prepare([(a, "") for a in dataset.articles[:40]], base)
        for p in x.passages
    ][:PASSAGES]
    times: dict[str, list[float]] = {name: [] for name in models}
    vectors = {}
    for _ in range(ROUNDS):
        for name, model in models.items():
            started = time.perf_counter()
            vectors[name] = model.encode(texts)
            times[name].append(time.perf_counter() - started)
    first, *_ = models
    for name, spent in times.items():
        ratio = statistics.median(a / b for a, b in zip(times[first], spent, strict=True))
        cosine = (vectors[name] * vectors[first]).sum(1)
        print(f"| {name} | {ratio:.2f} | {cosine.min():.4f} / {np.median(cosine):.4f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="*", default=["xquad_en", "clapnq", "belebele_wikinews_en"])
    parser.add_argument("--limit", type=int, help="questions of each set")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        base = SentenceEmbedding.load()
        models: dict[str, SentenceEmbedding] = {"sentence-transformers float32": base}
        models |= {name: OnnxEmbedding.of(file, base) for name, file in export(Path(scratch)).items()}
        print("| run-time | rate, by ratio | cosine, lowest / median |\n|---|---|---|")
        rates(models, load_dataset(args.folder / args.sets[0]))
        print(f"\n| set | run-time | {' | '.join(FOUND)} |\n|---|---|{'---|' * len(FOUND)}")
        for name in args.sets:
            dataset = load_dataset(args.folder / name)
            for run_time, model in models.items():
                home = Path(scratch) / run_time.replace(" ", "-")
                home.mkdir(exist_ok=True)
                settings = replace(Settings.from_environment(home), selector=FIRST_STAGE)
                with open_dataset(dataset, settings, Model(DEFAULT_MODEL, model)) as qa:
                    asked = ask_all(qa, draw(dataset.questions, args.limit, 0))
                    found = figures(dataset, asked, {"seconds": 0, "passages_per_second": 0}, qa.settings.home)
                print(f"| {name} | {run_time} | {' | '.join(str(found[k]) for k in FOUND)} |", flush=True)


if __name__ == "__main__":
    main()
