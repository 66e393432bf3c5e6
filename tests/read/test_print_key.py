"""``print:`` of book.yaml: what is agreed with the printer."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bookbuild.model.book import Inks, PrintSpec, SpineText
from bookbuild.read import copy_starter, read_book


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    copy_starter(tmp_path / "book-1")
    return tmp_path / "book-1"


def with_line(root: Path, line: str) -> Path:
    file = root / "book" / "book.yaml"
    file.write_text(f"{file.read_text('utf-8')}\n{line}\n", encoding="utf-8")
    return root


def test_without_it_there_are_usual_values(starter: Path) -> None:
    book, _ = read_book(starter)
    assert book is not None
    assert book.printing == PrintSpec()


def test_every_key_is_read(starter: Path) -> None:
    line = (
        "print: {paper: cream-80, board: 0.25 mm, icc: p.icc, condition: FOGRA51, inks: four, "
        "ink-limit: 280 %, bleed: 5 mm, page-multiple: 16, flaps: 8 cm, spine-text: up, barcode: 90 %}"
    )
    book, findings = read_book(with_line(starter, line))
    assert findings == []
    assert book is not None
    assert book.printing == PrintSpec(
        paper="cream-80",
        board="0.25 mm",
        icc="p.icc",
        condition="FOGRA51",
        inks=Inks.FOUR,
        ink_limit_percent=Decimal(280),
        bleed_mm=Decimal(5),
        page_multiple=16,
        flap_mm=Decimal(80),
        spine_text=SpineText.UP,
        barcode_percent=Decimal(90),
    )


@pytest.mark.parametrize(
    ("key", "code", "says"),
    [
        ("page-multiple: 7", "B005", "“7” is no number of pages that paper folds to"),
        ("flaps: 900 mm", "B005", "a flap of 900 mm"),
        ("ink-limit: 900 %", "B009", "not a percentage from 100 to 400"),
        ("barcode: 50 %", "B009", "not a percentage from 80 to 200"),
        ("inks: red", "Y013", "“red” cannot be the “inks”"),
        ("spine: up", "Y010", "unknown key “spine”"),
    ],
)
def test_mistakes_are_reported_at_their_place(starter: Path, key: str, code: str, says: str) -> None:
    _, findings = read_book(with_line(starter, f"print: {{{key}}}"))
    found = [one for one in findings if one.code == code]
    assert any(says in one.message and one.place.path == "book/book.yaml" for one in found)
