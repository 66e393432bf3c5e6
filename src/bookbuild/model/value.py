"""Values of claims, as the editor noted them and as exact amounts.

Amounts are ``Decimal`` made from text. A value knows its notation; what it means on
the line of its quantity is an :class:`Interval`, made by ``figures``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class Qualifier(Enum):
    """How the source qualifies its figure."""

    EXACT = "exact"
    ABOUT = "about"
    """``~2500``; also ``~450..500`` for a range given as about."""
    MORE_THAN = "more than"
    """``>450``: strict."""
    AT_LEAST = "at least"
    """``>=600``."""
    LESS_THAN = "less than"
    """``<700``: strict."""
    AT_MOST = "at most"
    """``<=500``: up to."""
    RANGE = "range"
    """``160..1000``: both ends included."""


@dataclass(frozen=True, slots=True)
class Number:
    """A count, measure, amount of money, percentage, ratio or duration."""

    qualifier: Qualifier
    low: Decimal
    """The amount; the lower end of a range."""
    high: Decimal
    """Equal to ``low`` but in a range."""
    unit: str = ""
    """Unit of this value: a counting unit of the book, a measure (``km2``), ``percent``, ``ratio``,
    an ISO 4217 currency, or a time unit (``hour``)."""
    magnitude: str = ""
    """``thousand``, ``million`` or ``billion`` where the source writes the word: ``low`` is the full
    amount, the word is how it is printed."""
    per: Decimal = Decimal(1)
    """Second term of a ratio: ``6:1`` is 6 per 1. 1 for everything else."""


@dataclass(frozen=True, slots=True)
class Day:
    """A date as coarse as a century and as fine as a day, or a day without a year.

    EDTF levels 0 and 1 (ISO 8601-2). Years are astronomical: 0 is 1 BC, -806 is 807 BC.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    century: int | None = None
    """14 for the fourteenth century AD, -7 for the seventh BC; then the other fields are None."""
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Date:
    """A date or an interval of dates."""

    start: Day | None
    """None: open (``../x``)."""
    end: Day | None
    """None: open (``x/..``); the same object as ``start`` for a single date."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day or a span of times, in minutes from midnight.

    A span that passes midnight has an end beyond 1440.
    """

    qualifier: Qualifier
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Name:
    """The answer to a question that is not numeric: a body, a person, a place, a term."""

    name: str
    """As the claim writes it, in the source language; its translation is the claim's ``name``."""


Value = Number | Date | Clock | Name


@dataclass(frozen=True, slots=True)
class Interval:
    """A set of points on the line of a quantity. None is unbounded; ``*_open`` excludes the end."""

    low: Decimal | None
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False
