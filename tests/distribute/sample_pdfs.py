"""A small file that a printer would take, made by hand, to be spoilt in one respect at a time."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

import bookbuild
from bookbuild.distribute.xmp import PDFX_ID, FileFacts, info_date, write_xmp

PACKAGE = Path(bookbuild.__file__).parent
MM = 72 / 25.4
BLEED = 3 * MM
TRIM = (148 * MM, 210 * MM)
TEXT = "Good text on page "
FACTS = FileFacts(
    title="A sample",
    authors=("Somebody",),
    subject="",
    lang="en",
    moment="2026-11-21T00:00:00Z",
    identifier="00000000-0000-4000-8000-000000000001",
    producer="tests",
)

Spoil = Callable[[Pdf], None]


@cache
def font_program() -> tuple[bytes, dict[str, int], dict[int, int]]:
    """Return a subset of a real font, with glyph and width of each letter."""
    font = TTFont(PACKAGE / "press" / "fonts" / "SourceSans3-Regular.ttf")
    options = subset.Options(layout_features=[], notdef_outline=True, glyph_names=False)
    maker = subset.Subsetter(options)
    letters = "".join(sorted(set(TEXT + "0123456789")))
    maker.populate(text=letters)
    maker.subset(font)
    out = io.BytesIO()
    font.save(out)
    order = {name: index for index, name in enumerate(font.getGlyphOrder())}
    cmap = font.getBestCmap()
    glyphs = {letter: order[cmap[ord(letter)]] for letter in letters}
    scale = 1000 / font["head"].unitsPerEm
    widths = {order[name]: round(font["hmtx"][name][0] * scale) for name in font.getGlyphOrder()}
    return out.getvalue(), glyphs, widths


def shown(text: str) -> bytes:
    """Write a text as the string of a Tj."""
    _, glyphs, _ = font_program()
    return b"<" + "".join(f"{glyphs[letter]:04x}" for letter in text).encode() + b">"


def embed_font(pdf: Pdf) -> Any:
    data, glyphs, widths = font_program()
    ranges = "\n".join(f"<{glyph:04x}> <{ord(letter):04x}>" for letter, glyph in glyphs.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(glyphs)} beginbfchar\n{ranges}\nendbfchar endcmap end end"
    )
    file = Stream(pdf, data)
    file.Length1 = len(data)
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name("/AAAAAA+Sample"), Flags=4, FontBBox=Array([-500, -300,
        1500, 1100]),
        ItalicAngle=0, Ascent=900, Descent=-250, CapHeight=700, StemV=80, FontFile2=pdf.make_indirect(file),
    )  # fmt: skip
    descendant = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name("/AAAAAA+Sample"), CIDToGIDMap=Name.Identity,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0), DW=500,
        W=Array([0, Array([widths[glyph] for glyph in range(len(widths))])]),
        FontDescriptor=pdf.make_indirect(descriptor),
    )  # fmt: skip
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name("/AAAAAA+Sample"),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=Stream(pdf, cmap.encode()),
        )
    )


def add_image(
    pdf: Pdf, page: int, *, space: Any, channels: int, pixels: int, fill: int = 90, **more: Any
) -> Any:
    """Add a square picture to the resources of a page as /Im; drawing it is up to the content."""
    image = Stream(pdf, zlib.compress(bytes([fill]) * (pixels * pixels * channels)))
    image.Type, image.Subtype, image.Width, image.Height = Name.XObject, Name.Image, pixels, pixels
    image.ColorSpace, image.BitsPerComponent, image.Filter = space, 8, Name.FlateDecode
    for key, value in more.items():
        image[f"/{key}"] = value
    pdf.pages[page - 1].obj.Resources.XObject = Dictionary(Im=pdf.make_indirect(image))
    return image


def draw(pdf: Pdf, operators: str | bytes, page: int = 2) -> None:
    """Add operators to a page's content, in points from the corner of the trim."""
    data = operators.encode() if isinstance(operators, str) else operators
    obj = pdf.pages[page - 1].obj
    obj.Contents = Stream(pdf, obj.Contents.read_bytes() + b"\n" + data)


