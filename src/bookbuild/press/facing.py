"""Two editions of one book on facing pages: the source on versos, the translation on rectos.

The same story as in ``edition``: units are laid out, here two at a time, until their page numbers
settle, then joined and read again by the gate, which also follows every block of the two texts to
see that it begins on one spread in both languages.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from pathlib import Path

from bookbuild.diagnostics import Diagnostic
from bookbuild.model.unit import PageMap, PlacedNote, Unit
from bookbuild.press.cache import SheetCache, job_key
from bookbuild.press.edition import Press, Printed, Progress, fill_unit, job_of, outcome
from bookbuild.press.facing_typeset import FacingJob, page_map_of, typeset_facing, unit_in_space
from bookbuild.press.folios import Plan, facing_plan
from bookbuild.press.settings import PressSettings, StyleSheet
from bookbuild.press.sheets import LaidOut
from bookbuild.press.typeset import Job

_CODE = ("facing", "facing_engine", "facing_typeset", "spreads")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two languages."""

    settings: PressSettings
    styles: tuple[StyleSheet, ...]


@dataclass(frozen=True, slots=True)
class Facing:
    """Two units of one content."""

    verso: Unit
    recto: Unit
    paired: bool = True
    """Blocks begin on the same spread; else the two only lie side by side."""


@dataclass(frozen=True, slots=True)
class PrintedFacing:
    """Two editions in one file."""

    printed: Printed
    verso: PageMap
    recto: PageMap
    """Where the anchors of each language fell, by their own names."""
    pages: tuple[int, int]
    """Pages of each language that are not blank for want of text."""
    space: str
    """What the names of the recto's anchors begin with in the file."""
    notes_apart: tuple[str, ...]
    """Ids of the notes whose two bodies do not stand on one spread: their paragraph runs over."""


