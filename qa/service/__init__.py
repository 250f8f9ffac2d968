"""What people do with it: ask, search, add, edit, remove, converse."""

from typing import TYPE_CHECKING

from qa.core.public import offer

if TYPE_CHECKING:
    from qa.service.client import RemoteQA
    from qa.service.service import QA

__all__ = ["QA", "RemoteQA"]
__getattr__ = offer(__name__, {"QA": "service", "RemoteQA": "client"})
