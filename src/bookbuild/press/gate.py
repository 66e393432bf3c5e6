"""The gate: read the finished PDF again and compare it with what the units promised.

Reads with ``pages``, which knows PDF and nothing of this program. What was promised is taken
from the units' own HTML, so a fault in laying out, joining or drawing shows as a difference.
A PDF with a finding is not published.

==== ==========================================================================================
G200 a note is not printed, or not where the audit of the boxes saw it
G201 a note is printed more than once
G202 the call of a note is not printed
G203 a word is not printed
G204 a printed page number is not the number printed on the page that it names
G205 a font is not embedded
G206 a character is drawn that no font has
G207 page boxes are not those of the page format
G208 text leaves the page
G209 text is printed over other text
G210 a link or bookmark leads nowhere
G211 a leftover of the program stands on the page
G212 folios and page labels are not what the place of the page says
G213 a page cannot be read
G214 a block begins on another spread than its translation: see ``spreads``
==== ==========================================================================================
"""

from __future__ import annotations

import bisect
import contextlib
import io
import re
import tempfile
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import pikepdf

from bookbuild.diagnostics import Diagnostic
from bookbuild.model.page import PageFormat
from bookbuild.model.unit import Folios, PageMap, PlacedNote, PromisedNote, Unit
from bookbuild.press.folios import Plan, by_language
from bookbuild.press.fonts import hide_system_fonts
from bookbuild.press.pages import PageText, Reader, Run, folded, letters_of, named_destinations, page_labels
from bookbuild.press.promises import Promise, promise_of
from bookbuild.press.reading_order import as_read, texts_by_letters
from bookbuild.press.readings import Glyphs, Reading, Readings, glyph_facts, key_of, still_so
from bookbuild.press.settings import FOLIO_MARK, PressSettings
from bookbuild.press.sheets import Finding, LaidOut, placed
from bookbuild.press.slots import page_runs

_MM = 72 / 25.4
_OVERLAP = 2.0
"""Points by which two texts may overlap: italics lean, kerned pairs touch."""
_WORD = re.compile(r"[^\W_]+(?:\u00ad[^\W_]+)*")
_LEFTOVERS = re.compile(
    rf"\[\^|\{{\{{|\}}\}}|\{{%|%\(\w|<built-in|<bound method|object at 0x|&(?:amp|lt|gt|quot|nbsp);|</?\w+>"
    rf"|\ufffd|{FOLIO_MARK}"
)
_WHOLE = {"None", "nan", "NaN", "undefined", "Undefined", "??", "???"}
_LONG = 16
"""Letters of a note from which on finding it twice is no coincidence."""


Found = list[tuple[Unit, Finding]]


def check(
    pdf_bytes: bytes,
    units: Sequence[Unit],
    laid_out: Sequence[LaidOut],
    plan: Plan,
    settings: PressSettings,
    kept: Readings | None = None,
    *,
    others: Mapping[str, PressSettings] | None = None,
    executor: Executor | None = None,
) -> list[Diagnostic]:
    """Return everything in a finished PDF that is not as promised.

    ``others``: settings of units in another language than the book's, by language. ``kept`` has what was
    read on pages that were right: while the very same content stands in the file they are not read again.
    The answer is the same without it, and without ``executor``, which shares out the reading of many pages.
    """
    with pikepdf.Pdf.open(io.BytesIO(pdf_bytes)) as pdf:
        book = _Book(list(pdf.pages), Reader(), units, laid_out, plan, settings)
        destinations = named_destinations(pdf, book.pages)
        folios = book.printed_folios()
        book.found += _outline_findings(pdf, units, destinations)
        book.found += [(units[0], finding) for finding in _label_findings(pdf, folios, plan)]
        found = book.readings(pdf_bytes, kept, executor)
        book.read_blank_pages()
        book.found += [(units[0], finding) for finding in _font_findings(book.reader)]
        book.found += _anchor_findings(book, found, destinations)
        printed = PageMap(
            destinations, tuple(folio or plan.folios[at] for at, folio in enumerate(folios[: plan.pages]))
        )
    for at, (unit, reading) in enumerate(zip(units, found, strict=True)):
        own = (others or {}).get(unit.lang, settings)
        book.found += [(unit, finding) for finding in _number_findings(reading, printed, plan, own)]
        numbers = plan.pages_of(at, len(reading.targets))
        book.found += [(unit, finding) for finding in _link_findings(reading, destinations, numbers)]
    return [placed(finding, unit) for unit, finding in book.found]


