"""The embedding model, loaded from a folder, never from a hub.

One forward pass over a passage yields the passage's vector and one vector for every sentence in it: the mean of the
sentence's token vectors ("late chunking", Günther et al. 2024). Sentence vectors so cost nothing to make
and know the sentences around them.

The default model lies in the package and is run by ONNX Runtime in eight bits, without torch; any sentence-transformers
model in a folder may take its place.
"""

from __future__ import annotations

import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.core.errors import ModelUnavailable
from qa.core.lazy import Lazy
from qa.core.onnx import WEIGHTS, check, session
from qa.core.settings import DEFAULT_MODEL
from qa.corpus.passages import Span

Matrix = NDArray[np.float32]

FOLDER = WEIGHTS / "embedding"  # all-MiniLM-L6-v2 in eight bits: its README.md says how
WINDOW = 256  # word pieces that it was trained for
BATCH = 32  # texts at once, with sentence-transformers


def model_folder(name: str) -> Path:
    """Return the folder that holds a model: the default's inside this package, or a path. Raises ModelUnavailable."""
    if name == DEFAULT_MODEL:
        return FOLDER
    folder = Path(name).expanduser()
    if not (folder / "config.json").is_file():
        raise ModelUnavailable(
            f"{name!r} is no folder of a sentence-transformers model (it has no config.json). Nothing is downloaded: "
            f"give QA_MODEL a local folder, or unset it to use {DEFAULT_MODEL}."
        )
    return folder


def precision(name: str) -> str:
    """Return the precision of the arithmetic that makes a model's vectors."""
    return "int8" if name == DEFAULT_MODEL else "float32"


def model_digest(folder: Path) -> str:
    """Return first 16 hex digits of the SHA-256 of the weights and the tokenizer: what makes vectors comparable."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in {".safetensors", ".bin", ".onnx"}):
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    tokenizer = folder / "tokenizer.json"
    if tokenizer.is_file():
        digest.update(tokenizer.read_bytes())
    return digest.hexdigest()[:16]


class SentenceEmbedding(ABC):
    """What indexing and asking need of an embedding model. All vectors have length one."""

    @classmethod
    def load(cls, name: str = DEFAULT_MODEL) -> SentenceEmbedding:
        """Load the model. Raises ModelUnavailable."""
        return PackagedEmbedding.of(name) if name == DEFAULT_MODEL else TransformersEmbedding.of(name)

    @property
    @abstractmethod
    def window(self) -> int:
        """Return word pieces the model reads, its own marks included."""

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Return the dimension of its vectors."""

    @abstractmethod
    def pieces(self, text: str) -> Sequence[Span]:
        """Return the spans (code points) of a text's word pieces, without the model's own marks."""

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return vectors of texts, shape (len(texts), dimension)."""

    @abstractmethod
    def encode_with_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Matrix, list[Matrix]]:
        """Return vectors of texts, and for each text the *sums* of the token vectors inside each of its spans.

        Sums, not means: a sentence that several passages share is pooled over all of them by adding.
        """


class PackagedEmbedding(SentenceEmbedding):
    """The default model, mean pooled, run by ONNX Runtime in eight bits.

    One text a run: nothing is padded, and the scale of the activations is that of all that is run at once, so that a
    text's vector does not depend on what it was embedded with.
    """

    _session: Any
    _tokenizer: Any

    @classmethod
    def of(cls, name: str) -> PackagedEmbedding:
        """Load it, its files checked against their checksums. Raises ModelUnavailable."""
        from tokenizers import Tokenizer

        folder = model_folder(name)
        check(folder)
        self = cls()
        self._session = session(folder / "model.onnx")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        return self

    @property
    def window(self) -> int:
        return WINDOW

    @property
    def dimension(self) -> int:
        return int(self._session.get_outputs()[0].shape[-1])

    def pieces(self, text: str) -> Sequence[Span]:
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return [(a, b) for a, b in encoded.offsets if b > a]

    def encode(self, texts: Sequence[str]) -> Matrix:
        return self.encode_with_spans(texts, [()] * len(texts))[0]

    def encode_with_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Matrix, list[Matrix]]:
        whole = np.zeros((len(texts), self.dimension), np.float32)
        pooled: list[Matrix] = []
        for n, text in enumerate(texts):
            states, offsets = self._states(text)
            whole[n] = states.mean(0)
            pooled.append(_pool(states, offsets, spans[n], self.dimension))
        return normalize_rows(whole), pooled

    def _states(self, text: str) -> tuple[Matrix, NDArray[np.int64]]:
        """Return token states (T, dimension) and the tokens' spans (T, 2), the model's own marks included."""
        encoded = self._tokenizer.encode(text)
        ids, offsets = encoded.ids, encoded.offsets
        if len(ids) > WINDOW:
            ids, offsets = [*ids[: WINDOW - 1], ids[-1]], [*offsets[: WINDOW - 1], offsets[-1]]
        row = np.array([ids], np.int64)
        given = {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": np.zeros_like(row)}
        return self._session.run(None, given)[0][0], np.array(offsets, np.int64)


class TransformersEmbedding(SentenceEmbedding):
    """Any sentence-transformers model in a folder."""

    _model: Any

    @classmethod
    def of(cls, name: str) -> TransformersEmbedding:
        """Load it. Raises ModelUnavailable."""
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
        self = cls()
        self._model = model
        return self

    @property
    def window(self) -> int:
        return int(self._model.max_seq_length)

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension())

    def pieces(self, text: str) -> Sequence[Span]:
        encoded = self._model.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return [(a, b) for a, b in encoded["offset_mapping"] if b > a]

    def encode(self, texts: Sequence[str]) -> Matrix:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        vectors: Matrix = self._model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return vectors

    def encode_with_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Matrix, list[Matrix]]:
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
        return normalize_rows(whole), pooled


def normalize_rows(vectors: Matrix) -> Matrix:
    """Return rows scaled to length one; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), np.float32)


def _pool(tokens: Matrix, offsets: NDArray[np.int64], spans: Sequence[Span], dimension: int) -> Matrix:
    out = np.zeros((len(spans), dimension), np.float32)
    starts, ends = offsets[:, 0], offsets[:, 1]
    for row, (start, end) in enumerate(spans):
        inside = (starts >= start) & (ends <= end) & (ends > starts)
        out[row] = tokens[: len(inside)][inside].sum(axis=0)
    return out


def lazy_embedding(name: str = DEFAULT_MODEL, loaded: SentenceEmbedding | None = None) -> Lazy[SentenceEmbedding]:
    """Return the model of that name, to be loaded when it is first needed."""
    return Lazy(lambda: SentenceEmbedding.load(name), loaded)
