"""Crop, registration and colour marks, and the slug: drawn outside the bleed.

On every plate there is: in registration colour, or in black where black is the only ink.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from bookbuild.distribute.marks import Box
from bookbuild.distribute.typeface import Typeface

MM = 72 / 25.4
MARGIN_MM = 12.0
"""Room beyond the bleed on every side."""
_LENGTH = 5 * MM
_GAP = 1 * MM
_LINE = 0.25
_TARGET = 1.6 * MM
_PATCH = 4 * MM
_TEXT = 6.0
_PATH_OF_CIRCLE = 0.5522847498


@dataclass(frozen=True, slots=True)
class SheetGeometry:
    """One page with its boxes, in points; the lower left corner of the media box is the origin."""

    trim: Box
    bleed: Box
    media: Box


def geometry(trim_width: float, trim_height: float, bleed: float, *, marks: bool) -> SheetGeometry:
    """Return the boxes around a trim of the given size, in points."""
    around = bleed + (MARGIN_MM * MM if marks else 0)
    trim = (around, around, around + trim_width, around + trim_height)
    outer = (trim[0] - bleed, trim[1] - bleed, trim[2] + bleed, trim[3] + bleed)
    return SheetGeometry(trim, outer, (0, 0, trim_width + 2 * around, trim_height + 2 * around))


def set_boxes(page: Any, boxes: SheetGeometry) -> None:
    """Write media, bleed and trim box; a crop or art box would only contradict them."""
    for name, box in (("MediaBox", boxes.media), ("BleedBox", boxes.bleed), ("TrimBox", boxes.trim)):
        page.obj[f"/{name}"] = Array([round(value, 3) for value in box])
    for name in ("CropBox", "ArtBox"):
        if f"/{name}" in page.obj:
            del page.obj[f"/{name}"]


def registration_space(pdf: pikepdf.Pdf) -> Any:
    """Return the colour space that prints on every plate (ISO 32000-1, 8.6.6.4)."""
    tint = Dictionary(
        FunctionType=2, Domain=Array([0, 1]), C0=Array([0, 0, 0, 0]), C1=Array([1, 1, 1, 1]), N=1
    )
    return pdf.make_indirect(Array([Name.Separation, Name.All, Name.DeviceCMYK, tint]))


def printers_marks(boxes: SheetGeometry, folds: tuple[float, ...] = (), *, process: bool = False) -> bytes:
    """Return operators for all marks of a sheet; with ``process`` they need ``/BookAll``.

    ``folds`` are distances of fold marks from the left edge of the trim. ``process``: there are plates
    of the coloured inks too.
    """
    lines = [*_crop_lines(boxes), *_fold_lines(boxes, folds)]
    middle_x = (boxes.trim[0] + boxes.trim[2]) / 2
    middle_y = (boxes.trim[1] + boxes.trim[3]) / 2
    off = MARGIN_MM * MM / 2
    # Off the middle, where a fold or the slug may be.
    targets = [
        (middle_x, boxes.bleed[3] + off),
        (middle_x, boxes.bleed[1] - off),
        (boxes.bleed[0] - off, middle_y),
        (boxes.bleed[2] + off, middle_y),
    ]
    ink = "/BookAll CS 1 SCN" if process else "0 0 0 1 K"
    out = [f"{ink} {_LINE} w [] 0 d"]
    out += [f"{a:.3f} {b:.3f} m {c:.3f} {d:.3f} l S" for a, b, c, d in lines]
    for x, y in targets:
        out.append(_circle(x, y, _TARGET))
        out.append(f"{x - 2 * _TARGET:.3f} {y:.3f} m {x + 2 * _TARGET:.3f} {y:.3f} l S")
        out.append(f"{x:.3f} {y - 2 * _TARGET:.3f} m {x:.3f} {y + 2 * _TARGET:.3f} l S")
    out += _patches(boxes, process)
    return "\n".join(out).encode()


def _crop_lines(boxes: SheetGeometry) -> list[tuple[float, float, float, float]]:
    left, low, right, high = boxes.trim
    near_x, near_y = left - boxes.bleed[0] + _GAP, low - boxes.bleed[1] + _GAP
    lines = []
    for x, away in ((left, -1), (right, 1)):
        for y in (low, high):
            lines.append((x + away * near_x, y, x + away * (near_x + _LENGTH), y))
    for y, away in ((low, -1), (high, 1)):
        for x in (left, right):
            lines.append((x, y + away * near_y, x, y + away * (near_y + _LENGTH)))
    return lines


def _fold_lines(boxes: SheetGeometry, folds: tuple[float, ...]) -> list[tuple[float, float, float, float]]:
    lines = []
    for fold in folds:
        x = boxes.trim[0] + fold
        lines.append((x, boxes.bleed[3] + _GAP, x, boxes.bleed[3] + _GAP + _LENGTH))
        lines.append((x, boxes.bleed[1] - _GAP, x, boxes.bleed[1] - _GAP - _LENGTH))
    return lines


def _circle(x: float, y: float, radius: float) -> str:
    k = radius * _PATH_OF_CIRCLE
    return (
        f"{x + radius:.3f} {y:.3f} m "
        f"{x + radius:.3f} {y + k:.3f} {x + k:.3f} {y + radius:.3f} {x:.3f} {y + radius:.3f} c "
        f"{x - k:.3f} {y + radius:.3f} {x - radius:.3f} {y + k:.3f} {x - radius:.3f} {y:.3f} c "
        f"{x - radius:.3f} {y - k:.3f} {x - k:.3f} {y - radius:.3f} {x:.3f} {y - radius:.3f} c "
        f"{x + k:.3f} {y - radius:.3f} {x + radius:.3f} {y - k:.3f} {x + radius:.3f} {y:.3f} c S"
    )


def _patches(boxes: SheetGeometry, process: bool) -> list[str]:
    tints: list[tuple[float, ...]] = [(0, 0, 0, tint) for tint in (1, 0.8, 0.5, 0.2, 0.1)]
    if process:
        tints = [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (0, 0, 0, 0.5), (0.5, 0.4, 0.4, 0)]
    x, y = boxes.trim[0] + 8 * MM, boxes.bleed[3] + (MARGIN_MM * MM - _PATCH) / 2
    out = []
    for index, (cyan, magenta, yellow, black) in enumerate(tints):
        place = f"{x + index * _PATCH:.3f} {y:.3f} {_PATCH:.3f} {_PATCH:.3f}"
        out.append(f"{cyan} {magenta} {yellow} {black} k {place} re f")
    return out


def slug(boxes: SheetGeometry, face: Typeface, text: str, *, process: bool = False) -> bytes:
    """Return operators that write one line below the sheet. They need ``/BookSlug`` as the font."""
    shown, _ = face.show(text)
    x, y = boxes.trim[0] + 8 * MM, boxes.bleed[1] - MARGIN_MM * MM / 2 - _TEXT / 3
    ink = "/BookAll cs 1 scn" if process else "0 0 0 1 k"
    return f"{ink} BT /BookSlug {_TEXT} Tf {x:.3f} {y:.3f} Td ".encode() + shown + b" Tj ET"
