"""The examples in the docstrings of the room are true."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

from bookbuild import translate

MODULES = [
    path.stem
    for path in sorted(Path(translate.__file__).parent.glob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"bookbuild.translate.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
