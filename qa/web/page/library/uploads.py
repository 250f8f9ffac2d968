"""Files that a visitor's browser has sent: where they wait, and what a page's message says about them.

A message is data that a client can forge: a file is read only from gradio's folder of uploads.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gradio.utils import get_upload_folder

from qa.core.errors import ArticleError

MOST = 1_000  # files of one batch
_LONGEST = 300  # characters of a name or of what the browser says


@dataclass(frozen=True, slots=True)
class Upload:
    """A file by the name that its visitor knows: where it waits, or why it could not be sent."""

    name: str
    path: str = ""
    problem: str = ""

    def read(self) -> bytes:
        """Its bytes. Raises ArticleError when it was not sent, or is no file of ours."""
        if self.problem:
            raise ArticleError(self.problem)
        try:
            return self._place().read_bytes()
        except (OSError, ValueError):
            raise ArticleError("its upload is no longer there. Upload it again.") from None

    def drop(self) -> None:
        """The corpus has its text now; the temporary copy has served."""
        with suppress(OSError, ValueError):
            self._place().unlink()

    def _place(self) -> Path:
        place, folder = Path(self.path).resolve(), Path(get_upload_folder()).resolve()
        if not self.path or not place.is_relative_to(folder) or not place.is_file():
            raise ValueError(f"{self.path!r} was not uploaded")
        return place


def batch(data: object) -> list[Upload]:
    """The files that a page's message names; nothing for what is no such message."""
    files = data.get("files") if isinstance(data, dict) else None
    given = [f for f in files if isinstance(f, dict)] if isinstance(files, list) else []
    return [
        Upload(_line(f.get("name")) or "A file", str(f.get("path") or ""), _line(f.get("problem")))
        for f in given[:MOST]
    ]


def _line(value: object) -> str:
    return " ".join(str(value or "").split())[:_LONGEST]
