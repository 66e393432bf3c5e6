"""Where units begin and which number each page has."""

from __future__ import annotations

from bookbuild.model.page import Opening
from bookbuild.model.unit import Folios, Numbering, Unit
from bookbuild.press.folios import page_map, plan, side_of
from bookbuild.press.settings import plain_folio, roman


def unit(name: str, numbering: Numbering = Numbering.ARABIC, opening: Opening = Opening.NEXT) -> Unit:
    return Unit(name, name, "en", "ltr", "", opening, numbering, Folios.SHOWN, (), ())


def test_front_matter_counts_in_roman_and_the_body_begins_again_at_one_on_the_right() -> None:
    found = plan([unit("front", Numbering.ROMAN), unit("one"), unit("two")], [3, 2, 1], plain_folio)
    assert found.firsts == (1, 5, 7)
    assert found.folios == ("i", "ii", "iii", "iv", "1", "2", "3")


def test_a_unit_that_opens_recto_is_preceded_by_a_blank_page_where_needed() -> None:
    found = plan([unit("one"), unit("two", opening=Opening.RECTO)], [3, 1], plain_folio)
    assert found.firsts == (1, 5)
    assert found.pages == 5
    assert side_of(5, "ltr") == "right"


def test_books_read_from_right_to_left_begin_on_the_left() -> None:
    assert [side_of(page, "rtl") for page in (1, 2)] == ["left", "right"]


def test_the_page_map_counts_pages_of_the_whole_book() -> None:
    found = plan([unit("front", Numbering.ROMAN), unit("one")], [1, 2], plain_folio)
    pages = page_map(found, [{"a": 1}, {"b": 2}])
    assert (pages.pages, pages.folio("a"), pages.folio("b")) == ({"a": 1, "b": 4}, "i", "2")


def test_roman_numerals() -> None:
    assert [roman(number) for number in (1, 4, 9, 49, 88, 1999)] == [
        "i",
        "iv",
        "ix",
        "xlix",
        "lxxxviii",
        "mcmxcix",
    ]
