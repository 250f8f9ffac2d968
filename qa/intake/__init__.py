"""Bytes and addresses in, drafts out."""

from typing import TYPE_CHECKING

from qa.core.public import offer

if TYPE_CHECKING:
    from qa.intake.importer import Importer

__all__ = ["Importer"]
__getattr__ = offer(__name__, {"Importer": "importer"})
