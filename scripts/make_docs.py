"""Writes the parts of the guide that the code knows best, between their markers: the settings and the command line.

`make docs` runs it; a test compares the guide with what it would write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from qa.cli.commands import main as command_line
from qa.core import settings

GUIDE = Path(__file__).parents[1] / "docs" / "guide.md"
WIDTH = 100  # of the help, in characters
HELP_OPTION = re.compile(r"(?:\n\nOptions:)?\n +(?:-h, )?--help +Show this message and exit\.")  # the same everywhere
AROUND = ("<!-- {name}: written by `make docs` -->", "<!-- end of {name} -->")


def settings_table() -> str:
    """Return the table in the docstring of `qa.core.settings`, its columns as narrow as they can be."""
    rows = [line for line in (settings.__doc__ or "").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    cells[1] = ["---"] * len(cells[0])
    for row in cells[2:]:
        row[0] = f"`{row[0]}`"
    return "\n".join(f"| {' | '.join(row)} |".replace("| --- ", "|---").replace("--- |", "---|") for row in cells)


def command_help() -> str:
    """Return the help of every command, as the command line prints it."""
    return "\n\n".join(f"```text\n{text}\n```" for text in _helps(command_line, None, "qa"))


def _helps(command: click.Command, parent: click.Context | None, name: str) -> Iterator[str]:
    context = click.Context(command, parent=parent, info_name=name, terminal_width=WIDTH, **command.context_settings)
    yield HELP_OPTION.sub("", command.get_help(context)).strip()
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None and not found.hidden:
                yield from _helps(found, context, inner)


def current(guide: str) -> str:
    """Return the guide with its generated parts as they should be. Raises ValueError where a marker is missing."""
    for name, text in (("settings", settings_table()), ("commands", command_help())):
        start, end = (mark.format(name=name) for mark in AROUND)
        pattern = re.compile(rf"(?<={re.escape(start)}\n).*?(?=\n{re.escape(end)})", re.DOTALL)
        guide, count = pattern.subn(lambda _, text=text: text, guide)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"{GUIDE.name} has no part {start!r} to {end!r}.")
    return guide


def main() -> None:
    GUIDE.write_text(current(GUIDE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
