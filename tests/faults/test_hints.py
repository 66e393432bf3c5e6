"""Every finding says what to try: the source is read for those that might not.

A finding is made by a call that names its code. Its hint is looked for among the arguments and followed
through assignments of the same function; nowhere may it come out empty.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bookbuild
from bookbuild.check.codes import CODES as CHECKED
from bookbuild.distribute.findings import ADVICE as OF_PREFLIGHT
from bookbuild.distribute.findings import CODES as PREFLIGHT
from bookbuild.distribute.findings import DISTRIBUTION_CODES
from bookbuild.press.advice import ADVICE as OF_THE_PRESS
from bookbuild.read.codes import CODES as READ

SOURCE = Path(bookbuild.__file__).parent
CODE = re.compile(r"[A-Z]\d{3}")

POSITIONS = {
    "Diagnostic": 3,
    "Unfit": 1,
    "_matching": 2,
    "NotationError": 2,
    "InlineProblem": 3,
    "Finding": 3,
    "report": 3,
    "stopped": 3,
    "error": 2,
    "_error": 2,
    "_warning": 2,
    "_note": 3,
    "_say": 3,
}
"""Where the hint stands among the arguments of what makes findings, unless it is named."""

NEVER_EMPTY = {
    "_nearest_claim": "ends with advice",
    "_nearest": "is given what else to say",
    "_nearest_unit": "likewise",
    "_hint_of": "ends with advice",
    "_advice": "ends with advice",
    "_right_digit": "says the digit, or who gives one",
    "_plain": "writes the number out",
    "_date_hint": "ends with advice",
    "_ADVICE.get": "has advice for what it does not know",
    "{'a list': 'begin each item with “- ”'}.get": "likewise",
}
"""Functions that answer with a hint, whatever they are asked."""

HANDED_ON = {
    "error.hint": "a NotationError and an Unfit are made with one",
    "problem.hint": "an InlineProblem is made with one",
    "hint": "the parameter of a function whose own calls are looked at",
}
OF_THEIR_OWN = {
    "_lost_and_added": "says what to put in or to take out",
    "_about": "is of the press, whose advice goes by code",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A call that makes a finding."""

    code: str
    call: ast.Call
    function: ast.AST
    where: str

    @property
    def name(self) -> str:
        return ast.unparse(self.call.func).rpartition(".")[2]

    def hint(self) -> ast.expr | None:
        for keyword in self.call.keywords:
            if keyword.arg == "hint":
                return keyword.value
        position = POSITIONS.get(self.name, len(self.call.args))
        return self.call.args[position] if position < len(self.call.args) else None


def findings_made() -> Iterator[Made]:
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.Module):
                yield from _made_in(function, path.relative_to(SOURCE).as_posix())


def _made_in(function: ast.AST, path: str) -> Iterator[Made]:
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef):
            continue
        waiting.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            if name in {"NotationError", "Unfit"}:
                yield Made("", node, function, f"{path}:{node.lineno}")
            for argument in node.args:
                if isinstance(argument, ast.Constant) and CODE.fullmatch(str(argument.value)):
                    yield Made(str(argument.value), node, function, f"{path}:{node.lineno}")


def may_be_empty(hint: ast.expr | None, function: ast.AST) -> str:
    """Return what of a hint may come out empty, or nothing."""
    match hint:
        case None:
            return "no hint"
        case ast.Constant(value):
            return "" if value else "an empty hint"
        case ast.JoinedStr():
            return ""
        case ast.Call(func):
            return "" if ast.unparse(func) in NEVER_EMPTY else ast.unparse(func)
        case ast.IfExp(_, body, orelse):
            return may_be_empty(body, function) or may_be_empty(orelse, function)
        case ast.BoolOp(ast.Or(), values):
            return may_be_empty(values[-1], function)
        case ast.Name(name) if name.lstrip("_").isupper():
            return ""
        case ast.Name(name) if given := [*_assigned(name, function)]:
            return next(filter(None, (may_be_empty(one, function) for one in given)), "")
    return "" if ast.unparse(hint) in HANDED_ON else ast.unparse(hint)


def _assigned(name: str, function: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id == name:
                    yield node.value
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = zip(target.elts, node.value.elts, strict=True)
                    yield from (value for one, value in pairs if isinstance(one, ast.Name) and one.id == name)


MADE = list(findings_made())


def test_every_finding_says_what_to_try() -> None:
    without = [
        f"{made.where}: {made.code}: {why}"
        for made in MADE
        if made.code not in OF_THE_PRESS and made.code not in OF_PREFLIGHT and made.name not in OF_THEIR_OWN
        if (why := may_be_empty(made.hint(), made.function))
    ]
    assert without == []


def test_the_source_is_read_for_all_findings() -> None:
    """A code that no call was found to make would not be looked at."""
    made = {made.code for made in MADE} | OF_THE_PRESS.keys() | OF_PREFLIGHT.keys()
    known = {*PREFLIGHT, *DISTRIBUTION_CODES, *(code for code, _ in (*CHECKED, *READ))}
    assert known <= made
    assert len(made) > 300


def test_every_code_of_preflight_has_advice() -> None:
    assert OF_PREFLIGHT.keys() == PREFLIGHT.keys()
    assert all({**OF_PREFLIGHT, **OF_THE_PRESS}.values())
