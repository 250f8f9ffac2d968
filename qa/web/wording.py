"""The wording of errors for clients: their sentence, without where on this machine things lie.

The command line shows whole paths, to people who have the machine before them. Whoever is told by a route, the page or
the Model Context Protocol has not: of an absolute path they are told the last name. Everything in `qa/web` that puts an
error into words does so here.
"""

from __future__ import annotations

import os
import re

_BEGINS = re.compile(r"(?<![\w:/.<])/(?![/\s]|api/|login|mcp)")  # our own addresses are no secret
_ENDS = re.compile(r"[\s'\"(),;:]|\.(?=\s|$)|$")
_LONGEST = 4096  # characters of a path


def in_words(error: object) -> str:
    """Return the error's sentence, or a text, each absolute path in it cut to its last name."""
    text, parts, at = str(error), [], 0
    for match in _BEGINS.finditer(text):
        if match.start() >= at:
            path = _path_at(text[match.start() : match.start() + _LONGEST])
            parts += [text[at : match.start()], os.path.basename(path.rstrip("/"))]
            at = match.start() + len(path)
    return "".join([*parts, text[at:]])


def _path_at(text: str) -> str:
    """Return the path that a text begins with.

    One with spaces is told from the words behind it by what is on the disk.
    """
    found = [text[: match.start()] for match in _ENDS.finditer(text)][:64]
    return max(found, key=lambda path: len(_on_disk(path)))  # the first of those that lead as deep


def _on_disk(path: str) -> str:
    """Return the path as far as there is something."""
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    return path
