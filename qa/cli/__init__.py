"""The command line."""

from typing import TYPE_CHECKING

from qa.core.public import offer

if TYPE_CHECKING:
    from qa.cli.commands import main

__all__ = ["main"]
__getattr__ = offer(__name__, {"main": "commands"})
