"""What is kept is exactly what was laid out, or nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image
from press_books import STYLE

from bookbuild.model.page import PageFormat
from bookbuild.press import sheets
from bookbuild.press.cache import SheetCache, job_key
from bookbuild.press.settings import Limits
from bookbuild.press.typeset import Job, typeset

HTML = '<!DOCTYPE html><html lang="en"><body><p id="a">Text<img src="x.png" alt=""></p></body></html>'


def job(root: Path, html: str = HTML) -> Job:
    return Job("one", html, (), ("a",), "right", (STYLE,), root, PageFormat(), {}, Limits())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    Image.new("L", (4, 4)).save(tmp_path / "x.png")
    return tmp_path


def test_a_unit_is_kept_as_it_was_laid_out(root: Path) -> None:
    cache = SheetCache(root / "cache")
    entry = typeset(job(root))
    cache.put(job(root), entry)
    assert cache.get(job(root)) == entry
    assert cache.get(job(root, HTML.replace("Text", "Other"))) is None


def test_a_changed_picture_makes_the_entry_stale(root: Path) -> None:
    cache = SheetCache(root / "cache")
    cache.put(job(root), typeset(job(root)))
    Image.new("L", (5, 5)).save(root / "x.png")
    assert cache.get(job(root)) is None


def test_a_damaged_or_cut_off_entry_counts_as_missing(root: Path) -> None:
    cache = SheetCache(root / "cache")
    cache.put(job(root), typeset(job(root)))
    (path,) = (root / "cache").glob("*/*")
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:40], b"", whole[:200] + b"x" + whole[201:]):
        path.write_bytes(damaged)
        assert cache.get(job(root)) is None


@pytest.mark.parametrize(
    "change",
    [
        {"side": "left"},
        {"styles": (replace(STYLE, text=STYLE.text + " "),)},
        {"page": PageFormat(Decimal(170), Decimal(240))},
        {"notes": ("n1",)},
        {"limits": Limits(note_height=0.5)},
    ],
)
def test_each_input_is_part_of_the_key_but_the_folder_is_not(root: Path, change: dict[str, object]) -> None:
    assert job_key(replace(job(root), **change)) != job_key(job(root))  # type: ignore[arg-type]
    assert job_key(job(root / "elsewhere")) == job_key(job(root))


def test_a_cache_that_cannot_be_written_keeps_nothing_and_says_nothing(root: Path) -> None:
    (root / "file").write_text("in the way")
    cache = SheetCache(root / "file")
    cache.put(job(root), typeset(job(root)))
    assert cache.get(job(root)) is None
    cache.store.sweep()


def test_the_longest_unused_entries_go_first(root: Path) -> None:
    cache = SheetCache(root / "cache")
    cache.remember("old", {"x": 1})
    cache.remember("new", {"x": 2})
    size = sum(path.stat().st_size for path in (root / "cache").glob("*/*"))
    import os

    os.utime(cache.store.path("hints", "old"), (1, 1))
    SheetCache(root / "cache", size - 1).store.sweep()
    assert (cache.remembered("old"), cache.remembered("new")) == ({}, {"x": 2})


def test_emptying_removes_what_is_ours_and_nothing_else(root: Path) -> None:
    cache = SheetCache(root)
    cache.remember("one", {"x": 1})
    (root / "aa").mkdir(exist_ok=True)
    for name in ("thesis.txt", ".part-killed"):
        (root / "aa" / name).write_text("1234")
    size = cache.store.path("hints", "one").stat().st_size
    assert cache.store.clear() == size + 4
    assert sorted(path.name for path in root.rglob("*") if path.is_file()) == ["thesis.txt", "x.png"]


def test_bytes_of_another_form_are_refused() -> None:
    with pytest.raises(ValueError, match="damaged"):
        sheets.from_bytes(b"something else")
