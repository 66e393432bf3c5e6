"""What counts as a change of the book, and that none is missed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

from bookbuild.preview.watch import Watcher, is_of_the_book

ROOT = PurePosixPath("/home/u/.hidden/my-book")


@pytest.mark.parametrize(
    "path",
    [
        "book/chapters/night.md",
        "book/figures/killed.yaml",
        "book/images/map~1.svg",
        "locales/az/LC_MESSAGES/book.po",
        "locales/az/pack.toml",
        "styles/az/letters.css",
    ],
)
def test_files_of_the_book_count(path: str) -> None:
    assert is_of_the_book(ROOT / path, ROOT)


@pytest.mark.parametrize(
    "name",
    [
        ".night.md.swp", ".night.md.swx", "night.md~", "4913", "#night.md#", ".#night.md", "night.md.bak",
        "night.md___jb_tmp___", "night.md___jb_old___", ".night.md.kate-swp", ".goutputstream-X1",
        "night.md.tmp", ".~lock.night.md#", "book.mo", "book.pot", ".git/index", ".book.po.part",
    ],
)  # fmt: skip
def test_files_of_editors_and_made_files_do_not(name: str) -> None:
    assert not is_of_the_book(ROOT / "book/chapters" / name, ROOT)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "book/chapters").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def watcher(root: Path) -> Iterator[Watcher]:
    watcher = Watcher(root, [root / "book", root / "styles"])
    watcher.start()
    settled(root, watcher)
    yield watcher
    watcher.stop()


def settled(root: Path, watcher: Watcher) -> None:
    """Save until the first change is told: then the folders are watched."""
    until(lambda: (root / "book/first.md").write_text(str(time.monotonic())) and watcher.wait(0.1))
    while watcher.wait(0.5):
        pass


def until(done: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end


def test_a_save_is_told_once(root: Path, watcher: Watcher) -> None:
    temporary = root / "book/chapters/.night.md.part"
    temporary.write_text("one")
    temporary.replace(root / "book/chapters/night.md")

    assert watcher.wait(10)
    assert not watcher.changed()
    assert not watcher.wait(0.5)


def test_an_editors_own_files_are_not_told(root: Path, watcher: Watcher) -> None:
    (root / "book/chapters/.night.md.swp").write_text("one")
    (root / "book/chapters/4913").write_text("")
    (root / "book/chapters/4913").unlink()

    assert not watcher.wait(1)


def test_a_change_while_nobody_waits_is_kept(root: Path, watcher: Watcher) -> None:
    (root / "book/chapters/night.md").write_text("one")

    until(watcher.changed)
    assert watcher.wait(0)
    assert not watcher.wait(0)


def test_folders_that_come_later_are_watched(root: Path, watcher: Watcher) -> None:
    (root / "styles").mkdir()
    assert watcher.wait(10)

    until(lambda: (root / "styles/own.css").write_text(str(time.monotonic())) and watcher.wait(0.2))


def test_a_folder_that_is_replaced_is_watched_again(root: Path, watcher: Watcher) -> None:
    shutil.move(root / "book", root / "old")
    (root / "book").mkdir()
    assert watcher.wait(10)

    until(lambda: (root / "book/new.md").write_text(str(time.monotonic())) and watcher.wait(0.2))
