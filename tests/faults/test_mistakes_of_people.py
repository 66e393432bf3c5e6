"""Sections 6.1 to 6.3 of the fault list: every slip is told at its place, with advice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.conftest import silent
from tests.faults.slips import Slip, slips

from bookbuild.build import manuscript
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import Severity

SLIPS = slips()


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.fault} {slip.name}")
def test_a_slip_is_told_at_its_place(slip: Slip, starter: Project, tmp_path: Path) -> None:
    root = tmp_path / "book"
    shutil.copytree(starter.root, root)
    slip.make(root)

    findings = manuscript.check_book(Project(root), ("all",), Settings(), silent)

    told = [finding for finding in findings if slip.is_told(finding, root)]
    assert told, "\n".join(map(str, findings)) or "nothing was said"
    assert told[0].hint, told[0]


def test_no_slip_passes_for_sound() -> None:
    """Warnings are for what can be printed as it stands: everything else stops the build."""
    warned = {slip.fault for slip in SLIPS if slip.says.startswith(Severity.WARNING.value)}
    assert warned == {"F9", "F31", "F55", "F56", "F57", "F58", "F61"}