@dataclass(slots=True)
class _Book:
    """A finished PDF while it is read."""

    pages: list[pikepdf.Page]
    reader: Reader
    units: Sequence[Unit]
    laid_out: Sequence[LaidOut]
    plan: Plan
    settings: PressSettings
    found: Found = field(default_factory=list)
    margins: list[PageText] = field(default_factory=list)

    def printed_folios(self) -> list[str]:
        """Read the margins of all pages; G213: one that cannot be read counts as empty."""
        for number, page in enumerate(self.pages, 1):
            try:
                self.margins.append(self.reader.margin(page))
            except _UNREADABLE as error:
                self.margins.append(_EMPTY)
                self.found.append((self.units[0], _unreadable(number, error)))
        return [margin.folio() for margin in self.margins]

    def readings(self, pdf: bytes, kept: Readings | None, executor: Executor | None) -> list[Reading]:
        """Read the pages of all units, or take what was kept of them, and note what is wrong."""
        keys = [self._key(at) if kept else "" for at in range(len(self.units))]
        known = [self._known(at, key, kept) if kept else None for at, key in enumerate(keys)]
        read = self._read([at for at, reading in enumerate(known) if not reading], pdf, executor)
        found = []
        for at, reading in enumerate(known):
            unit, numbers = self.units[at], self._numbers(at)
            if not reading:
                reading = read[at].reading
                self.found += [(self.units[0], finding) for finding in read[at].unreadable]
                self.found += [(unit, finding) for finding in read[at].findings]
                if kept and keys[at] and read[at].may_be_kept():
                    kept.keep(keys[at], replace(reading, glyphs=read[at].glyphs or {}))
            self._check_margins(unit, self.laid_out[at], numbers, reading.near)
            found.append(reading)
        return found

    def _key(self, at: int) -> str:
        with contextlib.suppress(*_UNREADABLE):
            return key_of(self.units[at], self.laid_out[at], self.settings, self.reader, self._pages_of(at))
        return ""

    def _known(self, at: int, key: str, kept: Readings) -> Reading | None:
        reading = kept.find(key) if key else None
        return reading if reading and still_so(reading, self.reader, self._pages_of(at)) else None

    def _read(self, wanted: Sequence[int], pdf: bytes, executor: Executor | None) -> dict[int, UnitRead]:
        """Read the pages of some units, in other processes if they are many."""
        lengths = [len(self._numbers(at)) for at in wanted]
        if executor is None or sum(lengths) < _MANY:
            return {at: self._read_here(at) for at in wanted}
        for at in wanted:
            with contextlib.suppress(*_UNREADABLE):
                for page in self._pages_of(at):
                    self.reader.fonts(page)  # noted whether they are embedded
        parts = [list(part) for part in _shared_out(wanted, lengths)]
        with _handed_over(pdf) as file:
            work = [executor.submit(read_units, self._job(part, file)) for part in parts]
            results = [future.result() for future in work]
        return {
            at: read
            for part, result in zip(parts, results, strict=True)
            for at, read in zip(part, result, strict=True)
        }

    def _job(self, part: Sequence[int], file: bytes | Path) -> ReadingJob:
        return ReadingJob(
            self.units[part[0]].id,
            file,
            tuple(
                (self.units[at], _without_pages(self.laid_out[at]), tuple(self._numbers(at))) for at in part
            ),
            self.settings.page,
        )

    def _read_here(self, at: int) -> UnitRead:
        pages = self._pages_of(at)
        return _unit_read(
            self.units[at], self.laid_out[at], self._numbers(at), pages, self.reader, self.settings.page
        )

    def _pages_of(self, at: int) -> list[pikepdf.Page]:
        return [self.pages[number - 1] for number in self._numbers(at)]

    def whereabouts(self, at: int, anchor: str, page: int) -> tuple[str, int]:
        """Return the text after an anchor of a unit, and the page beside one on which it stands, or 0."""
        numbers, step = self._numbers(at), self.plan.step
        letters = _as_words(self.texts(at), self.laid_out[at])[1]
        text = promise_of(self.units[at]).after.get(anchor, "")
        near = (other for other in (page - step, page + step) if other in numbers)
        return text, next((other for other in near if text in letters[numbers.index(other)]), 0)

    def texts(self, at: int) -> list[PageText]:
        """Read a unit's pages."""
        return [self._text(number, self.pages[number - 1]) for number in self._numbers(at)]

    def _numbers(self, at: int) -> Sequence[int]:
        """Return the numbers of a unit's pages, as far as the file has them."""
        numbers = self.plan.pages_of(at, self.laid_out[at].sheets.pages)
        return [number for number in numbers if number <= len(self.pages)]

    def _text(self, number: int, page: pikepdf.Page) -> PageText:
        try:
            return self.reader.page(page)
        except _UNREADABLE as error:
            self.found.append((self.units[0], _unreadable(number, error)))
            return _EMPTY

    def _check_margins(
        self, unit: Unit, sheet: LaidOut, numbers: Sequence[int], near: Sequence[Sequence[Run]]
    ) -> None:
        """G206, G208, G209, G211, G212: what is drawn in the margins, and beside what."""
        places = {place.page for place in sheet.folio_places}
        trim = _trim(self.settings.page)
        for page, (number, own) in enumerate(zip(numbers, near, strict=True), 1):
            margin = self.margins[number - 1]
            shown = unit.folios is Folios.SHOWN and (not places or page in places)
            findings = [
                *_run_findings(margin.runs, number, trim),
                *_overprints([*margin.runs, *own], number),
                *_folio_findings(margin, number, self.plan.folios[number - 1] if shown else ""),
            ]
            self.found += [(unit, finding) for finding in findings]

    def read_blank_pages(self) -> None:
        """Check the pages that belong to no unit: their boxes are right and nothing stands on them."""
        owned: set[int] = set()
        for at, sheet in enumerate(self.laid_out):
            owned.update(self.plan.pages_of(at, sheet.sheets.pages))
        for number, page in enumerate(self.pages, 1):
            if number not in owned:
                unit = self.units[max(0, bisect.bisect_right(self.plan.firsts, number) - 1)]
                text = self._text(number, page)
                self.found += [(unit, one) for one in _page_findings(text, number, self.settings.page)]
                self.found += [(unit, one) for one in _folio_findings(text, number, "")]


