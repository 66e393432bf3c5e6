"""Each way of spoiling a good file is caught by its code, and the good file has none."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from sample_pdfs import (
    MM,
    TRIM,
    add_image,
    draw,
    print_sample,
    saved,
    screen_sample,
    shown,
    spoilt,
)

from bookbuild.diagnostics import EnvironmentFailure, Severity
from bookbuild.distribute.findings import CODES
from bookbuild.distribute.marks import Limits
from bookbuild.distribute.preflight import Expectations, Purpose, preflight

ORDERED = Expectations(
    trim_mm=(Decimal(148), Decimal(210)),
    bleed_mm=Decimal(3),
    page_multiple=4,
    pages=4,
    blank_pages=frozenset({4}),
    pdfx="X-4",
    lang="en",
    title="A sample",
)
ON_SCREEN = Expectations(purpose=Purpose.SCREEN, tagged=True, lang="en", title="A sample")


def codes(data: bytes | Path, wanted: Expectations = ORDERED) -> set[str]:
    return {finding.code for finding in preflight(data, wanted)}


def test_a_file_as_ordered_has_no_findings() -> None:
    assert preflight(saved(print_sample()), ORDERED) == []


def test_a_tagged_file_for_the_screen_has_no_findings() -> None:
    assert preflight(saved(screen_sample()), ON_SCREEN) == []


def page(pdf: Pdf, number: int = 2) -> Any:
    return pdf.pages[number - 1].obj


def font(pdf: Pdf) -> Any:
    return page(pdf).Resources.Font.F


def no_trim(pdf: Pdf) -> None:
    del page(pdf).TrimBox


def trim_outside(pdf: Pdf) -> None:
    page(pdf).TrimBox = Array([-20, 0, *TRIM])


def bleed_outside(pdf: Pdf) -> None:
    page(pdf).BleedBox = Array([-20, -20, TRIM[0] + 20, TRIM[1] + 20])


def other_size(pdf: Pdf) -> None:
    page(pdf).TrimBox = Array([0, 0, TRIM[0] - 10, TRIM[1]])


def all_other_size(pdf: Pdf) -> None:
    for one in pdf.pages:
        one.obj.TrimBox = Array([0, 0, TRIM[0] - 10, TRIM[1]])


def narrow_bleed(pdf: Pdf) -> None:
    for one in pdf.pages:
        one.obj.BleedBox = Array([-5, -5, TRIM[0] + 5, TRIM[1] + 5])


def turned(pdf: Pdf) -> None:
    page(pdf).Rotate = 90


def scaled(pdf: Pdf) -> None:
    page(pdf).UserUnit = 2


def no_media(pdf: Pdf) -> None:
    page(pdf).MediaBox = Array([0, 0, 0, 0])


def art_too(pdf: Pdf) -> None:
    page(pdf).ArtBox = page(pdf).TrimBox


def cut_crop(pdf: Pdf) -> None:
    page(pdf).CropBox = Array([10, 10, 200, 200])


def content(operators: str) -> Callable[[Pdf], None]:
    return lambda pdf: draw(pdf, operators)


def text(operators: str, state: str = "") -> Callable[[Pdf], None]:
    line = f"q {state} {operators} BT /F 10 Tf 60 200 Td ".encode() + shown("Good") + b" Tj ET Q"
    return lambda pdf: draw(pdf, line)


def text_at(x: float, y: float) -> Callable[[Pdf], None]:
    return lambda pdf: draw(pdf, f"0 0 0 1 k BT /F 10 Tf {x} {y} Td ".encode() + shown("Good") + b" Tj ET")


def state_of(operators: str, **settings: Any) -> Callable[[Pdf], None]:
    def spoil(pdf: Pdf) -> None:
        page(pdf).Resources.ExtGState = Dictionary(G=Dictionary(Type=Name.ExtGState, **settings))
        text(operators, "/G gs")(pdf)

    return spoil


def space_of(make: Callable[[Pdf], Any], operators: str) -> Callable[[Pdf], None]:
    def spoil(pdf: Pdf) -> None:
        page(pdf).Resources.ColorSpace = Dictionary(S=make(pdf))
        draw(pdf, operators)

    return spoil


def spot(name: str) -> Callable[[Pdf], Any]:
    def make(pdf: Pdf) -> Any:
        tint = Dictionary(
            FunctionType=2, Domain=Array([0, 1]), C0=Array([0, 0, 0, 0]), C1=Array([1, 1, 0, 0]), N=1
        )
        return Array([Name.Separation, Name(f"/{name}"), Name.DeviceCMYK, tint])

    return make


def profiled(pdf: Pdf) -> Any:
    return Array([Name.ICCBased, pdf.Root.OutputIntents[0].DestOutputProfile])


def calibrated(_pdf: Pdf) -> Any:
    return Array([Name.CalRGB, Dictionary(WhitePoint=Array([0.95, 1, 1.09]))])


def placed_image(size: float, **image: Any) -> Callable[[Pdf], None]:
    def spoil(pdf: Pdf) -> None:
        add_image(pdf, 2, **image)
        draw(pdf, f"q {size} 0 0 {size} 60 200 cm /Im Do Q")

    return spoil


def soft_masked(pdf: Pdf) -> None:
    mask = Stream(pdf, b"\x80" * 16)
    mask.Subtype, mask.Width, mask.Height, mask.BitsPerComponent = Name.Image, 4, 4, 8
    mask.ColorSpace = Name.DeviceGray
    placed_image(10, space=Name.DeviceGray, channels=1, pixels=64, SMask=pdf.make_indirect(mask))(pdf)


def not_embedded(pdf: Pdf) -> None:
    page(pdf).Resources.Font.H = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    draw(pdf, "0 0 0 1 k BT /H 10 Tf 60 200 Td (plain) Tj ET")


def type3(pdf: Pdf) -> None:
    glyph = Stream(pdf, b"500 0 0 0 500 500 d1 0 0 500 500 re f")
    page(pdf).Resources.Font.T = Dictionary(
        Type=Name.Font, Subtype=Name.Type3, FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]), FirstChar=65,
        LastChar=65,
        FontBBox=Array([0, 0, 500, 500]), Widths=Array([500]), CharProcs=Dictionary(a=glyph),
        Encoding=Dictionary(Differences=Array([65, Name.a])), Resources=Dictionary(),
    )  # fmt: skip
    draw(pdf, "0 0 0 1 k BT /T 10 Tf 60 200 Td (A) Tj ET")


def no_glyph(pdf: Pdf) -> None:
    draw(pdf, "0 0 0 1 k BT /F 10 Tf 60 200 Td <0000> Tj ET")


def glyph_beyond_the_font(pdf: Pdf) -> None:
    draw(pdf, "0 0 0 1 k BT /F 10 Tf 60 200 Td <7fff> Tj ET")


def empty_glyph(pdf: Pdf) -> None:
    """The glyph of the space is shown, and the file says that it is a Z."""
    table = font(pdf).ToUnicode
    table.write(table.read_bytes().replace(b"<0020>", b"<005a>"))


def silent_text(pdf: Pdf) -> None:
    del font(pdf).ToUnicode


def cut_font(pdf: Pdf) -> None:
    file = font(pdf).DescendantFonts[0].FontDescriptor.FontFile2
    file.write(file.read_bytes()[:300])


def no_intent(pdf: Pdf) -> None:
    del pdf.Root.OutputIntents


def intent(**changes: Any) -> Callable[[Pdf], None]:
    def spoil(pdf: Pdf) -> None:
        for key, value in changes.items():
            pdf.Root.OutputIntents[0][f"/{key}"] = value

    return spoil


def profile_cut(pdf: Pdf) -> None:
    stream = pdf.Root.OutputIntents[0].DestOutputProfile
    stream.write(stream.read_bytes()[:2000])


def wrong_channels(pdf: Pdf) -> None:
    pdf.Root.OutputIntents[0].DestOutputProfile.N = 3


def no_profile(pdf: Pdf) -> None:
    del pdf.Root.OutputIntents[0].DestOutputProfile


def no_xmp(pdf: Pdf) -> None:
    del pdf.Root.Metadata


def xmp(old: bytes, new: bytes) -> Callable[[Pdf], None]:
    def spoil(pdf: Pdf) -> None:
        stream = pdf.Root.Metadata
        assert old in stream.read_bytes()
        stream.write(stream.read_bytes().replace(old, new))

    return spoil


def info(key: str, value: Any) -> Callable[[Pdf], None]:
    def spoil(pdf: Pdf) -> None:
        pdf.docinfo[f"/{key}"] = value

    return spoil


def no_info(*keys: str) -> Callable[[Pdf], None]:
    def spoil(pdf: Pdf) -> None:
        for key in keys:
            del pdf.docinfo[f"/{key}"]

    return spoil


def no_title(pdf: Pdf) -> None:
    no_info("Title")(pdf)
    xmp(b"A sample", b"")(pdf)


def no_dates(pdf: Pdf) -> None:
    no_info("CreationDate", "ModDate")(pdf)
    stream = pdf.Root.Metadata
    stream.write(stream.read_bytes().replace(b"CreateDate", b"Birthday").replace(b"ModifyDate", b"Other"))


def no_lang(pdf: Pdf) -> None:
    del pdf.Root.Lang


def french(pdf: Pdf) -> None:
    pdf.Root.Lang = String("fr")


def annotated(kind: str, **more: Any) -> Callable[[Pdf], None]:
    def spoil(pdf: Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=Array([60, 60, 90, 90]), **more)
        page(pdf).Annots = Array([pdf.make_indirect(note)])

    return spoil


def action(kind: str, **more: Any) -> Dictionary:
    return Dictionary(S=Name(f"/{kind}"), **more)


def script(pdf: Pdf) -> None:
    pdf.Root.OpenAction = action("JavaScript", JS=String("app.alert(1)"))


def named_script(pdf: Pdf) -> None:
    run = action("JavaScript", JS=String("app.alert(1)"))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), run])))


def launch(pdf: Pdf) -> None:
    pdf.Root.OpenAction = action("Launch", F=String("calc.exe"))


def layered(pdf: Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("notes")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(Order=Array([layer])))


def attached(pdf: Pdf) -> None:
    pdf.attachments["data.csv"] = pikepdf.AttachedFileSpec(pdf, b"a,b\n", filename="data.csv")


def form(pdf: Pdf) -> None:
    field = pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("name")))
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))


def one_page_less(pdf: Pdf) -> None:
    del pdf.pages[0]


def emptied(pdf: Pdf) -> None:
    page(pdf).Contents = Stream(pdf, b"")


def inked_blank(pdf: Pdf) -> None:
    draw(pdf, "0 0 0 1 k 60 60 20 20 re f", 4)


def lost_bookmark(pdf: Pdf) -> None:
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Lost", Array([Dictionary(Type=Name.Page), Name.Fit])))


def named_bookmark(pdf: Pdf) -> None:
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Lost", "nowhere"))


def bookmark_circle(pdf: Pdf) -> None:
    lost_bookmark(pdf)
    pdf.Root.Outlines.First.Next = pdf.Root.Outlines.First


def unclosed(pdf: Pdf) -> None:
    draw(pdf, "q q")


def empty_stream(pdf: Pdf) -> None:
    page(pdf, 4).Contents = Stream(pdf, b"")  # which saving compresses


def form_in_itself(pdf: Pdf) -> None:
    inner = Stream(pdf, b"/X Do")
    inner.Subtype, inner.BBox = Name.Form, Array([0, 0, 100, 100])
    inner = pdf.make_indirect(inner)
    inner.Resources = Dictionary(XObject=Dictionary(X=inner))
    page(pdf).Resources.XObject = Dictionary(X=inner)
    draw(pdf, "/X Do")


def blended_in_rgb(pdf: Pdf) -> None:
    page(pdf).Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)
    state_of("0 0 0 1 k", ca=0.5)(pdf)


def postscript_picture(pdf: Pdf) -> None:
    picture = Stream(pdf, b"showpage")
    picture.Subtype = Name.PS
    page(pdf).Resources.XObject = Dictionary(X=picture)
    draw(pdf, "/X Do")


def broken_picture(pdf: Pdf) -> None:
    placed_image(10, space=Name.DeviceCMYK, channels=4, pixels=64)(pdf)
    page(pdf).Resources.XObject.Im.write(b"\xff\xd8\xff\xe0 nothing", filter=Name.DCTDecode)


X1A = replace(ORDERED, pdfx="X-1a")
# fmt: off
CORPUS: list[tuple[str, str, Callable[[Pdf], None], Expectations]] = [
    ("D008", "nothing, compressed", empty_stream, ORDERED),
    ("D005", "operands missing", content("1 0 Td w"), ORDERED),
    ("D005", "unknown operator", content("frobnicate"), ORDERED),
    ("D005", "unclosed state", unclosed, ORDERED),
    ("D005", "form within itself", form_in_itself, ORDERED),
    ("D005", "no such font", content("BT /Nobody 10 Tf (x) Tj ET"), ORDERED),
    ("D101", "no trim box", no_trim, ORDERED),
    ("D102", "trim outside bleed", trim_outside, ORDERED),
    ("D102", "bleed outside media", bleed_outside, ORDERED),
    ("D103", "one page of another size", other_size, ORDERED),
    ("D104", "another size than ordered", all_other_size, ORDERED),
    ("D105", "narrow bleed", narrow_bleed, ORDERED),
    ("D106", "colour stops at the trim", content("0 0 0 0.2 k 0 0 100 50 re f"), ORDERED),
    ("D106", "picture stops short in the bleed",
     content(f"0 0 0 0.2 k 60 300 {TRIM[0] - 60 + MM} 50 re f"), ORDERED),
    ("D107", "text at the edge", text_at(3, 300), ORDERED),
    ("D107", "text over the edge", text_at(TRIM[0] - 5, 300), ORDERED),
    ("D108", "crop mark inside the bleed", content("0 0 0 1 K 0.5 w -8 0 m -3 0 l S"), ORDERED),
    ("D109", "turned page", turned, ORDERED),
    ("D109", "scaled page", scaled, ORDERED),
    ("D110", "no media box", no_media, ORDERED),
    ("D111", "trim and art box", art_too, ORDERED),
    ("D112", "crop box inside the trim", cut_crop, ORDERED),
    ("D201", "font not embedded", not_embedded, ORDERED),
    ("D202", "Type 3 font", type3, ORDERED),
    ("D203", "glyph 0", no_glyph, ORDERED),
    ("D203", "glyph that the font does not have", glyph_beyond_the_font, ORDERED),
    ("D204", "empty glyph", empty_glyph, ORDERED),
    ("D205", "no character map", silent_text, ORDERED),
    ("D206", "font cut off", cut_font, ORDERED),
    ("D301", "red area", content("1 0 0 rg 60 60 20 20 re f"), ORDERED),
    ("D301", "red line", content("1 0 0 RG 2 w 60 60 m 90 60 l S"), ORDERED),
    ("D302", "calibrated colour", space_of(calibrated, "/S cs 1 0 0 sc 60 60 20 20 re f"), ORDERED),
    ("D303", "four full inks", content("1 1 1 1 k 60 60 20 20 re f"), ORDERED),
    ("D303", "picture of four full inks", placed_image(10, space=Name.DeviceCMYK, channels=4, pixels=64,
     fill=255), ORDERED),
    ("D304", "rich black text", text("0.6 0.4 0.4 1 k"), ORDERED),
    ("D304", "black of three colours", text("0.9 0.9 0.9 0 k"), ORDERED),
    ("D305", "RGB black text", text("0 0 0 rg"), ORDERED),
    ("D306", "black text on a tint", text("0 0.3 0.3 0 k 50 190 100 40 re f 0 0 0 1 k"), ORDERED),
    ("D306", "grey-space black on a tint", state_of("0 0.3 0.3 0 k 50 190 100 40 re f 0 g", op=True,
     OP=True, OPM=1), ORDERED),
    ("D307", "white overprints", state_of("0 0 0 0 k", op=True, OP=True, OPM=1), ORDERED),
    ("D308", "spot colour", space_of(spot("Gold"), "/S cs 1 scn 60 60 20 20 re f"), ORDERED),
    ("D309", "registration colour inside", space_of(spot("All"), "/S cs 0.5 scn 60 60 20 20 re f"), ORDERED),
    ("D310", "RGB picture", placed_image(10, space=Name.DeviceRGB, channels=3, pixels=64), ORDERED),
    ("D311", "profile repeated", space_of(profiled, "/S cs 0 0 0 1 sc 60 60 20 20 re f"), ORDERED),
    ("D401", "hairline", content("0 0 0 1 K 0.1 w 60 60 m 90 60 l S"), ORDERED),
    ("D401", "zero width", content("0 0 0 1 K 0 w 60 60 m 90 60 l S"), ORDERED),
    ("D401", "scaled down", content("0 0 0 1 K q 0.1 0 0 0.1 0 0 cm 1 w 600 600 m 900 600 l S Q"), ORDERED),
    ("D401", "thin filled area", content("0 0 0 1 k 60 60 100 0.1 re f"), ORDERED),
    ("D402", "coarse picture", placed_image(60, space=Name.DeviceGray, channels=1, pixels=64), ORDERED),
    ("D403", "coarse line art", placed_image(10, space=Name.DeviceGray, channels=1, pixels=64,
     BitsPerComponent=1), ORDERED),
    ("D404", "half-transparent", state_of("0 0 0 1 k", ca=0.5), ORDERED),
    ("D404", "soft mask", soft_masked, X1A),
    ("D404", "multiplied", state_of("0 0 0 1 k", BM=Name.Multiply), X1A),
    ("D405", "blended in RGB", blended_in_rgb, ORDERED),
    ("D406", "PostScript", postscript_picture, ORDERED),
    ("D407", "broken picture", broken_picture, ORDERED),
    ("D501", "no output intent", no_intent, ORDERED),
    ("D502", "no identifier", intent(OutputConditionIdentifier=String("")), ORDERED),
    ("D502", "a sentence as identifier", intent(OutputConditionIdentifier=String("Printing on\npaper")),
     ORDERED),
    ("D502", "profile cut off", profile_cut, ORDERED),
    ("D502", "channels wrong", wrong_channels, ORDERED),
    ("D502", "no profile", no_profile, ORDERED),
    ("D503", "no XMP", no_xmp, ORDERED),
    ("D503", "XMP is no XML", xmp(b"</rdf:RDF>", b""), ORDERED),
    ("D503", "XMP with entities", xmp(b"<x:xmpmeta", b"<!DOCTYPE a [<!ENTITY b 'c'>]><x:xmpmeta"), ORDERED),
    ("D504", "titles differ", info("Title", "Another"), replace(ORDERED, title="")),
    ("D504", "dates differ", info("ModDate", "D:20200101000000Z"), ORDERED),
    ("D505", "X-4 instead of X-1a", lambda _: None, X1A),
    ("D505", "no marker", xmp(b"PDF/X-4", b""), ORDERED),
    ("D506", "Trapped missing", no_info("Trapped"), ORDERED),
    ("D507", "not the archive form ordered", lambda _: None, Expectations(Purpose.ARCHIVE, pdfa="3u")),
    ("D510", "no title", no_title, ORDERED),
    ("D510", "another title", lambda _: None, replace(ORDERED, title="Another")),
    ("D511", "no language", no_lang, ORDERED),
    ("D511", "another language", french, ORDERED),
    ("D513", "no dates", no_dates, ORDERED),
    ("D513", "a date that is none", info("ModDate", "yesterday"), ORDERED),
    ("D601", "comment", annotated("Text", Contents=String("!")), ORDERED),
    ("D602", "script on opening", script, ORDERED),
    ("D602", "named script", named_script, ORDERED),
    ("D603", "layers", layered, ORDERED),
    ("D604", "attachment", attached, ORDERED),
    ("D605", "form", form, ORDERED),
    ("D606", "launch", launch, ORDERED),
    ("D606", "link that launches", annotated("Link", A=action("Launch", F=String("x"))), ORDERED),
    ("D607", "film", annotated("Movie"), ORDERED),
    ("D701", "three pages", one_page_less, ORDERED),
    ("D702", "three pages of four", one_page_less, ORDERED),
    ("D703", "blank page", emptied, ORDERED),
    ("D704", "ink on a blank page", inked_blank, ORDERED),
    ("D705", "bookmark to a lost page", lost_bookmark, ORDERED),
    ("D705", "bookmark to a lost name", named_bookmark, ORDERED),
    ("D705", "bookmarks in a circle", bookmark_circle, ORDERED),
    ("D706", "link to a lost name", annotated("Link", Dest=String("nowhere")), ORDERED),
    ("D706", "link to page 99", annotated("Link", Dest=Array([98, Name.Fit])), ORDERED),
    ("D707", "link to a local file", annotated("Link", A=action("URI", URI=String("file:///x"))), ORDERED),
    ("D707", "link left from the making", annotated("Link", A=action("URI", URI=String("book:#a"))), ORDERED),
]
# fmt: on


@pytest.mark.parametrize(
    ("code", "spoil", "wanted"),
    [pytest.param(code, spoil, wanted, id=f"{code} {name}") for code, name, spoil, wanted in CORPUS],
)
def test_what_is_spoilt_is_caught(code: str, spoil: Callable[[Pdf], None], wanted: Expectations) -> None:
    assert code in codes(spoilt(spoil), wanted)


def root(pdf: Pdf) -> Any:
    return pdf.Root.StructTreeRoot


def untagged(pdf: Pdf) -> None:
    del pdf.Root.StructTreeRoot


def unmarked(pdf: Pdf) -> None:
    draw(pdf, "0 0 0 1 k 60 60 20 20 re f")


def unowned(pdf: Pdf) -> None:
    del page(pdf).StructParents


def unowned_content(pdf: Pdf) -> None:
    draw(pdf, "/P <</MCID 7>> BDC 0 0 0 1 k 60 60 20 20 re f EMC")


def no_alternative(pdf: Pdf) -> None:
    figure = next(kid for kid in root(pdf).K.K if Name.Figure == kid.S)
    del figure.Alt


def link_outside(pdf: Pdf) -> None:
    del page(pdf, 1).Annots[0].StructParent


def file_name_shown(pdf: Pdf) -> None:
    del pdf.Root.ViewerPreferences


def rank_skipped(pdf: Pdf) -> None:
    root(pdf).K.K[2].S = Name.H3


def not_ua(pdf: Pdf) -> None:
    xmp(b"<pdfuaid:part>1", b"<pdfuaid:part>7")(pdf)


def tree_circle(pdf: Pdf) -> None:
    root(pdf).K.K.append(root(pdf).K)


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("D801", untagged),
        ("D802", unmarked),
        ("D803", unowned),
        ("D803", unowned_content),
        ("D804", no_alternative),
        ("D805", link_outside),
        ("D806", file_name_shown),
        ("D807", rank_skipped),
        ("D808", not_ua),
        ("D005", tree_circle),
    ],
)
def test_what_is_spoilt_in_the_tags_is_caught(code: str, spoil: Callable[[Pdf], None]) -> None:
    pdf = screen_sample()
    spoil(pdf)
    assert code in codes(saved(pdf), ON_SCREEN)


def test_a_long_file_without_bookmarks_is_reported() -> None:
    assert "D708" in codes(saved(print_sample(24)), ON_SCREEN)


def test_a_file_that_says_pdf_a_and_has_scripts_is_reported() -> None:
    pdf = print_sample()
    pdfa = (
        b'<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"'
        b' pdfaid:part="2" pdfaid:conformance="U"/>'
    )
    xmp(b"</rdf:RDF>", pdfa + b"</rdf:RDF>")(pdf)
    named_script(pdf)
    assert "D508" in codes(saved(pdf), Expectations(Purpose.ARCHIVE, pdfa="2u"))


def test_a_protected_file_is_reported() -> None:
    def protected(password: str) -> bytes:
        lock = pikepdf.Encryption(user=password, owner="o")
        return saved(print_sample(), encryption=lock, deterministic_id=False, force_version="2.0")

    asks, opens = protected("secret"), protected("")

    assert codes(asks) == {"D002"}
    assert "D003" in codes(opens)


def test_a_missing_identifier_is_reported() -> None:
    data = saved(print_sample())
    assert "D509" in codes(data.replace(b"/ID ", b"/IX "))


@pytest.mark.parametrize("data", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"x" * 4000])
def test_what_is_no_pdf_is_called_so(data: bytes) -> None:
    assert codes(data) == {"D001"}


def test_a_pdf_without_anything_in_it_is_called_unreadable() -> None:
    assert codes(b"%PDF-1.7\nhello") & {"D001", "D006"}


def test_a_file_without_pages_is_reported() -> None:
    assert codes(saved(Pdf.new())) == {"D006"}


def test_a_file_that_is_cut_off_is_reported_as_damaged() -> None:
    data = saved(print_sample())
    assert codes(data[: len(data) * 9 // 10]) & {"D001", "D004", "D005"}


def test_a_stream_that_would_fill_the_memory_is_not_read() -> None:
    def bomb(pdf: Pdf) -> None:
        page(pdf).Contents = Stream(pdf, b" " * 3_000_000)

    wanted = replace(ORDERED, limits=Limits(stream_bytes=1_000_000))
    assert "D007" in codes(spoilt(bomb), wanted)


def test_more_operators_than_the_limit_are_not_run() -> None:
    wanted = replace(ORDERED, limits=Limits(operators=20))
    assert "D007" in codes(saved(print_sample()), wanted)


def test_a_file_that_is_not_there_is_a_failure_of_the_environment(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailure, match="cannot read"):
        preflight(tmp_path / "none.pdf")


def test_equal_findings_on_several_pages_are_one() -> None:
    def spoil(pdf: Pdf) -> None:
        for number in (1, 2, 3):
            draw(pdf, "1 0 0 rg 60 60 20 20 re f", number)

    (found,) = (f for f in preflight(spoilt(spoil), ORDERED) if f.code == "D301")
    assert found.pages == (1, 2, 3)
    assert str(found).startswith("error[D301]: a filled area in RGB (pages 1–3)")
    assert found.as_data()["pages"] == [1, 2, 3]
    assert found.as_diagnostic("x.pdf").severity is Severity.ERROR


def test_registration_marks_in_the_slug_are_no_fault() -> None:
    def marks(pdf: Pdf) -> None:
        for one in pdf.pages:
            one.obj.MediaBox = Array([-40, -40, TRIM[0] + 40, TRIM[1] + 40])
        space_of(spot("All"), "/S CS 1 SCN 0.25 w -35 0 m -15 0 l S 0 -35 m 0 -15 l S")(pdf)

    assert preflight(spoilt(marks), ORDERED) == []


def test_colour_that_runs_through_the_bleed_is_no_fault() -> None:
    area = f"0 0 0 0.2 k -9 -9 {TRIM[0] + 18} 60 re f"
    assert preflight(spoilt(content(area)), ORDERED) == []


def test_black_that_overprints_a_tint_is_no_fault() -> None:
    spoil = state_of("0 0.3 0.3 0 k 50 190 100 40 re f 0 0 0 1 k", op=True, OP=True, OPM=1)
    assert preflight(spoilt(spoil), ORDERED) == []


def test_every_code_of_the_table_has_a_case() -> None:
    here = Path(__file__).read_text("utf-8")
    assert [code for code in CODES if f'"{code}"' not in here] == []


@pytest.mark.parametrize("seed", range(40))
def test_no_damage_makes_it_fail(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(saved(screen_sample() if seed % 2 else print_sample(), compress_streams=seed % 3 == 0))
    for _ in range(chance.choice([1, 3, 10, 60])):
        place = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                del data[place : place + chance.randrange(1, 40)]
            case 2:
                data[place:place] = chance.choice(
                    [b"/", b"<<", b"]", b" 99999999 ", b"-1", b"null", b"(", b"R"]
                )
            case _:
                other = chance.randrange(len(data))
                data[place : place + 20] = data[other : other + 20]
    for wanted in (ORDERED, ON_SCREEN):
        for finding in preflight(bytes(data), wanted):
            assert finding.code in CODES
