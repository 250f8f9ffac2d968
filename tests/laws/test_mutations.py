"""The tool that looks for what no test notices breaks the code where it says, and only there."""

from __future__ import annotations

import ast

from mutations import mutations
from places import ROOT

SOURCE = '''
def first(rows: list[int | None], limit: int = 9) -> int | None:
    """Return the first row."""
    for row in rows:
        if row is not None and not row < limit:  # ü
            return row
    return None
'''


def changed(source: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for mutation in mutations(source):
        after = mutation.apply(source)
        lines = [b for a, b in zip(source.splitlines(), after.splitlines(), strict=True) if a != b]
        found.setdefault(mutation.kind, []).extend(line.partition("  #")[0].strip() for line in lines)
    return found


def test_every_kind_of_mutation_is_made_where_it_belongs():
    assert changed(SOURCE) == {
        "one more": ["def first(rows: list[int | None], limit: int = 10) -> int | None:"],
        "condition negated": ["if (not (row is not None and (not row < limit))):"],
        "operand dropped": ["if (not row < limit):", "if (row is not None):"],
        "comparison swapped": ["if (row is None) and not row < limit:", "if row is not None and not (row <= limit):"],
        "not removed": ["if row is not None and (row < limit):"],
        "None returned": ["return None"],
    }


def test_a_mutant_is_another_program_that_can_be_read():
    source = (ROOT / "qa" / "answer" / "evidence" / "evidence.py").read_text("utf-8")
    found = mutations(source)
    assert len(found) > 30
    for mutation in found:
        assert ast.dump(ast.parse(mutation.apply(source))) != ast.dump(ast.parse(source))


def test_the_condition_that_keeps_boilerplate_out_is_among_those_that_are_dropped():
    source = (ROOT / "qa" / "answer" / "evidence" / "evidence.py").read_text("utf-8")
    dropped = [m for m in mutations(source) if m.kind == "operand dropped"]
    pairs = [(source.encode()[m.start : m.end].decode(), m.new) for m in dropped]
    assert any("sentence.span." in before and "sentence.span." not in after for before, after in pairs)
