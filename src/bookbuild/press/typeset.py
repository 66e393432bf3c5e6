"""One unit of HTML to pages. Runs in a worker: takes a ``Job``, returns a ``LaidOut``, keeps nothing."""

from __future__ import annotations

import functools
import gc
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from bookbuild.diagnostics import Severity
from bookbuild.model.page import PageFormat
from bookbuild.model.unit import PlacedNote, Sheets
from bookbuild.press import audit, complaints, fonts, margin_signs
from bookbuild.press.engine import Engine, engine, register_hyphenation
from bookbuild.press.fetch import BASE_URL, fetcher
from bookbuild.press.settings import FOLIO_MARK, Limits, StyleSheet
from bookbuild.press.sheets import Finding, FolioPlace, FontUse, LaidOut
from bookbuild.press.styles import house_styles
from bookbuild.press.trail import CannotResumeError, Trace, Trail

_PX_TO_PT = 0.75
_LARGE = 16 * 2**20
"""Bytes of pages from which on what they were made of is looked for and let go of at once."""
_EXACT_UNITS = 1000
"""Units to the em of a font whose widths in a PDF need no rounding."""
_BACKGROUND = 10
"""Niceness of work that nobody waits for."""
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*?font-family\s*:\s*(?:\"([^\"]+)\"|'([^']+)'|([^;}]+))", re.I)
_COUNTS_PAGES = re.compile(r"counter\(\s*pages?\b|target-counters?\(", re.IGNORECASE)
_READ = re.compile(rb"/BookRead <</T <([0-9a-f]*)>>> BDC")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that decides how one unit's pages look, and nothing else."""

    unit: str
    html: str
    """Page slots filled as far as their width goes, links freed."""
    notes: tuple[str, ...]
    anchors: tuple[str, ...]
    side: str
    """Side of the first page: ``left`` or ``right``."""
    styles: tuple[StyleSheet, ...]
    root: Path
    page: PageFormat
    hyphenation: Mapping[str, Path]
    limits: Limits
    tagged: bool = False


def typeset(job: Job) -> LaidOut:
    """Lay out one unit and look at its pages.

    Raises:
        InternalFault: the installed engine is not the known one.
    """
    setup, trace = set_up(job), Trace()
    with complaints.listening() as heard:
        document = _render(setup, job, trace)
        laid_out = look_at(document, job, setup, heard, trace)
        if len(laid_out.sheets.pdf) >= _LARGE:  # its pictures are in the document, too, until that is gone
            del document
            gc.collect()
        return laid_out


@dataclass(frozen=True, slots=True)
class Before:
    """What the last layout of a unit left, without its pages."""

    key: str
    """Digest of what decided how it looked."""
    trail: Trail
    notes: tuple[PlacedNote, ...]
    anchors: Mapping[str, int]
    fonts: tuple[FontUse, ...]


@dataclass(frozen=True, slots=True)
class Resumed:
    """Pages of a unit in place of some of its pages as they were; the others stay."""

    first: int
    """Pages before them, which stay."""
    until: int
    """Pages before those after them, which stay too, by their number in the unit as it was."""
    middle: LaidOut
    """Counts its pages from 1."""
    fonts: tuple[FontUse, ...]
    """Of the whole unit."""


def typeset_again(job: Job, before: Before | None) -> LaidOut | Resumed:
    """Lay out what differs from the last time; the whole unit if that cannot be told, or something is wrong.

    Raises:
        InternalFault: the installed engine is not the known one.
    """
    if before is None:
        return typeset(job)
    try:
        return _resume(job, before)
    except CannotResumeError:
        return typeset(job)


def _resume(job: Job, before: Before) -> Resumed:
    setup, trace = set_up(job), Trace(before.trail)
    with complaints.listening() as heard:
        document = _render(setup, job, trace)
        first = trace.first
        until = len(before.trail.pages) if trace.until is None else trace.until
        between = range(first + 1, until + 1)
        own = replace(
            job,
            notes=tuple(note.id for note in before.notes if note.call_page in between),
            anchors=tuple(anchor for anchor in job.anchors if before.anchors.get(anchor) in between),
        )
        document.fonts = trace.fonts(before.fonts)
        middle = look_at(document, own, setup, heard, trace)
    if middle.findings or middle.sheets.complaints or middle.read_leftwards or not middle.trail:
        raise CannotResumeError
    exact = {font.hash for font in document.fonts.values() if font.upem == _EXACT_UNITS}
    return Resumed(first, until, middle, trace.fonts_of_the_whole(before.fonts, middle.fonts, exact))


