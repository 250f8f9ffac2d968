"""Models with random weights, for tests of what is done with any model."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

from qa.core.settings import DEFAULT_MODEL
from qa.index.embedding import model_folder


def cross_encoder(folder: Path) -> Path:
    """A tiny cross-encoder with random weights, large enough for logits beyond a probability's range."""
    shutil.copytree(model_folder(DEFAULT_MODEL), folder)
    config = BertConfig(
        vocab_size=30522, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, num_labels=1
    )
    torch.manual_seed(0)
    model = BertForSequenceClassification(config)
    torch.nn.init.constant_(model.classifier.bias, 3.0)
    model.save_pretrained(folder)
    BertTokenizerFast(tokenizer_file=str(folder / "tokenizer.json")).save_pretrained(folder)
    (folder / "checksums.json").unlink()
    return folder
