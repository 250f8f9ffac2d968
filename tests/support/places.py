"""Where things lie that tests look at."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
SUPPORT = Path(__file__).parent
STARTER = "kyiv-missile-strike-north-korea"