@dataclass(frozen=True, slots=True)
class Setup:
    """What laying out one unit needs besides its job."""

    loaded: Engine
    styles: Styles
    door: Any
    """Through which files are read."""


def set_up(job: Job) -> Setup:
    """Load the engine, the patterns, the styles and the door to the files of a job."""
    loaded = engine()
    register_hyphenation(job.hyphenation)
    styles = _style_sheets(job.styles, job.page, job.root, job.limits)
    return Setup(loaded, styles, fetcher(loaded.weasyprint, job.root, job.limits))


def look_at(
    document: Any, job: Job, setup: Setup, heard: Sequence[str], trace: Trace | None = None
) -> LaidOut:
    """Draw a document's pages, and say what stands on them and what is wrong with them.

    ``heard``: what the engine has logged of it, and goes on to log; ``trace``: of its layout.
    """
    sheets, door = setup.styles, setup.door
    places, folio_findings = _take_folio_marks(document.pages)
    margin_signs.move_to_outer_margin(document.pages)
    families = fonts.FAMILIES | set(fonts.GENERIC) | sheets.families
    seen = audit.look(document.pages, families, job.limits.note_height)
    findings = [*sheets.findings, *folio_findings, *seen.findings]
    findings += _attachments(document)
    slot_pages: list[int] = []
    leftwards: list[str] = []
    pdf = document.write_pdf(
        finisher=functools.partial(_finish, slot_pages, leftwards, findings, trace), pdf_tags=job.tagged
    )
    destinations = _destinations(document.pages)
    note_findings, placed = audit.note_findings(job.notes, seen)
    findings += note_findings
    findings += complaints.refusal_findings(door.refusals, job.html)
    findings += complaints.page_findings(heard, job.html)
    findings += _font_findings(document, seen, sheets.fonts)
    findings += [
        Finding("P140", f"the anchor “{anchor}” is on no page", (anchor,))
        for anchor in job.anchors
        if anchor not in destinations
    ]
    return LaidOut(
        sheets=Sheets(
            unit=job.unit,
            pdf=pdf,
            pages=len(document.pages),
            anchors={anchor: destinations[anchor][0] for anchor in job.anchors if anchor in destinations},
            notes=tuple(placed),
            complaints=tuple(heard),
        ),
        destinations=destinations,
        folio_places=places,
        text_areas=tuple(_text_area(page) for page in document.pages),
        slot_pages=tuple(slot_pages),
        read_leftwards=tuple(leftwards),
        fonts=tuple(_font_uses(document)),
        findings=tuple(findings),
        files={**sheets.files, **door.served},
        trail=trace.trail() if trace and not findings and not heard and not job.tagged else None,
    )


def warm_up() -> None:
    """Set a page with a bit of everything, before there is anything to set.

    That fills what the engine keeps: fonts, patterns, layouts of words. A process that did so sets its first
    unit in four fifths of the time.
    """
    sample = _SAMPLE.format(text=_SAMPLE_TEXT, rows=_SAMPLE_ROW * 2)
    here = Path(__file__).parent
    typeset(Job("", sample, (), (), "right", house_styles("en"), here, PageFormat(), {}, Limits()))


_SAMPLE_TEXT = (
    "<p>Preparations, <em>preparations</em>, <strong>preparations</strong> and preparations, (more of the) "
    '“preparations” of 1234, <span class="whole">preparations<span class="held">.<span class="call">'
    '<span class="footnote" data-number="1">Preparations, <cite>Preparations</cite> (Preparations: '
    "Preparations, 1958), p. 12.</span></span></span></span> And preparations again after these, "
    'and <a href="book:there">preparations</a> even; then preparations of other preparations.</p>'
)
_SAMPLE_ROW = '<tr><td>Preparations</td><td><span class="whole">1234</span></td><td>Preparations</td></tr>'
_SAMPLE = """\
<!DOCTYPE html>
<html lang="en"><head><title>A</title></head><body class="chapter"><section class="chapter">
<header class="opening"><p class="number">1</p><h1>Preparations</h1></header>
<h2>Preparations</h2>{text}<ul><li><p>Preparations</p></li></ul>
<div class="table"><table class="plain"><thead><tr><th>A</th><th>B</th><th>C</th></tr></thead>
<tbody>{rows}</tbody></table></div></section></body></html>
"""


