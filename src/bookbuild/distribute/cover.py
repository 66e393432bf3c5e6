"""The cover as one wrap: back, spine, front, with flaps where asked.

The words are typeset by the press: ``cover_page`` gives it a page of HTML and a style sheet;
``finish_cover`` takes the page back, draws the barcode and makes it ready for print.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal
from html import escape

import pikepdf
from pikepdf import Dictionary, Stream

from bookbuild.distribute.barcode import Symbol
from bookbuild.distribute.expectations import Expectations, Purpose
from bookbuild.distribute.interior import (
    PrintOrder,
    PrintReady,
    Separations,
    describe,
    frame_pages,
    save,
    strip,
)
from bookbuild.distribute.printers_marks import MM, geometry
from bookbuild.distribute.typeface import Typeface
from bookbuild.model.book import SpineText
from bookbuild.model.page import Opening, PageFormat
from bookbuild.model.unit import Folios, Numbering, Unit

_BOTTOM_UP = frozenset({"be", "bg", "ca", "cs", "es", "fr", "hu", "it", "pt", "ro", "ru", "sk", "uk"})
"""Languages whose books are by habit titled from foot to head; the others follow ISO 6357."""
_EMPTY_SPINE_MM = Decimal(5)
"""A narrower spine stays empty: its words would slip round the edge."""
_SAFE_MM = Decimal(12)
_BAND = Decimal("0.36")
"""Share of the height that the black band takes; it goes round the whole wrap: no edge on a fold."""
_LEAST_SPINE_PT = Decimal(9)


@dataclass(frozen=True, slots=True)
class CoverText:
    """What stands on the cover, in the language of the edition."""

    title: str
    subtitle: str
    names: tuple[str, ...]
    """As they are to be printed: “compiled by …”."""
    publisher: str
    blurb: tuple[str, ...]
    """Paragraphs."""
    languages: tuple[str, ...]
    """Own names of the languages in which the book appears; none is marked where there is one."""
    lang: str
    direction: str


@dataclass(frozen=True, slots=True)
class CoverGeometry:
    """Widths of the wrap in millimetres."""

    page_width: Decimal
    page_height: Decimal
    spine: Decimal
    flap: Decimal
    bleed: Decimal

    @property
    def width(self) -> Decimal:
        return 2 * self.page_width + self.spine + 2 * self.flap

    @property
    def format(self) -> PageFormat:
        """The wrap as a page for the press."""
        return PageFormat(self.width, self.page_height, self.bleed)

    @property
    def folds(self) -> tuple[Decimal, ...]:
        """Distances of the folds from the left edge of the trim."""
        left = self.flap + self.page_width
        inner = (left, left + self.spine)
        return (self.flap, *inner, self.width - self.flap) if self.flap else inner


def cover_page(text: CoverText, wrap: CoverGeometry, spine_text: SpineText, isbn: str) -> tuple[Unit, str]:
    """Return the cover as a unit of one page, and the style sheet that places its parts.

    To be set with ``PressSettings(page=wrap.format)`` and this style sheet after the house's.
    """
    spine = ""
    if wrap.spine >= _EMPTY_SPINE_MM:
        words = f"<b>{escape(text.title)}</b> <span>{escape(text.publisher)}</span>"
        spine = f'<div class="spine"><p>{words}</p></div>'
    languages = " · ".join(text.languages) if len(text.languages) > 1 else ""
    names = "".join(f"<p>{escape(name)}</p>" for name in text.names)
    blurb = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in text.blurb)
    html = (
        f'<!DOCTYPE html><html lang="{escape(text.lang)}" dir="{text.direction}"><head><meta charset="utf-8">'
        f'<title>{escape(text.title)}</title></head><body class="cover">'
        '<div class="band"></div>'
        f'<div class="back"><div class="blurb">{blurb}</div></div>{spine}'
        f'<div class="front"><div class="title"><h1>{escape(text.title)}</h1>'
        f"<p>{escape(text.subtitle)}</p></div>"
        f'<div class="names">{names}</div><div class="languages"><p>{escape(languages)}</p></div>'
        f'<div class="publisher"><p>{escape(text.publisher)}</p></div></div></body></html>'
    )
    unit = Unit(
        id="cover", title=text.title, lang=text.lang, direction=text.direction, html=html,
        opening=Opening.NEXT,        numbering=Numbering.ARABIC, folios=Folios.NONE, anchors=(), mentions=(),
    )  # fmt: skip
    return unit, _style(text, wrap, spine_text, bool(isbn))


def _style(text: CoverText, wrap: CoverGeometry, spine_text: SpineText, barcode: bool) -> str:
    height, spine = wrap.page_height, wrap.spine
    first, second = wrap.flap, wrap.flap + wrap.page_width + spine
    rtl = text.direction == "rtl"
    back, front = (second, first) if rtl else (first, second)
    up = spine_text is SpineText.UP or (
        spine_text is SpineText.HABIT and text.lang.split("-")[0] in _BOTTOM_UP
    )
    turn = -90 if up else 90
    band = height * _BAND
    panel = wrap.page_width - 2 * _SAFE_MM
    below = band + 9
    blurb_height = height - below - _SAFE_MM - (Decimal(30) if barcode else 0)
    middle = wrap.flap + wrap.page_width + spine / 2
    long = height - below - _SAFE_MM
    spine_centre = below + long / 2
    title_size = next(size for most, size in _TITLE_SIZES if len(text.title) <= most)
    black, white = "device-cmyk(0 0 0 1)", "device-cmyk(0 0 0 0)"
    serif = '"Book Serif", "Book Armenian", "Book Arabic"'
    return f"""
