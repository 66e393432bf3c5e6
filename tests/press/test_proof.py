"""Pages of an edition while it is being written."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from press_books import STYLE, random_book, settings

from bookbuild.press.cache import SheetCache
from bookbuild.press.proof import EditionProof
from bookbuild.press.sheets import LaidOut
from bookbuild.press.typeset import Before, Job, Resumed, typeset, typeset_again


class Typesetter:
    """Lays out at once, and notes of what it was told an earlier state."""

    def __init__(self) -> None:
        self.known: dict[str, bool] = {}

    def __call__(self, job: Job, _watched: bool, before: Before | None) -> Future[LaidOut | Resumed]:
        self.known[job.unit] = before is not None
        future: Future[LaidOut | Resumed] = Future()
        future.set_result(typeset_again(job, before))
        return future


@pytest.mark.parametrize("restarted", [False, True])
def test_a_changed_word_is_set_where_it_stands(tmp_path: Path, restarted: bool) -> None:
    """As long as a proof lives, and when another goes on from its cache."""
    units, press = random_book(1), settings(tmp_path)
    cache, work = SheetCache(tmp_path / "cache"), Typesetter()
    proof = EditionProof(work, cache, lambda: None)
    proof.take(units, [STYLE], press)
    assert not any(work.known.values())

    at = next(at for at, unit in enumerate(units) if unit.id == "chapter-2")
    words = [word for word in units[at].html.replace("<", " ").split() if word.startswith("text2w")]
    units[at] = replace(units[at], html=units[at].html.replace(words[len(words) // 2], "whatever", 1))
    work.known.clear()
    if restarted:
        proof = EditionProof(work, cache, lambda: None)
    proof.take(units, [STYLE], press)

    assert work.known == {units[at].id: True}
    fresh = EditionProof(Typesetter(), None, lambda: None)
    fresh.take(units, [STYLE], press)
    assert [one.pdf() for one in proof.units()] == [one.pdf() for one in fresh.units()]
    assert [one.leaves(lambda place: place) for one in proof.units()] == [
        one.leaves(lambda place: place) for one in fresh.units()
    ]


def test_pages_that_cannot_be_put_together_are_a_fault_that_is_told(tmp_path: Path) -> None:
    """And not one that is awaited for ever."""

    def resumed(job: Job, _watched: bool, _before: Before | None) -> Future[LaidOut | Resumed]:
        future: Future[LaidOut | Resumed] = Future()
        made = typeset(job)
        future.set_result(Resumed(0, 1, made, made.fonts))  # of what was never there
        return future

    proof = EditionProof(resumed, None, lambda: None)
    proof.take(random_book(1)[1:2], [STYLE], settings(tmp_path))

    assert proof.awaited() == 0
    assert "chapter-1" in proof.faults()
