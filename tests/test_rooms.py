"""The drawing in the package docstring, checked."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import bookbuild

PACKAGE = Path(bookbuild.__file__).parent

MIDDLE_ROW = ("read", "check", "translate", "figures", "apparatus", "render", "press", "distribute")

MAY_IMPORT: dict[str, set[str]] = {
    "model": {"model"},
    "diagnostics": {"model"},
    **{room: {room, "model", "diagnostics"} for room in MIDDLE_ROW},
    "config": {"model"},
    "build": {"build", *MIDDLE_ROW, "model", "diagnostics", "config"},
    "preview": {"preview", "build", "model", "diagnostics", "config"},
    "cli": {"build", "preview", "model", "diagnostics", "config"},
}

HOME_OF_LIBRARY = {
    "markdown_it": {"read"},
    "mdit_py_plugins": {"read"},
    "yaml": {"read"},
    "pydantic": {"read"},
    "babel": {"translate"},
    "citeproc": {"apparatus"},
    "jinja2": {"render"},
    "weasyprint": {"press"},
    "pikepdf": {"press", "distribute"},
    "click": {"cli"},
    "watchfiles": {"preview"},
    "pypdfium2": {"preview"},
    "distributed": {"build"},
}


def imports_of(path: Path) -> set[str]:
    """Return the full names of all modules that a file imports, wherever the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides which room is meant"
            names.add(node.module or "")
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


MODULES = sorted(path for path in PACKAGE.rglob("*.py") if room_of(path) not in {"__init__", "__main__"})


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_what_the_drawing_allows(path: Path) -> None:
    rooms = {name.split(".")[1] for name in imports_of(path) if name.startswith("bookbuild.")}
    rooms -= {"__version__"}

    assert rooms <= MAY_IMPORT[room_of(path)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_outside_library_has_one_home(path: Path) -> None:
    outside = {name.split(".")[0] for name in imports_of(path)}

    for library, homes in HOME_OF_LIBRARY.items():
        if library in outside:
            assert room_of(path) in homes, f"{library} belongs in {', '.join(sorted(homes))}"


def test_the_model_needs_nothing_but_the_standard_library() -> None:
    for path in MODULES:
        if room_of(path) in {"model", "diagnostics"}:
            outside = {name.split(".")[0] for name in imports_of(path)} - {"bookbuild"}
            assert outside <= sys.stdlib_module_names, path


def test_the_docstring_draws_every_room() -> None:
    assert bookbuild.__doc__ is not None
    for room in MIDDLE_ROW:
        assert (PACKAGE / room / "__init__.py").is_file()
        assert f" {room} " in bookbuild.__doc__.replace("\n", " ")