_MANY = 40
"""Pages from which on it pays to read them in other processes."""
_PARTS = 6
_LARGE = 16 * 2**20
"""Bytes of a PDF from which on it is not sent to those who read it."""
_UNREADABLE = (pikepdf.PdfError, TypeError, ValueError, KeyError, AttributeError, IndexError)
_EMPTY = PageText((), 0, (), {}, {})


def _unreadable(number: int, error: Exception) -> Finding:
    return Finding("G213", f"page {number} of the file cannot be read: {error}")


@dataclass(frozen=True, slots=True)
class ReadingJob:
    """Units whose pages are to be read in a finished PDF."""

    unit: str
    """The first of them."""
    file: bytes | Path
    parts: tuple[tuple[Unit, LaidOut, tuple[int, ...]], ...]
    """For each unit, what was laid out, without its pages, and their numbers in the PDF, from 1."""
    form: PageFormat


@dataclass(frozen=True, slots=True)
class UnitRead:
    """What was read on a unit's pages, and is wrong with them."""

    reading: Reading
    findings: tuple[Finding, ...]
    unreadable: tuple[Finding, ...]
    glyphs: Mapping[str, Glyphs] | None
    """What the fonts say of the glyphs drawn; nothing if two of one name say different things."""

    def may_be_kept(self) -> bool:
        """Tell whether the pages are as promised and the fonts clear."""
        return not self.findings and not self.unreadable and self.glyphs is not None


