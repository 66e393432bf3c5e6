"""The starter book is whole, and shows one of everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookbuild.check import check, list_number_marks
from bookbuild.check.walk import blocks_of, each_inline
from bookbuild.model import blocks, inline
from bookbuild.model.book import each_prose
from bookbuild.model.claim import Measure, Stance
from bookbuild.model.register import FieldType, Layout
from bookbuild.read import copy_starter, read_book


def test_the_starter_book_has_no_findings_wherever_it_is_copied(tmp_path: Path) -> None:
    copy_starter(tmp_path / "new")
    book, found = read_book(tmp_path / "new")
    assert found == []
    assert book is not None
    assert check(book) == []


def test_the_starter_book_shows_one_of_everything(tmp_path: Path) -> None:
    copy_starter(tmp_path)
    book, _ = read_book(tmp_path)
    assert book is not None
    inlines = {type(node) for prose in each_prose(book) for node in each_inline(prose.inlines)}
    kinds = {*inline.Inline.__args__} - {inline.LineBreak, inline.Strong}  # type: ignore[attr-defined]
    assert inlines >= kinds
    shown = {type(block) for _, block in blocks_of(book)}
    assert shown >= {*blocks.Block.__args__} - {blocks.BulletList}  # type: ignore[attr-defined]
    claims = [claim for quantity in book.quantities for claim in quantity.claims]
    assert {quantity.measure for quantity in book.quantities} >= {
        Measure.COUNT,
        Measure.PHYSICAL,
        Measure.DATE,
        Measure.NAME,
    }
    assert any(claim.repeats for claim in claims)
    assert any(claim.slip for claim in claims)
    assert any(claim.scope for claim in claims)
    assert any(claim.stance is Stance.DENIES for claim in claims)
    assert any(quantity.part_of for quantity in book.quantities)
    assert {register.layout for register in book.registers} == set(Layout)
    assert len({field.type for register in book.registers for field in register.fields}) >= len(FieldType) - 1
    assert [text for text, _ in list_number_marks(book)] == ["662"]


def test_copying_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "book.yaml").write_text("mine")
    with pytest.raises(FileExistsError):
        copy_starter(tmp_path)
    assert (tmp_path / "book" / "book.yaml").read_text() == "mine"
