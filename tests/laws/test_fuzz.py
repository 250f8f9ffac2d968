"""Whatever a client sends: no file outside the home, nobody called, no failure, no hang, nothing left open.

Made from what the service says of itself: the OpenAPI document, gradio's configuration, the list of routes, the tools
that /mcp lists. A sample by default; `make test-long` sends more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fuzz_service import SESSION, Watched
from fuzz_values import PLAIN, encoded, form, like
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

EXAMPLES, LONG = 3, 60  # of each request: for every operation, event, route and tool
AT_ONCE = 12  # routes of one example: Hypothesis bounds how much an example may hold
ACCEPT = {"accept": "application/json, text/event-stream"}
Request = tuple[str, str, bytes | None]
sizes = pytest.mark.parametrize(
    "examples", [EXAMPLES, pytest.param(LONG, marks=[pytest.mark.long, pytest.mark.timeout(1_800)])]
)


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator[Watched]:
    service = Watched(tmp_path_factory.mktemp("fuzz"))
    yield service
    service.stop()


def many(requests: st.SearchStrategy[Any], examples: int, send: Callable[[Any], None]) -> None:
    """Send what is drawn. Not made smaller: a service that failed once may not be the same again."""

    @settings(max_examples=examples, phases=[Phase.generate], database=None)
    @given(requests)
    def sending(request: Any) -> None:
        send(request)

    sending()


def swept(service: Watched, requests: list[st.SearchStrategy[Request]], examples: int) -> None:
    """Send so many of each of these requests; the service lives after each."""

    def send(drawn: tuple[Request, ...]) -> None:
        for request in drawn:
            is_form = (request[2] or b"").startswith(b"--b\r\n")
            service.ask(*request, **({"content_type": "multipart/form-data; boundary=b"} if is_form else {}))
            service.lives()

    for n in range(0, len(requests), AT_ONCE):
        many(st.tuples(*requests[n : n + AT_ONCE]), examples, send)


# --- the test of the test -----------------------------------------------------------------------------------------


def test_what_the_service_opens_and_whom_it_calls_is_seen(service):
    canary = service.canary
    wanted = [
        ("open", str(canary)), ("open", str(canary)), ("os.listdir", str(canary.parent)),
        ("socket.connect", "('127.0.0.1', 9)"),
    ]  # fmt: skip
    service.lives()
    service.trespass()
    seen: list[tuple[str, str]] = []
    assert service.until(lambda: seen.extend(service.trespasses()) or len(seen) >= len(wanted))
    assert seen == wanted
    service.lives()


# --- the JSON routes ----------------------------------------------------------------------------------------------


def operations(service: Watched) -> list[st.SearchStrategy[Request]]:
    """Requests for each operation of the document that takes anything, their parameters and bodies spoiled."""
    document, hostile, found = service.document, service.hostile, []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            query = {p["name"]: p["schema"] for p in operation.get("parameters", ()) if p["in"] == "query"}
            content = operation.get("requestBody", {}).get("content", {})
            if "{" in path or query or content:
                address = hostile.address(path, {name: like(schema, document) for name, schema in query.items()})
                body: st.SearchStrategy[bytes | None] = st.none()
                if content:
                    schema = content["application/json"]["schema"]
                    body = hostile.spoiled(like(schema, document)).map(encoded)
                found.append(st.tuples(st.just(method.upper()), address, body))
    return found


@sizes
def test_no_request_to_a_json_route_opens_breaks_or_stops_anything(service, examples):
    swept(service, operations(service), 4 * examples)


# --- gradio's queue -----------------------------------------------------------------------------------------------


def test_a_file_value_in_any_field_of_any_event_is_refused_and_opens_nothing(service):
    secret = {"path": str(service.canary), "meta": {"_type": "gradio.FileData"}}
    messages = []
    for plain in map(service.message, service.events()):
        event_data = {**plain["event_data"], **secret, "files": [secret], "token": secret}
        for value in (secret, [[{"a": secret}]]):
            messages.append({**plain, "data": [value] * len(plain["data"]), "event_data": event_data})
        messages.append({**plain, "data": secret})
    assert set(service.played(messages)) == {403}
    service.lives()


@sizes
def test_no_message_of_the_queue_opens_breaks_or_stops_anything(service, examples):
    def send(messages: tuple[Any, ...]) -> None:
        service.played(messages)
        service.lives()

    each = [service.hostile.spoiled(st.just(service.message(event))) for event in service.events()]
    many(st.tuples(*each), examples, send)


@pytest.mark.parametrize("id", [b"NaN", b"1e400", b"-Infinity", b'"\\ud800"', b"[" * 500 + b"]" * 500], ids=ascii)
def test_a_malformed_message_of_the_page_is_refused_and_not_sent_back(service, id):
    message = b'{"session_hash": 7, "fn_index": 0, "event_id": %s}' % id
    assert service.ask("POST", "/gradio_api/cancel", message)[0] == 400


# --- all routes, whoever put them there ---------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["static", "assets", "favicon.ico"])
def test_a_name_longer_than_any_file_has_is_not_found(service, folder):
    assert service.ask("GET", f"/{folder}/{'a' * 300}")[0] == 404


def requests(service: Watched) -> list[st.SearchStrategy[Request]]:
    """Requests to every route of the application."""
    names = {
        "data": list(PLAIN), "fn_index": 0, "session_hash": SESSION, "event_id": "x", "component_id": 1, "fn_name": "x",
    }  # fmt: skip
    body = service.hostile.spoiled(st.just(names)).map(encoded) | service.hostile.texts.map(form)
    found = []
    for route in service.routes:
        address = service.hostile.address(route["path"], dict.fromkeys(route["query"], service.hostile.texts))
        found += [st.tuples(st.just(m), address, st.none() if m in ("GET", "HEAD") else body) for m in route["methods"]]
    return found


@sizes
def test_no_request_to_any_route_opens_breaks_or_stops_anything(service, examples):
    swept(service, requests(service), examples)


# --- the Model Context Protocol -----------------------------------------------------------------------------------


def calls(service: Watched) -> list[st.SearchStrategy[Any]]:
    """Calls of each tool with any arguments."""

    def rpc(method: str, params: Any) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}

    _, listed = service.ask("POST", "/mcp", encoded(rpc("tools/list", {})), **ACCEPT)
    return [
        like(tool["inputSchema"], tool["inputSchema"]).map(
            lambda arguments, name=tool["name"]: rpc("tools/call", {"name": name, "arguments": arguments})
        )
        for tool in json.loads(listed)["result"]["tools"]
    ]


@sizes
def test_no_message_to_a_tool_opens_breaks_or_stops_anything(service, examples):
    def send(messages: tuple[Any, ...]) -> None:
        for message in messages:
            service.ask("POST", "/mcp", encoded(message), **ACCEPT)
            service.lives()

    many(st.tuples(*map(service.hostile.spoiled, calls(service)), service.hostile.values), 5 * examples, send)


# --- afterwards ---------------------------------------------------------------------------------------------------


@sizes
def test_nothing_is_left_open_by_all_that(service, examples):
    """The last of this module, whichever of the others ran: what is open was so before the first request."""
    assert service.until(lambda: not service.left_open()), service.left_open()
