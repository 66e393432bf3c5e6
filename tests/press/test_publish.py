"""A file is the old one or the new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookbuild.diagnostics import EnvironmentFailure
from bookbuild.press.publish import publish


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    target = tmp_path / "dist" / "book.pdf"
    publish(target, b"old")
    publish(target, b"new")
    assert target.read_bytes() == b"new"
    assert [path.name for path in target.parent.iterdir()] == ["book.pdf"]


def test_a_failure_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "book.pdf"
    publish(target, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(EnvironmentFailure, match="No space left"):
        publish(target, b"new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["book.pdf"]


def test_a_folder_in_the_place_of_the_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "book.pdf").mkdir()
    with pytest.raises(EnvironmentFailure, match="cannot write"):
        publish(tmp_path / "book.pdf", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["book.pdf"]
