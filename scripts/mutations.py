"""Finds the places in a module where one small change makes another program: a condition turned, a bound moved by one.

Knows sources only; `scripts/mutants.py` tries the changes out.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

SWAPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutation:
    """A stretch of a module's source (in bytes of its UTF-8) and what takes its place."""

    kind: str
    line: int
    start: int
    end: int
    new: str

    def apply(self, source: str) -> str:
        """Return the changed source."""
        raw = source.encode()
        return (raw[: self.start] + self.new.encode() + raw[self.end :]).decode()


def mutations(source: str) -> list[Mutation]:
    """Return every mutation of a module, in the order of its text."""
    tree = ast.parse(source)
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = set()
    for node, kind, new in _changes(tree):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        found.add(Mutation(kind, node.lineno, start, end, new))
    return sorted(found, key=lambda m: (m.start, m.end, m.kind, m.new))


def _changes(tree: ast.Module) -> Iterator[tuple[ast.expr, str, str]]:
    """Yield an expression, the kind of its change, and the new text."""
    for node in _code(tree):
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            yield node.test, "condition negated", f"(not ({ast.unparse(node.test)}))"
        elif isinstance(node, ast.comprehension):
            for test in node.ifs:
                yield test, "condition negated", f"(not ({ast.unparse(test)}))"
        elif isinstance(node, ast.BoolOp):
            for dropped in range(len(node.values)):
                left = _with(node, lambda n, i=dropped: n.values.pop(i))
                inner = left.values[0] if len(left.values) == 1 else left
                yield node, "operand dropped", f"({ast.unparse(inner)})"
        elif isinstance(node, ast.Compare):
            for i in range(len(node.ops)):
                yield node, "comparison swapped", f"({ast.unparse(_with(node, partial(_swap, i=i)))})"
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield node, "not removed", f"({ast.unparse(node.operand)})"
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            yield node, "one more", str(node.value + 1)
        elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
            yield node.value, "None returned", "None"


def _code(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run: no annotations, no text between braces, nothing for type checkers only."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "type_params") or isinstance(tree, ast.JoinedStr):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _for_types(child):
                yield child
                yield from _code(child)


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _with(node: Any, change: Callable[[Any], object]) -> Any:
    changed = copy.deepcopy(node)
    change(changed)
    return changed


def _swap(comparison: ast.Compare, i: int) -> None:
    comparison.ops[i] = SWAPPED[type(comparison.ops[i])]()
