"""The shape of an error's body: everywhere a kind and a sentence, beside it what the asker's own client looks for.

Which client asks is told by the path: the page's script, a client of OpenAI's API, or a program of ours.
"""

from __future__ import annotations

from typing import Any

GRADIO = "/gradio_api/"  # what the page's own script speaks to
OPENAI = "/v1/"  # what clients of OpenAI's API speak to
_CODES = {
    401: "invalid_api_key", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 413: "request_too_large",
    429: "rate_limit_exceeded", 503: "service_unavailable",
}  # fmt: skip


def error_values(path: str, status: int, kind: str, message: str) -> dict[str, Any]:
    """Return the body of an error answer to a request at this path; `kind` is the error's name, as it is ours."""
    if path.startswith(OPENAI):
        return openai_error(status, message)
    shown = {"detail": message} if path.startswith(GRADIO) else {}
    return {"error": kind, "message": message, **shown}


def openai_error(status: int, message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """Return `{"error": {message, type, param, code}}`; `param` names the field of the request that is wrong."""
    kind = "server_error" if status >= 500 else "rate_limit_error" if status == 429 else "invalid_request_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code or _CODES.get(status)}}
