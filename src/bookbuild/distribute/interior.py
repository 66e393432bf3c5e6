"""The joined book as a printer takes it: PDF/X with exact boxes, black ink, marks outside the bleed."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from bookbuild.distribute.condition import REGISTRY, PrintCondition, Separator
from bookbuild.distribute.expectations import Expectations, Purpose
from bookbuild.distribute.marks import Interpreter, Kind, Limits
from bookbuild.distribute.printers_marks import (
    MM,
    SheetGeometry,
    geometry,
    printers_marks,
    registration_space,
    set_boxes,
    slug,
)
from bookbuild.distribute.separations import Plates
from bookbuild.distribute.typeface import Typeface
from bookbuild.distribute.xmp import PDFX, PDFX_ID, FileFacts, info_date, write_xmp

_MARKER = {"X-4": "PDF/X-4", "X-1a": "PDF/X-1a:2003"}
_VERSION = {"X-4": "1.6", "X-1a": "1.4"}
_KEPT_OF_ROOT = frozenset({"/Type", "/Pages", "/PageLabels", "/Lang"})
_KEPT_OF_PAGE = frozenset(
    {"/Type", "/Parent", "/MediaBox", "/TrimBox", "/BleedBox", "/Resources", "/Contents", "/Group"}
)


@dataclass(frozen=True, slots=True)
class PrintOrder:
    """How a PDF is to be made ready for a printer."""

    name: str
    """File name as it stands in the slug."""
    facts: FileFacts
    condition: PrintCondition
    slug_font: bytes
    """A TrueType font program for the slug."""
    bleed_mm: Decimal = Decimal(3)
    page_multiple: int = 4
    pdfx: str = "X-4"
    """Or ``X-1a``."""
    black_only: bool = True
    """One black ink; otherwise four process inks, with black text overprinting."""
    marks: bool = True
    max_ink_percent: Decimal = Decimal(300)


@dataclass(frozen=True, slots=True)
class PrintReady:
    """A finished file for print and what it must be checked against."""

    pdf: bytes
    pages: int
    """With the blank ones added at the end."""
    added: int
    """Blank pages added at the end."""
    expectations: Expectations


def derived_id(*parts: bytes | str) -> str:
    """Return a UUID that depends on nothing but the given parts, in order.

    >>> derived_id("a") == derived_id(b"a") != derived_id("b")
    True
    """
    text = "\\0".join(part.hex() if isinstance(part, bytes) else part.encode().hex() for part in parts)
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"bookbuild:{text}"))


def print_interior(pdf: bytes, order: PrintOrder) -> PrintReady:
    """Return the book's pages ready for print; equal inputs give equal bytes.

    Every page must have a trim box of the same size, as the press makes them.
    """
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        blank = blank_pages(opened)
        added = -len(blank) % order.page_multiple
        trim = _trim_of(opened.pages[0])
        boxes = geometry(trim[2] - trim[0], trim[3] - trim[1], float(order.bleed_mm) * MM, marks=order.marks)
        Separations(opened, order).apply()
        for _ in range(added):
            opened.add_blank_page(page_size=(100, 100))
            opened.pages[-1].obj.TrimBox = Array(trim)
            del opened.pages[-1].obj.Contents
            blank.append(True)
        lines = [f"{order.name}   {number} / {len(blank)}" for number in range(1, len(blank) + 1)]
        frame_pages(opened, order, boxes, lines, folds=())
        strip(opened)
        describe(opened, order)
        data = save(opened, order)
    size = (_mm(trim[2] - trim[0]), _mm(trim[3] - trim[1]))
    expectations = Expectations(
        Purpose.PRINT,
        trim_mm=size,
        bleed_mm=order.bleed_mm,
        page_multiple=order.page_multiple,
        pages=len(blank),
        blank_pages=frozenset(number for number, is_blank in enumerate(blank, 1) if is_blank),
        max_ink_percent=order.max_ink_percent,
        pdfx=order.pdfx,
        lang=order.facts.lang,
        title=order.facts.title,
    )
    return PrintReady(data, len(blank), added, expectations)


class Separations:
    """All pages of a PDF on the plates that were ordered."""

    def __init__(self, pdf: pikepdf.Pdf, order: PrintOrder) -> None:
        self._pdf = pdf
        separator = Separator(order.condition, black_only=order.black_only)
        self._plates = Plates(pdf, separator, flatten=order.pdfx == "X-1a")
        self._flatten = order.pdfx == "X-1a"

    def apply(self) -> None:
        """Rewrite every page."""
        for page in self._pdf.pages:
            self._plates.page(page)
            group = page.obj.get("/Group")
            if isinstance(group, Dictionary):
                if self._flatten:
                    del page.obj["/Group"]
                else:
                    group.CS = Name.DeviceCMYK


def frame_pages(
    pdf: pikepdf.Pdf, order: PrintOrder, boxes: SheetGeometry, lines: list[str], folds: tuple[float, ...]
) -> None:
    """Put every page's trim where ``boxes`` has it, clip it to the bleed, draw the marks around it.

    ``lines`` are the words of the slug, one a page; date and trim are added.
    """
    face = Typeface(pdf, order.slug_font)
    space = registration_space(pdf)
    drawn = (
        b"q\n" + printers_marks(boxes, folds, process=not order.black_only) + b"\nQ\n" if order.marks else b""
    )
    marks = pdf.make_indirect(Stream(pdf, drawn))
    end = pdf.make_indirect(Stream(pdf, b"\nQ\n"))
    size = f"{_mm(boxes.trim[2] - boxes.trim[0])} × {_mm(boxes.trim[3] - boxes.trim[1])} mm"
    for page, line in zip(pdf.pages, lines, strict=True):
        old = _trim_of(page)
        left, low, right, high = boxes.bleed
        begin = (
            f"q {left:.3f} {low:.3f} {right - left:.3f} {high - low:.3f} re W n "
            f"1 0 0 1 {boxes.trim[0] - old[0]:.3f} {boxes.trim[1] - old[1]:.3f} cm\n"
        )
        own = page.obj.get("/Contents")
        streams: list[Any] = list(own) if isinstance(own, Array) else [own] if own is not None else []
        contents = [pdf.make_indirect(Stream(pdf, begin.encode())), *streams, end]
        if order.marks:
            words = f"{line}   {order.facts.moment[:10]}   {size}"
            written = slug(boxes, face, words, process=not order.black_only)
            contents += [marks, pdf.make_indirect(Stream(pdf, b"q " + written + b" Q\n"))]
            _lend(page, space, face.reference)
        page.obj.Contents = Array(contents)
        set_boxes(page, boxes)
    if order.marks:
        face.finish()


def _lend(page: Any, space: Any, font: Any) -> None:
    resources = page.obj.get("/Resources")
    if not isinstance(resources, Dictionary):
        resources = page.obj.Resources = Dictionary()
    for entry, name, value in (("/ColorSpace", "/BookAll", space), ("/Font", "/BookSlug", font)):
        if not isinstance(resources.get(entry), Dictionary):
            resources[entry] = Dictionary()
        resources[entry][name] = value


def strip(pdf: pikepdf.Pdf) -> None:
    """Remove everything that does not go on paper: links, bookmarks, tags, layers, scripts, attachments."""
    for key in set(pdf.Root.keys()) - _KEPT_OF_ROOT:
        del pdf.Root[key]
    for page in pdf.pages:
        for key in set(page.obj.keys()) - _KEPT_OF_PAGE:
            del page.obj[key]
    del pdf.docinfo


def describe(pdf: pikepdf.Pdf, order: PrintOrder) -> None:
    """Write output intent, information dictionary and XMP, which agree."""
    condition, facts = order.condition, order.facts
    profile = Stream(pdf, condition.profile)
    profile.N = 4
    profile.Alternate = Name.DeviceCMYK
    intent = Dictionary(
        Type=Name.OutputIntent, S=Name.GTS_PDFX, OutputConditionIdentifier=String(condition.identifier),
        OutputCondition=String(condition.info), Info=String(condition.info),
        DestOutputProfile=pdf.make_indirect(profile),
    )  # fmt: skip
    if condition.registered:
        intent.RegistryName = String(REGISTRY)
    pdf.Root.OutputIntents = Array([intent])
    pdf.Root.Lang = String(facts.lang)
    write_info(pdf, facts)
    pdf.docinfo["/Trapped"] = Name("/False")
    marker = _MARKER[order.pdfx]
    marks = {PDFX_ID: {"GTS_PDFXVersion": marker}}
    if order.pdfx == "X-1a":
        pdf.docinfo["/GTS_PDFXVersion"] = String(marker)
        pdf.docinfo["/GTS_PDFXConformance"] = String(marker)
        marks = {PDFX: {"GTS_PDFXVersion": marker, "GTS_PDFXConformance": marker}}
    metadata = Stream(pdf, write_xmp(facts, marks))
    metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = pdf.make_indirect(metadata)


def write_info(pdf: pikepdf.Pdf, facts: FileFacts) -> None:
    """Write the information dictionary."""
    entries = {
        "/Title": facts.title,
        "/Author": "; ".join(facts.authors),
        "/Subject": facts.subject,
        "/Creator": facts.producer,
        "/Producer": facts.producer,
        "/CreationDate": info_date(facts.moment),
        "/ModDate": info_date(facts.moment),
    }
    for key, value in entries.items():
        if value:
            pdf.docinfo[key] = value


def save(pdf: pikepdf.Pdf, order: PrintOrder) -> bytes:
    """Write the file; equal contents give equal bytes."""
    pdf.remove_unreferenced_resources()
    modern = order.pdfx != "X-1a"
    out = io.BytesIO()
    pdf.save(
        out,
        deterministic_id=True,
        fix_metadata_version=False,
        force_version=_VERSION[order.pdfx],
        object_stream_mode=pikepdf.ObjectStreamMode.generate if modern else pikepdf.ObjectStreamMode.disable,
        compress_streams=True,
    )
    return out.getvalue()


def blank_pages(pdf: pikepdf.Pdf) -> list[bool]:
    """Tell for every page whether it leaves the paper as it is."""
    interpreter = Interpreter(Limits())
    return [
        all(mark.colour.is_white and mark.kind is not Kind.IMAGE for mark in interpreter.page(page, number))
        for number, page in enumerate(pdf.pages, 1)
    ]


def _trim_of(page: Any) -> tuple[float, float, float, float]:
    left, low, right, high = (float(value) for value in page.obj.get("/TrimBox", page.mediabox))
    return left, low, right, high


def _mm(points: float) -> Decimal:
    return Decimal(round(points / MM, 1)).quantize(Decimal("0.1")).normalize() + 0
