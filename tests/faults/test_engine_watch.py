"""The defects that our mends and guards are for are those of the pinned engine; see ``engine_defects``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.faults.engine_defects import CASES, DEFECTS, SLOW

ROOT = Path(__file__).parents[2]
LOOK = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.faults.engine_defects import DEFECTS, SLOW, is_there
print(*(one.name for one in DEFECTS if one.name not in SLOW and is_there(one)))
"""


def test_the_pinned_engine_has_the_defects_that_we_guard_against() -> None:
    """In a process of their own, where nothing is mended. What is slow is left to the watch."""
    command = [sys.executable, "-c", LOOK, str(ROOT)]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert found == [defect.name for defect in DEFECTS if defect.name not in SLOW]


def test_every_defect_is_written_up_for_its_makers() -> None:
    names = {defect.name for defect in DEFECTS}
    assert {path.stem for path in CASES.glob("*.md")} == names
    assert {path.stem for path in CASES.glob("*.html")} == names - {"dotted-capital"}  # pyphen takes no HTML
