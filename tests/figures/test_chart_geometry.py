"""Positions, ticks and bands of charts."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from claim_builders import claim, compared, quantity, values
from hypothesis import given, settings
from hypothesis import strategies as st

from bookbuild.figures.chart import charts_of, interval_chart, movement_chart
from bookbuild.model.chart import Chart, End, Scale
from bookbuild.model.claim import Quantity
from bookbuild.model.notation import write_value
from bookbuild.model.value import Number


def chart(*notations: str, unit: str = "person") -> Chart:
    found = interval_chart(compared(values(*notations, unit=unit)))
    assert found is not None
    return found


def ticks(found: Chart) -> list[str]:
    return [write_value(tick.value, found.value_axis.unit) for tick in found.value_axis.ticks]


def moved(*pairs: tuple[str, str]) -> Quantity:
    return quantity(*(claim(f"c{n}", value, as_of=when) for n, (value, when) in enumerate(pairs)))


def test_near_amounts_lie_on_a_linear_axis_with_round_ticks() -> None:
    found = chart("485", "613")
    assert found.value_axis.scale is Scale.LINEAR
    assert ticks(found) == ["450", "500", "550", "600", "650"]
    assert [mark.value.point for mark in found.marks] == [0.175, 0.815]


def test_an_axis_begins_at_zero_where_amounts_differ_much() -> None:
    assert ticks(chart("100", "613"))[0] == "0"


def test_a_wide_range_asks_for_a_logarithmic_axis() -> None:
    found = chart("2", "100", "613", "1324")
    assert found.value_axis.scale is Scale.LOG
    assert ticks(found) == ["1", "3", "10", "30", "100", "300", "1000", "3000"]
    assert found.marks[1].value.point == pytest.approx(0.575188)


def test_zero_keeps_an_axis_linear() -> None:
    assert chart("0", "400", "613").value_axis.scale is Scale.LINEAR


def test_one_value_that_dwarfs_the_rest_breaks_the_axis() -> None:
    found = chart("150", "150", "140", "200", "2000")
    assert found.value_axis.scale is Scale.BROKEN
    assert found.value_axis.gap is not None
    low, high = found.value_axis.gap
    below, above = found.marks[-2].value, found.marks[-1].value
    assert below.high <= low < high < above.low
    assert ticks(found)[-1] == "2000"


def test_open_bounds_are_arrows_that_reach_the_end_of_the_chart() -> None:
    found = chart(">450", "<=500", "613")
    extents = {mark.witness.claim.notation: mark.value for mark in found.marks}
    more, most = extents[">450"], extents["<=500"]
    assert (more.low_end, more.high_end, more.high, more.point) == (End.OPEN, End.ARROW, 1.0, None)
    assert (most.low_end, most.high_end, most.low, most.point) == (End.ARROW, End.TICK, 0.0, None)


@pytest.mark.parametrize("notations", [(">600", "450"), ("<450", "600"), (">1000", "2"), ("<2", "1000")])
def test_an_arrow_always_has_room(notations: tuple[str, str]) -> None:
    arrow = next(
        mark.value
        for mark in chart(*notations).marks
        if End.ARROW in (mark.value.low_end, mark.value.high_end)
    )
    assert arrow.high - arrow.low >= 0.05  # fmt: skip


def test_about_is_a_bar_with_its_amount_as_a_dot() -> None:
    about = chart("~2500", "3000").marks[0].value
    assert about.point is not None
    assert about.low < about.point < about.high


def test_denials_and_doubts_are_hollow() -> None:
    found = chart("613", "!700", "?800")
    assert [mark.hollow for mark in found.marks] == [False, True, True]
    assert found.marks[2].camp is None


def test_bands_show_the_shared_interval_of_each_camp_behind_its_rows() -> None:
    found = chart("100", "613", "<=500", ">450")
    assert [(band.camp, band.first_row, band.last_row) for band in found.bands] == [
        (0, 0, 1),
        (1, 2, 2),
        (2, 3, 3),
    ]
    shared = found.bands[1]
    extents = {mark.witness.claim.notation: mark.value for mark in found.marks}
    assert (shared.low, shared.high) == (extents[">450"].low, extents["<=500"].high)


def test_slips_are_not_drawn_and_equal_values_need_no_chart() -> None:
    slip = compared(quantity(claim("a", "613"), claim("b", "216000", slip="read 216"), claim("c", "700")))
    found = interval_chart(slip)
    assert found is not None
    assert [mark.witness.claim.id for mark in found.marks] == ["a", "c"]
    assert interval_chart(compared(values("613", "613", "613"))) is None
    assert charts_of(compared(values("one", "another", unit="name"))) == ()


def test_a_day_is_a_dot_on_its_tick() -> None:
    found = chart("1992-02-25", "1992-02-26", "1992-02-25/1992-02-26", unit="date")
    assert found.value_axis.scale is Scale.DATE
    assert ticks(found) == ["1992-02-25", "1992-02-26"]
    extents = {mark.witness.claim.notation: mark.value for mark in found.marks}
    assert (extents["1992-02-25"].point, extents["1992-02-26"].point) == (0.0, 1.0)
    assert (extents["1992-02-25/1992-02-26"].low, extents["1992-02-25/1992-02-26"].high) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("notations", "expected"),
    [
        (("1987", "1988"), ["1987", "1988", "1989"]),
        (("2011-03-03", "2011-06-11"), ["2011-03", "2011-04", "2011-05", "2011-06", "2011-07"]),
        (("-0806", "-0787"), ["-0810", "-0805", "-0800", "-0795", "-0790", "-0785"]),
    ],
)
def test_ticks_of_dates_are_as_coarse_as_their_steps(notations: tuple[str, ...], expected: list[str]) -> None:
    assert ticks(chart(*notations, unit="date")) == expected


def test_times_pass_midnight_in_order() -> None:
    found = chart("23:00", "01:30", unit="time")
    assert ticks(found) == ["23:00", "23:30", "00:00", "00:30", "01:00", "01:30"]
    assert [mark.value.point for mark in found.marks] == [0.0, 1.0]


def test_a_toll_that_moved_is_drawn_against_the_dates_of_report() -> None:
    toll = moved(("100", "1992-02-28"), ("450", "1992-03-01"), ("1000", "1992-03-03"), ("613", "1992-06-12"))
    found = movement_chart(compared(toll))
    assert found is not None
    assert found.date_axis is not None
    places = [mark.date.low for mark in found.marks if mark.date]
    assert places == sorted(places)
    assert [mark.witness.claim.notation for mark in found.marks] == ["100", "450", "1000", "613"]


def test_few_dates_or_no_conflict_make_no_movement() -> None:
    assert movement_chart(compared(moved(("1", "1992"), ("2", "1993"), ("3", "1994")))) is None
    assert movement_chart(compared(moved(*((">1", f"199{n}") for n in range(6))))) is None


def test_a_crowd_of_early_dates_breaks_the_time_axis() -> None:
    days = [
        ("100", "1992-02-28"),
        ("450", "1992-03-01"),
        ("500", "1992-03-03"),
        ("613", "1992-03-08"),
        ("613", "2015"),
    ]
    found = movement_chart(compared(moved(*days)))
    assert found is not None
    assert found.date_axis is not None
    assert found.date_axis.gap is not None
    early = [mark.date.low for mark in found.marks[:4] if mark.date]
    assert max(early) - min(early) > 0.4


numbers = st.integers(0, 50_000).map(str)
notations = st.one_of(
    numbers,
    st.tuples(st.sampled_from(["~", ">", ">=", "<", "<="]), numbers).map("".join),
    st.tuples(st.integers(0, 1000), st.integers(1, 9000)).map(lambda ends: f"{ends[0]}..{ends[0] + ends[1]}"),
)
dates = st.dates().map(str) | st.integers(1, 2100).map(lambda year: f"{year:04}")


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.one_of(
    st.tuples(st.just("person"), st.lists(notations, min_size=2, max_size=7)),
    st.tuples(st.just("date"), st.lists(dates | dates.map(lambda day: f"{day}/.."), min_size=2, max_size=6)),
    st.tuples(st.just("time"), st.lists(st.times().map(lambda t: f"{t:%H:%M}"), min_size=2, max_size=6)),
))  # fmt: skip
def test_every_chart_is_in_order_and_within_its_bounds(drawn: tuple[str, list[str]]) -> None:
    """Ticks rise from one end to the other, marks lie between, and a greater amount never lies lower."""
    unit, texts = drawn
    comparison = compared(values(*texts, unit=unit))
    found = interval_chart(comparison)
    if found is None:
        assert len({w.interval for w in comparison.scopes[0].witnesses}) == 1
        return
    places = [tick.at for tick in found.value_axis.ticks]
    assert len(places) >= 2
    assert all(before < after for before, after in itertools.pairwise(places))
    assert places[0] >= 0
    assert places[-1] <= 1
    for mark in found.marks:
        assert 0 <= mark.value.low <= mark.value.high <= 1
    bounds = sorted(
        (mark.witness.interval.low, mark.value.low)
        for mark in found.marks
        if mark.witness.interval and mark.witness.interval.low is not None
    )
    assert [place for _, place in bounds] == sorted(place for _, place in bounds)
    for tick in found.value_axis.ticks:
        if isinstance(tick.value, Number):
            for low, place in bounds:
                assert (low <= tick.value.low) == (place <= tick.at) or abs(place - tick.at) < 1e-5
    assert all(Decimal(str(place)).as_tuple().exponent >= -6 for place in places)  # type: ignore[operator]  # finite
