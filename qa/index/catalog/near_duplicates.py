"""Near duplicates: articles that repeat one another, such as a syndicated text, small edits, ends cut off.

A text is signed by MinHash (Broder 1997) over its runs of five words; the share of equal places in two signatures
estimates how much of the two texts is the same (Jaccard). Two articles are near duplicates when they have a band of
the signature in common, by which they find each other among many, and at least THRESHOLD of the whole. Groups are the
connected components: a property of the set of articles, whatever the order in which they came.

In the catalog an article is linked when it is stored and unlinked when it goes, in the same transaction. The cost is
that of the article and of those that share a band with it. Its group is the key of one of them, in the column `story`.

Knows texts, signatures and those two columns and one table, nothing else of articles. Signatures are stored: who
changes how they are made raises `qa.index.catalog.schema.FORMAT`. Measured in `bench/stories.py`, figures in
`bench/stories.md`.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
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
SHORTEST = 20  # distinct shingles; below it one word more or less decides, so short texts have none
ROWS = 3  # places of a band
BANDS = 32  # a pair at the threshold has one in common with probability 1 - (1 - 0.5**3)**32 = 0.986


def sign_text(text: str) -> bytes:
    """Return the signature of a text as it is stored; b"" for one that is too short to have near duplicates."""
    said = words(text)
    shingles = {" ".join(said[i : i + SHINGLE]) for i in range(len(said) - SHINGLE + 1)}
    if len(shingles) < SHORTEST:
        return b""
    sketch = _blank().copy()
    sketch.update_batch([s.encode("utf-8") for s in shingles])
    return np.asarray(sketch.hashvalues, "<u4").tobytes()


def find_bands(signature: bytes) -> list[int]:
    """Return what two articles must have one of in common to be compared at all, as SQLite's integers."""
    size = ROWS * 4
    parts = (signature[i * size : (i + 1) * size] for i in range(BANDS)) if signature else ()
    digests = (hashlib.blake2b(part, digest_size=8, salt=bytes([n])).digest() for n, part in enumerate(parts))
    return [int.from_bytes(digest, "little", signed=True) for digest in digests]


def compare_signatures(signature: bytes, others: Sequence[bytes]) -> list[bool]:
    """Return for each of the others whether it is a near duplicate of this one."""
    if not others:
        return []
    mine, theirs = _places(signature), np.stack([_places(other) for other in others])
    equal = theirs == mine
    banded = equal[:, : ROWS * BANDS].reshape(len(others), BANDS, ROWS).all(axis=2).any(axis=1)
    close: list[bool] = (banded & (equal.mean(axis=1) >= THRESHOLD)).tolist()
    return close


def group_near_duplicates(signatures: Mapping[int, bytes]) -> list[list[int]]:
    """Group the keys of articles that are near duplicates through one another; those that are alone are left out."""
    left = dict(sorted(signatures.items()))
    groups = []
    while left:
        first = next(iter(left))
        group, reached = [first], [left.pop(first)]
        while reached and left:
            near = compare_signatures(reached.pop(), list(left.values()))
            for key in [key for key, is_near in zip(left, near, strict=True) if is_near]:
                group.append(key)
                reached.append(left.pop(key))
        if len(group) > 1:
            groups.append(sorted(group))
    return groups


def link_near_duplicates(db: sqlite3.Connection, key: int, signature: bytes) -> None:
    """Join a new article's group: its near duplicates and theirs become one."""
    if not signature:
        return
    own = find_bands(signature)
    db.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", ((band, key) for band in own))
    rows = db.execute(
        "SELECT key, signature, story FROM articles WHERE key <> ? AND key IN"
        f" (SELECT article FROM bands WHERE band IN ({','.join('?' * len(own))}))",
        (key, *own),
    ).fetchall()
    alike = compare_signatures(signature, [row[1] for row in rows])
    near = [row for row, is_near in zip(rows, alike, strict=True) if is_near]
    if near:
        _set_group(db, key, [key, *(row[0] for row in near)])
        for group in {row[2] for row in near if row[2] is not None}:
            db.execute("UPDATE articles SET story = ? WHERE story = ?", (key, group))


def unlink_near_duplicates(db: sqlite3.Connection, key: int) -> None:
    """Leave the group of an article that is about to go. What held together only through it falls apart."""
    signature, group = db.execute("SELECT signature, story FROM articles WHERE key = ?", (key,)).fetchone()
    db.executemany("DELETE FROM bands WHERE band = ? AND article = ?", ((band, key) for band in find_bands(signature)))
    if group is None:
        return
    sql = "SELECT key, signature FROM articles WHERE story = ? AND key <> ?"
    others = dict(db.execute(sql, (group, key)).fetchall())
    db.execute("UPDATE articles SET story = NULL WHERE story = ?", (group,))
    for keys in group_near_duplicates(others):
        _set_group(db, keys[0], keys)


def _set_group(db: sqlite3.Connection, group: int, keys: Iterable[int]) -> None:
    """Store that these articles are one group."""
    db.executemany("UPDATE articles SET story = ? WHERE key = ?", ((group, key) for key in keys))


def _places(signature: bytes) -> Signature:
    """Read a stored signature."""
    return np.frombuffer(signature, "<u4")


@lru_cache(maxsize=1)
def _blank() -> MinHash:
    """Make an empty sketch, whose permutations are drawn once. Its library takes a third of a second to import."""
    from datasketch import MinHash

    return MinHash(num_perm=PLACES, seed=1, scheme="affine32")
