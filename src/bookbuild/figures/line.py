"""Values to intervals on the line of a quantity, and back to values for print.

What each notation means:

- A count, measure, price, share or ratio is a point; a range has both its ends; “more than” and
  “less than” leave their end out, “at least” and “at most” keep it, and all four go on for ever.
- “About” is the amount with the book's tolerance on either side, ends included. A range given as
  about is widened at both ends.
- Measures are converted to the quantity's unit, durations to the finest unit in use; a month is
  28 to 31 days, a year 365 or 366.
- A date is all the days it names, however coarse: from the start of the first to the end of the
  last, so that the line is half-open, ``[first, day after)``. “About” adds one day, month, year or
  century on either side, as fine as the date is given. A day without a year stands in the year
  that all the other claims share.
- A time of day is a point, a span has both its ends, “about” is half an hour either way. The day
  is cut where it is longest empty, so that 23:00 comes before 02:00 of the same night.
- A name is no interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal

from bookbuild.figures.calendar import date_of, days_of, is_yearless
from bookbuild.model.claim import Measure, Quantity
from bookbuild.model.measures import MONTHS, SECONDS, convert, days_in_months, dimension
from bookbuild.model.value import Clock, Date, Day, Interval, Name, Number, Qualifier, Value

ABOUT_MINUTES = 30
"""Tolerance of “about” for a time of day."""

YEARLESS_UNIT = "yearless"
"""Unit of a line of days without a year."""

_CONTEXT = Context(prec=60)
_DAY = 1440


@dataclass(frozen=True, slots=True)
class Line:
    """Where the values of one scope lie."""

    measure: Measure
    unit: str
    about_percent: Decimal
    year: int | None = None
    """Year of days without a year, if there is one that the other claims share."""
    turn: int = 0
    """Minute of the day at which the line of times begins."""


def unit_of(quantity: Quantity, value: Value, year: int | None) -> str:
    """Return the unit of the line on which a value can be laid, empty for the quantity's own."""
    if isinstance(value, Number) and quantity.measure is Measure.MONEY and value.unit != quantity.unit:
        return value.unit
    if isinstance(value, Date) and _is_yearless(value) and year is None:
        return YEARLESS_UNIT
    return ""


def line_of(
    quantity: Quantity, values: Sequence[Value], own_unit: str, about_percent: Decimal, year: int | None
) -> Line:
    """Return the line on which these values of one quantity and scope are compared."""
    unit = _duration_unit(quantity.unit, values) if dimension(quantity.unit) == "duration" else ""
    return Line(quantity.measure, unit or own_unit or quantity.unit, about_percent, year, _turn(values))


def _duration_unit(quantity_unit: str, values: Iterable[Value]) -> str:
    """Return the finest unit in use; days for months and years that stand beside fixed units."""
    in_use = {value.unit for value in values if isinstance(value, Number)} | {quantity_unit}
    in_use.discard("duration")
    if in_use <= set(MONTHS):
        return min(in_use, key=lambda unit: MONTHS[unit], default="hour")
    return min(
        in_use - set(MONTHS) | ({"day"} if in_use & set(MONTHS) else set()), key=lambda unit: SECONDS[unit]
    )


def shared_year(values: Iterable[Value]) -> int | None:
    """Return the one year in which all dated values lie; None if there are several, or none."""
    years = {_year_of(value) for value in values if isinstance(value, Date) and not _is_yearless(value)}
    return years.pop() if len(years) == 1 else None


def lay(value: Value, line: Line) -> Interval | None:
    """Return the interval of a value on its line; None for a name."""
    match value:
        case Number():
            return _lay_number(value, line)
        case Date():
            return _lay_date(value, line.year)
        case Clock():
            return _lay_clock(value, line.turn)
        case Name():
            return None


def written(interval: Interval, line: Line) -> tuple[Value, ...]:
    """Return an interval as values for print: one, or a lower and an upper bound, or none."""
    if interval.low is None and interval.high is None:
        return ()
    if line.measure is Measure.DATE:
        return (_written_date(interval, line),)
    write: Callable[[Qualifier, Decimal, Decimal], Value] = (
        _written_clock
        if line.measure is Measure.TIME
        else lambda q, low, high: _written_number(q, low, high, line)
    )
    low, high = interval.low, interval.high
    if low is not None and low == high:
        return (write(Qualifier.EXACT, low, low),)
    if low is not None and high is not None and not interval.low_open and not interval.high_open:
        return (write(Qualifier.RANGE, low, high),)
    bounds = []
    if low is not None:
        bounds.append(write(Qualifier.MORE_THAN if interval.low_open else Qualifier.AT_LEAST, low, low))
    if high is not None:
        bounds.append(write(Qualifier.LESS_THAN if interval.high_open else Qualifier.AT_MOST, high, high))
    return tuple(bounds)


# Numbers


