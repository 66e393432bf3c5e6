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
==== ==========================================================================================
"""

from __future__ import annotations

import bisect
import io
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import pikepdf
from pikepdf import Name

from bookbuild.diagnostics import Diagnostic
from bookbuild.model.unit import Folios, PageMap, PlacedNote, PromisedNote, Unit
from bookbuild.press.folios import Plan
from bookbuild.press.pages import PageText, Reader, Run, letters_of, named_destinations
from bookbuild.press.reading_order import as_read, texts_by_letters
from bookbuild.press.settings import FOLIO_MARK, PressSettings
from bookbuild.press.sheets import Finding, LaidOut, placed
from bookbuild.press.slots import page_runs

_MM = 72 / 25.4
_OVERLAP = 2.0
"""Points by which two texts may overlap: italics lean, kerned pairs touch."""
_AFTER = 12
_NEAREST = 12
_WORD = re.compile(r"[^\W_]+(?:\u00ad[^\W_]+)*")
_LEFTOVERS = re.compile(
    rf"\[\^|\{{\{{|\}}\}}|\{{%|%\(\w|<built-in|<bound method|object at 0x|&(?:amp|lt|gt|quot|nbsp);|</?\w+>"
    rf"|\ufffd|{FOLIO_MARK}"
)
_WHOLE = {"None", "nan", "NaN", "undefined", "Undefined", "??", "???"}
_LONG = 16
"""Letters of a note from which on finding it twice is no coincidence."""


@dataclass(frozen=True, slots=True)
class _Slot:
    anchors: tuple[str, ...]
    link: str
    """Target of the link around it; empty: the numbers are links themselves."""


@dataclass(slots=True)
class _Promise:
    """What the HTML of one unit says."""

    chunks: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """Text between block boundaries with the ids around it, the nearest first, in order; notes stand
    apart from the text around them. What has the class ``unprinted`` is for screens and is left out."""
    slots: list[_Slot] = field(default_factory=list)
    after: dict[str, str] = field(default_factory=dict)
    """Anchor → letters of the text that follows it, empty where none does."""
    notes: dict[str, list[str]] = field(default_factory=dict)
    """Note → its text, divided where page numbers are filled in."""


def check(
    pdf_bytes: bytes,
    units: Sequence[Unit],
    laid_out: Sequence[LaidOut],
    plan: Plan,
    settings: PressSettings,
) -> list[Diagnostic]:
    """Return everything in a finished PDF that is not as promised."""
    with pikepdf.Pdf.open(io.BytesIO(pdf_bytes)) as pdf:
        reader = Reader(pdf)
        pages, unreadable = _read(pdf, reader)
        destinations = named_destinations(pdf)
        book = units[0]
        found = [(book, finding) for finding in (*unreadable, *_font_findings(reader))]
        found += _outline_findings(pdf, units, destinations)
        found += [(book, finding) for finding in _label_findings(pdf, pages, plan)]
    promises = {unit.id: _promise(unit) for unit in units}
    printed = PageMap(
        destinations, tuple(page.folio() or plan.folios[at] for at, page in enumerate(pages[: plan.pages]))
    )
    expected = _expected_folios(units, laid_out, plan)
    for number, page in enumerate(pages, 1):
        unit = _unit_at(units, plan, number)
        for finding in _page_findings(page, number, expected.get(number, ""), settings):
            found.append((unit, finding))
    for sheet, first in zip(laid_out, plan.firsts, strict=True):
        texts = texts_by_letters(sheet.read_leftwards)
        for at in range(first - 1, min(len(pages), first - 1 + sheet.sheets.pages) if texts else 0):
            pages[at] = replace(pages[at], runs=as_read(pages[at].runs, texts))
    letters = [letters_of("".join(run.text for run in page.runs if not run.artifact)) for page in pages]
    found += _anchor_findings(units, promises, destinations, letters)
    for unit, sheet, first in zip(units, laid_out, plan.firsts, strict=True):
        own = slice(first - 1, first - 1 + sheet.sheets.pages)
        promise = promises[unit.id]
        for finding in (
            *_note_findings(unit, promise, sheet, pages[own], letters[own]),
            *_word_findings(promise, pages[own], letters[own], {note.number for note in unit.notes}),
            *_number_findings(promise, pages[own], printed, plan, settings),
        ):
            found.append((unit, finding))
    return [placed(finding, unit) for unit, finding in found]


def _unit_at(units: Sequence[Unit], plan: Plan, page: int) -> Unit:
    return units[max(0, bisect.bisect_right(plan.firsts, page) - 1)]


def _read(pdf: pikepdf.Pdf, reader: Reader) -> tuple[list[PageText], list[Finding]]:
    """Read all pages; G213: one that cannot be read counts as empty."""
    pages, findings = [], []
    for number, page in enumerate(pdf.pages, 1):
        try:
            pages.append(reader.page(page))
        except (pikepdf.PdfError, TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
            pages.append(PageText((), (), {}, ()))
            findings.append(Finding("G213", f"page {number} of the file cannot be read: {error}"))
    return pages, findings


def _note_findings(
    unit: Unit, promise: _Promise, sheet: LaidOut, pages: Sequence[PageText], letters: Sequence[str]
) -> Iterator[Finding]:
    """G200–G202: follow the notes, and their calls, in order through the unit's pages."""
    audited = {note.id: note for note in sheet.sheets.notes}
    ends = [0] * len(pages)
    starts = [len(text) for text in letters]
    missing = []
    for note in unit.notes:
        pieces = [letters_of(piece) for piece in promise.notes.get(note.id, [])]
        page = audited[note.id].body_page - 1 if note.id in audited else -1
        if "".join(pieces) != letters_of(note.text):
            yield _about(note, "G200", "is not in the unit as the edition promises it")
        match = None
        if 0 <= page < len(pages):
            body = r"\w{1,60}?".join(map(re.escape, pieces))
            for form in (re.escape(letters_of(note.number)) + body, body):
                match = match or re.compile(form).search(letters[page], ends[page])
        if match is None:
            missing.append(note.id)
            yield _about(note, "G200", "is not printed where it should stand")
            continue
        starts[page] = min(starts[page], match.start())
        ends[page] = match.end()
    written = "".join(letters_of(chunk) for chunk, _ in promise.chunks)
    for note in unit.notes:
        body = letters_of(note.text)
        times = sum(text.count(body) for text in letters) if len(body) >= _LONG else 0
        if times > 1 and times > written.count(body):
            yield _about(note, "G201", f"is printed {times} times")
    yield from _call_findings(unit, audited, pages, starts)


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
    promise: _Promise, pages: Sequence[PageText], letters: Sequence[str], numbers: set[str]
) -> Iterator[Finding]:
    """G203: every word of the unit is on its pages, as often as it was written."""
    printed: Counter[str] = Counter()
    for page in pages:
        printed.update(letters_of(word) for word in _WORD.findall(_plain(page.runs, numbers)))
    wanted: Counter[str] = Counter()
    for chunk, _ in promise.chunks:
        wanted.update(letters_of(word) for word in _WORD.findall(chunk))
    missing = set(wanted - printed)
    if not missing:
        return
    stream = "".join(letters)
    for chunk, ids in promise.chunks:
        words = [letters_of(word) for word in _WORD.findall(chunk)]
        lost = [at for at, word in enumerate(words) if word in missing and not _stands(words, at, stream)]
        if lost:
            some = " ".join(words[at] for at in lost[:8])
            around = " ".join(words[max(0, lost[0] - 3) : lost[0] + 5])
            message = f"not printed: “{some}” (from “{around}”)"
            yield Finding("G203", message, ids, "does a style sheet hide it, or colour it away?")


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


