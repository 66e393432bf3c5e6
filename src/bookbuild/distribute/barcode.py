"""The ISBN as an EAN-13 symbol, drawn in black ink (ISO/IEC 15420; ISBN Users' Manual, 9)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from barcode.ean import EuropeanArticleNumber13
from stdnum import isbn as isbn_numbers
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidLength, ValidationError

from bookbuild.diagnostics import Diagnostic
from bookbuild.distribute.typeface import Typeface
from bookbuild.model.place import Place

MM = 72 / 25.4
_MODULE_MM = 0.33
_BAR_MM = 22.85
_QUIET_LEFT, _QUIET_RIGHT = 11, 7
"""Modules that must stay white beside the bars."""
_GUARD = 5
"""Modules by which guard bars reach below the others."""
_GUARDS = frozenset({*range(3), *range(45, 50), *range(92, 95)})
_DIGIT_MM = 3.2
_HEAD_MM = 5.0
"""Room for the line above the bars."""
_LESS_INK = 0.015
"""Millimetres taken from every bar, because ink spreads."""


def check_isbn(text: str, place: Place) -> tuple[str, list[Diagnostic]]:
    """Return the 13 digits of an ISBN, or D902 with the reason."""
    reasons = {
        InvalidChecksum: "the check digit is wrong",
        InvalidLength: "it does not have 13 digits",
        InvalidComponent: "it does not begin with 978 or 979",
    }
    try:
        digits = str(isbn_numbers.validate(text))
    except ValidationError as error:
        reason = next((words for kind, words in reasons.items() if isinstance(error, kind)), "it is none")
        return "", [Diagnostic("D902", f"“{text}” is no ISBN: {reason}", place, _right_digit(text))]
    if len(digits) != 13:
        hint = f"write {isbn_numbers.format(isbn_numbers.to_isbn13(digits))}"
        return "", [Diagnostic("D902", f"“{text}” is an ISBN of 10 digits", place, hint)]
    return digits, []


def _right_digit(text: str) -> str:
    digits = isbn_numbers.compact(text)
    if len(digits) != 13 or not digits.isdigit():
        return "write the 13 digits that the ISBN agency gave, beginning with 978 or 979"
    fixed = next(f"{digits[:12]}{last}" for last in range(10) if _sums_up(f"{digits[:12]}{last}"))
    return f"with the digits before it: {isbn_numbers.format(fixed)}"


def _sums_up(digits: str) -> bool:
    return sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(digits)) % 10 == 0


@dataclass(frozen=True, slots=True)
class Symbol:
    """A barcode of a given magnification; lengths in points."""

    isbn: str
    """13 digits."""
    percent: Decimal = Decimal(100)

    @property
    def module(self) -> float:
        return _MODULE_MM * MM * float(self.percent) / 100

    @property
    def width(self) -> float:
        """With quiet zones."""
        return (95 + _QUIET_LEFT + _QUIET_RIGHT) * self.module

    @property
    def height(self) -> float:
        """From the foot of the digits to the head of the line above."""
        scale = float(self.percent) / 100
        return (_BAR_MM + _HEAD_MM) * MM * scale + _GUARD * self.module

    def modules(self) -> str:
        """Return the 95 modules, “1” for a bar."""
        return str(EuropeanArticleNumber13(self.isbn).build()[0])

    def draw(self, x: float, y: float, face: Typeface, font: str) -> bytes:
        """Return operators that draw the symbol with its lower left corner at a point.

        Paints the white ground with the quiet zones, the bars, the number in words above and
        the digits below. ``font`` names ``face`` in the page's resources.
        """
        scale = float(self.percent) / 100
        foot = _GUARD * self.module
        size = _DIGIT_MM * MM * scale
        base = y + foot
        out = [
            b"0 0 0 0 k",
            f"{x:.4f} {y:.4f} {self.width:.4f} {self.height:.4f} re f".encode(),
            b"0 0 0 1 k",
        ]
        start = x + _QUIET_LEFT * self.module
        less = _LESS_INK * MM
        for first, last in _bars(self.modules()):
            guard = first in _GUARDS
            low = base - (foot if guard else 0)
            left, width = start + first * self.module, (last - first) * self.module
            height = _BAR_MM * MM * scale + base - low
            out.append(f"{left + less / 2:.4f} {low:.4f} {width - less:.4f} {height:.4f} re".encode())
        out.append(b"f")
        digits_y = y + foot - size * 0.78
        groups = (
            (self.isbn[0], x, _QUIET_LEFT - 2),
            (self.isbn[1:7], start + 3 * self.module, 42),
            (self.isbn[7:], start + 50 * self.module, 42),
        )
        for text, left, room in groups:
            out.append(_line(face, font, text, left, digits_y, size, room * self.module))
        above = f"ISBN {isbn_numbers.format(self.isbn)}"
        top = base + _BAR_MM * MM * scale + 1.2 * MM * scale
        out.append(_line(face, font, above, start, top, size, 95 * self.module))
        return b"\n".join(out)


def _bars(modules: str) -> list[tuple[int, int]]:
    """Return begin and end of every run of bars."""
    runs, start = [], None
    for index, module in enumerate(modules + "0"):
        if module == "1" and start is None:
            start = index
        elif module == "0" and start is not None:
            runs.append((start, index))
            start = None
    return runs


def _line(face: Typeface, font: str, text: str, left: float, y: float, size: float, room: float) -> bytes:
    """Return operators for a line centred in ``room``, smaller if it would not fit."""
    shown, width = face.show(text)
    fitting = min(size, room / width)
    x = left + (room - width * fitting) / 2
    return f"BT /{font} {fitting:.3f} Tf {x:.4f} {y:.4f} Td ".encode() + shown + b" Tj ET"
