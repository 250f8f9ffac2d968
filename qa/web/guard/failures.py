"""The answer to a failed request, whichever part of the service failed it: JSON with a sentence.

Our own routes answer so by themselves. What comes from the frameworks beneath (a plain text, `{"detail": ...}`, an HTML
page) is made to look the same; gradio's script still finds its `detail`.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse, Response

from qa.web.errors import OPENAI, error_values
from qa.web.guard.asgi import Message
from qa.web.wording import in_words

_FAILED = "The service failed to answer this. Its log has the details."
_OF_THE_BODY = ("content-length", "content-type", "content-encoding")
_OURS = ({"error", "message"}, {"jsonrpc"})  # keys of answers that are as they should be


class Failure:
    """Collects an answer with a status from 400 on; `answer` is what to send in its place."""

    def __init__(self, path: str, start: Message) -> None:
        self._path, self._status = path, int(start["status"])
        self._headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in start.get("headers", [])}
        self._body = b""

    @staticmethod
    def unexpected(path: str) -> JSONResponse:
        """Return the answer to what nobody foresaw."""
        return _failed(path, 500, _FAILED, {})

    def complete(self, message: Message) -> bool:
        """Take the next piece; return True if it was the last."""
        self._body += message.get("body", b"")
        return not message.get("more_body", False)

    def answer(self) -> Response:
        """Return what to send in place of what was collected."""
        headers = {k: v for k, v in self._headers.items() if k not in _OF_THE_BODY}
        values = self._values()
        theirs = self._path.startswith(OPENAI) and isinstance(values.get("error"), dict)
        if theirs or any(keys <= set(values) for keys in _OURS):
            return Response(self._body, self._status, headers, self._headers.get("content-type"))
        detail = values.get("detail")
        known = isinstance(detail, str) and self._status < 500
        phrase = _FAILED if self._status >= 500 else f"{HTTPStatus(self._status).phrase}. See /api/openapi.json"
        return _failed(self._path, self._status, in_words(detail) if known else phrase, headers)

    def _values(self) -> dict[str, Any]:
        try:
            values = json.loads(self._body)
        except ValueError:
            return {}
        return values if isinstance(values, dict) else {}


def _failed(path: str, status: int, message: str, headers: dict[str, str]) -> JSONResponse:
    kind = "UserError" if status < 500 else "ServiceError"
    return JSONResponse(error_values(path, status, kind, message), status, headers)
