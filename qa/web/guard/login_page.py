"""The login page, as HTML."""

from __future__ import annotations

from qa.web.page.markup import render


def login_page(next: str, name: str = "", problem: str = "") -> str:
    """Return the page. `next` is where a login leads to, `problem` what went wrong with the last one."""
    return render("login.html", next=next, name=name, problem=problem)
