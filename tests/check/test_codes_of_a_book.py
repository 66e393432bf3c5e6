"""Every code: a case that gives it, a line in the authors' README, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cases.tiny_books import CASES, read_case, write_book

import bookbuild.check
import bookbuild.read
from bookbuild.check import check
from bookbuild.check.codes import CODES as CHECKED
from bookbuild.diagnostics import in_order
from bookbuild.read import read_book
from bookbuild.read.codes import CODES as READ

ROOT = Path(__file__).parents[2]
ELSEWHERE = {
    "B001",
    "B020",
    "B021",
    "B022",
    "B023",
    "B024",
    "B025",
    "B027",
    "B028",
    "B029",
    "M038",
    "R032",
    "R034",
    "Y007",
}
"""Shown by tests of their own: their cases are no readable text."""


def findings(root: Path) -> str:
    book, found = read_book(root)
    return "\n".join(str(finding) for finding in in_order([*found, *(check(book) if book else ())]))


@pytest.mark.parametrize("case", sorted(CASES.glob("*.txt")), ids=lambda case: case.stem)
def test_a_mistake_gives_its_message_at_its_place(case: Path, tmp_path: Path) -> None:
    files, expected = read_case(case)
    found = findings(write_book(tmp_path, **files))
    # That a changed chapter no longer cites the source is not what a case is about.
    found = re.sub(r"sources.yaml:1:3: warning\[S003\].*“paper” is never cited\n  hint: .*\n?", "", found)
    assert found.strip() == expected.strip()
    assert f"[{case.stem}]" in expected


def test_the_sound_book_has_no_findings(tmp_path: Path) -> None:
    assert findings(write_book(tmp_path)) == ""


def test_every_code_has_a_case() -> None:
    shown = {case.stem for case in CASES.glob("*.txt")} | ELSEWHERE
    assert shown == {code for code, _ in READ + CHECKED}


def test_every_code_reported_is_in_the_table() -> None:
    for room, codes in ((bookbuild.read, READ), (bookbuild.check, CHECKED)):
        folder = Path(str(room.__file__)).parent
        sources = "".join(path.read_text() for path in folder.rglob("*.py") if path.name not in {"codes.py"})
        reported = set(re.findall(r'"([BFMNRSY]\d{3})"', sources))
        assert reported == {code for code, _ in codes}


def test_the_authors_readme_explains_every_code() -> None:
    readme = (ROOT / "book" / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| ([BFMNRSY]\d{3}) \| (.*) \|$", readme, re.MULTILINE)
    assert lines == sorted(READ + CHECKED)