def typeset_in_background(job: Job, before: Before | None = None) -> LaidOut | Resumed:
    """Lay out one unit in a process that gives way to others."""
    give_way()
    return typeset_again(job, before)


def give_way() -> None:
    """Let other processes go before this one from now on."""
    os.setpriority(os.PRIO_PROCESS, 0, _BACKGROUND)


@dataclass(frozen=True, slots=True)
class Styles:
    """Style sheets, parsed."""

    parsed: tuple[Any, ...]
    counter_style: Any
    colour_profiles: dict[str, Any]
    families: frozenset[str]
    fonts: frozenset[str]
    """Digests of the book's own font files."""
    findings: tuple[Finding, ...]
    files: Mapping[str, str]


@functools.lru_cache(maxsize=8)
def _style_sheets(styles: tuple[StyleSheet, ...], page: PageFormat, root: Path, limits: Limits) -> Styles:
    """Parse the style sheets, once per process for all units that share them."""
    from weasyprint.css.counters import CounterStyle

    loaded = engine()
    door = fetcher(loaded.weasyprint, root, limits)
    counter_style, colour_profiles = CounterStyle(), dict[str, Any]()
    parsed: list[Any] = []
    findings: list[Finding] = []
    families: set[str] = set()
    for sheet in (StyleSheet("", _page_css(page)), *styles):
        with complaints.listening() as heard:
            parsed.append(
                loaded.weasyprint.CSS(
                    string=sheet.text,
                    base_url=BASE_URL + sheet.path,
                    url_fetcher=door,
                    font_config=loaded.font_config,
                    counter_style=counter_style,
                    color_profiles=colour_profiles,
                )
            )
        findings += complaints.style_findings(sheet.path, heard)
        findings += complaints.refusal_findings(door.refusals, sheet.text, sheet.path)
        findings += _page_counters(sheet)
        door.refusals.clear()
        families.update(next(filter(None, found)).strip() for found in _FONT_FACE.findall(sheet.text))
    digests = frozenset(door.served.values())
    return Styles(
        tuple(parsed),
        counter_style,
        colour_profiles,
        frozenset(families),
        digests,
        tuple(findings),
        door.served,
    )


def _page_css(page: PageFormat) -> str:
    bleed = f"bleed: {page.bleed_mm}mm;" if page.bleed_mm > Decimal(0) else ""
    return (
        f"@page {{ size: {page.trim_width_mm}mm {page.trim_height_mm}mm; {bleed} }}\n"
        f'html {{ string-set: folio "{FOLIO_MARK}" }}\n'
        '.page-slot, .page-slot a { font-feature-settings: "tnum", "pnum" 0, "kern" 0 !important; '
        "font-variant-caps: normal !important; letter-spacing: normal !important }"
    )


def _page_counters(sheet: StyleSheet) -> Iterator[Finding]:
    """P113: page numbers asked of the engine, which sees one unit only."""
    blanked = _COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), sheet.text)
    for match in _COUNTS_PAGES.finditer(blanked):
        line = blanked.count("\n", 0, match.start()) + 1
        column = match.start() - blanked.rfind("\n", 0, match.start())
        yield Finding(
            "P113",
            f"“{match[0]}” would count the pages of one unit, not of the book",
            hint="use string(folio) in a margin box",
            file=sheet.path,
            line=line,
            column=column,
        )


def _render(setup: Setup, job: Job, trace: Trace) -> Any:
    opening = setup.loaded.weasyprint.CSS(string=f"html {{ break-before: {job.side} }}")
    html = html_of(job, setup)
    html.trace = trace
    return html.render(
        font_config=setup.loaded.font_config,
        counter_style=setup.styles.counter_style,
        color_profiles=setup.styles.colour_profiles,
        stylesheets=[*setup.styles.parsed, opening],
    )


def html_of(job: Job, setup: Setup) -> Any:
    """Return a job's text as the engine takes it."""
    return setup.loaded.weasyprint.HTML(string=job.html, base_url=BASE_URL, url_fetcher=setup.door)


