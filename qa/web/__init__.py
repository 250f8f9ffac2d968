"""HTTP and the page."""

from typing import TYPE_CHECKING

from qa.core.public import offer

if TYPE_CHECKING:
    from qa.web.server import serve

__all__ = ["serve"]
__getattr__ = offer(__name__, {"serve": "server"})