def print_sample(pages: int = 4) -> Pdf:
    """Return a PDF/X-4 of A5 pages with text, a line, a grey area and a grey picture; the last is blank."""
    pdf = Pdf.new()
    font = embed_font(pdf)
    for number in range(1, pages + 1):
        page = pdf.add_blank_page(page_size=(100, 100))
        page.obj.MediaBox = Array([-BLEED, -BLEED, TRIM[0] + BLEED, TRIM[1] + BLEED])
        page.obj.BleedBox = page.obj.MediaBox
        page.obj.TrimBox = Array([0, 0, *TRIM])
        page.obj.Resources = Dictionary(Font=Dictionary(F=font))
        content = b"\n"
        if number < pages:
            content = (

                               b"/P <</MCID 0>> BDC q 0 0 0 1 k BT /F 10 Tf 60 500 Td "
                + shown(f"{TEXT}{number % 10}")
                + b" Tj ET Q "
                b"q 0 0 0 1 K 0.5 w 60 490 m 300 490 l S 0 0 0 0.3 k 60 400 50 50 re f Q EMC"
            )  # fmt: skip
        page.obj.Contents = Stream(pdf, content)
    add_image(pdf, 1, space=Name.DeviceGray, channels=1, pixels=64)
    draw(pdf, "q 14 0 0 14 60 300 cm /Im Do Q", 1)
    _describe(pdf)
    return pdf


def _describe(pdf: Pdf) -> None:
    profile = Stream(pdf, (PACKAGE / "distribute" / "profiles" / "FOGRA39L_coated.icc").read_bytes())
    profile.N = 4
    pdf.Root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFX,
                OutputConditionIdentifier=String("FOGRA39"),
                RegistryName=String("http://www.color.org"),
                Info=String("Coated FOGRA39"),
                DestOutputProfile=pdf.make_indirect(profile),
            )
        ]
    )
    pdf.Root.Lang = String("en")
    for key, value in {
        "Title": FACTS.title,
        "Author": "Somebody",
        "Producer": "tests",
        "Creator": "tests",
    }.items():
        pdf.docinfo[f"/{key}"] = value
    pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = info_date(FACTS.moment)
    pdf.docinfo["/Trapped"] = Name("/False")
    metadata = Stream(pdf, write_xmp(FACTS, {PDFX_ID: {"GTS_PDFXVersion": "PDF/X-4"}}))
    metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = pdf.make_indirect(metadata)


def saved(pdf: Pdf, **options: Any) -> bytes:
    out = io.BytesIO()
    pdf.save(
        out, **{"deterministic_id": True, "force_version": "1.6", "fix_metadata_version": False, **options}
    )
    return out.getvalue()


def spoilt(spoil: Spoil, **options: Any) -> bytes:
    pdf = print_sample()
    spoil(pdf)
    return saved(pdf, **options)


def screen_sample() -> Pdf:
    """Return the same as a tagged file with a link, a bookmark and a figure."""
    pdf = print_sample()
    del pdf.Root.OutputIntents
    facts = FACTS
    pdf.Root.Metadata = Stream(pdf, write_xmp(facts, {"http://www.aiim.org/pdfua/ns/id/": {"part": "1"}}))
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    draw(pdf, "", 1)
    first = pdf.pages[0].obj
    first.Contents = Stream(
        pdf, first.Contents.read_bytes().replace(b"q 14 0 0", b"/Figure <</MCID 1>> BDC q 14 0 0") + b" EMC"
    )
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root, K=Array()))
    root.K = document
    parents = Array()
    for number in range(3):
        page = pdf.pages[number].obj
        page.StructParents = number
        kinds = [Name.H1 if number == 0 else Name.P] + ([Name.Figure] if number == 0 else [])
        owners = Array()
        for mcid, kind in enumerate(kinds):
            element = Dictionary(Type=Name.StructElem, S=kind, P=document, Pg=page, K=mcid)
            if kind == Name.Figure:
                element.Alt = String("a grey square")
            owners.append(pdf.make_indirect(element))
            document.K.append(owners[-1])
        parents.extend([number, pdf.make_indirect(owners)])
    link = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array([60, 500, 100, 510]),
            Border=Array([0, 0, 0]),
            F=4,
            Dest=Array([pdf.pages[1].obj, Name.Fit]),
            StructParent=3,
            Contents=String("to page 2"),
        )
    )
    pdf.pages[0].obj.Annots = Array([link])
    pdf.pages[0].obj.Tabs = Name.S
    owner = pdf.make_indirect(
        Dictionary(
            Type=Name.StructElem,
            S=Name.Link,
            P=document,
            Pg=pdf.pages[0].obj,
            K=Dictionary(Type=Name.OBJR, Obj=link, Pg=pdf.pages[0].obj),
        )
    )
    document.K.append(owner)
    parents.extend([3, owner])
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=parents))
    root.ParentTreeNextKey = 4
    pdf.Root.StructTreeRoot = root
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Page two", 1))
    return pdf
