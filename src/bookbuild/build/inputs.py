"""The files that a book is made from, and whether one of them changed while it was built."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from os import stat_result
from pathlib import Path

from bookbuild.config import Project
from bookbuild.diagnostics import Diagnostic, EnvironmentFailure
from bookbuild.model.place import Place
from bookbuild.read import is_plain_name, unplain_name

_MOST_BYTES = {".po": 16_000_000, ".css": 1_000_000, ".toml": 100_000, "": 64_000_000}
"""Of a catalog, a style sheet, a locale's own facts, anything else: ``book/`` has limits of its own."""


@contextmanager
def unchanged(project: Project) -> Iterator[None]:
    """Insist that no input changes while the block runs: pages must not mix two states of a book.

    Raises:
        EnvironmentFailure: a file was changed, added or removed.
    """
    before = _states(project)
    yield
    after = _states(project)
    changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        name = changed[0].relative_to(project.root)
        raise EnvironmentFailure(f"{name}{more}: changed while building; nothing was written, build again")


def strangers(project: Project) -> list[Diagnostic]:
    """Return what of ``locales/`` and ``styles/`` may not be read; ``read`` sees to ``book/`` itself.

    B020: it leads out of the book's folder. B021: a pipe, a device, a link to nothing. B022: too large.
    B029: its name cannot be shown.
    """
    root = os.path.realpath(project.root)
    return [
        found
        for folder in (project.root / "locales", project.styles)
        for path in (folder, *sorted(folder.rglob("*")))
        if not path.name.startswith(".")
        for found in _strange(path, path.relative_to(project.root).as_posix(), root)
    ]


def _strange(path: Path, shown: str, root: str) -> Iterator[Diagnostic]:
    if not os.path.lexists(path):
        return
    if not is_plain_name(shown):
        yield unplain_name(shown.partition("/")[0], shown)
        return
    for code, message, hint in _unreadable(path, root):
        yield Diagnostic(code, message, Place(shown), hint=hint)


def _unreadable(path: Path, root: str) -> Iterator[tuple[str, str, str]]:
    if not Path(os.path.realpath(path)).is_relative_to(root):
        yield "B020", f"“{path.name}” leads out of the book's folder", "copy the file into the book's folder"
    elif not path.is_file() and not path.is_dir():
        yield "B021", "is not a regular file", "put a file there"
    elif path.is_file():
        most = _MOST_BYTES.get(path.suffix, _MOST_BYTES[""])
        if path.stat().st_size > most:
            yield "B022", f"is larger than {most / 1_000_000:g} MB", "split it, or take out what nobody needs"


def _states(project: Project) -> dict[Path, tuple[int, int, int]]:
    """Return size, time of change and number of each file; hidden ones and backups are editors' own."""
    folders = (project.book, project.root / "locales", project.styles)
    return {
        path: _state(found)
        for folder in folders
        for path in folder.rglob("*")
        if not path.name.startswith(".") and not path.name.endswith("~") and (found := _stat(path))
    }


def _state(found: stat_result) -> tuple[int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ino


def _stat(path: Path) -> stat_result | None:
    try:
        return path.stat() if path.is_file() else None
    except OSError:
        return None
