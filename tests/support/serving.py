"""The JSON routes and /mcp behind the guard, on a real port of this process, without the page."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.routing import Route

from qa.service.service import QA
from qa.web.api import mcp
from qa.web.api.routes import error_answers, json_routes
from qa.web.guard.middleware import Guard
from qa.web.openai.routes import openai_routes
from qa.web.running import RunningService

TOKEN = "secret"


def application(qa: QA) -> FastAPI:
    """What `ui.build_app` composes, less the page; the service is ready."""
    host = RunningService(lambda: qa)
    host._qa, host.state = qa, "ready"
    app = FastAPI(openapi_url="/api/openapi.json")
    app.include_router(json_routes(host))
    app.include_router(openai_routes(host))
    app.router.routes.append(Route(mcp.PATH, mcp.Endpoint(host)))
    error_answers(app)
    app.add_middleware(Guard, token=TOKEN)
    return app


@contextlib.contextmanager
def serving(qa: QA) -> Iterator[str]:
    """The address at which the service answers while the block runs."""
    with listening(application(qa)) as port:
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def listening(app: FastAPI, log_level: str = "error", **options: Any) -> Iterator[int]:
    """The port of this machine at which an application answers while the block runs."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level=log_level, ws="none", **options))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            threading.Event().wait(0.02)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
