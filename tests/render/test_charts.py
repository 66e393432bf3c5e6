"""Charts: every label measured, inside the picture, in black."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.apparatus.small_books import book, chapter, claim, edition, prose, quantity, section

from bookbuild.model.edition import LabelledChart, QuantityEntry
from bookbuild.model.prose import Kind
from bookbuild.render.charts import WIDTH, chart_pieces, fitted, text_width

SVG = "{http://www.w3.org/2000/svg}"


def charts(*amounts: int, said_by: str = "officials of the district") -> tuple[LabelledChart, ...]:
    claims = [claim(f"c{n}", amount, said_by=said_by) for n, amount in enumerate(amounts)]
    made = edition(book(chapter("one", "A."), quantities=[quantity("killed", *claims)]))
    entry = next(one for one in section(made, "appendix").blocks if isinstance(one, QuantityEntry))
    return entry.charts


def texts(svg: str) -> list[tuple[float, float, str]]:
    root = ElementTree.fromstring(svg)
    return [
        (float(one.get("x", "0")), float(one.get("y", "0")), one.text or "")
        for one in root.iter(f"{SVG}text")
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2_000_000), min_size=2, max_size=9, unique=True))
def test_no_label_leaves_the_picture_whatever_the_figures(amounts: list[int]) -> None:
    for labelled in charts(*amounts):
        for piece in chart_pieces(labelled):
            height = float(re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', piece)[1])  # type: ignore[index]
            for x, y, text in texts(piece):
                assert x >= -0.01
                assert x + text_width(text) <= WIDTH + 0.01
                assert 0 < y <= height


def test_every_claim_is_a_row_with_who_says_it_and_its_value() -> None:
    (labelled,) = charts(2, 100, 613)
    (piece,) = chart_pieces(labelled)
    said = [text for _, _, text in texts(piece)]
    assert said.count("Officials of the district") == 3
    assert {"2", "100", "613"} <= set(said)


def test_a_chart_of_many_claims_comes_in_pieces_that_fit_a_page() -> None:
    (labelled,) = charts(*range(1, 60))
    pieces = chart_pieces(labelled)
    assert len(pieces) > 2
    rows = sum(text == "Officials of the district" for piece in pieces for _, _, text in texts(piece))
    assert rows == 59
    heights = [float(re.search(r'height="([\d.]+)pt"', piece)[1]) for piece in pieces]  # type: ignore[index]
    assert max(heights) < 300


def test_every_piece_says_in_words_what_it_shows() -> None:
    (labelled,) = charts(*range(100, 140))
    first, *others = chart_pieces(labelled)
    assert f"<title>{labelled.alternative}</title>" in first
    said = [ElementTree.fromstring(piece).findtext(f"{SVG}title") for piece in others]
    values = [value for words in said for value in re.findall(r": (\d+)", words or "")]
    assert values == [mark.value for mark in labelled.marks][-len(values) :]
    assert len(values) > 10


def test_the_text_alternative_says_what_the_chart_shows() -> None:
    (labelled,) = charts(2, 613)
    pieces = chart_pieces(labelled)
    root = ElementTree.fromstring(pieces[0])
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == "People killed. Officials of the district: 2; Officials of the district: 613."


def test_equal_figures_need_no_chart() -> None:
    assert charts(613, 613) == ()


def test_a_long_name_is_broken_and_then_shortened() -> None:
    name = "The Committee on Foreign Affairs of the Chamber of Deputies of the Parliament of the Republic"
    lines = fitted(name, 100)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert all(text_width(line) <= 100 for line in lines)


def test_a_speaker_cannot_become_markup() -> None:
    (labelled,) = charts(2, 613, said_by="A & B <script>")
    (piece,) = chart_pieces(labelled)
    assert "A &amp; B &lt;script&gt;" in piece


def test_a_scope_of_its_own_is_named_above_its_rows() -> None:
    claims = [
        claim("a", 613),
        claim("b", 2, source="booklet"),
        claim("town", 100, scope=prose("in the town only", Kind.SCOPE)),
    ]
    made = edition(book(chapter("one", "A."), quantities=[quantity("killed", *claims)]))
    entry = next(one for one in section(made, "appendix").blocks if isinstance(one, QuantityEntry))
    (piece,) = chart_pieces(entry.charts[0])
    assert "in the town only" in [text for _, _, text in texts(piece)]
