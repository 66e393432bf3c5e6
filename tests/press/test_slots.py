"""Page numbers into HTML."""

from __future__ import annotations

from bookbuild.model.unit import Numbering, PageMap
from bookbuild.press import slots
from bookbuild.press.settings import plain_range

ROMAN, ARABIC = Numbering.ROMAN, Numbering.ARABIC
MAP = PageMap({"a": 2, "b": 3, "c": 4, "d": 4, "e": 7}, ("i", "ii", "1", "2", "3", "4", "5"))
NUMBERING = (ROMAN, ROMAN, *[ARABIC] * 5)


def fill(html: str) -> str:
    return slots.fill(html, MAP, NUMBERING, plain_range, ", ")


def slot(anchors: str) -> str:
    return f'<span class="page-slot" data-pages="{anchors}"></span>'


def test_a_slot_prints_each_page_once_with_runs_as_ranges_and_links_to_them() -> None:
    filled = fill(slot("b c d e"))
    assert '<a href="#b">1–2</a>, <a href="#e">5</a>' in filled


def test_a_range_never_reaches_from_roman_into_arabic_numbers() -> None:
    assert '<a href="#a">ii</a>, <a href="#b">1</a>' in fill(slot("a b"))


def test_a_number_inside_a_link_does_not_become_a_link_of_its_own() -> None:
    assert fill(f'<a href="#e">Title {slot("e")}</a>').count("<a ") == 1


def test_a_slot_is_found_whatever_the_order_of_its_attributes() -> None:
    assert ">5</a>" in fill('<span data-pages="e" class="x page-slot"></span>')


def test_an_unknown_page_prints_a_placeholder_that_no_finished_book_may_have() -> None:
    assert slots.UNKNOWN in fill(slot("zzz"))


def test_links_to_anchors_pass_through_the_engine_as_outside_links() -> None:
    freed = slots.free_links('<a class="x" href="#şəhər">y</a> <a href="https://example.org/#z">w</a>')
    assert 'href="book:şəhər"' in freed
    assert 'href="https://example.org/#z"' in freed


def test_linked_anchors_are_those_of_inside_links() -> None:
    assert slots.linked_anchors('<a href="#a">x</a><a href="#b">y</a><a href="c#d">z</a>') == {"a", "b"}
