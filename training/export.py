"""Turn a trained reader into what the package ships: int8 ONNX, its tokenizer and a checksum.

    python training/export.py RUN OUT

Weights of matrix products are quantised per channel to eight bits, activations as they come (dynamic quantisation of
ONNX Runtime); heads stay float32.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from model import Reader, encoder_folder, trained
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process

from qa.answer.evidence.calibration import FILE
from qa.core.onnx import WEIGHTS

NAMES = ("input_ids", "attention_mask", "token_type_ids", "members")
SEALED = ("model.onnx", "tokenizer.json", FILE)


def export(reader: Reader, out: Path) -> None:
    """Write the float32 model as ONNX with free sizes of batch, sentences and pieces."""
    shape = (2, 16)
    example = (*(torch.ones(shape, dtype=torch.int64) for _ in range(3)), torch.ones((2, 3, 16), dtype=torch.int64))
    free = {name: {0: "rows", 1: "pieces"} for name in NAMES[:3]}
    free |= {"members": {0: "rows", 1: "sentences", 2: "pieces"}}
    free |= {"scores": {0: "rows", 1: "sentences"}, "spans": {0: "rows", 1: "pieces"}}
    reader.encoder.config._attn_implementation = "eager"
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            reader, example, str(out), input_names=list(NAMES), output_names=["scores", "spans"], dynamic_axes=free,
            opset_version=17, dynamo=False,
        )  # fmt: skip


def quantise(source: Path, out: Path) -> None:
    """Eight-bit weights for the matrix products of the encoder and for the embeddings."""
    heads = [
        n.name for n in onnx.load(str(source)).graph.node if n.name.startswith(("/hidden", "/score", "/span", "/weigh"))
    ]
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.onnx"
        quant_pre_process(str(source), str(ready), skip_symbolic_shape=True)
        quantize_dynamic(
            str(ready), str(out), per_channel=True, weight_type=QuantType.QInt8, nodes_to_exclude=heads,
            op_types_to_quantize=["MatMul", "Gather"],
        )  # fmt: skip


def seal(out: Path, shipped: str) -> None:
    """Lay the tokenizer beside the model, and the shipped calibration where there is none. Prints sizes."""
    shutil.copy(Path(encoder_folder()) / "tokenizer.json", out / "tokenizer.json")
    if not (out / FILE).is_file():
        shutil.copy(WEIGHTS / shipped / FILE, out / FILE)
    write_checksums(out)
    print({name: (out / name).stat().st_size for name in SEALED})


def write_checksums(out: Path) -> None:
    """Write the checksums of what is loaded."""
    sums = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in SEALED}
    (out / "checksums.json").write_text(json.dumps(sums, indent=1) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    export(trained(args.run, encoder_folder()), args.run / "reader.onnx")
    quantise(args.run / "reader.onnx", args.out / "model.onnx")
    seal(args.out, "reader")


if __name__ == "__main__":
    main()