@contextlib.contextmanager
def _handed_over(pdf: bytes) -> Iterator[bytes | Path]:
    """Put a large file where others read it: it would be in memory for each of them, and twice while sent."""
    with contextlib.ExitStack() as stack:
        file: bytes | Path = pdf
        if len(pdf) >= _LARGE:
            with contextlib.suppress(OSError):  # no room there: then it is sent
                folder = stack.enter_context(tempfile.TemporaryDirectory(dir=hide_system_fonts().parent))
                written = Path(folder, "book.pdf")
                written.write_bytes(pdf)
                file = written
        yield file


def read_units(job: ReadingJob) -> list[UnitRead]:
    """Read the pages of some units in a finished PDF. Runs in a worker."""
    with pikepdf.Pdf.open(job.file if isinstance(job.file, Path) else io.BytesIO(job.file)) as pdf:
        pages, reader = list(pdf.pages), Reader()
        return [
            _unit_read(unit, sheet, numbers, [pages[number - 1] for number in numbers], reader, job.form)
            for unit, sheet, numbers in job.parts
        ]


def _unit_read(
    unit: Unit,
    sheet: LaidOut,
    numbers: Sequence[int],
    pages: Sequence[pikepdf.Page],
    reader: Reader,
    form: PageFormat,
) -> UnitRead:
    texts, unreadable = [], []
    for number, page in zip(numbers, pages, strict=True):
        try:
            texts.append(reader.page(page))
        except _UNREADABLE as error:
            texts.append(_EMPTY)
            unreadable.append(_unreadable(number, error))
    reading, findings = _read_unit(unit, sheet, texts, numbers, form)
    glyphs = None
    with contextlib.suppress(*_UNREADABLE):
        glyphs = glyph_facts(reader, pages, texts)
    return UnitRead(reading, tuple(findings), tuple(unreadable), glyphs)


def _without_pages(sheet: LaidOut) -> LaidOut:
    return replace(sheet, sheets=replace(sheet.sheets, pdf=b""))


def _shared_out(units: Sequence[int], lengths: Sequence[int]) -> Iterator[Sequence[int]]:
    """Share out units, in order, so that the parts have about as many pages each."""
    share = sum(lengths) / _PARTS
    part: list[int] = []
    pages = 0
    for unit, length in zip(units, lengths, strict=True):
        part.append(unit)
        pages += length
        if pages >= share:
            yield part
            part, pages = [], 0
    if part:
        yield part


def _read_unit(
    unit: Unit,
    sheet: LaidOut,
    texts: Sequence[PageText],
    numbers: Sequence[int],
    form: PageFormat,
) -> tuple[Reading, list[Finding]]:
    """Compare a unit's pages, without their margins, with what its HTML promises."""
    promise = promise_of(unit)
    findings = [
        finding
        for number, page in zip(numbers, texts, strict=True)
        for finding in _page_findings(page, number, form)
    ]
    pages, letters = _as_words(texts, sheet)
    findings += _note_findings(unit, promise, sheet, pages, letters)
    findings += _word_findings(promise, pages, letters, {note.number for note in unit.notes})
    shown: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for page in pages:
        for link in page.links:
            pieces = [text for text in page.text_in(link.rect) if text.strip()]
            if pieces:
                shown[link.target].append(("".join(pieces).strip(), pieces[-1].strip()))
    begins = {
        anchor: at if _begins(text, letters[at - 1], "".join(letters[at : at + 1])) else 0
        for anchor, text in promise.after.items()
        if (at := sheet.destinations.get(anchor, (0, 0.0, 0.0))[0]) and at <= len(pages)
    }
    return (
        Reading(
            slots=tuple(promise.slots),
            shown={target: tuple(entries) for target, entries in shown.items()},
            targets=tuple(tuple(dict.fromkeys(link.target for link in page.links)) for page in texts),
            begins=begins,
            near=tuple(_near_margin(page) for page in texts),
            fonts=tuple(tuple(sorted(page.glyphs)) for page in texts),
            glyphs={},
        ),
        findings,
    )


