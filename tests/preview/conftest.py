"""A small book to edit, and a cache that is filled once for all tests of the preview."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bookbuild.build import manuscript
from bookbuild.config import Project, Settings


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A new book, as ``bookbuild new`` makes it."""
    manuscript.new_book(tmp_path / "book")
    return Project(tmp_path / "book")


@pytest.fixture
def settings(cache: Path) -> Settings:
    return Settings(jobs=2, cache=cache)


@pytest.fixture
def edit(project: Project) -> Callable[[str, str, str], None]:
    """Replace words in a file of the book; the words must be there once."""

    def replace(path: str, old: str, new: str) -> None:
        file = project.root / path
        text = file.read_text("utf-8")
        assert text.count(old) == 1, f"{path} has {old!r} {text.count(old)} times"
        file.write_text(text.replace(old, new), "utf-8")

    return replace
