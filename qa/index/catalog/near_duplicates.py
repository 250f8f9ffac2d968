"""Which articles are near copies of one another: syndicated stories, small edits, ends cut off.

A text is signed by MinHash (Broder 1997) over its runs of five words; the share of equal places in two signatures
estimates how much of the two texts is the same (Jaccard). Two articles are linked when they have a band of the
signature in common, by which they find each other among many, and at least THRESHOLD of the whole. Stories are the
connected components of the links: a property of the set of articles, whatever the order in which they came.

Knows texts and signatures, not articles or where they are kept. Signatures are stored: who changes how they are made
raises `qa.index.catalog.schema.FORMAT`. Measured in `bench/stories.py`, figures in `bench/stories.md`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qa.corpus.words import words

if TYPE_CHECKING:
    from datasketch import MinHash

Signature = NDArray[np.uint32]

SHINGLE = 5  # words; with fewer, texts made from one template (weather, share prices) look like copies
PLACES = 256  # of a signature; the estimate then errs by 0.03 at most where it matters (one standard deviation)
THRESHOLD = 0.5  # no pair from a template is linked, 95 of 100 copies with a tenth cut off are
SHORTEST = 20  # distinct shingles; below it one word more or less decides, so short texts are in no story
ROWS = 3  # places of a band
BANDS = 32  # a pair at the threshold has one in common with probability 1 - (1 - 0.5**3)**32 = 0.986


def sign(text: str) -> bytes:
    """The signature of a text as it is stored; b"" for one that is too short to be in a story."""
    said = words(text)
    shingles = {" ".join(said[i : i + SHINGLE]) for i in range(len(said) - SHINGLE + 1)}
    if len(shingles) < SHORTEST:
        return b""
    sketch = _blank().copy()
    sketch.update_batch([s.encode("utf-8") for s in shingles])
    return np.asarray(sketch.hashvalues, "<u4").tobytes()


def bands(signature: bytes) -> list[int]:
    """What two articles must have one of in common to be compared at all, as SQLite's integers."""
    size = ROWS * 4
    parts = (signature[i * size : (i + 1) * size] for i in range(BANDS)) if signature else ()
    digests = (hashlib.blake2b(part, digest_size=8, salt=bytes([n])).digest() for n, part in enumerate(parts))
    return [int.from_bytes(digest, "little", signed=True) for digest in digests]


def linked(signature: bytes, others: Sequence[bytes]) -> list[bool]:
    """Which of the others are near copies of this one."""
    if not others:
        return []
    mine, theirs = _places(signature), np.stack([_places(other) for other in others])
    equal = theirs == mine
    banded = equal[:, : ROWS * BANDS].reshape(len(others), BANDS, ROWS).all(axis=2).any(axis=1)
    close: list[bool] = (banded & (equal.mean(axis=1) >= THRESHOLD)).tolist()
    return close


def components(signatures: Mapping[int, bytes]) -> list[list[int]]:
    """Keys of articles in groups that are linked through one another, those that are alone left out."""
    left = dict(sorted(signatures.items()))
    groups = []
    while left:
        first = next(iter(left))
        group, reached = [first], [left.pop(first)]
        while reached and left:
            near = linked(reached.pop(), list(left.values()))
            for key in [key for key, is_near in zip(left, near, strict=True) if is_near]:
                group.append(key)
                reached.append(left.pop(key))
        if len(group) > 1:
            groups.append(sorted(group))
    return groups


def _places(signature: bytes) -> Signature:
    return np.frombuffer(signature, "<u4")


@lru_cache(maxsize=1)
def _blank() -> MinHash:
    """An empty sketch, whose permutations are drawn once. Its library takes a third of a second to import."""
    from datasketch import MinHash

    return MinHash(num_perm=PLACES, seed=1, scheme="affine32")