def _as_words(texts: Sequence[PageText], sheet: LaidOut) -> tuple[list[PageText], list[str]]:
    """Return a unit's pages without margins, with their texts as they are read, and the letters of each."""
    waiting = texts_by_letters(sheet.read_leftwards)
    pages = [replace(page, runs=as_read(page.runs[page.margin :], waiting), margin=0) for page in texts]
    return pages, [letters_of("".join(run.text for run in page.runs if not run.artifact)) for page in pages]


def _near_margin(page: PageText) -> tuple[Run, ...]:
    """Return a page's own texts that a text in its margin could touch, whatever number that is."""
    margin = page.runs[: page.margin]
    return tuple(
        run
        for run in page.runs[page.margin :]
        if any(abs(run.y - other.y) < max(run.size, other.size) for other in margin)
    )


def _note_findings(
    unit: Unit, promise: Promise, sheet: LaidOut, pages: Sequence[PageText], letters: Sequence[str]
) -> Iterator[Finding]:
    """G200–G202: follow the notes, and their calls, in order through the unit's pages."""
    audited = {note.id: note for note in sheet.sheets.notes}
    ends = [0] * len(pages)
    starts = [len(text) for text in letters]
    missing = []
    found: list[set[int]] = [set() for _ in pages]  # where the text of a note begins
    for note in unit.notes:
        pieces = [letters_of(piece) for piece in promise.notes.get(note.id, [])]
        page = audited[note.id].body_page - 1 if note.id in audited else -1
        if "".join(pieces) != letters_of(note.text):
            yield _about(note, "G200", "is not in the unit as the edition promises it")
        match = None
        if 0 <= page < len(pages):
            body = r"\w{1,60}?".join(map(re.escape, pieces))
            for form in (f"{re.escape(letters_of(note.number))}(?P<body>{body})", f"(?P<body>{body})"):
                match = match or re.compile(form).search(letters[page], ends[page])
        if match is None:
            missing.append(note.id)
            yield _about(note, "G200", "is not printed where it should stand")
            continue
        starts[page] = min(starts[page], match.start())
        ends[page] = match.end()
        found[page].add(match.start("body"))
    bodies = [letters_of(note.text) for note in unit.notes]
    for note, body in zip(unit.notes, bodies, strict=True):
        # A longer note that begins with the same words is no second print of this one; nor is another note
        # or the text that reads like this one with the number after it.
        elsewhere = _times_elsewhere(body, letters, found) if len(body) >= _LONG else 0
        if elsewhere and elsewhere > _times_promised(body, promise) - sum(
            one.startswith(body) for one in bodies
        ):
            yield _about(note, "G201", f"is printed {elsewhere + 1} times")
    yield from _call_findings(unit, audited, pages, starts)


def _times_promised(body: str, promise: Promise) -> int:
    """Count where a unit's text and notes are to read like a text, numbers of notes among them."""
    return promise.text_read.count(body) + promise.notes_read.count(body)


def _times_elsewhere(body: str, letters: Sequence[str], found: Sequence[set[int]]) -> int:
    """Count where a text is printed and no note was found to begin."""
    return sum(
        match.start() not in found[page]
        for page, text in enumerate(letters)
        if body in text
        for match in re.finditer(body, text)  # letters only: nothing to escape
    )