def _plain(runs: Sequence[Run], numbers: set[str]) -> str:
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
    promise: _Promise, pages: Sequence[PageText], printed: PageMap, plan: Plan, settings: PressSettings
) -> Iterator[Finding]:
    """G204: each page number in the text is the number printed on the page that it leads to."""
    shown: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for page in pages:
        for link in page.links:
            texts = [text for text in page.text_in(link.rect) if text.strip()]
            if texts:
                shown[link.target].append(("".join(texts).strip(), texts[-1].strip()))
    for slot in promise.slots:
        for anchor, text in page_runs(slot.anchors, printed, plan.numbering, settings.page_range):
            target = slot.link or anchor
            entries = shown.get(target, [])
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
    units: Sequence[Unit],
    promises: Mapping[str, _Promise],
    destinations: Mapping[str, int],
    letters: Sequence[str],
) -> Iterator[tuple[Unit, Finding]]:
    """G204, G210: what is referred to stands on the page where its destination says."""
    after = {anchor: text for promise in promises.values() for anchor, text in promise.after.items()}
    for unit in units:
        for anchor in unit.mentions:
            page = destinations.get(anchor, 0)
            text = after.get(anchor, "")
            if not page:
                yield unit, Finding("G210", f"“{anchor}” is mentioned and leads to no page", (anchor,))
            elif not _begins(text, letters[page - 1], letters[page] if page < len(letters) else ""):
                near = [at for at in (page - 1, page + 1) if at <= len(letters) and text in letters[at - 1]]
                where = f"but begins on page {near[0]}" if near else "and does not stand there"
                message = f"“{anchor}” (“{text}…”) is said to be on page {page} of the file {where}"
                hint = "keep what begins it with the rest, a caption with its table" if near else ""
                yield unit, Finding("G204", message, (anchor,), hint)


