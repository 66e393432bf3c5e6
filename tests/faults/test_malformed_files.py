"""Files broken in every way we could think of: each is told at its file, with advice; none is a crash.

The long form, over many seeds, is ``./task fuzz files``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.conftest import silent
from tests.faults.malformed import install, malformed

from bookbuild.build import manuscript
from bookbuild.config import Project, Settings

SHARES = 4
"""The files are told apart by their place in the list, so that workers share them."""


@pytest.mark.parametrize("share", range(SHARES))
def test_a_malformed_file_is_told_with_line_and_advice(share: int, starter: Project, tmp_path: Path) -> None:
    made = list(malformed(starter.root, seed=11))[share::SHARES]
    assert len(made) > 30

    for number, broken in enumerate(made):
        root = tmp_path / str(number)
        shutil.copytree(starter.root, root)
        install(broken, root)

        findings = manuscript.check_book(Project(root), ("all",), Settings(), silent)

        told = [one for one in findings if one.place.path == broken.named]
        assert told, (broken.name, list(map(str, findings)))
        assert all(one.place.line for one in told), broken.name
        assert any(one.hint for one in told), (broken.name, list(map(str, told)))
