"""The book imposed for a proof on office paper: two pages a side, folded to sections."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from bookbuild.distribute.interior import write_info
from bookbuild.distribute.xmp import FileFacts, write_xmp


def section_order(pages: int, section: int = 0) -> list[tuple[int | None, int | None]]:
    """Return left and right page of every side of paper, in the order of printing.

    Sides come in pairs, front and back of a sheet, outermost sheet first. ``section`` is the
    number of pages folded together, a multiple of 4; 0 folds all into one (saddle stitch).
    Pages count from 1; None is a blank one.

    >>> section_order(8)
    [(8, 1), (2, 7), (6, 3), (4, 5)]
    """
    if section % 4 or section < 0:
        raise ValueError(f"a section has a multiple of 4 pages, not {section}")
    step = section or max(pages + -pages % 4, 4)
    sides: list[tuple[int | None, int | None]] = []
    for first in range(1, pages + 1, step):
        # The last section is only as thick as it must be.
        size = min(step, (pages - first + 1) + -(pages - first + 1) % 4)
        for sheet in range(size // 4):
            low, high = first + 2 * sheet, first + size - 1 - 2 * sheet
            sides += [
                (_kept(high, pages), _kept(low, pages)),
                (_kept(low + 1, pages), _kept(high - 1, pages)),
            ]
    return sides


def _kept(page: int, pages: int) -> int | None:
    return page if page <= pages else None


@dataclass(frozen=True, slots=True)
class Booklet:
    pdf: bytes
    sheets: int
    sections: int


def impose(pdf: bytes, facts: FileFacts, *, section: int = 0, direction: str = "ltr") -> Booklet:
    """Return the book two pages a side, to be printed on both sides, turned on the short edge.

    Pages are cut to their trim.

    Raises:
        ValueError: ``section`` is no multiple of 4.
    """
    with pikepdf.open(io.BytesIO(pdf)) as source, pikepdf.Pdf.new() as out:
        order = section_order(len(source.pages), section)
        trims = [_trim(page) for page in source.pages]
        width = max(trim[2] - trim[0] for trim in trims)
        height = max(trim[3] - trim[1] for trim in trims)
        forms = [_form(page, out) for page in source.pages]
        for left, right in order:
            if direction == "rtl":
                left, right = right, left
            side = out.add_blank_page(page_size=(round(2 * width, 3), round(height, 3)))
            _place(out, side, forms, trims, (left, right), width)
        write_info(out, facts)
        metadata = Stream(out, write_xmp(facts, {}))
        metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
        out.Root.Metadata = out.make_indirect(metadata)
        out.Root.Lang = String(facts.lang)
        buffer = io.BytesIO()
        out.save(buffer, deterministic_id=True, fix_metadata_version=False, compress_streams=True)
        pages = len(source.pages)
    sections = -(-pages // section) if section else 1
    return Booklet(buffer.getvalue(), len(order) // 2, sections)


def _form(page: pikepdf.Page, out: pikepdf.Pdf) -> Any:
    """Return a page as something that can be drawn on pages of another file; None if it is empty."""
    form = page.as_form_xobject()
    return out.copy_foreign(form) if form.read_bytes() else None


def _place(
    out: pikepdf.Pdf,
    side: pikepdf.Page,
    forms: Sequence[Any],
    trims: Sequence[tuple[float, ...]],
    pages: tuple[int | None, int | None],
    width: float,
) -> None:
    things, content = Dictionary(), []
    for index, number in enumerate(pages):
        if number is None or forms[number - 1] is None:
            continue
        form, trim = forms[number - 1], trims[number - 1]
        form.BBox = Array(trim)
        things[f"/P{index}"] = form
        content.append(f"q 1 0 0 1 {index * width - trim[0]:.3f} {-trim[1]:.3f} cm /P{index} Do Q")
    side.obj.Resources = Dictionary(XObject=things)
    if content:
        side.obj.Contents = Stream(out, "\n".join(content).encode())
    else:  # Ghostscript takes a compressed stream of nothing for a damaged one
        del side.obj.Contents


def _trim(page: pikepdf.Page) -> tuple[float, float, float, float]:
    left, low, right, high = (float(value) for value in page.obj.get("/TrimBox", page.mediabox))
    return left, low, right, high
