"""Paper: how thick a leaf is, and what that makes of the spine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bookbuild.diagnostics import Diagnostic, did_you_mean
from bookbuild.model.place import Place


@dataclass(frozen=True, slots=True)
class Stock:
    """A kind of paper or board."""

    grams: Decimal
    """Grams per square metre."""
    bulk: Decimal
    """Specific volume in cubic centimetres per gram: thickness in micrometres over grams."""
    description: str
    coated: bool

    @property
    def leaf_mm(self) -> Decimal:
        return self.grams * self.bulk / 1000


def _stock(grams: int, bulk: str, description: str, *, coated: bool = False) -> Stock:
    return Stock(Decimal(grams), Decimal(bulk), description, coated)


STOCKS: Mapping[str, Stock] = {
    "offset-70": _stock(70, "1.25", "uncoated woodfree, 70 g/m²"),
    "offset-80": _stock(80, "1.25", "uncoated woodfree, 80 g/m²"),
    "offset-90": _stock(90, "1.25", "uncoated woodfree, 90 g/m²"),
    "offset-100": _stock(100, "1.25", "uncoated woodfree, 100 g/m²"),
    "offset-120": _stock(120, "1.25", "uncoated woodfree, 120 g/m²"),
    "cream-60": _stock(60, "1.8", "bulky cream book paper, 60 g/m²"),
    "cream-70": _stock(70, "1.8", "bulky cream book paper, 70 g/m²"),
    "cream-80": _stock(80, "1.75", "bulky cream book paper, 80 g/m²"),
    "cream-90": _stock(90, "1.5", "cream book paper, 90 g/m²"),
    "thin-40": _stock(40, "1.0", "thin dictionary paper, 40 g/m²"),
    "thin-50": _stock(50, "1.1", "thin book paper, 50 g/m²"),
    "matt-90": _stock(90, "0.95", "matt coated, 90 g/m²", coated=True),
    "matt-115": _stock(115, "0.93", "matt coated, 115 g/m²", coated=True),
    "matt-135": _stock(135, "0.92", "matt coated, 135 g/m²", coated=True),
    "gloss-90": _stock(90, "0.8", "gloss coated, 90 g/m²", coated=True),
    "gloss-115": _stock(115, "0.75", "gloss coated, 115 g/m²", coated=True),
    "gloss-135": _stock(135, "0.74", "gloss coated, 135 g/m²", coated=True),
    "board-240": _stock(240, "1.3", "cover board, 240 g/m²", coated=True),
    "board-280": _stock(280, "1.4", "cover board, 280 g/m²", coated=True),
    "board-300": _stock(300, "1.4", "cover board, 300 g/m²", coated=True),
}
"""Usual values of European papers; the mill's or printer's own figure is better and can be given."""

_THICKNESS = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(mm|µm|μm|um|micron)\s*", re.IGNORECASE)
_WEIGHT = re.compile(
    r"\s*(\d+(?:[.,]\d+)?)\s*(?:g|gsm|g/m2|g/m²)\s*[,;]?\s*(?:bulk|vol(?:ume)?\.?)\s*:?\s*(\d+(?:[.,]\d+)?)\s*(?:cm³/g)?\s*",
    re.IGNORECASE,
)


def leaf_mm(text: str, what: str, place: Place) -> tuple[Decimal, list[Diagnostic]]:
    """Return the thickness of a leaf in millimetres from what ``book.yaml`` says, or D901.

    ``what`` is the key, for the message. Understood: a name of ``STOCKS``, a thickness
    (``0.11 mm``, ``110 µm``), a weight with its bulk (``90 g/m², bulk 1.25``).
    """
    if text in STOCKS:
        return STOCKS[text].leaf_mm, []
    if match := _THICKNESS.fullmatch(text):
        amount = Decimal(match[1].replace(",", "."))
        thickness = amount if match[2].lower() == "mm" else amount / 1000
    elif match := _WEIGHT.fullmatch(text):
        thickness = Decimal(match[1].replace(",", ".")) * Decimal(match[2].replace(",", ".")) / 1000
    else:
        hint = did_you_mean(text, STOCKS) or "name a stock, or write “90 g/m², bulk 1.25” or “0.11 mm”"
        return Decimal("0.11"), [Diagnostic("D901", f"{what}: no paper is called “{text}”", place, hint)]
    if not Decimal("0.02") <= thickness <= Decimal(2):
        message = f"{what}: a leaf of {thickness.normalize():f} mm"
        return thickness, [Diagnostic("D901", message, place, "paper is between 0.02 and 2 mm thick")]
    return thickness, []


def is_coated(text: str) -> bool:
    """Tell whether paper, in the words of ``book.yaml``, is coated; of what is in no table this is supposed.

    >>> is_coated("offset-90"), is_coated("matt-115"), is_coated("0.11 mm")
    (False, True, True)
    """
    return text not in STOCKS or STOCKS[text].coated


def spine_mm(pages: int, leaf: Decimal, board: Decimal) -> Decimal:
    """Return the width of a glued spine, to a tenth of a millimetre: the block and both boards.

    >>> spine_mm(240, Decimal("0.1125"), Decimal("0.3"))
    Decimal('14.1')
    """
    return (Decimal(pages) / 2 * leaf + 2 * board).quantize(Decimal("0.1"))
