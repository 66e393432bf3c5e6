"""Pages of an edition while it is being written.

``edition`` goes from units to one joined PDF in one sweep. Whoever writes wants the page at hand at
once and the others when they are ready: here each unit is shown as soon as it is laid out, the one
that is looked at first, and a unit that is still being laid out keeps its last pages. Page numbers
settle as in ``edition``. Nothing is joined and the gate does not stand here: nothing is published.
"""

from __future__ import annotations

import functools
import hashlib
import io
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from urllib.parse import unquote

import pikepdf
from pikepdf import Name

from bookbuild.diagnostics import BookbuildError, Diagnostic
from bookbuild.model.place import NOWHERE, Place
from bookbuild.model.proof import Jump, Leaf, Mark, UnitPages
from bookbuild.model.unit import Numbering, PageMap, Unit
from bookbuild.press import fonts
from bookbuild.press.cache import FileDigests, SheetCache, Was, job_key
from bookbuild.press.edition import (
    estimated,
    font_file,
    full_of_numbers,
    guesses,
    hints_of,
    jobs_of,
    remembered_as,
    trail_name,
    whole_unit,
)
from bookbuild.press.folios import Plan, page_map, plan
from bookbuild.press.join import Imprint, join
from bookbuild.press.settings import PressSettings, StyleSheet
from bookbuild.press.sheets import LaidOut, placed
from bookbuild.press.slots import LINK
from bookbuild.press.typeset import Before, Job, Resumed

_FONTS = (".otf", ".ttf", ".ttc", ".woff", ".woff2")

Submit = Callable[[Job, bool, Before | None], "Future[LaidOut | Resumed]"]
"""Begin to lay out a job; the second value says that somebody is looking at the unit."""

Translated = Callable[[Place], Place]
"""Where the translation of the words at a place stands."""


@dataclass(frozen=True, slots=True)
class UnitProof:
    """The newest pages of one unit and their place in the book."""

    unit: Unit
    job: Job
    key: str
    """Digest of the job."""
    sheet: LaidOut
    numbers: tuple[str, ...]
    """What its page slots print."""
    settings: PressSettings
    first: int = 1
    numbering: tuple[Numbering, ...] = ()
    folios: tuple[str, ...] = ()
    fresh: bool = True

    def pages(self, written: str) -> UnitPages:
        """Describe the unit; ``written`` is a digest of where its words were written."""
        look = self.look()
        facts = hashlib.sha256(f"{look}{written}".encode()).hexdigest()
        count = self.sheet.sheets.pages
        return UnitPages(self.unit.id, self.unit.title, self.first, count, look, facts, self.fresh)

    def pictures(self) -> dict[str, str]:
        """Return the digests of the book's files on the pages.

        Not of fonts: a worker reads each once, and goes on with it until the preview is started again.
        """
        files = self.sheet.files.items()
        return {name: digest for name, digest in files if not name.lower().endswith(_FONTS)}

    def look(self) -> str:
        """Return the digest of all that decides how the pages look."""
        files = sorted(self.sheet.files.items())
        facts = (self.key, files, self.numbers, self.folios, self.unit.folios.value, self.first % 2)
        return hashlib.sha256(repr(facts).encode()).hexdigest()

    def pdf(self) -> bytes:
        """Return the unit's pages with their numbers, as a PDF of their own without links to others."""
        # A blank page before the first keeps left pages left where no style says where folios stand.
        blank = 1 - self.first % 2
        first = self.numbering[:1] * blank + self.numbering
        order = Plan((1 + blank,), blank + len(self.folios), first, ("",) * blank + self.folios)
        settings = self.settings
        imprint = Imprint(self.unit.title, settings.lang, "", "", settings.direction, settings.page)
        read_font = functools.partial(font_file, sheets=[self.sheet], root=settings.root)
        data = join([self.unit], [self.sheet], [self.numbers], order, imprint, read_font, whole_fonts=True)
        return data if not blank else _without_first_page(data)

    def leaves(self, translated: Translated) -> tuple[Leaf, ...]:
        """Say what stands where on each page."""
        leaves = []
        with pikepdf.Pdf.open(io.BytesIO(self.sheet.sheets.pdf)) as pdf:
            for number, page in enumerate(pdf.pages, 1):
                left, bottom, right, top = (float(edge) for edge in page.mediabox)
                frame = (left, top, right - left, top - bottom)
                marks, jumps = tuple(self._marks(number, frame, translated)), tuple(_jumps(page, frame))
                leaves.append(Leaf(self.folios[number - 1], marks, jumps, self._look_of(number, page)))
        return tuple(leaves)

    def _look_of(self, number: int, page: pikepdf.Page) -> str:
        """Return the digest of all that decides how one page looks, rather too much than too little."""
        sheet = self.sheet
        facts = (
            str(page.mediabox),
            [(use.name, use.digest) for use in sheet.fonts],
            self.numbers if number in sheet.slot_pages else (),
            self.folios[number - 1],
            self.unit.folios.value,
            (self.first + number) % 2,
            [place for place in sheet.folio_places if place.page == number],
            self.settings.direction,
        )
        digest = hashlib.sha256(repr(facts).encode())
        _take_in_drawn(page.obj[Name.Contents], page.resources, digest, set())
        return digest.hexdigest()

    def _marks(
        self, page: int, frame: tuple[float, float, float, float], translated: Translated
    ) -> list[Mark]:
        left, top, width, height = frame
        lines = self.unit.lines
        found = []
        for anchor, (at, x, y) in self.sheet.destinations.items():
            if at == page:
                place = lines.get(anchor) or lines.get(anchor.removeprefix("call-"), NOWHERE)
                share_x, share_y = (x - left) / width, (top - y) / height
                found.append(Mark(anchor, round(share_x, 4), round(share_y, 4), place, translated(place)))
        return sorted(found, key=lambda mark: (mark.y, mark.x))


