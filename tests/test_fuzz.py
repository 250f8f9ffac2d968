"""Whatever a client sends: no file outside the home, nobody called, no failure, no hang, nothing left open.

Made from what the service says of itself: the OpenAPI document, gradio's configuration, its list of routes, the tools
that /mcp lists. A sample by default; `make test-long` sends as much as LONG says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fuzzing import PLAIN, SESSION, Watched, encoded, form, like
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

EXAMPLES, LONG = 60, 1_500  # of each kind of request
ACCEPT = {"accept": "application/json, text/event-stream"}
sizes = pytest.mark.parametrize("examples", [EXAMPLES, pytest.param(LONG, marks=pytest.mark.long)])


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


# --- the test of the test -----------------------------------------------------------------------------------------


def test_what_the_service_opens_and_whom_it_calls_is_seen(tmp_path):
    service = Watched(tmp_path)
    try:
        service.lives()
        service.trespass()
        canary = str(tmp_path / "canary")
        wanted = [("open", canary), ("open", canary), ("os.listdir", str(tmp_path)), ("socket.connect", "('127.0.0.1', 9)")]
        seen: list[tuple[str, str]] = []
        assert service.until(lambda: seen.extend(service.trespasses()) or len(seen) >= len(wanted))
        assert seen == wanted
    finally:
        service.stop()


# --- the JSON routes ----------------------------------------------------------------------------------------------


def operations(service: Watched) -> list[st.SearchStrategy[tuple[str, str, bytes | None]]]:
    """Requests for each operation of the document that takes anything, their parameters and bodies spoiled."""
    found = []
    for path, item in service.document["paths"].items():
        for method, operation in item.items():
            query = {p["name"]: like(p["schema"], service.document) for p in operation.get("parameters", ()) if p["in"] == "query"}
            content = operation.get("requestBody", {}).get("content", {})
            if "{" not in path and not query and not content:
                continue
            body = st.none() | st.just(b"{}") if method != "get" else st.none()
            if content:
                schema = content["application/json"]["schema"]
                body = service.hostile.spoiled(like(schema, service.document)).map(encoded)
            found.append(st.tuples(st.just(method.upper()), service.hostile.address(path, query), body))
    return found


@sizes
def test_no_request_to_a_json_route_opens_breaks_or_stops_anything(service, examples):
    def send(request: tuple[str, str, bytes | None]) -> None:
        service.ask(*request)
        service.lives()

    many(st.one_of(operations(service)), examples, send)


# --- gradio's queue -----------------------------------------------------------------------------------------------


def test_a_file_value_in_any_field_of_any_event_opens_nothing(service):
    secret = {"path": str(service.home.parent / "canary"), "meta": {"_type": "gradio.FileData"}}
    messages = []
    for plain in map(service.message, service.events()):
        event_data = {**plain["event_data"], **secret, "files": [secret], "token": secret}
        for value in (secret, [[{"a": secret}]]):
            messages.append({**plain, "data": [value] * len(plain["data"]), "event_data": event_data})
        messages.append({**plain, "data": secret})
    service.played(messages)
    service.lives()


@sizes
def test_no_message_of_the_queue_opens_breaks_or_stops_anything(service, examples):
    def send(messages: list[Any]) -> None:
        service.played(messages)
        service.lives()

    each = service.hostile.spoiled(st.sampled_from([service.message(event) for event in service.events()]))
    many(st.lists(each, min_size=1, max_size=4), examples, send)


# --- all other routes ---------------------------------------------------------------------------------------------


def requests(service: Watched) -> list[st.SearchStrategy[tuple[str, str, bytes | None]]]:
    """Requests to every route of the application, whoever put it there; the queue has a test of its own."""
    names = {"data": list(PLAIN), "fn_index": 0, "session_hash": SESSION, "event_id": "x", "component_id": 1, "fn_name": "x"}
    body = service.hostile.spoiled(st.just(names)).map(encoded) | service.hostile.texts.map(form)
    found = []
    for route in service.routes:
        address = service.hostile.address(route["path"], dict.fromkeys(route["query"], service.hostile.texts))
        found += [st.tuples(st.just(m), address, st.none() if m in ("GET", "HEAD") else body) for m in route["methods"]]
    return found


@sizes
def test_no_request_to_any_route_opens_breaks_or_stops_anything(service, examples):
    def send(request: tuple[str, str, bytes | None]) -> None:
        is_form = (request[2] or b"").startswith(b"--b\r\n")
        service.ask(*request, **({"content_type": "multipart/form-data; boundary=b"} if is_form else {}))
        service.lives()

    many(st.one_of(requests(service)), examples, send)


# --- the Model Context Protocol -----------------------------------------------------------------------------------


def calls(service: Watched) -> st.SearchStrategy[bytes]:
    """Calls of each tool with any arguments, and messages that are nearly the protocol's."""

    def rpc(method: Any, params: Any) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}

    _, listed = service.ask("POST", "/mcp", encoded(rpc("tools/list", {})), **ACCEPT)
    tools = json.loads(listed)["result"]["tools"]
    plain = [
        like(t["inputSchema"], t["inputSchema"]).map(lambda a, name=t["name"]: rpc("tools/call", {"name": name, "arguments": a}))
        for t in tools
    ]
    return service.hostile.spoiled(st.one_of(plain)).map(encoded) | service.hostile.values.map(encoded)


@sizes
def test_no_message_to_a_tool_opens_breaks_or_stops_anything(service, examples):
    def send(message: bytes) -> None:
        service.ask("POST", "/mcp", message, **ACCEPT)
        service.lives()

    many(calls(service), examples, send)
