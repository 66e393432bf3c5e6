"""Units laid out by a real Dask scheduler and two workers, all on this machine, give the same bytes."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookbuild.build import cluster as room
from bookbuild.build import editions, manuscript
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import EnvironmentFailure

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="needs distributed: pip install 'bookbuild[dask]'"
)
_PATIENCE = 60.0


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a scheduler and two workers of two threads each; give the address."""
    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "scheduler.json"
    where = ["--scheduler-file", str(file)]
    own = ["--host", "127.0.0.1", "--no-dashboard"]
    commands = [
        ["distributed.cli.dask_scheduler", *own, *where, "--port", "0"],
        *[["distributed.cli.dask_worker", *own, *where, "--no-nanny", "--nthreads", "2"]] * 2,
    ]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", *command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for command in commands
    ]
    try:
        yield _address(file)
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(20)


def _address(file: Path) -> str:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            return str(json.loads(file.read_text("utf-8"))["address"])
        except (OSError, ValueError):
            time.sleep(0.1)
    raise AssertionError("the scheduler did not start")


def silent(stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
    """Swallow progress."""


def pages(project: Project, settings: Settings) -> bytes:
    book, findings = manuscript.read(project, silent)
    assert book is not None, findings
    [printed] = editions.print_languages(project, book, ("en",), settings, silent)
    return printed.pdf


def test_the_bytes_are_those_of_this_machine(starter: Project, scheduler: str) -> None:
    assert pages(starter, Settings(scheduler=scheduler)) == pages(starter, Settings())


def test_a_worker_with_other_pages_is_refused_by_name(
    scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_ours", lambda: "something newer")
    said = r"tcp://127\.0\.0\.1.*another version of bookbuild"
    with pytest.raises(EnvironmentFailure, match=said), room.cluster(scheduler):
        pass


def test_an_address_where_nobody_answers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_PATIENCE", "1s")
    with pytest.raises(EnvironmentFailure, match="no scheduler answers"), room.cluster("tcp://127.0.0.1:9"):
        pass


def test_a_unit_that_fails_there_is_named(scheduler: str) -> None:
    with room.cluster(scheduler) as workers:
        future = workers.submit(int, "chapter one")
        with pytest.raises(room.WorkFailedError, match="ValueError") as caught:
            future.result(30)
    assert caught.value.subject == "chapter one"