def _lay_number(number: Number, line: Line) -> Interval:
    low, high = _ends(number, line)
    match number.qualifier:
        case Qualifier.MORE_THAN:
            return Interval(high, None, low_open=True)
        case Qualifier.AT_LEAST:
            return Interval(low, None)
        case Qualifier.LESS_THAN:
            return Interval(None, low, high_open=True)
        case Qualifier.AT_MOST:
            return Interval(None, high)
        case Qualifier.ABOUT:
            tolerance = _CONTEXT.divide(line.about_percent, Decimal(100))
            return Interval(
                _CONTEXT.multiply(low, 1 - tolerance),
                _CONTEXT.multiply(high, 1 + tolerance),
            )
        case Qualifier.EXACT | Qualifier.RANGE:
            return Interval(low, high)


def _ends(number: Number, line: Line) -> tuple[Decimal, Decimal]:
    if line.measure is Measure.RATIO:
        return _CONTEXT.divide(number.low, number.per), _CONTEXT.divide(number.high, number.per)
    if line.measure is not Measure.PHYSICAL:
        return number.low, number.high
    if number.unit not in MONTHS:
        return convert(number.low, number.unit, line.unit), convert(number.high, number.unit, line.unit)
    if line.unit in MONTHS:
        factor = Decimal(MONTHS[number.unit]) / MONTHS[line.unit]
        return number.low * factor, number.high * factor
    low, _ = days_in_months(int(number.low * MONTHS[number.unit]))
    _, high = days_in_months(int(number.high * MONTHS[number.unit]))
    return convert(Decimal(low), "day", line.unit), convert(Decimal(high), "day", line.unit)


def _written_number(qualifier: Qualifier, low: Decimal, high: Decimal, line: Line) -> Number:
    return Number(qualifier, _plain(low), _plain(high), line.unit)


def _plain(amount: Decimal) -> Decimal:
    """Drop zeros that arithmetic has left after the point."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


# Dates


def _lay_date(date: Date, year: int | None) -> Interval:
    low = None if date.start is None else days_of(date.start, year)[0]
    high = None if date.end is None else days_of(date.end, year)[1]
    if low is not None and high is not None and high <= low:  # --12-31/--01-01 passes the turn of the year
        high = days_of(replace(date.end or Day(), year=(year if year is not None else 4) + 1))[1]
    return Interval(_decimal(low), _decimal(high), high_open=high is not None)


def _decimal(number: int | None) -> Decimal | None:
    return None if number is None else Decimal(number)


def _is_yearless(date: Date) -> bool:
    day = date.start or date.end
    return day is not None and is_yearless(day)


def _year_of(date: Date) -> int | None:
    """Return the year of a date that lies in one, otherwise nothing."""
    if date.start is None or date.end is None:
        day = date.start or date.end
        return day.year if day else None
    return date.start.year if date.start.year == date.end.year else None


def _written_date(interval: Interval, line: Line) -> Date:
    start = None if interval.low is None else _day(int(interval.low), line)
    end = None if interval.high is None else _day(int(interval.high) - 1, line)
    return Date(start, start if start == end else end)


def _day(number: int, line: Line) -> Day:
    year, month, day = date_of(number)
    return Day(None if line.unit == YEARLESS_UNIT else year, month, day)


# Times of day


def _turn(values: Sequence[Value]) -> int:
    """Return the minute at which the day is best cut: the end of its longest empty stretch."""
    arcs = sorted({_arc(value) for value in values if isinstance(value, Clock)})
    if not arcs:
        return 0
    gaps: list[tuple[int, int]] = []
    reached = max(end - _DAY for _, end in arcs)
    for start, end in arcs:
        gaps.append((start - reached, start))
        reached = max(reached, end)
    longest = max(gap for gap, _ in gaps)
    return min(start for gap, start in gaps if gap == longest) if longest > 0 else 0


def _arc(clock: Clock) -> tuple[int, int]:
    """Return the bounded stretch of the day that a claim names, its start within the day."""
    about = ABOUT_MINUTES if clock.qualifier is Qualifier.ABOUT else 0
    length = min(clock.end - clock.start + 2 * about, _DAY)
    start = (clock.start - about) % _DAY
    return start, start + length


def _lay_clock(clock: Clock, turn: int) -> Interval:
    start, end = _arc(clock)
    shift = _DAY if start < turn else 0
    low, high = Decimal(start + shift), Decimal(end + shift)
    match clock.qualifier:
        case Qualifier.MORE_THAN:
            return Interval(low, None, low_open=True)
        case Qualifier.AT_LEAST:
            return Interval(low, None)
        case Qualifier.LESS_THAN:
            return Interval(None, low, high_open=True)
        case Qualifier.AT_MOST:
            return Interval(None, low)
        case _:
            return Interval(low, high)


def _written_clock(qualifier: Qualifier, low: Decimal, high: Decimal) -> Clock:
    start = int(low) % _DAY
    return Clock(qualifier, start, start + int(high - low))
