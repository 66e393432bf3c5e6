"""Sources and templates to the template of the labels: ``python -m bookbuild.translate.scan``.

Finds every English word that code gives to ``label``, ``plural`` or a function that passes it on, also
through a variable, a condition or a table of the module, and every ``label("…")`` of a template.
Rewrites ``labels/labels.pot`` and brings every ``labels/<lang>.po`` up to it.
"""

from __future__ import annotations

import ast
import dataclasses
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bookbuild.model.catalog import Catalog, Message, Template
from bookbuild.model.prose import MessageKey
from bookbuild.translate.labels import LABELS
from bookbuild.translate.po import read_catalog, write_catalog
from bookbuild.translate.update import update_catalog

PACKAGE = Path(__file__).parent.parent
_IN_TEMPLATE = re.compile(r"""\b(label|plural)\(\s*(["'])(.*?)\2(?:\s*,\s*(["'])(.*?)\4)?""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Found:
    """Labels that the sources ask for."""

    labels: Mapping[str, str]
    """msgid → msgid_plural, empty for most; in the order of files and lines."""
    unresolved: tuple[str, ...]
    """``file:line`` of calls whose word could not be found out."""


def scan(package: Path = PACKAGE) -> Found:
    """Find the labels of a package."""
    modules = {
        path.relative_to(package).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(package.rglob("*.py"))
        if "translate" not in path.relative_to(package).parts
    }
    passing = _passing_functions(modules.values())
    labels: dict[str, str] = {}
    unresolved: list[str] = []
    for name, tree in modules.items():
        for call, scope in _calls(tree):
            position = passing.get(_name_of(call))
            if position is None or len(call.args) <= position:
                continue
            plural = ""
            if _name_of(call) == "plural" and len(call.args) > 1:
                plural = next(_resolve(call.args[1], scope, tree), "")
            if _is_parameter(call.args[position], scope):
                continue
            words = [word for word in _resolve(call.args[position], scope, tree) if word]
            if not words:
                unresolved.append(f"{name}:{call.lineno}")
            for word in words:
                labels[word] = labels.get(word) or plural
    for path in sorted(package.rglob("*.j2")):
        for match in _IN_TEMPLATE.finditer(path.read_text(encoding="utf-8")):
            labels.setdefault(match[3], match[5] or "" if match[1] == "plural" else "")
    return Found(labels, tuple(unresolved))


def _passing_functions(trees: Iterable[ast.Module]) -> dict[str, int]:
    """Functions that take a label and where: ``label``, ``plural``, and those that hand a parameter on."""
    passing = {"label": 0, "plural": 0}
    calls = [pair for tree in trees for pair in _calls(tree)]
    while True:
        before = len(passing)
        for call, scope in calls:
            position = passing.get(_name_of(call))
            if position is None or len(call.args) <= position or scope is None:
                continue
            argument = call.args[position]
            if isinstance(argument, ast.Name) and _is_parameter(argument, scope):
                names = [arg.arg for arg in scope.args.args if arg.arg != "self"]
                if argument.id in names:
                    passing.setdefault(scope.name, names.index(argument.id))
        if len(passing) == before:
            return passing


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, ast.FunctionDef | None]]:
    """Every call with the innermost function that it stands in."""

    def walk(
        node: ast.AST, scope: ast.FunctionDef | None
    ) -> Iterator[tuple[ast.Call, ast.FunctionDef | None]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                yield child, scope
            yield from walk(child, child if isinstance(child, ast.FunctionDef) else scope)

    return walk(tree, None)


def _name_of(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _is_parameter(node: ast.expr, scope: ast.FunctionDef | None) -> bool:
    return (
        isinstance(node, ast.Name)
        and scope is not None
        and node.id in {arg.arg for arg in (*scope.args.args, *scope.args.kwonlyargs)}
    )


def _resolve(node: ast.expr, scope: ast.FunctionDef | None, tree: ast.Module) -> Iterator[str]:
    """Every text that an expression can be, as far as the module tells."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from _resolve(node.body, scope, tree)
            yield from _resolve(node.orelse, scope, tree)
        case ast.Subscript():
            yield from _values(node.value, scope, tree)
        case ast.Call(func=ast.Attribute(value=table, attr="get")):
            yield from _values(table, scope, tree)
        case ast.Name():
            for value in _bound(node.id, scope, tree):
                yield from value
        case _:
            return


def _bound(name: str, scope: ast.FunctionDef | None, tree: ast.Module) -> Iterator[Iterator[str]]:
    """What a name of a function, or of the module, is set to."""
    for owner in (scope, tree):
        if owner is None:
            continue
        for node in ast.walk(owner):
            match node:
                case ast.Assign(targets=[ast.Name(id=target)]) if target == name:
                    yield _resolve(node.value, scope, tree)
                case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if target == name:
                    yield _resolve(value, scope, tree)
                case ast.For() | ast.comprehension() if name in _names(node.target):
                    yield _items(node, name, scope, tree)
                case _:
                    pass


def _names(target: ast.expr) -> list[str]:
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    return [part.id if isinstance(part, ast.Name) else "" for part in parts]


def _items(
    loop: ast.For | ast.comprehension, name: str, scope: ast.FunctionDef | None, tree: ast.Module
) -> Iterator[str]:
    """What a loop's variable can be, over a table of the module or a display."""
    source, position = loop.iter, _names(loop.target).index(name)
    if isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute):
        source = source.func.value
    for table in _tables(source, scope, tree):
        if isinstance(table, ast.Dict):
            yield from _texts(table.values if position else [key for key in table.keys if key])
        else:
            for item in table.elts:
                part = (
                    item.elts[position] if isinstance(item, ast.Tuple) and len(item.elts) > position else item
                )
                yield from _resolve(part, scope, tree)


