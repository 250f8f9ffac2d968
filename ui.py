"""The page: composes routes, guard and chat into one application. Knows the service, nothing below it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from fastapi import FastAPI

from qa import __version__
from qa.conversations import Conversations
from qa.web.host import Host
from qa.web.middleware import Guard
from qa.web.routes import error_answers, json_routes
from qa.web.transcripts import conversation_routes

OFFLINE = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}  # read when gradio is imported


def build_app(host: Host, conversations: Conversations, token: str, hosts: Sequence[str] = ()) -> FastAPI:
    """One application: the JSON routes under /api, and the page at / for everything else."""
    os.environ.update(OFFLINE)
    import gradio as gr

    from qa.web.page import build_page, looks

    app = FastAPI(
        title="Groundwire", version=__version__, openapi_url="/api/openapi.json", docs_url=None, redoc_url=None
    )
    app.include_router(json_routes(host))
    app.include_router(conversation_routes(conversations))
    error_answers(app)
    gr.mount_gradio_app(app, build_page(host, conversations), path="/", **looks())
    app.add_middleware(Guard, token=token, hosts=list(hosts))
    return app
