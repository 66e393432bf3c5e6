"""The notation of values: what it reads, what it refuses and where."""

from __future__ import annotations

import doctest
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookbuild.model import measures, notation
from bookbuild.model.claim import Measure
from bookbuild.model.notation import (
    NotationError,
    measure_of,
    parse_date,
    parse_value,
    write_date,
    write_value,
)
from bookbuild.model.value import Clock, Date, Day, Name, Number, Qualifier, Value

UNITS = ("person", "child", "book")


def number(
    low: str,
    high: str = "",
    *,
    q: Qualifier = Qualifier.EXACT,
    unit: str = "person",
    magnitude: str = "",
    per: str = "1",
) -> Number:
    return Number(q, Decimal(low), Decimal(high or low), unit, magnitude, Decimal(per))


def date(*parts: int, about: bool = False) -> Date:
    day = Day(*parts, approximate=about)
    return Date(day, day)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("613", "person", number("613")),
        ("0", "person", number("0")),
        ("~2500", "person", number("2500", q=Qualifier.ABOUT)),
        (">450", "person", number("450", q=Qualifier.MORE_THAN)),
        (">=600", "person", number("600", q=Qualifier.AT_LEAST)),
        ("<700", "person", number("700", q=Qualifier.LESS_THAN)),
        ("<=500", "person", number("500", q=Qualifier.AT_MOST)),
        ("160..1000", "person", number("160", "1000", q=Qualifier.RANGE)),
        ("~450..500", "person", number("450", "500", q=Qualifier.ABOUT)),
        ("16.9 million", "book", number("16900000", unit="book", magnitude="million")),
        (">20 thousand", "person", number("20000", q=Qualifier.MORE_THAN, magnitude="thousand")),
        ("2..3 thousand", "person", number("2000", "3000", q=Qualifier.RANGE, magnitude="thousand")),
        ("940", "km2", number("940", unit="km2")),
        ("0.94", "km2", number("0.94", unit="km2")),
        ("1.10", "km", number("1.10", unit="km")),
        ("6 mile", "km", number("6", unit="mile")),
        ("40", "percent", number("40", unit="percent")),
        ("6:1", "ratio", number("6", unit="ratio")),
        ("3:2", "ratio", number("3", unit="ratio", per="2")),
        ("20 million", "USD", number("20000000", unit="USD", magnitude="million")),
        ("3.5 million AZN", "USD", number("3500000", unit="AZN", magnitude="million")),
        ("~4 hour", "duration", number("4", q=Qualifier.ABOUT, unit="hour")),
        ("3 day", "duration", number("3", unit="day")),
        ("1992-02-26", "date", date(1992, 2, 26)),
        ("1992-02", "date", date(1992, 2)),
        ("1992", "date", date(1992)),
        ("1992-02~", "date", date(1992, 2, about=True)),
        ("1992-02-25/1992-02-26", "date", Date(Day(1992, 2, 25), Day(1992, 2, 26))),
        ("../1992-02-26", "date", Date(None, Day(1992, 2, 26))),
        ("1991-10/..", "date", Date(Day(1991, 10), None)),
        ("--02-26", "date", date(None, 2, 26)),  # type: ignore[arg-type]
        ("-0806", "date", date(-806)),
        ("14th century", "date", Date(Day(century=14), Day(century=14))),
        ("14th century BC/7th century BC", "date", Date(Day(century=-14), Day(century=-7))),
        ("23:00", "time", Clock(Qualifier.EXACT, 1380, 1380)),
        ("~22:30", "time", Clock(Qualifier.ABOUT, 1350, 1350)),
        ("21:00/03:00", "time", Clock(Qualifier.RANGE, 1260, 1620)),
        ("366th  rifle regiment", "name", Name("366th rifle regiment")),
    ],
)  # fmt: skip
def test_the_notation_reads_what_the_book_needs(text: str, unit: str, value: Value) -> None:
    assert parse_value(text, unit, UNITS) == value