def _values(node: ast.expr, scope: ast.FunctionDef | None, tree: ast.Module) -> Iterator[str]:
    for table in _tables(node, scope, tree):
        yield from _texts(table.values if isinstance(table, ast.Dict) else table.elts)


def _texts(nodes: Sequence[ast.expr]) -> Iterator[str]:
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


def _tables(
    node: ast.expr, scope: ast.FunctionDef | None, tree: ast.Module
) -> Iterator[ast.Dict | ast.Tuple | ast.List]:
    if isinstance(node, ast.Dict | ast.Tuple | ast.List):
        yield node
    elif isinstance(node, ast.Name):
        for owner in (scope, tree):
            for child in ast.walk(owner) if owner else ():
                match child:
                    case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == node.id:
                        if isinstance(value, ast.Dict | ast.Tuple | ast.List):
                            yield value
                    case ast.AnnAssign(target=ast.Name(id=target), value=value) if target == node.id:
                        if isinstance(value, ast.Dict | ast.Tuple | ast.List):
                            yield value
                    case _:
                        pass


def labels_template(found: Found, date: str) -> Template:
    """Return the template of the labels, in alphabetical order so that moving code changes nothing."""
    messages = tuple(
        Message(MessageKey("", word), ("", "") if plural else ("",), plural)
        for word, plural in sorted(found.labels.items())
    )
    return Template("bookbuild", "en", date, messages)


def main() -> int:
    """Bring the label catalogs up to the sources; say what every language lacks."""
    found = scan()
    for place in found.unresolved:
        print(f"{place}: cannot tell which label this asks for", file=sys.stderr)
    pot = LABELS / "labels.pot"
    old, findings = read_catalog(pot, pot.name)
    if old is None:
        print(*findings, sep="\n", file=sys.stderr)
        return 1
    template = labels_template(found, old.field_named("POT-Creation-Date")[:10])
    pot.write_text(write_catalog(dataclasses.replace(old, messages=template.messages)), encoding="utf-8")
    for path in sorted(LABELS.glob("*.po")):
        catalog, findings = read_catalog(path, path.name)
        if catalog is None:
            print(*findings, sep="\n", file=sys.stderr)
            return 1
        updated, _ = update_catalog(catalog, template)
        path.write_text(write_catalog(updated), encoding="utf-8")
        print(f"{path.name}: {_lacking(updated)} of {len(template.messages)} to be translated")
    return 1 if found.unresolved else 0


def _lacking(catalog: Catalog) -> int:
    return sum(not message.translated for message in catalog.messages if not message.obsolete)


if __name__ == "__main__":
    raise SystemExit(main())
