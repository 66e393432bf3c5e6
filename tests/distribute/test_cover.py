"""The wrap of the cover: spine, panels, folds, and the barcode as a scanner reads it."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from sample_pdfs import FACTS, MM, PACKAGE

from bookbuild.distribute.barcode import Symbol, check_isbn
from bookbuild.distribute.condition import shipped_condition
from bookbuild.distribute.cover import CoverGeometry, CoverText, cover_page, finish_cover
from bookbuild.distribute.interior import PrintOrder, PrintReady
from bookbuild.distribute.preflight import preflight
from bookbuild.distribute.stock import STOCKS, leaf_mm, spine_mm
from bookbuild.model.book import SpineText
from bookbuild.model.place import Place
from bookbuild.press.edition import print_edition
from bookbuild.press.settings import PressSettings, StyleSheet

PLACE = Place("book/book.yaml", 3, 8)
ISBN = "9789952000009"
TEXT = CoverText(
    title="A sample",
    subtitle="of a cover",
    names=("compiled by nobody",),
    publisher="The Press",
    blurb=("What the book is about.",),
    languages=("English", "Azərbaycan dili"),
    lang="en",
    direction="ltr",
)
WRAP = CoverGeometry(Decimal(148), Decimal(210), Decimal("14.1"), Decimal(0), Decimal(3))
ORDER = PrintOrder(
    "sample-cover",
    FACTS,
    shipped_condition(),
    (PACKAGE / "press" / "fonts" / "SourceSans3-Regular.ttf").read_bytes(),
)


def typeset(text: CoverText, wrap: CoverGeometry, habit: SpineText, root: Path) -> bytes:
    unit, css = cover_page(text, wrap, habit, ISBN)
    settings = PressSettings(root=root, title=text.title, lang=text.lang, page=wrap.format)
    printed = print_edition([unit], [StyleSheet("cover.css", css)], settings)
    assert printed.diagnostics == ()
    assert printed.facts.pages == 1
    return printed.pdf


@pytest.fixture(scope="module")
def wrap_page(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return typeset(TEXT, WRAP, SpineText.HABIT, tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def cover(wrap_page: bytes) -> PrintReady:
    return finish_cover(wrap_page, ORDER, WRAP, ISBN, Decimal(100), "ltr")


def picture(pdf: bytes, dpi: int = 300) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    image = document[0].render(scale=dpi / 72).to_pil()
    document.close()
    return image.convert("RGB")


def test_the_cover_passes_preflight(cover: PrintReady) -> None:
    assert preflight(cover.pdf, cover.expectations) == []


def test_equal_inputs_give_an_equal_cover(cover: PrintReady, wrap_page: bytes) -> None:
    assert finish_cover(wrap_page, ORDER, WRAP, ISBN, Decimal(100), "ltr").pdf == cover.pdf


@pytest.mark.parametrize("percent", [80, 100, 150])
def test_a_scanner_reads_the_isbn_from_the_cover(wrap_page: bytes, percent: int) -> None:
    ready = finish_cover(wrap_page, ORDER, WRAP, ISBN, Decimal(percent), "ltr")
    (code,) = zxingcpp.read_barcodes(picture(ready.pdf))

    assert code.text == ISBN
    assert "EAN13" in str(code.format).replace("-", "")


@pytest.mark.parametrize("isbn", ["9789952340617", "9780306406157", "9791090636071"])
def test_a_scanner_reads_other_numbers_too(wrap_page: bytes, isbn: str) -> None:
    ready = finish_cover(wrap_page, ORDER, WRAP, isbn, Decimal(100), "ltr")
    assert [code.text for code in zxingcpp.read_barcodes(picture(ready.pdf))] == [isbn]


def test_the_barcode_stands_on_the_back_beside_the_spine(cover: PrintReady) -> None:
    image = picture(cover.pdf, 150)
    (code,) = zxingcpp.read_barcodes(image)
    margin = 15 / 25.4 * 150
    left = (code.position.top_left.x - margin) / 150 * 25.4
    right = (code.position.top_right.x - margin) / 150 * 25.4
    assert 148 - 12 - 38 < left < right < 148 - 12


def test_the_isbn_is_printed_in_words_above_and_below(cover: PrintReady) -> None:
    document = pypdfium2.PdfDocument(cover.pdf)
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "ISBN 978-9952-0-0000-9" in text
    for part in ("789952", "000009", "A sample", "The Press", "English · Azərbaycan dili", "spine 14.1 mm"):
        assert part in text


def test_the_wrap_is_as_wide_as_its_parts(cover: PrintReady) -> None:
    with pikepdf.open(io.BytesIO(cover.pdf)) as pdf:
        left, low, right, high = (float(value) for value in pdf.pages[0].obj.TrimBox)
    assert ((right - left) / MM, (high - low) / MM) == pytest.approx((148 * 2 + 14.1, 210), abs=0.01)


def test_flaps_widen_the_wrap_and_add_folds() -> None:
    flapped = replace(WRAP, flap=Decimal(80))
    assert flapped.width == WRAP.width + 160
    assert WRAP.folds == (Decimal(148), Decimal("162.1"))
    assert flapped.folds == (Decimal(80), Decimal(228), Decimal("242.1"), Decimal("390.1"))


def test_a_narrow_spine_stays_empty() -> None:
    unit, _ = cover_page(TEXT, replace(WRAP, spine=Decimal("4.9")), SpineText.HABIT, ISBN)
    assert 'class="spine"' not in unit.html


@pytest.mark.parametrize(
    ("lang", "asked", "turn"),
    [
        ("en", SpineText.HABIT, 90),
        ("fr", SpineText.HABIT, -90),
        ("ru-RU", SpineText.HABIT, -90),
        ("fr", SpineText.DOWN, 90),
        ("en", SpineText.UP, -90),
    ],
)
def test_the_spine_reads_as_the_language_has_it(lang: str, asked: SpineText, turn: int) -> None:
    _, css = cover_page(replace(TEXT, lang=lang), WRAP, asked, ISBN)
    assert f"rotate({turn}deg)" in css


def test_an_arabic_book_opens_the_other_way(tmp_path: Path) -> None:
    arabic = replace(TEXT, title="كتاب", subtitle="", lang="ar", direction="rtl")
    page = typeset(arabic, WRAP, SpineText.HABIT, tmp_path)
    ready = finish_cover(
        page, replace(ORDER, facts=replace(FACTS, lang="ar")), WRAP, ISBN, Decimal(100), "rtl"
    )
    (code,) = zxingcpp.read_barcodes(picture(ready.pdf, 150))
    assert (code.position.top_left.x / 150 * 25.4 - 15) > 148 + 14.1


def test_markup_in_words_is_no_markup_on_the_cover() -> None:
    unit, _ = cover_page(replace(TEXT, title="<b>&"), WRAP, SpineText.HABIT, "")
    assert "<h1>&lt;b&gt;&amp;</h1>" in unit.html


def test_guard_bars_reach_below_the_others() -> None:
    assert Symbol(ISBN).modules().startswith("101")
    assert len(Symbol(ISBN).modules()) == 95
    assert Symbol(ISBN).width / MM == pytest.approx(37.29, abs=0.01)


def test_a_spine_is_half_the_pages_and_two_boards() -> None:
    assert spine_mm(320, STOCKS["cream-80"].leaf_mm, Decimal("0.3")) == Decimal("23.0")


@pytest.mark.parametrize(
    ("text", "millimetres"),
    [
        ("offset-90", "0.1125"),
        ("0.11 mm", "0.11"),
        ("110 µm", "0.11"),
        ("90 g/m², bulk 1.25", "0.1125"),
        ("80 gsm vol. 1,75", "0.14"),
    ],
)
def test_paper_is_understood_in_the_words_of_printers(text: str, millimetres: str) -> None:
    assert leaf_mm(text, "paper", PLACE) == (Decimal(millimetres), [])


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("ofset-90", "no paper is called “ofset-90”", "did you mean “offset-90”?"),
        ("parchment", "no paper is called “parchment”", "name a stock"),
        ("5 mm", "a leaf of 5 mm", "between 0.02 and 2 mm"),
    ],
)
def test_unknown_paper_is_the_authors_mistake(text: str, says: str, hint: str) -> None:
    (found,) = leaf_mm(text, "paper", PLACE)[1]
    assert found.code == "D901"
    assert says in found.message
    assert hint in found.hint
    assert found.place == PLACE


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("978-9952-0-0000-8", "the check digit is wrong", "978-9952-0-0000-9"),
        ("978-9952-0", "it does not have 13 digits", ""),
        ("0-306-40615-2", "an ISBN of 10 digits", "978-0-306-40615-7"),
        ("977-9952-0-0000-0", "is no ISBN", ""),
        ("later", "is no ISBN", ""),
    ],
)
def test_a_wrong_isbn_is_the_authors_mistake(text: str, says: str, hint: str) -> None:
    digits, (found,) = check_isbn(text, PLACE)
    assert digits == ""
    assert found.code == "D902"
    assert says in found.message
    assert hint in found.hint


def test_a_right_isbn_is_thirteen_digits() -> None:
    assert check_isbn("978-9952-0-0000-9", PLACE) == (ISBN, [])
