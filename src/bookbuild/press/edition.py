"""Units to one printed book: laid out, numbered, laid out again where numbers changed, joined."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bookbuild.diagnostics import Diagnostic, InternalFault, in_order
from bookbuild.model.page import PageFormat
from bookbuild.model.unit import PageMap, Unit
from bookbuild.press import fonts, slots
from bookbuild.press.cache import SheetCache, Was, code_digest, job_key
from bookbuild.press.complaints import ids_before
from bookbuild.press.folios import Plan, page_map, plan, side_of
from bookbuild.press.settings import PressSettings, StyleSheet
from bookbuild.press.sheets import Finding, LaidOut, placed
from bookbuild.press.typeset import Job, Resumed, typeset_again

if TYPE_CHECKING:
    from bookbuild.press.join import Joining
    from bookbuild.press.readings import Readings

Progress = Callable[[str, int, int], None]
"""Told after each unit: its title, how many are done in this round, how many there are."""


_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the report says of a printed edition."""

    pages: int
    blank_pages: int
    notes: int
    notes_on_next_page: tuple[str, ...]
    """Ids of the notes that stand on the page after their call."""
    rounds: int
    """Layouts, kept ones too, of the unit that took most."""
    laid_out: int
    """Layouts made, of whole units or of some pages of them."""
    pages_laid_out: int
    """Pages that they made; of a unit of which a word changed, the others stay as they were."""
    from_cache: int


@dataclass(frozen=True, slots=True)
class Printed:
    """One edition on pages."""

    pdf: bytes
    """Empty if the page references did not settle."""
    page_map: PageMap
    diagnostics: tuple[Diagnostic, ...]
    facts: Facts


