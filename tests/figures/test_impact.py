"""What a change of one claim touches."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest
from claim_builders import book, claim, prose, quantity

from bookbuild.figures.impact import Touch, impact_of
from bookbuild.model.blocks import BulletList, ChartBlock, FigureTable, ListItem, Paragraph, RegisterBlock
from bookbuild.model.book import Book, Chapter, Coverage, LocalizedBook, Part, map_prose
from bookbuild.model.edition import Edition
from bookbuild.model.inline import ClaimMark, CountMark, InlineNote, Text
from bookbuild.model.prose import Kind, MessageKey, Prose, Status
from bookbuild.model.register import Cell, Entry, FieldType, Layout, Register, RegisterField
from bookbuild.model.unit import PageMap


def paragraph(source: str, *inlines: object) -> Paragraph:
    return Paragraph(Prose(source, Kind.PARAGRAPH, inlines))  # type: ignore[arg-type]  # inlines of the test


def example() -> Book:
    mark = ClaimMark("killed", "a")
    blocks = (
        paragraph("Of these, …", Text("Of these, "), mark),
        paragraph("In a note.^[…]", InlineNote((mark,))),
        paragraph("Another.", ClaimMark("killed", "b")),
        paragraph("{count}", CountMark("conflicts")),
        BulletList((ListItem((ChartBlock("killed"), FigureTable("women"))),)),
        FigureTable("killed"),
        RegisterBlock("press"),
    )
    register = Register(
        "press",
        prose("Press"),
        Layout.ENTRIES,
        (),
        (RegisterField("figures", prose("Figures"), FieldType.CLAIMS),),
        (
            Entry("post", (Cell("figures", words=("killed/a",)),)),
            Entry("age", (Cell("figures", words=("killed/b",)),)),
        ),
    )
    killed = quantity(
        claim("a", "613", said_by="the official"),
        claim("b", "2"),
        claim("c", "613", repeats="a"),
        part_of="all",
    )
    later = quantity(claim("d", "613", repeats="killed/c"), name="later")
    return book(
        killed, later, quantity(claim("x", "900"), name="all"),
        body=(Part(None, (Chapter("night", prose("Night"), None, blocks, ()),)),), registers=(register,),
    )  # fmt: skip


def test_everything_that_prints_or_follows_the_claim_is_listed() -> None:
    touched = [(thing.how, thing.what) for thing in impact_of("killed/a", example()).touched]
    assert touched == [
        (Touch.PRINTS, "Of these, …"),
        (Touch.PRINTS, "In a note.^[…]"),
        (Touch.COUNTS, "{count}"),
        (Touch.OWN_WORDS, "the official"),
        (Touch.TABLE, "killed"),
        (Touch.CHART, "killed"),
        (Touch.REGISTER, "press/post"),
        (Touch.REGISTER_BLOCK, "press"),
        (Touch.REPEATED_BY, "killed/c"),
        (Touch.REPEATED_BY, "later/d"),
        (Touch.TOTAL, "all"),
    ]


def test_messages_carry_their_key_and_the_state_of_their_translations() -> None:
    source = example()
    translated = map_prose(source, lambda message: dataclasses.replace(message, status=Status.FUZZY))
    localized = LocalizedBook(translated, "az", Coverage(1, 0, 1, 0))
    first = impact_of("killed/a", source, [localized]).touched[0]
    assert first.message == MessageKey("paragraph", "Of these, …")
    assert first.statuses == {"az": Status.FUZZY}


def test_pages_are_those_of_the_laid_out_edition() -> None:
    source = example()
    edition = Edition(
        "book",
        "az",
        "ltr",
        "",
        "",
        "",
        source.page,
        (),
        Coverage(0, 0, 0, 0),
        {},
        {"killed": ("m1", "m2", "m3")},
        0,
    )
    pages = PageMap({"m1": 3, "m2": 1, "m3": 3, "appendix": 4}, ("i", "ii", "1", "2"))
    impact = impact_of("killed/a", source, editions=[(edition, pages)], appendix_anchor="appendix")
    assert impact.pages == {"az": ("i", "1", "2")}


def test_an_unknown_claim_is_refused() -> None:
    with pytest.raises(KeyError):
        impact_of("killed/nobody", example())


def test_the_example_is_a_book() -> None:
    assert example().about_percent == Decimal(10)
