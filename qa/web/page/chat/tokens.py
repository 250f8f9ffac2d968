"""The token of a citation's button.

It describes itself, so that an old turn's button works; who handles a click checks it against the catalog, since a
client can send what it likes.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import astuple, dataclass, replace

from qa.core.types import Citation, Copy

_LONGEST = 4_096  # characters; an id has at most 200 bytes, so a longer token is not ours


@dataclass(frozen=True, slots=True)
class Token:
    """The turn and number that a citation was shown as, and the sentence it names.

    `n` is 0 for the button below a declined answer, which names no sentence.
    """

    turn: int
    n: int
    article: str = ""
    version: str = ""
    start: int = 0
    end: int = 0

    @classmethod
    def of(cls, turn: int, c: Citation) -> Token:
        """Return the token of a turn's citation."""
        return cls(turn, c.n, c.article, c.version, c.start, c.end)

    def moved(self, copy: Copy) -> Token:
        """Return the token of the same citation's copy in another article."""
        return replace(self, article=copy.article, version=copy.version, start=copy.start, end=copy.end)

    def encode(self) -> str:
        """Return the token as a button's value."""
        return base64.urlsafe_b64encode(json.dumps(astuple(self)).encode()).decode()

    @classmethod
    def decode(cls, raw: object) -> Token | None:
        """Return the token, or None for anything that no button of ours carries."""
        if not isinstance(raw, str) or len(raw) > _LONGEST:
            return None
        try:
            values = json.loads(base64.urlsafe_b64decode(raw.encode("ascii")))
        except (ValueError, binascii.Error, RecursionError):
            return None
        if not isinstance(values, list) or [type(v) for v in values] != [int, int, str, str, int, int]:
            return None
        return cls(*values)