MALFORMED = [
    ("", "person", 1, "the value is empty", "a value stands here; or delete the line"),
    (" 5", "person", 1, "space around the value", "write 5"),
    ("1,000", "person", 1, "thousands are marked in “1,000”", "write 1000"),
    ("1 000 000", "person", 1, "thousands are marked in “1 000 000”", "write 1000000"),
    ("=>600", "person", 1, "unknown sign “=>”", "write >=600"),
    ("≥600", "person", 1, "unknown sign “≥”", "write >=600"),
    ("> 450", "person", 2, "space after “>”", "write >450"),
    ("about 2500", "person", 1, "“about” in words", "write ~2500"),
    ("600-700", "person", 4, "a range is written with “..”, found “600-700”", "write 600..700"),
    ("160...1000", "person", 4, "a range is written with “..”, found “160...1000”", "write 160..1000"),
    ("700..600", "person", 4, "range reversed: 700 is more than 600", "write 600..700"),
    ("5..5", "person", 2, "both ends of the range are the same", "write 5"),
    ("<700..800", "person", 1, "a range cannot be “less than”", "write 700..800"),
    ("1e3", "person", 1, "a power of ten in “1e3”", "write 1000"),
    ("-5", "person", 1, "a negative number", "say below zero in the quantity’s “counts”"),
    ("007", "person", 1, "zeros before the number “007”", "write 7"),
    ("1.275", "person", 2, "“1.275” with three decimals is not a count", "write 1275"),
    ("100+", "person", 4, "“+” after the number", "write >=100"),
    ("6 child", "person", 3, "unit “child” in a quantity of unit “person”",
     "the quantity counts in “person”; another thing counted is another quantity or scope"),
    ("6 millions", "person", 3, "unknown word “millions”", "write million"),
    ("40%", "percent", 3, "“%” after the number", "write the number only; the unit is percent"),
    ("6 miles", "km", 3, "unknown unit “miles”", "did you mean “mile”?"),
    ("6 kg", "km", 3, "“kg” is a unit of mass, the quantity’s is one of length",
     "make a quantity of its own for it"),
    ("6km", "km", 2, "no space before the unit", "write 6 km"),
    ("3 usd", "USD", 3, "unknown currency “usd”", "did you mean “USD”?"),
    ("6", "ratio", 2, "a ratio needs a second term after “6”", "write 6:1"),
    ("5", "duration", 2, "a duration needs a unit", "write 5 hour"),
    ("1.3 month", "duration", 1, "a part of a month has no fixed length",
     "write it in days or weeks, or as a range"),
    ("1992-13", "date", 6, "month 13", "months are 01 to 12: write year-month-day"),
    ("1992-2-26", "date", 1, "a date is wanted, found “1992-2-26”", "write 1992-02-26"),
    ("26 February 1992", "date", 1, "a date is wanted, found “26 February 1992”", "write 1992-02-26"),
    ("26.02.1992", "date", 1, "a date is wanted, found “26.02.1992”", "write 1992-02-26"),
    ("1993-02-29", "date", 9, "day 29 in February 1993", "February 1993 has 28 days"),
    ("1992-03/1992-02", "date", 9, "interval reversed: 1992-03 is after 1992-02", "write 1992-02/1992-03"),
    ("1992/", "date", 6, "an end of the interval is missing", "an open end is written “..”"),
    ("../..", "date", 1, "both ends of the interval are open",
     "an interval is written 1992-02-25/1992-02-26, an open end .."),
    (">1992", "date", 1, "a date is wanted, found “>1992”", "write 1992/.."),
    ("807 BC", "date", 1, "a date is wanted, found “807 BC”", "write -0806"),
    ("14 century", "date", 1, "a date is wanted, found “14 century”", "write 14th century"),
    ("14th–7th centuries BC", "date", 1, "a date is wanted, found “14th–7th centuries BC”",
     "write 14th century BC/7th century BC"),
    ("8:30 p.m.", "time", 1, "a twelve-hour time “8:30 p.m.”", "write 20:30"),
    ("25:00", "time", 1, "hour 25", "hours are 00 to 23"),
    ("21:00-03:00", "time", 6, "unexpected “-03:00”", "a span is written 21:00/03:00"),
    ("21:00x", "time", 6, "unexpected “x”", "write 21:00"),
    (">21:00/22:00", "time", 1, "a span cannot be “more than”", "write 21:00/22:00"),
    ("613!", "person", 4, "unexpected “!”", "write 613"),
    ("1:0", "ratio", 3, "a ratio needs a second term above zero", "write 1:1"),
    ("!5", "person", 1, "a number is wanted, found “!5”",
     "a number stands here in digits, as 613, ~2500, >450 or 160..1000"),
    ("0th century", "date", 1, "there is no century 0", "write 1st century"),
    ("1992/--02-26", "date", 6, "one end has a year, the other has none",
     "both ends have a year, or neither has"),
    ("5", "xyzzy", 1, "unknown unit “xyzzy”", "name it under “units” in book.yaml"),
    ("5", "persn", 1, "unknown unit “persn”", "did you mean “person”?"),
    ("6\u200b13", "person", 2, "invisible character U+200B in the value", "delete it"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "unit", "column", "message", "hint"), MALFORMED)
