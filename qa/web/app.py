"""The application: composes routes, guard and page. Knows the service, nothing below it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence

from fastapi import FastAPI
from starlette.routing import Route

from qa import __version__
from qa.service.conversations import Conversations
from qa.web.api import mcp
from qa.web.api.conversations import conversation_routes
from qa.web.api.routes import error_answers, json_routes, page_answers, upload_endpoint
from qa.web.guard.bodies import UPLOAD
from qa.web.guard.login import Login, login_routes
from qa.web.guard.middleware import Guard
from qa.web.links import link_route
from qa.web.openai.routes import openai_routes
from qa.web.running import RunningService

OFFLINE = {  # read when gradio is imported
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_MCP_SERVER": "False",
    "HF_HUB_OFFLINE": "1",
}


def build_app(
    service: RunningService,
    conversations: Conversations,
    token: str,
    hosts: Sequence[str] = (),
    *,
    any_address: bool = False,
    login: Login | None = None,
) -> FastAPI:
    """Return one application behind one guard: the JSON routes under /api, the login, and the page at /."""
    os.environ.update(OFFLINE)
    with _hidden("mcp"):  # gradio's own use of it is off, and would import half a second's worth before the page is up
        import gradio as gr

    from qa.web.page.page import build_page, looks

    app = FastAPI(
        title="Groundwire", version=__version__, openapi_url="/api/openapi.json", docs_url=None, redoc_url=None
    )
    app.include_router(json_routes(service))
    app.include_router(conversation_routes(conversations, service))
    app.include_router(openai_routes(service))
    app.router.routes += [Route(mcp.PATH, mcp.Endpoint(service)), link_route()]
    app.router.routes.append(Route(UPLOAD, upload_endpoint(service), methods=["POST"]))
    if login:
        app.include_router(login_routes(login))  # before gradio's own
    error_answers(app)
    page = build_page(service, conversations)
    gr.mount_gradio_app(app, page, path="/", **looks())
    page.has_launched = True  # until then gradio copies whatever file a message names; mounting launches nothing
    page_answers(app.router.routes[-1].app)  # type: ignore[attr-defined]  # gradio's own application
    app.add_middleware(
        Guard, token=token, hosts=list(hosts), any_address=any_address, login=login, functions=page.fns
    )  # fmt: skip
    return app


@contextlib.contextmanager
def _hidden(package: str) -> Iterator[None]:
    """Hide a package, as if it were not installed, unless it is imported already."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]  # importing it raises ImportError
    try:
        yield
    finally:
        del sys.modules[package]
