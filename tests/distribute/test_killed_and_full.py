"""Whole runs of ``bookbuild dist`` that are killed, and that find the disk full."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from tests.benchmarks.dist_kills import Victim, fill, kill, small_disk, victim

pytestmark = [pytest.mark.world, pytest.mark.xdist_group("killed distributions")]


@pytest.fixture(scope="module")
def book() -> Iterator[Victim]:
    with victim(tiny=True) as made:
        yield made


@pytest.mark.parametrize("writing", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_a_killed_run_leaves_the_old_distribution_or_the_new_one(
    book: Victim, seed: int, writing: bool
) -> None:
    assert kill(book, random.Random(seed), writing=writing)[1] == []


@pytest.mark.parametrize("share", [0, 0.3, 0.8])
def test_a_full_disk_leaves_the_old_distribution(book: Victim, share: float) -> None:
    try:
        with small_disk(book.root / "disk", 1 << 20):
            pass
    except (PermissionError, FileNotFoundError) as refused:
        pytest.skip(f"no disk can be mounted here: {refused}")
    status, said, faults = fill(book, share)
    assert faults == []
    assert status == 3
    assert "no space left on device; the distribution that was there is unchanged" in said