def test_a_malformed_value_gives_one_clear_message_with_its_column(
    text: str, unit: str, column: int, message: str, hint: str
) -> None:
    with pytest.raises(NotationError) as caught:
        parse_value(text, unit, UNITS)
    assert (caught.value.column, caught.value.message, caught.value.hint) == (column, message, hint)


WHOLE_HINTS = [
    (unit, hint.removeprefix("write "))
    for text, unit, _, _, hint in MALFORMED
    if hint.startswith("write ") and text not in ("6 millions", "40%", "1.3 month")
]


@pytest.mark.parametrize(("unit", "advice"), WHOLE_HINTS)
def test_what_a_hint_says_to_write_is_right(unit: str, advice: str) -> None:
    """A hint that leads to the next error is worse than none."""
    assert parse_value(advice, unit, UNITS)


def test_a_book_cannot_redefine_a_reserved_unit() -> None:
    """“time” is a time of day also in a book that counts times."""
    assert measure_of("time", ["time"]) is Measure.TIME


def test_a_counting_unit_comes_before_a_unit_of_measure() -> None:
    assert measure_of("day", ["day"]) is Measure.COUNT
    assert measure_of("day", []) is Measure.PHYSICAL


amounts = st.decimals(0, 10**7, places=2).map(lambda d: d.quantize(Decimal(1)) if d == int(d) else d)
days = st.one_of(
    st.builds(Day, st.integers(-3000, 3000), approximate=st.booleans()),
    st.builds(Day, st.integers(-3000, 3000), st.integers(1, 12), approximate=st.booleans()),
    st.builds(
        Day, st.integers(-3000, 3000), st.integers(1, 12), st.integers(1, 28), approximate=st.booleans()
    ),
    st.integers(-30, 21).filter(bool).map(lambda century: Day(century=century)),
)


@st.composite
def numbers(draw: st.DrawFn) -> Number:
    qualifier = draw(st.sampled_from(Qualifier))
    low, high = sorted((draw(amounts), draw(amounts)))
    if qualifier is not Qualifier.RANGE and qualifier is not Qualifier.ABOUT:
        high = low
    if qualifier is Qualifier.RANGE and low == high:
        high += 1
    return Number(qualifier, low, high, draw(st.sampled_from(["km", "mile", "m"])))


@settings(max_examples=300, deadline=None)
@given(numbers())
def test_a_number_written_and_read_is_the_same(value: Number) -> None:
    assert parse_value(write_value(value, "km"), "km", ()) == value


@settings(max_examples=300, deadline=None)
@given(days)
def test_a_date_written_and_read_is_the_same(day: Day) -> None:
    assert parse_date(write_date(Date(day, day))) == Date(day, day)


@settings(max_examples=500, deadline=None)
@given(
    st.text(alphabet="0123456789.,:/-~<>= ~X?monthTkce", max_size=14),
    st.sampled_from(["person", "date", "time", "km", "ratio", "duration"]),
)
def test_no_text_breaks_the_reader(text: str, unit: str) -> None:
    """Whatever an editor types is read or refused with a column inside the text or just behind it."""
    refused = None
    try:
        parse_value(text, unit, UNITS)
    except NotationError as error:
        refused = error
    assert refused is None or (refused.message and 1 <= refused.column <= len(text) + 2)


@pytest.mark.parametrize("module", [notation, measures])
def test_examples_in_the_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]  # a module
