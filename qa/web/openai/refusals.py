"""Errors as clients of OpenAI's API read them, each naming the field of the request that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.requests import Request

from qa.core.errors import FilterError, GroundwireError, QuestionError
from qa.web.api.routes import status_of
from qa.web.errors import openai_error
from qa.web.wording import in_words

WRONG_TYPE, WRONG_VALUE, MISSING = "invalid_type", "invalid_value", "missing_required_parameter"
_OF_ERRORS: tuple[tuple[type[GroundwireError], str], ...] = ((FilterError, "metadata"), (QuestionError, "messages"))


class Unusable(Exception):
    """A request that cannot be answered: why, the field that is wrong, and OpenAI's word for it."""

    def __init__(self, message: str, param: str, code: str = WRONG_VALUE, status: int = 400) -> None:
        super().__init__(message)
        self.param, self.code, self.status = param, code, status


class Route(APIRoute):
    """A route whose errors are OpenAI's error object."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler that answers a request, and its errors."""
        handle = super().get_route_handler()

        async def answering(request: Request) -> Response:
            try:
                return await handle(request)
            except Unusable as error:
                return _answer(error.status, in_words(error), error.param, error.code)
            except RequestValidationError as error:
                return _malformed(error.errors())
            except GroundwireError as error:
                param = next((param for kind, param in _OF_ERRORS if isinstance(error, kind)), None)
                return _answer(status_of(error), in_words(error), param, param and WRONG_VALUE)

        return answering


def _malformed(errors: Sequence[Any]) -> JSONResponse:
    """Answer what is not of the shape that it should have, the first there is."""
    first = errors[0] if errors else {"type": "", "loc": (), "msg": "unknown"}
    kind, where = str(first["type"]), [part for part in first["loc"] if part != "body"]
    if kind == "json_invalid":
        return _answer(400, "The body is not JSON in UTF-8.", None, None)
    param = _path(where)
    codes = {"missing": MISSING, "too_short": "empty_array"}
    code = codes.get(kind, WRONG_TYPE if kind.endswith(("_type", "_attributes_type")) else WRONG_VALUE)
    return _answer(400, f"{param or 'The body'} is not as expected: {first['msg']}.", param, code)


def _path(where: Sequence[str | int]) -> str | None:
    """Return the name of a field as OpenAI writes it: messages[0].content."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in where]
    return "".join(parts).lstrip(".") or None


def _answer(status: int, message: str, param: str | None, code: str | None) -> JSONResponse:
    readable = message.encode("utf-8", "replace").decode()  # JSON may have carried half a character
    return JSONResponse(openai_error(status, readable, param, code), status)
