"""What the reader reads: question and passage as one row of word pieces, and which piece belongs to which sentence.

The same code makes rows for training and for answering, so that the two cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.corpus.passages import TITLE_PIECES

Span = tuple[int, int]
Ints = NDArray[np.int64]

WINDOW = 256  # word pieces of a row, marks included
QUESTION_PIECES = 64  # of a question; the rest is cut


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage to read: title ("" for none), text, the spans of its sentences in it.

    `first` is the number of its first sentence in the article, `start` where its text begins there.
    """

    title: str
    text: str
    sentences: tuple[Span, ...]
    first: int = 0
    start: int = 0


@dataclass(frozen=True, slots=True)
class Pieces:
    """Word pieces of a text: ids, and the span of each in the text (code points)."""

    ids: list[int]
    spans: list[Span]


@dataclass(frozen=True, slots=True)
class Row:
    """One question with one passage. `first` is where the passage's pieces begin in `ids`.

    `pieces` are the passage's own; `sentences` are half-open ranges of them, empty for a sentence that was cut off.
    """

    ids: list[int]
    second: int  # where the second segment begins
    first: int
    pieces: Pieces
    sentences: list[Span]


class PairTokenizer:
    """A BERT tokenizer from a folder's tokenizer.json, without torch or transformers."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        marks = [self._tokenizer.token_to_id(mark) for mark in ("[CLS]", "[SEP]", ".")]
        self._open, self._close, self._stop = (int(m) for m in marks if m is not None)

    def pieces(self, text: str) -> Pieces:
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return Pieces(encoded.ids, encoded.offsets)

    def row(self, question: Pieces, title: Pieces, text: Pieces, sentences: Sequence[Span]) -> Row:
        """Question, title and passage as one row of at most WINDOW pieces; `sentences` are spans of the text."""
        head = [self._open, *question.ids[:QUESTION_PIECES], self._close]
        second = len(head)
        if title.ids:
            head += [*title.ids[:TITLE_PIECES], self._stop]
        room = WINDOW - 1 - len(head)
        ids = [*head, *text.ids[:room], self._close]
        kept = text.spans[:room]
        return Row(ids, second, len(head), Pieces(text.ids[:room], kept), [_range(kept, s) for s in sentences])


def _range(pieces: Sequence[Span], span: Span) -> Span:
    inside = [i for i, (a, b) in enumerate(pieces) if a >= span[0] and b <= span[1]]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows as arrays: ids, mask and segments (B, T), members (B, N, T) with 1 where a piece is of a sentence."""

    input_ids: Ints
    attention_mask: Ints
    token_type_ids: Ints
    members: Ints


def batch(rows: Sequence[Row]) -> Batch:
    """Rows padded to the longest of them."""
    width = max(len(r.ids) for r in rows)
    deep = max(1, *(len(r.sentences) for r in rows)) if rows else 1
    ids, mask, kinds = (np.zeros((len(rows), width), np.int64) for _ in range(3))
    members = np.zeros((len(rows), deep, width), np.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row.ids)] = row.ids
        mask[i, : len(row.ids)] = 1
        kinds[i, row.second : len(row.ids)] = 1
        for n, (a, b) in enumerate(row.sentences):
            members[i, n, row.first + a : row.first + b] = 1
    return Batch(ids, mask, kinds, members)
