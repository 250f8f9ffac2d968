"""What a hostile client sends: values of every kind, and the requests that hold them.

Hostile(names).spoiled(st.just({"question": "Who?", "k": 3}))   # with one part of it, whichever, replaced
Hostile(names).address("/api/files/{id:path}", {})              # with something hostile for the id
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

# JSON that no Python value is written as; `encoded` puts it where its name stands.
RAW = {
    "@huge float@": "1e400",
    "@not a number@": "NaN",
    "@minus infinity@": "-Infinity",
    "@long number@": "9" * 400,
    "@longer number@": "9" * 5_000,
    "@deep list@": "[" * 10_000 + "]" * 10_000,
    "@deep object@": '{"a":' * 9_000 + "1" + "}" * 9_000,
}
NUMBERS = (None, True, 0, -1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**30, 1.5, -0.0, 1e308)
SHAPES = ([], {}, [[]], [None] * 1_000, {"": None}, {"__proto__": {"a": 1}}, [{"a": [{"b": {}}]}])
TEXTS = (
    "", " ", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202eevil", "\ufeff", "\x1b[31m", "\U000e0041",
    "\r\nset-cookie: a=b", "%00", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "' OR 1=1 --", '"*', "${7*7}", "{{7*7}}",
    "<script>alert(1)</script>", "0", "-1", str(2**63), "9" * 30, "9" * 5_000, "1e400", "NaN",
    "2024-13-45", "0000-00-00", "9999-12-31T25:00",
    "---\na: &a [*a]\n---\n", "a" * 300, "x" * 1_000_000, "!?" * 5_000, "\n" * 5_000, "a.md", "con", ".", "..",
)  # fmt: skip
MOST = 5_000  # characters of a text in an address: beyond that it is the server's library that answers
PLAIN = ("Which ship sank near Bergen?", "ferry", "2024-05-17", "Gazette")


def places(secret: Path, pipe: Path, port: int, home: Path) -> tuple[str, ...]:
    """Names of what is not the client's: files, devices, addresses."""
    return (
        "/etc/passwd", "../../../../../../etc/passwd", "file:///etc/passwd", "~/.ssh/id_rsa", "/proc/self/environ",
        "/dev/zero", str(pipe), str(secret), f"file://{secret}", f"{home}/../{secret.name}", str(home / "index/token"),
        f"http://127.0.0.1:{port}/", f"http://localhost:{port}/a.txt", f"//127.0.0.1:{port}/", f"http://[::1]:{port}/",
        "http://169.254.169.254/latest/meta-data", "ftp://127.0.0.1/x", "http://[::1", "data:text/plain,x",
    )  # fmt: skip


def as_file(path: str) -> tuple[Any, ...]:
    """The ways in which gradio's clients name a file."""
    kind = {"meta": {"_type": "gradio.FileData"}}
    whole = {"path": path, "url": path, "orig_name": "a.txt", "size": 1, "mime_type": "text/plain", "is_stream": False}
    return (
        {"path": path, **kind},
        {**whole, **kind},
        {"url": path, **kind},
        {"path": path},
        {"files": [{"path": path}]},
    )


class Hostile:
    """Values of all kinds, those among them that name what is not the client's."""

    def __init__(self, named: tuple[str, ...]) -> None:
        files = [value for path in named for value in as_file(path)]
        known = st.sampled_from((*named, *TEXTS))
        self.texts = known | known | st.text(max_size=20)
        self.files = st.sampled_from(files)
        self.values = (
            self.files
            | self.texts
            | st.sampled_from((*NUMBERS, *SHAPES, *RAW))
            | self.files.map(lambda f: [[{"a": f}]])
        )

    def spoiled(self, value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        """Such a value as drawn, or with one part of it replaced by something hostile."""

        @st.composite
        def drawn(draw: st.DrawFn) -> Any:
            whole = draw(value)
            return put(whole, draw(st.sampled_from(list(parts(whole)))), draw(self.values))

        return value | drawn() | drawn() | drawn()

    def address(self, path: str, query: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[str]:
        """A route's address, its `{parts}` and some of its query filled in."""
        pieces = path.replace(":path}", "}").split("{")

        @st.composite
        def drawn(draw: st.DrawFn) -> str:
            filled = pieces[0]
            for piece in pieces[1:]:
                filled += _quoted(draw(self.texts), draw(st.sampled_from(["", "/"]))) + piece.partition("}")[2]
            asked = draw(st.fixed_dictionaries({}, optional={n: v | self.texts for n, v in query.items()}))
            text = {n: v[:MOST] if isinstance(v, str) else json.dumps(v) for n, v in asked.items()}
            return filled + ("?" + urlencode(text, errors="surrogatepass") if text else "")

        return drawn()


def like(schema: dict[str, Any], document: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values as a JSON schema describes them, as far as ours need it."""
    if reference := schema.get("$ref"):
        found: Any = document
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
        return st.deferred(lambda: like(found, document))
    if choices := schema.get("anyOf") or schema.get("allOf"):
        return st.one_of([like(choice, document) for choice in choices])
    match schema.get("type"):
        case "object":
            wanted = schema.get("required", [])
            fields = {name: like(field, document) for name, field in schema.get("properties", {}).items()}
            given = {name: fields.pop(name) for name in wanted}
            return st.fixed_dictionaries(given, optional=fields)
        case "array":
            return st.lists(like(schema.get("items", {}), document), max_size=2)
        case "integer" | "number":
            return st.integers(schema.get("minimum", 0), schema.get("maximum", 1_000))
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
    return st.sampled_from(PLAIN)


def parts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each part of a value, the whole first."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from parts(part, (*path, key))


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The value with what is at `path` replaced."""
    if not path:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


def encoded(value: Any) -> bytes:
    """JSON, also such as Python would not write."""
    text = json.dumps(value)
    for name, raw in RAW.items():
        text = text.replace(f'"{name}"', raw)
    return text.encode()


def form(name: str, data: bytes = b"A file.") -> bytes:
    """A form with one file; its boundary is `b`."""
    head = f'--b\r\ncontent-disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    return head.encode("utf-8", "surrogatepass") + data + b"\r\n--b--\r\n"


def _quoted(text: str, safe: str) -> str:
    return quote(text[:MOST], safe=safe, errors="surrogatepass")
