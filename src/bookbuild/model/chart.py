"""The geometry of a chart: positions and ticks, without words, markup or lengths.

Every position is a share of its axis, from 0 (low, early) to 1 (high, late), rounded to six
decimals. ``figures`` computes it, ``render`` draws it with labels in the reader's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bookbuild.model.comparison import Witness
from bookbuild.model.value import Value


class ChartKind(Enum):
    """What is set against what."""

    INTERVALS = "intervals"
    """One row per claim, the value axis horizontal."""
    OVER_TIME = "over time"
    """Value (vertical) against the date for which it was given (horizontal): a toll that moved."""


class Scale(Enum):
    """How amounts become positions."""

    LINEAR = "linear"
    LOG = "log"
    """Powers of ten at equal distances."""
    BROKEN = "broken"
    """Linear on both sides of a break, where one value dwarfs the rest."""
    DATE = "date"
    """Linear in days."""
    CLOCK = "clock"
    """Linear in minutes; may pass midnight."""


class End(Enum):
    """How an end of a bar is drawn."""

    TICK = "tick"
    """The end belongs to the interval."""
    OPEN = "open"
    """It does not: “more than”, “less than”."""
    ARROW = "arrow"
    """There is none on this side: the bar leaves the chart."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One tick of an axis."""

    at: float
    value: Value
    """For the locale to write: an exact number, a date as coarse as the step, a time of day."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A line with ticks."""

    scale: Scale
    unit: str
    """Unit of the ticks, as in ``ScopeComparison.unit``."""
    ticks: tuple[Tick, ...]
    """In rising order; at least two."""
    gap: tuple[float, float] | None = None
    """Where the axis is broken: draw nothing between these positions but the sign of a break."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a claim lies on an axis."""

    low: float
    high: float
    """Equal to ``low`` for a point; 0 or 1 where the end is an arrow."""
    low_end: End = End.TICK
    high_end: End = End.TICK
    point: float | None = None
    """The amount stated, drawn as a dot: exact, or the middle of “about”; None for ranges and bounds."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One claim."""

    witness: Witness
    scope: int
    """Index in ``Comparison.scopes``."""
    camp: int | None
    """Index in the scope's camps of the first camp it belongs to; None for a doubt."""
    value: Extent
    date: Extent | None
    """Only in ``OVER_TIME``."""
    hollow: bool
    """A denial or a doubt."""
    label: float
    """Where its value is best written along the value axis."""


@dataclass(frozen=True, slots=True)
class Band:
    """The shared interval of one camp, behind its rows."""

    scope: int
    camp: int
    low: float
    high: float
    first_row: int
    """Index in ``Chart.marks`` of the camp's first row, and of its last."""
    last_row: int


@dataclass(frozen=True, slots=True)
class Chart:
    """All that is needed to draw one quantity."""

    quantity: str
    kind: ChartKind
    value_axis: Axis
    date_axis: Axis | None
    """Only in ``OVER_TIME``."""
    marks: tuple[Mark, ...]
    """In the order of the apparatus (``INTERVALS``) or of their dates; suspected slips are not drawn."""
    bands: tuple[Band, ...]
    """Only where a scope conflicts, and only of camps that have claims of their own in the chart."""