def _begins(text: str, this: str, following: str) -> bool:
    """Tell whether a text stands on a page, or begins on it and goes on on the next."""
    return text in this or any(text[:cut] in this and text[cut:] in following for cut in range(2, len(text)))


def _page_findings(page: PageText, number: int, folio: str, settings: PressSettings) -> Iterator[Finding]:
    """G206–G209, G211, G212: boxes, edges, overprinting, leftovers and folio of one page."""
    trim = (float(settings.page.trim_width_mm) * _MM, float(settings.page.trim_height_mm) * _MM)
    bleed = float(settings.page.bleed_mm) * _MM
    media = (-bleed, -bleed, trim[0] + bleed, trim[1] + bleed)
    wanted = {"TrimBox": (0, 0, *trim), "MediaBox": media, "BleedBox": media, "CropBox": media}
    for name, box in wanted.items():
        found = page.boxes.get(name, ())
        if len(found) != 4 or any(abs(a - b) > 0.01 for a, b in zip(found, box, strict=True)):
            yield Finding("G207", f"page {number} of the file has a wrong {name}: {found}")
    for run in page.runs:
        if run.unknown:
            yield Finding(
                "G206", f"page {number} of the file shows a character no font has, near “{run.text}”"
            )
        if run.text.strip() and not (run.x0 >= -0.5 and run.x1 <= trim[0] + 0.5 and 0 <= run.y <= trim[1]):
            yield Finding("G208", f"“{run.text[:40]}” leaves page {number} of the file")
        if run.text.strip() in _WHOLE:
            yield Finding("G211", f"page {number} of the file shows “{run.text.strip()}”")
    for match in _LEFTOVERS.finditer(_plain(page.runs, set())):
        yield Finding("G211", f"page {number} of the file shows “{match[0]}”")
    yield from _overprints(page, number)
    if page.folio() != folio:
        yield Finding("G212", f"page {number} of the file is numbered “{page.folio()}”, not “{folio}”")


def _overprints(page: PageText, number: int) -> Iterator[Finding]:
    """G209: two texts on one line, or on lines nearer than half their size."""
    runs = sorted((run for run in page.runs if run.text.strip()), key=lambda run: (run.y, run.x0))
    for at, run in enumerate(runs):
        for other in runs[at + 1 :]:
            if other.y - run.y >= 0.5 * min(run.size, other.size):
                break
            if min(run.x1, other.x1) - max(run.x0, other.x0) > _OVERLAP:
                message = f"“{run.text[:30]}” and “{other.text[:30]}” are printed over each other"
                yield Finding("G209", f"{message} on page {number} of the file")
                return


def _expected_folios(units: Sequence[Unit], laid_out: Sequence[LaidOut], plan: Plan) -> dict[int, str]:
    """Return page → folio to be printed."""
    expected = {}
    for unit, sheet, first in zip(units, laid_out, plan.firsts, strict=True):
        places = {place.page for place in sheet.folio_places}
        for page in range(1, sheet.sheets.pages + 1):
            if unit.folios is Folios.SHOWN and (not places or page in places):
                expected[first + page - 1] = plan.folios[first + page - 2]
    return expected


def _label_findings(pdf: pikepdf.Pdf, pages: Sequence[PageText], plan: Plan) -> Iterator[Finding]:
    """G212: page labels are the printed numbers; G200: the file has as many pages as were laid out."""
    if len(pages) != plan.pages:
        yield Finding("G200", f"the file has {len(pages)} pages, not {plan.pages}")
    for number, page in enumerate(pages, 1):
        label = str(pdf.pages[number - 1].label)
        if page.folio() and label != page.folio():
            yield Finding("G212", f"page {number} of the file is labelled “{label}”, not “{page.folio()}”")


def _font_findings(reader: Reader) -> Iterator[Finding]:
    """G205: every font is in the file."""
    for name in sorted(reader.not_embedded):
        yield Finding("G205", f"the font “{name}” is not embedded")