def print_facing(
    parts: Sequence[Facing | Unit],
    verso: Side,
    recto: Side,
    executor: Executor | None = None,
    cache: SheetCache | None = None,
    progress: Progress | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> PrintedFacing:
    """Lay out, number and join two editions; a unit alone, in the source language, has rectos only.

    What the file says of itself is the source's. The bytes are the same for any executor, with or
    without a cache. ``meanwhile`` is called while others lay out, if they do at all.

    Raises:
        InternalFault: a worker died, or the engine is not the known one.
    """
    press = _FacingPress(parts, verso, recto, executor, cache, progress, meanwhile)
    printed = press.printed()
    spaces = ("", press.space)
    maps = [page_map_of(printed.page_map, space, spaces) for space in spaces]
    return PrintedFacing(printed, maps[0], maps[1], press.pages_of_sides(), press.space, press.notes_apart())


class _FacingPress(Press):
    """The state of the two editions while their page numbers settle. Units stand pair by pair."""

    def __init__(
        self,
        parts: Sequence[Facing | Unit],
        verso: Side,
        recto: Side,
        executor: Executor | None,
        cache: SheetCache | None,
        progress: Progress | None,
        meanwhile: Callable[[], object] | None,
    ) -> None:
        self.space = f"{recto.settings.lang}:"
        self.sides = (verso, recto)
        self.paired = [not isinstance(part, Unit) and part.paired for part in parts]
        self.groups: list[tuple[Unit, ...]] = [
            (part,) if isinstance(part, Unit) else (part.verso, unit_in_space(part.recto, self.space))
            for part in parts
        ]
        units = [unit for group in self.groups for unit in group]
        super().__init__(units, verso.styles, verso.settings, executor, cache, progress, meanwhile)

    def gated(self, pdf: bytes) -> list[Diagnostic]:
        """Return what the gate finds in the finished PDF."""
        from bookbuild.press.gate import check
        from bookbuild.press.spreads import check_spreads

        other = self.sides[1].settings
        sheets = self._sheets()
        with self._readings() as readings:
            found = check(
                pdf,
                self.units,
                sheets,
                self.plan,
                self.settings,
                readings,
                others={other.lang: other},
                executor=self.executor,
            )
        return found + check_spreads(pdf, self._pairs(), self.units, sheets, self.plan)

    def key(self) -> str:
        """Return the digest of all that decides the bytes of the joined PDF and what is promised of it."""
        facts = (super().key(), self.sides[1].settings.lang, self.paired, _code_digest())
        return hashlib.sha256(repr(facts).encode()).hexdigest()

    def pages_of_sides(self) -> tuple[int, int]:
        """Return how many pages each language has; single ones count for neither."""
        lengths = [
            (self._length(pair[0]), self._length(pair[1])) for pair in self._places() if len(pair) == 2
        ]
        return sum(verso for verso, _ in lengths), sum(recto for _, recto in lengths)

    def notes_apart(self) -> tuple[str, ...]:
        """Return the notes that stand on another spread than their translation."""
        found = []
        for verso, recto, _ in self._pairs():
            theirs = {note.id: note.body_page for note in self._notes(recto)}
            found += [
                note.id
                for note in self._notes(verso)
                if theirs.get(f"{self.space}{note.id}", note.body_page) != note.body_page
            ]
        return tuple(found)

    def _notes(self, at: int) -> tuple[PlacedNote, ...]:
        sheet = self.laid_out[at]
        return sheet.sheets.notes if sheet else ()

    def _length(self, at: int) -> int:
        sheet = self.laid_out[at]
        return sheet.sheets.pages if sheet else 0

    def _places(self) -> list[tuple[int, ...]]:
        """Return, for each group, the places of its units in the order of all."""
        places, at = [], 0
        for group in self.groups:
            places.append(tuple(range(at, at + len(group))))
            at += len(group)
        return places

    def _pairs(self) -> list[tuple[int, int, bool]]:
        """Return the places of verso and recto for each pair, and whether its blocks begin together."""
        return [
            (places[0], places[1], paired)
            for places, paired in zip(self._places(), self.paired, strict=True)
            if len(places) == 2
        ]

    def _settings_of(self, unit: Unit) -> PressSettings:
        return self._side_of(unit).settings

    def _side_of(self, unit: Unit) -> Side:
        return self.sides[1] if unit.id.startswith(self.space) else self.sides[0]

    def _plan(self, lengths: Sequence[int]) -> Plan:
        return facing_plan(self.groups, lengths, self.settings.folio)

    def _join_ahead(self) -> None:
        """Join nothing ahead: pages are added pair by pair, and then put in order."""

    def _jobs(self) -> list[Job]:
        filled = [fill_unit(unit, self.map, self.plan, self._settings_of(unit)) for unit in self.units]
        self.numbers = [entry.texts for entry in filled]
        return [
            job_of(unit, entry, first, self._side_of(unit).styles, self._settings_of(unit))
            for unit, entry, first in zip(self.units, filled, self.plan.firsts, strict=True)
        ]

    def _lay_out(self, jobs: list[Job], due: Sequence[int]) -> None:
        """Lay out pairs of which one is due, and single units."""
        wanted = set(due)
        pairs = [pair for pair in self._pairs() if wanted & {pair[0], pair[1]}]
        missing: dict[tuple[int, int], tuple[FacingJob, Future[tuple[LaidOut, LaidOut]] | None]] = {}
        done = 0
        for verso, recto, paired in pairs:
            job = FacingJob(jobs[verso], jobs[recto], self.space, paired)
            for at in (verso, recto):
                self.jobs[at] = jobs[at]
                self.times[at] += 1
            kept = self._kept(job)
            if kept:
                self.laid_out[verso], self.laid_out[recto] = kept
                self.hits += 2
                done += 1
            else:
                missing[verso, recto] = job, None
        if self.executor:
            by_length = sorted(missing, key=lambda pair: -len(jobs[pair[0]].html))
            missing = {
                pair: (missing[pair][0], self.executor.submit(typeset_facing, missing[pair][0]))
                for pair in by_length
            }
            if missing:
                self._use_the_time()
        super()._lay_out(jobs, [at for at in due if all(at not in pair[:2] for pair in self._pairs())])
        for (verso, recto), (job, future) in missing.items():
            sheets = typeset_facing(job) if future is None else outcome(future, job.unit)
            self.laid_out[verso], self.laid_out[recto] = sheets
            self.layouts += 2
            done += 1
            self._keep(job, sheets)
            if self.progress:
                self.progress(self.units[verso].title, done, len(pairs))

    def _kept(self, job: FacingJob) -> tuple[LaidOut, LaidOut] | None:
        if not self.cache:
            return None
        verso, recto = (self.cache.get(one) for one in self._entries(job))
        return (verso, recto) if verso and recto else None

    def _keep(self, job: FacingJob, sheets: tuple[LaidOut, LaidOut]) -> None:
        if self.cache:
            for one, sheet in zip(self._entries(job), sheets, strict=True):
                self.cache.put(one, sheet)

    def _entries(self, job: FacingJob) -> tuple[Job, Job]:
        """Return the names, in a cache, of what became of the two: each depends on both."""
        beside = repr((job_key(job.verso), job_key(job.recto), job.space, job.paired, _code_digest()))
        digest = hashlib.sha256(beside.encode()).hexdigest()
        return replace(job.verso, unit=f"verso {digest}"), replace(job.recto, unit=f"recto {digest}")


@functools.cache
def _code_digest() -> str:
    """Return the digest of the modules that decide, besides those of one language, how a book looks."""
    code = b"".join(Path(__file__).with_name(f"{name}.py").read_bytes() for name in _CODE)
    return hashlib.sha256(code).hexdigest()
