"""The page and the routes as one application. `qa serve` runs it; `qa.web.app` composes it."""

from qa.web.app import build_app

__all__ = ["build_app"]
