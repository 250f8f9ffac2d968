"""Phrases that modules look for, read from the TOML files beside them: lists of alternatives of regular expressions."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def phrases(package: str | None, name: str) -> dict[str, Any]:
    """Return the lists in a data file of a package."""
    found: dict[str, Any] = tomllib.loads((files(package or __name__) / name).read_text("utf-8"))
    return found


def any_of(lists: Mapping[str, Any], name: str) -> str:
    """Return the phrases of a list as alternatives, to stand in a regular expression."""
    return "|".join(lists[name])
