"""Pages in the order in which folded paper shows them."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as some
from pikepdf import Stream
from sample_pdfs import FACTS, MM, print_sample, saved

from bookbuild.distribute.booklet import impose, section_order


def fold(order: list[tuple[int | None, int | None]], section: int) -> list[int | None]:
    """Fold the sheets of each section, lay the sections on each other, and leaf through."""
    read: list[int | None] = []
    sheets = [(order[i], order[i + 1]) for i in range(0, len(order), 2)]
    per_section = section // 4 if section else len(sheets)
    for start in range(0, len(sheets), per_section):
        block = sheets[start : start + per_section]
        first_half = [page for front, back in block for page in (front[1], back[0])]
        second_half = [page for front, back in reversed(block) for page in (back[1], front[0])]
        read += first_half + second_half
    return read


@given(pages=some.integers(1, 300), section=some.sampled_from([0, 4, 8, 16, 32]))
def test_folded_paper_shows_the_pages_in_order(pages: int, section: int) -> None:
    read = fold(section_order(pages, section), section)

    assert [page for page in read if page is not None] == list(range(1, pages + 1))
    assert read[:pages] == list(range(1, pages + 1))
    assert len(read) - pages < 4


def test_a_section_is_a_multiple_of_four() -> None:
    with pytest.raises(ValueError, match="a multiple of 4"):
        section_order(16, 6)


def test_the_imposed_sheets_show_both_pages_side_by_side() -> None:
    booklet = impose(saved(print_sample(8)), FACTS)
    document = pypdfium2.PdfDocument(booklet.pdf)
    try:
        assert (len(document), booklet.sheets, booklet.sections) == (4, 2, 1)
        assert document[0].get_size() == pytest.approx((2 * 148 * MM, 210 * MM), abs=0.01)
        assert "Good text on page 1" in document[0].get_textpage().get_text_range()
        second = document[1].get_textpage()
        left = second.get_text_bounded(right=148 * MM)
        right = second.get_text_bounded(left=148 * MM)
    finally:
        document.close()
    assert "page 2" in left
    assert "page 7" in right


def test_sections_and_right_to_left_books_are_imposed_too() -> None:
    booklet = impose(saved(print_sample(24)), FACTS, section=16, direction="rtl")
    document = pypdfium2.PdfDocument(booklet.pdf)
    try:
        assert (booklet.sheets, booklet.sections) == (6, 2)
        assert "page 1" in document[0].get_textpage().get_text_bounded(right=148 * MM)
    finally:
        document.close()


def test_a_side_of_paper_without_a_page_has_no_content_at_all() -> None:
    with pikepdf.open(io.BytesIO(impose(saved(print_sample(1)), FACTS).pdf)) as pdf:
        assert ["/Contents" in page.obj for page in pdf.pages] == [True, False]


def test_an_empty_page_leaves_no_empty_stream() -> None:
    empty = print_sample(4)
    empty.pages[1].obj.Contents = Stream(empty, b"")
    booklet = impose(saved(empty), FACTS).pdf
    with pikepdf.open(io.BytesIO(booklet)) as pdf:
        streams = [one for one in pdf.objects if isinstance(one, Stream)]
        assert all(one.read_raw_bytes() for one in streams)
        assert sum("/BBox" in one for one in streams) == 3


def test_equal_books_give_equal_booklets() -> None:
    assert impose(saved(print_sample(8)), FACTS) == impose(saved(print_sample(8)), FACTS)