def _call_findings(
    unit: Unit, audited: Mapping[str, PlacedNote], pages: Sequence[PageText], starts: Sequence[int]
) -> Iterator[Finding]:
    """G202: the numbers of the notes stand in the text, in order, above the notes."""
    above: list[list[str]] = []
    for page, start in zip(pages, starts, strict=True):
        shown, length = [], 0
        for run in page.runs:
            own = letters_of(run.text) if not run.artifact else ""
            if length < start:
                shown.append(own)
            length += len(own)
        above.append(shown)
    positions = [0] * len(pages)
    for note in unit.notes:
        if note.id not in audited:
            continue
        at = audited[note.id].call_page - 1
        number = letters_of(note.number)
        try:
            positions[at] = above[at].index(number, positions[at]) + 1
        except (ValueError, IndexError):
            yield _about(note, "G202", "has no call in the text")


def _about(note: PromisedNote, code: str, what: str) -> Finding:
    start = note.text if len(note.text) < 40 else f"{note.text[:38]}…"
    return Finding(code, f"note {note.number} (“{start}”) {what}", (note.id, f"call-{note.id}"))


def _word_findings(
    promise: Promise, pages: Sequence[PageText], letters: Sequence[str], numbers: set[str]
) -> Iterator[Finding]:
    """G203: every word of the unit is on its pages, as often as it was written."""
    printed = _printed_words(pages, numbers)
    wanted: Counter[str] = Counter()
    for chunk, _ in promise.chunks:
        wanted.update(_words(chunk))
    if wanted - printed:
        # Digits that are drawn one by one may look like the numbers of notes.
        printed |= _printed_words(pages, frozenset())
    printed.update(_broken_over_pages(pages, wanted - printed))
    missing = set(wanted - printed)
    if not missing:
        return
    stream = "".join(letters)
    for chunk, ids in promise.chunks:
        words = _words(chunk)
        lost = [at for at, word in enumerate(words) if word in missing and not _stands(words, at, stream)]
        if lost:
            some = " ".join(words[at] for at in lost[:8])
            around = " ".join(words[max(0, lost[0] - 3) : lost[0] + 5])
            message = f"not printed: “{some}” (from “{around}”)"
            yield Finding("G203", message, ids, "does a style sheet hide it, or colour it away?")


def _printed_words(pages: Sequence[PageText], numbers: Set[str]) -> Counter[str]:
    """Count the words on the pages; texts that are one of ``numbers`` are words of their own."""
    return Counter(word for page in pages for word in _words(_plain(page.runs, numbers)))


def _words(text: str) -> list[str]:
    return [word.replace("\u00ad", "") for word in _WORD.findall(folded(text))]


def _broken_over_pages(pages: Sequence[PageText], missing: Counter[str]) -> Iterator[str]:
    """Yield words of which a page shows the beginning, with a hyphen, and the next page the rest."""
    for page, following in pairwise(pages):
        rest = next((words[0] for run in following.runs if (words := _words(run.text))), "")
        for run in page.runs:
            start = _words(run.text)[-1:] if run.text.endswith("\u2010") else []
            if start and missing[start[0] + rest]:
                yield start[0] + rest
                break


def _stands(words: Sequence[str], at: int, stream: str) -> bool:
    """Tell whether a word stands on the pages beside one of its neighbours, whole or hyphenated.

    A page break, a call or a column may part it from one neighbour, rarely from both.
    """
    word = words[at]
    before, after = "".join(words[max(0, at - 3) : at])[-10:], "".join(words[at + 1 : at + 4])[:10]
    if not before and not after:
        return word in stream
    if (before and before + word in stream) or (after and word + after in stream):
        return True
    return any(before + word[:cut] in stream and word[cut:] + after in stream for cut in range(1, len(word)))