def _take_folio_marks(pages: Sequence[Any]) -> tuple[tuple[FolioPlace, ...], list[Finding]]:
    """Take the marks out of the margin boxes; return where page numbers belong."""
    places: list[FolioPlace] = []
    findings: list[Finding] = []
    for number, page in enumerate(pages, 1):
        for margin in page._page_box.children:
            if type(margin).__name__ != "MarginBox":
                continue
            for line in margin.descendants():
                for child in list(line.children or ()):
                    if FOLIO_MARK not in (getattr(child, "text", "") or ""):
                        continue
                    line.children = [other for other in line.children if other is not child]
                    if child.text.strip() == FOLIO_MARK:
                        places.append(_folio_place(child, margin, page, number))
                    else:
                        findings.append(_mixed_folio(margin))
    return tuple(places), list(dict.fromkeys(findings))


def _mixed_folio(margin: Any) -> Finding:
    return Finding(
        "P114",
        f"string(folio) stands with other text in the margin box {margin.at_keyword}",
        hint="give the page number a margin box of its own",
    )


def _folio_place(text: Any, margin: Any, page: Any, number: int) -> FolioPlace:
    style = text.style
    align = {"center": "center", "right": "right", "end": "right"}.get(style["text_align_all"], "left")
    if style["direction"] == "rtl" and style["text_align_all"] in ("start", "end"):
        align = "right" if align == "left" else "left"
    x = text.position_x + text.width * {"left": 0, "center": 0.5, "right": 1}[align]
    y = text.position_y + text.baseline
    numeric = style["font_variant_numeric"]
    features = [name for word, name in _NUMERIC.items() if numeric != "normal" and word in numeric]
    if style["font_variant_caps"] in ("small-caps", "all-small-caps"):
        features.append("smcp")
    return FolioPlace(
        page=number,
        x=round(x * _PX_TO_PT, 3),
        y=round((page.height - y) * _PX_TO_PT, 3),
        align=align,
        family=style["font_family"][0],
        weight=style["font_weight"],
        italic=style["font_style"] != "normal",
        size=round(style["font_size"] * _PX_TO_PT, 3),
        features=tuple(features),
        colour=_colour(style["color"]),
    )


_NUMERIC = {
    "oldstyle-nums": "onum",
    "lining-nums": "lnum",
    "tabular-nums": "tnum",
    "proportional-nums": "pnum",
}


def _colour(colour: Any) -> str:
    if colour.space == "device-cmyk":
        return " ".join(f"{part:g}" for part in colour.coordinates) + " k"
    return " ".join(f"{part:g}" for part in colour.to("srgb").coordinates) + " rg"


def _attachments(document: Any) -> Iterator[Finding]:
    """P103: nothing is ever attached to a book."""
    attached = bool(document.metadata.attachments)
    document.metadata.attachments.clear()
    for page in document.pages:
        attached |= any(link[0] == "attachment" for link in page.links)
        page.links = [link for link in page.links if link[0] != "attachment"]
    if attached:
        yield Finding(
            "P103", "the text asks for a file to be attached to the PDF", hint="remove rel=attachment"
        )


def _destinations(pages: Sequence[Any]) -> dict[str, tuple[int, float, float]]:
    """Return the first page and the upper left corner of every anchor, in points from the foot."""
    found: dict[str, tuple[int, float, float]] = {}
    for number, page in enumerate(pages, 1):
        for name, (x, y, _, _) in page.anchors.items():
            point = (round(x * _PX_TO_PT, 3), round((page.height - y) * _PX_TO_PT, 3))
            found.setdefault(name, (number, *point))
    return found


def _text_area(page: Any) -> tuple[float, float, float, float]:
    box = page._page_box
    left, top = box.content_box_x(), page.height - box.content_box_y()
    edges = (left, top, left + box.width, top - box.height)
    left, top, right, foot = (round(edge * _PX_TO_PT, 3) for edge in edges)
    return left, top, right, foot


def _finish(
    slot_pages: list[int],
    leftwards: list[str],
    findings: list[Finding],
    trace: Trace | None,
    document: Any,
    pdf: Any,
) -> None:
    """Note the pages with page slots and what is read leftwards; empty the font files.

    Joining embeds each font once. P117: a page slot in a font whose digits differ in width.
    """
    for entry in pdf.objects:
        if isinstance(getattr(entry, "stream", None), list):
            leftwards += _take_read_marks(entry.stream)
    streams = [_object(pdf, _object(pdf, page)["Contents"]).stream for page in pdf.page_references]
    if trace:
        _trace_drawing(trace, pdf, streams)
    for number, stream in enumerate(streams, 1):
        marks = [mark for mark in stream if isinstance(mark, bytes) and mark.startswith(b"/BookSlot")]
        if marks:
            slot_pages.append(number)
        if any(b"[]" in mark for mark in marks):
            message = f"page numbers on page {number} of the unit are set in a font without tabular figures"
            findings.append(Finding("P117", message, hint="choose another font for .page-slot"))
    for entry in pdf.objects:
        if isinstance(entry, dict) and entry.get("Type") == "/FontDescriptor":
            reference = entry.get("FontFile2") or entry.get("FontFile3")
            if reference:
                number = int(reference.split()[0])
                pdf.objects[number].stream = [b""]
                pdf.objects[number].compress = False


