"""Who asks: a guest by a cookie, a user by a session or a token, a program by nothing at all."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from qa.web.middleware import Guard

BASE = "http://127.0.0.1:7860"
TOKEN = "service-token"


def client(**options) -> TestClient:
    """An application that says who asks, behind the guard."""
    app = FastAPI()

    @app.get("/{path:path}")
    def who(request: Request) -> dict[str, str]:
        return {"visitor": request.state.visitor}

    app.add_middleware(Guard, token=TOKEN, **options)
    return TestClient(app, base_url=BASE)


def test_whoever_opens_the_page_is_a_visitor_at_once_and_the_same_one_ever_after():
    with client() as http:
        first = http.get("/")
        visitor = first.json()["visitor"]
        assert re.fullmatch("guest:[0-9a-f]{32}", visitor)
        cookie = next(c for c in first.headers.get_list("set-cookie") if c.startswith("groundwire-visitor-7860="))
        assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"} <= set(cookie.split("; "))
        again = http.get("/")
        assert again.json()["visitor"] == visitor
        assert "groundwire-visitor" not in str(again.headers.get_list("set-cookie"))
        assert http.get("/api/conversations").json()["visitor"] == visitor


def test_two_browsers_are_two_visitors():
    with client() as one, client() as other:
        assert one.get("/").json() != other.get("/").json()


def test_a_program_is_nobody_and_gets_no_cookie():
    with client() as http:
        answer = http.get("/api/health")
        assert answer.json()["visitor"] == ""
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("made_up", ["", "x", "A" * 32, "a" * 33, "user:ana", "' OR 1=1", "0" * 31 + "\u00e9"])
def test_a_malformed_visitor_is_replaced_never_believed(made_up):
    with client() as http:
        header = {"cookie": f"a=b; groundwire-visitor-7860={made_up}".encode()}
        assert http.get("/api/health", headers=header).json()["visitor"] == ""
        assert re.fullmatch("guest:[0-9a-f]{32}", http.get("/", headers=header).json()["visitor"])
