"""A laid-out unit as the press keeps it: its pages, and what joining and reporting need to know."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from bookbuild.diagnostics import Diagnostic, Severity
from bookbuild.model.place import Place
from bookbuild.model.unit import PlacedNote, Sheets, Unit
from bookbuild.press.advice import ADVICE

if TYPE_CHECKING:
    from bookbuild.press.trail import Trail


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong on a page, not yet placed in the authors' files."""

    code: str
    message: str
    elements: tuple[str, ...] = ()
    """Ids, the nearest first; the first whose place is known tells where."""
    hint: str = ""
    """Empty: that of ``advice``."""
    severity: Severity = Severity.ERROR
    file: str = ""
    """Set for style sheets: path, line and column are known without an element."""
    line: int = 0
    column: int = 0


def placed(finding: Finding, unit: Unit) -> Diagnostic:
    """Return a finding with the place in the authors' files that its elements tell."""
    place = unit.place
    if finding.file:
        place = Place(finding.file, finding.line, finding.column)
    elif finding.elements:
        notes = {note.id: note.place for note in unit.notes if note.place.line}
        known = {**unit.lines, **notes}
        place = next((known[name] for name in finding.elements if name in known), unit.place)
    hint = finding.hint or ADVICE.get(finding.code, "")
    return Diagnostic(finding.code, finding.message, place, hint, finding.severity)


@dataclass(frozen=True, slots=True)
class FolioPlace:
    """Where a page number is drawn."""

    page: int
    """Within the unit, from 1."""
    x: float
    """In points from the left, of the side named by ``align``."""
    y: float
    """Baseline, in points from the foot."""
    align: str
    """``left``, ``center`` or ``right``."""
    family: str
    weight: int
    italic: bool
    size: float
    """In points."""
    features: tuple[str, ...]
    """OpenType features of single glyphs, such as ``onum``."""
    colour: str
    """Operators of a content stream."""


@dataclass(frozen=True, slots=True)
class FontUse:
    """One font of a unit's pages."""

    name: str
    """Name in the pages' resources: equal names are equal fonts in all units."""
    digest: str
    """SHA-256 of the whole font file."""
    widths: Mapping[int, int]
    """Glyph → advance, in thousandths of an em."""
    to_unicode: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class LaidOut:
    """All that laying out one unit gave."""

    sheets: Sheets
    destinations: Mapping[str, tuple[int, float, float]]
    """Anchor → page within the unit from 1, x and y in points from the foot."""
    folio_places: tuple[FolioPlace, ...]
    text_areas: tuple[tuple[float, float, float, float], ...]
    """Left, top, right and bottom of each page's text area, in points from the left and the foot."""
    slot_pages: tuple[int, ...]
    """Pages, from 1, with page slots whose digits are still to be put in."""
    read_leftwards: tuple[str, ...]
    """Texts drawn on the pages with letters that are read from right to left, as they are read."""
    fonts: tuple[FontUse, ...]
    findings: tuple[Finding, ...]
    files: Mapping[str, str]
    """Files of the book that were read → SHA-256."""
    trail: Trail | None = field(default=None, compare=False)
    """For the next time; it is kept apart from the pages, so that it is read only if they are set again."""


_MAGIC = b"bookbuild-sheets-1\n"


def to_bytes(laid_out: LaidOut) -> bytes:
    """Write a laid-out unit as bytes that carry their own digest."""
    facts = asdict(replace(laid_out, trail=None))
    del facts["trail"]
    pdf: bytes = facts["sheets"].pop("pdf")
    for finding in facts["findings"]:
        finding["severity"] = finding["severity"].value
    head = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
    body = struct.pack(">Q", len(head)) + head + pdf
    return _MAGIC + hashlib.sha256(body).digest() + body


def from_bytes(data: bytes) -> LaidOut:
    """Read what ``to_bytes`` wrote.

    Raises:
        ValueError: the bytes are not whole, or not of this form.
    """
    start = len(_MAGIC) + 32
    if not data.startswith(_MAGIC) or hashlib.sha256(data[start:]).digest() != data[start - 32 : start]:
        raise ValueError("damaged entry")
    (length,) = struct.unpack(">Q", data[start : start + 8])
    facts = json.loads(data[start + 8 : start + 8 + length])
    sheets = facts["sheets"]
    notes = tuple(PlacedNote(**note) for note in sheets.pop("notes"))
    heads, complaints = tuple(sheets.pop("running_heads")), tuple(sheets.pop("complaints"))
    pdf = data[start + 8 + length :]
    return LaidOut(
        sheets=Sheets(**sheets, pdf=pdf, notes=notes, running_heads=heads, complaints=complaints),
        destinations={name: (page, x, y) for name, (page, x, y) in facts["destinations"].items()},
        folio_places=tuple(
            FolioPlace(**{**place, "features": tuple(place["features"])}) for place in facts["folio_places"]
        ),
        text_areas=tuple((left, top, right, foot) for left, top, right, foot in facts["text_areas"]),
        slot_pages=tuple(facts["slot_pages"]),
        read_leftwards=tuple(facts["read_leftwards"]),
        fonts=tuple(_font(font) for font in facts["fonts"]),
        findings=tuple(
            Finding(
                **{
                    **finding,
                    "severity": Severity(finding["severity"]),
                    "elements": tuple(finding["elements"]),
                }
            )
            for finding in facts["findings"]
        ),
        files=facts["files"],
    )


def _font(facts: dict[str, Mapping[str, str]]) -> FontUse:
    widths = {int(glyph): int(width) for glyph, width in facts["widths"].items()}
    to_unicode = {int(glyph): text for glyph, text in facts["to_unicode"].items()}
    return FontUse(str(facts["name"]), str(facts["digest"]), widths, to_unicode)
