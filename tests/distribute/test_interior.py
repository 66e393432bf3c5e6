"""The interior for print: boxes, plates, marks, page count, what is left out, and equal bytes."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image
from sample_pdfs import FACTS, MM, PACKAGE, add_image, draw, saved, screen_sample, shown

from bookbuild.diagnostics import EnvironmentFailure
from bookbuild.distribute.condition import SHIPPED, Separator, own_condition, shipped_condition
from bookbuild.distribute.interior import PrintOrder, PrintReady, derived_id, print_interior
from bookbuild.distribute.preflight import preflight
from bookbuild.distribute.xmp import read_xmp

SLUG_FONT = (PACKAGE / "press" / "fonts" / "SourceSans3-Regular.ttf").read_bytes()
ORDER = PrintOrder("sample-en", FACTS, shipped_condition(), SLUG_FONT, page_multiple=8)
X1A = replace(ORDER, pdfx="X-1a")
FOUR_INKS = replace(ORDER, black_only=False)


def colourful() -> bytes:
    """Return a tagged file with all that a printer does not want, on page 2."""
    pdf = screen_sample()
    draw(pdf, b"0 0 0 rg BT /F 10 Tf 60 200 Td " + shown("Good") + b" Tj ET", 2)
    draw(pdf, "0 0.4 0.8 rg 60 100 40 20 re f /DeviceGray cs 0.2 sc 120 100 40 20 re f", 2)
    draw(pdf, "/CS1 cs 0.1 0.1 0.1 scn 180 100 40 20 re f 0.9 0.1 0.1 RG 1 w 60 90 m 90 90 l S", 2)
    draw(pdf, "q /Half gs 0 0 0 rg 60 60 40 10 re f Q", 2)
    page = pdf.pages[1].obj
    profile = Stream(pdf, (PACKAGE / "distribute" / "profiles" / "sRGB.icc").read_bytes())
    profile.N = 3
    page.Resources.ColorSpace = Dictionary(CS1=Array([Name.ICCBased, pdf.make_indirect(profile)]))
    page.Resources.ExtGState = Dictionary(Half=Dictionary(Type=Name.ExtGState, ca=0.5))
    add_image(pdf, 2, space=Name.DeviceRGB, channels=3, pixels=64, fill=200)
    draw(pdf, "q 14 0 0 14 200 300 cm /Im Do Q", 2)
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("notes")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary())
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    return saved(pdf)


@pytest.fixture(scope="module", params=[ORDER, X1A, FOUR_INKS], ids=["X-4", "X-1a", "four inks"])
def made(request: pytest.FixtureRequest) -> tuple[PrintOrder, PrintReady]:
    return request.param, print_interior(colourful(), request.param)


@pytest.fixture
def opened(made: tuple[PrintOrder, PrintReady]) -> Iterator[Pdf]:
    with pikepdf.open(io.BytesIO(made[1].pdf)) as pdf:
        yield pdf


def test_preflight_finds_no_fault(made: tuple[PrintOrder, PrintReady]) -> None:
    findings = preflight(made[1].pdf, made[1].expectations)
    transparent = {"D404"} if made[0].pdfx == "X-4" else set()

    assert {finding.code for finding in findings} == transparent


def test_equal_inputs_give_equal_bytes(made: tuple[PrintOrder, PrintReady]) -> None:
    assert print_interior(colourful(), made[0]).pdf == made[1].pdf


def test_the_text_is_still_all_there(made: tuple[PrintOrder, PrintReady]) -> None:
    document = pypdfium2.PdfDocument(made[1].pdf)
    text = document[1].get_textpage().get_text_range()
    document.close()

    assert "Good text on page 2" in text
    assert "sample-en 2 / 8 2026-11-21 148 × 210 mm" in " ".join(text.split())


def test_pages_are_filled_up_with_blank_ones_at_the_end(made: tuple[PrintOrder, PrintReady]) -> None:
    assert (made[1].pages, made[1].added) == (8, 4)
    assert made[1].expectations.blank_pages == {4, 5, 6, 7, 8}


def test_boxes_are_exact_on_every_page(opened: Pdf) -> None:
    around = (3 + 12) * MM
    for page in opened.pages:
        media, bleed, trim = (
            [float(v) for v in page.obj[f"/{b}"]] for b in ("MediaBox", "BleedBox", "TrimBox")
        )
        assert media[:2] == [0, 0]
        assert trim == pytest.approx([around, around, around + 148 * MM, around + 210 * MM], abs=0.002)
        assert [t - b for t, b in zip(trim, bleed, strict=True)] == pytest.approx(
            [3 * MM, 3 * MM, -3 * MM, -3 * MM], abs=0.002
        )
        assert not {"/CropBox", "/ArtBox"} & set(page.obj.keys())


def test_nothing_that_moves_is_left(opened: Pdf) -> None:
    assert set(opened.Root.keys()) <= {
        "/Type", "/Pages", "/Lang", "/OutputIntents", "/Metadata", "/PageLabels",
    }  # fmt: skip
    for page in opened.pages:
        assert not {"/Annots", "/StructParents", "/Tabs", "/AA"} & set(page.obj.keys())
        content = b"".join(stream.read_bytes() for stream in page.obj.Contents)
        assert not re.search(rb"\b(BDC|BMC|EMC)\b", content)


def test_colour_operators_name_no_rgb(opened: Pdf) -> None:
    for page in opened.pages:
        names = {str(i.operator) for i in pikepdf.parse_content_stream(page)}
        assert not names & {"rg", "RG", "g", "G", "sc", "SC"}
    image = opened.pages[1].obj.Resources.XObject.Im
    assert image.ColorSpace in {Name.DeviceGray, Name.DeviceCMYK}


def test_the_output_intent_is_named_as_the_registry_names_it(opened: Pdf) -> None:
    (intent,) = opened.Root.OutputIntents
    assert str(intent.OutputConditionIdentifier) == "FOGRA39"
    assert str(intent.RegistryName) == "http://www.color.org"
    assert intent.S == Name.GTS_PDFX
    assert intent.DestOutputProfile.read_bytes() == shipped_condition().profile


def test_both_places_of_metadata_say_the_same(opened: Pdf, made: tuple[PrintOrder, PrintReady]) -> None:
    xmp = read_xmp(opened.Root.Metadata.read_bytes())
    assert xmp["{http://purl.org/dc/elements/1.1/}title"] == str(opened.docinfo["/Title"]) == "A sample"
    assert str(opened.docinfo["/CreationDate"]) == "D:20261121000000Z"
    assert xmp["{http://ns.adobe.com/xap/1.0/}CreateDate"] == "2026-11-21T00:00:00Z"
    if made[0].pdfx == "X-1a":
        assert str(opened.docinfo["/GTS_PDFXVersion"]) == "PDF/X-1a:2003"
        assert opened.pdf_version == "1.4"
    else:
        assert xmp["{http://www.npes.org/pdfx/ns/id/}GTS_PDFXVersion"] == "PDF/X-4"
        assert opened.pdf_version == "1.6"


def _coverage(pdf: bytes, folder: Path) -> list[list[float]]:
    gs = shutil.which("gs")
    if gs is None:
        pytest.skip("Ghostscript is not installed")
    path = folder / "in.pdf"
    path.write_bytes(pdf)
    run = [gs, "-q", "-dSAFER", "-dUseBleedBox", "-sDEVICE=inkcov", "-o", "-", str(path)]
    lines = subprocess.run(run, capture_output=True, text=True, check=True).stdout.splitlines()
    return [[float(value) for value in line.split()[:4]] for line in lines]


def test_ghostscript_sees_the_inks_that_were_ordered(
    made: tuple[PrintOrder, PrintReady], tmp_path: Path
) -> None:
    pages = _coverage(made[1].pdf, tmp_path)

    assert len(pages) == 8
    for number, page in enumerate(pages, 1):
        coloured = number == 2 and not made[0].black_only
        assert (max(page[:3]) > 0) == coloured
    assert all(page[3] > 0 for page in pages[:3])
    assert all(page[3] == 0 for page in pages[3:])


def test_black_text_overprints_where_there_are_four_inks() -> None:
    with pikepdf.open(io.BytesIO(print_interior(colourful(), FOUR_INKS).pdf)) as pdf:
        page = pdf.pages[1]
        state, saved_states = None, []
        seen: dict[str, set[Any]] = {"text": set(), "area": set()}
        for instruction in pikepdf.parse_content_stream(page):
            name = str(instruction.operator)
            if name == "q":
                saved_states.append(state)
            elif name == "Q":
                state = saved_states.pop()
            elif name == "gs":
                state = str(instruction.operands[0])
            elif name == "Tj":
                seen["text"].add(state)
            elif name == "f":
                seen["area"].add(state)
        states = page.obj.Resources.ExtGState
        assert "/BookOver" in seen["text"]
        assert "/BookOver" not in seen["area"]
        assert states.BookOver.op is True
        assert states.BookOver.OPM == 1


def test_half_transparent_black_becomes_grey_in_x1a() -> None:
    with pikepdf.open(io.BytesIO(print_interior(colourful(), X1A).pdf)) as pdf:
        paints = [i for i in pikepdf.parse_content_stream(pdf.pages[1]) if str(i.operator) == "k"]
    assert [0, 0, 0, 0.5] in [[float(v) for v in i.operands] for i in paints]


def test_a_picture_with_a_soft_mask_is_laid_on_white_in_x1a() -> None:
    pdf = screen_sample()
    mask = Stream(pdf, b"\x00" * 16)
    mask.Type, mask.Subtype, mask.Width, mask.Height = Name.XObject, Name.Image, 4, 4
    mask.BitsPerComponent, mask.ColorSpace = 8, Name.DeviceGray
    add_image(pdf, 2, space=Name.DeviceRGB, channels=3, pixels=4, fill=0, SMask=pdf.make_indirect(mask))
    draw(pdf, "q 0.9 0 0 0.9 200 300 cm /Im Do Q", 2)

    with pikepdf.open(io.BytesIO(print_interior(saved(pdf), X1A).pdf)) as made:
        image = made.pages[1].obj.Resources.XObject.Im
        assert "/SMask" not in image
        assert set(image.read_bytes()) == {255}


def test_an_inline_picture_in_rgb_is_converted() -> None:
    pdf = screen_sample()
    draw(pdf, b"q 1 0 0 1 60 60 cm BI /W 1 /H 1 /CS /RGB /BPC 8 ID \xff\x00\x00 EI Q", 2)

    ready = print_interior(saved(pdf), ORDER)
    assert {f.code for f in preflight(ready.pdf, ready.expectations)} & {"D310", "D301"} == set()


def test_colours_of_forms_are_converted_too() -> None:
    pdf = screen_sample()
    form = Stream(pdf, b"1 0 0 rg 0 0 10 10 re f")
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 10, 10])
    pdf.pages[1].obj.Resources.XObject = Dictionary(X=pdf.make_indirect(form))
    draw(pdf, "q 1 0 0 1 60 60 cm /X Do Q", 2)

    ready = print_interior(saved(pdf), ORDER)
    assert preflight(ready.pdf, ready.expectations) == []


def test_marks_may_be_left_out() -> None:
    ready = print_interior(colourful(), replace(ORDER, marks=False))
    with pikepdf.open(io.BytesIO(ready.pdf)) as pdf:
        assert pdf.pages[0].obj.MediaBox == pdf.pages[0].obj.BleedBox
        assert "/BookAll" not in pdf.pages[0].obj.Resources.get("/ColorSpace", Dictionary())


def test_a_page_that_loses_its_ink_is_caught() -> None:
    ready = print_interior(colourful(), ORDER)
    with pikepdf.open(io.BytesIO(ready.pdf)) as pdf:
        pdf.pages[1].obj.Contents = Stream(pdf, b"")
        spoilt = saved(pdf)
    assert "D703" in {f.code for f in preflight(spoilt, ready.expectations)}


@pytest.mark.parametrize(
    ("colour", "black"), [((0, 0, 0), 1), ((1, 1, 1), 0), ((0.5, 0.5, 0.5), 0.5), ((0.02, 0.01, 0.02), 0.985)]
)
def test_neutral_colours_become_black_ink(colour: tuple[float, float, float], black: float) -> None:
    for only in (True, False):
        inks = Separator(shipped_condition(), black_only=only).colour(*colour)
        assert inks[:3] == (0, 0, 0)
        assert inks[3] == pytest.approx(black, abs=0.01)


def test_a_colour_goes_through_the_profile() -> None:
    cyan, magenta, yellow, _ = Separator(shipped_condition(), black_only=False).colour(1, 0, 0)
    assert cyan < 0.1
    assert min(magenta, yellow) > 0.8


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_profile_makes_a_sound_file_and_white_paper_white(name: str) -> None:
    condition = shipped_condition(name)
    ready = print_interior(colourful(), replace(FOUR_INKS, condition=condition))
    assert {one.code for one in preflight(ready.pdf, ready.expectations)} == {"D404"}
    with pikepdf.open(io.BytesIO(ready.pdf)) as pdf:
        assert str(pdf.Root.OutputIntents[0].OutputConditionIdentifier) == name
    white, red = (Image.new("RGB", (1, 1), colour) for colour in ((255, 255, 255), (255, 0, 0)))
    separator = Separator(condition, black_only=False)
    assert separator.picture(white).getpixel((0, 0)) == (0, 0, 0, 0)
    cyan, magenta, yellow, black = separator.picture(red).getpixel((0, 0))  # type: ignore[misc]
    assert max(cyan, black) < 10
    assert min(magenta, yellow) > 220


def test_a_printers_own_profile_is_named_by_itself() -> None:
    profile = shipped_condition().profile
    assert own_condition(profile, "", "x.icc").identifier == "FOGRA39L Coated"
    assert own_condition(profile, "FOGRA51", "x.icc").registered


@pytest.mark.parametrize("file", ["sRGB.icc", "NOTICE.txt"])
def test_a_file_that_is_no_printers_profile_is_refused(file: str) -> None:
    data = (PACKAGE / "distribute" / "profiles" / file).read_bytes()
    with pytest.raises(EnvironmentFailure, match=r"ICC|profile"):
        own_condition(data, "", file)


def test_identifiers_depend_on_their_parts_and_order() -> None:
    assert derived_id("a", "b") != derived_id("b", "a") != derived_id("ba")
    assert Decimal(len(derived_id("a"))) == 36