@page {{ margin: 0 !important; @top-left {{ content: none }} }}
html, body {{ margin: 0; padding: 0; color: {black}; background: none }}
body.cover {{ font: 10pt/14pt {serif} }}
body.cover p, body.cover h1 {{ margin: 0; text-indent: 0; hyphens: manual; text-align: start }}
.band, .back, .front, .spine {{ position: absolute }}
.band {{ left: {-wrap.bleed}mm; top: {-wrap.bleed}mm; width: {wrap.width + 2 * wrap.bleed}mm;
  height: {band + wrap.bleed:.2f}mm; background: {black} }}
.back {{ left: {back + _SAFE_MM}mm; top: {below:.2f}mm; width: {panel}mm; height: {blurb_height:.2f}mm }}
.blurb p {{ margin: 0 0 1.5mm !important; max-width: 112mm }}
.front {{ left: {front + _SAFE_MM}mm; top: 0; width: {panel}mm; height: {height}mm }}
.front div {{ position: absolute; left: 0; width: {panel}mm }}
.title {{ bottom: {height - band + 8:.2f}mm }}
body.cover h1 {{ font: 600 {title_size}pt/1.12 {serif}; color: {white} }}
.title p {{ font: italic 15pt/19pt {serif}; margin-top: 3mm !important; color: {white} }}
.names {{ top: {below:.2f}mm; font: 11pt/15pt {serif} }}
.languages {{ bottom: {_SAFE_MM + 8}mm; font: 9.5pt/13pt "Book Sans" }}
.publisher {{ bottom: {_SAFE_MM}mm; font: 600 9.5pt/13pt "Book Sans" }}
.spine {{ left: {middle - long / 2:.3f}mm; width: {long:.3f}mm;
  top: {spine_centre - 4:.3f}mm; height: 8mm; transform: rotate({turn}deg);
  font: {_spine_size(text, spine, long):.1f}pt/8mm {serif} }}
.spine p {{ white-space: nowrap }}
.spine b {{ font-weight: 600 }}
.spine span {{ font: 600 8pt/8mm "Book Sans"; position: absolute; {"left" if rtl else "right"}: 0; top: 0 }}
"""


_TITLE_SIZES = ((24, 31), (44, 28), (80, 24), (10_000, 19))
"""Letters of the title up to which it is set in a size, in points: three lines of it stand in the band."""


def _spine_size(text: CoverText, spine: Decimal, long: Decimal) -> Decimal:
    """Return the size of the title on the spine, in points: as wide and as long as there is room.

    A letter is taken to be half as wide as the size is high.
    """
    letter = Decimal("0.18")
    room = long - 8 * letter * len(text.publisher) - 8
    fits = room / (letter * max(len(text.title), 1))
    return max(_LEAST_SPINE_PT, min(Decimal(15), (spine - 2) * Decimal("1.2"), fits))


def finish_cover(
    pdf: bytes, order: PrintOrder, wrap: CoverGeometry, isbn: str, percent: Decimal, direction: str
) -> PrintReady:
    """Return the typeset cover ready for print; ``isbn`` is 13 digits, or empty for no barcode.

    The barcode stands at the foot of the back, beside the spine.
    """
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        Separations(opened, order).apply()
        face = Typeface(opened, order.slug_font)
        if isbn:
            _draw_barcode(opened, Symbol(isbn, percent), face, wrap, direction)
        boxes = geometry(
            float(wrap.width) * MM, float(wrap.page_height) * MM, float(wrap.bleed) * MM, marks=order.marks
        )
        folds = tuple(float(fold) * MM for fold in wrap.folds)
        line = f"{order.name}   spine {wrap.spine} mm"
        frame_pages(opened, order, boxes, [line], folds)
        if isbn:
            face.finish()
        strip(opened)
        describe(opened, order)
        data = save(opened, order)
    expectations = Expectations(
        Purpose.PRINT,
        trim_mm=(wrap.width, wrap.page_height),
        bleed_mm=wrap.bleed,
        pages=1,
        max_ink_percent=order.max_ink_percent,
        pdfx=order.pdfx,
        lang=order.facts.lang,
        title=order.facts.title,
    )
    return PrintReady(data, 1, 0, expectations)


def _draw_barcode(
    pdf: pikepdf.Pdf, symbol: Symbol, face: Typeface, wrap: CoverGeometry, direction: str
) -> None:
    page = pdf.pages[0].obj
    trim = [float(value) for value in page.TrimBox]
    fold = float(wrap.flap + wrap.page_width + (wrap.spine if direction == "rtl" else 0)) * MM
    away = float(_SAFE_MM) * MM
    x = trim[0] + (fold + away if direction == "rtl" else fold - away - symbol.width)
    drawn = symbol.draw(x, trim[1] + away, face, "BookDigits")
    resources = page.Resources
    if not isinstance(resources.get("/Font"), Dictionary):
        resources.Font = Dictionary()
    resources.Font["/BookDigits"] = face.reference
    # The engine's own content does not turn its axes back.
    before = page.Contents.read_bytes() if isinstance(page.Contents, Stream) else b""
    page.Contents = Stream(pdf, b"q\n" + before + b"\nQ\nq\n" + drawn + b"\nQ")
