"""Exact conversion between units."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bookbuild.model.measures import convert, days_in_months, dimension


@pytest.mark.parametrize(
    ("amount", "unit", "into", "result"),
    [
        ("1", "mile", "km", "1.609344"),
        ("9.656064", "km", "mile", "6"),
        ("940", "km2", "ha", "94000"),
        ("1", "mile2", "m2", "2589988.110336"),
        ("2.5", "hour", "minute", "150"),
        ("1", "week", "duration", "604800"),
        ("1", "pound", "g", "453.59237"),
        ("12", "inch", "foot", "1"),
    ],
)
def test_conversion_is_exact_where_the_result_is_finite(
    amount: str, unit: str, into: str, result: str
) -> None:
    assert convert(Decimal(amount), unit, into) == Decimal(result)


def test_equal_lengths_stay_equal_where_the_result_is_infinite() -> None:
    assert convert(Decimal(10), "km", "mile") == convert(Decimal(10000), "m", "mile")
    assert convert(Decimal(10), "km", "mile") < convert(Decimal("10.000000001"), "km", "mile")


def test_what_measures_different_things_is_not_converted() -> None:
    with pytest.raises(ValueError, match="km cannot be converted to km2"):
        convert(Decimal(1), "km", "km2")
    with pytest.raises(ValueError, match="no fixed length"):
        convert(Decimal(1), "month", "day")


@pytest.mark.parametrize("months", [1, 2, 7, 12, 13, 48])
def test_months_last_as_long_as_the_calendar_says(months: int) -> None:
    """Against the standard library, over the 400 years in which the calendar repeats."""
    lengths = [
        (date(2001 + (m + months) // 12, (m + months) % 12 + 1, 1) - date(2001 + m // 12, m % 12 + 1, 1)).days
        for m in range(4800)
    ]
    assert days_in_months(months) == (min(lengths), max(lengths))


def test_every_unit_has_a_dimension() -> None:
    assert dimension("verst") == "length"
    assert dimension("year") == dimension("duration") == "duration"
    assert dimension("person") == ""
