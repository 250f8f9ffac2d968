"""Strings made to cost a regular expression as much as they can: pieces of the pattern itself, over and over.

A pattern is slow where it begins again and again, or takes a repeated piece in many ways, and fails in the end. So
each attack is a piece that some repetition in the pattern takes, with or without what stands before it, many times,
and an end that fits nothing.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import math
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any, NamedTuple

ANYWHERE = {"search", "finditer", "findall", "sub", "subn", "split"}
LONG = 8  # times from which on a repetition counts as one
PLAIN = (
    " ",
    "a",
    "A",
    "1",
    ".",
    ",",
    "-",
    "a ",
    "A ",
    "1 ",
    "A. ",
    "a,",
    "\n",
    "\n ",
    '"',
    "(",
    "[",
    "<",
    "a-",
    "1,",
    "the ",
)
ENDS = ("\x00", " x")  # fits nothing; or ends a word
_CATEGORIES = {
    sre.CATEGORY_DIGIT: "1",
    sre.CATEGORY_NOT_DIGIT: "a",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_NOT_SPACE: "a",
    sre.CATEGORY_WORD: "a",
    sre.CATEGORY_NOT_WORD: ".",
}


def attacks(pattern: str, flags: int = 0) -> list[str]:
    """Pieces to repeat, the most telling ones first."""
    found: dict[str, None] = {}
    for before, body in _repeats(parser.parse(pattern, flags), ""):
        for piece in (body, before + body, f"{before}{body} ", f" {before}{body}", f"{body} ", before):
            if 0 < len(piece) <= 200:
                found[piece] = None
    return list(found) + [piece for piece in PLAIN if piece not in found]


def _sample(node: Any, choice: int) -> str:
    """A string that the parsed pattern takes, more or less."""
    return "".join(_taken(op, value, choice) for op, value in node)


def _taken(op: Any, value: Any, choice: int) -> str:
    if op is sre.LITERAL:
        return chr(value)
    if op is sre.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if op is sre.ANY:
        return "a" if choice == 0 else " "
    if op is sre.IN:
        return _member(value, choice)
    if op is sre.BRANCH:
        branches = value[1]
        return _sample(branches[choice % len(branches)], choice)
    if op is sre.SUBPATTERN:
        return _sample(value[-1], choice)
    if op is sre.ATOMIC_GROUP:
        return _sample(value, choice)
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        least, _, body = value
        return _sample(body, choice) * (least or choice % 2)
    return ""


def _member(members: Any, choice: int) -> str:
    """A character of a class."""
    if members[0][0] is sre.NEGATE:
        taken = re.compile("[" + re.escape("".join(_member([m], 0) for m in members[1:])) + "]")
        likely = "a 1.A,-\n“é" if choice == 0 else " .,1aA-\n“é"
        literal = {chr(v) for o, v in members[1:] if o is sre.LITERAL}
        classes = {v for o, v in members[1:] if o is sre.CATEGORY}
        ranges = [v for o, v in members[1:] if o is sre.RANGE]
        for c in likely:
            inside = c in literal or any(a <= ord(c) <= b for a, b in ranges) or any(_in(c, k) for k in classes)
            if not inside:
                return c
        return "\x00" if not taken.match("\x00") else "¤"
    op, value = members[choice % len(members)]
    if op is sre.RANGE:
        return chr(value[0] if choice < 2 else value[1])
    return _CATEGORIES.get(value, "a") if op is sre.CATEGORY else chr(value)


def _in(c: str, category: Any) -> bool:
    kinds = {
        sre.CATEGORY_DIGIT: c.isdigit(),
        sre.CATEGORY_NOT_DIGIT: not c.isdigit(),
        sre.CATEGORY_SPACE: c.isspace(),
        sre.CATEGORY_NOT_SPACE: not c.isspace(),
        sre.CATEGORY_WORD: c.isalnum() or c == "_",
        sre.CATEGORY_NOT_WORD: not (c.isalnum() or c == "_"),
    }
    return kinds.get(category, False)


def _repeats(node: Any, before: str) -> Iterator[tuple[str, str]]:
    """Each long repetition with what can stand before it."""
    for op, value in node:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            _, most, body = value
            if most is sre.MAXREPEAT or most >= LONG:
                for choice in range(4):
                    yield before, _sample(body, choice)
            yield from _repeats(body, before)
        elif op is sre.BRANCH:
            for branch in value[1]:
                yield from _repeats(branch, before)
        elif op is sre.SUBPATTERN:
            yield from _repeats(value[-1], before)
        elif op is sre.ATOMIC_GROUP:
            yield from _repeats(value, before)
        elif op in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _repeats(value[1], before)
            continue
        before += _taken(op, value, 1)


class Used(NamedTuple):
    """A pattern, and whether it is looked for everywhere or only where a text begins."""

    pattern: re.Pattern[Any]
    anywhere: bool


def patterns_of(package: ModuleType) -> dict[str, Used]:
    """Every pattern of a package: those that its modules hold, and those that stand in a call of `re`."""
    found: dict[str, Used] = {}
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        source = inspect.getsource(module)
        for name, value in vars(module).items():
            calls = set(re.findall(rf"\b{name}\.(\w+)\(", source))
            anywhere = not calls or bool(calls & ANYWHERE)
            for i, pattern in enumerate(_held(value)):
                found.setdefault(f"{info.name}.{name}[{i}]", Used(pattern, anywhere))
        for i, (call, pattern) in enumerate(_inline(source)):
            found[f"{info.name}:inline[{i}]"] = Used(pattern, call in ANYWHERE)
    return {name: used for name, used in found.items() if used.pattern.pattern}


def _held(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | set | frozenset):
        for item in value:
            yield from _held(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _held(item)


def _inline(source: str) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Patterns that are written where they are used, when they are plain strings, and how they are used."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        owner, first, call = node.func.value, node.args[0], node.func.attr
        of_re = isinstance(owner, ast.Name) and owner.id == "re" and call in {*ANYWHERE, "match", "fullmatch"}
        if of_re and isinstance(first, ast.Constant) and isinstance(first.value, str | bytes):
            yield call, re.compile(first.value)


PROPORTIONAL = 3  # times as long for twice as much: the square takes four
NOISE = 0.02  # seconds below which nothing is compared


def is_linear(work: Callable[[str], object], piece: str, times: int) -> bool:
    """Return True if a piece repeated costs in proportion to how often it is; `times` are the most repetitions."""
    return growth(work, lambda size: piece * size, times // 4, NOISE) < PROPORTIONAL


def cost(work: Callable[[Any], object], subject: Any, times: int = 1) -> float:
    """Seconds of this thread's own processor time, the least of some tries."""
    best = float("inf")
    for _ in range(times):
        begun = time.thread_time()
        work(subject)
        best = min(best, time.thread_time() - begun)
    return best


def growth(work: Callable[[str], object], make: Callable[[int], str], size: int, floor: float) -> float:
    """How many times as long twice as much takes; 0 where four times `size` takes less than `floor` seconds."""
    few = cost(work, make(size))
    if few * 64 < floor:
        return 0.0
    many = cost(work, make(4 * size))
    if many > 6 * few:  # noise, or the square: look again
        few, many = cost(work, make(size), 3), min(many, cost(work, make(4 * size), 2))
    return math.sqrt(many / few) if many >= floor else 0.0
