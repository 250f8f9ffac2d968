"""Settings: where things lie and which model is used. Environment variables, no configuration file.

| variable         | meaning                                                                     | default             |
|------------------|-----------------------------------------------------------------------------|---------------------|
| QA_HOME          | the folder that holds `corpus/` and `index/` (also `--home`)                | the current folder  |
| QA_MODEL         | a sentence-transformers model's folder; a change needs `qa index --rebuild` | the packaged MiniLM |
| QA_SELECTOR      | `reader`, `first-stage`, or a folder with a reader or cross-encoder         | `reader`            |
| QA_THRESHOLD     | `cautious`, `balanced`, `eager`, or the least confidence from 0 to 1        | `balanced`          |
| QA_ALLOW_PRIVATE | private hosts and networks to fetch from: `wiki.example, 10.1.0.0/16`       | none                |
| QA_PROXY         | the proxy that web addresses are fetched through, `http://host:port`        | none                |
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from qa.core.errors import UserError

DEFAULT_MODEL = "all-MiniLM-L6-v2-int8"  # in the package: no hub is needed
DEFAULT_SELECTOR = "reader"
# The least confidence at which a question is answered. Balanced is the default; what each costs and saves is in
# bench/RESULTS.md.
LEVELS = {"cautious": 0.45, "balanced": 0.3, "eager": 0.15}
THRESHOLD = LEVELS["balanced"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and which model is used."""

    home: Path
    model: str = DEFAULT_MODEL
    threshold: float = THRESHOLD
    selector: str = DEFAULT_SELECTOR
    allow_private: str = ""
    proxy: str = ""

    @property
    def corpus(self) -> Path:
        return self.home / "corpus"

    @property
    def index(self) -> Path:
        return self.home / "index"

    @property
    def uploads(self) -> Path:
        return self.index / "uploads"

    @property
    def users(self) -> Path:
        return self.home / "users.json"

    @classmethod
    def from_environment(cls, home: str | Path | None = None) -> Settings:
        """Return settings from the environment; `home` overrides QA_HOME. Raises UserError."""
        folder = Path(home or os.environ.get("QA_HOME") or ".").expanduser().resolve()
        if not folder.is_dir():
            raise UserError(f"The home folder {folder} does not exist. Make it, or name another with --home.")
        raw = os.environ.get("QA_THRESHOLD", "").strip()
        try:
            threshold = LEVELS[raw] if raw in LEVELS else float(raw) if raw else THRESHOLD
        except ValueError:
            threshold = -1.0
        if not 0.0 <= threshold <= 1.0:
            raise UserError(
                f"QA_THRESHOLD is {raw!r}; expected a number from 0 (answer all) to 1 (decline all), or one of "
                f"{', '.join(LEVELS)}."
            )
        model, selector = os.environ.get("QA_MODEL"), os.environ.get("QA_SELECTOR")
        allowed, proxy = os.environ.get("QA_ALLOW_PRIVATE", ""), os.environ.get("QA_PROXY", "")
        return cls(folder, model or DEFAULT_MODEL, threshold, selector or DEFAULT_SELECTOR, allowed, proxy)
