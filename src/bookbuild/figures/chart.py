"""A comparison to the geometry of its charts.

The axis is as long as the data ask: from zero where the least amount is not above half of the
greatest, otherwise from the round number below the least. It is logarithmic where the greatest is
at least :data:`LOG_RATIO` times the least, and broken where few claims lie at least
:data:`BREAK_RATIO` times above all others. Positions are rounded to six decimals, so that every
machine draws the same chart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise

from bookbuild.figures.calendar import date_of, day_number, days_of, is_yearless
from bookbuild.figures.line import YEARLESS_UNIT
from bookbuild.model.chart import Axis, Band, Chart, ChartKind, End, Extent, Mark, Scale, Tick
from bookbuild.model.claim import Measure, Stance
from bookbuild.model.comparison import Comparison, ScopeComparison, Verdict, Witness
from bookbuild.model.value import Clock, Date, Day, Interval, Number, Qualifier, Value

LOG_RATIO = 20
BREAK_RATIO = 4
BREAK_AT = (0.76, 0.82)
"""Where the axis of amounts is broken."""
DATES_IN_A_MOVEMENT = 4
"""From so many different dates of report on, a quantity in conflict is drawn over time."""

_DATE_GAP_SHARE = Decimal("0.6")
"""A time axis is broken over an empty stretch longer than this share of the whole …"""
_DENSE_SHARE = Decimal("0.15")
"""… or after at least three dates that crowd in less than this share."""
_ROOM_FOR_ARROW = Decimal("0.9")
_TICKS = 5
_DAYS_IN_MONTH, _DAYS_IN_YEAR = 30, 365


def charts_of(comparison: Comparison) -> tuple[Chart, ...]:
    """Return the charts of one quantity: the interval plot, then the movement over time, if any."""
    charts = (interval_chart(comparison), movement_chart(comparison))
    return tuple(chart for chart in charts if chart is not None)


def interval_chart(comparison: Comparison) -> Chart | None:
    """Draw every claim that lies on the quantity's own line, one row each.

    Returns nothing for names, and where no two different values are left to draw: suspected slips
    and claims set apart in another unit are not drawn.
    """
    scopes = _scopes_on_one_line(comparison)
    drawn = [(index, witness) for index, scope in scopes for witness in scope.witnesses]
    intervals = [_closed_days(w.interval, comparison) for _, w in drawn if w.interval is not None]
    if len(set(intervals)) < 2:
        return None
    ruler = _ruler(comparison.quantity.measure, scopes[0][1].unit, intervals, _fineness(w for _, w in drawn))
    marks = tuple(_mark(witness, index, comparison, ruler) for index, witness in drawn)
    return Chart(
        comparison.quantity.id,
        ChartKind.INTERVALS,
        ruler.axis,
        None,
        marks,
        tuple(_bands(scopes, marks, comparison, ruler)),
    )


def movement_chart(comparison: Comparison) -> Chart | None:
    """Draw the amounts of the quantity's own scope against the dates for which they were given.

    Returns nothing unless they conflict and are given for at least :data:`DATES_IN_A_MOVEMENT` dates.
    """
    quantity = comparison.quantity
    if quantity.measure in (Measure.DATE, Measure.TIME, Measure.NAME) or not comparison.scopes:
        return None
    scope = comparison.scopes[0]
    if scope.scope or scope.verdict is not Verdict.CONFLICT:
        return None
    dated = [
        (w, span) for w in scope.witnesses if w.interval is not None and (span := _reported(w)) is not None
    ]
    dated.sort(key=lambda pair: (pair[1].low is not None, pair[1].low or pair[1].high or 0))
    moments = {(span.low, span.high) for _, span in dated}
    intervals = [w.interval for w, _ in dated if w.interval is not None]
    if len(moments) < DATES_IN_A_MOVEMENT or len(set(intervals)) < 2:
        return None
    values = _ruler(quantity.measure, scope.unit, intervals, 0)
    dates = _date_ruler([span for _, span in dated], "date", may_break=True)
    marks = tuple(
        _mark(witness, 0, comparison, values, _extent(span, None, dates)) for witness, span in dated
    )
    return Chart(quantity.id, ChartKind.OVER_TIME, values.axis, dates.axis, marks, ())


def _scopes_on_one_line(comparison: Comparison) -> list[tuple[int, ScopeComparison]]:
    """Return the scopes, with their indices, whose intervals have the unit of the first with any."""
    scopes = [
        (index, scope)
        for index, scope in enumerate(comparison.scopes)
        if any(witness.interval is not None for witness in scope.witnesses)
    ]
    return [(index, scope) for index, scope in scopes if scope.unit == scopes[0][1].unit]


def _mark(
    witness: Witness, scope: int, comparison: Comparison, ruler: _Ruler, date: Extent | None = None
) -> Mark:
    assert witness.interval is not None, "names are not drawn"
    extent = _extent(_closed_days(witness.interval, comparison), _amount(witness, comparison), ruler)
    camps = comparison.scopes[scope].camps
    camp = next((i for i, camp in enumerate(camps) if any(w is witness for w in camp.witnesses)), None)
    end = extent.low if extent.high_end is End.ARROW else extent.high
    label = extent.point if extent.point is not None else end
    return Mark(witness, scope, camp, extent, date, witness.claim.stance is not Stance.ASSERTS, label)


def _amount(witness: Witness, comparison: Comparison) -> Decimal | None:
    """Return the middle of an amount given as about, on its line; None for all else."""
    value, interval = witness.claim.value, witness.interval
    if interval is None or interval.low is None or interval.high is None:
        return None
    if isinstance(value, Number) and value.qualifier is Qualifier.ABOUT and value.low == value.high:
        return (interval.low + interval.high) / 2
    if isinstance(value, Clock) and value.qualifier is Qualifier.ABOUT and value.start == value.end:
        return (interval.low + interval.high) / 2
    return None


def _extent(interval: Interval, amount: Decimal | None, ruler: _Ruler) -> Extent:
    low = 0.0 if interval.low is None else ruler.at(interval.low)
    high = 1.0 if interval.high is None else ruler.at(interval.high)
    if interval.low is not None and interval.low == interval.high:
        amount = interval.low
    return Extent(
        low,
        high,
        _end(interval.low, interval.low_open),
        _end(interval.high, interval.high_open),
        None if amount is None else ruler.at(amount),
    )


def _end(bound: Decimal | None, is_open: bool) -> End:
    if bound is None:
        return End.ARROW
    return End.OPEN if is_open else End.TICK


def _closed_days(interval: Interval, comparison: Comparison) -> Interval:
    """On a chart a date ends on its last day, not where the next begins: ticks stand for days."""
    if comparison.quantity.measure is not Measure.DATE or interval.high is None:
        return interval
    return Interval(interval.low, interval.high - 1)


def _reported(witness: Witness) -> Interval | None:
    """Return the days for which a claim is given; None if it has no date with a year."""
    date = witness.claim.as_of
    if date is None or any(is_yearless(day) for day in (date.start, date.end) if day):
        return None
    low = None if date.start is None else Decimal(days_of(date.start)[0])
    high = None if date.end is None else Decimal(days_of(date.end)[1] - 1)
    return Interval(low, high)


def _bands(
    scopes: Sequence[tuple[int, ScopeComparison]],
    marks: Sequence[Mark],
    comparison: Comparison,
    ruler: _Ruler,
) -> Iterable[Band]:
    for index, scope in scopes:
        if scope.verdict is not Verdict.CONFLICT:
            continue
        for place, camp in enumerate(scope.camps):
            rows = [row for row, mark in enumerate(marks) if (mark.scope, mark.camp) == (index, place)]
            if rows and camp.shared is not None:
                shared = _closed_days(camp.shared, comparison)
                low = 0.0 if shared.low is None else ruler.at(shared.low)
                high = 1.0 if shared.high is None else ruler.at(shared.high)
                yield Band(index, place, low, high, rows[0], rows[-1])


# Rulers: amounts to positions


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a ruler: amounts from ``low`` to ``high`` lie between two positions."""

    low: Decimal
    high: Decimal
    start: Decimal = Decimal(0)
    end: Decimal = Decimal(1)

    def at(self, amount: Decimal, logarithmic: bool) -> Decimal:
        if logarithmic:
            share = Decimal(math.log10(amount / self.low) / math.log10(self.high / self.low))
        else:
            share = (amount - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class _Ruler:
    pieces: tuple[_Piece, ...]
    axis: Axis

    def at(self, amount: Decimal) -> float:
        return _position(self.pieces, amount, self.axis.scale is Scale.LOG)


def _position(pieces: Sequence[_Piece], amount: Decimal, logarithmic: bool) -> float:
    """Return the position of an amount; one that falls into a gap is moved to the gap's nearer side."""
    piece = next((piece for piece in pieces if amount <= piece.high), pieces[-1])
    inside = max(piece.low, min(amount, piece.high))
    return float(round(piece.at(inside, logarithmic), 6))


def _ruler(measure: Measure, unit: str, intervals: Sequence[Interval], fineness: int) -> _Ruler:
    if measure is Measure.DATE:
        return _date_ruler(intervals, unit, fineness=fineness)
    if measure is Measure.TIME:
        return _clock_ruler(intervals, unit)
    amounts = sorted({bound for interval in intervals for bound in _bounds(interval)})
    if split := _dwarfing(amounts, intervals):
        return _broken_ruler(amounts[:split], amounts[split:], intervals, unit)
    if amounts[0] > 0 and amounts[-1] >= LOG_RATIO * amounts[0]:
        return _log_ruler(amounts, intervals, unit)
    low, high, step = _round_ends(amounts, intervals, whole=measure is Measure.COUNT)
    piece = _Piece(low, high)
    return _number_ruler(Scale.LINEAR, (piece,), _steps(low, high, step), unit)


def _bounds(interval: Interval) -> Iterable[Decimal]:
    return (bound for bound in (interval.low, interval.high) if bound is not None)


def _number_ruler(
    scale: Scale,
    pieces: tuple[_Piece, ...],
    amounts: Iterable[Decimal],
    unit: str,
    gap: tuple[float, float] | None = None,
) -> _Ruler:
    ticks = tuple(
        Tick(_position(pieces, amount, scale is Scale.LOG), Number(Qualifier.EXACT, amount, amount, unit))
        for amount in amounts
    )
    return _Ruler(pieces, Axis(scale, unit, ticks, gap))


def _dwarfing(amounts: Sequence[Decimal], intervals: Sequence[Interval]) -> int:
    """Return the index of the first amount that dwarfs the rest; 0 if none does.

    It lies far above the one below it, the rest would do well on a linear axis, and not more
    than a quarter of the claims are up there.
    """
    for index in range(2, len(amounts)):
        rest, top = amounts[:index], amounts[index:]
        above = sum(all(bound >= top[0] for bound in _bounds(interval)) for interval in intervals)
        if (
            rest[-1] > 0
            and top[0] >= BREAK_RATIO * rest[-1]
            and top[-1] <= 2 * top[0]
            and (rest[0] <= 0 or rest[-1] < LOG_RATIO * rest[0])
            and above * 4 <= max(len(intervals), 4)
        ):
            return index
    return 0


def _broken_ruler(
    rest: Sequence[Decimal], top: Sequence[Decimal], intervals: Sequence[Interval], unit: str
) -> _Ruler:
    below = [interval for interval in intervals if any(bound <= rest[-1] for bound in _bounds(interval))]
    low, high, step = _round_ends(rest, [i for i in below if i.high is not None], whole=False)
    margin = max(top[-1] - top[0], top[0] / 10) / 2
    edge, after = (Decimal(str(position)) for position in BREAK_AT)
    pieces = (
        _Piece(low, high, Decimal(0), edge),
        _Piece(top[0] - margin, top[-1] + margin, after, Decimal(1)),
    )
    ticks = [*_steps(low, high, step), top[0]]
    return _number_ruler(Scale.BROKEN, pieces, ticks, unit, BREAK_AT)


def _log_ruler(amounts: Sequence[Decimal], intervals: Sequence[Interval], unit: str) -> _Ruler:
    digits = (
        (1,)
        if amounts[-1] >= 10_000 * amounts[0]
        else (1, 3)
        if amounts[-1] > 100 * amounts[0]
        else (1, 2, 5)
    )
    lowest, highest = amounts[0].adjusted() - 1, amounts[-1].adjusted() + 2
    candidates = [Decimal(digit).scaleb(power) for power in range(lowest, highest + 1) for digit in digits]
    first = max(i for i, tick in enumerate(candidates) if tick <= amounts[0])
    last = min(i for i, tick in enumerate(candidates) if tick >= amounts[-1])
    if _needs_room(intervals, amounts[0], lambda interval: interval.low is None, lambda i: i.high) and (
        candidates[first] == amounts[0]
    ):
        first -= 1
    if _needs_room(intervals, amounts[-1], lambda interval: interval.high is None, lambda i: i.low) and (
        candidates[last] < amounts[-1] * Decimal("1.3")
    ):
        last += 1
    ticks = [_plain(tick) for tick in candidates[first : last + 1]]
    return _number_ruler(Scale.LOG, (_Piece(ticks[0], ticks[-1]),), ticks, unit)


def _needs_room(
    intervals: Iterable[Interval],
    edge: Decimal,
    is_open: Callable[[Interval], bool],
    bound: Callable[[Interval], Decimal | None],
) -> bool:
    """Return whether an arrow starts at the outermost amount and would have no length."""
    return any(is_open(interval) and bound(interval) == edge for interval in intervals)


def _round_ends(
    amounts: Sequence[Decimal], intervals: Sequence[Interval], *, whole: bool
) -> tuple[Decimal, Decimal, Decimal]:
    """Return the ends of a linear axis and the distance of its ticks, all round."""
    least, greatest = amounts[0], amounts[-1]
    if 0 < least <= greatest / 2:
        least = Decimal(0)
    step = _round_step((greatest - least) / _TICKS or abs(greatest) / _TICKS or Decimal(1), whole)
    low = (least / step).to_integral_value(ROUND_FLOOR) * step
    high = (greatest / step).to_integral_value(ROUND_CEILING) * step
    if low == high:
        low, high = low - step, high + step
    outward = [i.low for i in intervals if i.high is None and i.low is not None]
    if outward and max(outward) - low > _ROOM_FOR_ARROW * (high - low):
        high += step
    inward = [i.high for i in intervals if i.low is None and i.high is not None]
    if inward and high - min(inward) > _ROOM_FOR_ARROW * (high - low):
        low -= step
    return _plain(low), _plain(high), step


def _round_step(distance: Decimal, whole: bool) -> Decimal:
    power = Decimal(1).scaleb(distance.adjusted())
    step = next(power * digit for digit in (1, 2, 5, 10) if power * digit >= distance)
    return max(step, Decimal(1)) if whole else step


def _steps(low: Decimal, high: Decimal, step: Decimal) -> list[Decimal]:
    return [_plain(low + step * index) for index in range(int((high - low) / step) + 1)]


def _plain(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


# Time axes


def _clock_ruler(intervals: Sequence[Interval], unit: str) -> _Ruler:
    amounts = sorted({bound for interval in intervals for bound in _bounds(interval)})
    length = max(amounts[-1] - amounts[0], Decimal(60))
    step = next((Decimal(m) for m in (15, 30, 60, 120, 180, 360) if length / m <= _TICKS + 1), Decimal(720))
    low = (amounts[0] / step).to_integral_value(ROUND_FLOOR) * step
    high = (amounts[-1] / step).to_integral_value(ROUND_CEILING) * step
    low -= step if low == high or any(i.low is None and i.high == low for i in intervals) else 0
    high += step if any(i.high is None and i.low == high for i in intervals) else 0
    piece = _Piece(low, high)
    ticks = tuple(
        Tick(_position((piece,), minute, False), _clock(minute)) for minute in _steps(low, high, step)
    )
    return _Ruler((piece,), Axis(Scale.CLOCK, unit, ticks))


def _clock(minute: Decimal) -> Clock:
    start = int(minute) % 1440
    return Clock(Qualifier.EXACT, start, start)


def _fineness(witnesses: Iterable[Witness]) -> int:
    """Return how fine the dates of claims are: 0 if some name a day, 1 a month, 2 none finer than a year."""
    dates = [w.claim.value for w in witnesses if isinstance(w.claim.value, Date)]
    days = [day for date in dates for day in (date.start, date.end) if day is not None]
    return min((0 if day.day else 1 if day.month else 2 for day in days), default=0)


def _date_ruler(
    intervals: Sequence[Interval], unit: str, *, may_break: bool = False, fineness: int = 0
) -> _Ruler:
    days = sorted({bound for interval in intervals for bound in _bounds(interval)})
    if may_break and (split := _break_in_time(days)):
        return _broken_date_ruler(days[:split], days[split:], unit)
    ticks = _date_ticks(days[0], days[-1], _TICKS + 1, intervals, fineness)
    piece = _Piece(ticks[0][0], ticks[-1][0])
    return _Ruler((piece,), Axis(Scale.DATE, unit, _dated((piece,), ticks, unit)))


def _break_in_time(days: Sequence[Decimal]) -> int:
    """Return the index of the day before which a time axis is best broken; 0 for nowhere."""
    whole = days[-1] - days[0]
    breaks = [
        (after - before, index)
        for index, (before, after) in enumerate(pairwise(days), 1)
        if after - before > _DATE_GAP_SHARE * whole
        or (index > 2 and after - before > before - days[0] <= _DENSE_SHARE * whole)
    ]
    return max(breaks)[1] if breaks and whole > 4 * _DAYS_IN_MONTH else 0


def _broken_date_ruler(early: Sequence[Decimal], late: Sequence[Decimal], unit: str) -> _Ruler:
    """Give each side room by the number of its dates, and at least a quarter."""
    share = Decimal(len(early)) / (len(early) + len(late))
    edge = round(min(max(share, Decimal("0.25")), Decimal("0.75")), 2)
    gap = (edge - Decimal("0.03"), edge + Decimal("0.03"))
    first, last = (_date_ticks(side[0], side[-1], 3, (), 0) for side in (early, late))
    pieces = (
        _Piece(first[0][0], first[-1][0], Decimal(0), gap[0]),
        _Piece(last[0][0], last[-1][0], gap[1], Decimal(1)),
    )
    beside_gap = first[:-1] if len(first) > 2 else first  # labels on both sides of the gap would touch
    ticks = _dated(pieces, [*beside_gap, *last], unit)
    return _Ruler(pieces, Axis(Scale.DATE, unit, ticks, (float(gap[0]), float(gap[1]))))


_DatedTick = tuple[Decimal, Day]


def _date_ticks(
    first: Decimal, last: Decimal, most: int, intervals: Iterable[Interval], fineness: int
) -> list[_DatedTick]:
    """Return at least two ticks, at days, months or years, that enclose the days and their arrows."""
    spread = max(int(last - first), 1)
    low, high = int(first), int(last)
    low -= spread // 8 + 1 if any(i.low is None and i.high == first for i in intervals) else 0
    high += spread // 8 + 1 if any(i.high is None and i.low == last for i in intervals) else 0
    steps: list[tuple[int, Callable[[int, int], list[_DatedTick]]]] = [
        *((step, _every_days(step)) for step in (1, 2, 5, 10) if fineness == 0),
        *((step * _DAYS_IN_MONTH, _every_months(step)) for step in (1, 2, 3, 6) if fineness < 2),
        *((step * _DAYS_IN_YEAR, _every_years(step)) for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)),
    ]
    for length, ticks_between in steps:
        if (high - low) // length <= most + 1 and len(ticks := ticks_between(low, high)) <= most + 1:
            return ticks
    return _every_years(1000)(low, high)


def _every_days(step: int) -> Callable[[int, int], list[_DatedTick]]:
    def between(low: int, high: int) -> list[_DatedTick]:
        count = max(-((low - high) // step), 1)
        numbers = [low + step * index for index in range(count + 1)]
        return [(Decimal(number), Day(*date_of(number))) for number in numbers]

    return between


def _every_months(step: int) -> Callable[[int, int], list[_DatedTick]]:
    def between(low: int, high: int) -> list[_DatedTick]:
        start, end = (year * 12 + month - 1 for year, month, _ in (date_of(low), date_of(high)))
        months = range(start // step * step, (end // step + 1) * step + 1, step)
        return [(Decimal(day_number(m // 12, m % 12 + 1)), Day(m // 12, m % 12 + 1)) for m in months]

    return between


def _every_years(step: int) -> Callable[[int, int], list[_DatedTick]]:
    def between(low: int, high: int) -> list[_DatedTick]:
        start, end = date_of(low)[0], date_of(high)[0]
        years = range(start // step * step, (end // step + 1) * step + 1, step)
        return [(Decimal(day_number(year)), Day(year)) for year in years]

    return between


def _dated(pieces: Sequence[_Piece], ticks: Iterable[_DatedTick], unit: str) -> tuple[Tick, ...]:
    def value(day: Day) -> Value:
        shown = Day(None, day.month, day.day) if unit == YEARLESS_UNIT else day
        return Date(shown, shown)

    return tuple(Tick(_position(pieces, number, False), value(day)) for number, day in ticks)
