"""The login page: one small form in the looks of the page, without a script."""

from __future__ import annotations

from html import escape

_STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf6; --sheet: #ffffff; --ink: #1c1b19; --soft: #5d5850; --rule: #d9d4c8;
  --edge: #8a8478; --accent: #1d4f73; --accent-ink: #ffffff; --bad: #9b2417; }
@media (prefers-color-scheme: dark) { :root { --paper: #151514; --sheet: #1d1d1b; --ink: #ebe8e1; --soft: #aaa498;
  --rule: #3b3933; --edge: #7d786d; --accent: #8fc1e3; --accent-ink: #10202c; --bad: #f0998d; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 12vh 16px 32px; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', sans-serif; }
main { max-width: 360px; margin: 0 auto; }
header { border-bottom: 3px double var(--rule); padding-bottom: 8px; margin-bottom: 24px; }
h1, header p { margin: 0;
  font-family: Charter, 'Bitstream Charter', 'Iowan Old Style', Georgia, 'Liberation Serif', serif; }
h1 { font-size: 28px; line-height: 1.1; letter-spacing: -.01em; }
header p { font-style: italic; font-size: 15px; color: var(--soft); }
label { display: block; font-weight: 600; font-size: 14px; margin: 16px 0 4px; }
input { width: 100%; height: 44px; padding: 0 12px; font: inherit; color: inherit; background: var(--sheet);
  border: 1px solid var(--edge); border-radius: 4px; }
button { width: 100%; height: 44px; margin-top: 24px; font: inherit; font-weight: 600; color: var(--accent-ink);
  background: var(--accent); border: 0; border-radius: 4px; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
[role=alert] { color: var(--bad); border-left: 3px solid var(--bad); padding-left: 12px; margin: 0; }
"""


def login_page(next: str, name: str = "", problem: str = "") -> str:
    """The page as HTML. `next` is where a login leads to, `problem` what went wrong with the last one."""
    alert = f'<p role="alert" id="problem">{escape(problem)}</p>' if problem else ""
    described = ' aria-describedby="problem"' if problem else ""
    to_name, to_password = ("", " autofocus") if name else (" autofocus", "")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in – Groundwire</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<header><h1>Groundwire</h1><p>Answers in the articles’ own words</p></header>
{alert}
<form method="post" action="/login">
<input type="hidden" name="next" value="{escape(next)}">
<label for="name">Name</label>
<input id="name" name="name" value="{escape(name)}" autocomplete="username" autocapitalize="none" required{to_name}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required{to_password}{described}>
<button>Log in</button>
</form>
</main>
</body>
</html>
"""
