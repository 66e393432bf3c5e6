"""The command from its start to its end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from running import Running

from bookbuild.config import Project

pytestmark = pytest.mark.xdist_group("preview")


def test_ctrl_c_ends_it_at_once_and_leaves_no_process(project: Project, cache: Path) -> None:
    """Also while the first pages are being laid out."""
    with Running(project.root, cache) as preview:
        urllib.request.urlopen(preview.url).close()

        status, words = preview.stop(signal.SIGINT)

        assert status == 0
        assert words.strip() == "stopped"
        assert preview.left_behind() == []


def test_a_signal_to_end_is_told_by_the_status(project: Project, cache: Path) -> None:
    with Running(project.root, cache) as preview:
        status, _ = preview.stop(signal.SIGTERM)

        assert status == 143
        assert preview.left_behind() == []


def test_nothing_of_the_book_is_written(project: Project, cache: Path) -> None:
    before = sorted(project.root.rglob("*"))
    with Running(project.root, cache) as preview:
        urllib.request.urlopen(preview.url).close()

    assert sorted(project.root.rglob("*")) == before


def failed(root: Path, *options: str) -> tuple[int, str]:
    run = subprocess.run(
        [sys.executable, "-m", "bookbuild", "-C", str(root), "preview", *options],
        capture_output=True,
        text=True,
        timeout=120,
    )
    return run.returncode, run.stderr


def test_a_slip_in_the_command_is_told_before_anything_is_served(project: Project, tmp_path: Path) -> None:
    status, words = failed(project.root, "--lang", "ax")
    assert (status, "no language “ax”" in words) == (2, True)

    (tmp_path / "empty").mkdir()
    status, words = failed(tmp_path / "empty")
    assert (status, "no folder book/ here" in words) == (2, True)


def test_a_taken_port_is_told(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, words = failed(project.root, "--port", str(port))

    assert status == 3
    assert f"127.0.0.1:{port}: address already in use" in words


def test_it_starts_on_a_book_that_cannot_be_read(project: Project, cache: Path) -> None:
    (project.root / "book/book.yaml").write_text("title: [", "utf-8")
    with Running(project.root, cache) as preview, urllib.request.urlopen(preview.url + "events") as events:
        state = b""
        while b"book.yaml" not in state:
            state = events.readline()
        assert b'"broken":true' in state