def _trace_drawing(trace: Trace, pdf: Any, streams: Sequence[list[Any]]) -> None:
    """Tell what is drawn; give the groups of a unit's later pages the names that they have in the whole."""
    resources = _object(pdf, _object(pdf, pdf.page_references[0])["Resources"])
    drawn = resources["XObject"]
    groups = {name: _object(pdf, reference) for name, reference in drawn.items() if name.startswith("x")}
    others = [name for name in drawn if name not in groups]
    others += [name for kind in ("Pattern", "Shading") for name in resources[kind]]
    trace.draw(streams, {name: group.stream for name, group in groups.items()}, others)
    renamed = {f"x{int(name[1:]) + trace.groups_before}": drawn.pop(name) for name in groups}
    drawn.update(renamed)


def _object(pdf: Any, reference: Any) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _take_read_marks(stream: list[Any]) -> Iterator[str]:
    """Take the marks of ``engine`` around texts out of a content stream; yield the texts."""
    kept, inside = [], False
    for operation in stream:
        mark = _READ.fullmatch(operation) if isinstance(operation, bytes) else None
        if mark:
            yield bytes.fromhex(mark[1].decode()).decode()
            inside = True
        elif inside and operation == b"EMC":
            inside = False
        else:
            kept.append(operation)
    stream[:] = kept


def _font_uses(document: Any) -> Iterator[FontUse]:
    by_name: dict[str, FontUse] = {}
    for font in document.fonts.values():
        digest = _font_digest(font)
        earlier = by_name.get(font.hash)
        widths, texts = dict(font.widths), dict(font.to_unicode)
        if earlier:
            widths, texts = {**widths, **earlier.widths}, {**texts, **earlier.to_unicode}
        by_name[font.hash] = FontUse(font.hash, digest, widths, texts)
    yield from sorted(by_name.values(), key=lambda use: use.name)


def _font_digest(font: Any) -> str:
    from weasyprint.text.fonts import get_hb_object_data

    return hashlib.sha256(get_hb_object_data(font.hb_face)).hexdigest()


def _font_findings(document: Any, seen: audit.Seen, book_fonts: frozenset[str]) -> Iterator[Finding]:
    """P115: unknown family; P118: or style; P116: a font not ours; P112: a character that no font has."""
    for family, ids in seen.families.items():
        known = sorted(fonts.FAMILIES)
        yield Finding(
            "P115",
            f"no font “{family}” in this book; another was taken",
            ids,
            f"the families are {', '.join(known)} and those of @font-face rules",
            Severity.WARNING,
        )
    for (family, weight, italic), ids in seen.styles.items():
        face = fonts.face_of(family, weight, italic)
        asked, taken = fonts.style_name(weight, italic), fonts.style_name(face.weight, face.italic)
        if face.family == family and asked != taken:
            yield Finding(
                "P118",
                f"the font “{family}” has no {asked}; {taken} was taken",
                ids,
                "ask for a style that it has: nothing is slanted or thickened by machine",
                Severity.WARNING,
            )
    missing: set[int] = set()
    for font in document.fonts.values():
        if _font_digest(font) not in fonts.digests() and _font_digest(font) not in book_fonts:
            yield Finding("P116", f"the font “{font.family}” comes neither from the book nor from the house")
        missing.update(font.missing)
    for codepoint in sorted(missing):
        character = chr(codepoint)
        found = next(audit.texts_with(document.pages, character), None)
        page, text, ids = found or (0, "", ())
        at = text.find(character)
        around = text[max(0, at - 12) : at + 12].strip()
        yield Finding(
            "P112",
            f"no font has “{character}” (U+{codepoint:04X}) in “{around}” (page {page} of the unit)",
            ids,
            "use another character, or give the book a font that has it",
        )
