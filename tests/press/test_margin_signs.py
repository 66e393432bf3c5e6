"""The sign of untranslated words stands in the outer margin, at the height of the words, once a line."""

from __future__ import annotations

from typing import Any

import pytest
import weasyprint

from bookbuild.press.margin_signs import move_to_outer_margin

STYLE = """
@page { size: 100mm 100mm; margin: 20mm }
html { font: 10pt/12pt serif }
.untranslated::before { content: "*"; position: absolute; left: 0; font: 8pt/1 serif }
.footnote { float: footnote }
table { border-spacing: 0 }
"""
WAITING = '<span class="untranslated">Waiting</span>'
PAGE = (
    f"<p>{WAITING} here<span class=footnote>{WAITING} below</span></p><p>Done.</p>"
    f"<table><tr><td>{WAITING}</td><td>{WAITING}</td></tr><tr><td>Done</td><td>{WAITING}</td></tr></table>"
)


def laid_out(direction: str = "ltr") -> list[Any]:
    html = f'<html dir="{direction}"><style>{STYLE}</style>{PAGE}<div style="break-before: page">{PAGE}</div>'
    document = weasyprint.HTML(string=html).render()
    move_to_outer_margin(document.pages)
    return [page._page_box for page in document.pages]


def texts(page: Any, text: str) -> list[tuple[float, float]]:
    found = [box for box in page.descendants(placeholders=True) if getattr(box, "text", "").strip() == text]
    return sorted((round(box.position_x, 1), round(box.position_y, 1)) for box in found)


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_signs_stand_outside_in_text_tables_and_notes_and_once_a_line(direction: str) -> None:
    pages = laid_out(direction)
    assert [page.page_type.side for page in pages] == (
        ["right", "left"] if direction == "ltr" else ["left", "right"]
    )
    for page in pages:
        left, right = page.content_box_x(), page.content_box_x() + page.width
        signs, words = texts(page, "*"), texts(page, "Waiting")
        assert len(words) == 5, "text, note, three cells"
        assert len(signs) == 4, "two cells of one line share a sign"
        for x, _ in signs:
            assert x < left - 10 if page.page_type.side == "left" else right < x < right + 20
        for _, y in signs:
            assert min(abs(y - height) for _, height in words) < 8, "a sign stands beside its words"