def _take_in_drawn(
    stream: pikepdf.Object, resources: pikepdf.Object, digest: hashlib._Hash, seen: set[tuple[int, int]]
) -> None:
    """Add to a digest what a content stream draws: itself, and the resources that it names, but for fonts."""
    content = stream.read_bytes()
    digest.update(content)
    for kind, named in resources.items():
        if kind != Name.Font:
            for name, resource in named.items():
                if name.encode() in content:
                    digest.update(name.encode())
                    _take_in(resource, digest, seen)


def _take_in(value: object, digest: hashlib._Hash, seen: set[tuple[int, int]]) -> None:
    if not isinstance(value, pikepdf.Object):
        digest.update(repr(value).encode())
        return
    if value.is_indirect:
        if value.objgen in seen:
            return
        seen.add(value.objgen)
    if isinstance(value, pikepdf.Array):
        for item in value:
            _take_in(item, digest, seen)
    elif isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        for name, item in sorted(value.items()):
            if name != Name.Resources:
                digest.update(name.encode())
                _take_in(item, digest, seen)
        if Name.Resources in value:
            _take_in_drawn(value, value[Name.Resources], digest, seen)
        elif isinstance(value, pikepdf.Stream):
            digest.update(value.read_raw_bytes())
    else:
        digest.update(value.unparse())


def _jumps(page: pikepdf.Page, frame: tuple[float, float, float, float]) -> list[Jump]:
    left, top, width, height = frame
    found = []
    for annotation in page.obj.get(Name.Annots, []):
        action = annotation.get(Name.A)
        target = str(action.URI) if action is not None and Name.URI in action else ""
        if target.startswith(LINK):
            x1, y1, x2, y2 = (float(edge) for edge in annotation.Rect)
            found.append(
                Jump(
                    left=round((min(x1, x2) - left) / width, 4),
                    top=round((top - max(y1, y2)) / height, 4),
                    right=round((max(x1, x2) - left) / width, 4),
                    bottom=round((top - min(y1, y2)) / height, 4),
                    anchor=unquote(target.removeprefix(LINK)),
                )
            )
    return found


