"""Page numbers into HTML."""

from __future__ import annotations

from bookbuild.model.unit import Numbering, PageMap
from bookbuild.press import slots
from bookbuild.press.settings import plain_range

ROMAN, ARABIC = Numbering.ROMAN, Numbering.ARABIC
MAP = PageMap({"a": 2, "b": 3, "c": 4, "d": 4, "e": 7}, ("i", "ii", "1", "2", "3", "4", "5"))
NUMBERING = (ROMAN, ROMAN, *[ARABIC] * 5)


def fill(html: str) -> slots.Filled:
    return slots.fill(html, MAP, NUMBERING, plain_range, ", ")


def slot(anchors: str) -> str:
    return f'<span class="page-slot" data-pages="{anchors}"></span>'


def test_a_slot_prints_each_page_once_with_runs_as_ranges() -> None:
    assert fill(slot("b c d e")).texts == ("1–2", "5")


def test_the_html_links_to_the_pages_and_keeps_room_for_their_digits() -> None:
    filled = fill(slot("b c e")).html
    assert '<a href="#b" data-slot="0">0–0</a>, <a href="#e" data-slot="1">0</a>' in filled


def test_only_the_number_of_digits_changes_the_html() -> None:
    moved = PageMap({**MAP.pages, "e": 6}, MAP.folios)
    again = slots.fill(slot("e"), moved, NUMBERING, plain_range, ", ")
    assert again.html == fill(slot("e")).html
    assert (fill(slot("e")).texts, again.texts) == (("5",), ("4",))


def test_digits_of_other_scripts_keep_their_script() -> None:
    assert slots.shape("xii · ۱۲ · 34") == "xii · ۰۰ · 00"


def test_a_range_never_reaches_from_roman_into_arabic_numbers() -> None:
    assert fill(slot("a b")).texts == ("ii", "1")


def test_a_number_inside_a_link_does_not_become_a_link_of_its_own() -> None:
    filled = fill(f'<a href="#e">Title {slot("e")}</a>')
    assert filled.html.count("<a ") == 1
    assert filled.texts == ("5",)


def test_the_words_before_a_slot_fit_the_number_of_its_pages() -> None:
    words = '<span class="before-pages" data-several="on pp. ">on p. </span>'
    assert fill(words + slot("c d")).html.startswith("on p. <span")
    for several in ("c e", "b c"):
        assert fill(words + slot(several)).html.startswith("on pp. <span")


def test_a_slot_is_found_whatever_the_order_of_its_attributes() -> None:
    assert fill('<span data-pages="e" class="x page-slot"></span>').texts == ("5",)


def test_an_unknown_page_prints_nothing() -> None:
    assert fill(slot("zzz")).texts == ()


def test_links_to_anchors_pass_through_the_engine_as_outside_links() -> None:
    freed = slots.free_links('<a class="x" href="#şəhər">y</a> <a href="https://example.org/#z">w</a>')
    assert 'href="book:şəhər"' in freed
    assert 'href="https://example.org/#z"' in freed


def test_linked_anchors_are_those_of_inside_links() -> None:
    assert slots.linked_anchors('<a href="#a">x</a><a href="#b">y</a><a href="c#d">z</a>') == {"a", "b"}