def _outline_findings(
    pdf: pikepdf.Pdf, units: Sequence[Unit], destinations: Mapping[str, int]
) -> Iterator[tuple[Unit, Finding]]:
    """G210: the outline holds the promised bookmarks in order, and each leads to a page; so do links."""
    found: list[tuple[str, int]] = []
    with pdf.open_outline() as outline:
        todo = list(outline.root)
        while todo:
            item = todo.pop(0)
            found.append((item.title, destinations.get(str(item.destination), 0)))
            todo = [*item.children, *todo]
    promised = [(unit, bookmark) for unit in units for bookmark in unit.bookmarks]
    for at, (unit, bookmark) in enumerate(promised):
        title, page = found[at] if at < len(found) else ("", 0)
        if title != bookmark.label or not page:
            yield (
                unit,
                Finding(
                    "G210", f"the bookmark “{bookmark.label}” is missing or leads nowhere", (bookmark.anchor,)
                ),
            )
    for number, page_object in enumerate(pdf.pages, 1):
        for annotation in page_object.obj.get(Name.Annots, []):
            if Name.Dest in annotation and not destinations.get(str(annotation.Dest)):
                yield units[0], Finding("G210", f"a link on page {number} of the file leads nowhere")


_BLOCKS = frozenset(
    """
    address article aside blockquote body br caption dd details div dl dt figcaption figure footer
    h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section sub sup table tbody td text tfoot th
    thead tr tspan ul
    """.split()  # noqa: SIM905 - easier to read than quoted words
)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905
_UNSEEN = frozenset("desc head metadata script style title".split())  # noqa: SIM905


class _Parser(HTMLParser):
    """Takes a unit's HTML apart without the engine's help."""

    def __init__(self, notes: Iterable[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.promise = _Promise(notes={note: [""] for note in notes})
        self.open: list[tuple[str, str, str]] = []
        """Open tags, what closing them ends (``note``, ``unseen``, ``link`` or nothing), and their ids."""
        self.texts: list[list[str]] = [[]]
        """Text gathered, innermost note last."""
        self.inside: list[str] = []
        self.links: list[str] = []
        self.unseen = 0
        self.waiting: dict[str, list[str]] = {}
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if tag in _BLOCKS:
            self._boundary()
        name, what = values.get("id", ""), ""
        if name in self.promise.notes:
            what = "note"
            self._end_of_text()  # a number is printed here, and the note may stand on the next page
            self.waiting.clear()
            self.texts.append([])
            self.inside.append(name)
        elif tag in _UNSEEN or "unprinted" in values.get("class", "").split():
            what = "unseen"
            self.unseen += 1
        elif tag == "a" and "href" in values:
            what = "link"
            self.links.append(values["href"].removeprefix("#") if values["href"].startswith("#") else "")
        if name:
            self.waiting[name] = []
            self.ids.append(name)
        if "page-slot" in values.get("class", "").split():
            link = self.links[-1] if self.links else ""
            self.promise.slots.append(_Slot(tuple(values.get("data-pages", "").split()), link))
            self._boundary()
            if self.inside:
                self.promise.notes[self.inside[-1]].append("")
        if tag not in _VOID:
            self.open.append((tag, what, name))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not any(opened == tag for opened, _, _ in self.open):
            return
        if tag in _BLOCKS:
            self._boundary()
        while self.open:
            opened, what, name = self.open.pop()
            if name in self.waiting and not any(self.waiting[name]):
                del self.waiting[name]  # an empty element: what follows may stand on the next page
            if what == "note":
                self._boundary()
                self.texts.pop()
                self.inside.pop()
                self._boundary()
            elif what == "unseen":
                self.unseen -= 1
            elif what == "link":
                self.links.pop()
            if opened == tag:
                return

    def handle_data(self, data: str) -> None:
        if self.unseen:
            return
        self.texts[-1].append(data)
        if self.inside:
            self.promise.notes[self.inside[-1]][-1] += data
        found = letters_of(data)
        for name, letters in list(self.waiting.items()):
            letters.append(found)
            if sum(map(len, letters)) >= _AFTER:
                self.promise.after[name] = "".join(letters)[:_AFTER]
                del self.waiting[name]

    def _boundary(self) -> None:
        text = "".join(self.texts[-1])
        self.texts[-1].clear()
        if text.strip():
            self.promise.chunks.append((text, tuple(reversed(self.ids[-_NEAREST:]))))
        self._end_of_text()

    def _end_of_text(self) -> None:
        """Let no anchor wait for text beyond this point, if it had any."""
        for name, letters in list(self.waiting.items()):
            if any(letters):
                self.promise.after[name] = "".join(letters)[:_AFTER]
                del self.waiting[name]


def _promise(unit: Unit) -> _Promise:
    parser = _Parser(note.id for note in unit.notes)
    parser.feed(unit.html)
    parser.close()
    parser._boundary()
    return parser.promise