def print_edition(
    units: Sequence[Unit],
    styles: Sequence[StyleSheet],
    settings: PressSettings,
    executor: Executor | None = None,
    cache: SheetCache | None = None,
    progress: Progress | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> Printed:
    """Lay out, number and join the units of one edition.

    Without an executor everything happens in this process. The bytes are the same for any
    executor, with or without a cache. ``meanwhile`` is called while others lay out, if they do at all.

    Raises:
        InternalFault: a worker died, or the engine is not the known one.
    """
    return Press(units, tuple(styles), settings, executor, cache, progress, meanwhile).printed()


class Press:
    """The state of one edition while its page numbers settle."""

    def __init__(
        self,
        units: Sequence[Unit],
        styles: tuple[StyleSheet, ...],
        settings: PressSettings,
        executor: Executor | None,
        cache: SheetCache | None,
        progress: Progress | None,
        meanwhile: Callable[[], object] | None = None,
    ) -> None:
        self.units = units
        self.styles = styles
        self.settings = settings
        self.executor = executor
        self.cache = cache
        self.progress = progress
        self.meanwhile = meanwhile
        self.jobs: list[Job | None] = [None] * len(units)
        self.laid_out: list[LaidOut | None] = [None] * len(units)
        self.estimates = [estimated(unit, settings.page) for unit in units]
        self.map = PageMap({}, ())
        self.plan = Plan((), 0, (), ())
        self.numbers: list[tuple[str, ...]] = []
        self._joining: Joining | None = None
        self._taken: Readings | None = None
        self.flipping: dict[str, tuple[str, str]] = {}
        self.times = [0] * len(units)
        """How often each unit was laid out, or taken from the cache."""
        self.layouts = self.hits = self.pages_made = 0
        fonts.hide_system_fonts()

    def printed(self) -> Printed:
        """Lay out, number, join and check everything."""
        self.settle()
        diagnostics = self.diagnostics()
        key = self.key() if self.cache and not self.flipping else ""
        pdf = (self.cache.passed(key) if self.cache and key else None) or b""
        if not pdf and not self.flipping:
            self._let_go_of_texts()
            pdf = self.joined()
            diagnostics += (gated := self.gated(pdf))
            if self.cache and not gated:
                self.cache.keep_passed(key, pdf)
        if self.cache:
            self.cache.store.sweep()
        return Printed(pdf, self.map, tuple(in_order(diagnostics)), self.facts())

    def settle(self) -> None:
        """Lay out until no unit's page numbers change in length and none changes sides.

        What is begun with follows from the units alone: where page numbers could settle in two ways,
        a cache must not decide between them.
        """
        self._renumber()
        while True:
            jobs = self._jobs()
            due = [index for index, job in enumerate(jobs) if job != self.jobs[index]]
            if not due:
                break
            if max(self.times[index] for index in due) == self.settings.limits.rounds:
                self.flipping = self._changed_references(due)
                break
            self._lay_out(jobs, self._ready(due))
            self._renumber()
        if self.cache:
            self.cache.remember(remembered_as(self.settings, self.units), hints_of(self._sheets()))

    def _ready(self, due: Sequence[int]) -> Sequence[int]:
        """Return the units to be laid out now: those whose numbers will hardly change in length.

        Where that is said of none, some are laid out, to see how far off the estimates are. Contents and
        index wait for the other units, and so does a unit that names page “about 100”. None is laid out
        again before all others are: its numbers may change back.
        """
        due = [index for index in due if self.laid_out[index] is None] or due
        if all(self.laid_out):
            return due
        sampled = bool(self._sampled())
        doubt = [self._numbered(share) for share in (_DOUBT_AFTER_SAMPLE if sampled else _DOUBT)]
        sure = [at for at in due if len({self._shapes(self.units[at], *numbers) for numbers in doubt}) == 1]
        texts = [index for index in due if not full_of_numbers(self.units[index])]
        if set(sure) & set(texts):
            return sure
        few = max(_SAMPLE, len(texts) // (2 if sampled else 10))
        return [*sure, *texts[:few]] or due

    def _shapes(self, unit: Unit, numbers: PageMap, order: Plan) -> tuple[object, ...]:
        """Return what decides the room that the page numbers of a unit take."""
        texts = fill_unit(unit, numbers, order, self._settings_of(unit)).texts
        return tuple(map(slots.shape, texts))

    def _let_go_of_texts(self) -> None:
        """Forget what was laid out: joining a long book takes the memory."""
        self.jobs = [None] * len(self.units)
        slots.forget()

    def joined(self) -> bytes:
        parts = (self.units, self._sheets(), self.numbers, self.plan)
        joining, self._joining = self._joining, None  # two books at once take too much memory
        if joining is None or not joining.agrees(*parts):
            joining = self._new_joining()
        return joining.finish(*parts)

    def _new_joining(self) -> Joining:
        from bookbuild.press.join import Imprint, Joining

        settings = self.settings
        imprint = Imprint(
            settings.title,
            settings.lang,
            settings.author,
            settings.subject,
            settings.direction,
            settings.page,
        )
        return Joining(imprint, self._read_font, self.cache)

    def _join_ahead(self) -> None:
        """Join, while others lay out, what will probably be as it was in the last run."""
        hints = self.cache.remembered(remembered_as(self.settings, self.units)) if self.cache else {}
        if not hints or not self.cache or self._joining:
            return
        lengths = guesses(self.units, self.estimates, hints)
        order = self._plan([pages for pages, _ in lengths])
        jobs, numbers = jobs_of(
            self.units, self.styles, self.settings, page_map(order, [at for _, at in lengths]), order
        )
        self._joining = joining = self._new_joining()
        known = [self.cache.get(job) for job in jobs]
        for at, (unit, sheet, texts) in enumerate(zip(self.units, known, numbers, strict=True)):
            if sheet and all(known[:at]):
                joining.add(unit, sheet, texts, order)
            elif sheet:
                joining.prepare(unit, sheet, texts)

    def gated(self, pdf: bytes) -> list[Diagnostic]:
        """Return what the gate finds in the finished PDF."""
        from bookbuild.press.gate import check

        with self._readings() as readings:
            return check(
                pdf, self.units, self._sheets(), self.plan, self.settings, readings, executor=self.executor
            )

    @contextmanager
    def _readings(self) -> Iterator[Readings | None]:
        """Lend the gate what it read before; remember what it asks for."""
        if not self.cache:
            yield None
            return
        readings = self._taken or self._readings_of_last_run(self.cache)
        yield readings
        self.cache.remember_read(remembered_as(self.settings, self.units), readings.asked)

    def _readings_of_last_run(self, cache: SheetCache) -> Readings:
        from bookbuild.press.readings import Readings

        readings = Readings(cache)
        readings.take(cache.remembered_read(remembered_as(self.settings, self.units)))
        return readings

    def key(self) -> str:
        """Return the digest of all that decides the bytes of the joined PDF and what is promised of it."""
        settings = self.settings
        facts = (
            [job_key(job) for job in self.jobs if job],
            code_digest(),
            self.numbers,
            self.plan.firsts,
            self.plan.folios,
            [
                (unit.folios.value, [(n.number, n.text) for n in unit.notes], unit.mentions, unit.bookmarks)
                for unit in self.units
            ],
            (settings.title, settings.lang, settings.author, settings.subject, settings.direction),
        )
        return hashlib.sha256(repr(facts).encode()).hexdigest()

    def diagnostics(self) -> list[Diagnostic]:
        """Return what was found, with the authors' places."""
        found = [
            placed(finding, unit)
            for unit, sheet in zip(self.units, self._sheets(), strict=True)
            for finding in sheet.findings
        ]
        return found + self._stray_references() + self._restless_references()

    def facts(self) -> Facts:
        placed = [note for sheet in self._sheets() for note in sheet.sheets.notes]
        own = sum(sheet.sheets.pages for sheet in self._sheets())
        return Facts(
            pages=self.plan.pages,
            blank_pages=self.plan.pages - own,
            notes=len(placed),
            notes_on_next_page=tuple(note.id for note in placed if note.body_page > note.call_page),
            rounds=max(self.times, default=0),
            laid_out=self.layouts,
            pages_laid_out=self.pages_made,
            from_cache=self.hits,
        )

    def _sheets(self) -> list[LaidOut]:
        return [sheet for sheet in self.laid_out if sheet is not None]

    def _jobs(self) -> list[Job]:
        """Return what is to be laid out if the page map is right, and keep what the slots print."""
        jobs, self.numbers = jobs_of(self.units, self.styles, self.settings, self.map, self.plan)
        return jobs

    def _settings_of(self, _unit: Unit) -> PressSettings:
        return self.settings

    def _plan(self, lengths: Sequence[int]) -> Plan:
        return plan(self.units, lengths, self.settings.folio)

    def _lay_out(self, jobs: list[Job], due: Sequence[int]) -> None:
        missing: dict[int, Future[LaidOut | Resumed] | None] = {}
        done = 0
        for index in due:
            self.jobs[index] = jobs[index]
            self.times[index] += 1
            kept = self.cache.get(jobs[index]) if self.cache else None
            if kept:
                self.laid_out[index] = kept
                self.hits += 1
                done += 1
            else:
                missing[index] = None
        was = {index: self._as_it_was(jobs[index]) for index in missing}
        if self.executor:
            # The longest first, so that the last to end is a short one.
            by_length = sorted(missing, key=lambda index: -len(jobs[index].html))
            missing = {
                index: self.executor.submit(typeset_again, jobs[index], one.before if one else None)
                for index, one in ((index, was[index]) for index in by_length)
            }
            if missing:
                self._use_the_time()
        for index, future in missing.items():
            self.laid_out[index] = self._result(jobs[index], was[index], future)
            self.layouts += 1
            done += 1
            if self.progress:
                self.progress(self.units[index].title, done, len(due))

    def _use_the_time(self) -> None:
        """Do what else there is to do while others lay out."""
        _load_what_comes_after()
        self._join_ahead()
        if self.cache and not self._taken:
            self._taken = self._readings_of_last_run(self.cache)
        if self.meanwhile:
            self.meanwhile()

    def _as_it_was(self, job: Job) -> Was | None:
        """Return a unit's pages of the last run and what laying them out left, if that may save work."""
        return self.cache.last(trail_name(self.settings, self.units, job), job) if self.cache else None

    def _result(self, job: Job, was: Was | None, future: Future[LaidOut | Resumed] | None) -> LaidOut:
        before = was.before if was else None
        made = typeset_again(job, before) if future is None else outcome(future, job.unit)
        self.pages_made += (made if isinstance(made, LaidOut) else made.middle).sheets.pages
        return whole_unit(job, was, made, self.cache, trail_name(self.settings, self.units, job))

    def _renumber(self) -> None:
        """Make the page map anew from what is laid out and, for the rest, what is estimated."""
        self.map, self.plan = self._numbered(1)

    def _numbered(self, share: float) -> tuple[PageMap, Plan]:
        """Return the page map and plan if what is estimated is multiplied by ``share``."""
        share *= self._error_so_far()
        pages: list[tuple[int, Mapping[str, int]]] = []
        over = 0.0
        for sheet, estimate in zip(self.laid_out, self.estimates, strict=True):
            if sheet:
                pages.append((sheet.sheets.pages, sheet.sheets.anchors))
            else:
                # Whole pages, but so that what is rounded off one unit goes to the next.
                exact = estimate[0] * share + over
                pages.append(_whole(estimate, max(1, round(exact))))
                over = exact - pages[-1][0]
        order = self._plan([length for length, _ in pages])
        return page_map(order, [anchors for _, anchors in pages]), order

    def _error_so_far(self) -> float:
        """Return by how much too few pages were estimated for the units that are laid out."""
        sampled = self._sampled()
        estimated = sum(estimate for _, estimate in sampled)
        return sum(pages for pages, _ in sampled) / estimated if sampled else 1.0

    def _sampled(self) -> list[tuple[int, float]]:
        """Return the lengths, true and estimated, of the units of some length that are laid out."""
        return [
            (sheet.sheets.pages, estimate)
            for sheet, (estimate, _), unit in zip(self.laid_out, self.estimates, self.units, strict=True)
            if sheet and estimate > _SOME_TEXT and not full_of_numbers(unit)
        ]

    def _changed_references(self, due: Sequence[int]) -> dict[str, tuple[str, str]]:
        return {
            anchor: (self.units[index].id, self.map.folio(anchor))
            for index in due
            for anchor in self.units[index].mentions
        }

    def _restless_references(self) -> list[Diagnostic]:
        """P150: page references that change each other for ever."""
        places = {unit.id: unit.place for unit in self.units}
        return [
            Diagnostic(
                "P150",
                f"the page of “{anchor}” ({folio} in the last round) does not settle: printing it moves it",
                places[unit],
                "reword the sentence that prints it, or break the page by hand",
            )
            for anchor, (unit, folio) in self.flipping.items()
        ]

    def _stray_references(self) -> list[Diagnostic]:
        """P141: links and page references to an anchor that no unit has."""
        known = {anchor for sheet in self._sheets() for anchor in sheet.destinations}
        found = []
        for unit in self.units:
            for anchor in sorted((slots.linked_anchors(unit.html) | set(unit.mentions)) - known):
                elements = ids_before(unit.html, anchor)
                text = f"the text leads to “{anchor}”, which is nowhere in the book"
                found.append(placed(Finding("P141", text, elements), unit))
        return found

    def _read_font(self, digest: str) -> bytes:
        return font_file(digest, self._sheets(), self.settings.root)


T = TypeVar("T")


def whole_unit(
    job: Job, was: Was | None, made: LaidOut | Resumed, cache: SheetCache | None, name: str
) -> LaidOut:
    """Return all pages of a unit, those that were not laid out again from last time; keep them.

    ``name``: under which the next time asks for what was left of this one.
    """
    if not isinstance(made, LaidOut):
        from bookbuild.press.splice import spliced

        assert was, "only what is known is resumed"
        made = spliced(job, was.sheet, made)
    if cache:
        cache.put(job, made)
        if made.trail:
            cache.keep_trail(name, job, made.trail)
    return replace(made, trail=None)  # it is large, and has been put by


def outcome(future: Future[T], unit: str) -> T:
    """Return what a worker made of a unit.

    Raises:
        InternalFault: the worker died.
    """
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise InternalFault(f"a worker died while “{unit}” or another unit was laid out") from error


def _load_what_comes_after() -> None:
    """Load what joins and checks, while others lay out: it takes a tenth of a second."""
    import bookbuild.press.gate
    import bookbuild.press.join  # noqa: F401


def jobs_of(
    units: Sequence[Unit],
    styles: tuple[StyleSheet, ...],
    settings: PressSettings,
    page_map: PageMap,
    plan: Plan,
) -> tuple[list[Job], list[tuple[str, ...]]]:
    """Return what is to be laid out if the page map is right, and what the page slots print."""
    filled = [fill_unit(unit, page_map, plan, settings) for unit in units]
    jobs = [
        job_of(unit, entry, first, styles, settings)
        for unit, entry, first in zip(units, filled, plan.firsts, strict=True)
    ]
    return jobs, [entry.texts for entry in filled]


def job_of(
    unit: Unit, filled: slots.Filled, first: int, styles: tuple[StyleSheet, ...], settings: PressSettings
) -> Job:
    """Return what is to be laid out of a unit with its page slots filled, on a first page."""
    return Job(
        unit=unit.id,
        html=slots.free_links(filled.html),
        notes=tuple(note.id for note in unit.notes),
        anchors=unit.anchors,
        side=side_of(first, settings.direction),
        styles=styles,
        root=settings.root,
        page=settings.page,
        hyphenation=settings.hyphenation,
        limits=settings.limits,
        tagged=settings.tagged,
    )


def fill_unit(unit: Unit, page_map: PageMap, plan: Plan, settings: PressSettings) -> slots.Filled:
    """Fill a unit's page slots from the page map."""
    return slots.fill(unit.html, page_map, plan.numbering, settings.page_range, settings.page_separator)


def font_file(digest: str, sheets: Sequence[LaidOut], root: Path) -> bytes:
    """Return a font by its SHA-256: one of the house's, or one that laying out read from the book.

    Raises:
        InternalFault: it is neither.
    """
    face = fonts.digests().get(digest)
    if face:
        return face.path.read_bytes()
    for sheet in sheets:
        for name, found in sheet.files.items():
            if found == digest:
                return (root / name).read_bytes()
    raise InternalFault("a font on the pages is in no known file")


Length = tuple[int, dict[str, int]]
"""How many pages a unit has, and on which of them its anchors fall."""
Estimate = tuple[float, dict[str, float]]
"""About how many pages a unit has, and how far into it its anchors fall, from 0 to 1."""


def remembered_as(settings: PressSettings, units: Sequence[Unit]) -> str:
    """Return what an edition is remembered by, whatever its text."""
    words = "\n".join([settings.title, settings.lang, *(unit.id for unit in units)])
    return hashlib.sha256(words.encode()).hexdigest()


def trail_name(settings: PressSettings, units: Sequence[Unit], job: Job) -> str:
    """Return the name under which is kept what laying out a unit left.

    While page numbers settle a unit may be laid out with numbers of other lengths; each such state of it
    has a name of its own, or the next edit would find the other one, which differs on every page.
    """
    return f"{remembered_as(settings, units)} {job.unit} {slots.shapes_in(job.html)}"


def hints_of(sheets: Sequence[LaidOut]) -> dict[str, int]:
    """Return what to begin with next time: lengths of units and pages of anchors."""
    hints = {f"pages {sheet.sheets.unit}": sheet.sheets.pages for sheet in sheets}
    for sheet in sheets:
        hints |= {f"anchor {anchor}": page for anchor, page in sheet.sheets.anchors.items()}
    return hints


def guesses(units: Sequence[Unit], estimates: Sequence[Estimate], hints: Mapping[str, int]) -> list[Length]:
    """Begin with the page numbers of the last run if there was one, else with the text's length."""
    found = []
    for unit, estimate in zip(units, estimates, strict=True):
        pages, anchors = _whole(estimate, max(1, round(estimate[0])))
        known = {anchor: at for anchor in anchors if (at := hints.get(f"anchor {anchor}"))}
        found.append((hints.get(f"pages {unit.id}", pages), {**anchors, **known}))
    return found


_DOUBT = (0.45, 2.2)
"""By how much an estimate may be wrong."""
_DOUBT_AFTER_SAMPLE = (0.94, 1.06)
"""By how much it may be wrong when some units have shown what a page of this book holds."""
_SOME_TEXT = 0.3
"""Pages from which on a unit tells something of the others: not a title, nor the number of a part."""
_SAMPLE = 2
"""Units that are laid out at least at a time."""


def _whole(estimate: Estimate, pages: int) -> Length:
    return pages, {anchor: 1 + int(share * pages) for anchor, share in estimate[1].items()}


_LETTERS_TO_A_MM2 = 0.058
"""Letters that stand on a page, to each square millimetre of it: for the first estimate only."""


def estimated(unit: Unit, page: PageFormat) -> Estimate:
    """Return about how long a unit is, by its letters."""
    letters = len(_TAG.sub("", unit.html))
    area = float(page.trim_width_mm * page.trim_height_mm)
    places = slots.anchor_places(unit.html)
    return letters / (area * _LETTERS_TO_A_MM2), {anchor: places.get(anchor, 0.0) for anchor in unit.anchors}


def full_of_numbers(unit: Unit) -> bool:
    """Tell whether a unit is mostly page references: contents, index, bibliography."""
    return len(unit.mentions) * 1000 > len(unit.html)
