"""Groundwire: questions about a collection of articles, answered in their own sentences.

>>> from qa import QA
>>> with QA.open("folder") as service:                        # doctest: +SKIP
...     service.sync()
...     answer = service.ask("How many civilians were killed?")
"""

from typing import Any

__version__ = "0.1.0"
__all__ = ["QA", "__version__"]


def __getattr__(name: str) -> Any:
    """`qa.QA`, loaded when first used: importing the package loads no model library."""
    if name == "QA":
        from qa.service.service import QA

        return QA
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