def _without_first_page(data: bytes) -> bytes:
    with pikepdf.Pdf.open(io.BytesIO(data)) as pdf:
        del pdf.pages[0]
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, compress_streams=False)
        return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Awaited:
    """A unit that is being laid out."""

    unit: Unit
    job: Job
    texts: tuple[str, ...]
    was: Was | None
    future: Future[LaidOut | Resumed]


class EditionProof:
    """One edition on the way to its pages. Safe to use from several threads."""

    def __init__(self, submit: Submit, cache: SheetCache | None, tell: Callable[[], None]) -> None:
        """``tell`` is called, from any thread, when there is something new to see."""
        self._submit = submit
        self._cache = cache
        self._files = FileDigests()
        self._tell = tell
        self._lock = threading.RLock()
        self._units: tuple[Unit, ...] = ()
        self._styles: tuple[StyleSheet, ...] = ()
        self._settings: PressSettings | None = None
        self._kept: dict[str, UnitProof] = {}
        self._awaited: dict[str, _Awaited] = {}
        self._lengths: dict[str, tuple[int, dict[str, int]]] = {}
        self._plan = Plan((), 0, (), ())
        self._watched = ""
        self._rounds = 0
        self._faults: dict[str, str] = {}
        fonts.hide_system_fonts()

    def take(
        self, units: Sequence[Unit], styles: Sequence[StyleSheet], settings: PressSettings, watched: str = ""
    ) -> None:
        """Begin to bring the pages up to these units; the ``watched`` one is laid out first."""
        with self._lock:
            self._units, self._styles, self._settings = tuple(units), tuple(styles), settings
            self._watched = watched
            self._rounds = 0
            self._faults = {}
            known = {unit.id for unit in units}
            self._kept = {name: proof for name, proof in self._kept.items() if name in known}
            for name in self._awaited.keys() - known:
                self._awaited.pop(name).future.cancel()
            hints: dict[str, int] = {}
            if not self._kept and self._cache:
                hints = self._cache.remembered(remembered_as(settings, units))
            new = [unit for unit in units if unit.id not in self._kept]
            guessed = guesses(new, [estimated(unit, settings.page) for unit in new], hints)
            self._lengths = {unit.id: guess for unit, guess in zip(new, guessed, strict=True)}
            self._settle(settings, waiting=not hints and not self._kept)
        self._tell()

    def watch(self, unit: str) -> None:
        """Lay this unit out before the others, now and from now on."""
        with self._lock:
            self._watched = unit
            waiting, settings = self._awaited.get(unit), self._settings
            if waiting is None or settings is None or not waiting.future.cancel():
                return
            future = self._submit(waiting.job, True, waiting.was.before if waiting.was else None)
            self._awaited[unit] = sooner = replace(waiting, future=future)
        future.add_done_callback(functools.partial(self._done, sooner, settings))

    def awaited(self) -> int:
        """Return how many units are being laid out."""
        with self._lock:
            return len(self._awaited)

    def units(self) -> tuple[UnitProof, ...]:
        """Return the newest pages of every unit that has any, in order."""
        with self._lock:
            return tuple(
                replace(
                    proof,
                    first=first,
                    numbering=self._plan.numbering[first - 1 : first - 1 + proof.sheet.sheets.pages],
                    folios=self._plan.folios[first - 1 : first - 1 + proof.sheet.sheets.pages],
                    fresh=unit.id not in self._awaited and unit.id not in self._faults,
                )
                for unit, first in zip(self._units, self._plan.firsts, strict=True)
                if (proof := self._kept.get(unit.id))
            )

    def diagnostics(self) -> list[Diagnostic]:
        """Return what was found on the pages shown, with the authors' places."""
        with self._lock:
            return [placed(one, proof.unit) for proof in self._kept.values() for one in proof.sheet.findings]

    def faults(self) -> dict[str, str]:
        """Return the units that could not be laid out, and why."""
        with self._lock:
            return dict(self._faults)

    def _settle(self, settings: PressSettings, *, waiting: bool = False) -> None:
        """Begin to lay out what is not as the page map wants it, as far as it is not under way."""
        while self._rounds < settings.limits.rounds:
            self._rounds += 1
            due = self._due(settings)
            if not due:
                break
            if waiting:
                # Units full of page numbers wait until the others have their pages.
                due = [entry for entry in due if not full_of_numbers(entry[0])] or due
                waiting = False
            due.sort(key=lambda entry: (entry[0].id != self._watched, -len(entry[1].html)))
            begun = [self._begin(unit, job, texts, settings) for unit, job, texts in due]
            for awaited in begun:  # a shared layout may be done already
                if awaited:
                    awaited.future.add_done_callback(functools.partial(self._done, awaited, settings))
            if self._awaited:
                return
        if self._cache:
            sheets = [proof.sheet for proof in self._kept.values()]
            self._cache.remember(remembered_as(settings, self._units), hints_of(sheets))

    def _due(self, settings: PressSettings) -> list[tuple[Unit, Job, tuple[str, ...]]]:
        """Return what is to be laid out; what need not be is brought up to its new numbers."""
        numbers = self._renumber(settings)
        jobs, texts = jobs_of(self._units, self._styles, settings, numbers, self._plan)
        due = []
        for unit, job, said in zip(self._units, jobs, texts, strict=True):
            kept = self._kept.get(unit.id)
            if kept and kept.job == job and self._files.agree(kept.pictures(), job.root):
                self._kept[unit.id] = UnitProof(unit, job, kept.key, kept.sheet, said, settings)
                if unit.id in self._awaited:
                    self._awaited.pop(unit.id).future.cancel()
            elif unit.id not in self._awaited or self._awaited[unit.id].job != job:
                due.append((unit, job, said))
        return due

    def _renumber(self, settings: PressSettings) -> PageMap:
        """Make the page map anew from the pages there are and, for the rest, what is guessed."""
        lengths = [
            (kept.sheet.sheets.pages, kept.sheet.sheets.anchors)
            if (kept := self._kept.get(unit.id))
            else self._lengths[unit.id]
            for unit in self._units
        ]
        self._plan = plan(self._units, [pages for pages, _ in lengths], settings.folio)
        return page_map(self._plan, [anchors for _, anchors in lengths])

    def _begin(
        self, unit: Unit, job: Job, texts: tuple[str, ...], settings: PressSettings
    ) -> _Awaited | None:
        """Take a unit from the cache, or begin to lay it out."""
        if unit.id in self._awaited:
            self._awaited.pop(unit.id).future.cancel()
        sheet = self._cache.get(job) if self._cache else None
        if sheet:
            self._kept[unit.id] = UnitProof(unit, job, job_key(job), sheet, texts, settings)
            return None
        was = self._cache.last(trail_name(settings, self._units, job), job) if self._cache else None
        future = self._submit(job, unit.id == self._watched, was.before if was else None)
        self._awaited[unit.id] = awaited = _Awaited(unit, job, texts, was, future)
        return awaited

    def _done(self, ended: _Awaited, settings: PressSettings, future: Future[LaidOut | Resumed]) -> None:
        """Take the pages of a unit, or why there are none. Runs in the thread that the pages come from."""
        unit, job = ended.unit, ended.job
        if future.cancelled():
            return
        sheet, error = None, future.exception()
        if not error:
            name = trail_name(settings, self._units, job)
            try:
                sheet = whole_unit(job, ended.was, future.result(), self._cache, name)
            except Exception as fault:  # nobody hears what is raised here
                error = fault
        with self._lock:
            awaited = self._awaited.get(unit.id)
            if awaited is None or awaited.job != job:
                return
            del self._awaited[unit.id]
            if sheet:
                self._kept[unit.id] = UnitProof(unit, job, job_key(job), sheet, ended.texts, settings)
            else:
                ours = not isinstance(error, BookbuildError)
                self._faults[unit.id] = f"{type(error).__name__}: {error}" if ours else str(error)
            self._renumber(settings)
            if not self._awaited and not self._faults:
                self._settle(settings)
        self._tell()