def _plain(runs: Sequence[Run], numbers: Set[str]) -> str:
    """Return the text of a page with spaces and line ends where the eye sees them."""
    parts: list[str] = []
    previous: Run | None = None
    for run in runs:
        if run.artifact:
            continue
        if previous is not None:
            same_line = abs(run.baseline - previous.baseline) < 0.1 and abs(run.size - previous.size) < 0.1
            gap = max(run.x0 - previous.x1, previous.x0 - run.x1)
            touching = -0.5 * run.size < gap < 0.12 * run.size
            if same_line and touching and run.text not in numbers and previous.text not in numbers:
                pass
            elif parts[-1].endswith("\u2010") and abs(run.baseline - previous.baseline) >= 0.1:
                parts[-1] = parts[-1][:-1]
            else:
                parts.append(" ")
        parts.append(run.text)
        previous = run
    return unicodedata.normalize("NFC", "".join(parts))


def _number_findings(
    reading: Reading, printed: PageMap, plan: Plan, settings: PressSettings
) -> Iterator[Finding]:
    """G204: each page number in the text is the number printed on the page that it leads to."""
    shown = {target: list(entries) for target, entries in reading.shown.items()}
    for slot in reading.slots:
        for anchor, text in page_runs(slot.anchors, printed, plan.numbering, settings.page_range):
            entries = shown.get(slot.link or anchor, [])
            at = _index_of(entries, text, last=bool(slot.link))
            if at is None:
                said = ", ".join(f"“{whole}”" for whole, _ in entries[:4]) or "nothing"
                message = f"the page of “{anchor}” should be printed as “{text}”; printed is {said}"
                yield Finding("G204", message, (anchor,))
            else:
                del entries[at]


def _index_of(entries: Sequence[tuple[str, str]], text: str, last: bool) -> int | None:
    for at, (whole, end) in enumerate(entries):
        if (end if last else whole) == text:
            return at
        if at + 1 < len(entries) and whole + entries[at + 1][0] == text:
            return at  # broken over two lines
    return None


def _anchor_findings(
    book: _Book, found: Sequence[Reading], destinations: Mapping[str, int]
) -> Iterator[tuple[Unit, Finding]]:
    """G204, G210: what is referred to stands on the page where its destination says."""
    mentioned = {anchor for unit in book.units for anchor in unit.mentions}
    begins = {
        anchor: (at, (book.plan.firsts[at] + (page - 1) * book.plan.step) if page else 0)
        for at, reading in enumerate(found)
        for anchor, page in reading.begins.items()
        if anchor in mentioned
    }
    for unit in book.units:
        for anchor in unit.mentions:
            page = destinations.get(anchor, 0)
            owner, start = begins.get(anchor, (0, page))
            if not page:
                yield unit, Finding("G210", f"“{anchor}” is mentioned and leads to no page", (anchor,))
            elif start != page:
                text, near = book.whereabouts(owner, anchor, page)
                where = f"but begins on page {near}" if near else "and does not stand there"
                message = f"“{anchor}” (“{text}…”) is said to be on page {page} of the file {where}"
                hint = "keep what begins it with the rest, a caption with its table" if near else ""
                yield unit, Finding("G204", message, (anchor,), hint)


def _begins(text: str, this: str, following: str) -> bool:
    """Tell whether a text stands on a page, or begins on it and goes on on the next."""
    return text in this or any(text[:cut] in this and text[cut:] in following for cut in range(2, len(text)))


def _trim(form: PageFormat) -> tuple[float, float]:
    return float(form.trim_width_mm) * _MM, float(form.trim_height_mm) * _MM


def _page_findings(page: PageText, number: int, form: PageFormat) -> Iterator[Finding]:
    """G206–G209, G211: boxes, edges, overprinting and leftovers of one page without its margin."""
    trim = _trim(form)
    bleed = float(form.bleed_mm) * _MM
    media = (-bleed, -bleed, trim[0] + bleed, trim[1] + bleed)
    wanted = {"TrimBox": (0, 0, *trim), "MediaBox": media, "BleedBox": media, "CropBox": media}
    for name, box in wanted.items():
        found = page.boxes.get(name, ())
        if len(found) != 4 or any(abs(a - b) > 0.01 for a, b in zip(found, box, strict=True)):
            yield Finding("G207", f"page {number} of the file has a wrong {name}: {found}")
    own = page.runs[page.margin :]
    yield from _run_findings(own, number, trim)
    for match in _LEFTOVERS.finditer(_plain(own, set())):
        yield Finding("G211", f"page {number} of the file shows “{match[0]}”")
    yield from _overprints(own, number)


