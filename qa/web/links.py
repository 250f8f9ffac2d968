"""Addresses that open an article with a place in it marked: /article/ID?at=START-END&v=VERSION."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from qa.core.types import Citation, SourcePassage


def link(base: str, place: Citation | SourcePassage) -> str:
    """Return the address that opens an article with a place in it marked; `base` is the service's own, to its /."""
    return f"{base}article/{quote(place.article, safe='')}?at={place.start}-{place.end}&v={place.version}"


def link_route() -> Route:
    """Return the route that leads from such an address to the page, which is one and at /."""

    def lead(request: Request) -> RedirectResponse:
        place = {name: request.query_params[name] for name in ("at", "v") if name in request.query_params}
        return RedirectResponse(f"/?{urlencode({'open': request.path_params['id'], **place})}", 303)

    return Route("/article/{id:path}", lead, methods=["GET"])
