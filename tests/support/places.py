"""Where things lie that tests look at."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
SUPPORT = Path(__file__).parent
STARTER = "kyiv-missile-strike-north-korea"


def put_starter(home: Path) -> Path:
    """Put the starter article into the corpus of a home, which is returned."""
    (home / "corpus").mkdir(exist_ok=True)
    shutil.copy(ROOT / "corpus" / f"{STARTER}.md", home / "corpus")
    return home