def _run_findings(runs: Sequence[Run], number: int, trim: tuple[float, float]) -> Iterator[Finding]:
    for run in runs:
        if run.unknown:
            yield Finding(
                "G206", f"page {number} of the file shows a character no font has, near “{run.text}”"
            )
        if run.text.strip() and not (run.x0 >= -0.5 and run.x1 <= trim[0] + 0.5 and 0 <= run.y <= trim[1]):
            yield Finding("G208", f"“{run.text[:40]}” leaves page {number} of the file")
        if run.text.strip() in _WHOLE:
            yield Finding("G211", f"page {number} of the file shows “{run.text.strip()}”")


def _folio_findings(page: PageText, number: int, folio: str) -> Iterator[Finding]:
    if page.folio() != folio:
        yield Finding("G212", f"page {number} of the file is numbered “{page.folio()}”, not “{folio}”")


def _overprints(drawn: Sequence[Run], number: int) -> Iterator[Finding]:
    """G209: two texts on one line, or on lines nearer than half their size."""
    runs = sorted((run for run in drawn if run.text.strip()), key=lambda run: (run.y, run.x0))
    for at, run in enumerate(runs):
        for other in runs[at + 1 :]:
            if other.y - run.y >= 0.5 * min(run.size, other.size):
                break
            if min(run.x1, other.x1) - max(run.x0, other.x0) > _OVERLAP:
                message = f"“{run.text[:30]}” and “{other.text[:30]}” are printed over each other"
                yield Finding("G209", f"{message} on page {number} of the file")
                return


def _label_findings(pdf: pikepdf.Pdf, folios: Sequence[str], plan: Plan) -> Iterator[Finding]:
    """G212: page labels are the printed numbers; G200: the file has as many pages as were laid out."""
    if len(folios) != plan.pages:
        yield Finding("G200", f"the file has {len(folios)} pages, not {plan.pages}")
    for number, (folio, label) in enumerate(zip(folios, page_labels(pdf, len(folios)), strict=True), 1):
        if folio and label != folio:
            yield Finding("G212", f"page {number} of the file is labelled “{label}”, not “{folio}”")


def _link_findings(
    reading: Reading, destinations: Mapping[str, int], numbers: Sequence[int]
) -> Iterator[Finding]:
    """G210: a link to nowhere."""
    for number, targets in zip(numbers, reading.targets, strict=True):
        if any(not destinations.get(target) for target in targets):
            yield Finding("G210", f"a link on page {number} of the file leads nowhere")


def _font_findings(reader: Reader) -> Iterator[Finding]:
    """G205: every font is in the file."""
    for name in sorted(reader.not_embedded):
        yield Finding("G205", f"the font “{name}” is not embedded")


def _outline_findings(
    pdf: pikepdf.Pdf, units: Sequence[Unit], destinations: Mapping[str, int]
) -> Iterator[tuple[Unit, Finding]]:
    """G210: the outline holds the promised bookmarks in order, and each leads to a page."""
    found: list[tuple[str, int]] = []
    with pdf.open_outline() as outline:
        todo = list(outline.root)
        while todo:
            item = todo.pop(0)
            found.append((item.title, destinations.get(str(item.destination), 0)))
            todo = [*item.children, *todo]
    promised = [(unit, bookmark) for unit in by_language(units) for bookmark in unit.bookmarks]
    for at, (unit, bookmark) in enumerate(promised):
        title, page = found[at] if at < len(found) else ("", 0)
        if title != bookmark.label or not page:
            yield (
                unit,
                Finding(
                    "G210", f"the bookmark “{bookmark.label}” is missing or leads nowhere", (bookmark.anchor,)
                ),
            )
