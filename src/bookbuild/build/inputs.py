"""The files that a book is made from, and whether one of them changed while it was built."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from os import stat_result
from pathlib import Path

from bookbuild.config import Project
from bookbuild.diagnostics import EnvironmentFailure


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
